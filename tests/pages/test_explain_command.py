from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from ehcp import deadlines
from staff.models import AcademicYear, Closure, Term


def explained(*args):
    out = StringIO()
    call_command("explain", *args, stdout=out)
    return out.getvalue()


def test_one_rule_with_its_sum_and_its_law():
    words = explained("review.report", "--on", "2027-01-12")

    assert (
        "Report of the review meeting due Tue 26 Jan 2027: 2 weeks after the review meeting on Tue 12 Jan 2027."
        in words
    )
    assert "SEND Regulations 2014, reg 20(7)-(9)." in words
    assert "Whose duty: school. Footing: law." in words


def test_two_limits_and_the_earlier_of_them():
    words = explained("review.final", "--on", "2027-01-29", "--and", "meeting=2027-01-12")

    assert "due Fri 26 Mar 2027, the earlier of two limits" in words
    assert "12 weeks after the review meeting on Tue 12 Jan 2027 is Tue 6 Apr 2027" in words


@pytest.mark.parametrize(
    ("code", "on", "other", "due"),
    [
        ("appeal.lodge", "2026-11-17", "certificate=2027-01-08", "Mon 8 Feb 2027"),
        ("move.transfer", "2027-02-01", "aware=2027-01-04", "Mon 1 Feb 2027"),
        ("move.review", "2025-12-01", "transferred=2026-11-09", "Mon 8 Feb 2027"),
    ],
)
def test_rules_that_need_a_second_day(code, on, other, due):
    assert f"due {due}" in explained(code, "--on", on, "--and", other)


def test_a_code_with_several_starts_explains_each():
    words = explained("rebased.final", "--on", "2026-11-18")

    assert "14 weeks after the Tribunal's order to assess" in words
    assert "11 weeks after the Tribunal's order to make a plan" in words
    assert "Footing: practice, which no law sets." in words


@pytest.mark.parametrize("code", [*deadlines.CODES, "concern.first_look", "support.tell_parent", "watch.look_again"])
def test_every_rule_explains_itself(code):
    on = "2012-02-29" if code == "rights.pass" else "2026-11-17"

    assert " due " in explained(code, "--on", on)


def test_the_list_names_every_rule_and_the_second_days():
    words = explained()

    assert all(code in words for code in deadlines.CODES)
    assert "concern.first_look" in words
    assert "--and meeting=DATE is the day of the review meeting" in words


def test_a_school_gives_its_last_school_day(school):
    year = AcademicYear.objects.create(school=school, starts_in=2026)
    Term.objects.create(academic_year=year, name="Autumn", starts_on=date(2026, 9, 2), ends_on=date(2026, 12, 18))
    Term.objects.create(academic_year=year, name="Spring", starts_on=date(2027, 1, 4), ends_on=date(2027, 3, 25))
    Closure.objects.create(school=school, name="INSET", kind="inset", starts_on="2026-12-18", ends_on="2026-12-18")

    words = explained("review.invite", "--on", "2027-01-12", "--school", str(school.pk))
    beyond = explained("review.due", "--on", "2027-01-12", "--school", str(school.pk))

    assert "To be safe, finish by Thu 24 Dec 2026." in words
    assert "Last school day on or before it: Thu 17 Dec 2026." in words
    assert "not known, the school calendar does not reach it" in beyond


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (("review.never", "--on", "2027-01-12"), "no rule review.never"),
        (("review.report",), "Give the day"),
        (("review.report", "--on", "12/01/2027"), "not a date"),
        (("review.report", "--on", "2027-01-12", "--and", "meeting=2027-01-12"), "It takes none"),
        (("review.final", "--on", "2027-01-12", "--and", "lunch=2027-01-12"), "It takes meeting"),
        (("review.final", "--on", "2027-01-12", "--and", "meeting"), "NAME=DATE"),
        (("review.final", "--on", "2027-01-12", "--and", "meeting=soon"), "not a date"),
        (("review.notice", "--on", "2021-01-12"), "does not hold"),
        (("appeal.response", "--on", "2099-01-12"), "not known yet"),
        (("review.report", "--on", "2027-01-12", "--school", "999999"), "no school 999999"),
    ],
)
def test_a_wrong_call_is_explained(db, args, words):
    with pytest.raises(CommandError, match=words):
        explained(*args)
