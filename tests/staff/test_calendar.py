import time
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from sendco.clock import CalendarNotKnown
from sendco.drafts.models import Draft
from sendco.due.models import DueItem
from staff import selectors, services, term_dates
from staff.models import AcademicYear, Closure, School, Term
from staff.models.school import SettingType
from staff.owed import bring_school_up_to_date, bring_up_to_date
from staff.refusals import SchoolReason
from tests.again import later
from tests.factories import RegisterEntryFactory
from tests.factories.ehcp import AppealFactory
from tests.refusals import shows

# Half terms of 2025-26: 193 weekdays, of which one is the bank holiday of 4 May 2026 and two are INSET days.
HALF_TERMS = [
    ("Autumn 1", date(2025, 9, 3), date(2025, 10, 24)),
    ("Autumn 2", date(2025, 11, 3), date(2025, 12, 19)),
    ("Spring 1", date(2026, 1, 5), date(2026, 2, 13)),
    ("Spring 2", date(2026, 2, 23), date(2026, 3, 27)),
    ("Summer 1", date(2026, 4, 13), date(2026, 5, 22)),
    ("Summer 2", date(2026, 6, 1), date(2026, 7, 20)),
]
INSET = [
    ("Staff training", "inset", date(2025, 9, 3), date(2025, 9, 3)),
    ("Staff training", "inset", date(2026, 1, 5), date(2026, 1, 5)),
]


@pytest.fixture
def year(school, senco):
    services.add_closures(school=school, closures=INSET, by=senco)
    return services.save_academic_year(school=school, starts_in=2025, terms=HALF_TERMS, is_confirmed=True, by=senco)


def page(client, year=2025):
    return client.get(reverse("staff:calendar"), {"year": year})


def rows(*terms, confirmed=True):
    data = {"terms-TOTAL_FORMS": 6, "terms-INITIAL_FORMS": 0}
    for number, (name, starts, ends) in enumerate(terms):
        data |= {f"terms-{number}-name": name, f"terms-{number}-starts_on": starts, f"terms-{number}-ends_on": ends}
    return data | ({"is_confirmed": "on"} if confirmed else {})


# --- Looking -----------------------------------------------------------------------------------------------------
def test_calendar_without_terms_says_what_is_missing(sign_in, senco):
    body = page(sign_in(senco)).content.decode()

    assert "No term dates are entered yet" in body
    assert reverse("staff:calendar-year-edit", args=[2025]) in body
    assert reverse("staff:calendar-year-copy", args=[2025]) not in body


def test_calendar_without_terms_offers_nothing_to_teachers(sign_in, teacher):
    assert "calendar/years" not in page(sign_in(teacher)).content.decode()


def test_calendar_counts_school_days(sign_in, teacher, year):
    overview = page(sign_in(teacher)).context["overview"]

    assert [term.school_days for term in overview.terms] == [37, 35, 29, 25, 29, 36]
    assert overview.school_days == 191
    assert overview.days_short == 0
    assert sum(month.school_days for month in overview.months) == 191
    assert [month.name for month in overview.months][::10] == ["September 2025", "July 2026"]
    october = overview.months[1]
    assert october.closed == [("Holiday after Autumn 1", date(2025, 10, 25), date(2025, 11, 2))]
    assert ("Bank holiday", date(2026, 5, 4), date(2026, 5, 4)) in overview.months[8].closed


def test_calendar_says_when_a_maintained_school_has_too_few_days(sign_in, senco, year, school):
    services.add_closures(
        school=school, closures=[("Boiler repair", "closed", date(2026, 6, 2), date(2026, 6, 4))], by=senco
    )

    body = page(sign_in(senco)).content.decode()

    assert "2 too few" in body


def test_190_days_do_not_bind_an_academy(sign_in, senco, year, school):
    School.objects.filter(pk=school.pk).update(setting_type=SettingType.ACADEMY)
    services.add_closures(
        school=school, closures=[("Boiler repair", "closed", date(2026, 6, 2), date(2026, 6, 12))], by=senco
    )

    body = page(sign_in(senco)).content.decode()

    assert "too few" not in body
    assert "This school sets its own number" in body


def test_a_year_beyond_the_bank_holidays_is_not_known_yet(sign_in, senco, school):
    term = ("Autumn term", date(2050, 9, 5), date(2050, 12, 16))
    services.save_academic_year(school=school, starts_in=2050, terms=[term], is_confirmed=True, by=senco)

    assert "not known yet" in page(sign_in(senco), 2050).content.decode()


