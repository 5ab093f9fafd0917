"""The words of a plan: versions, sections, outcomes, lines, and comparing two of them."""

from datetime import date, timedelta

import pytest

from ehcp.cases.refusals import CaseReason
from ehcp.models import OutcomeReview, PlanVersion
from ehcp.plans.compare import compare_texts, pair_rows
from ehcp.plans.refusals import PlanReason
from ehcp.plans.selectors.compared import amount_words, compare_versions
from ehcp.plans.selectors.plans import checked_lines, vague_lines_by_plan
from ehcp.plans.selectors.versions import in_force, latest
from ehcp.plans.services import plans
from ehcp.plans.services import versions as services
from pupils.models import NeedType
from pupils.register import services as register
from sendco.refusals import ChangedMeanwhile
from sendco.richtext import MAX_BYTES, TooLong
from tests.days import from_today
from tests.factories.ehcp import (
    AnnualReviewFactory,
    LocalAuthorityFactory,
    PlanFactory,
    PlanOutcomeFactory,
    PlanSectionFactory,
    PlanVersionFactory,
    ProvisionLineFactory,
)
from tests.refusals import refused

pytestmark = pytest.mark.postgresql("locks and constraints")

Kind = PlanVersion.Kind
DATED = date(2026, 10, 5)


@pytest.fixture
def plan(pupil):
    return PlanFactory(pupil=pupil, authority=LocalAuthorityFactory(school=pupil.school))


@pytest.fixture
def version(plan):
    return PlanVersionFactory(plan=plan)


def begin(plan, by, **values):
    return services.new_version(plan=plan, by=by, **{"kind": Kind.AMENDED, "dated_on": DATED} | values)


# --- Versions ----------------------------------------------------------------------------------------------------
def test_a_new_version_takes_everything_of_the_last_along(plan, version, senco):
    PlanSectionFactory(plan_version=version, letter="B", html="<p>Needs</p>")
    outcome = PlanOutcomeFactory(plan_version=version)
    ProvisionLineFactory(plan_version=version, outcome=outcome)

    new = begin(plan, senco, copy_from=version)

    assert new.number == 2
    assert new.sections.get().html == "<p>Needs</p>"
    line = new.lines.get()
    assert line.outcome == new.outcomes.get()
    assert (line.minutes, line.times, line.per) == (20, 3, "week")
    assert version.lines.get().outcome == outcome


def test_the_latest_final_version_counts_and_drafts_do_not(plan, version, senco):
    assert latest(plan) == version
    begin(plan, senco, kind=Kind.PROPOSED, dated_on=date(2026, 11, 2))
    assert latest(plan) == version

    amended = begin(plan, senco)
    assert latest(plan) == amended


def test_a_draft_is_worked_on_but_binds_nobody(plan, senco):
    draft = begin(plan, senco, kind=Kind.DRAFT)

    assert latest(plan) == draft
    assert in_force(plan) is None


def test_what_nobody_confirmed_never_counts(plan, version):
    PlanVersionFactory(plan=plan, kind=Kind.AMENDED, dated_on=DATED, confirmed_at=None)

    assert latest(plan) == version


def test_the_final_version_of_a_draft_moves_the_register(pupil, senco):
    authority = LocalAuthorityFactory(school=pupil.school)
    plan = plans.start_plan(pupil=pupil, authority=authority, state=plans.DRAFT, by=senco)
    begin(plan, senco, kind=Kind.DRAFT, dated_on=date(2026, 9, 1))
    assert register.open_entry(pupil).code == "N"

    begin(plan, senco, kind=Kind.FINAL, needs=[NeedType.objects.get(code="ASD")])

    plan.refresh_from_db()
    assert plan.made_on == DATED
    assert register.open_entry(pupil).starts_on == DATED


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"dated_on": timedelta(days=1)}, PlanReason.IN_FUTURE),
        ({"dated_on": date(2012, 1, 1)}, CaseReason.BEFORE_THE_LAW),
        ({"received_on": date(2026, 10, 1)}, CaseReason.OUT_OF_ORDER),
    ],
)
def test_days_that_cannot_be_are_refused(plan, senco, values, reason):
    with refused(reason):
        begin(plan, senco, **from_today(values))


