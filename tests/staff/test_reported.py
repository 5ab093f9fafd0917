# ruff: noqa: F811  (tests ask for the fixtures that are imported)
"""Situations that users of other systems reported, and what they would meet here. Named after the reports."""

import re
from datetime import date, time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from sendco.due.models import DueItem
from staff.absences import selectors as away_reads
from staff.absences import services as absences
from staff.absences.refusals import AbsenceReason
from staff.acting import acting_for
from staff.appraisal import selectors as appraisals
from staff.appraisal import services as appraising
from staff.appraisal.refusals import AppraisalReason
from staff.board import services as boards
from staff.board.refusals import BoardReason
from staff.models import (
    Absence,
    Briefing,
    Certificate,
    FormulaRate,
    PayRate,
    Post,
    Reading,
    SencoAppointment,
    Skill,
    Slot,
    SupervisionAction,
    TrainingEvent,
    TrainingPlace,
)
from staff.owed import all_differences, bring_school_up_to_date
from staff.posts import selectors as post_reads
from staff.posts import services as posts
from staff.posts.refusals import PostReason
from staff.reading import selectors as reading_reads
from staff.reading import services as reading
from staff.senco.services import save_appointment
from staff.supervision import services as supervision
from staff.training import selectors as training_reads
from staff.training import services as training
from staff.training.refusals import TrainingReason
from tests.staff.test_appraisal import adults, appraisal, objective, scheme  # noqa: F401  (fixtures)
from tests.staff.test_posts import POST, refused, times
from tests.staff.test_reading import values as briefing_values
from tests.staff.test_senco import values as senco_values
from tests.staff.test_training import certify, event_values, pair, skill  # noqa: F401  (fixtures)

from .adults import BEGAN, MONDAY, adult, kind, timetable

pytestmark = pytest.mark.postgresql("constraints and the size of numbers")
TODAY = timezone.localdate


def days(number):
    return timedelta(days=number)


def away(member, by, first, last, **more):
    return absences.save_absence(member=member, absence=None, starts_on=first, ends_on=last, by=by, **more)


def end_post(member, ends_on, by):
    post = member.posts.get()
    kept = {name: getattr(post, name) for name in POST}
    return posts.save_post(post=post, values=kept | {"ends_on": ends_on}, version=post.version, by=by)


def asked(school, by, **more):
    row = reading.save_briefing(briefing=Briefing(school=school), values=briefing_values(**more), version=1, by=by)
    reading.ask_everybody(briefing=row, by=by)
    row.refresh_from_db()
    return row


def leaves(proved, head, leaver, to=None, last=None):
    last = last or TODAY() - days(1)
    typed = {"last_day": last.isoformat(), "to": to.pk if to else ""}
    return proved(head).post(reverse("person-leave", args=[leaver.pk]), typed)


# --- Absences: frappe/hrms#5102, joshsoftware/intranet#349, frappe/erpnext#29088 ---
def test_nobody_is_away_from_a_post_that_is_over(school, head):
    member = adult(school, "Fixed Term", ends_on=TODAY() + days(5))
    away(member, head, TODAY(), None)

    assert away_reads.names_away(acting_for(head), TODAY()) == ["Fixed Term"]
    assert away_reads.names_away(acting_for(head), TODAY() + days(60)) == []
    assert away_reads.away_on(acting_for(head), TODAY() + days(60)) == []


def test_an_absence_after_leaving_goes(school, head):
    member = adult(school)
    row = away(member, head, TODAY() + days(40), TODAY() + days(44))

    end_post(member, TODAY() + days(10), head)

    row.refresh_from_db()
    assert row.removed_at
    assert row.history.count() == 2


def test_an_absence_of_who_has_left_or_comes_soon_can_be_entered(client, school, head):
    client.force_login(head)
    for member, day in (
        (adult(school, "Left", ends_on=TODAY() - days(3)), TODAY() - days(10)),
        (adult(school, "Comes", starts_on=TODAY() + days(3)), TODAY() + days(10)),
    ):
        typed = {"version": 0, "member": member.pk, "starts_on": day, "ends_on": day}
        assert client.post(reverse("staff:absence-add"), typed).status_code == 302