@pytest.mark.parametrize("asked", ["x", "1999", "2100", "99999999999999999999"])
def test_a_year_that_makes_no_sense_shows_this_year(sign_in, senco, asked):
    assert page(sign_in(senco), asked).status_code == 200


def test_calendar_of_another_school_stays_there(sign_in, outsider, year):
    assert page(sign_in(outsider)).context["overview"].terms == []


def test_calendar_is_closed_to_governors(sign_in, governor):
    assert page(sign_in(governor)).status_code == 403


def test_a_missing_year_is_not_one_long_closure(school, senco):
    for starts_in in (2023, 2025):
        term = ("Autumn term", date(starts_in, 9, 4), date(starts_in, 12, 15))
        services.save_academic_year(school=school, starts_in=starts_in, terms=[term], is_confirmed=True, by=senco)

    calendar = selectors.school_calendar(school)

    assert calendar.covers(date(2025, 10, 1))
    with pytest.raises(CalendarNotKnown):
        calendar.is_school_day(date(2024, 10, 1))


# --- Typing ------------------------------------------------------------------------------------------------------
def test_three_terms_are_typed(sign_in, office, school):
    client = sign_in(office)
    address = reverse("staff:calendar-year-edit", args=[2026])
    assert client.get(address, {"terms": "3"}).content.decode().count('value="Autumn term"') == 1

    response = client.post(
        address,
        rows(
            ("Autumn term", "02/09/2026", "18/12/2026"),
            ("Spring term", "2027-01-04", "2027-03-25"),
            ("Summer term", "12 Apr 2027", "20 Jul 2027"),
            ("Left empty", "", ""),
        ),
        follow=True,
    )

    assert list(Term.objects.values_list("name", flat=True)) == ["Autumn term", "Spring term", "Summer term"]
    assert AcademicYear.objects.get().is_confirmed
    assert "Term dates saved for 2026-27" in response.content.decode()


def test_typed_terms_replace_those_there_were(sign_in, office, year):
    client = sign_in(office)
    address = reverse("staff:calendar-year-edit", args=[2025])
    assert 'value="2025-09-03"' in client.get(address).content.decode()

    client.post(address, rows(("Autumn term", "2025-09-04", "2025-12-19"), confirmed=False))

    year.refresh_from_db()
    assert [term.starts_on for term in year.terms.all()] == [date(2025, 9, 4)]
    assert not year.is_confirmed


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ([("Autumn", "", "")], "Enter the first and the last day of at least one term."),
        ([("Autumn", "2026-09-02", "")], "Enter both days, or neither."),
        ([("Autumn", "2026-12-18", "2026-09-02")], "The last day is before the first day."),
        ([("", "2026-09-02", "2026-12-18")], "Give the term a name."),
        ([("Autumn", "2026-09-31", "2026-12-18")], "Enter a real date"),
        ([("Autumn", "1926-09-02", "1926-12-18")], "It cannot be before 2000."),
        ([("Autumn", "2025-09-02", "2025-12-18")], "Autumn is outside 2026-2027."),
        ([("A", "2026-09-02", "2026-12-18"), ("A", "2027-01-04", "2027-03-25")], "Two terms have the same name."),
        ([("A", "2026-09-02", "2026-12-18"), ("B", "2026-12-18", "2027-03-25")], "B begins before the term in front"),
    ],
)
def test_bad_terms_are_refused_and_stay_on_the_page(sign_in, office, terms, message):
    response = sign_in(office).post(reverse("staff:calendar-year-edit", args=[2026]), rows(*terms))

    assert response.status_code == 422
    assert message in response.content.decode().replace("&#x27;", "'")
    if terms[0][0]:
        assert f'value="{terms[0][0]}"' in response.content.decode()
    assert not Term.objects.exists()


def test_terms_that_run_into_another_year_are_refused(sign_in, office, school, senco):
    late = [("Summer term", date(2026, 4, 13), date(2026, 8, 28))]
    services.save_academic_year(school=school, starts_in=2025, terms=late, is_confirmed=True, by=senco)

    response = sign_in(office).post(
        reverse("staff:calendar-year-edit", args=[2026]), rows(("Autumn", "2026-08-27", "2026-12-18"))
    )

    assert response.status_code == 422
    assert shows(response.content.decode(), SchoolReason.TERM_RUNS_INTO_OTHER_YEAR)


