"""The daily run: which schools' hour has come, what each due item says today, and to whom. Rows first, mail after."""

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from ehcp.ledger import rollup
from ehcp.reviews.services import chasers
from provision.sessions.selectors import unlogged_of_people
from pupils.plans.services.windows import ask_open_windows
from pupils.profiles.services import ask_new_readers
from sendco.clock import LONDON, Duty, SendingDays
from sendco.due.models import DueItem
from staff.appraisal.services import follow_lines
from staff.models import Membership, School
from staff.models.people import current_on
from staff.owed import bring_school_up_to_date
from staff.selectors import school_calendar
from staff.supervision.services import close_of_leavers

from .. import stages, steps
from ..models import Acknowledgement, DailyRun, Digest, DigestLine, ReminderPlan, RuleStages
from ..models.reminders import SEVEN
from ..stages import LATE, PASSED_ON, Stages, choose, default_stages
from ..told import TOLD_ROLES
from .recipients import Recipients, Told, section_of
from .sending import send_waiting

logger = logging.getLogger(__name__)
# A worker that died while planning is succeeded after this; one school takes seconds.
LEASE = timedelta(minutes=2)
# Days without a run that are looked back for; a longer rest counts as a fresh start.
LONGEST_REST = 60
PASS_ON_EVERY = 7
# A year and a month: last year's same day can still be looked up.
KEPT_FOR = timedelta(days=400)
BATCH = 1000
COLUMNS = "pk pupil_id rule title duty basis trigger_on due_on owner_id exception is_personal".split()


def run_daily(now: datetime, *, send: bool = True) -> dict[str, int]:
    """Plan every school whose hour has passed on its own day and whose run has not happened, then send what waits.

    Safe to call as often as one likes, from several workers at once. Returns how many schools were planned and how
    many mails went out.
    """
    here = now.astimezone(LONDON)
    planned = sum(_plan(run, now) for run in _claimable(here, now))
    sent = send_waiting(now=now) if send else 0
    if planned:
        clear_old(here.date())
    return {"planned": planned, "sent": sent}


def remind_of_reviews(now: datetime) -> int:
    """Have the reminders of contributions to reviews go out at each school whose hour has passed.

    They go to people outside the school too, so they are mails of their own and no part of anybody's digest. Safe to
    call as often as one likes. Returns how many mails wait to be sent.
    """
    here = now.astimezone(LONDON)
    schools = chasers.schools_to_remind(_schools_at(here), today=here.date())
    return sum(_remind_school(school, here.date()) for school in schools)


def _remind_school(school: School, today: date) -> int:
    try:
        return chasers.remind(school=school, today=today)
    except Exception:
        logger.exception("The reminders of reviews of school %s failed; they are tried again.", school.pk)
        return 0


def clear_old(today: date) -> None:
    Digest.objects.filter(day__lt=today - KEPT_FOR).delete()
    DailyRun.objects.filter(day__lt=today - KEPT_FOR).delete()


# --- Whose hour has come -----------------------------------------------------------------------------------------
def _schools_at(here: datetime) -> list[int]:
    """The schools whose hour has passed on this clock, by number."""
    hour = here.time().replace(tzinfo=None)
    hours = dict(ReminderPlan.objects.values_list("school_id", "send_at"))
    return [pk for pk in School.objects.order_by("pk").values_list("pk", flat=True) if hours.get(pk, SEVEN) <= hour]


def _claimable(here: datetime, now: datetime) -> list[DailyRun]:
    """The runs of today that nobody has done: a row for each school whose hour has passed, made here if need be."""
    today, schools = here.date(), _schools_at(here)
    known = set(DailyRun.objects.filter(day=today).values_list("school_id", flat=True))
    missing = [DailyRun(school_id=pk, day=today, made_at=now) for pk in schools if pk not in known]
    steps.reached("run.before")
    DailyRun.objects.bulk_create(missing, ignore_conflicts=True)
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    waiting = DailyRun.objects.filter(free, day=today, outcome=DailyRun.Outcome.WAITING, school__in=schools)
    return list(waiting.select_related("school").order_by("school_id"))


