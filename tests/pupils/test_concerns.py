from datetime import date, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from pupils.concerns import selectors
from pupils.concerns import services as concerns
from pupils.concerns.forms import words_of_disclosure
from pupils.concerns.refusals import ConcernReason, ViewReason
from pupils.models import Concern, ConcernView, PupilSupport, WatchListEntry
from pupils.models.concerns import RATED
from pupils.register import services as register
from pupils.register.refusals import WatchReason
from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.jobs.models import Job
from sendco.refusals import ChangedMeanwhile
from staff.models import AcademicYear, OutgoingMail, Term
from staff.roles import Role
from tests.factories import MembershipFactory, UserFactory
from tests.refusals import refused

from .races import race

pytestmark = pytest.mark.postgresql("locks and constraints")

KEY = "0b6e6f4e-7d4f-4a53-9a39-2f6d1b3f8a01"
Outcome = Concern.Outcome


def raised(pupil, by, key=KEY, **more):
    facts = {"what": "Loses his place when reading", "parent_told": "told", "form_key": key} | more
    return concerns.raise_concern(pupil=pupil, by=by, **facts)


def in_days(count):
    return timezone.localdate() + timedelta(days=count)


def decide(concern, by, outcome, *, note="Seat near the front", days=None, version=None):
    return concerns.triage(
        concern=concern,
        outcome=outcome,
        note=note,
        by=by,
        version=concern.version if version is None else version,
        look_again_on=in_days(days) if days else None,
    )


def due(row, rule):
    return DueItem.objects.get(source_type=row._meta.label_lower, source_id=row.pk, rule=rule)


# --- Raise -------------------------------------------------------------------------------------------------------
def test_a_concern_is_due_a_first_look_and_leaves_an_event(pupil, teacher, senco):
    concern = raised(pupil, teacher)

    item = due(concern, "concern.first_look")
    assert item.met_on is None
    assert item.due_on > timezone.localdate()
    event = Event.objects.get(code="concern.raised")
    assert (event.pupil_id, event.by_name) == (pupil.pk, "Joe Adair")
    assert "Loses his place" not in event.text
    assert concern.history.get().history_user == teacher


def test_the_reply_by_mail_holds_initials_only(pupil, teacher, senco):
    concern = raised(pupil, teacher)

    mail = OutgoingMail.objects.get(to=teacher.email)
    assert "KA" in mail.text
    assert "Nadia Rahman" in mail.text
    assert f"/concerns/{concern.pk}/" in mail.text
    for secret in ("Kezia", "Adeyemi", "Loses"):
        assert secret not in mail.subject + mail.text


def test_the_sencos_hear_of_it_by_a_mail_that_holds_a_link_alone(school, pupil, teacher, senco, head):
    second = MembershipFactory(school=school, role=Role.SENCO).user
    MembershipFactory(school=school, role=Role.SENCO, user=UserFactory(is_active=False))

    concern = raised(pupil, teacher)

    mails = OutgoingMail.objects.exclude(to=teacher.email)
    assert {mail.to for mail in mails} == {senco.email, second.email}
    for mail in mails:
        assert mail.subject == "A new concern is waiting for you"
        assert f"/concerns/{concern.pk}/" in mail.text
        for secret in ("Kezia", "Adeyemi", "KA", "Loses"):
            assert secret not in mail.subject + mail.text


def test_nobody_is_told_of_their_own_concern(pupil, senco):
    raised(pupil, senco)

    assert [mail.to for mail in OutgoingMail.objects.all()] == [senco.email]
    assert OutgoingMail.objects.get().subject == "Your concern has arrived"


def test_where_nobody_is_senco_the_head_hears_of_it(pupil, teacher, head):
    raised(pupil, teacher)

    assert OutgoingMail.objects.filter(to=head.email).count() == 1