def test_more_rows_than_half_terms_are_refused(sign_in, office):
    data = rows(("A", "2026-09-02", "2026-12-18")) | {"terms-TOTAL_FORMS": 100_000}

    assert sign_in(office).post(reverse("staff:calendar-year-edit", args=[2026]), data).status_code == 422


def test_years_out_of_reach_are_not_found(sign_in, office):
    assert sign_in(office).get(reverse("staff:calendar-year-edit", args=[1999])).status_code == 404
    assert sign_in(office).get(reverse("staff:calendar-year-edit", args=[2100])).status_code == 404


# --- Copying -----------------------------------------------------------------------------------------------------
def test_copy_is_a_suggestion_until_it_is_confirmed(sign_in, office, year, school):
    client = sign_in(office)
    address = reverse("staff:calendar-year-copy", args=[2026])
    assert "Wed 2 Sep 2026" in client.get(address).content.decode()

    body = client.post(address, follow=True).content.decode()

    copied = AcademicYear.objects.get(starts_in=2026)
    assert "Not confirmed." in body
    assert not copied.is_confirmed
    assert [term.starts_on.weekday() for term in copied.terms.all()] == [first.weekday() for _, first, _ in HALF_TERMS]
    assert Closure.objects.filter(school=school, kind="inset", starts_on=date(2026, 9, 2)).exists()

    body = client.post(reverse("staff:calendar-year-confirm", args=[copied.pk]), follow=True).content.decode()

    assert "Not confirmed." not in body
    copied.refresh_from_db()
    assert copied.is_confirmed


def test_copy_never_overwrites(sign_in, office, year, school, senco):
    term = ("Autumn term", date(2026, 9, 7), date(2026, 12, 18))
    services.save_academic_year(school=school, starts_in=2026, terms=[term], is_confirmed=True, by=senco)

    response = sign_in(office).post(reverse("staff:calendar-year-copy", args=[2026]))

    assert response.status_code == 422
    assert shows(response.content.decode(), SchoolReason.YEAR_HAS_TERMS)
    assert Term.objects.filter(academic_year__starts_in=2026).count() == 1


def test_copy_needs_a_year_before(sign_in, office, year):
    assert sign_in(office).post(reverse("staff:calendar-year-copy", args=[2030])).status_code == 404


def test_a_closure_of_once_is_not_copied(school, senco, year):
    burst = ("Burst pipe", "closed", date(2025, 11, 20), date(2025, 11, 20))
    services.add_closures(school=school, closures=[burst], by=senco)

    services.copy_academic_year(school=school, starts_in=2026, by=senco)

    assert Closure.objects.filter(name="Burst pipe").count() == 1


def test_year_of_another_school_cannot_be_confirmed(sign_in, outsider, year):
    assert sign_in(outsider).post(reverse("staff:calendar-year-confirm", args=[year.pk])).status_code == 404


# --- Closures ----------------------------------------------------------------------------------------------------
def test_closure_is_added_and_removed(sign_in, office, school, year):
    client = sign_in(office)

    body = client.post(
        reverse("staff:closure-add"),
        {"name": "Boiler repair", "kind": "closed", "starts_on": "20/11/2025"},
        follow=True,
    ).content.decode()

    closure = Closure.objects.get(name="Boiler repair")
    assert (closure.starts_on, closure.ends_on) == (date(2025, 11, 20), date(2025, 11, 20))
    assert "Boiler repair added to the calendar" in body

    assert client.get(reverse("staff:closure-remove", args=[closure.pk])).status_code == 200
    body = client.post(reverse("staff:closure-remove", args=[closure.pk]), follow=True).content.decode()

    assert not Closure.objects.filter(pk=closure.pk).exists()
    assert "Closure removed: Boiler repair, 20 Nov 2025" in body


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"kind": "term"},
        {"starts_on": "20/13/2025"},
        {"ends_on": "19/11/2025"},
        {"ends_on": "20/11/2026"},
    ],
)
def test_bad_closures_are_refused(sign_in, office, changes):
    values = {"name": "Boiler repair", "kind": "closed", "starts_on": "20/11/2025", **changes}

    assert sign_in(office).post(reverse("staff:closure-add"), values).status_code == 422
    assert not Closure.objects.exists()


