"""The head's figures: ours apart from theirs, law apart from the rest, and nothing hidden in a percentage."""

import csv
import io
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from ehcp.models import LocalAuthority, Plan
from governance.selectors import compliance as figures
from governance.selectors.compliance import Share
from governance.services.missed import explain_late
from sendco.due.models import DueItem
from sendco.files.models import StoredFile
from sendco.files.services import open_stored
from sendco.jobs import runner
from sendco.jobs.models import Job
from staff.models import AcademicYear, Term
from staff.periods import period_of
from staff.roles import Role
from tests.factories import MembershipFactory, PupilFactory, SchoolFactory

from .test_feed import make_due

pytestmark = pytest.mark.postgresql("sums by group")

URL = "/compliance/"
TODAY = date(2027, 1, 25)


@pytest.fixture(autouse=True)
def _on_a_monday():
    with time_machine.travel(f"{TODAY} 09:00:00+00:00", tick=False):
        yield


@pytest.fixture
def signed_in(sign_in, head):
    return sign_in(head)


def page(client, query=""):
    response = client.get(f"{URL}{query}")
    assert response.status_code == 200, response.content.decode()[:500]
    return response


def met(pupil, days, late=0, **changes):
    """A duty due so many days ago and met so many days late."""
    return make_due(pupil, -days, met_on=timezone.localdate() - timedelta(days=days - late), **changes)


def test_ours_and_theirs_apart(signed_in, pupil):
    for _ in range(3):
        met(pupil, 10)
    met(pupil, 10, late=2)
    make_due(pupil, -5)
    met(pupil, 10, duty="la")
    met(pupil, 10, late=1, duty="la")

    response = page(signed_in)

    assert (response.context["ours"], response.context["ours"].percent) == (Share(3, 2, 1), 60)
    assert (response.context["theirs"], response.context["theirs"].percent) == (Share(1, 1, 0), 50)
    assert "3 of 5 duties. 1 late, 1 late and still open." in response.content.decode()


def test_guidance_and_policy_never_count_in_a_percentage_of_the_law(signed_in, pupil):
    met(pupil, 10)
    for _ in range(4):
        met(pupil, 10, late=3, basis="guidance", rule="consultation.reply", title="Consultation reply")
        met(pupil, 10, late=3, basis="local", rule="concern.first_look", title="First look")

    response = page(signed_in)

    assert response.context["ours"] == Share(1, 0, 0)
    assert [line.title for line in response.context["our_law"]] == ["Review report"]
    assert [(line.title, line.share) for line in response.context["guidance"]] == [("Consultation reply", Share(0, 4))]
    assert [(line.title, line.share) for line in response.context["policy"]] == [("First look", Share(0, 4))]


def test_exceptions_replaced_and_fallen_away_are_counted_apart(signed_in, pupil):
    met(pupil, 10)
    make_due(pupil, -30, exception="School closed four weeks")
    make_due(pupil, -30, closed_on=TODAY, replaced_by="Tribunal order")
    make_due(pupil, -30, closed_on=TODAY - timedelta(days=40))
    make_due(pupil, 5)
    make_due(pupil, 0)

    tally = page(signed_in).context["tally"]

    assert tally.share(duty="school") == Share(1, 0, 0)
    assert (tally.excepted, tally.replaced, tally.fell_away, tally.not_yet) == (1, 1, 1, 2)


def test_a_hundred_only_when_nothing_was_late():
    assert Share(199, 1).percent == 99
    assert Share(200, 0).percent == 100
    assert Share(0, 0).percent is None


def test_each_duty_has_a_mark_and_its_numbers(signed_in, pupil):
    met(pupil, 10)
    met(pupil, 11, late=2)

    words = page(signed_in).content.decode()

    assert words.count('<i class="pip-on"></i>') == 1
    assert words.count('<i class="pip-late"></i>') == 1
    assert "1 of 2<span" in words


def test_period_bounds_are_included(signed_in, pupil):
    met(pupil, 10)
    on = (TODAY - timedelta(days=10)).isoformat()

    assert page(signed_in, f"?period=dates&first={on}&last={on}").context["ours"] == Share(1, 0)
    after = (TODAY - timedelta(days=9)).isoformat()
    assert page(signed_in, f"?period=dates&first={after}&last=2027-02-01").context["ours"] == Share(0, 0)