def test_a_return_is_neither_before_the_absence_nor_far_ahead(school, head):
    row = away(adult(school), head, MONDAY, MONDAY + days(30), starts_at=time(10, 30))

    for day, reason in (
        (MONDAY - days(300), AbsenceReason.RETURN_TOO_EARLY), (date(2099, 1, 1), AbsenceReason.RETURN_AHEAD),
    ):  # fmt: skip
        refused(reason, absences.note_return, absence=row, returned_on=day, by=head)
    row.refresh_from_db()
    assert row.ends_on == MONDAY + days(30)


def test_a_return_noted_too_early_is_noted_again(client, school, head):
    member, first = adult(school), TODAY() - days(14)
    row = absences.note_return(absence=away(member, head, first, None), returned_on=first + days(2), by=head)

    absences.save_absence(member=member, absence=row, starts_on=first, ends_on=None, version=row.version, by=head)

    client.force_login(head)
    assert "Note the return" in client.get(reverse("staff:absence-detail", args=[row.pk])).content.decode()


# --- Leaving: edenlabllc/ehealth.api#4232, aureuserp/aureuserp#622, sapplica/sentrifugo#73 ---
def test_nobody_waits_for_a_leaver_to_read(proved, school, head, senco, teaching_assistant):
    left = adult(school, user=teaching_assistant)
    adult(school, user=senco)
    row = asked(school, head)

    assert leaves(proved, head, teaching_assistant).status_code == 302

    bring_school_up_to_date(school)
    assert left.name not in [one.member.name for one in reading_reads.readers_of(row).none]
    assert reading_reads.briefings_for_list(acting_for(head)).get().asked == 1
    assert not list(all_differences())


def test_nobody_waits_for_somebody_whose_post_has_run_out(school, head):
    left = adult(school, "Fixed Term")
    row = asked(school, head)
    end_post(left, TODAY() + days(3), head)

    with time_machine.travel(timezone.now() + days(30)):
        bring_school_up_to_date(school)
        assert not reading_reads.readers_of(row).none


def test_what_is_about_the_leaver_alone_falls_on_nobody(proved, school, head, senco, teaching_assistant, skill):
    left = adult(school, user=teaching_assistant)
    heir = adult(school, user=senco)
    reading.confirm_read(briefing=asked(school, head), edition=1, member=heir, by=senco)
    certify(left, skill, TODAY() - days(340), head)

    leaves(proved, head, teaching_assistant, to=senco)

    bring_school_up_to_date(school)
    assert not DueItem.objects.filter(owner_id=senco.pk).open().exists()
    assert not DueItem.objects.filter(owner_id=teaching_assistant.pk).open().exists()


def test_a_line_to_come_outlasts_who_leaves(proved, school, head, senco):
    left, after, aide = adult(school, user=senco), adult(school, "Next"), adult(school, "Aide")
    heir = adult(school, user=head)
    posts.set_line(member=aide, manager=left, starts_on=BEGAN, by=head)
    posts.set_line(member=aide, manager=after, starts_on=date(2099, 1, 4), by=head)
    last = TODAY() + days(11)

    assert leaves(proved, head, senco, to=head, last=last).status_code == 302

    assert [(line.manager, line.starts_on, line.ends_on) for line in aide.lines.order_by("starts_on")] == [
        (left, BEGAN, last), (heir, last + days(1), date(2099, 1, 3)), (after, date(2099, 1, 4), None),
    ]  # fmt: skip


def test_nobody_appraises_themselves_as_an_heir(
    proved,
    school,
    adults,
    appraisal,
    head,
    senco,
    teaching_assistant,
):
    boss = adult(school, user=head)
    posts.set_line(member=adults["manager"], manager=boss, starts_on=BEGAN, by=head)

    leaves(proved, head, senco, to=teaching_assistant)

    bring_school_up_to_date(school)
    rows = DueItem.objects.filter(source_type="staff.appraisal").open()
    assert not rows.filter(owner_id=teaching_assistant.pk).exists()


def test_a_private_action_of_a_leaver_is_shown_to_nobody(
    proved, client, school, senco, teaching_assistant, teacher, head
):
    manager = adult(school, user=senco)
    member = adult(school, user=teaching_assistant, manager=manager)
    adult(school, user=teacher)
    meeting = supervision.plan(member=member, kind="supervision", planned_on=TODAY(), by=senco)[0]
    supervision.add_action(
        meeting=meeting, text="Book counselling", owner=teaching_assistant, due_on=TODAY() + days(3), by=senco
    )

    leaves(proved, head, teaching_assistant, to=teacher)

    action = SupervisionAction.objects.get()
    assert (action.owner, action.done_on) == (teaching_assistant, TODAY() - days(1))
    client.force_login(teacher)
    assert client.get(reverse("staff:action-done", args=[action.pk])).status_code == 404


