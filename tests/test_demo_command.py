"""The command that loads the demo schools, and what has to hold on any day and with any seed."""

from datetime import date
from time import process_time

import pytest
from django.core.management import CommandError, call_command
from django.db import models, transaction

from pupils.models import (
    Assessment,
    Concern,
    ConcernView,
    Contact,
    Letter,
    Need,
    Pupil,
    PupilFlag,
    RegisterEntry,
    SearchKey,
    WatchListEntry,
)
from sendco.audit.models import Event, Read
from sendco.clock import is_working_day
from sendco.due.models import DueItem
from sendco.tools.demo import accounts, build
from sendco.tools.demo.canary import CANARIES
from sendco.tools.demo.people import HARBOUR, KESTREL
from sendco.tools.demo.school_years import SchoolYear
from staff.models import School, User
from staff.selectors import school_calendar
from tests.factories import SchoolFactory
from tests.test_demo import HARBOUR_YEARS, KESTREL_YEARS, by_year

# 31 August and 1 September, a holiday, a leap day, the last day of a term, a weekend.
LOAD_DAYS = [
    date(2026, 9, 1),
    date(2027, 8, 31),
    date(2026, 12, 26),
    date(2028, 2, 29),
    date(2027, 7, 21),
    date(2026, 11, 22),
]


@pytest.fixture
def demo_allowed(settings):
    settings.DEMO = True


# --- Any day, any seed ---
@pytest.mark.django_db
@pytest.mark.parametrize("today", LOAD_DAYS, ids=str)
def test_demo_fits_any_day(today, demo_allowed, capsys):
    started = process_time()
    schools = build.load(today=today).schools

    assert process_time() - started < 30  # of work: the machine may be busy with something else
    assert by_year(schools[HARBOUR]) == HARBOUR_YEARS
    assert by_year(schools[KESTREL]) == KESTREL_YEARS
    assert not Pupil.objects.filter(joined_on__gt=today).exists()
    assert not RegisterEntry.objects.filter(starts_on__gt=today).exists()
    assert not RegisterEntry.objects.filter(starts_on__lt=models.F("pupil__joined_on")).exists()
    assert not Concern.objects.filter(raised_on__lt=models.F("pupil__joined_on")).exists()
    call_command("check_deadlines")
    call_command("check_tenancy")


@pytest.mark.django_db
@pytest.mark.parametrize("today", [date(2026, 11, 22), date(2027, 6, 8)], ids=str)
def test_school_events_fall_on_school_days(today, demo_allowed):
    for school in build.load(today=today).schools.values():
        calendar = school_calendar(school)
        days = set(Concern.objects.filter(school=school).values_list("raised_on", flat=True))
        days |= set(RegisterEntry.objects.filter(school=school).values_list("starts_on", flat=True))
        days |= set(WatchListEntry.objects.filter(school=school).values_list("look_again_on", flat=True))
        days |= set(Assessment.objects.filter(pupil__school=school).values_list("taken_on", flat=True))
        days |= set(Letter.objects.filter(pupil__school=school).values_list("sent_on", flat=True))

        # The boiler that broke was not known of when the plan was made.
        closed = [day for day in days if calendar.covers(day) and not calendar.is_school_day(day)]
        broken = set(school.closures.filter(kind="closed").values_list("starts_on", flat=True))
        assert set(closed) <= broken


RULES = ("concern.first_look", "concern.view", "concern.look_again", "watch.look_again", "support.tell_parent")


@pytest.mark.django_db
def test_something_of_each_rule_is_late_and_something_is_still_to_come(demo_allowed):
    today = date(2026, 11, 24)

    for school in build.load(today=today).schools.values():
        for rule in RULES:
            items = DueItem.objects.filter(school_id=school.pk, rule=rule)
            assert items.overdue(today).exists(), f"nothing of {rule} is late"
            assert items.open().filter(due_on__gte=today).exists(), f"nothing of {rule} is still to come"


NOT_COMPARED = {
    "sealed_address",
    "password",
    "school_id",
    "pupil_id",
    "subject_id",
    "by_id",
    "user_id",
    "source_id",
    "owner_id",
}
COMPARED = (
    School,
    User,
    Pupil,
    Contact,
    RegisterEntry,
    Need,
    PupilFlag,
    Concern,
    ConcernView,
    Letter,
    SearchKey,
    DueItem,
    Event,
    Read,
)


def everything(seed):
    """What a load with this seed writes, without the ids of rows. Nothing of it stays."""
    with transaction.atomic():
        build.load(today=date(2026, 11, 24), seed=seed)
        found = {}
        for model in COMPARED:
            fields = [field for field in model._meta.concrete_fields if not field.primary_key and not field.is_relation]
            names = [field.name for field in fields if field.name not in NOT_COMPARED]
            found[model.__name__] = list(model.objects.order_by("pk").values_list(*names))
        transaction.set_rollback(True)
    return found


@pytest.mark.django_db
def test_same_seed_gives_the_same_data(demo_allowed):
    first, again, other = everything(7), everything(7), everything(8)

    assert first == again
    assert first["Pupil"] != other["Pupil"]


@pytest.mark.parametrize("starts_in", range(2023, 2034))
def test_school_year_has_190_days_in_three_terms(starts_in):
    year = SchoolYear(starts_in)
    days = list(year.open_days())

    assert len(days) == 190
    assert [name for name, _, _ in year.terms] == ["Autumn", "Spring", "Summer"]
    assert days[0] >= date(starts_in, 9, 1)
    assert date(starts_in + 1, 7, 14) <= days[-1] <= date(starts_in + 1, 7, 31)
    assert all(is_working_day(day) for day in days)
    assert len([closure for closure in year.closures if closure[1] == "inset"]) == 5


# --- The command ---
@pytest.mark.django_db
def test_command_loads_once(demo_allowed, capsys):
    call_command("demo")
    call_command("demo", "--if-empty")

    assert School.objects.count() == 2
    printed = capsys.readouterr().out
    assert "Harbour Lane Centre for Education: 60 pupils on roll." in printed
    assert "The demo schools are here already." in printed
    with pytest.raises(CommandError, match="here already"):
        call_command("demo")


@pytest.mark.django_db
def test_command_loads_the_canary_on_request(demo_allowed, capsys):
    call_command("demo", "--canary")

    assert Pupil.objects.filter(legal_forename=CANARIES["pupil.legal_forename"].text).exists()


@pytest.mark.django_db
def test_command_prints_accounts_that_open(demo_allowed, capsys):
    call_command("demo")
    capsys.readouterr()

    call_command("demo", "--accounts")

    printed = capsys.readouterr().out
    rows = [line for line in printed.splitlines() if "@" in line]
    assert len(rows) == 21  # twenty people on a list of nineteen; two of them in both schools
    for line in rows:
        assert User.objects.get(email=line.split()[-1]).check_password(accounts.PASSWORD)
    assert f"Password of every account: {accounts.PASSWORD}" in printed


@pytest.mark.django_db
def test_command_refuses_without_the_setting(settings):
    settings.DEMO = False

    with pytest.raises(CommandError, match="SENDCO_DEMO=1"):
        call_command("demo")

    assert not School.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("arguments", [[], ["--if-empty"], ["--accounts"]])
def test_command_refuses_beside_a_real_school(demo_allowed, arguments):
    SchoolFactory()

    with pytest.raises(CommandError, match="not the demo's"):
        call_command("demo", *arguments)

    assert School.objects.count() == 1


@pytest.mark.django_db
def test_accounts_are_not_printed_before_there_are_any(demo_allowed):
    with pytest.raises(CommandError, match="Load them first"):
        call_command("demo", "--accounts")
