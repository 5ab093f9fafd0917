"""Agencies: the directory, time bought and used, referrals on consent, waiting, and advice with what became of it."""

from datetime import timedelta

import pypdfium2
import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.agencies import jobs, selectors, services
from pupils.agencies.refusals import AgencyReason, ReferralReason
from pupils.models import Agency, BoughtTime, Contact, PlanStrategy, Recommendation, Referral, Target, Visit
from pupils.plans.refusals import SupportPlanReason
from pupils.plans.services.doing import end_strategy
from pupils.plans.services.plans import stop
from pupils.plans.services.reviews import close_cycle
from pupils.plans.services.targets import end_target
from pupils.record.services.pupils import hand_over
from sendco.due.models import DueItem
from sendco.files.models import StoredFile
from sendco.files.services import open_stored
from sendco.jobs import runner
from sendco.jobs.models import Job
from sendco.refusals import ChangedMeanwhile
from staff.acting import acting_for
from staff.models import Unit
from staff.roles import Role
from tests.factories import MembershipFactory

from .helping import begin, refused, write

pytestmark = pytest.mark.postgresql("constraints and dates")


def today(back=0):
    return timezone.localdate() - timedelta(days=back)


@pytest.fixture
def agency(school):
    return Agency.objects.create(school=school, name="Speech therapy", kind="salt", usual_weeks=18)


@pytest.fixture
def mother(pupil):
    return Contact.objects.create(pupil=pupil, name="Ada Adeyemi", relation="Mother", has_parental_responsibility=True)


def refer(pupil, agency, by, *, consent=True, sent=None, **more):
    values = {"agency": agency, "reason": "Speaks in single words", "asks": "", "lead": by, "basis": "consent"}
    values |= {"basis_note": ""} | more
    row = services.save_referral(referral=Referral(pupil=pupil, written_on=today(200)), values=values, version=1, by=by)
    if consent:
        row = consented(row, by, back=200)
    return services.send(referral=row, sent_on=today(sent), by=by) if sent is not None else row


def consented(row, by, *, back=0, name="Ada Adeyemi"):
    facts = {"consent_from": None, "consent_name": name, "consent_on": today(back), "consent_how": "form"}
    return services.note_consent(referral=row, values=facts, by=by)


def due(rule):
    return {item.source_id: item for item in DueItem.objects.filter(rule=rule)}


def decide(advice, by, decision, why="", plan=None, target=None):
    values = {"text": advice.text, "decision": decision, "why": why}
    return services.decide(
        recommendation=advice, values=values, version=advice.version, by=by, plan=plan, target=target
    )  # fmt: skip


# --- Consent -----------------------------------------------------------------------------------------------------
def test_without_consent_nothing_goes(pupil, agency, senco):
    row = refer(pupil, agency, senco, consent=False)

    refused(ReferralReason.NO_BASIS, services.send, referral=row, sent_on=today(), by=senco)
    assert due("referral.send")[row.pk].met_on is None
    refused(
        ReferralReason.CONSENT_UNSAID, services.note_consent, referral=row, by=senco,
        values={"consent_from": None, "consent_name": " ", "consent_on": today(), "consent_how": "form"},
    )  # fmt: skip


def test_a_basis_in_law_says_which(pupil, agency, senco):
    facts = {"agency": agency, "reason": "x", "asks": "", "lead": senco, "basis": "law", "basis_note": ""}
    refused(
        ReferralReason.BASIS_UNSAID, services.save_referral, referral=Referral(pupil=pupil), values=facts, version=1,
        by=senco,
    )  # fmt: skip

    row = refer(pupil, agency, senco, consent=False, basis="law", basis_note="Children Act 1989 s47")

    assert services.send(referral=row, sent_on=today(), by=senco).sent_on == today()