def test_a_manager_whose_last_post_ends_manages_nobody(school, head):
    boss, aide = adult(school, "Boss"), adult(school, "Aide")
    posts.set_line(member=aide, manager=boss, starts_on=BEGAN, by=head)

    end_post(boss, TODAY() - days(1), head)

    assert not post_reads.reports_of(boss, TODAY()).exists()


def test_who_left_is_senco_no_more(proved, client, school, head, senco):
    row = SencoAppointment(school=school)
    save_appointment(appointment=row, values=senco_values(adult(school, user=senco)), version=1, by=head)

    leaves(proved, head, senco)

    row = SencoAppointment.objects.get()
    assert row.ended_on == TODAY() - days(1)


def test_a_senco_until_next_year_is_senco_now(client, school, head, senco):
    facts = senco_values(adult(school, user=senco), ended_on=TODAY() + days(90))
    save_appointment(appointment=SencoAppointment(school=school), values=facts, version=1, by=head)
    client.force_login(head)

    assert len(client.get(reverse("staff:senco-list")).context["now"]) == 1


# --- Who may: a line to come, somebody else's log ---
def test_a_line_that_the_head_set_for_later_stays(school, head, senco):
    own, boss, aide = adult(school, user=senco), adult(school, user=head), adult(school, "Aide")
    posts.set_line(member=aide, manager=boss, starts_on=TODAY() + days(30), by=head)

    refused(PostReason.LINE_NOT_YOURS, posts.set_line, member=aide, manager=own, starts_on=TODAY() + days(30), by=senco)


def test_an_account_with_a_log_stays_with_its_adult(school, head, teaching_assistant, teacher):
    member = adult(school, user=teaching_assistant)
    training.log_own(
        member=member, title="Course", on=TODAY(), minutes=60, shared_with="", comment="private", by=teaching_assistant
    )
    member.refresh_from_db()
    facts = {"name": member.name, "user": teacher, "bought_in_from": ""}

    refused(PostReason.ACCOUNT_STAYS, posts.save_member, member=member, values=facts, version=member.version, by=head)


def test_a_governor_neither_appraises_nor_is_asked(client, appraisal, head, senco, governor):
    client.force_login(head)
    typed = {"appraiser": governor.pk}
    assert client.post(reverse("staff:appraiser-change", args=[appraisal.pk]), typed).status_code == 422
    client.force_login(senco)
    typed = {"asked_of": governor.pk}
    assert client.post(reverse("staff:appraisal-view-ask", args=[appraisal.pk]), typed).status_code == 422


# --- Training: sensei-certificates#118, prj.app#1110, horilla-hr#1009, LookupDropdown.PCF#12, tradeschool#134 ---
def held(school, members, by, there=None, **more):
    there = members if there is None else there
    return training.save_event(
        event=TrainingEvent(school=school), values=event_values(**more), members=members, there=there, version=1,
        certify="skill" in more, by=by,
    )  # fmt: skip


def again(event, members, by, there=None, *, certify=False, **more):
    event.refresh_from_db()
    there = members if there is None else there
    return training.save_event(
        event=event, values=event_values(**more), members=members, there=there, version=event.version, certify=certify,
        by=by,
    )  # fmt: skip


def test_who_was_not_there_after_all_has_no_certificate(school, pair, skill, senco):
    event = held(school, [pair[1]], senco, skill=skill)

    again(event, [pair[1]], senco, there=[], skill=skill)

    assert not training_reads.trained(school, TODAY(), [skill])[skill.pk].adults


def test_a_corrected_day_corrects_the_certificate(school, pair, skill, senco):
    event, day = held(school, [pair[1]], senco, skill=skill), date(2026, 11, 16)

    again(event, [pair[1]], senco, skill=skill, planned_on=day, held_on=day, certify=True)

    (row,) = pair[1].certificates.filter(removed_at=None)
    assert (row.issued_on, row.expires_on, row.renewed_on) == (day, date(2027, 11, 16), None)