def test_two_people_correct_one_version(version, senco):
    services.change_version(version=version, values={"note": "One"}, edit_version=1, by=senco)

    with pytest.raises(ChangedMeanwhile):
        services.change_version(version=version, values={"note": "Two"}, edit_version=1, by=senco)


def test_a_plan_that_ended_gets_no_version(plan, senco):
    plan.ceased_on = date(2026, 9, 1)
    plan.save()

    with refused(PlanReason.ENDED, ceased_on=plan.ceased_on):
        begin(plan, senco)


# --- Sections ----------------------------------------------------------------------------------------------------
def write(version, letter, html, by, seen=""):
    return services.save_section(version=version, letter=letter, html=html, seen=services.seen_of(seen), by=by)


def test_a_section_is_cleaned_as_it_is_kept(version, senco):
    section = write(version, "B", "<p onclick='x'>Needs</p><script>alert(1)</script>", senco)

    section.refresh_from_db()
    assert section.html == "<p>Needs</p>"
    version.refresh_from_db()
    assert version.edit_version == 2


def test_two_people_write_one_section_and_neither_is_lost(version, senco):
    write(version, "B", "<p>One</p>", senco)

    with pytest.raises(ChangedMeanwhile) as meanwhile:
        write(version, "B", "<p>Two</p>", senco)

    assert meanwhile.value.theirs.html == "<p>One</p>"
    assert version.sections.get().html == "<p>One</p>"


def test_two_people_may_write_two_sections(version, senco, head):
    write(version, "B", "<p>One</p>", senco)
    write(version, "C", "<p>Two</p>", head)

    assert version.sections.count() == 2


def test_a_section_that_is_too_long_is_refused_whole(version, senco):
    with pytest.raises(TooLong):
        write(version, "B", "<p>" + "a" * MAX_BYTES + "</p>", senco)

    assert not version.sections.exists()


# --- Outcomes and lines ------------------------------------------------------------------------------------------
OUTCOME = {"text": "Read a page", "by_when": "By July 2027", "preparation": ""}
LINE = {
    "outcome": None,
    "section": "F",
    "text": "Reading",
    "minutes": 20,
    "times": 3,
    "per": "week",
    "who": "Assistant",
    "group_size": 1,
}


def test_outcomes_are_added_changed_moved_and_taken_out(version, senco):
    first = services.save_outcome(version=version, values=OUTCOME, seen="", by=senco)
    second = services.save_outcome(version=version, values=OUTCOME | {"text": "Join a game"}, seen="", by=senco)
    assert (first.number, second.number) == (1, 2)

    services.move_row(row=second, up=True, by=senco)
    assert [row.text for row in version.outcomes.all()] == ["Join a game", "Read a page"]
    services.move_row(row=second, up=True, by=senco)
    first.refresh_from_db()
    assert first.number == 2

    services.remove_row(row=second, by=senco)
    assert [row.number for row in version.outcomes.all()] == [1]


def test_lines_are_numbered_within_their_section(version, senco):
    line = services.save_line(version=version, values=LINE, seen="", by=senco)
    health = services.save_line(version=version, values=LINE | {"section": "G"}, seen="", by=senco)
    assert (line.number, health.number) == (1, 1)

    seen = services.row_seen(health, services.LINE_FIELDS)
    moved = services.save_line(version=version, line=health, values=LINE, seen=seen, by=senco)
    assert (moved.section, moved.number) == ("F", 2)


def test_two_people_change_one_line(version, senco):
    line = ProvisionLineFactory(plan_version=version)
    seen = services.row_seen(line, services.LINE_FIELDS)
    services.save_line(version=version, line=line, values=LINE, seen=seen, by=senco)

    with pytest.raises(ChangedMeanwhile) as meanwhile:
        services.save_line(version=version, line=line, values=LINE | {"text": "Mine"}, seen=seen, by=senco)

    assert meanwhile.value.theirs.text == "Reading"


