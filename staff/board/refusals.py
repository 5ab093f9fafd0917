from django.utils.translation import gettext_lazy as _

from sendco.refusals import Reason


class BoardReason(Reason):
    TIMES_IN_ORDER = (
        "times_in_order",
        _("The end is before the beginning. A slot ends before midnight: check both times."),
    )
    DATES_IN_ORDER = "dates_in_order", _("The last day is before the first day. Check both dates.")
    OUTSIDE_TIMETABLE = (
        "outside_timetable",
        _("The timetable {timetable} holds from {first} to {last}. Choose a day within it."),
    )
    NOT_IN_POST = "not_in_post", _("{person} holds no post here on {day}. Choose another adult or another day.")
    ONE_WEEK = "one_week", _("This timetable has one week. Leave the week empty.")
    ALREADY_OFF = "already_off", _("This slot ends on {day} already. Choose an earlier day to end it sooner.")
    SLOT_ENDED = "slot_ended", _("This slot ended on {day}. Place the adult anew instead.")
    SLOT_BEGUN = (
        "slot_begun",
        _("This slot began on {day}, and what has happened stays. Choose a later day."),
    )
    CYCLE_RUNS = (
        "cycle_runs",
        _("Slots ran in week A or B, and weeks that passed keep their letters. Set the letter of one week instead."),
    )
    SLOTS_IN_WEEKS = (
        "slots_in_weeks",
        _("{number} slots are in week A or week B alone. Change those first: they would be in no week."),
    )
    IMPORT_IN_PAST = "import_in_past", _("What has happened stays. Choose today or a later day.")
    UNDONE_ALREADY = "undone_already", _("This file was taken back already.")
    NEWER_FIRST = "newer_first", _("A newer file was read into this timetable. Take that one back first.")
    PLAN_CHANGED = (
        "plan_changed",
        _("Somebody changed the board meanwhile. Nothing was saved: look at what the file does now."),
    )
    NOT_CONFIRMED = "not_confirmed", _("Tick that these slots go, or choose a fuller file.")
    TIMETABLE_LATER = (
        "timetable_later",
        _("A timetable begins on {day} already. Choose a later day, or change that one."),
    )
    FIRST_WEEK_LATE = (
        "first_week_late",
        _("The first week of the cycle begins after the timetable. Choose a day in its first week or before."),
    )
    TIMETABLE_BEGUN = (
        "timetable_begun",
        _("{timetable} has begun: what happened in it stays. Begin another from a later day instead."),
    )
    KIND_THERE = "kind_there", _("There is a kind of slot called {kind} already. Choose another name.")
    KIND_IN_USE = "kind_in_use", _("{kind} stands in slots to come. Move those first.")
    PERIODS_OVERLAP = (
        "periods_overlap",
        _("{period} begins before {other} has ended. Check both times."),
    )
    NO_PERIODS = "no_periods", _("Enter at least one part of the school's day.")