def test_a_concern_that_is_not_kept_sends_nothing(pupil, teacher, senco):
    with transaction.atomic():
        raised(pupil, teacher)
        transaction.set_rollback(True)

    assert not OutgoingMail.objects.exists()
    assert not Job.objects.exists()


def test_the_same_form_posted_twice_is_one_concern(pupil, teacher):
    first, second = raised(pupil, teacher), raised(pupil, teacher)

    assert first.pk == second.pk
    assert Concern.objects.count() == 1
    assert OutgoingMail.objects.count() == 1


def test_a_form_key_of_somebody_else_is_refused(pupil, teacher, teaching_assistant):
    raised(pupil, teacher)

    with refused(ConcernReason.SENT_ALREADY):
        raised(pupil, teaching_assistant)


def test_a_leaver_gets_no_new_concern(pupil, teacher):
    pupil.left_on = in_days(-1)
    pupil.save()

    with refused(ConcernReason.PUPIL_LEFT):
        raised(pupil, teacher)


# --- Triage ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("outcome", "days", "closes"),
    [
        (Outcome.STRATEGIES, 42, False),
        (Outcome.OBSERVE, 14, False),
        (Outcome.MONITOR, 84, True),
        (Outcome.SUPPORT, None, False),
        (Outcome.NO_ACTION, None, True),
    ],
)
def test_each_outcome_closes_or_stays_open(pupil, teacher, senco, outcome, days, closes):
    concern = decide(raised(pupil, teacher), senco, outcome, days=days)

    concern.refresh_from_db()
    assert (concern.closed_on is not None) is closes
    assert concern.outcome == outcome
    assert concern.decided_by == senco
    assert due(concern, "concern.first_look").met_on == timezone.localdate()


def test_strategies_are_due_a_second_look(pupil, teacher, senco):
    concern = decide(raised(pupil, teacher), senco, Outcome.STRATEGIES, days=42)

    item = due(concern, "concern.look_again")
    assert (item.due_on, item.owner_id, item.met_on) == (in_days(42), senco.pk, None)

    concern = decide(concern, senco, Outcome.NO_ACTION, note="It works")
    assert not DueItem.objects.filter(rule="concern.look_again").exists()
    assert concern.look_again_on is None


@pytest.mark.parametrize("days", [None, -1])
def test_looking_again_needs_a_day_to_come(pupil, teacher, senco, days):
    concern = raised(pupil, teacher)

    with refused(ConcernReason.LOOK_AGAIN_NOT_IN_FUTURE):
        decide(concern, senco, Outcome.STRATEGIES, days=days)

    concern.refresh_from_db()
    assert concern.first_action_at is None


def test_monitoring_puts_the_child_on_the_watch_list(pupil, teacher, senco):
    decide(raised(pupil, teacher), senco, Outcome.MONITOR, note="Reading pace", days=84)

    entry = WatchListEntry.objects.get(pupil=pupil)
    assert (entry.reason, entry.look_again_on, entry.entered_by) == ("Reading pace", in_days(84), senco)


def test_monitoring_needs_a_day_too(pupil, teacher, senco):
    concern = raised(pupil, teacher)

    with refused(WatchReason.LOOK_AGAIN_NOT_IN_FUTURE):
        decide(concern, senco, Outcome.MONITOR)

    assert not WatchListEntry.objects.exists()


def test_a_refusal_of_the_register_keeps_the_concern_as_it_was(pupil, teacher, senco):
    concern = raised(pupil, teacher)
    register.start_watching(pupil=pupil, reason="Spelling", look_again_on=in_days(7), by=senco)

    with refused(WatchReason.WATCHED_ALREADY):
        decide(concern, senco, Outcome.MONITOR, days=84)

    concern.refresh_from_db()
    assert (concern.outcome, concern.version, concern.closed_on) == ("", 1, None)