@pytest.fixture
def terms(school):
    year = AcademicYear.objects.create(school=school, starts_in=2026)
    autumn = Term.objects.create(
        academic_year=year, name="Autumn", starts_on=date(2026, 9, 3), ends_on=date(2026, 12, 18)
    )
    spring = Term.objects.create(
        academic_year=year, name="Spring", starts_on=date(2027, 1, 4), ends_on=date(2027, 3, 25)
    )
    return autumn, spring


@pytest.mark.parametrize(
    ("query", "first", "last"),
    [
        ({}, date(2026, 9, 1), date(2027, 8, 31)),
        ({"period": "last_year"}, date(2025, 9, 1), date(2026, 8, 31)),
        ({"period": "term"}, date(2027, 1, 4), date(2027, 3, 25)),
        ({"period": "last_term"}, date(2026, 9, 3), date(2027, 1, 3)),
        ({"period": "nonsense"}, date(2026, 9, 1), date(2027, 8, 31)),
        ({"period": "dates", "first": "2027-01-09", "last": "2027-01-01"}, date(2026, 9, 1), date(2027, 8, 31)),
        ({"period": "dates", "first": "1900-01-01", "last": "2027-01-01"}, date(2026, 9, 1), date(2027, 8, 31)),
    ],
)
def test_periods(school, terms, query, first, last):
    period = period_of(query, school=school, today=TODAY)

    assert (period.first, period.last) == (first, last)


def test_the_line_over_the_terms(signed_in, school, pupil, terms):
    met(pupil, 60)
    met(pupil, 60, late=2)
    met(pupil, 10)
    met(pupil, 10, basis="guidance", late=4)

    found = figures.by_term(school=school, last=date(2027, 8, 31), today=TODAY)

    assert found == [("Autumn", 50, None), ("Spring", 100, None)]
    assert "On time by term" in page(signed_in).content.decode()


def test_by_authority(signed_in, school, pupil, other_pupil):
    for child, name, late in ((pupil, "Westmarch", 0), (other_pupil, "Eastholt", 3)):
        authority = LocalAuthority.objects.create(school=school, name=name)
        plan = Plan.objects.create(school=school, pupil=child, authority=authority)
        met(child, 10, late=late, duty="la", source_type="ehcp.plan", source_id=plan.pk)

    assert page(signed_in).context["by_authority"] == [("Eastholt", Share(0, 1)), ("Westmarch", Share(1, 0))]


def test_every_missed_one_with_cause_and_mend(signed_in, pupil, senco):
    item = met(pupil, 10, late=4)
    make_due(pupil, -3, title="Papers")
    explain_late(item=item, cause="away", happened="Writer ill", mend="A second writer", by=senco)

    response = page(signed_in)

    words = response.content.decode()
    assert [row.item.title for row in response.context["missed"]] == ["Papers", "Review report"]
    assert "Open, 3 days late" in words
    assert "Done 4 days late" in words
    assert "Writer ill" in words
    assert "A second writer" in words
    assert "Not said yet" in words
    assert "Causes of our late duties" in words


def test_unexplained_are_asked_for(signed_in, pupil):
    met(pupil, 10, late=4)

    assert "1 of our duties was done late and nobody has said why" in page(signed_in).content.decode()


def test_query_count_does_not_grow(signed_in, school, pupil, terms, senco, count_queries):
    item = met(pupil, 10, late=1)
    met(pupil, 10, duty="la", late=1, owner_id=senco.pk)
    explain_late(item=item, cause="time", mend="More time", by=senco)
    few = count_queries(URL)
    for number in range(20):
        item = met(PupilFactory(school=school), 10 + number, late=1, rule=f"test.{number % 5}", owner_id=senco.pk)
        explain_late(item=item, cause="time", mend="More time", by=senco)

    assert count_queries(URL) == few


