"""The people who deliver it: posts, patterns, pay, line managers, the week's board and who is away."""

from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal

from pupils.models import PupilSupport, SlotPupil
from pupils.models.register import Code
from sendco.clock import academic_year_name
from staff.board.services import FIRST_KINDS, FIRST_WEIGHTS
from staff.models import (
    Absence,
    ExtraTime,
    FormulaRate,
    LineManagement,
    PayRate,
    Period,
    Post,
    Slot,
    SlotKind,
    StaffGroup,
    StaffMember,
    Timetable,
    WorkPattern,
    WorkTime,
)
from staff.posts.services import actual_hourly, formula_hourly
from staff.roles import Role
from staff.weeks import monday_of

from .people import HARBOUR, PEOPLE

DAY = timedelta(days=1)
ON_STAFF = {Role.HEAD, Role.SENCO, Role.PROVISION_LEAD, Role.TEACHER, Role.TEACHING_ASSISTANT, Role.OFFICE}
ALL_WEEK = range(5)
# Pounds for each weekly hour and year, over 38 weeks: the demo's rule of costing.
FORMULAS = {"Westmarch": "655.00", "Eastholt": "653.60", "Northfen": "634.53"}
# A teacher at £38 an hour and a counsellor at £55, where the authority counts them at all.
OTHER_FORMULAS = (
    ("Westmarch", StaffGroup.TEACHER, "1444.00"),
    ("Westmarch", StaffGroup.SPECIALIST, "2090.00"),
)
TEACHER_SALARY, TEACHER_ON_COSTS = "43607.00", "12210.00"
TA_SALARY_AN_HOUR, TA_ON_COSTS = Decimal("13.10"), Decimal("0.26")


@dataclass(frozen=True)
class Work:
    """When somebody works: the days, from and until, and whether lunch is unpaid."""

    days: tuple = tuple(ALL_WEEK)
    first: str = "08:30"
    last: str = "15:15"
    lunch: bool = True

    def hours(self):
        minutes = _minutes(self.last) - _minutes(self.first) - (30 if self.lunch else 0)
        return Decimal(minutes * len(self.days)) / 60


TEACHES = Work(first="08:30", last="15:30")
OFFICE = Work(first="08:00", last="16:00")
SUPPORTS = Work()
# Who works differently: (school, key).
PART_TIME = {
    (HARBOUR, "shared"): Work(days=(0, 1, 2)),
    (HARBOUR, "counsellor"): Work(days=(1, 3), first="09:00", last="15:00"),
    (HARBOUR, "ta3"): Work(days=(0, 1, 2, 3), last="14:30"),
    ("kestrel", "senco"): Work(days=(0, 1, 2), first="08:15", last="16:15"),
    ("kestrel", "shared"): Work(days=(3, 4)),
    ("kestrel", "speech"): Work(days=(0, 2, 3, 4)),
    ("kestrel", "ta6"): Work(last="12:30", lunch=False),
    ("kestrel", "ta7"): Work(days=(0, 1, 2, 3)),
}
DAYS_OF = {
    HARBOUR: (
        ("Breakfast and registration", "other", "08:45", "09:15"),
        ("1", "lesson", "09:15", "10:05"),
        ("2", "lesson", "10:05", "10:55"),
        ("Break", "break", "10:55", "11:10"),
        ("3", "lesson", "11:10", "12:00"),
        ("4", "lesson", "12:00", "12:50"),
        ("Lunch", "lunch", "12:50", "13:20"),
        ("5", "lesson", "13:20", "14:10"),
        ("Reflection", "other", "14:10", "14:30"),
    ),
    "kestrel": (
        ("Registration", "other", "08:45", "09:00"),
        ("1", "lesson", "09:00", "10:00"),
        ("2", "lesson", "10:00", "10:45"),
        ("Break", "break", "10:45", "11:00"),
        ("3", "lesson", "11:00", "12:00"),
        ("Lunch", "lunch", "12:00", "13:00"),
        ("4", "lesson", "13:00", "14:00"),
        ("5", "lesson", "14:00", "15:00"),
        ("Home time", "other", "15:00", "15:15"),
    ),
}