def test_closure_of_another_school_is_not_found(sign_in, outsider, year, school):
    closure = school.closures.first()

    assert sign_in(outsider).post(reverse("staff:closure-remove", args=[closure.pk])).status_code == 404
    assert school.closures.filter(pk=closure.pk).exists()


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("calendar-year-edit", [2025]),
        ("calendar-year-copy", [2026]),
        ("closure-add", []),
        ("calendar-import", []),
        ("calendar-import-check", []),
    ],
)
def test_changes_are_refused_to_teachers_and_odd_methods(sign_in, teacher, senco, year, name, args):
    assert sign_in(teacher).get(reverse(f"staff:{name}", args=args)).status_code == 403
    assert sign_in(senco).put(reverse(f"staff:{name}", args=args)).status_code == 405


def test_confirming_and_looking_take_one_method(sign_in, senco, teacher, year):
    assert sign_in(teacher).post(reverse("staff:calendar-year-confirm", args=[year.pk])).status_code == 403
    assert sign_in(senco).get(reverse("staff:calendar-year-confirm", args=[year.pk])).status_code == 405
    assert sign_in(senco).post(reverse("staff:calendar")).status_code == 405


# --- From a file -------------------------------------------------------------------------------------------------
def event(name, starts, ends=None, *more):
    lines = ["BEGIN:VEVENT", f"SUMMARY:{name}", f"DTSTART;VALUE=DATE:{starts}"]
    return [*lines, *([f"DTEND;VALUE=DATE:{ends}"] if ends else []), *more, "END:VEVENT"]


def ics(*events):
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *(line for one in events for line in one), "END:VCALENDAR", ""]
    return "\r\n".join(lines).encode()


def upload(client, content, name="dates.ics"):
    return client.post(reverse("staff:calendar-import"), {"file": SimpleUploadedFile(name, content)})


def check(kinds, wanted):
    data = {"rows-TOTAL_FORMS": len(kinds), "rows-INITIAL_FORMS": len(kinds)}
    data |= {f"rows-{number}-kind": kind for number, kind in enumerate(kinds)}
    return data | {f"rows-{number}-is_wanted": "on" for number in wanted}


def test_file_is_shown_before_anything_is_saved(sign_in, office, school):
    client = sign_in(office)
    content = ics(
        event("Half term", "20261026", "20261031"),
        event("INSET day", "20260902"),
        event("Autumn term", "20260902", "20261219"),
        event("Summer fair", "20270612"),
        event("Assembly", "20260910", None, "RRULE:FREQ=WEEKLY"),
    )

    assert upload(client, content).url == reverse("staff:calendar-import-check")

    response = client.get(reverse("staff:calendar-import-check"))
    shown = [(form.row.name, form.row.kind, form.row.is_wanted) for form in response.context["formset"]]
    assert shown == [
        ("INSET day", "inset", True),
        ("Autumn term", "term", True),
        ("Half term", "holiday", True),
        ("Summer fair", "closed", False),
    ]
    assert "Assembly: this event repeats." in response.content.decode()
    assert not Closure.objects.exists()
    assert not Term.objects.exists()

    response = client.post(
        reverse("staff:calendar-import-check"), check(["inset", "term", "holiday", "closed"], [0, 1, 2]), follow=True
    )

    assert "Term dates for 2026-27 saved. 2 added to the calendar." in response.content.decode()
    half_term = Closure.objects.get(kind="holiday")
    assert (half_term.school, half_term.starts_on, half_term.ends_on) == (
        school,
        date(2026, 10, 26),
        date(2026, 10, 30),
    )
    assert Term.objects.get().ends_on == date(2026, 12, 18)
    assert not Draft.objects.exists()


def test_import_twice_adds_nothing_twice(sign_in, office):
    client = sign_in(office)
    for minute in range(2):
        with later(minute):
            upload(client, ics(event("INSET day", "20260902")))
            response = client.post(reverse("staff:calendar-import-check"), check(["inset"], [0]), follow=True)

    assert Closure.objects.count() == 1
    assert "The other days were there already." in response.content.decode()


def test_preview_belongs_to_one_person_in_one_school(sign_in, office, senco):
    upload(sign_in(office), ics(event("INSET day", "20260902")))

    response = sign_in(senco).get(reverse("staff:calendar-import-check"))

    assert response.url == reverse("staff:calendar-import")


