"""Each room declares its steps once: what they write is the case's, what they need holds, their pages are there."""

from datetime import date

import pytest
from django.urls import NoReverseMatch, reverse

from ehcp.appeals import log
from ehcp.appeals.kind import APPEAL
from ehcp.cases.kinds import KINDS
from ehcp.consultations import selectors as consultations
from ehcp.consultations import steps as of_consultations
from ehcp.requests import steps as of_requests
from ehcp.reviews import steps as of_reviews
from ehcp.reviews.selectors import reviews as selectors
from tests.factories.ehcp import AnnualReviewFactory, ConsultationFactory, PlanFactory

STEPS = {
    "review": of_reviews.STEPS,
    "assessment": of_requests.STEPS,
    "consultation": of_consultations.STEPS,
}
# The day on which a case is entered, which no step writes.
BEGUN_WITH = {"review": "began_on", "assessment": "began_on", "consultation": "received_on"}
EACH = [(kind, step) for kind, steps in STEPS.items() for step in steps.values()]


@pytest.mark.parametrize(("kind", "step"), EACH, ids=lambda one: getattr(one, "code", one))
def test_step_writes_fields_of_its_case_and_leads_to_a_page(kind, step):
    fields = {field.name for field in KINDS[kind].model._meta.get_fields()}

    assert set(step.writes) <= fields
    assert not step.route or any(_path(step.route, args) for args in ([1], []))
    assert str(step.title)


def _path(route, args):
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return ""


@pytest.mark.parametrize("kind", STEPS)
def test_every_dated_fact_that_is_written_is_written_by_a_step(kind):
    """Otherwise nobody could enter it."""
    dated = {fact.field for fact in KINDS[kind].facts if fact.written} - {BEGUN_WITH.get(kind)}

    assert dated <= {field for step in STEPS[kind].values() for field in step.writes}


def test_log_of_an_appeal_holds_each_dated_fact_but_the_letter_it_begins_with():
    dated = {fact.field for fact in APPEAL.facts if fact.written}

    assert dated - {"letter_on"} <= {line.field for line in log.LINES}


# Each stage by the facts that lead to it.
WAYS = {
    "plan": {},
    "prepare": {"meeting_on": date(2026, 11, 10)},
    "report": {"held_on": date(2026, 11, 10)},
    "send": {"approved_at": "2026-11-12T10:00Z"},
    "decision": {"report_sent_on": date(2026, 11, 13)},
    "amend": {"decision_on": date(2026, 11, 20), "decision": "amend"},
}


def test_list_and_page_agree_on_the_stage(school, pupil, senco, acting):
    """The database's reading of a stage and the page's are made of one table."""
    facts, stages = {}, {}
    for code, more in WAYS.items():
        facts |= more
        plan = PlanFactory(pupil=pupil, ceased_on=date(2026, 12, 1))
        stages[AnnualReviewFactory(plan=plan, pupil=pupil, school=school, organiser=senco, **facts).pk] = code

    rows = list(selectors.reviews_of(acting(senco)))

    assert {row.pk: selectors.stage_of(row).code for row in rows} == stages
    for code in WAYS:
        in_stage = selectors.filtered(selectors.reviews_of(acting(senco)), {"stage": code}, acting(senco))
        assert [stages[row.pk] for row in in_stage] == [code]


ANSWERED = {
    "new": {},
    "write": {"reply": "can"},
    "head": {"ready_at": "2026-11-12T10:00Z"},
    "send": {"approved_at": "2026-11-13T10:00Z"},
    "sent": {"sent_on": date(2026, 11, 16)},
}
SHOWN = {"open": ["new", "write", "head", "send"], "head": ["head"], "sent": ["sent"]}


def test_lists_of_consultations_agree_with_their_stages(school, senco, acting):
    facts, stages = {}, {}
    for more in ANSWERED.values():
        facts |= more
        case = ConsultationFactory(school=school, **facts)
        case.refresh_from_db()
        stages[case.pk] = consultations.stage_of(case).code

    assert list(stages.values()) == list(ANSWERED)
    for show, codes in SHOWN.items():
        rows = consultations.consultations_of(acting(senco), show=show)
        assert sorted(stages[row.pk] for row in rows) == sorted(codes)
