"""A kind of plan is data: one with rules from 2028 works to the PDF and leaves what stands untouched."""

from datetime import date

import pypdfium2
import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from pupils.models import PlanKind, SupportPlan
from pupils.plans import jobs
from pupils.plans.refusals import KindReason, SupportPlanReason
from pupils.plans.services import kinds, plans, reviews
from sendco.due.models import DueItem
from sendco.files.models import StoredFile
from sendco.files.services import open_stored
from sendco.jobs import runner
from sendco.jobs.models import Job
from staff.acting import acting_for

from .helping import READS, begin, kind, refused, targets_of, write

pytestmark = pytest.mark.postgresql("constraints")
LAW_FROM = date(2028, 9, 1)


@pytest.fixture
def proposed(db):
    """The proposal as it might become law: a row, and no line of code."""
    return PlanKind.objects.create(
        code="isp",
        name="Individual Support Plan",
        sections=[{"code": "agreed", "title": "What we agreed with the parents"}],
        basis=PlanKind.Basis.STATUTE,
        authority="An Act of 2028, invented for this test",
        review_most_months=12,
        valid_from=LAW_FROM,
    )


def test_before_its_day_nothing_of_it_begins(proposed, pupil, senco):
    facts = {
        "pupil": pupil, "kind": proposed, "lead": senco, "starts_on": date(2028, 8, 31), "assessed": {}, "by": senco,
        "review_on": date(2028, 12, 1),
    }  # fmt: skip
    refused(SupportPlanReason.KIND_NOT_IN_FORCE, plans.begin, **facts)


def test_from_its_day_it_works_to_the_pdf(proposed, pupil, senco, client, sign_in):
    standing = begin(pupil, senco)
    before = DueItem.objects.filter(source_id=standing.pk).values().get()
    with time_machine.travel(timezone.datetime(2028, 9, 4, 10, tzinfo=timezone.get_current_timezone())):
        sign_in(senco)
        page = client.get(reverse("pupils:support-new", args=[pupil.pk]) + f"?kind={proposed.pk}").content.decode()
        assert "What we agreed with the parents" in page
        plan = plans.begin(
            pupil=pupil, kind=proposed, lead=senco, starts_on=date(2028, 9, 4), review_on=date(2029, 1, 12),
            assessed={"agreed": "A quiet start to each day"}, outcome="Comes in calmly", targets=[dict(READS)],
            by=senco,
        )  # fmt: skip
        due = {item.rule: item for item in DueItem.objects.filter(source_id=plan.pk)}
        assert (due["support.at_least"].due_on, due["support.at_least"].basis) == (date(2029, 9, 4), "statute")
        assert "Act of 2028" in due["support.review"].explanation
        assert "What we agreed with the parents" in _pdf_of(plan, senco)
        write(targets_of(plan)[0], senco, next_step="carry", carry_reason="on_track")
        assert reviews.close_cycle(plan=plan, by=senco).kind == proposed

    standing.refresh_from_db()
    assert standing.kind == kind("sen_support")
    assert DueItem.objects.filter(source_id=standing.pk, source_type="pupils.supportplan").values().first() == before
    call_command("check_deadlines")


def _pdf_of(plan, user):
    job = jobs.start_pdf(plan, acting=acting_for(user))
    runner.run(job.pk)
    stored = StoredFile.objects.get(pk=Job.objects.get(pk=job.pk).result["file"])
    document = pypdfium2.PdfDocument(open_stored(stored).read())
    return " ".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", " ")


def test_the_next_cycle_takes_the_form_in_force(pupil, senco, school):
    old = _own(school, senco, "Nurture plan", valid_from=date(2026, 1, 1))
    plan = begin_own(pupil, senco, old)
    kinds.end_kind(kind=old, valid_to=timezone.localdate(), by=senco)
    new = PlanKind.objects.create(
        school=school, code=old.code, name="Nurture plan", authority="School policy", sections=old.sections,
        valid_from=timezone.localdate(),
    )  # fmt: skip

    after = reviews.close_cycle(plan=plan, by=senco)

    assert (after.kind, after.cycle) == (new, 2)


def _own(school, by, name, **more):
    values = {
        "name": name, "authority": "School policy", "review_weeks": 4, "review_most_months": None,
        "valid_from": timezone.localdate(), "sections": [{"code": "part1", "title": "How it began", "hint": ""}],
    }  # fmt: skip
    return kinds.save_kind(kind=PlanKind(school=school), values=values | more, version=1, by=by)


def begin_own(pupil, by, own):
    today = timezone.localdate()
    return plans.begin(
        pupil=pupil, kind=own, lead=by, starts_on=today, review_on=today, assessed={"part1": "Slowly"}, by=by
    )


def test_a_kind_in_use_keeps_its_parts(pupil, senco, school):
    own = _own(school, senco, "Nurture plan")
    begin_own(pupil, senco, own)
    values = {
        "name": "Nurture plan 2", "authority": "School policy", "review_weeks": 4, "review_most_months": None,
        "valid_from": own.valid_from, "sections": [],
    }  # fmt: skip

    refused(KindReason.IN_USE, kinds.save_kind, kind=own, values=values, version=1, by=senco)
    saved = kinds.save_kind(kind=own, values=values | {"sections": own.sections}, version=1, by=senco)
    assert saved.name == "Nurture plan 2"
    assert SupportPlan.objects.get().kind.name == "Nurture plan 2"


def test_what_ships_is_changed_by_nobody(senco):
    refused(KindReason.SHIPPED, kinds.save_kind, kind=kind(), values={}, version=1, by=senco)
    refused(KindReason.SHIPPED, kinds.end_kind, kind=kind(), valid_to=None, by=senco)


def test_a_school_writes_its_parts_one_a_line(client, sign_in, senco):
    sign_in(senco)
    typed = {
        "version": 1, "name": "Attendance plan", "authority": "Attendance policy", "valid_from": "2026-09-01",
        "parts": "What keeps them away: at home and here\n\nWho they trust",
    }  # fmt: skip

    client.post(reverse("pupils:plan-kind-add"), typed)

    assert [(part["title"], part["hint"]) for part in PlanKind.objects.get(name="Attendance plan").sections] == [
        ("What keeps them away", "at home and here"), ("Who they trust", ""),
    ]  # fmt: skip
    for parts, words in (("", "at least one"), ("Same\nsame", "same title"), (": only a hint", "title before")):
        assert words in client.post(
            reverse("pupils:plan-kind-add"), typed | {"parts": parts}
        ).content.decode()  # fmt: skip


def test_another_schools_kind_is_not_there(client, sign_in, outsider, school, senco):
    own = _own(school, senco, "Nurture plan")
    sign_in(outsider)

    assert "Nurture plan" not in client.get(reverse("pupils:plan-kind-list")).content.decode()
    assert client.get(reverse("pupils:plan-kind-edit", args=[own.pk])).status_code == 404