def test_a_certificate_moved_to_its_right_skill_renews_nothing_in_the_wrong_one(school, pair, skill, senco):
    other = Skill.objects.create(school=school, name="First aid", valid_months=36)
    old = certify(pair[1], skill, date(2025, 12, 10), senco)
    new = certify(pair[1], skill, date(2026, 11, 2), senco)
    facts = {"skill": other, "issued_on": date(2026, 11, 2), "expires_on": date(2029, 11, 2), "reference": ""}

    training.save_certificate(certificate=new, values=facts, version=1, by=senco)

    old.refresh_from_db()
    assert old.renewed_on is None
    assert DueItem.objects.get(rule="training.expiry", source_id=old.pk).met_on is None


def test_a_skill_put_away_comes_back_with_its_certificates(client, school, pair, skill, senco):
    certify(pair[1], skill, date(2026, 11, 2), senco)
    training.archive_skill(skill=skill, by=senco)
    client.force_login(senco)
    assert "Put away (1)" in client.get(reverse("skills")).content.decode()

    client.post(reverse("staff:skill-restore", args=[skill.pk]))

    skill.refresh_from_db()
    assert not skill.is_archived
    assert Certificate.objects.filter(skill=skill).count() == 1


def test_a_skill_comes_back_beside_no_other_of_its_name(school, skill, senco):
    training.archive_skill(skill=skill, by=senco)
    Skill.objects.create(school=school, name=skill.name)

    refused(TrainingReason.SKILL_THERE, training.restore_skill, skill=skill, by=senco)


def _chosen(page, name):
    return re.search(rf'<select name="{name}".*?</select>', page.content.decode(), re.S).group(0)


def test_what_was_put_away_stays_where_it_stands(client, school, pair, skill, group, senco):
    event = held(school, [pair[1]], senco, skill=skill)
    table = timetable(school)
    slot = Slot.objects.create(
        timetable=table, member=pair[1], kind=kind(school), weekday=0, starts_at=time(9), ends_at=time(10),
        starts_on=BEGAN, group=group, skill=skill,
    )  # fmt: skip
    training.archive_skill(skill=skill, by=senco)
    group.is_archived = True
    group.save()
    client.force_login(senco)

    assert f'value="{skill.pk}" selected' in _chosen(
        client.get(reverse("staff:training-edit", args=[event.pk])), "skill"
    )
    page = client.get(reverse("slot-edit", args=[slot.pk]))
    assert f'value="{skill.pk}" selected' in _chosen(page, "skill")
    assert f'value="{group.pk}" selected' in _chosen(page, "group")


def test_who_is_taken_off_a_training_is_asked_nothing_about_it(school, pair, senco, teaching_assistant):
    event = held(school, list(pair), senco, follow_up_weeks=1)

    again(event, [pair[0]], senco, follow_up_weeks=1)

    assert not DueItem.objects.filter(rule="training.follow_up", owner_id=teaching_assistant.pk).exists()


def test_a_training_that_was_held_is_not_called_off(school, pair, senco):
    event = held(school, [pair[1]], senco)

    refused(TrainingReason.HELD_ALREADY, training.call_off, event=event, by=senco)


def test_what_one_entered_in_ones_log_can_be_taken_out(client, school, pair, senco, teaching_assistant):
    place = training.log_own(
        member=pair[1], title="Course", on=TODAY(), minutes=60, shared_with="", comment="", by=teaching_assistant
    )
    held_for = held(school, [pair[1]], senco).places.get()
    client.force_login(teaching_assistant)

    client.post(reverse("staff:own-training-remove", args=[place.pk]))

    assert not TrainingPlace.objects.filter(pk=place.pk).exists()
    refused(TrainingReason.OF_THE_SCHOOL, training.remove_own, place=held_for, by=teaching_assistant)


# --- Appraisal ---
def test_an_adult_with_an_ended_and_a_current_post_is_waiting(school, adults, scheme, head):
    member = adults["aide"]
    member.posts.update(ends_on=TODAY() - days(30))
    Post.objects.create(
        member=member, title="Higher level", hours_a_week="30", starts_on=TODAY() - days(29), staff_group="support"
    )

    assert member in appraisals.without_appraisal(acting_for(head), scheme)


