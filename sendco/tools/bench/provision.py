"""Two terms of provision: runs, sessions, who was there and scores; a day with sixty sessions; a year of staffing."""

import random
import statistics
import time as clock
from dataclasses import asdict
from datetime import date, time, timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from ehcp.ledger.rollup import KIND, ask
from ehcp.models import LineDelivery, LocalAuthority, Plan, PlanVersion, ProvisionLine
from provision.cover.jobs import day_of
from provision.cover.proposals import propose
from provision.models import (
    Attendance,
    Intervention,
    Place,
    PlaceScore,
    Provision,
    ProvisionAdult,
    ProvisionTime,
    Session,
    SessionAdult,
    StaffingPlan,
)
from provision.whatif.planning import work_out
from pupils.models import Assessment, Pupil, ScoreKind
from sendco.jobs.models import Job
from staff.acting import acting_for
from staff.models import (
    Absence,
    AcademicYear,
    FormulaRate,
    Membership,
    School,
    StaffMember,
    Term,
    User,
)
from staff.roles import Role

from .adults import add_adults
from .data import _bulk, make_school
from .measure import browser, together

HERE = {"ROOT_URLCONF": "sendco.tools.bench.urls", "ALLOWED_HOSTS": ["localhost"]}
ADULTS, RUNS, GROUP, WEEKS = 12, 40, 6, 25
DAYS = (0, 1, 2, 3)
BEGINS = [time(9 + number // 3, 20 * (number % 3)) for number in range(15)]
PLANS, LINES = 20, 3


def add_provision(school, senco, *, weeks=WEEKS):
    """Forty runs of six children four times a week: 24,000 attendances in two terms. Returns the number of them."""
    today = timezone.localdate()
    first = today - timedelta(weeks=weeks, days=today.weekday())
    _calendar(school, first, today)
    add_adults(school, ADULTS)
    members = list(StaffMember.objects.filter(school=school).order_by("pk"))
    members[0].user = _assistant(school)
    members[0].save()
    FormulaRate.objects.create(
        school=school, authority=school.local_authority, starts_on=first, yearly=655, hourly=Decimal("17.24")
    )
    library, runs, times = _runs(school, members, RUNS, first, today + timedelta(weeks=4))
    pupils = list(Pupil.objects.filter(school=school).order_by("pk"))
    draw = random.Random(school.pk)  # noqa: S311  (data for a benchmark)
    places = [
        Place(provision=run, pupil=pupil, starts_on=first) for run in runs for pupil in draw.sample(pupils, GROUP)
    ]
    _bulk(Place, places)
    number = _sessions(school, senco, runs, times, members, places, today)
    _scores(school, library, places, first, today)
    _plans(school, places, first)
    return number


def _runs(school, members, number, first, last):
    """So many runs, the adults in turn, each four times a week."""
    library = [Intervention(school=school, name=f"Intervention {place}", area="ci") for place in range(8)]
    _bulk(Intervention, library)
    runs = [
        Provision(
            school=school,
            intervention=library[place % len(library)],
            name=f"Run {place}",
            starts_on=first,
            ends_on=last,
        )
        for place in range(number)
    ]
    _bulk(Provision, runs)
    times = [
        ProvisionTime(
            provision=run, weekday=weekday, starts_at=BEGINS[place // len(members) * 3 + place % 3], minutes=20,
            starts_on=first,
        )
        for place, run in enumerate(runs)
        for weekday in DAYS
    ]  # fmt: skip
    _bulk(ProvisionTime, times)
    leads = (
        ProvisionAdult(provision=run, member=members[place % len(members)], starts_on=first)
        for place, run in enumerate(runs)
    )
    _bulk(ProvisionAdult, leads)
    return library, runs, times


def _calendar(school, first, today):
    year = AcademicYear.objects.create(school=school, starts_in=first.year, is_confirmed=True)
    Term.objects.create(academic_year=year, name="Bench", starts_on=first, ends_on=today + timedelta(weeks=30))


def _assistant(school):
    user = User.objects.create_user(email=f"assistant{school.pk}@bench.example", name="Assistant Bench")
    Membership.objects.create(user=user, school=school, role=Role.TEACHING_ASSISTANT, starts_on=date(2020, 9, 1))
    return user


def _sessions(school, senco, runs, times, members, places, today):
    groups = {}
    for place in places:
        groups.setdefault(place.provision_id, []).append(place.pupil_id)
    leads = {run.pk: members[place % ADULTS] for place, run in enumerate(runs)}
    sessions, now = [], timezone.now()
    for row in times:
        run = row.provision
        day = run.starts_on + timedelta(days=row.weekday)
        while day <= today:
            is_held = day < today
            sessions.append(
                Session(
                    school=school, provision=run, on=day, starts_at=row.starts_at, minutes=row.minutes,
                    state="held" if is_held else "planned", given=20 if is_held else None,
                    expected=GROUP if is_held else None, present=GROUP if is_held else None,
                    logged_by=senco if is_held else None, logged_at=now if is_held else None,
                )
            )  # fmt: skip
            day += timedelta(weeks=1)
    _bulk(Session, sessions)
    _bulk(SessionAdult, (SessionAdult(session=row, member=leads[row.provision_id]) for row in sessions))
    rows = [
        Attendance(session=row, pupil_id=pupil, reason="absent" if (row.pk + pupil) % 13 == 0 else "")
        for row in sessions
        if row.state == "held"
        for pupil in groups[row.provision_id]
    ]
    _bulk(Attendance, rows)
    return len(rows)


def _scores(school, library, places, first, today):
    """An entry for each child, and an exit for four of five."""
    kind = ScoreKind.objects.create(school=school, name="Bench measure", scale="raw")
    scores, points = [], []
    for number, place in enumerate(places):
        for point, day, score in (("entry", first, 10), ("exit", today - timedelta(days=7), 14 + number % 5)):
            if point == "exit" and number % 5 == 0:
                continue
            scores.append(
                Assessment(
                    pupil_id=place.pupil_id, kind=kind, test=kind.name, scale="raw", score=score, taken_on=day,
                    assessed_by="Bench",
                )
            )  # fmt: skip
            points.append((place, point))
    _bulk(Assessment, scores)
    rows = zip(scores, points, strict=True)
    _bulk(PlaceScore, (PlaceScore(place=place, score=score, point=point) for score, (place, point) in rows))


def _plans(school, places, first):
    """Twenty plans of three lines, each delivered by a run."""
    authority = LocalAuthority.objects.create(school=school, name="Westmarch", report_days=7)
    by_pupil = {}
    for place in places:
        by_pupil.setdefault(place.pupil_id, []).append(place)
    chosen = list(by_pupil.items())[:PLANS]
    plans = [Plan(school=school, pupil_id=pupil, authority=authority, made_on=first) for pupil, _ in chosen]
    _bulk(Plan, plans)
    versions = [
        PlanVersion(plan=plan, number=1, kind="final", dated_on=first, confirmed_at=timezone.now()) for plan in plans
    ]
    _bulk(PlanVersion, versions)
    lines = [
        ProvisionLine(
            plan_version=version, number=number, section="F", text="Four times a week", minutes=20, times=4, per="week"
        )
        for version in versions
        for number in range(1, LINES + 1)
    ]
    _bulk(ProvisionLine, lines)
    _bulk(
        LineDelivery,
        (LineDelivery(line=line, place=chosen[place // LINES][1][0]) for place, line in enumerate(lines)),
    )


# --- What is measured --------------------------------------------------------------------------------------------
@override_settings(**HERE)
def provision_pages(school, senco, times):
    """The map and impact of the SENDCo, and the day of an assistant."""
    client = browser(senco)
    assistant = browser(User.objects.get(email=f"assistant{school.pk}@bench.example"))
    pages = [
        ("bare", client, "/bare/", {}),
        ("my day", assistant, "/my-day/", {}),
        ("map", client, "/provision/?period=year", {}),
        ("impact", client, "/provision/impact/", {}),
    ]
    return {"readings": [asdict(one) for one in together(pages, times=times)]}


@override_settings(**HERE)
def log_groups(school, senco, _share):
    """Log the open sessions of today one after the other: milliseconds and questions of each, beside the bare view."""
    client = browser(senco)
    sessions = list(Session.objects.filter(school=school, state="planned").order_by("pk")[:20])
    spent, queries = [], []
    for session in sessions:
        pupils = Place.objects.filter(provision=session.provision_id).values_list("pupil", flat=True)
        shown = ",".join(map(str, pupils))
        data = {"minutes": "20", "note": "", "key": str(uuid4()), "shown": shown}
        with CaptureQueriesContext(connection) as captured:
            started = clock.perf_counter()
            response = client.post(f"/sessions/{session.pk}/log/", data)
            spent.append((clock.perf_counter() - started) * 1000)
        queries.append(len(captured))
        if response.status_code != 302:  # noqa: PLR2004  it went on to the next page
            raise RuntimeError(f"log of session {session.pk} answered {response.status_code}")
    bare = []
    for _ in range(20):
        started = clock.perf_counter()
        client.get("/bare/")
        bare.append((clock.perf_counter() - started) * 1000)
    return {"ms": statistics.median(spent), "bare_ms": statistics.median(bare), "queries": statistics.median(queries)}


def roll_up_all(school, senco, _share):
    """The sums of the lines of every plan of every school, as the nightly job does them."""
    from .work import finish

    delivered = LineDelivery.objects.values("line__plan_version__plan__school")
    schools = list(School.objects.filter(pk__in=delivered))
    for one in schools:
        ask(one)
        finish(Job.objects.filter(kind=KIND).latest("pk").pk)
    return {"schools": len(schools)}


def cover_day(school, senco, _share):
    """Cover of a day with twelve adults and sixty sessions, of whom three are away."""
    acting, on = acting_for(senco, school.pk), sixty_sessions(school)
    propose(day_of(acting, on))  # the solver is read once a worker
    started = clock.perf_counter()
    found = propose(day_of(acting, on))
    return {"cover": clock.perf_counter() - started, "rows": len(found.rows), "sessions": len(found.day.tasks)}


def sixty_sessions(school):
    """Make the next school day one of sixty sessions. Returns the day."""
    today = timezone.localdate()
    on = today + timedelta(days=7 - today.weekday() + 4)  # a Friday, on which no run meets
    members = list(StaffMember.objects.filter(school=school).order_by("pk")[:ADULTS])
    runs = list(Provision.objects.filter(school=school).order_by("pk"))
    sessions = [
        Session(
            school=school, provision=runs[number % len(runs)], on=on, starts_at=BEGINS[number // ADULTS * 3],
            minutes=20, part="ABCDEFGH"[number // len(runs)],
        )
        for number in range(60)
    ]  # fmt: skip
    sessions = Session.objects.bulk_create(sessions)
    SessionAdult.objects.bulk_create(
        SessionAdult(session=row, member=members[number % ADULTS]) for number, row in enumerate(sessions)
    )
    for member in members[:3]:
        Absence.objects.create(member=member, starts_on=on, ends_on=on)
    return on


def what_if_year(_school, _senco, _share):
    """A year of twenty-five adults: seventy-five runs and a full board, with four of them gone."""
    today = timezone.localdate()
    school, _ = make_school(8999, 200)
    add_adults(school, 25)
    members = list(StaffMember.objects.filter(school=school).order_by("pk"))
    _runs(school, members, 75, today, today + timedelta(weeks=30))
    plan = StaffingPlan(school=school, name="Bench", starts_on=today, out=[one.pk for one in members[:4]])
    work_out(plan)
    started = clock.perf_counter()
    result = work_out(plan)
    return {"what_if": clock.perf_counter() - started, "adults": len(members), "runs": len(result.runs)}


def make_trust(number, *, schools, weeks=WEEKS):
    """Schools with two terms of provision each. Returns ([(school, SENDCo)], attendances)."""
    made, attendances = [], 0
    for place in range(schools):
        school, senco = make_school(number + place, 200)
        attendances += add_provision(school, senco, weeks=weeks)
        made.append((school, senco))
    return made, attendances
