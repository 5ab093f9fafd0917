"""Fill an empty database with the two demo schools, in one transaction."""

import random
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.db import transaction

from ehcp.ledger.rollup import roll_up_plan
from ehcp.models import Plan
from staff.models import AcademicYear, Closure, Membership, School, Term, Unit
from staff.models.school import SettingType
from staff.roles import Role

from . import (
    accounts,
    adults,
    aftermath,
    agencies,
    asking,
    growing,
    harbour_lane,
    kestrel_green,
    library,
    meetings,
    profiles,
    provision,
    support,
    training,
)
from .book import Book, at
from .children import Setting
from .people import HARBOUR, KESTREL, PEOPLE, make_users
from .school_years import SchoolDays

DFE_NUMBERS = {HARBOUR: "9901101", KESTREL: "9902044"}
SEED = 2015


class DemoRefused(Exception):
    """The message says what to do."""


@dataclass(frozen=True)
class Loaded:
    schools: dict
    children: dict


def demo_schools():
    """Return the demo schools that stand already, by key."""
    found = {school.dfe_number: school for school in School.objects.filter(dfe_number__in=DFE_NUMBERS.values())}
    return {key: found[number] for key, number in DFE_NUMBERS.items() if number in found}


def ensure_allowed():
    """Raise DemoRefused where invented people and a public password must never be."""
    if not settings.DEMO:
        raise DemoRefused(
            "The demo schools come with a public password, so they are only for trying sendco out. "
            "Set SENDCO_DEMO=1 if this is a copy without real pupils."
        )
    if School.objects.exclude(dfe_number__in=DFE_NUMBERS.values()).exists():
        raise DemoRefused(
            "This database holds a school that is not the demo's. Use an empty one: set SENDCO_DATA to a new folder."
        )


@transaction.atomic
def load(*, today, seed=SEED, canary=False):
    """Build both schools as they would look on this day. The same day and seed give the same data.

    `canary` gives one child texts that are found nowhere else, to look for in every page, file and log.
    """
    ensure_allowed()
    if demo_schools():
        raise DemoRefused("The demo schools are here already. For fresh ones set SENDCO_DATA to a new folder.")
    rng = random.Random(seed)  # noqa: S311  (dice for invented data, nothing secret)
    days = SchoolDays(today)
    users = make_users(password=accounts.PASSWORD, joined_at=at(days.first_of(days.year - 2)))
    schools, children = {}, {}
    for key, make, fill in (
        (HARBOUR, _harbour_lane, partial(harbour_lane.build, canary=canary)),
        (KESTREL, _kestrel_green, kestrel_green.build),
    ):
        people = {person: user for (where, person), user in users.items() if where == key}
        setting = make(rng, days, people)
        _calendar(setting)
        _memberships(setting, key)
        children[key] = fill(setting)
        there = adults.add(setting, key, children[key])
        growing.add(setting, there)
        training.add(setting, key, there, children[key])
        library.add(setting, there, children[key])
        support.add(setting, children[key])
        provision.add(setting, key, there, children[key])
        profiles.add(setting, children[key])
        meetings.add(setting, children[key])
        agencies.add(setting, children[key])
        asking.add(setting, children[key])
        setting.book.write()
        aftermath.add(setting)
        setting.book.write_events()
        for plan in Plan.objects.filter(school=setting.school):
            roll_up_plan(plan.pk, today)
        schools[key] = setting.school
    return Loaded(schools, children)


def _harbour_lane(rng, days, people):
    setting = _setting(
        rng,
        days,
        people,
        name="Harbour Lane Centre for Education",
        short_name="Harbour Lane",
        setting_type=SettingType.PRU,
        lowest_age=11,
        highest_age=16,
        dfe_number=DFE_NUMBERS[HARBOUR],
        urn="990011",
        address="1 Harbour Lane\nWestmarch\nWM1 1HL",
        telephone="01632 960001",
        email="office@harbourlane.example",
    )
    setting.issuer = "9904017"  # most pupils came from other schools, which gave them their number
    for key, tier, places, weeks in (("outreach", 1, None, 8), ("turnaround", 2, 18, 9), ("placement", 3, 42, None)):
        unit = Unit(school=setting.school, name=key.title(), kind=Unit.Kind.TIER, tier=tier)
        unit.places, unit.planned_weeks = places, weeks
        setting.units[key] = setting.book.add(unit, by=people["head"])
    return setting


def _kestrel_green(rng, days, people):
    setting = _setting(
        rng,
        days,
        people,
        name="Kestrel Green Primary School",
        short_name="Kestrel Green",
        setting_type=SettingType.MAINTAINED_PRIMARY,
        lowest_age=3,
        highest_age=11,
        dfe_number=DFE_NUMBERS[KESTREL],
        urn="990022",
        address="Green Rise\nWestmarch\nWM4 2KG",
        telephone="01632 960002",
        email="office@kestrelgreen.example",
    )
    setting.issuer = setting.school.dfe_number
    for key, name, kind, places in (
        ("mainstream", "Mainstream", Unit.Kind.MAINSTREAM, None),
        ("willow", kestrel_green.WILLOW, Unit.Kind.RESOURCED, 16),
    ):
        unit = Unit(school=setting.school, name=name, kind=kind, places=places)
        setting.units[key] = setting.book.add(unit, by=people["head"])
    return setting


def _setting(rng, days, people, **details):
    school = School(local_authority="Westmarch", headteacher=people["head"], **details)
    book = Book(school=school, today=days.today)
    book.add(school)
    book.event("school.created", school, f"{school.name} set up", on=days.today, by=None)
    return Setting(school=school, book=book, days=days, rng=rng, people=people, units={})


def _calendar(setting):
    """Enter last year, this year and the next, which nobody has confirmed yet."""
    days, school = setting.days, setting.school
    setting.book.write()
    for starts_in in (days.year - 1, days.year, days.year + 1):
        plan = days.years[starts_in]
        year = AcademicYear.objects.create(school=school, starts_in=starts_in, is_confirmed=starts_in <= days.year)
        Term.objects.bulk_create(
            Term(academic_year=year, name=name, starts_on=first, ends_on=last) for name, first, last in plan.terms
        )
        Closure.objects.bulk_create(
            Closure(school=school, name=name, kind=kind, starts_on=first, ends_on=last)
            for name, kind, first, last in plan.closures
        )
        if starts_in == days.year:
            setting.units["academic_year"] = year
    day = next(day for day in days.years[days.year - 1].open_days() if day.month == 1)
    Closure.objects.create(school=school, name="Boiler repair", kind=Closure.Kind.CLOSED, starts_on=day, ends_on=day)


def _memberships(setting, key):
    since = setting.days.first_of(setting.days.year - 2)
    for person in PEOPLE:
        for where, role in person.roles:
            if where != key:
                continue
            membership = Membership(
                user=setting.people[person.key],
                school=setting.school,
                role=role,
                unit=setting.units["willow"] if role == Role.PROVISION_LEAD else None,
                starts_on=since,
                ends_on=setting.days.back(15) if person.has_left else None,
            )
            setting.book.add(membership, on=since, by=setting.people["head"])