def test_consent_withdrawn_stops_what_rests_on_it(pupil, agency, senco):
    row = refer(pupil, agency, senco, sent=100)
    assert due("referral.ask")[row.pk].closed_on is None

    row = services.withdraw_consent(referral=row, on=today(), by=senco)

    assert (row.sent_on, row.rests_on_withdrawn) == (today(100), True)
    assert due("referral.ask")[row.pk].closed_on == today()
    assert due("referral.consent")[row.pk].owner_id == senco.pk
    refused(ReferralReason.CONSENT_WITHDRAWN, services.send, referral=row, sent_on=today(), by=senco)
    refused(ReferralReason.NO_CONSENT, services.withdraw_consent, referral=row, on=today(), by=senco)
    job = jobs.start(row, acting=acting_for(senco))
    runner.run(job.pk)
    job.refresh_from_db()
    assert "No consent stands" in job.error

    row = consented(row, senco)

    assert (row.rests_on_withdrawn, due("referral.ask")[row.pk].closed_on) == (False, None)
    assert row.pk not in due("referral.consent")


def test_a_referral_goes_after_consent_and_is_seen_after_it_went(pupil, agency, senco):
    row = consented(refer(pupil, agency, senco, consent=False), senco, back=10)

    refused(ReferralReason.SENT_BEFORE_CONSENT, services.send, referral=row, sent_on=today(11), by=senco)
    row = services.send(referral=row, sent_on=today(5), by=senco)
    seen = {"seen_on": today(6), "ask_again_on": None, "report_due_on": None}
    refused(ReferralReason.SEEN_BEFORE_SENT, services.note_seen, referral=row, values=seen, by=senco)
    refused(ReferralReason.REPORT_BEFORE_SENT, services.note_report, referral=row, report_on=today(6), by=senco)


# --- Waiting -----------------------------------------------------------------------------------------------------
def test_the_wait_is_counted_and_asked_after(pupil, agency, senco):
    row = refer(pupil, agency, senco, sent=140)

    assert row.waits(today()) == 140
    assert row.ask_again_on == today(140) + timedelta(weeks=18)
    assert selectors.state_of(row, today()) == ("late", "Waiting 140 days")
    assert due("referral.ask")[row.pk].due_on == row.ask_again_on
    services.note_seen(
        referral=row, values={"seen_on": today(2), "ask_again_on": None, "report_due_on": None}, by=senco
    )
    row.refresh_from_db()
    assert row.waits(today()) == 138


def test_the_first_visit_to_a_child_ends_the_wait(pupil, agency, senco):
    row = refer(pupil, agency, senco, sent=30)
    values = {"visited_on": today(3), "kind": "assess", "minutes": 90, "referral": row, "person": "", "notes": ""}
    visit = services.save_visit(visit=Visit(agency=agency), values=values, version=1, by=senco)

    row.refresh_from_db()
    assert (row.seen_on, due("referral.ask")[row.pk].met_on) == (today(3), today(3))
    services.save_visit(visit=visit, values=values | {"visited_on": today(2)}, version=1, by=senco)
    row.refresh_from_db()
    assert row.seen_on == today(2)
    visit.refresh_from_db()
    services.remove(row=visit, by=senco)
    row.refresh_from_db()
    assert (row.seen_on, due("referral.ask")[row.pk].met_on) == (None, None)
    refused(
        AgencyReason.VISIT_IN_FUTURE, services.save_visit, visit=Visit(agency=agency), version=1, by=senco,
        values=values | {"visited_on": today(-1)},
    )  # fmt: skip
    unsent = refer(pupil, agency, senco)
    refused(
        ReferralReason.NOT_SENT, services.save_visit, visit=Visit(agency=agency), version=1, by=senco,
        values=values | {"referral": unsent},
    )  # fmt: skip


def test_the_directory_says_who_waits_longest(pupil, other_pupil, agency, senco):
    refer(pupil, agency, senco, sent=140)
    refer(other_pupil, agency, senco, sent=20)
    refer(pupil, agency, senco)

    row = selectors.directory(acting_for(senco), today())[0]

    assert (row.open_count, row.waiting, row.longest) == (3, 2, 140)
    assert selectors.counts(acting_for(senco))["waiting"] == 2