def test_evidence_is_taken_back_by_whoever_wrote_it(client, appraisal, objective, senco, teaching_assistant):
    row = appraising.add_evidence(objective=objective, text="Wrong child", on=TODAY(), by=teaching_assistant)

    refused(AppraisalReason.EVIDENCE_OF_ANOTHER, appraising.remove_evidence, evidence=row, by=senco)
    client.force_login(teaching_assistant)
    client.post(reverse("staff:evidence-remove", args=[row.pk]))
    assert not objective.evidence.exists()


def test_a_view_asked_of_the_wrong_colleague_is_withdrawn(client, appraisal, senco, teacher):
    view = appraising.ask_view(appraisal=appraisal, asked_of=teacher, by=senco)
    client.force_login(senco)

    client.post(reverse("staff:appraisal-view-withdraw", args=[view.pk]))

    assert not DueItem.objects.filter(rule="appraisal.view").open().exists()
    other = appraising.ask_view(appraisal=appraisal, asked_of=teacher, by=senco)
    appraising.answer_view(view=other, text="Fine", by=teacher)
    refused(AppraisalReason.VIEW_GIVEN, appraising.withdraw_view, view=other, by=senco)


def test_a_year_of_many_digits_is_no_year(client, school, head):
    client.force_login(head)

    assert client.get(reverse("staff:appraisal-list"), {"year": "9" * 5000}).status_code == 200


# --- Posts, pay and the board ---
def test_somebody_who_began_in_1998(client, school, head):
    client.force_login(head)
    facts = POST | {"version": 1, "starts_on": "1998-09-01", "title": "Old hand"}
    typed = {name: "" if value is None else value for name, value in facts.items()}

    assert client.post(reverse("staff:post-add", args=[adult(school).pk]), typed).status_code == 302


@pytest.mark.parametrize(("hours", "weeks"), [("0.01", "0.1"), ("1", "1")])
def test_an_hour_for_millions_is_a_slip(school, head, hours, weeks):
    facts = {
        "starts_on": BEGAN, "method": "actual", "salary": Decimal(30000), "on_costs": Decimal(0),
        "paid_hours": Decimal(hours), "paid_weeks": Decimal(weeks), "hourly": None,
    }  # fmt: skip

    refused(
        PostReason.RATE_TOO_HIGH, posts.save_rate,
        rate=PayRate(post=adult(school).posts.get()), values=facts, version=1, by=head,
    )  # fmt: skip


def test_a_formula_for_millions_is_a_slip(school, head):
    facts = {
        "starts_on": BEGAN, "authority": "Westmarch", "staff_group": "support", "yearly": Decimal("9999999.99"),
        "weeks": Decimal("0.01"),
    }  # fmt: skip

    refused(
        PostReason.RATE_TOO_HIGH, posts.save_formula,
        formula=FormulaRate(school=school), values=facts, version=1, by=head,
    )  # fmt: skip


def test_a_pattern_taken_back_makes_nobody_work_twice_at_once(school, head):
    member = adult(school)
    first = member.posts.get()
    empty = posts.save_pattern(post=first, pattern=None, starts_on=MONDAY, times=[], version=0, by=head)
    other = posts.save_post(post=Post(member=member), values=POST | {"starts_on": MONDAY}, version=1, by=head)
    posts.save_pattern(post=other, pattern=None, starts_on=MONDAY, times=[times("09:00", "11:00")], version=0, by=head)

    refused(PostReason.TIMES_OVERLAP, posts.remove_pattern, pattern=empty, by=head)
    assert first.patterns.count() == 2


def placed(member, table, **more):
    facts = {"kind": kind(table.school), "week": "", "starts_at": time(9), "ends_at": time(10)} | more
    facts = {"starts_on": table.starts_on, "ends_on": None} | facts
    return boards.place(member=member, timetable=table, weekdays=[0], values=facts, by=None)[0]


def test_slots_of_one_week_are_not_lost_when_the_weeks_become_alike(school, head):
    table = timetable(school, has_two_weeks=True)
    placed(adult(school), table, week="A")
    facts = {
        "name": table.name, "has_two_weeks": False, "first_week_on": table.first_week_on, "counts_holidays": True,
    }  # fmt: skip

    refused(BoardReason.SLOTS_IN_WEEKS, boards.save_timetable, timetable=table, values=facts, version=1, by=head)