@pytest.mark.parametrize(
    "data",
    [
        check(["inset"], []),
        check(["castle"], [0]),
        {},
        check(["inset"], [0]) | {"rows-TOTAL_FORMS": 400, "rows-INITIAL_FORMS": 400, "rows-7-kind": "castle"},
    ],
)
def test_bad_choices_save_nothing_they_did_not_mean(sign_in, office, data):
    client = sign_in(office)
    upload(client, ics(event("INSET day", "20260902")))

    response = client.post(reverse("staff:calendar-import-check"), data)

    if response.status_code == 422:
        assert not Closure.objects.exists()
    else:
        assert Closure.objects.count() == 1  # rows that the file does not have are not read


def test_terms_that_overlap_are_refused_at_the_check(sign_in, office):
    client = sign_in(office)
    upload(client, ics(event("Autumn term", "20260902", "20261219"), event("Spring term", "20261201", "20270320")))

    response = client.post(reverse("staff:calendar-import-check"), check(["term", "term"], [0, 1]))

    assert response.status_code == 422
    assert "Spring term begins before the term in front" in response.content.decode()
    assert not Term.objects.exists()


def test_no_file_and_an_empty_file_are_refused(sign_in, office):
    client = sign_in(office)

    assert client.post(reverse("staff:calendar-import"), {}).status_code == 422
    assert upload(client, b"").status_code == 422


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"x" * (term_dates.MAX_BYTES + 1), "larger than 1 MB"),
        (ics(*[event("INSET day", "20260902")] * 501), "more than 500 events"),
        (b"name,first day\n" + b"INSET,01/09/2026\n" * 501, "more than 500 rows"),
        (b"PK\x03\x04rest", "This is a spreadsheet."),
        (b"%PDF-1.7", "This is a PDF."),
        (b"\x00\x01\x02", "not a calendar file or a CSV file"),
        (b"hello there", "The first line must name the columns"),
        (b"", "The first line must name the columns"),
        (ics(), "No dates were found"),
        (b"name,first day\n", "No dates were found"),
        (b'name,first day\n"' + b"x" * 200_000, "cannot be read as a table"),
    ],
)
def test_files_of_no_use_say_why(content, message):
    with pytest.raises(term_dates.Unreadable, match=message):
        term_dates.read(content)


def test_bad_file_is_refused_on_the_page(sign_in, office):
    response = upload(sign_in(office), b"%PDF-1.7", "dates.ics")

    assert response.status_code == 422
    assert "This is a PDF." in response.content.decode()


GOOGLE = b"""Subject,Start Date,Start Time,End Date,End Time,All Day Event,Description
October half term,10/26/2026,,10/30/2026,,True,
Twilight INSET,11/17/2026,3:30 PM,11/17/2026,5:30 PM,False,Safeguarding
End of term holiday,12/21/2026,,01/01/2027,,True,
"""
OUTLOOK = (
    '"Subject","Start Date","Start Time","End Date","End Time","All day event"\r\n'
    '"October half term","26/10/2026","00:00:00","31/10/2026","00:00:00","True"\r\n'
    '"Twilight INSET","17/11/2026","15:30:00","17/11/2026","17:30:00","False"\r\n'
    '"End of term holiday","21/12/2026","00:00:00","02/01/2027","00:00:00","True"\r\n'
).encode("utf-8-sig")


@pytest.mark.parametrize("content", [GOOGLE, OUTLOOK], ids=["google", "outlook"])
def test_table_of_a_calendar_program_is_read_through_the_page(sign_in, office, content):
    client = sign_in(office)
    upload(client, content, "calendar.csv")

    response = client.get(reverse("staff:calendar-import-check"))

    shown = [(form.row.name, form.row.kind, form.row.is_wanted) for form in response.context["formset"]]
    assert shown == [
        ("October half term", "holiday", True),
        ("Twilight INSET", "inset", False),
        ("End of term holiday", "holiday", True),
    ]
    client.post(reverse("staff:calendar-import-check"), check(["holiday", "inset", "holiday"], [0, 2]))
    assert list(Closure.objects.values_list("starts_on", "ends_on").order_by("starts_on")) == [
        (date(2026, 10, 26), date(2026, 10, 30)),
        (date(2026, 12, 21), date(2027, 1, 1)),
    ]


def test_order_of_day_and_month_that_a_file_leaves_open_is_told():
    open_either_way = b"Subject,Start Date,Start Time\nINSET,03/09/2026,\n"

    reading = term_dates.read(open_either_way)

    assert reading.rows[0].starts_on == date(2026, 9, 3)
    assert reading.problems == [term_dates.EITHER_ORDER]
    assert term_dates.read(b"name,first day\nINSET,03/09/2026\n").problems == []


