"""Provision: the library, runs over the last terms and this one, and what became of each session."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, time, timedelta

from ehcp.models import LineAction, LineDelivery, ProvisionLine
from provision.library.services import starter_rows
from provision.models import (
    Attendance,
    AwayReason,
    Funding,
    Intervention,
    LostReason,
    Place,
    PlaceTarget,
    Provision,
    ProvisionAdult,
    ProvisionTime,
    Session,
    SessionAdult,
    Sharing,
    Tier,
    UniversalCheck,
    UniversalItem,
    WaitingPupil,
)
from provision.runs.planning import sessions_of
from provision.universal.starter import STARTER as EVERY_CLASS
from pupils.models import Target
from pupils.models.register import Area, Code
from staff.selectors import school_calendar
from staff.weeks import monday_of

from .people import HARBOUR
from .scores import Scores

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
EVERY, MWF, TT = (0, 1, 2, 3, 4), (0, 2, 4), (1, 3)
HELD, NO_RECORD, AWAY = 0.84, 0.03, 0.07
WHY_LOST = (
    (LostReason.ADULT,) * 5 + (LostReason.TRIP,) * 3 + (LostReason.COVER,) * 2 + (LostReason.LESSON, LostReason.ROOM)
)
WHY_AWAY = (AwayReason.ABSENT,) * 6 + (AwayReason.LESSON, AwayReason.NO, AwayReason.TRIP, AwayReason.UNKNOWN)
WORDS = ("Worked hard today.", "Found it easier than last time.", "Needed help to begin.", "Asked to read first.")
NOTES = ("Went well, moved on a step.", "Go over the last card again.", "Short of time.", "Good talk in pairs.")


@dataclass(frozen=True)
class Group:
    """A run as it comes back each term: which intervention, who leads it, when, and which children."""

    what: str
    name: str
    adults: tuple
    days: tuple
    at: str
    needs: tuple = ()
    years: tuple = ()
    size: int = 0
    place: str = ""
    focus: str = ""
    sharing: str = Sharing.TOGETHER
    funding: str = Funding.SCHOOL
    only: str = ""  # the unit
    codes: tuple = (Code.SUPPORT, Code.PLAN)


def _one_to_one(what, adult, days, times, needs, **more):
    return [
        Group(what, f"{what}, {number}", (adult,), days, at, needs, size=1, **more)
        for number, at in enumerate(times, start=1)
    ]


PRIVATE = ("Draw and talk",)
# The school's own, beside the list that sendco comes with: what makes a child's year cost more than 6,000 pounds.
ALONE = "One-to-one support in lessons"
KESTREL_GROUPS = [
    Group("RWI phonics catch-up group", "Phonics, Robins", ("hlta1",), EVERY, "11:00", ("SPLD", "MLD", "SLCN"),
          ("1", "2"), place="Library", focus="Set 2 sounds, first story"),
    Group("RWI phonics catch-up group", "Phonics, Wrens", ("senco",), (0, 1, 2), "09:15", ("SPLD", "MLD", "SLCN"),
          ("2", "3"), place="The den", focus="Set 3 sounds"),
    *_one_to_one("RWI one-to-one tutoring", "ta1", EVERY, ("11:00", "11:15"), ("SPLD", "SLCN"), place="Corridor table"),
    Group("Nessy Reading and Spelling", "Nessy, juniors", ("ta3",), MWF, "11:00", ("SPLD", "MLD"), ("3", "4", "5"),
          place="ICT room"),
    *_one_to_one("Precision Teaching", "ta4", EVERY, ("11:00", "11:15", "11:30"), ("SPLD", "MLD"), place="Hall end"),
    Group("Small-step number group", "Number, year 4", ("teacher1",), MWF, "13:05", ("MLD", "SPLD"), ("4", "5"),
          place="4A", focus="Tens and ones with rods"),
    Group("Small-step number group", "Number, year 2", ("teacher2",), MWF, "13:05", ("MLD", "SLCN"), ("2",),
          place="2B", focus="Number bonds to ten"),
    Group("Nuffield Early Language, group part", "Early language", ("speech",), MWF, "11:00", ("SLCN", "ASD"),
          ("R", "N2"), place="Reception corner", focus="Week 6: the farm"),
    Group("Talk Boost KS1", "Talk Boost, Robins", ("speech",), (0, 2, 3), "13:00", ("SLCN",), ("1", "2"),
          place="Quiet room", focus="Before and after"),
    Group("Talk Boost KS1", "Talk Boost, Owls", ("speech",), (0, 2, 3), "13:45", ("SLCN",), ("2", "3"),
          place="Quiet room", focus="Describing words"),
    *_one_to_one("Speech and language programme", "speech", (0, 2, 4), ("09:10", "09:35"), ("SLCN", "ASD"),
                 codes=(Code.PLAN,), place="Quiet room", funding=Funding.TOP_UP),
    *_one_to_one("Speech and language programme", "ta5", MWF, ("11:20",), ("SLCN", "ASD"), codes=(Code.PLAN,),
                 place="Quiet room", funding=Funding.TOP_UP),
    Group("Colourful Semantics", "Sentences, year 3", ("ta5",), MWF, "11:40", ("SLCN", "ASD"), ("3", "4"), 3),
    Group("Attention Autism", "Bucket time, blue", ("arp1",), (0, 1, 2, 3), "11:00", ("ASD", "SLD"), only="willow",
          place="Willow Room", funding=Funding.PLACE, focus="Stage 2"),
    Group("Attention Autism", "Bucket time, green", ("arp2", "arp3"), (0, 1, 2, 3), "11:20", ("ASD", "SLCN"),
          only="willow", place="Willow Room", funding=Funding.PLACE, sharing=Sharing.BY_SESSION, focus="Stage 3"),
    Group("LEGO-based therapy", "LEGO club", ("hlta2",), (1,), "11:00", ("ASD", "SEMH"), ("4", "5", "6")),
    *_one_to_one("ELSA, one to one", "elsa", (0,), ("11:00",), ("SEMH",), place="The nest"),
    *_one_to_one("ELSA, one to one", "elsa", (1,), ("11:00",), ("SEMH",), place="The nest"),
    Group("ELSA, group", "Friends", ("elsa",), (4,), "11:00", ("SEMH", "ASD"), ("4", "5", "6"), place="The nest"),
    Group("Zones of Regulation", "Zones, juniors", ("hlta2",), (3,), "11:00", ("SEMH", "ASD"), place="Library"),
    *_one_to_one("Draw and talk", "elsa", (3,), ("11:00",), ("SEMH",), place="The nest"),
    Group("Sensory circuits", "Circuits", ("ta2", "arp4"), EVERY, "08:50", ("ASD", "SEMH", "PD", "SLD"), place="Hall",
          sharing=Sharing.PARTS),
    Group("Motor skills programme", "Fingers", ("ta5",), MWF, "13:00", ("PD", "SPLD", "MLD"), ("1", "2", "3")),
    *_one_to_one(ALONE, "ta6", EVERY, ("08:55",), (), codes=(Code.PLAN,), funding=Funding.TOP_UP),
    Group("Touch typing", "Typing", ("ta3",), MWF, "11:30", ("SPLD", "PD"), ("5", "6"), place="ICT room"),
]  # fmt: skip
HARBOUR_GROUPS = [
    Group("Fresh Start", "Fresh Start, group A", ("hlta1",), (0, 1, 2, 3), "11:15", ("SPLD", "MLD", "SEMH"),
          ("7", "8", "9"), place="Room 4", focus="Unit 19, speed sounds"),
    Group("Fresh Start", "Fresh Start, group B", ("teacher1",), (0, 1, 2, 3), "12:00", ("SPLD", "MLD", "SEMH"),
          ("9", "10"), place="Room 4", focus="Unit 12"),
    Group("Nessy Reading and Spelling", "Nessy", ("ta1",), MWF, "11:10", ("SPLD", "MLD"), place="ICT room"),
    *_one_to_one("Precision Teaching", "ta2", EVERY, ("11:10", "11:30"), ("SPLD", "MLD", "SLCN"), place="Library"),
    Group("LEGO-based therapy", "Building group", ("shared",), (0,), "11:10", ("ASD", "SLCN"), place="The den"),
    Group("LEGO-based therapy", "Building group two", ("shared",), (1,), "11:10", ("ASD", "SEMH"), place="The den"),
    Group("LEGO-based therapy", "Building group three", ("shared",), (2,), "11:10", ("SEMH",), place="The den"),
    *_one_to_one("ELSA, one to one", "elsa", (0,), ("11:10",), ("SEMH",), place="Quiet room"),
    *_one_to_one("ELSA, one to one", "elsa", (2,), ("11:10",), ("SEMH",), place="Quiet room"),
    Group("Zones of Regulation", "Zones", ("hlta2",), (1,), "11:10", ("SEMH",), ("7", "8", "9"), place="Room 2"),
    Group("Zones of Regulation", "Zones, older", ("hlta2",), (3,), "11:10", ("SEMH",), ("10", "11"), place="Room 2"),
    Group("Nurture group", "Nurture", ("hlta2", "ta3"), (0, 1, 2, 3), "09:15", ("SEMH", "SLCN"), ("7", "8"),
          place="Nurture room"),
    *_one_to_one("Draw and talk", "elsa", (4,), ("11:10",), ("SEMH",), place="Quiet room"),
    *_one_to_one("Mentoring", "hlta1", (0, 2), ("13:20",), ("SEMH",), place="Library"),
    *_one_to_one("Mentoring", "hlta1", (1, 3), ("13:20",), ("SEMH",), place="Library"),
    *_one_to_one("Counselling", "counsellor", (1,), ("09:30", "10:30", "11:30"), ("SEMH",), place="Upstairs"),
    *_one_to_one("Counselling", "counsellor", (3,), ("09:30", "10:30"), ("SEMH",), place="Upstairs"),
    Group("Turnaround", "Turnaround, blue", ("teacher2", "ta1"), (0, 1, 2, 3), "09:15", (), only="turnaround",
          size=6, funding=Funding.PLACE, codes=()),
    Group("Turnaround", "Turnaround, red", ("teacher3", "ta2"), (0, 1, 2, 3), "09:15", (), only="turnaround",
          size=6, funding=Funding.PLACE, codes=()),
    Group("Touch typing", "Typing", ("shared",), (0, 1, 2), "13:20", ("SPLD", "SEMH"), place="ICT room"),
]  # fmt: skip


@dataclass(frozen=True)
class Lead:
    """An adult of a run whose row is not written yet, by place in the list: what the planning asks of one."""

    pk: int
    member_id: int
    part: str
    starts_on: date
    sharing: str

    @property
    def turn(self):
        return self.pk

    def leads_on(self, day):
        return self.starts_on <= day


def add(setting, key, there, children):
    """Gather it into the book. `there` are the adults of the school (adults.py)."""
    Writer(setting, key, there, children).write()


@dataclass
class Writer:
    setting: object
    key: str
    there: object
    children: list
    used: dict = field(default_factory=lambda: defaultdict(set))
    rows: dict = field(default_factory=dict)
    scores: Scores | None = None

    def __post_init__(self):
        self.book, self.days = self.setting.book, self.setting.days
        # Dice of its own: what is thrown here changes nothing of the children.
        self.rng = random.Random(f"provision of {self.key}")  # noqa: S311  (invented data, nothing secret)
        self.today, self.senco = self.days.today, self.setting.people["senco"]
        self.linked, self.noted, self.lines = defaultdict(dict), [], defaultdict(list)
        for line in self.book.rows[ProvisionLine]:
            version = line.plan_version
            if version.kind in version.IN_FORCE and version.confirmed_at and line.section == ProvisionLine.Section.F:
                self.lines[id(version.plan.pupil)].append(line)
        self.targets = defaultdict(list)
        for target in self.book.rows[Target]:
            plan = target.outcome.plan
            if plan.closed_on is None and target.ended_on is None:
                self.targets[plan.pupil.pk or id(plan.pupil)].append(target)

    def write(self):
        first = self.days.first_of(self.days.year - 1)
        for row in starter_rows(self.setting.school):
            self.rows[row.name] = self.book.add(row, on=first, by=self.senco)
        alone = Intervention(
            school=self.setting.school, name=ALONE, area=Area.ACROSS, tier=Tier.SPECIALIST, group_size=1, minutes=120,
            times_a_week=5, weeks=38, summary="An adult beside the child, and the child doing as much alone as can be.",
            entry="The plan says so.", exit="The child works alone for most of a lesson.",
        )  # fmt: skip
        self.rows[ALONE] = self.book.add(alone, on=first, by=self.senco)
        self.scores = Scores(self)
        self.scores.begin(first)
        calendar = school_calendar(self.setting.school)
        groups = HARBOUR_GROUPS if self.key == HARBOUR else KESTREL_GROUPS
        for number, (starts_on, ends_on) in enumerate(self._terms()):
            for place, group in enumerate(groups):
                if ends_on < self.today and (place + number) % 6 == 5:
                    continue  # not every run was there in every term
                self._run(group, starts_on, ends_on, calendar, place)
        self._waiting()
        self._every_class()

    def _terms(self):
        """(first, last day) of the runs of each term: the last two that are over, and the one that goes on or comes."""
        terms = [
            (starts, ends)
            for year in sorted(self.days.years)
            if self.days.year - 1 <= year <= self.days.year + 1
            for _, starts, ends in self.days.years[year].terms
        ]
        over = [term for term in terms if term[1] < self.today][-2:]
        going = [term for term in terms if term[1] >= self.today][:1]
        return [(monday_of(starts) + WEEK, ends) for starts, ends in [*over, *going]]

    # --- A run ---
    def _run(self, group, starts_on, ends_on, calendar, place):
        what = self.rows[group.what]
        adults = [self.there.members[key] for key in group.adults if key in self.there.members]
        pupils = self._pupils(group, what.group_size if not group.size else group.size, starts_on, ends_on)
        if not pupils or not adults:
            return
        first = max(starts_on, *(self.there.posts[key].starts_on for key in group.adults))
        first = max(first, min(child.joined_on for child in pupils))
        if first + 2 * WEEK > ends_on:
            return
        name = f"{group.what}, {pupils[0].pupil.forename}"[:80] if group.size == 1 else group.name
        unit = self.setting.units.get(group.only)
        run = Provision(
            school=self.setting.school, intervention=what, name=name, unit=unit, starts_on=first,
            ends_on=ends_on, place=group.place, focus=group.focus, sharing=group.sharing,
            funding=group.funding, is_private=group.what in PRIVATE,
            entered_by=self.senco, entered_at=self.book.moment(first - WEEK),
        )  # fmt: skip
        self._keep(run, first)
        times = [self._time(run, weekday, group.at, what.minutes) for weekday in group.days]
        leads = [self._adult(run, member, turn, group) for turn, member in enumerate(adults, start=1)]
        places = [self._place(run, pupil, number, len(adults)) for number, pupil in enumerate(pupils)]
        leads = [Lead(number, number, row.part, row.starts_on, group.sharing) for number, row in enumerate(leads)]
        wanted = sessions_of(run, times, leads, calendar=calendar, letter_of=lambda day: "")
        for key, want in wanted.items():
            self._session(run, key, want, places, [adults[number] for number in want.members])
        self.scores.of_run(run, places)

    def _keep(self, row, on):
        return self.book.add(row, on=min(on - WEEK, self.today), by=self.senco)

    def _pupils(self, group, size, starts_on, ends_on):
        """Children whom it fits, who were here all through, and who are in nothing else at that hour."""
        found = []
        for child in self.children:
            fits = (
                child.pupil
                and not child.left
                and (not group.codes or child.code in group.codes)
                and (not group.years or child.year in group.years)
                and (not group.needs or set(child.needs) & set(group.needs))
                and (not group.only or child.unit is self.setting.units[group.only])
                and child.joined_on <= max(starts_on, min(ends_on, self.today) - 3 * WEEK)
            )
            slots = {(day, group.at[:2]) for day in group.days}
            if fits and not slots & self.used[starts_on, id(child)]:
                found.append(child)
        chosen = sorted(found, key=lambda child: (len(self.used[starts_on, id(child)]), child.pupil.sort_name))[:size]
        for child in chosen:
            self.used[starts_on, id(child)] |= {(day, group.at[:2]) for day in group.days}
        return chosen

    def _time(self, run, weekday, at, minutes):
        hour, minute = map(int, at.split(":"))
        row = ProvisionTime(
            provision=run, weekday=weekday, starts_at=time(hour, minute), minutes=minutes, starts_on=run.starts_on
        )
        return self._keep(row, run.starts_on)

    def _adult(self, run, member, turn, group):
        part = "ABCD"[turn - 1] if group.sharing == Sharing.PARTS else ""
        row = ProvisionAdult(
            provision=run, member=member, turn=turn, part=part, sharing=group.sharing, starts_on=run.starts_on
        )  # fmt: skip
        return self._keep(row, run.starts_on)

    def _place(self, run, child, number, adults):
        late = number == 3 and run.starts_on + 3 * WEEK <= min(run.ends_on, self.today)
        first = max(run.starts_on + (2 * WEEK if late else 0 * WEEK), child.joined_on)
        part = "ABCD"[number % adults] if run.sharing == Sharing.PARTS else ""
        place = Place(provision=run, pupil=child.pupil, starts_on=min(first, run.ends_on), part=part)
        place.entry = (Place.Entry.MET, Place.Entry.MET, Place.Entry.UNCHECKED, Place.Entry.NOT_MET)[number % 4]
        if place.entry == Place.Entry.NOT_MET:
            place.entry_note = "The only place left, agreed with the class teacher"
        self._keep(place, place.starts_on)
        text = f"{run.name} ({run.intervention.name}) begins on {place.starts_on:%d/%m/%Y}"
        self.book.event("provision.place_added", run, text, on=run.starts_on, by=self.senco, pupil=child.pupil)
        for target in self.targets[child.pupil.pk or id(child.pupil)][:1]:
            if run.ends_on >= self.today and run.intervention.tier != Tier.UNIVERSAL:
                self.book.add(PlaceTarget(place=place, target=target), on=run.starts_on, by=self.senco)
        self._deliver(place, run)
        return place

    def _deliver(self, place, run):
        """A line of the child's plan that this run delivers: one line by each kind of run, as far as they go."""
        linked = self.linked[id(place.pupil)]
        lines = self.lines[id(place.pupil)]
        if run.intervention.name not in linked:
            size = run.intervention.group_size
            free = [line for line in lines if line not in linked.values() and size <= (line.group_size or size)]
            if not free:
                return
            linked[run.intervention.name] = free[0]
        line = linked[run.intervention.name]
        self.book.add(LineDelivery(line=line, place=place), on=place.starts_on, by=self.senco)
        if run.ends_on >= self.today and line.number == 1 and place.pupil.pk is None and len(self.noted) < 6:
            self.noted.append(line)
            text = ("Raised with the authority by letter", "Second adult trained", "To be made up by half term")
            action = LineAction(line=line, text=text[len(self.noted) % 3], on=self.days.back(6), entered_by=self.senco)
            self.book.add(action, on=action.on, by=self.senco)

    # --- A session ---
    def _session(self, run, key, want, places, members):
        row = Session(
            school=run.school, provision=run, on=key.on, starts_at=key.starts_at, part=key.part, minutes=want.minutes
        )
        row.version = 1
        if key.on < self.today:
            self._became(row, run, members, [p for p in places if p.holds_on(key.on) and p.part in ("", key.part)])
        self.book.add(row)
        for member in members:
            self.book.add(SessionAdult(session=row, member=member))

    def _became(self, row, run, members, places):
        chance = self.rng.random()
        user = members[0].user if members and members[0].user else self.senco
        if chance < NO_RECORD or not places:
            return
        row.logged_by, row.logged_at = user, self.book.moment(row.on, 15, 10)
        row.version = 2
        if chance > NO_RECORD + HELD:
            row.state, row.reason = Session.State.LOST, self.rng.choice(WHY_LOST)
            return
        marks = [self._mark(row, place.pupil) for place in places]
        here = sum(not one.reason for one in marks)
        row.expected, row.present = len(marks), here
        row.state = Session.State.HELD if here else Session.State.LOST
        row.given = row.minutes if here else None
        row.reason = "" if here else LostReason.PUPILS
        if here and self.rng.random() < 0.08:
            row.given = max(5, row.minutes - 5)
        if here and self.rng.random() < 0.1:
            row.note = self.rng.choice(NOTES)

    def _mark(self, row, pupil):
        one = Attendance(session=row, pupil=pupil)
        if self.rng.random() < AWAY:
            one.reason = self.rng.choice(WHY_AWAY)
        else:
            one.star = self.rng.random() < 0.05
            one.word = self.rng.choice(WORDS) if self.rng.random() < 0.03 else ""
        self.book.add(one)
        return one

    def _every_class(self):
        """What every class has, looked at a month ago in most of them."""
        items = [
            self.book.add(UniversalItem(school=self.setting.school, area=area, name=name), on=self.days.back(40))
            for area, name in EVERY_CLASS
        ]
        forms = [row for row in self.setting.groups.values() if row.kind == row.Kind.FORM]
        for number, group in enumerate(forms):
            if number % 7 == 6:
                continue  # nobody has looked there yet
            on = self.days.back(20 + number % 5)
            for place, item in enumerate(items):
                look = UniversalCheck(item=item, group=group, checked_on=on, checked_by=self.senco)
                look.state = ("partly", "not_yet")[number % 2] if (place + number) % 9 == 0 else "in_place"
                look.note = "From Monday, with the new board" if look.state == "not_yet" else ""
                self.book.add(look, on=on, by=self.senco)

    def _waiting(self):
        on_support = [child for child in self.children if child.pupil and not child.left and child.code == Code.SUPPORT]
        names = ("ELSA, one to one", "Precision Teaching", "Talk Boost KS1", "Counselling")
        for number, name in enumerate(names):
            child = on_support[-1 - number]
            since = max(self.days.back(30 - 7 * number), child.joined_on)
            row = WaitingPupil(intervention=self.rows[name], pupil=child.pupil, since=since, asked_by=self.senco)
            row.why = "Asked for at the review meeting"
            self.book.add(row, on=since, by=self.senco)