def test_a_slot_that_has_run_is_not_taken_out_of_the_past(school, head):
    with time_machine.travel(timezone.now() - days(40)):
        slot = placed(adult(school), timetable(school))

    refused(BoardReason.SLOT_BEGUN, boards.remove_slot, slot=slot, from_on=BEGAN - days(1), version=1, by=head)
    boards.remove_slot(slot=slot, from_on=TODAY(), version=1, by=head)
    slot.refresh_from_db()
    assert slot.ends_on == TODAY() - days(1)


# --- Reading ---
def test_somebody_who_comes_back_has_time_to_read(school, head):
    member = adult(school)
    asked(school, head)
    end_post(member, TODAY() - days(1), head)

    with time_machine.travel(timezone.now() + days(200)):
        posts.save_post(
            post=Post(member=member), values=POST | {"title": "New", "starts_on": TODAY()}, version=1, by=head
        )
        assert Reading.objects.get().due_on == TODAY() + days(14)


def test_somebody_who_comes_later_has_time_to_read(school, head):
    adult(school, "Comes", starts_on=TODAY() + days(60))

    asked(school, head)

    assert Reading.objects.get().due_on == TODAY() + days(74)


def test_what_is_taken_out_again_leaves_time_to_read(school, head):
    adult(school)
    row = asked(school, head)
    reading.put_away(briefing=row, by=head)

    with time_machine.travel(timezone.now() + days(100)):
        reading.take_out(briefing=row, by=head)
        assert Reading.objects.get().due_on == TODAY() + days(14)


def test_an_absence_entered_by_an_earlier_version_after_a_post_shows_nowhere(client, school, head):
    member = adult(school, "Gone Person", ends_on=TODAY() - days(20))
    Absence.objects.create(member=member, starts_on=TODAY() - days(40), recorded_by=head)
    client.force_login(head)

    assert "Gone Person" not in client.get(reverse("home")).content.decode()


def test_before_somebody_leaves_all_that_they_hold_is_said(proved, school, head, senco, teaching_assistant, skill):
    own = adult(school, user=senco)
    aide = adult(school, user=teaching_assistant, manager=own)
    placed(own, timetable(school))
    certify(own, skill, date(2026, 11, 2), head)
    asked(school, head)
    meeting = supervision.plan(member=aide, kind="supervision", planned_on=TODAY() + days(3), by=senco)[0]
    supervision.add_action(meeting=meeting, text="Visit", owner=senco, due_on=TODAY() + days(9), by=senco)

    page = proved(head).get(reverse("person-leave", args=[senco.pk]))

    assert {what: count for count, what, _ in page.context["held"]} == {
        "adults whom they manage": 1, "slots on the deployment board": 1, "actions from one-to-ones that they led": 1,
        "one-to-ones to come": 1, "certificates": 1, "things to read": 1,
    }  # fmt: skip
    assert "Visit" not in page.content.decode()


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "2500-01-01", "x"])
def test_a_last_day_that_is_none_is_refused(proved, school, head, senco, day):
    assert proved(head).post(reverse("person-leave", args=[senco.pk]), {"last_day": day, "to": ""}).status_code == 422


def test_a_later_last_day_is_not_taken_silently(proved, school, head, senco):
    adult(school, user=senco)
    leaves(proved, head, senco, last=TODAY() + days(5))

    page = leaves(proved, head, senco, last=TODAY() + days(100))

    assert page.status_code == 422
    assert "leaves on" in page.content.decode()


def test_no_governor_takes_over(proved, school, head, senco, governor):
    assert leaves(proved, head, senco, to=governor).status_code == 422


def test_an_administrator_is_not_told_of_appraisals(
    proved, school, adults, appraisal, administrator, teaching_assistant
):
    page = proved(administrator).get(reverse("person-leave", args=[teaching_assistant.pk]))

    assert page.status_code == 200
    assert page.context["held"] == []


def test_an_appointment_to_come_goes_with_who_leaves(proved, school, head, senco):
    member = adult(school, user=senco)
    first = SencoAppointment.objects.create(
        school=school, member=member, appointed_on=BEGAN, ended_on=TODAY() + days(200)
    )
    SencoAppointment.objects.create(school=school, member=member, appointed_on=TODAY() + days(300))

    leaves(proved, head, senco)

    row = SencoAppointment.objects.get()
    assert (row, row.ended_on) == (first, TODAY() - days(1))
    assert not list(all_differences())