@pytest.mark.parametrize(
    ("name", "length", "kind"),
    [
        ("October half term", 16, "holiday"),
        ("Half term", 5, "holiday"),
        ("Half term 1", 52, "term"),
        ("Autumn term, second half term", 45, "term"),
        ("End of term holiday", 16, "holiday"),
        ("End of summer term holiday", 40, "holiday"),
        ("Half term ends", 1, None),
        ("Last day before the Christmas break", 1, None),
        ("Bank holiday for the coronation", 1, "bank"),
        ("Autumn term", 108, "term"),
    ],
)
def test_kind_is_told_by_the_words_and_the_length(name, length, kind):
    assert term_dates.guess_kind(name, length) == kind


def test_twilight_of_two_hours_closes_no_day():
    lines = ["DTSTART:20261117T153000", "DTEND:20261117T173000"]
    whole = ["DTSTART:20261117T083000", "DTEND:20261117T153000"]

    for times, closes in ((lines, False), (whole, True)):
        (row,) = term_dates.read(ics(["BEGIN:VEVENT", "SUMMARY:INSET", *times, "END:VEVENT"])).rows
        assert row.is_wanted == closes


def test_one_off_bank_holiday_is_no_school_day_and_no_working_day(sign_in, office, senco, school, pupil):
    services.save_academic_year(
        school=school,
        starts_in=2026,
        terms=[("Year", date(2026, 9, 2), date(2027, 7, 20))],
        is_confirmed=True,
        by=senco,
    )
    pupil.register_entries.update(ends_on=date(2026, 11, 8))
    entry = RegisterEntryFactory(pupil=pupil, starts_on=date(2026, 11, 9))
    bring_up_to_date(entry)
    appeal = AppealFactory(pupil=pupil, wants_mediation=False, told_on=date(2026, 11, 12), letter_on=date(2026, 11, 2))
    bring_up_to_date(appeal)
    before = dict(DueItem.objects.values_list("rule", "due_on"))
    client = sign_in(office)

    data = {"name": "State occasion", "kind": "bank", "starts_on": "2026-11-13"}
    assert client.post(reverse("staff:closure-add"), data).status_code == 302
    bring_school_up_to_date(school)

    after = dict(DueItem.objects.values_list("rule", "due_on"))
    assert (before["appeal.certificate"], after["appeal.certificate"]) == (date(2026, 11, 17), date(2026, 11, 18))
    assert (before["support.tell_parent"], after["support.tell_parent"]) == (date(2026, 11, 16), date(2026, 11, 17))
    assert "Fri 13 Nov 2026 are left out" in DueItem.objects.get(rule="appeal.certificate").explanation
    page = sign_in(senco).get(f"{reverse('diary')}?view=month&on=2026-11-13").content.decode()
    assert "State occasion" in page


def days(content):
    return [(row.starts_on.isoformat(), row.ends_on.isoformat()) for row in term_dates.read(content).rows]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART;VALUE=DATE:20261026", "DTEND;VALUE=DATE:20261031"], ("2026-10-26", "2026-10-30")),
        (["DTSTART;VALUE=DATE:20261026"], ("2026-10-26", "2026-10-26")),
        (["DTSTART;VALUE=DATE:20261026", "DTEND;VALUE=DATE:20261026"], ("2026-10-26", "2026-10-26")),
        (["DTSTART;VALUE=DATE:20261026", "DURATION:P5D"], ("2026-10-26", "2026-10-30")),
        (["DTSTART:20261026T090000", "DTEND:20261026T153000"], ("2026-10-26", "2026-10-26")),
        (["DTSTART:20261026T000000", "DTEND:20261031T000000"], ("2026-10-26", "2026-10-30")),
        # Half past eleven at night in summer, as the world's clock writes it, is the next day here.
        (["DTSTART:20260601T233000Z", "DTEND:20260602T100000Z"], ("2026-06-02", "2026-06-02")),
        (["DTSTART;TZID=Europe/London:20261026T090000"], ("2026-10-26", "2026-10-26")),
        (["DTSTART;TZID=../../etc/passwd:20261026T090000"], ("2026-10-26", "2026-10-26")),
    ],
)
def test_days_of_an_event(lines, expected):
    assert days(ics(["BEGIN:VEVENT", "SUMMARY:School closed", *lines, "END:VEVENT"])) == [expected]