def test_of_two_who_triage_at_once_the_second_is_told(pupil, teacher, senco, head):
    concern = raised(pupil, teacher)
    decide(concern, senco, Outcome.STRATEGIES, days=42, version=1)

    with pytest.raises(ChangedMeanwhile) as meanwhile:
        decide(concern, head, Outcome.NO_ACTION, version=1)

    assert meanwhile.value.theirs.decided_by == senco
    concern.refresh_from_db()
    assert concern.outcome == Outcome.STRATEGIES


def test_a_closed_concern_is_not_triaged_again(pupil, teacher, senco):
    concern = decide(raised(pupil, teacher), senco, Outcome.NO_ACTION)

    with refused(ConcernReason.CLOSED):
        decide(concern, senco, Outcome.OBSERVE, days=7)


def test_the_raiser_hears_of_the_decision_without_a_name(pupil, teacher, senco):
    decide(raised(pupil, teacher), senco, Outcome.NO_ACTION)

    mail = OutgoingMail.objects.order_by("pk").last()
    assert mail.to == teacher.email
    assert "answer to your concern" in mail.subject
    assert "Kezia" not in mail.text


def test_the_first_action_is_kept_when_a_second_follows(pupil, teacher, senco):
    concern = decide(raised(pupil, teacher), senco, Outcome.OBSERVE, days=7)
    first = concern.first_action_at

    concern = decide(concern, senco, Outcome.NO_ACTION)

    assert concern.first_action_at == first


# --- SEN Support closes it ---------------------------------------------------------------------------------------
def support(pupil, by, entry, **more):
    from pupils.models import NeedType

    change = {"code": "K", "starts_on": timezone.localdate(), "reason": "Reading", "decided_by": "All"} | more
    needs = [NeedType.objects.get(code="SLCN")] if change["code"] == "K" else []
    return concerns.change_status(pupil=pupil, by=by, seen_entry_id=entry.pk, needs=needs, **change)


def test_starting_sen_support_closes_the_concern_that_asked_for_it(pupil, teacher, senco):
    asked = decide(raised(pupil, teacher), senco, Outcome.SUPPORT)
    other = raised(pupil, teacher, key="0b6e6f4e-7d4f-4a53-9a39-2f6d1b3f8a02")

    support(pupil, senco, register.open_entry(pupil))

    asked.refresh_from_db()
    other.refresh_from_db()
    assert asked.closed_on == timezone.localdate()
    assert other.closed_on is None


def test_a_status_changed_meanwhile_is_not_overwritten(pupil, senco, head):
    seen = register.open_entry(pupil)
    support(pupil, senco, seen, starts_on=date(2026, 1, 12))

    with pytest.raises(ChangedMeanwhile) as meanwhile:
        support(pupil, head, seen, code="E")

    assert meanwhile.value.theirs.code == "K"


# --- Views of colleagues -----------------------------------------------------------------------------------------
def view_of(concern, person):
    return ConcernView.objects.get(concern=concern, asked_of=person)


def test_asking_is_a_first_action_and_owes_a_view_each(pupil, teacher, teaching_assistant, senco):
    concern = raised(pupil, teacher)

    assert concerns.ask_for_views(concern=concern, people=[teacher, teaching_assistant], by=senco) == 2

    concern.refresh_from_db()
    assert concern.first_action_at is not None
    assert due(view_of(concern, teaching_assistant), "concern.view").owner_id == teaching_assistant.pk
    mail = OutgoingMail.objects.filter(to=teaching_assistant.email).get()
    assert "Kezia" not in mail.subject + mail.text


def test_nobody_is_asked_twice(pupil, teacher, teaching_assistant, senco):
    concern = raised(pupil, teacher)
    concerns.ask_for_views(concern=concern, people=[teacher], by=senco)

    assert concerns.ask_for_views(concern=concern, people=[teacher, teaching_assistant], by=senco) == 1
    with refused(ViewReason.ALL_ASKED_ALREADY):
        concerns.ask_for_views(concern=concern, people=[teacher], by=senco)