# --- Time bought -------------------------------------------------------------------------------------------------
def test_a_visit_uses_the_time_of_one_stretch_and_one_taken_out_none(agency, senco):
    year = BoughtTime.objects.create(agency=agency, starts_on=today(300), ends_on=today(-60), minutes=600)
    term = BoughtTime.objects.create(agency=agency, starts_on=today(30), ends_on=today(-30), minutes=120)
    values = {"kind": "consult", "referral": None, "person": "", "notes": ""}

    def visit(back, minutes):
        facts = values | {"visited_on": today(back), "minutes": minutes}
        return services.save_visit(visit=Visit(agency=agency), values=facts, version=1, by=senco)

    visit(100, 60)
    visit(10, 90)
    wrong = visit(9, 90)

    def used():
        return {time.bought: (time.used, time.left) for time in selectors.times_of([agency], today())}

    assert used() == {year: (60, 540), term: (180, -60)}
    services.remove(row=wrong, by=senco)
    assert used()[term] == (90, 30)
    refused(
        AgencyReason.BOUGHT_BACKWARDS, services.save_bought, bought=BoughtTime(agency=agency), version=1, by=senco,
        values={"starts_on": today(), "ends_on": today(1), "minutes": 60, "cost": None, "note": ""},
    )  # fmt: skip


# --- Advice ------------------------------------------------------------------------------------------------------
def test_each_recommendation_is_adopted_adapted_or_not_with_why(pupil, agency, senco):
    plan = begin(pupil, senco)
    row = refer(pupil, agency, senco, sent=60)
    row = services.note_report(
        referral=row, report_on=today(3), advice=["Visual timetable", "Weekly group", "One-to-one daily"], by=senco
    )
    first, second, third = row.recommendations.all()
    item = due("referral.advice")[row.pk]
    assert (item.met_on, row.seen_on) == (None, today(3))
    refused(
        ReferralReason.ADVICE_OPEN, services.end, referral=row, ended_on=today(), ending="done", end_note="", by=senco
    )

    decide(first, senco, "adopted", plan=plan)
    refused(ReferralReason.WHY_UNSAID, decide, advice=second, by=senco, decision="adapted")
    decide(second, senco, "adapted", "Group of three, on Mondays", plan=plan)
    assert due("referral.advice")[row.pk].met_on is None
    decide(third, senco, "not", "No adult is free; asked the council for hours")

    assert due("referral.advice")[row.pk].met_on == today()
    texts = list(PlanStrategy.objects.filter(plan=plan, who=agency.name).values_list("text", flat=True))
    assert texts == ["Visual timetable", "Group of three, on Mondays"]
    first.refresh_from_db()
    decide(first, senco, "adopted", plan=plan)
    assert PlanStrategy.objects.filter(plan=plan, text="Visual timetable").count() == 1
    assert services.end(referral=row, ended_on=today(), ending="done", end_note="", by=senco).ended_on == today()


def test_a_report_without_advice_says_so(pupil, agency, senco):
    row = services.note_report(referral=refer(pupil, agency, senco, sent=9), report_on=today(), by=senco)
    assert due("referral.advice")[row.pk].met_on is None

    row = services.note_report(referral=row, report_on=today(), has_no_advice=True, by=senco)

    assert due("referral.advice")[row.pk].met_on == today()
    refused(
        ReferralReason.ADVICE_STANDS, services.note_report, referral=row, report_on=today(), by=senco,
        has_no_advice=True, advice=["Sit near"],
    )  # fmt: skip
    services.add_advice(referral=row, advice=["Sit near"], by=senco)
    assert due("referral.advice")[row.pk].met_on is None
    services.remove(row=Recommendation.objects.get(), by=senco)
    refused(ReferralReason.NOTHING_ADVISED, services.add_advice, referral=row, advice=[], by=senco)


# --- Ending, and owners who leave --------------------------------------------------------------------------------
def test_an_agency_with_open_referrals_stays_and_with_old_ones_is_kept(pupil, agency, senco):
    row = refer(pupil, agency, senco, sent=9)

    refused(AgencyReason.HAS_REFERRALS, services.end_agency, agency=agency, by=senco)
    row = services.end(referral=row, ended_on=today(), ending="refused", end_note="Too young", by=senco)
    services.end_agency(agency=agency, by=senco)

    agency.refresh_from_db()
    row.refresh_from_db()
    assert (agency.ended_on, row.agency) == (today(), agency)
    refused(AgencyReason.AGENCY_ENDED, refer, pupil=pupil, agency=agency, by=senco)
    refused(ReferralReason.ENDED, services.note_report, referral=row, report_on=today(), by=senco)
    assert services.reopen(referral=row, by=senco).ended_on is None
    refused(ReferralReason.NOT_ENDED, services.reopen, referral=row, by=senco)
    refused(
        ReferralReason.ENDED_TOO_EARLY, services.end, referral=row, ended_on=today(201), ending="done", end_note="",
        by=senco,
    )  # fmt: skip
    assert services.use_again(agency=agency, by=senco).ended_on is None