@pytest.mark.parametrize(
    "lines",
    [
        ["SUMMARY:Closed"],
        ["SUMMARY:Closed", "DTSTART:nonsense"],
        ["SUMMARY:Closed", "DTSTART;VALUE=DATE:20269999"],
        ["SUMMARY:Closed", "DTSTART;VALUE=DATE:20261026", "DTSTART;VALUE=DATE:20261027"],
        ["SUMMARY:Closed", "DTSTART;VALUE=PERIOD:20261026T100000Z/PT1H"],
        ["SUMMARY:Closed", "DTSTART;VALUE=DATE:20261026", "DURATION:P99999999999D"],
        ["SUMMARY:Closed", "DTSTART;VALUE=DATE:00010101"],
        ["SUMMARY:Closed", "DTSTART;VALUE=DATE:20261026", "DTEND;VALUE=DATE:20991026"],
        ["SUMMARY:Closed", "DTSTART;VALUE=DATE:20261026", "RDATE;VALUE=DATE:20261027"],
        ["SUMMARY:Closed", "DTSTART;VALUE=DATE:20261026", "DTEND:20261027T100000Z", "RRULE:FREQ=SECONDLY"],
    ],
)
def test_events_that_cannot_be_used_are_named(lines):
    reading = term_dates.read(ics(["BEGIN:VEVENT", *lines, "END:VEVENT"]))

    assert reading.rows == []
    assert len(reading.problems) == 1
    assert reading.problems[0].startswith("Closed: ")


def test_one_bad_event_does_not_spoil_the_others():
    reading = term_dates.read(ics(event("Bad", "nonsense"), event("INSET day", "20260902")))

    assert [row.name for row in reading.rows] == ["INSET day"]


def test_cancelled_events_alarms_and_time_zones_are_passed_over():
    zone = ["BEGIN:VTIMEZONE", "TZID:X", "BEGIN:STANDARD", "DTSTART:19700101T000000", "RRULE:FREQ=SECONDLY"]
    zone += ["END:STANDARD", "END:VTIMEZONE"]
    alarm = ["BEGIN:VALARM", "SUMMARY:Wake up", "DTSTART;VALUE=DATE:20200101", "RRULE:FREQ=DAILY", "END:VALARM"]

    reading = term_dates.read(
        ics(zone, event("INSET day", "20260902", None, *alarm), event("INSET", "20260903", None, "STATUS:CANCELLED"))
    )

    assert [(row.name, row.starts_on) for row in reading.rows] == [("INSET day", date(2026, 9, 2))]
    assert reading.problems == []


def test_names_are_one_short_line():
    reading = term_dates.read(ics(event("Closed\\n\u202ewith \x07 " + "long " * 100, "20260902")))

    assert reading.rows[0].name.startswith("Closed with long")
    assert len(reading.rows[0].name) <= 80
    assert reading.rows[0].name.isprintable()


def test_folded_lines_are_read_whole():
    assert days(ics(["BEGIN:VEVENT", "SUMMARY:INSET", " day", "DTSTART;VALUE=DA", " TE:20260902", "END:VEVENT"])) == [
        ("2026-09-02", "2026-09-02")
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 60_000,
        b"BEGIN:VCALENDAR\r\n" + b"END:VEVENT\r\n" * 60_000,
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:" + b"x\r\n " * 200_000,
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + b"DTSTART;X=" * 90_000,
    ],
)
def test_hostile_calendars_end_soon(content):
    begun = time.monotonic()

    try:
        rows = term_dates.read(content).rows
    except term_dates.Unreadable:
        rows = []

    assert rows == []
    assert time.monotonic() - begun < 5


def test_table_is_read_with_british_dates():
    content = (
        "\ufeffName;First day;Last day;Kind\r\n"
        "Half term;26/10/2026;30/10/2026;Holiday\r\n"
        "Staff training;1 September 2026;;INSET\r\n"
        "Autumn term;02.09.26;Fri 18 Dec 2026;term\r\n"
        "Strike;2027-02-04;2027-02-04;\r\n"
        ";;;\r\n"
    )

    reading = term_dates.read(content.encode())

    assert [(row.name, row.kind, row.starts_on, row.ends_on) for row in reading.rows] == [
        ("Staff training", "inset", date(2026, 9, 1), date(2026, 9, 1)),
        ("Autumn term", "term", date(2026, 9, 2), date(2026, 12, 18)),
        ("Half term", "holiday", date(2026, 10, 26), date(2026, 10, 30)),
        ("Strike", "closed", date(2027, 2, 4), date(2027, 2, 4)),
    ]
    assert reading.problems == []