def test_who_was_withdrawn_can_be_asked_again(pupil, teacher, senco):
    concern = raised(pupil, teacher)
    concerns.ask_for_views(concern=concern, people=[teacher], by=senco)
    ConcernView.objects.update(withdrawn_on=timezone.localdate())

    assert concerns.ask_for_views(concern=concern, people=[teacher], by=senco) == 1
    assert view_of(concern, teacher).withdrawn_on is None


def ratings(**changed):
    return dict.fromkeys(RATED, 1) | changed


def test_an_answer_is_kept_once(pupil, teacher, senco):
    concern = raised(pupil, teacher)
    concerns.ask_for_views(concern=concern, people=[teacher], by=senco)
    view = view_of(concern, teacher)

    concerns.answer_view(view=view, by=teacher, strengths="Kind", **ratings(memory=3, physical=None))

    view.refresh_from_db()
    assert (view.memory, view.physical, view.strengths) == (3, None, "Kind")
    assert due(view, "concern.view").met_on == timezone.localdate()
    with refused(ViewReason.SENT_ALREADY):
        concerns.answer_view(view=view, by=teacher, strengths="Other", **ratings())


def test_only_the_person_asked_answers(pupil, teacher, teaching_assistant, senco):
    concern = raised(pupil, teacher)
    concerns.ask_for_views(concern=concern, people=[teacher], by=senco)

    with refused(ViewReason.NOT_ASKED):
        concerns.answer_view(view=view_of(concern, teacher), by=teaching_assistant, **ratings())


def test_a_closed_concern_asks_for_no_more_views(pupil, teacher, senco):
    concern = raised(pupil, teacher)
    concerns.ask_for_views(concern=concern, people=[teacher], by=senco)
    concern.refresh_from_db()

    decide(concern, senco, Outcome.NO_ACTION)

    assert due(view_of(concern, teacher), "concern.view").closed_on == timezone.localdate()
    with refused(ViewReason.NOT_NEEDED_ANY_MORE):
        concerns.answer_view(view=view_of(concern, teacher), by=teacher, **ratings())


# --- Many at once ------------------------------------------------------------------------------------------------
AT_ONCE = 8


def test_of_many_posts_of_one_form_one_is_kept(pupil, teacher, tmp_path):
    kept = race(lambda: raised(pupil, teacher).pk, count=AT_ONCE, folder=tmp_path)

    assert len(kept) == AT_ONCE
    assert len(set(kept)) == 1


def test_of_many_who_triage_at_once_one_decides(pupil, teacher, senco, tmp_path):
    concern = raised(pupil, teacher)

    decided = race(lambda: decide(concern, senco, Outcome.NO_ACTION, version=1).outcome, count=AT_ONCE, folder=tmp_path)

    assert sorted(decided) == ["ChangedMeanwhile"] * (AT_ONCE - 1) + ["none"]


def test_of_many_who_ask_at_once_one_asks(pupil, teacher, senco, tmp_path):
    concern = raised(pupil, teacher)

    def ask():
        return concerns.ask_for_views(concern=concern, people=[teacher], by=senco)

    asked = race(ask, count=AT_ONCE, folder=tmp_path)

    assert sorted(asked, key=str) == [1] + ["Refused"] * (AT_ONCE - 1)


def test_of_many_who_change_the_status_at_once_one_does(pupil, senco, tmp_path):
    seen = register.open_entry(pupil)

    codes = race(lambda: support(pupil, senco, seen).code, count=AT_ONCE, folder=tmp_path)

    assert sorted(codes) == ["ChangedMeanwhile"] * (AT_ONCE - 1) + ["K"]


# --- Selectors ---------------------------------------------------------------------------------------------------
def test_everybody_who_teaches_or_supports_the_child_is_found(pupil, teacher, teaching_assistant, senco, governor):
    PupilSupport.objects.create(pupil=pupil, user=teaching_assistant)
    PupilSupport.objects.create(pupil=pupil, user=governor)

    assert list(selectors.who_teaches(pupil)) == [teaching_assistant, teacher]