def _minutes(text):
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _time(text):
    return time(*map(int, text.split(":")))


def add(setting, key, children):
    """Gather the adults of one school into its book."""
    adults = Adults(setting, key)
    adults.write(children)
    return adults


class Adults:
    def __init__(self, setting, key):
        self.setting, self.key, self.book = setting, key, setting.book
        self.days, self.people = setting.days, setting.people
        self.since = setting.days.first_of(setting.days.year - 1)
        self.this_year = setting.days.first_of(setting.days.year)
        self.head = setting.people["head"]
        self.members, self.posts = {}, {}

    def write(self, children):
        for person in PEOPLE:
            role = next((role for where, role in person.roles if where == self.key and role in ON_STAFF), None)
            if role and not person.has_left:
                self._person(person, role)
        self._lines()
        self._formulas()
        self._timetables()
        self._board(children)
        self._away()
        self._evenings()

    # --- Posts ---
    def _person(self, person, role):
        member = StaffMember(school=self.setting.school, user=self.people[person.key], name=person.name)
        member.bought_in_from = "Westmarch Counselling Partnership" if person.key == "counsellor" else ""
        self.members[person.key] = self.book.add(member, on=self.since, by=self.head)
        work = PART_TIME.get((self.key, person.key)) or self._usual(role)
        post = Post(member=member, title=person.post.split(",")[0], hours_a_week=work.hours(), weeks_a_year=39)
        post.staff_group, post.starts_on = self._group(person, role), self.since
        post.unit = self._unit(person)
        post.extra_hours = Decimal(15) if role == Role.TEACHING_ASSISTANT else Decimal(0)
        if person.key == "ta7":
            post.works_inset, post.weeks_a_year = False, Decimal(38)
        if person.key == "ta3":
            post.starts_on = self.days.back(25)
            post.probation_ends_on = post.starts_on + timedelta(days=182)
        self.posts[person.key] = self.book.add(post, on=post.starts_on, by=self.head)
        self._pattern(post, work)
        self._rate(post, person.key, role)

    def _usual(self, role):
        if role in (Role.TEACHING_ASSISTANT, Role.PROVISION_LEAD):
            return SUPPORTS
        return OFFICE if role == Role.OFFICE else TEACHES

    def _group(self, person, role):
        if person.key == "counsellor":
            return StaffGroup.SPECIALIST
        return {
            Role.TEACHING_ASSISTANT: StaffGroup.SUPPORT,
            Role.OFFICE: StaffGroup.ADMIN,
            Role.HEAD: StaffGroup.LEADER,
        }.get(role, StaffGroup.TEACHER)

    def _unit(self, person):
        if person.key.startswith("arp") or person.key == "willow":
            return self.setting.units["willow"]
        return self.setting.units["outreach"] if person.key == "outreach" else None

    def _pattern(self, post, work):
        pattern = self.book.add(WorkPattern(post=post, starts_on=post.starts_on), on=post.starts_on, by=self.head)
        for weekday in work.days:
            times = WorkTime(pattern=pattern, weekday=weekday, starts_at=_time(work.first), ends_at=_time(work.last))
            if work.lunch:
                lunch = "12:50" if self.key == HARBOUR else "12:00"
                times.unpaid_from, times.unpaid_until = _time(lunch), _time("13:20" if lunch == "12:50" else "12:30")
            self.book.add(times)

    def _rate(self, post, key, role):
        rate = PayRate(post=post, starts_on=post.starts_on)
        if key == "counsellor":
            rate.method, rate.hourly = PayRate.Method.PRICE, Decimal("55.00")
        else:
            weeks = Decimal(39)
            if role in (Role.TEACHING_ASSISTANT, Role.OFFICE):
                rate.salary = (TA_SALARY_AN_HOUR * post.hours_a_week * Decimal("44.5")).quantize(Decimal("0.01"))
                rate.on_costs = (rate.salary * TA_ON_COSTS).quantize(Decimal("0.01"))
            else:
                rate.salary, rate.on_costs = Decimal(TEACHER_SALARY), Decimal(TEACHER_ON_COSTS)
            rate.paid_hours, rate.paid_weeks = post.hours_a_week, weeks
            rate.hourly = actual_hourly(
                salary=rate.salary, on_costs=rate.on_costs, hours=rate.paid_hours, weeks=rate.paid_weeks
            )
        self.book.add(rate, on=post.starts_on, by=self.head)

    def _lines(self):
        """The SENDCo manages those who support, in the primary also the office; the Willow Room's lead manages hers."""
        senco, willow = self.members["senco"], self.members.get("willow")
        managers = {}
        for key, member in self.members.items():
            if key in ("head", "executive"):
                continue
            if key.startswith("arp"):
                managers[key] = willow
            elif self.posts[key].staff_group in (StaffGroup.SUPPORT, StaffGroup.SPECIALIST):
                managers[key] = senco
            elif key == "office" and self.key != HARBOUR:
                managers[key] = senco
            else:
                managers[key] = self.members["head"]
            line = LineManagement(member=member, manager=managers[key], starts_on=self.posts[key].starts_on)
            self.book.add(line, on=line.starts_on, by=self.head)

    def _formulas(self):
        rows = [(authority, StaffGroup.SUPPORT, yearly) for authority, yearly in FORMULAS.items()]
        for authority, group, yearly in [*rows, *OTHER_FORMULAS]:
            row = FormulaRate(school=self.setting.school, authority=authority, starts_on=self.since, staff_group=group)
            row.yearly, row.weeks = Decimal(yearly), Decimal(38)
            row.hourly = formula_hourly(yearly=row.yearly, weeks=row.weeks)
            self.book.add(row, on=self.since, by=self.head)

    # --- The board ---
    def _timetables(self):
        school, last = self.setting.school, self.this_year - DAY
        self.kinds = {}
        for name, tone, busy, cover, rest, with_teacher in FIRST_KINDS:
            kind = SlotKind(school=school, name=name, tone=tone, makes_busy=busy, needs_cover=cover, is_break=rest)
            kind.is_with_teacher = with_teacher
            kind.weight = FIRST_WEIGHTS.get(name, SlotKind.Weight.HELP)
            self.kinds[name] = self.book.add(kind, on=self.since, by=self.head)
        for year, starts_on, ends_on in ((-1, self.since, last), (0, self.this_year, None)):
            if ends_on and ends_on < starts_on:
                continue
            starts_in = self.days.year + year
            name = academic_year_name(starts_in)
            row = Timetable(school=school, name=name, starts_on=starts_on, ends_on=ends_on)
            row.has_two_weeks = self.key == HARBOUR
            row.first_week_on = monday_of(starts_on)
            self.timetable = self.book.add(row, on=starts_on, by=self.head)
            for place, kind, first, until in DAYS_OF[self.key]:
                period = Period(timetable=row, name=place, kind=kind, starts_at=_time(first), ends_at=_time(until))
                self.book.add(period)
        self.times = {name: (_time(first), _time(until)) for name, _, first, until in DAYS_OF[self.key]}

    def _slot(self, key, period, kind, weekdays, *, group=None, doing="", pupil=None, week=""):
        post, starts_on = self.posts[key], max(self.this_year, self.posts[key].starts_on)
        work = PART_TIME.get((self.key, key)) or self._usual(Role.TEACHING_ASSISTANT)
        for weekday in weekdays:
            first, until = self.times[period]
            # One lesson stands outside somebody's hours: a board that shows nothing wrong shows nothing.
            if weekday not in work.days or (until > _time(work.last) and (period, weekday) != ("4", 0)):
                continue
            slot = Slot(timetable=self.timetable, member=post.member, kind=self.kinds[kind], weekday=weekday)
            slot.starts_at, slot.ends_at, slot.starts_on, slot.week = first, until, starts_on, week
            slot.group, slot.doing = self.setting.groups.get(group), doing
            self.book.add(slot, on=starts_on, by=self.people["senco"])
            if pupil:
                self.book.add(SlotPupil(slot=slot, pupil=pupil), on=starts_on, by=self.people["senco"])

    def _board(self, children):
        adults = [key for key, post in self.posts.items() if post.staff_group == StaffGroup.SUPPORT]
        planned = [child for child in children if child.code == Code.PLAN and child.pupil and not child.left]
        for place, key in enumerate(adults):
            group = self._group_of(key, place)
            self._slot(key, "1", "In a lesson", ALL_WEEK, group=group)
            self._slot(key, "2", "In a lesson", ALL_WEEK, group=group)
            self._slot(key, "Break", "Break", ALL_WEEK) if place % 3 else self._slot(key, "Break", "Duty", ALL_WEEK)
            child = self._child_of(key, planned, place)
            doing = ("Speech and language programme", "Precision teaching", "Reading together")[place % 3]
            self._slot(key, "3", "One to one", (0, 2, 4), doing=doing, pupil=child and child.pupil)
            self._slot(key, "3", "Small group", (1, 3), doing=("Zones of Regulation", "Touch typing")[place % 2])
            if place % 2:
                self._slot(key, "4", "In a lesson", (0, 1, 2), group=group)
            if place % 5 in (0, 1):
                self._slot(key, "4", "Time with the teacher", (3,), doing="The week's children and lessons")
            self._slot(key, "5", "In a lesson", (0, 1, 3), group=group)
        self._two_weeks(adults)

    def _child_of(self, key, planned, place):
        """A child with a plan whom the adult supports; where there is none, one whom they support from now on."""
        user = self.people[key]
        own = next((child for child in planned if user in child.supports), None)
        if own or not planned:
            return own
        child = planned[place % len(planned)]
        child.supports.append(user)
        since = max(self.this_year, self.posts[key].starts_on, child.pupil.joined_on)
        row = PupilSupport(pupil=child.pupil, user=user, starts_on=since)
        self.book.add(row, on=since, by=self.people["senco"])
        return child

    def _group_of(self, key, place):
        if key.startswith("arp"):
            return "The Willow Room"
        classes = [name for name in self.setting.groups if name[:1].isdigit()] or list(self.setting.groups)
        return classes[place % len(classes)]

    def _two_weeks(self, adults):
        """Where the timetable has two weeks, some things come in every other one."""
        if self.key == HARBOUR:
            self._slot(adults[0], "4", "Meeting", (4,), doing="Team meeting", week="A")
            self._slot(adults[1], "4", "Meeting", (4,), doing="Turnaround planning", week="B")

    # --- Away, and evenings ---
    def _away(self):
        senco, today = self.people["senco"], self.days.today
        adults = [key for key, post in self.posts.items() if post.staff_group == StaffGroup.SUPPORT]
        working = [key for key in adults if key not in {person for where, person in PART_TIME if where == self.key}]
        ill = Absence(member=self.members[working[1]], starts_on=today, ends_on=today, reason="illness")
        self._absence(ill, senco)
        part = Absence(member=self.members[working[2]], starts_on=today, ends_on=today, reason="appointment")
        part.starts_at = time(13, 0)
        self._absence(part, senco)
        first = self.days.back(20)
        back = self.days.back(17)
        past = Absence(member=self.members[working[0]], starts_on=first, ends_on=back - DAY, reason="illness")
        past.returned_on = back
        self._absence(past, senco)

    def _absence(self, row, by):
        row.recorded_by, row.recorded_at = by, self.book.moment(row.starts_on, 7, 45)
        self.book.add(row, on=row.starts_on, by=by)

    def _evenings(self):
        for post in self.posts.values():
            if post.staff_group != StaffGroup.SUPPORT:
                continue
            for number, counts in ((12, "contract"), (6, "give_back")):
                row = ExtraTime(post=post, on=self.days.back(number), minutes=210 if counts == "contract" else 60)
                row.what = "Parents' evening" if counts == "contract" else "Team meeting after school"
                row.counts = counts
                self.book.add(row, on=row.on, by=self.people["senco"])