# --- Several schools ----------------------------------------------------------------------------------------------
def test_schools_are_those_where_the_permission_is_held(client, sign_in, head, school, pupil, foreign_pupil):
    MembershipFactory(user=head, school=foreign_pupil.school, role=Role.SENCO)
    third = PupilFactory(school=SchoolFactory(name="Third School"))
    MembershipFactory(user=head, school=third.school, role=Role.TEACHER)
    fourth = PupilFactory(school=SchoolFactory(name="Fourth School"))
    met(pupil, 10)
    met(foreign_pupil, 10, late=2)
    for child in (third, fourth):
        met(child, 10, late=2)
    sign_in(head)

    response = client.get(reverse("compliance-schools"))

    rows = {row[0].name: row[1] for row in response.context["rows"]}
    assert rows == {"Fernhill Primary School": Share(1, 0), "Oakmere Primary School": Share(0, 1)}
    assert response.context["ours"] == Share(1, 1)
    words = response.content.decode()
    assert "Third School" not in words
    assert "Kezia" not in words


def test_ended_membership_takes_its_school_away(client, sign_in, head, school, pupil, foreign_pupil):
    MembershipFactory(
        user=head, school=foreign_pupil.school, role=Role.HEAD, starts_on=date(2026, 1, 1), ends_on=date(2027, 1, 24)
    )
    sign_in(head)

    assert [row[0] for row in client.get(reverse("compliance-schools")).context["rows"]] == [school]


def test_schools_page_reads_as_often_for_one_as_for_many(client, sign_in, head, pupil, count_queries):
    sign_in(head)
    met(pupil, 10)
    few = count_queries(reverse("compliance-schools"))
    for number in range(6):
        child = PupilFactory(school=SchoolFactory(name=f"School {number}"))
        MembershipFactory(user=head, school=child.school, role=Role.HEAD)
        met(child, 10)

    assert count_queries(reverse("compliance-schools")) == few


# --- The file -----------------------------------------------------------------------------------------------------
def export(client, **changes):
    body = {"purpose": "For the governors", "kind": "csv", "with_missed": "on", "period": "year"}
    response = client.post(reverse("compliance-export"), body | changes)
    assert response.status_code == 302, response.content.decode()
    job = Job.objects.latest("pk")
    runner.run(job.pk)
    job.refresh_from_db()
    return job


def content_of(job):
    assert job.status == "done", job.error
    with open_stored(StoredFile.objects.get(pk=job.result["file"])) as stored:
        return stored.read()


def rows_of(job):
    return list(csv.reader(io.StringIO(content_of(job).decode("utf-8-sig"))))


def test_export_of_the_missed_with_causes(proved, head, senco, pupil):
    explain_late(item=met(pupil, 10, late=4), cause="away", mend="=SUM(A1)", by=senco)

    rows = rows_of(export(proved(head)))

    assert rows[1][:4] == ["Kezia Adeyemi", "Review report", "School", "Law"]
    assert rows[1][6:] == ["Somebody was ill or away", "", "'=SUM(A1)", "Nadia Rahman"]


def test_export_of_figures_names_no_child(proved, head, pupil):
    met(pupil, 10, late=4)
    met(pupil, 10)

    rows = rows_of(export(proved(head), with_missed=""))

    assert rows[1] == ["School", "Law", "Review report", "SEND Regs 2014, reg 20(7)", "1", "2", "0"]
    assert "Kezia" not in str(rows)


def test_pdf_is_made(proved, head, pupil):
    met(pupil, 10, late=4)

    assert content_of(export(proved(head), kind="pdf")).startswith(b"%PDF")


def test_pdf_of_somebody_who_may_no_longer_see_it_fails(proved, head, pupil):
    client = proved(head)
    client.post(reverse("compliance-export"), {"purpose": "For the governors", "kind": "csv"})
    head.memberships.update(role=Role.TEACHER)
    job = Job.objects.latest("pk")
    runner.run(job.pk)
    job.refresh_from_db()

    assert job.status == "failed"


def test_other_schools_figures_stay_out(signed_in, foreign_pupil):
    met(foreign_pupil, 10, late=3)

    assert page(signed_in).context["ours"] == Share(0, 0)
    assert DueItem.objects.count() == 1