def test_colleagues_work_here_today(school, teacher, senco, outsider, governor):
    left = MembershipFactory(
        school=school, role=Role.TEACHER, user=UserFactory(name="Al Gone"), ends_on=in_days(-1)
    ).user

    found = set(selectors.colleagues(school))

    assert {teacher, senco} <= found
    assert not found & {left, outsider, governor}


def test_the_queue_is_oldest_first(pupil, other_pupil, teacher, senco, acting):
    young = raised(pupil, teacher)
    old = raised(other_pupil, teacher, key="0b6e6f4e-7d4f-4a53-9a39-2f6d1b3f8a02")
    Concern.objects.filter(pk=old.pk).update(raised_on=in_days(-5))
    going_on = decide(
        raised(pupil, teacher, key="0b6e6f4e-7d4f-4a53-9a39-2f6d1b3f8a03"), senco, Outcome.OBSERVE, days=7
    )

    me = acting(senco)
    assert list(selectors.to_triage(me)) == [old, young]
    assert list(selectors.in_hand(me)) == [going_on]
    assert not selectors.closed(me)


def test_the_median_counts_this_term_only(school, pupil, teacher, senco, acting):
    year = AcademicYear.objects.create(school=school, starts_in=2026)
    today = timezone.localdate()
    Term.objects.create(academic_year=year, name="Now", starts_on=today - timedelta(days=10), ends_on=today)
    now = timezone.now()
    for place, (days_ago, took) in enumerate([(1, 1), (5, 3), (6, 5), (40, 30)]):
        concern = raised(pupil, teacher, key=f"0b6e6f4e-7d4f-4a53-9a39-2f6d1b3f8b0{place}")
        entered = now - timedelta(days=days_ago)
        Concern.objects.filter(pk=concern.pk).update(
            raised_on=entered.date(), entered_at=entered, first_action_at=entered + timedelta(days=took)
        )

    since, words = selectors.measured_since(school, today)

    assert words == "this term"
    assert selectors.median_to_first_action(acting(senco), since) == timedelta(days=3)


def test_without_a_term_ninety_days_count(school, pupil, teacher, senco, acting):
    today = timezone.localdate()

    since, words = selectors.measured_since(school, today)

    assert (since, words) == (today - timedelta(days=90), "in the last 90 days")
    assert selectors.median_to_first_action(acting(senco), since) is None


def test_a_provision_lead_still_reads_the_concern_they_raised(school, other_pupil, acting):
    from staff.models import Unit

    unit = Unit.objects.create(school=school, name="Base", kind=Unit.Kind.RESOURCED)
    lead = MembershipFactory(school=school, role=Role.PROVISION_LEAD, unit=unit).user
    concern = raised(other_pupil, lead)

    me = acting(lead)
    assert list(selectors.readable(me)) == [concern]
    assert not selectors.may_triage(me, concern)


# --- Words that belong with the safeguarding lead ----------------------------------------------------------------
@pytest.mark.parametrize(
    "text",
    [
        "She disclosed something in PE",
        "He said his dad hits him",
        "was hit by his older brother",
        "There are bruises on her arm",
        "has been self-harming",
        "talks about suicide",
        "is afraid to go home",
        "Mum's partner beats her at home",
        "He isn’t safe at home",
        "wants to DIE",
    ],
)
def test_words_that_look_like_a_disclosure_are_found(text):
    assert words_of_disclosure(text)


@pytest.mark.parametrize(
    "text",
    [
        "Hits the wrong keys when typing",
        "He is hit and miss with spelling",
        "We touched on fractions, he was lost",
        "Hurt himself at football and cried for long",
        "Mum says he is happy at home",
        "Uses a knife and fork with difficulty",
        "Cannot cut along a line",
        "Dad beat the drum in assembly",
        "",
        None,
    ],
)
def test_words_of_learning_are_let_through(text):
    assert words_of_disclosure(text) == []