def test_table_names_the_line_that_is_wrong():
    content = (
        "name,first day,last day,kind\n"
        ",26/10/2026,,holiday\n"
        "Half term,10/26/2026,,holiday\n"
        "Half term,30/10/2026,26/10/2026,holiday\n"
        "Half term,26/10/2026,30/10/2026,castle\n"
        "Half term,26/10/1926,30/10/1926,holiday\n"
    )

    problems = term_dates.read(content.encode()).problems

    assert [problem.split(",")[0].split(":")[0] for problem in problems] == [
        "Line 2",
        "Line 3",
        "Line 4",
        "Line 5",
        "Half term",
    ]


def test_table_from_an_old_spreadsheet_keeps_its_letters():
    assert term_dates.read("name,first day\nFête closed,01/09/2026\n".encode("cp1252")).rows[0].name == "Fête closed"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("29/02/2028", date(2028, 2, 29)),
        ("29/02/2027", None),
        ("3rd May 2027", date(2027, 5, 3)),
        ("1 Sept 2026", date(2026, 9, 1)),
        ("5 Foo 2027", None),
        ("٠١/٠٩/٢٠٢٦", None),
        ("", None),
    ],
)
def test_read_day(text, expected):
    assert term_dates.read_day(text) == expected


@pytest.mark.parametrize(
    ("name", "length", "expected"),
    [
        ("Half term", 5, "holiday"),
        ("Half-term holiday", 5, "holiday"),
        ("Christmas", 14, "holiday"),
        ("Christmas fair", 1, None),
        ("Autumn term", 80, "term"),
        ("Autumn term begins", 1, None),
        ("INSET day (school closed)", 1, "inset"),
        ("School closed: polling station", 1, "closed"),
        ("Year 6 residential", 5, None),
    ],
)
def test_guess_kind(name, length, expected):
    assert term_dates.guess_kind(name, length) == expected


# --- A draft of the term dates -----------------------------------------------------------------------------------
def kept(client, address, data):
    """Type without saving, as the page does by itself."""
    key = client.get(address).context["draft_key"]
    return client.post(reverse("draft-save", args=[key]), data)


def test_term_dates_that_were_not_saved_come_back(sign_in, office, senco, year):
    address = reverse("staff:calendar-year-edit", args=[2025])
    client = sign_in(office)
    assert kept(client, address, rows(("Michaelmas", "2025-09-08", "not yet"), confirmed=False)).status_code == 204

    again = client.get(address)
    stored = client.get(address, {"stored": "1"}).content.decode()
    body = again.content.decode()

    assert "This is what you typed" in body
    assert 'value="Michaelmas"' in body
    assert 'value="2025-09-08"' in body
    assert 'value="not yet"' in body
    assert again.context["form"]["is_confirmed"].value() is False
    assert "Autumn 1" in stored
    assert "Michaelmas" not in stored
    assert "Michaelmas" not in sign_in(senco).get(address).content.decode()


def test_draft_of_term_dates_goes_once_they_are_saved(sign_in, office, school):
    address = reverse("staff:calendar-year-edit", args=[2026])
    client = sign_in(office)
    kept(client, address, rows(("Michaelmas", "2026-09-08", "")))

    client.post(address, rows(("Autumn", "2026-09-02", "2026-12-18")))

    assert not Draft.objects.exists()
    assert "Michaelmas" not in client.get(address).content.decode()


def test_three_terms_and_six_half_terms_keep_a_draft_each(sign_in, office, school):
    address = reverse("staff:calendar-year-edit", args=[2026])
    client = sign_in(office)
    kept(client, address, rows(("Michaelmas", "2026-09-08", "")))

    assert "Michaelmas" not in client.get(address, {"terms": "3"}).content.decode()


def test_a_draft_without_rows_leaves_the_rows_there_are(sign_in, office, year):
    address = reverse("staff:calendar-year-edit", args=[2025])
    client = sign_in(office)
    kept(client, address, {"odd": "x"})

    assert "Autumn 1" in client.get(address).content.decode()