def test_two_agencies_of_one_name_are_one(agency, school, senco):
    values = {"name": "speech THERAPY", "kind": "salt", "usual_weeks": 3}

    refused(
        AgencyReason.SAME_AGENCY, services.save_agency, agency=Agency(school=school), values=values, version=1, by=senco
    )
    with pytest.raises(ChangedMeanwhile):
        services.save_agency(agency=agency, values=values | {"name": "Therapy"}, version=9, by=senco)


def test_the_referrals_of_who_leaves_go_to_somebody(pupil, agency, senco, teacher, school):
    row = refer(pupil, agency, teacher, sent=9)

    hand_over(user=teacher, to=senco, school=school, by=senco)

    row.refresh_from_db()
    assert (row.lead, due("referral.ask")[row.pk].owner_id) == (senco, senco.pk)


def test_a_child_who_left_is_not_asked_after(pupil, agency, senco):
    row = refer(pupil, agency, senco, sent=9)
    pupil.left_on = today(1)
    pupil.save()
    services.note_seen(
        referral=row, values={"seen_on": None, "ask_again_on": today(-9), "report_due_on": None}, by=senco
    )

    assert due("referral.ask")[row.pk].closed_on == today(1)


# --- Pages -------------------------------------------------------------------------------------------------------
def test_a_referral_through_its_pages(client, sign_in, pupil, senco, mother):
    sign_in(senco)
    answer = client.get(reverse("pupils:referral-add", args=[pupil.pk]))
    assert answer.url == reverse("pupils:agency-add")
    client.post(answer.url, {"name": "CAMHS North", "kind": "camhs", "usual_weeks": 18, "version": 1})
    agency = Agency.objects.get()
    client.post(
        reverse("pupils:referral-add", args=[pupil.pk]),
        {"agency": agency.pk, "reason": "Low mood", "lead": senco.pk, "basis": "consent", "version": 1},
    )
    row = Referral.objects.get()
    iso = today().isoformat()
    for name, typed in (
        ("consent", {"consent_from": mother.pk, "consent_on": iso, "consent_how": "form"}),
        ("send", {"sent_on": iso, "ask_again_on": iso}),
        ("seen", {"seen_on": iso, "report_due_on": iso}),
        ("report", {"report_on": iso, "advice": "- Quiet start\n\n2 Daily check-in"}),
    ):
        url = reverse(f"pupils:referral-{name}", args=[row.pk])
        assert client.get(url).status_code == 200
        row.refresh_from_db()
        assert client.post(url, typed | {"version": row.version}).status_code == 302, name
    texts = list(row.recommendations.values_list("text", flat=True))
    assert texts == ["Quiet start", "2 Daily check-in"]
    advice = row.recommendations.first()
    client.post(
        reverse("pupils:advice-decide", args=[advice.pk]), {"text": "Quiet start", "decision": "adopted", "version": 1}
    )
    visit = {"visited_on": iso, "kind": "assess", "minutes": 60, "referral": row.pk, "version": 1}
    client.post(reverse("pupils:visit-add", args=[agency.pk]), visit)

    page = client.get(reverse("pupils:referral-detail", args=[row.pk])).content.decode()
    for words in ("Quiet start", "Adopted", "Ada Adeyemi", "1 recommendation to decide on", "Low mood"):
        assert words in page
    for url in (
        reverse("pupils:agency-list"),
        reverse("pupils:agency-list") + "?show=advice",
        reverse("pupils:agency-detail", args=[agency.pk]),
        reverse("pupil-detail", args=[pupil.pk]) + "?tab=meetings",
    ):
        assert "CAMHS North" in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("consent", {"consent_on": "", "consent_how": "form"}, "required"),
        ("send", {"sent_on": "2999-01-01", "ask_again_on": "2999-01-01"}, "after today"),
        ("report", {"report_on": "2020-01-01"}, "came then or later"),
        ("report", {"report_on": "", "advice": "x" * 501}, "Line 1 is longer than 500"),
        ("end", {"ended_on": "", "ending": ""}, "Choose one."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(client, sign_in, pupil, agency, senco, name, typed, words):
    row = refer(pupil, agency, senco, sent=9)
    sign_in(senco)

    page = client.post(reverse(f"pupils:referral-{name}", args=[row.pk]), typed | {"version": row.version})

    assert page.status_code == 422
    assert words in page.content.decode()
    row.refresh_from_db()
    assert (row.report_on, row.ended_on) == (None, None)


def test_words_of_disclosure_are_asked_about(client, sign_in, pupil, agency, senco):
    sign_in(senco)
    typed = {"agency": agency.pk, "reason": "Mum says dad hit him", "lead": senco.pk, "basis": "consent", "version": 1}

    page = client.post(reverse("pupils:referral-add", args=[pupil.pk]), typed)

    assert (page.status_code, Referral.objects.count()) == (422, 0)
    assert "Mum says dad hit him" in page.content.decode()


def test_a_teacher_meets_no_referral(client, sign_in, pupil, agency, senco, teacher):
    row = refer(pupil, agency, senco, sent=9)
    sign_in(teacher)

    assert client.get(reverse("pupils:referral-detail", args=[row.pk])).status_code in (403, 404)
    tab = client.get(reverse("pupil-detail", args=[pupil.pk]) + "?tab=meetings").content.decode()
    assert "Speech therapy" not in tab
    assert not Referral.objects.visible_to(acting_for(teacher)).exists()


def test_a_referral_on_paper(client, sign_in, pupil, agency, senco):
    row = refer(pupil, agency, senco, sent=9)
    sign_in(senco)

    client.post(reverse("pupils:referral-pdf", args=[row.pk]))
    job = Job.objects.get()
    runner.run(job.pk)

    job.refresh_from_db()
    document = pypdfium2.PdfDocument(open_stored(StoredFile.objects.get(pk=job.result["file"])).read())
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    assert "Speaks in single words" in text
    assert "Consent of Ada Adeyemi" in text


def test_advice_goes_to_the_target_that_it_helps_to_reach(client, sign_in, pupil, agency, senco):
    plan = begin(pupil, senco)
    second = Target.objects.get(outcome__plan=plan, number=2)
    row = services.note_report(
        referral=refer(pupil, agency, senco, sent=30), report_on=today(), advice=["A card to ask with"], by=senco
    )
    advice = row.recommendations.get()
    url = reverse("pupils:advice-decide", args=[advice.pk])
    form = sign_in(senco).get(url).context["form"]
    assert form.initial["goes_to"] == f"p{plan.pk}"

    typed = {"text": advice.text, "decision": "adopted", "version": advice.version}
    assert client.post(url, typed | {"goes_to": "t99999"}).status_code == 422
    client.post(url, typed | {"goes_to": f"t{second.pk}"})

    advice.refresh_from_db()
    assert (advice.strategy.plan, advice.strategy.target, advice.strategy.text) == (plan, second, "A card to ask with")
    assert advice.where == advice.where_on_paper == "In the support plan, for target 2"
    assert advice.where in client.get(reverse("pupils:referral-detail", args=[row.pk])).content.decode()
    advice.strategy.plan.is_confidential = True
    assert advice.where_on_paper == ""


def test_advice_is_followed_into_the_next_cycle_and_out_of_it(pupil, agency, senco):
    plan = begin(pupil, senco)
    first, second = Target.objects.filter(outcome__plan=plan).order_by("number")
    row = services.note_report(
        referral=refer(pupil, agency, senco, sent=30), report_on=today(), advice=["A", "B", "C", "D"], by=senco
    )
    for one, target in zip(row.recommendations.all(), (first, second, None, None), strict=True):
        decide(one, senco, "adopted", plan=plan, target=target)
    a, b, c, d = Recommendation.objects.order_by("number")
    end_strategy(strategy=d.strategy, end_note="Did not help", by=senco)
    assert [one.where for one in (a, b, c)] == [
        "In the support plan, for target 1", "In the support plan, for target 2", "In the support plan",
    ]  # fmt: skip
    write(first, senco, value="80", judgement="met", next_step="done")
    write(second, senco, value="4", judgement="partly", next_step="carry", carry_reason="on_track")
    after = close_cycle(plan=plan, by=senco)

    a, b, c, d = Recommendation.objects.order_by("number")
    # The first went with its target, the second's is number 1 now, the last helped nobody.
    assert [one.where for one in (a, b, c, d)] == ["", "In the support plan, for target 1", "In the support plan", ""]
    assert b.standing.plan == after
    decide(c, senco, "not", "No adult is free")
    assert PlanStrategy.objects.get(plan=after, text="C").ended_on == today()
    decide(d, senco, "adopted", plan=after)
    assert Recommendation.objects.get(pk=d.pk).standing.plan == after  # tried once more
    stop(plan=after, ending="stopped", ending_note="Enough", version=after.version, by=senco)
    assert {one.where for one in Recommendation.objects.all()} == {""}


def test_advice_is_not_lost_where_plan_or_target_close_meanwhile(client, sign_in, pupil, agency, senco):
    plan = begin(pupil, senco)
    target = Target.objects.filter(outcome__plan=plan).first()
    row = services.note_report(
        referral=refer(pupil, agency, senco, sent=30), report_on=today(), advice=["A card"], by=senco
    )
    advice = row.recommendations.get()
    sign_in(senco)
    url = reverse("pupils:advice-decide", args=[advice.pk])
    typed = {"text": "A card", "decision": "adopted", "version": advice.version}
    end_target(target=target, end_note="Not needed", by=senco)
    refused(ReferralReason.TARGET_ENDED, decide, advice=advice, by=senco, decision="adopted", plan=plan, target=target)
    answer = client.post(url, typed | {"goes_to": f"t{target.pk}"})
    assert (answer.status_code, "Choose again" in answer.content.decode()) == (422, True)

    stop(plan=plan, ending="stopped", ending_note="Enough", version=plan.version, by=senco)
    refused(SupportPlanReason.CLOSED, decide, advice=advice, by=senco, decision="adopted", plan=plan)
    answer = client.post(url, typed | {"goes_to": f"p{plan.pk}"})
    assert (answer.status_code, "Choose again" in answer.content.decode()) == (422, True)
    advice.refresh_from_db()
    assert (advice.decision, advice.strategy, PlanStrategy.objects.filter(text="A card").count()) == ("open", None, 0)


# --- What is put right, and what two people do at once -----------------------------------------------------------
def test_a_step_of_an_older_page_undoes_nothing(client, sign_in, pupil, agency, senco):
    row = refer(pupil, agency, senco, sent=30)
    sign_in(senco)
    url = reverse("pupils:referral-seen", args=[row.pk])
    version = client.get(url).context["form"]["version"].value()
    values = {"visited_on": today(3), "kind": "assess", "minutes": 90, "referral": row, "person": "", "notes": ""}
    services.save_visit(visit=Visit(agency=agency), values=values, version=1, by=senco)

    page = client.post(url, {"seen_on": "", "ask_again_on": today(-9).isoformat(), "version": version})

    row.refresh_from_db()
    assert (page.status_code, row.seen_on) == (422, today(3))
    rows = {row.name: row.yours for row in page.context["conflict"].rows}
    assert (rows["seen_on"], rows["ask_again_on"] is None) == (None, False)  # left alone: the saved day is kept


def test_what_was_noted_by_mistake_is_taken_back(client, sign_in, pupil, agency, senco):
    row = refer(pupil, agency, senco, sent=30)
    services.note_report(referral=row, report_on=today(), by=senco)
    sign_in(senco)
    refused(ReferralReason.SOMETHING_CAME, services.not_sent, referral=row, by=senco)
    advice = services.add_advice(referral=row, advice=["Cards"], by=senco).recommendations.get()
    refused(ReferralReason.ADVICE_STANDS, services.no_report, referral=row, by=senco)
    services.remove(row=advice, by=senco)

    for name in ("no-report", "not-sent"):
        url = reverse(f"pupils:referral-{name}", args=[row.pk])
        assert client.get(url).status_code == 200
        assert client.post(url).status_code == 302
    row.refresh_from_db()
    assert (row.report_on, row.seen_on, row.sent_on) == (None, None, None)
    assert due("referral.send")[row.pk].met_on is None
    refused(ReferralReason.NO_REPORT, services.no_report, referral=row, by=senco)


def test_a_decision_taken_back_ends_its_strategy(pupil, agency, senco):
    plan = begin(pupil, senco)
    row = services.note_report(
        referral=refer(pupil, agency, senco, sent=30), report_on=today(), advice=["Cards"], by=senco
    )
    advice = decide(row.recommendations.get(), senco, "adopted", plan=plan)
    strategy = advice.strategy

    advice = decide(advice, senco, "not", why="No adult is free")

    strategy.refresh_from_db()
    assert (advice.strategy, strategy.ended_on) == (None, today())


def test_a_plan_does_not_tell_the_family_of_a_referral_they_were_not_asked_about(client, sign_in, pupil, agency, senco):
    plan = begin(pupil, senco)
    row = refer(pupil, agency, senco, consent=False, basis="law", basis_note="Children Act 1989 s47")
    services.send(referral=row, sent_on=today(9), by=senco)
    row = services.note_report(referral=row, report_on=today(), advice=["A calm start"], by=senco)
    advice = row.recommendations.get()

    form = sign_in(senco).get(reverse("pupils:advice-decide", args=[advice.pk])).context["form"]
    assert form.initial.get("goes_to") is None
    assert "goes_to" in form.fields
    advice = decide(advice, senco, "adopted", plan=plan)
    assert (advice.strategy.text, advice.strategy.who) == ("A calm start", "")


def test_a_visit_to_a_child_out_of_view_is_no_page(sign_in, pupil, agency, senco):
    row = refer(pupil, agency, senco, sent=30)
    values = {"visited_on": today(3), "kind": "assess", "minutes": 90, "referral": row, "person": "", "notes": "Cried"}
    visit = services.save_visit(visit=Visit(agency=agency), values=values, version=1, by=senco)
    unit = Unit.objects.create(school=pupil.school, name="Base", kind="sen_unit")
    lead = MembershipFactory(school=pupil.school, role=Role.PROVISION_LEAD, unit=unit).user
    client = sign_in(lead)

    page = client.get(reverse("pupils:agency-detail", args=[agency.pk])).content.decode()

    assert "for a pupil" in page
    assert "Cried" not in page
    for name in ("visit-edit", "visit-remove"):
        assert reverse(f"pupils:{name}", args=[visit.pk]) not in page
        assert client.get(reverse(f"pupils:{name}", args=[visit.pk])).status_code == 404


def test_whoever_looks_after_a_referral_may_open_it(client, sign_in, pupil, agency, senco, teacher):
    sign_in(senco)
    url = reverse("pupils:referral-add", args=[pupil.pk])
    leads = set(client.get(url).context["form"].fields["lead"].queryset)
    assert (senco in leads, teacher in leads) == (True, False)
    outsider = MembershipFactory(
        school=pupil.school,
        role=Role.PROVISION_LEAD,
        unit=Unit.objects.create(school=pupil.school, name="Base", kind="sen_unit"),
    ).user
    values = {"agency": agency, "reason": "x", "asks": "", "lead": outsider, "basis": "consent", "basis_note": ""}
    refused(
        ReferralReason.LEAD_BLIND, services.save_referral, referral=Referral(pupil=pupil), values=values, version=1,
        by=senco,
    )  # fmt: skip


def test_bought_time_of_odd_minutes_is_saved_again(client, sign_in, agency, senco):
    bought = BoughtTime.objects.create(agency=agency, starts_on=today(9), ends_on=today(-9), minutes=100)
    sign_in(senco)
    url = reverse("pupils:bought-edit", args=[bought.pk])
    form = client.get(url).context["form"]
    typed = {name: form[name].value() for name in form.fields if form[name].value() is not None}

    assert client.post(url, typed | {"note": "Autumn"}).status_code == 302
    bought.refresh_from_db()
    assert (bought.minutes, bought.note) == (100, "Autumn")
    BoughtTime.objects.filter(pk=bought.pk).update(minutes=600, version=9)
    page = client.post(url, typed | {"hours": "5", "note": "Autumn", "version": 2})
    assert [one.label for one in page.context["conflict"].rows] == ["Hours"]