def test_a_line_taken_out_meanwhile_says_so(version, senco):
    line = ProvisionLineFactory(plan_version=version)
    services.remove_row(row=line, by=senco)

    with refused(PlanReason.ROW_GONE):
        services.save_line(version=version, line=line, values=LINE, seen="x", by=senco)


def test_an_outcome_that_a_review_looked_at_stays(plan, version, senco):
    outcome = PlanOutcomeFactory(plan_version=version)
    OutcomeReview.objects.create(review=AnnualReviewFactory(pupil=plan.pupil, plan=plan), outcome=outcome)

    with refused(PlanReason.OUTCOME_REVIEWED):
        services.remove_row(row=outcome, by=senco)


def test_an_outcome_of_another_version_is_refused(version, senco):
    other = PlanOutcomeFactory(plan_version=PlanVersionFactory(plan=version.plan))

    with refused(PlanReason.OUTCOME_OF_ANOTHER_VERSION, field="outcome"):
        services.save_line(version=version, values=LINE | {"outcome": other}, seen="", by=senco)


# --- Vague lines -------------------------------------------------------------------------------------------------
def test_vague_lines_of_the_version_that_counts(plan, version, senco):
    ProvisionLineFactory(plan_version=version)
    vague = ProvisionLineFactory(
        plan_version=version, text="Access to breaks", minutes=None, times=None, per="", who="", group_size=None
    )
    ProvisionLineFactory(plan_version=PlanVersionFactory(plan=plan, kind=Kind.DRAFT), text="Regular help")

    assert [row.line for row in vague_lines_by_plan([plan.pk])[plan.pk]] == [vague]
    assert [row.is_vague for row in checked_lines(version)] == [False, True]


def test_a_line_is_marked_as_asked_about_and_the_mark_comes_off(version, senco):
    line = ProvisionLineFactory(plan_version=version)

    services.challenge_line(line=line, challenged_on=date(2026, 11, 2), note="How often?", by=senco)
    line.refresh_from_db()
    assert (line.challenged_on, line.challenge_note) == (date(2026, 11, 2), "How often?")

    services.challenge_line(line=line, challenged_on=None, note="x", by=senco)
    line.refresh_from_db()
    assert (line.challenged_on, line.challenge_note) == (None, "")


# --- Comparing ---------------------------------------------------------------------------------------------------
def kinds(pieces):
    return [(piece.kind, piece.text.strip()) for piece in pieces if piece.text.strip()]


def test_words_are_compared_one_by_one():
    found = compare_texts("F", "20 minutes each day", "30 minutes each day")

    assert kinds(found.old) == [("gone", "20"), ("same", "minutes each day")]
    assert kinds(found.new) == [("new", "30"), ("same", "minutes each day")]
    assert found.state == "changed"


def test_what_stands_on_one_side_alone():
    assert compare_texts("F", "", "New").state == "new"
    assert compare_texts("F", "Old", "").state == "gone"
    assert compare_texts("F", "Same", "Same").state == "same"
    assert compare_texts("F", "", "").state == "same"


def test_rows_are_paired_by_their_words_not_their_place():
    found = pair_rows(
        ["read a page aloud to a friend", "join a game with two others"],
        ["ride a bicycle", "join a game with three others", "read a page aloud to a friend"],
        str,
        str,
    )

    assert [row.state for row in found] == ["same", "changed", "new"]


def test_long_texts_are_compared_in_a_moment():
    import time

    began = time.perf_counter()
    compare_texts("F", "word " * 20_000, "other " * 20_000)

    assert time.perf_counter() - began < 5


def test_a_change_of_an_amount_shows(plan, version, senco):
    PlanSectionFactory(plan_version=version, letter="A", html="<p>Likes trains</p>")
    ProvisionLineFactory(plan_version=version)
    new = begin(plan, senco, copy_from=version)
    line = new.lines.get()
    line.minutes = 90
    line.save()

    found = compare_versions(version, new)

    assert found["changes"] == 1
    assert [row.state for row in found["lines"]] == ["changed"]
    assert [row.state for row in found["sections"]] == ["same"]
    assert amount_words(line) == "1 hour 30 minutes, 3 times a week, Trained teaching assistant, alone"