def _plan(run: DailyRun, now: datetime) -> bool:
    """Do one school's run if no other worker has it. A school that fails does not hold up the others."""
    token = uuid.uuid4().hex
    free = Q(lease_until=None) | Q(lease_until__lt=now)
    mine = DailyRun.objects.filter(free, pk=run.pk, outcome=DailyRun.Outcome.WAITING)
    try:
        if not mine.update(token=token, lease_until=now + LEASE):
            return False
        steps.reached("run.claimed")
        with transaction.atomic():
            # Some dates follow from the day itself: a transfer year begins, rights pass, a parent's time runs out.
            follow_lines(run.school, run.day)
            close_of_leavers(run.school, run.day)
            ask_new_readers(run.school)
            ask_open_windows(run.school, run.day)
            bring_school_up_to_date(run.school)
            rollup.ask(run.school)
            done = _SchoolDay(run, token, now).write()
            steps.reached("row.before")
    except Exception:
        logger.exception("The daily run of school %s failed; it is tried again.", run.school_id)
        return False
    steps.reached("row.after")
    return done


@dataclass
class _Wanted:
    """What one person is told today: lines by (item, stage)."""

    lines: dict = field(default_factory=dict)
    unlogged: int = 0


class _SchoolDay:
    """Everything that one school's run needs, read once: no query grows with the number of items."""

    def __init__(self, run: DailyRun, token: str, now: datetime) -> None:
        self.run, self.token, self.now = run, token, now
        self.school, self.today = run.school, run.day
        self.calendar = school_calendar(self.school)
        self.days = SendingDays(self.calendar)
        plan = ReminderPlan.objects.filter(school=self.school).first() or ReminderPlan(school=self.school)
        self.pass_on_days = plan.pass_on_days
        own = RuleStages.objects.filter(school=self.school).values_list("rule", "days", "daily_when_late")
        self.own = {rule: Stages(tuple(days), daily) for rule, days, daily in own}
        self.ran_on = self._last_run()
        self.recipients = Recipients(self.school.pk, self.today)
        self.wanted: dict[int, _Wanted] = defaultdict(_Wanted)
        self.nobody = 0

    def _last_run(self) -> date | None:
        earliest = self.today - timedelta(days=LONGEST_REST)
        done = DailyRun.objects.filter(school=self.school, day__lt=self.today, day__gte=earliest)
        return done.exclude(outcome=DailyRun.Outcome.WAITING).order_by("-day").values_list("day", flat=True).first()

    def write(self) -> bool:
        """Write the day's digests and close the run, in the caller's transaction. False when another worker has it."""
        held = DailyRun.objects.select_for_update().filter(pk=self.run.pk, token=self.token)
        if not held.filter(outcome=DailyRun.Outcome.WAITING).exists():
            return False
        self._choose()
        self._ask_for_records()
        missed = self._note_missed_days()
        lines = self._write_digests(missed)
        held.update(
            outcome=DailyRun.Outcome.DONE,
            finished_at=self.now,
            lease_until=None,
            lines=lines,
            people=len(self.wanted),
            nobody=self.nobody,
        )
        return True

    # --- What each item says ---
    def _choose(self) -> None:
        carried, passed_on = self._carried()
        known = self._acknowledged()
        for item in self._items():
            late = item["due_on"] < self.today
            told = self._told_of(item)
            if late and self.days.is_open(self.today):
                self._late(item, told, known, carried, passed_on)
                continue
            choice = choose(
                basis=item["basis"],
                trigger_on=item["trigger_on"],
                due_on=item["due_on"],
                stages=self.stages_of(item),
                today=self.today,
                ran_on=self.ran_on,
                days=self.days,
            )
            if choice:
                self.nobody += not told
                self._add(item, told, choice, carried)

    def _told_of(self, item: dict[str, Any]) -> tuple[Told, ...]:
        if item["is_personal"]:
            return self.recipients.of_personal(owner_id=item["owner_id"])
        return self.recipients.of(owner_id=item["owner_id"], pupil_id=item["pupil_id"])

    def stages_of(self, item: dict[str, Any]) -> Stages:
        return self.own.get(item["rule"]) or default_stages(item["basis"], item["rule"])

    def _items(self) -> Iterable[dict[str, Any]]:
        """Open items whose date is near enough to have a stage. An exception that is claimed disapplies the limit."""
        ahead = stages.reach([stages.LONG_STAGES, *self.own.values()])
        rows = DueItem.objects.open().filter(school_id=self.school.pk, due_on__lte=self.today + timedelta(days=ahead))
        rows = rows.exclude(Q(due_on__lt=self.today) & ~Q(exception=""))
        return rows.order_by("due_on", "pk").values(*COLUMNS).iterator(chunk_size=BATCH)

    def _carried(self) -> tuple[set[tuple[int, int, str, date]], dict[tuple[int, int, date], date]]:
        """What earlier digests carried: stages as (item, person, stage, date), and when the head had an item last."""
        since = self.today - timedelta(days=stages.reach([stages.LONG_STAGES, *self.own.values()]) + 7)
        open_items = DueItem.objects.open().filter(school_id=self.school.pk).values("pk")
        lines = DigestLine.objects.filter(school=self.school, day__gte=since, due_item_id__in=open_items)
        rows = lines.exclude(stage=LATE).values_list("due_item_id", "user_id", "stage", "due_on", "day")
        carried: set[tuple[int, int, str, date]] = set()
        passed_on: dict[tuple[int, int, date], date] = {}
        for item_id, user_id, stage, due_on, day in rows.iterator(chunk_size=BATCH):
            if stage == PASSED_ON:
                key = (item_id, user_id, due_on)
                passed_on[key] = max(day, passed_on.get(key, day))
            else:
                carried.add((item_id, user_id, stage, due_on))
        once = [rule for rule, own in self.own.items() if not own.daily_when_late]
        if once:
            late = lines.filter(stage=LATE, rule__in=once).values_list("due_item_id", "user_id", "stage", "due_on")
            carried.update(late.iterator(chunk_size=BATCH))
        return carried, passed_on

    def _acknowledged(self) -> set[tuple[int, date]]:
        """(item, date) pairs about which nobody is mailed each day until a later day than today."""
        rows = Acknowledgement.objects.filter(school=self.school, look_again_on__gt=self.today)
        return set(rows.values_list("due_item_id", "due_on"))

    def _late(
        self,
        item: dict[str, Any],
        told: tuple[Told, ...],
        known: set[tuple[int, date]],
        carried: set[tuple[int, int, str, date]],
        passed_on: dict[tuple[int, int, date], date],
    ) -> None:
        self.nobody += not told
        if (item["pk"], item["due_on"]) not in known:
            daily = self.stages_of(item).daily_when_late
            for recipient in told:
                if daily or (item["pk"], recipient.user_id, LATE, item["due_on"]) not in carried:
                    self._line(item, recipient, LATE)
        if item["is_personal"]:
            return
        if item["duty"] == Duty.SCHOOL and (self.today - item["due_on"]).days >= self.pass_on_days:
            self._pass_on(item, told, passed_on)

    def _pass_on(
        self, item: dict[str, Any], told: tuple[Told, ...], passed_on: dict[tuple[int, int, date], date]
    ) -> None:
        """The head's turn, again each week: an acknowledgement does not stop it."""
        already = {recipient.user_id for recipient in told}
        for recipient in self.recipients.heads():
            last = passed_on.get((item["pk"], recipient.user_id, item["due_on"]))
            if recipient.user_id not in already and (last is None or (self.today - last).days >= PASS_ON_EVERY):
                self._line(item, recipient, PASSED_ON, section=DigestLine.Section.PASSED_ON)

    def _add(
        self,
        item: dict[str, Any],
        told: tuple[Told, ...],
        choice: stages.Choice,
        carried: set[tuple[int, int, str, date]],
    ) -> None:
        for recipient in told:
            if (item["pk"], recipient.user_id, choice.stage, item["due_on"]) in carried:
                continue
            self._line(item, recipient, choice.stage)
            for stage in choice.folded:
                if (item["pk"], recipient.user_id, stage, item["due_on"]) not in carried:
                    self._line(item, recipient, stage, is_folded=True)

    def _line(
        self,
        item: dict[str, Any],
        recipient: Told,
        stage: str,
        *,
        section: DigestLine.Section | None = None,
        is_folded: bool = False,
    ) -> None:
        self.wanted[recipient.user_id].lines[item["pk"], stage] = DigestLine(
            school_id=self.school.pk,
            user_id=recipient.user_id,
            day=self.today,
            due_item_id=item["pk"],
            rule=item["rule"],
            title=item["title"],
            due_on=item["due_on"],
            stage=stage,
            section=section or section_of(item["duty"]),
            instead_of_id=recipient.instead_of,
            is_folded=is_folded,
        )

    def _ask_for_records(self) -> None:
        """Ask each adult once about the sessions that nobody logged since the last school day on which mail went out:
        what waited on a phone that was lost or cleared is noticed by nothing else."""
        if not self.days.is_open(self.today):
            return
        earliest = self.today - timedelta(days=LONGEST_REST)
        done = DailyRun.objects.filter(school=self.school, day__gte=earliest, day__lt=self.today)
        asked = done.filter(outcome=DailyRun.Outcome.DONE).order_by("-day").values_list("day", flat=True)
        since = next(filter(self.days.is_open, asked), self.days.on_or_before(self.today - timedelta(days=1)))
        for user_id, number in unlogged_of_people(self.school.pk, since, self.today).items():
            if self.recipients.may_be_told(user_id):
                self.wanted[user_id].unlogged = number

    # --- Rows ---
    def _note_missed_days(self) -> list[date]:
        """Give each day without a run its row, and return the school days among them."""
        if self.ran_on is None:
            return []
        count = (self.today - self.ran_on).days
        between = [self.ran_on + timedelta(days=step) for step in range(1, count)]
        DailyRun.objects.filter(school=self.school, day__in=between, outcome=DailyRun.Outcome.WAITING).delete()
        DailyRun.objects.bulk_create(
            DailyRun(
                school=self.school,
                day=day,
                outcome=DailyRun.Outcome.CAUGHT_UP,
                finished_at=self.now,
                caught_up_on=self.today,
                made_at=self.now,
            )
            for day in between
        )
        return [day for day in between if self.days.is_open(day)]

    def _write_digests(self, missed: list[date]) -> int:
        """Put the lines into the one digest that each person has today. Returns how many lines."""
        if not self.wanted:
            return 0
        digests = self._digests(sorted(self.wanted), missed)
        lines = []
        for user_id, wanted in self.wanted.items():
            digests[user_id].unlogged += wanted.unlogged
            for line in wanted.lines.values():
                line.digest = digests[user_id]
                lines.append(line)
        DigestLine.objects.bulk_create(lines, batch_size=BATCH)
        self._take_up_older(digests)
        asking = [digest for digest in digests.values() if digest.unlogged]
        Digest.objects.bulk_update(asking, ["unlogged"], batch_size=BATCH)
        return len(lines)

    def _digests(self, users: list[int], missed: list[date]) -> dict[int, Digest]:
        """A waiting digest of today for each person: the one another school's run has made, or a new one."""
        rows = Digest.objects.select_for_update().filter(user__in=users, day=self.today).order_by("user_id", "number")
        waiting, numbers = {}, defaultdict(int)
        for digest in rows:
            numbers[digest.user_id] = digest.number
            if digest.state == Digest.State.WAITING:
                waiting[digest.user_id] = digest
        hours = self._last_hours([user for user in users if user not in waiting])
        new = [
            Digest(
                user_id=user,
                day=self.today,
                number=numbers[user] + 1,
                message_id=_message_id(),
                not_before=hours.get(user, self.now),
                missed_days=[day.isoformat() for day in missed],
                made_at=self.now,
            )
            for user in users
            if user not in waiting
        ]
        Digest.objects.bulk_create(new, batch_size=BATCH)
        return waiting | {digest.user_id: digest for digest in new}

    def _last_hours(self, users: list[int]) -> dict[int, datetime]:
        """For somebody who works at several schools, the moment at which the last of their hours has come."""
        rows = Membership.objects.filter(current_on(self.today), user__in=users, role__in=TOLD_ROLES)
        rows = rows.exclude(school=self.school)
        schools = defaultdict(set)
        for user_id, school_id in rows.values_list("user_id", "school_id"):
            schools[user_id].add(school_id)
        hours = dict(ReminderPlan.objects.values_list("school_id", "send_at")) if schools else {}
        return {
            user_id: max(self.now, _moment(self.today, max(hours.get(pk, SEVEN) for pk in others)))
            for user_id, others in schools.items()
        }

    def _take_up_older(self, digests: dict[int, Digest]) -> None:
        """A mail that could not go out on an earlier day is carried by today's: one mail, and nothing twice."""
        older = Digest.objects.select_for_update().filter(
            user__in=digests, day__lt=self.today, state=Digest.State.WAITING
        )
        for digest in list(older):
            closed = Digest.objects.filter(pk=digest.pk, state=Digest.State.WAITING).update(
                state=Digest.State.FOLDED, error="", next_at=None
            )
            if closed:
                digests[digest.user_id].unlogged += digest.unlogged
                DigestLine.objects.filter(digest=digest).update(digest=digests[digest.user_id])


def _moment(day: date, hour: time) -> datetime:
    """The moment of an hour of the school's own clock; an hour that the spring night leaves out is the next one."""
    return datetime.combine(day, hour, tzinfo=LONDON)


def _message_id() -> str:
    """Made once and kept: whoever gets the same mail twice can fold the two into one."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid.uuid4().hex}@{domain}>"
