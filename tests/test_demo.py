"""The demo schools hold what the plan of the demo data says, on whatever day they are loaded."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.contrib.auth.password_validation import validate_password
from django.db import models, transaction
from django.test import override_settings
from django.utils import timezone

import ehcp.tasks  # noqa: F401  (its handlers register themselves)
from ehcp.consultations.reply import missing
from ehcp.models import AnnualReview, Consultation, NeedsAssessment, Plan, ReviewMail, ReviewReport
from ehcp.requests.readiness import readiness
from ehcp.reviews.selectors.chasers import outlook
from ehcp.reviews.selectors.facts import missing_in_report
from ehcp.reviews.selectors.reviews import coming
from ehcp.reviews.services.reports import is_current
from governance.models import MissedDeadline
from governance.selectors.compliance import tally
from governance.selectors.missed import KEY, causes, late, unexplained
from pupils.identifiers import clean_uln, clean_upn
from pupils.models import (
    Concern,
    ConcernView,
    Contact,
    Enrolment,
    GroupPlace,
    Letter,
    Need,
    NotDuplicate,
    Pupil,
    PupilFlag,
    RegisterEntry,
    WatchListEntry,
)
from pupils.search import find
from sendco.audit.models import Event
from sendco.clock import SendingDays, academic_year_start, is_working_day
from sendco.due.models import DueItem
from sendco.files.models import StoredFile
from sendco.jobs import runner
from sendco.jobs.models import Job
from sendco.pages.home.signatures import to_sign
from sendco.tools.demo import accounts, build
from sendco.tools.demo.canary import CANARIES
from sendco.tools.demo.people import HARBOUR, KESTREL, PEOPLE
from staff.acting import acting_for
from staff.models import Membership, TeachingGroup, User
from staff.roles import Role
from staff.selectors import school_calendar

QUICK_HASH = ["django.contrib.auth.hashers.MD5PasswordHasher"]
HARBOUR_YEARS = {"7": (1, 2, 1), "8": (2, 5, 2), "9": (3, 9, 2), "10": (4, 9, 3), "11": (5, 10, 2)}
KESTREL_YEARS = {
    "N2": (0, 5, 34),
    "R": (3, 6, 49),
    "1": (3, 8, 49),
    "2": (3, 9, 47),
    "3": (4, 9, 47),
    "4": (4, 10, 43),
    "5": (5, 10, 45),
    "6": (4, 10, 44),
}


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """Both schools as of today, loaded once for the module and rolled back after it."""
    with django_db_blocker.unblock(), override_settings(DEMO=True, PASSWORD_HASHERS=QUICK_HASH):
        with transaction.atomic():
            yield build.load(today=timezone.localdate())
            transaction.set_rollback(True)


@pytest.fixture
def harbour(loaded, db):
    return loaded.schools[HARBOUR]


@pytest.fixture
def kestrel(loaded, db):
    return loaded.schools[KESTREL]


def on_roll(school):
    return Pupil.objects.filter(school=school, left_on=None)


def by_year(school):
    """{year: (plans, SEN Support, none)} of the open register entries."""
    entries = RegisterEntry.objects.filter(school=school, ends_on=None).values_list("pupil__year_group", "code")
    counts = Counter(entries)
    return {year: tuple(counts[year, code] for code in "EKN") for year, _ in counts}


def open_flags(school):
    return Counter(PupilFlag.objects.filter(pupil__school=school, ends_on=None).values_list("kind", flat=True))


def first_needs(school, code):
    pupils = RegisterEntry.objects.filter(school=school, ends_on=None, code=code).values("pupil")
    rows = Need.objects.filter(pupil__in=pupils, ends_on=None, rank=1)
    return Counter(rows.values_list("need_type__code", flat=True))


# --- Counts ---
def test_harbour_lane_has_the_planned_pupils(harbour):
    assert on_roll(harbour).count() == 60
    assert by_year(harbour) == HARBOUR_YEARS
    assert Counter(on_roll(harbour).values_list("sex", flat=True)) == {"M": 43, "F": 17}
    authorities = Counter(on_roll(harbour).values_list("home_authority", flat=True))
    assert authorities == {"Westmarch": 44, "Eastholt": 11, "Northfen": 5}


def test_harbour_lane_has_the_planned_enrolments(harbour):
    rows = Enrolment.objects.filter(pupil__school=harbour, ends_on=None).values_list("unit__name", "kind")

    assert Counter(rows) == {("Turnaround", "subsidiary"): 18, ("Placement", "single"): 42}
    assert harbour.units.count() == 3
    assert not Enrolment.objects.filter(unit__school=harbour, unit__name="Outreach").exists()
    dual = Enrolment.objects.filter(pupil__school=harbour, ends_on=None, unit__name="Turnaround")
    assert all(row.other_school and row.planned_end_on for row in dual)


def test_harbour_lane_has_the_planned_needs(harbour):
    needs = first_needs(harbour, "K") + first_needs(harbour, "E")
    second = Counter(
        Need.objects.filter(pupil__school=harbour, ends_on=None, rank=2).values_list("need_type__code", flat=True)
    )

    assert needs == {"SEMH": 33, "SLCN": 6, "ASD": 5, "SPLD": 3, "MLD": 3}
    assert second.total() == 31
    assert second.most_common(1)[0][0] == "SLCN"
    assert WatchListEntry.objects.filter(school=harbour, ends_on=None).count() == 10


def test_harbour_lane_has_the_planned_flags(harbour):
    flags = open_flags(harbour)

    assert {kind: flags[kind] for kind in ("fsm", "lac", "carer", "eal", "ebsa", "timetable")} == {
        "fsm": 36,
        "lac": 4,
        "carer": 3,
        "eal": 9,
        "ebsa": 8,
        "timetable": 6,
    }
    assert flags["cin"] + flags["cp"] == 11


def test_kestrel_green_has_the_planned_pupils(kestrel):
    assert on_roll(kestrel).count() == 451
    assert by_year(kestrel) == KESTREL_YEARS
    units = Enrolment.objects.filter(pupil__school=kestrel, ends_on=None).values_list("unit__name", flat=True)
    assert Counter(units) == {"Mainstream": 435, "The Willow Room": 16}


def test_kestrel_green_has_the_planned_needs(kestrel):
    assert first_needs(kestrel, "K") == {
        "SLCN": 24,
        "SEMH": 13,
        "SPLD": 11,
        "MLD": 8,
        "ASD": 5,
        "PD": 2,
        "HI": 1,
        "VI": 1,
        "OTH": 1,
        "NSA": 1,
    }
    assert first_needs(kestrel, "E") == {"ASD": 13, "SLCN": 5, "SLD": 3, "SEMH": 2, "PD": 1, "MSI": 1, "HI": 1}
    assert WatchListEntry.objects.filter(school=kestrel, ends_on=None).count() == 21


def test_kestrel_green_has_the_planned_healthcare_plans(kestrel):
    notes = Counter(
        PupilFlag.objects.filter(pupil__school=kestrel, kind="health", ends_on=None).values_list("note", flat=True)
    )

    assert notes.total() == 17
    assert notes["Severe asthma"] == 4
    assert notes["Allergy, adrenaline pen in class"] == 6


@pytest.mark.parametrize(
    ("key", "role", "number"),
    [
        (HARBOUR, Role.SENCO, 1),
        (HARBOUR, Role.HEAD, 2),
        (HARBOUR, Role.TEACHER, 10),  # nine and the outreach teacher
        (HARBOUR, Role.TEACHING_ASSISTANT, 8),
        (KESTREL, Role.TEACHER, 17),
        (KESTREL, Role.TEACHING_ASSISTANT, 21),
        (KESTREL, Role.PROVISION_LEAD, 1),
        (KESTREL, Role.GOVERNOR, 2),
        (KESTREL, Role.DSL, 1),
        (KESTREL, Role.DPO, 1),
    ],
)
def test_staff_are_as_planned(loaded, db, key, role, number):
    assert Membership.objects.filter(school=loaded.schools[key], role=role, ends_on=None).count() == number


def test_one_assistant_works_in_both_schools(loaded, db):
    user = User.objects.get(email="wendy.brack@harbourlane.example")

    assert {school.name for school in acting_for(user).schools} == {school.name for school in loaded.schools.values()}


# --- What a newcomer meets ---
def test_provision_lead_sees_her_unit_and_nobody_else(kestrel):
    acting = acting_for(User.objects.get(email="bronwen.tasker@kestrelgreen.example"), kestrel.pk)

    assert Pupil.objects.visible_to(acting).count() == 16


def test_teacher_sees_the_class_and_no_other(kestrel):
    acting = acting_for(User.objects.get(email="jerome.pascoe@kestrelgreen.example"), kestrel.pk)

    seen = Pupil.objects.visible_to(acting)

    given = Pupil.objects.filter(provision_places__provision__adults__member__user=acting.user)
    assert seen.filter(form_group__name="RA").count() == 29
    assert set(seen.exclude(form_group__name="RA")) <= set(given)  # the number group that this teacher leads


def test_pupil_is_found_by_name_and_by_upn(kestrel):
    acting = acting_for(User.objects.get(email="priya.venkat@kestrelgreen.example"), kestrel.pk)
    twin = Pupil.objects.get(school=kestrel, legal_forename="Iris", legal_surname="Merriweather-Cole")

    assert twin in find(acting, "iris merriwether")
    assert find(acting, twin.upn) == [twin]


@pytest.mark.parametrize("key", [HARBOUR, KESTREL])
def test_every_stage_of_a_concern_is_there(loaded, db, key):
    school = loaded.schools[key]
    concerns = Concern.objects.filter(school=school)

    assert concerns.filter(first_action_at=None).count() >= 4
    assert set(concerns.values_list("outcome", flat=True)) >= {"", "strategies", "observe", "support", "none"}
    assert ConcernView.objects.filter(concern__school=school, answered_at=None).exists()
    assert ConcernView.objects.filter(concern__school=school).exclude(answered_at=None).exists()


def test_timeline_of_a_child_with_a_plan_tells_its_story(kestrel):
    entries = RegisterEntry.objects.filter(school=kestrel, code="E", ends_on=None)
    told = [entry for entry in entries if RegisterEntry.objects.filter(pupil=entry.pupil_id).count() == 3]

    texts = list(
        Event.objects.filter(pupil_id=told[0].pupil_id).order_by("happened_on", "pk").values_list("text", flat=True)
    )

    assert texts[0].startswith("On roll from")
    assert any("Status is SEN Support" in text for text in texts)
    assert any("Status is EHC plan" in text for text in texts)
    assert all(event.recorded_at.date() <= timezone.localdate() for event in Event.objects.all())


def test_letters_are_sent_to_somebody_who_may_be_written_to(harbour, kestrel):
    letters = Letter.objects.select_related("contact")

    assert letters.count() >= 30
    for letter in letters:
        assert letter.sent_on
        assert letter.contact.pupil_id == letter.pupil_id
        assert letter.contact.may_be_written_to
        assert letter.contact.has_parental_responsibility


def test_history_is_kept_with_a_name(kestrel):
    for model in (Pupil, Contact, RegisterEntry, Need, PupilFlag, Concern, Membership):
        assert model.history.count() >= model.objects.count()
        assert not model.history.filter(history_user=None).exists()


# --- Awkward on purpose ---
def test_twins_are_known_to_be_two_children(kestrel):
    pair = NotDuplicate.objects.get(school=kestrel)

    assert pair.first.birth_on == pair.second.birth_on
    assert pair.first.legal_surname == pair.second.legal_surname
    assert pair.first.form_group != pair.second.form_group


def test_brothers_share_a_name(kestrel):
    assert on_roll(kestrel).filter(legal_forename="Muhammad", legal_surname="Rahimi").count() == 2


def test_record_that_came_twice_has_no_upn(kestrel):
    twice = on_roll(kestrel).filter(legal_surname__startswith="Adebayo")

    assert len({pupil.birth_on for pupil in twice}) == 1
    assert {bool(pupil.upn) for pupil in twice} == {True, False}


def test_child_was_born_on_a_leap_day(kestrel):
    child = on_roll(kestrel).get(birth_on__month=2, birth_on__day=29, legal_forename__gt="")

    assert child.notional_year(timezone.localdate()) == int(child.year_group)


def test_summer_born_child_is_taught_below_its_age(kestrel):
    today = timezone.localdate()
    below = [pupil for pupil in on_roll(kestrel).filter(year_group="R") if pupil.notional_year(today) == 1]

    assert [pupil.birth_on.month for pupil in below] == [7]


def test_nursery_child_is_three(kestrel):
    child = on_roll(kestrel).get(birth_on=date(academic_year_start(timezone.localdate()) - 3, 8, 31))

    assert child.year_group == "N2"


def test_only_plan_of_year_seven_is_a_girl_s(harbour):
    entry = RegisterEntry.objects.get(school=harbour, code="E", ends_on=None, pupil__year_group="7")

    assert entry.pupil.sex == "F"


@pytest.mark.parametrize("key", [HARBOUR, KESTREL])
def test_pupil_went_off_the_register_and_back_on(loaded, db, key):
    pupils = RegisterEntry.objects.filter(school=loaded.schools[key]).order_by("pupil", "starts_on")
    stories = {}
    for entry in pupils:
        stories[entry.pupil_id] = stories.get(entry.pupil_id, "") + entry.code

    assert "NKNK" in stories.values()
    assert "NKE" in stories.values()


@pytest.mark.parametrize("code", ["K", "E"])
def test_some_came_with_their_status(harbour, code):
    first = {}
    for entry in RegisterEntry.objects.filter(school=harbour).order_by("starts_on"):
        first.setdefault(entry.pupil_id, entry.code)

    assert code in first.values()


@pytest.mark.postgresql("the demo is loaded, with its sums")
def test_contacts_are_awkward(kestrel):
    contacts = Contact.objects.filter(pupil__school=kestrel)
    hidden = contacts.get(address_hidden=True)

    assert hidden.address == hidden.postcode == ""
    assert "Westmarch" in hidden.reveal_address()
    assert contacts.filter(do_not_contact=True, has_parental_responsibility=False, order_with_dsl=True).exists()
    assert contacts.filter(needs_interpreter=True).exclude(language="").exists()
    two_homes = contacts.filter(lives_with=True).values("pupil").annotate(homes=models.Count("address", distinct=True))
    assert two_homes.filter(homes=2).exists()
    assert on_roll(kestrel).exclude(contacts__has_parental_responsibility=True).exists()


def test_looked_after_child_belongs_to_another_authority(harbour, kestrel):
    for school in (harbour, kestrel):
        flags = PupilFlag.objects.filter(pupil__school=school, kind="lac", ends_on=None)
        assert flags.exclude(pupil__home_authority="Westmarch").exists()


def test_leavers_keep_their_record(harbour, kestrel):
    gone = Pupil.objects.exclude(left_on=None)

    assert gone.filter(school=harbour, leaving_reason="Turnaround finished.").count() == 31
    assert gone.filter(school=kestrel, destination="School not known yet", register_entries__code="E").count() == 1
    assert not RegisterEntry.objects.filter(pupil__in=gone, ends_on=None).exists()
    assert not PupilFlag.objects.filter(pupil__in=gone, ends_on=None).exists()


def test_staff_leaver_holds_open_work(harbour):
    user = User.objects.get(email="fraser.hume@harbourlane.example")

    assert not user.is_active
    assert acting_for(user).school is None
    assert user.key_pupils.filter(left_on=None).exists()
    assert user.views_asked.filter(answered_at=None).exists()


def test_part_time_timetable_is_past_its_end(harbour):
    notes = PupilFlag.objects.filter(pupil__school=harbour, kind="timetable").values_list("note", flat=True)

    assert len(notes) == 6
    assert all(note.startswith("Planned to end on ") for note in notes)


def test_group_members_start_on_different_days(kestrel):
    places = GroupPlace.objects.filter(group__name="The Willow Room", group__school=kestrel)

    assert places.count() == 16
    assert len(set(places.values_list("starts_on", flat=True))) > 1


def test_numbers_are_right_in_form(harbour, kestrel):
    for upn, uln in Pupil.objects.values_list("upn", "uln"):
        assert clean_upn(upn) == upn
        assert clean_uln(uln) == uln
    assert Pupil.objects.filter(upn__endswith="A").count() == 1


# --- The child with something in every part of the record ---
@pytest.fixture
def full_record(harbour):
    """The only protected child of the school with a contact whose address is hidden."""
    flags = PupilFlag.objects.filter(pupil__school=harbour, kind="cp").values("pupil")
    hidden = Contact.objects.filter(pupil__school=harbour, address_hidden=True)
    return hidden.get(pupil__in=flags).pupil


def test_one_child_has_something_in_every_part_of_the_record(full_record):
    parts = (
        "enrolments",
        "flags",
        "contacts",
        "register_entries",
        "watch_entries",
        "concerns",
        "assessments",
        "letters",
    )

    assert not [part for part in parts if not getattr(full_record, part).exists()]
    assert full_record.concerns.get().views.get().notes


def test_full_record_reads_like_any_other_child_s(full_record):
    letter = full_record.letters.get()

    assert full_record.forename in letter.body
    assert letter.recipient.endswith(full_record.legal_surname)
    assert not [text for text in (letter.body, letter.subject, letter.address) if "{" in text]


def test_ordinary_demo_holds_no_canary(loaded, db):
    texts = [canary.text for canary in CANARIES.values()]
    stored = " ".join(
        str(value)
        for model in (Pupil, Contact, Enrolment, PupilFlag, RegisterEntry, WatchListEntry, Concern, Letter, Event)
        for row in model.objects.values()
        for value in row.values()
    )

    assert not [text for text in texts if text in stored]


# --- Accounts and groups ---
def test_password_is_one_that_the_site_accepts(loaded, db):
    for user in User.objects.all():
        validate_password(accounts.PASSWORD, user)


def test_nobody_is_listed_twice():
    emails = [person.email for person in PEOPLE]

    assert len(set(emails)) == len(emails)
    assert all(email.endswith(".example") for email in emails)


def test_every_group_has_somebody(loaded, db):
    empty = TeachingGroup.objects.filter(staff=None)

    assert not empty.exists()


# --- Plans, reviews, requests, consultations ---
def stages_of(school, today):
    """How many plans stand where, read from the rows as a person would read the page."""
    counts = Counter()
    for plan in Plan.objects.filter(school=school, ceased_on=None):
        review = plan.reviews.filter(closed_on=None).first()
        counts[_stage(plan, review, today)] += 1
    return counts


def _stage(plan, review, today):
    if review is None:
        due = DueItem.objects.open().filter(source_type="ehcp.plan", source_id=plan.pk, rule="review.due").first()
        return "to begin" if due and due.due_on <= today + timedelta(weeks=12) else "not due"
    if review.kind != AnnualReview.Kind.ANNUAL:
        return review.kind
    if review.held_on is None:
        short = review.invitees.filter(invited_on__gt=review.meeting_on - timedelta(days=14)).exists()
        return "short notice" if short else "preparing"
    if review.report_sent_on is None:
        return "report late" if today > review.held_on + timedelta(days=14) else "report due"
    weeks = (today - review.held_on).days / 7
    return "inside 4 weeks" if weeks <= 4 else "past 4 weeks" if weeks <= 12 else "past 12 weeks"


def test_each_plan_of_harbour_lane_stands_where_the_plan_of_the_demo_says(harbour):
    assert stages_of(harbour, timezone.localdate()) == {
        "not due": 5,
        "to begin": 1,
        "preparing": 3,
        "short notice": 1,
        "report due": 1,
        "report late": 1,
        "inside 4 weeks": 1,
        "past 12 weeks": 1,
        "transfer": 1,
    }


def test_each_plan_of_kestrel_green_stands_where_the_plan_of_the_demo_says(kestrel):
    assert stages_of(kestrel, timezone.localdate()) == {
        "not due": 13,
        "to begin": 1,
        "preparing": 4,
        "report due": 1,
        "inside 4 weeks": 3,
        "past 4 weeks": 1,
        "transfer": 2,
        "early": 1,
    }


@pytest.mark.parametrize("key", [HARBOUR, KESTREL])
def test_one_reminder_of_a_review_went_by_itself_and_one_is_to_come(loaded, db, key):
    school, today = loaded.schools[key], timezone.localdate()
    days = SendingDays(school_calendar(school))
    around = [today + timedelta(days=step) for step in range(-14, 22)]
    mails = ReviewMail.objects.filter(invitee__review__school=school).exclude(set_on=None)

    # A holiday near today may leave no day for such a meeting.
    assert mails.exists() or any(is_working_day(day) and not days.is_open(day) for day in around)
    for review in AnnualReview.objects.filter(pk__in=mails.values("invitee__review")):
        assert len(outlook(review, today=today).days) == 1
        assert Event.objects.filter(subject_id=review.pk, text__startswith="Reminded by itself", by_id=None).exists()
    assert all(mail.invitee.chased_on == mail.sent_at.date() < today for mail in mails.select_related("invitee"))


@pytest.mark.parametrize(("key", "requests", "consulted"), [(HARBOUR, 4, 2), (KESTREL, 3, 3)])
def test_requests_and_consultations_stand_at_every_stage(loaded, db, key, requests, consulted):
    school, today = loaded.schools[key], timezone.localdate()
    asked = NeedsAssessment.objects.filter(school=school, closed_on=None).exclude(received_on=None)
    replies = Consultation.objects.filter(school=school)

    assert asked.count() == requests
    assert asked.filter(decision="refuse").count() == 1
    assert asked.filter(received_on__lt=today - timedelta(weeks=20), final_on=None).count() == 1
    assert asked.filter(draft_served_on__gt=today - timedelta(days=15), final_on=None).count() == 1
    assert replies.count() == consulted
    answered = replies.exclude(sent_on=None).get()
    assert (answered.sent_on - answered.received_on).days == 9


def test_plans_made_here_came_of_a_request_that_kept_its_order(loaded, db):
    made = NeedsAssessment.objects.exclude(plan=None).select_related("plan")

    assert {case.school_id for case in made} == {school.pk for school in loaded.schools.values()}
    for case in made:
        steps = (case.received_on, case.decision_on, case.draft_served_on, case.representations_on, case.final_on)
        assert list(steps) == sorted(steps)
        assert case.plan.pupil_id == case.pupil_id
        assert case.plan.made_on == case.final_on == case.closed_on


def test_every_child_with_a_plan_has_one_and_nobody_else(loaded, db):
    entries = RegisterEntry.objects.filter(ends_on=None, code="E", pupil__left_on=None)

    assert set(Plan.objects.filter(ceased_on=None).values_list("pupil", flat=True)) == set(
        entries.values_list("pupil", flat=True)
    )


def test_nobody_is_on_the_register_with_a_plan_before_it_was_made(loaded, db):
    plans = Plan.objects.exclude(made_on=None).filter(ceased_on=None)

    early = [
        plan.pk for plan in plans if plan.pupil.register_entries.filter(code="E", starts_on__lt=plan.made_on).exists()
    ]

    assert early == []


def test_every_stage_shows_its_dates(loaded, db):
    rules = set(DueItem.objects.open().values_list("rule", flat=True))

    assert {
        "review.due", "review.papers", "review.report", "review.decision", "review.final",
        "transfer.amend", "ehcna.final", "ehcna.advice", "consultation.reply", "appeal.lodge",
    } <= rules  # fmt: skip


@pytest.mark.parametrize("key", [HARBOUR, KESTREL])
def test_list_of_reviews_to_begin_is_not_empty(loaded, db, key):
    school = loaded.schools[key]
    acting = acting_for(User.objects.get(pk=senco_of(school)), school.pk)

    plans = coming(acting, today=timezone.localdate())

    # Children under five may stand among them: their plans are looked at every six months.
    assert [plan for plan in plans if not plan.pupil.year_group.startswith(("N", "R"))]
    assert plans.count() <= 6


def senco_of(school):
    return Membership.objects.filter(school=school, role=Role.SENCO, ends_on=None).values_list("user", flat=True)[0]


@pytest.mark.parametrize("key", [HARBOUR, KESTREL])
def test_two_requests_are_in_preparation_one_with_gaps_and_one_ready(loaded, db, key):
    preparing = NeedsAssessment.objects.filter(school=loaded.schools[key], sent_at=None, received_on=None)

    gaps = {case: [name for name, _, ok, _ in readiness(case) if not ok] for case in preparing.select_related("pupil")}

    ready = next(case for case in gaps if case.reason)
    assert len(gaps) == 2
    assert gaps.pop(ready) == []
    assert set(*gaps.values()) >= {"advice", "reason"}
    assert Job.objects.filter(pk=ready.pack_job_id, kind="ehcp.request_pack", status="queued").exists()


def test_pack_and_report_are_drawn_when_a_worker_comes(harbour, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    case = NeedsAssessment.objects.get(school=harbour, sent_at=None, pack_job_id__gt=0)
    report = ReviewReport.objects.get(review__school=harbour)
    for number in (case.pack_job_id, report.job_id):
        runner.run(number)

    case.refresh_from_db()
    report.refresh_from_db()
    assert StoredFile.objects.get(pk=case.pack_file_id).pupil_id == case.pupil_id
    assert StoredFile.objects.get(pk=report.pdf_id).pupil_id == report.review.pupil_id
    assert is_current(report)
    assert missing_in_report(report.review) == []
    waiting = to_sign(acting_for(User.objects.get(email="judith.askew@harbourlane.example"), harbour.pk))
    assert {item.rule for item in waiting} == {"review.report", "consultation.reply"}


@pytest.mark.parametrize("key", [HARBOUR, KESTREL])
def test_a_reply_lies_before_the_head(loaded, db, key):
    case = Consultation.objects.get(school=loaded.schools[key], ready_at__isnull=False, approved_at=None)

    assert missing(case) == []


@pytest.mark.parametrize("key", [HARBOUR, KESTREL])
def test_past_year_looks_like_one_of_a_real_school(loaded, db, key):
    today = timezone.localdate()
    scope = {"school_id": loaded.schools[key].pk, "first": today - timedelta(days=365), "last": today, "today": today}
    figures = tally(**scope)

    # Wide, for the figures move with the day on which the demo is loaded.
    assert 70 <= figures.share(duty="school").percent <= 95
    assert 45 <= figures.share(duty="la").percent <= 92
    assert len(causes(**scope)) >= 3


@pytest.mark.parametrize("key", [HARBOUR, KESTREL])
def test_late_duties_are_explained_but_the_newest(loaded, db, key):
    school, today = loaded.schools[key], timezone.localdate()
    said = MissedDeadline.objects.filter(school=school)

    assert said.filter(duty="school").count() >= 3
    assert said.filter(duty="la").count() >= 3
    assert all(row.happened and row.mend and row.at <= timezone.now() for row in said)
    assert not said.filter(due_on__lt=today - timedelta(days=365)).exists()
    assert unexplained(DueItem.objects.filter(school_id=school.pk), today).count() == 2
    late_now = set(late(DueItem.objects.filter(school_id=school.pk), today).values_list(*KEY))
    assert {row.key for row in said} <= late_now
    assert MissedDeadline.history.filter(school=school).count() == said.count()
    assert Event.objects.filter(school_id=school.pk, code="due.late_explained").count() == said.count()


@pytest.mark.parametrize("key", [HARBOUR, KESTREL])
def test_an_appeal_ended_in_an_agreement_with_a_step_of_its_own(loaded, db, key):
    rules = set(DueItem.objects.filter(school_id=loaded.schools[key].pk).values_list("rule", flat=True))

    assert {"mediation.other", "order.amend"} <= rules


def test_an_early_review_stands_beside_one_whose_final_plan_is_to_come(kestrel):
    early = AnnualReview.objects.get(school=kestrel, kind=AnnualReview.Kind.EARLY, closed_on=None)
    beside = early.plan.reviews.exclude(pk=early.pk).get(closed_on=None)

    final = DueItem.objects.open().get(rule="review.final", source_id=beside.pk)
    assert final.due_on > timezone.localdate()
