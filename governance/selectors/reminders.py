"""Reads of reminders: what was sent, what failed, whether the run happened, how each rule is reminded of."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from ehcp.reviews.chaser_days import in_words as in_days
from ehcp.reviews.selectors import chasers
from pupils.models import Pupil
from sendco.audit.models import Audience, Event
from sendco.audit.selectors import school_events
from sendco.clock import LONDON, SendingDays, long_date
from sendco.due.models import DueItem
from sendco.due.words import BASIS_WORDS
from staff.acting import Acting
from staff.models import School
from staff.permissions import Permission
from staff.selectors import school_calendar

from ..models import Acknowledgement, Cover, DailyRun, Digest, DigestLine, ReminderPlan, RuleStages
from ..models.reminders import SEVEN
from ..stages import Stages, default_stages, stage_words, stages_in_words
from .cover import covered_ids

# Half a year: who stood in for whom is asked about when something of that time comes up.
COVER_SHOWN = timedelta(days=180)

GRACE = timedelta(hours=1)
# A school that was set up a moment ago has no run yet.
NEW_SCHOOL = timedelta(days=2)
# A refused mail is spoken of on the home page for so long; the list keeps it.
SHOWN_FOR = timedelta(days=3)
State = Digest.State
OPEN = (State.WAITING, State.SENDING)


def plan_of(school: School) -> ReminderPlan:
    return ReminderPlan.objects.filter(school=school).first() or ReminderPlan(school=school)


def reviews_in_words(school: School) -> str:
    """When people are reminded of what they have to say before a review."""
    plan = chasers.plan_of(school)
    return f"By themselves, {in_days(plan.days)}" if plan.is_on else "Not by themselves"


def reminder_changes(acting: Acting) -> QuerySet[Event]:
    """What was changed about reminders lately, for those who see them. Nothing about a child is among it."""
    events = school_events(school_id=acting.school.pk, audiences={Audience.RECORD})
    return events.filter(code__startswith="reminders.", pupil_id=None)


# --- Whether the run happened ------------------------------------------------------------------------------------
def daily_run_warning(school: School, now: datetime) -> str:
    """Say in words that the run did not happen by an hour after the school's hour on a school day, that mails wait for
    longer than that, or that some were refused lately; "" when all is well. Before that hour it speaks of the last
    school day. Two queries when today's run is done and no mail is in trouble anywhere, eight at most."""
    here = now.astimezone(LONDON)
    done = DailyRun.objects.filter(school=school).exclude(outcome=DailyRun.Outcome.WAITING)
    last = done.order_by("-day").values_list("day", flat=True).first()
    if last is None or last < here.date():
        missed = _missed_day(school, last, here, now)
        if missed:
            return (
                f"The reminders of {long_date(missed)} have not gone out. Look at the lists here yourself, and tell "
                "the person who runs the site."
            )
    return _waiting_words(school, here.date(), now)


def _missed_day(school: School, last: date | None, here: datetime, now: datetime) -> date | None:
    """The last school day whose run should have happened by now and has not, or None."""
    if last is None and school.created_at > now - NEW_SCHOOL:
        return None
    day = here.date()
    if here < datetime.combine(day, plan_of(school).send_at, tzinfo=LONDON) + GRACE:
        day -= timedelta(days=1)
    if last is not None and last >= day:
        return None
    expected = SendingDays(school_calendar(school)).on_or_before(day)
    return expected if last is None or last < expected else None


def _waiting_words(school: School, today: date, now: datetime) -> str:
    stuck = Q(state__in=OPEN, not_before__lt=now - GRACE)
    refused = Q(state__in=[State.REFUSED, State.FAILED], day__gte=today - SHOWN_FOR)
    digests = dict(Digest.objects.filter(stuck | refused).order_by().values_list("pk", "state"))
    if not digests:  # as on most days: whose they are need not be asked
        return ""
    mine = DigestLine.objects.filter(school=school, digest__in=digests).order_by().values_list("digest", flat=True)
    states = [digests[pk] for pk in mine.distinct()]
    if waiting := sum(state in OPEN for state in states):
        return f"{_mails(waiting)} waited for more than an hour. The mail server may not answer: see Reminders."
    if states:
        return f"{_mails(len(states))} not arrived: the mail server refused the address. See Reminders."
    return ""


def _mails(count: int) -> str:
    return "One reminder mail has" if count == 1 else f"{count} reminder mails have"


def run_health(now: datetime) -> tuple[int, int, int]:
    """For the health page: (schools whose run of today is done, schools whose hour has passed, mails that wait)."""
    here = now.astimezone(LONDON)
    hours = dict(ReminderPlan.objects.values_list("school_id", "send_at"))
    clock = here.time().replace(tzinfo=None)
    asked = [pk for pk in School.objects.values_list("pk", flat=True) if hours.get(pk, SEVEN) <= clock]
    done = DailyRun.objects.filter(day=here.date(), outcome=DailyRun.Outcome.DONE, school__in=asked).count()
    return done, len(asked), Digest.objects.open().filter(not_before__lte=now).count()


def runs_for_page(acting: Acting, limit: int = 10) -> QuerySet[DailyRun]:
    return DailyRun.objects.visible_to(acting)[:limit]


# --- What was sent -----------------------------------------------------------------------------------------------
FILTERS = {
    "": Q(),
    "failed": Q(state__in=[State.REFUSED, State.FAILED]) | Q(state=State.WAITING, attempts__gt=0),
    "waiting": Q(state__in=[State.WAITING, State.SENDING]),
}


def digests_for_list(acting: Acting, which: str = "") -> QuerySet[Digest]:
    """Digests with a line of this school, newest first, with how many lines of it they carry."""
    here = Q(lines__school=acting.school, lines__is_folded=False)
    return (
        Digest.objects.visible_to(acting)
        .filter(FILTERS.get(which, Q()))
        .select_related("user")
        .annotate(count=Count("lines", filter=here))
        .order_by("-day", "user__name", "-pk")
    )


def failed_count(acting: Acting) -> int:
    return Digest.objects.visible_to(acting).filter(FILTERS["failed"]).count()


@dataclass(frozen=True)
class LineRow:
    line: DigestLine
    stage: str
    who: str


def lines_for_page(digest: Digest, acting: Acting) -> list[LineRow]:
    """The lines of this school, in words. Whose they are about is shown to those who may open the child, and what is
    known to its owner alone to the owner. Four queries."""
    rows = digest.lines.filter(school=acting.school, is_folded=False)
    if digest.user_id != acting.user.pk:
        rows = rows.exclude(rule__in=list(personal_rules(acting.school)))
    lines = list(rows.select_related("instead_of").order_by("section", "due_on", "pk"))
    names = {}
    if acting.can(Permission.NARRATIVE_VIEW):
        pupil_of = dict(
            DueItem.objects.filter(pk__in=[line.due_item_id for line in lines]).values_list("pk", "pupil_id")
        )
        pupils = Pupil.objects.visible_to(acting).in_bulk([pk for pk in pupil_of.values() if pk])
        names = {item: pupils[pk].name for item, pk in pupil_of.items() if pk in pupils}
    return [LineRow(line, stage_words(line.stage), names.get(line.due_item_id, "")) for line in lines]


def personal_rules(school: School) -> set[str]:
    """The rules whose dates are known to their owners alone. One query."""
    rows = DueItem.objects.filter(school_id=school.pk, is_personal=True)
    return set(rows.values_list("rule", flat=True).distinct())


# --- Stages ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class RuleRow:
    """One rule that has given this school a date, and how it is reminded of."""

    rule: str
    title: str
    basis: str
    open: int
    stages: Stages
    is_own: bool

    @property
    def footing(self) -> str:
        return BASIS_WORDS.get(self.basis, "School policy")

    @property
    def words(self) -> str:
        return stages_in_words(self.stages.days, self.stages.daily_when_late)


def rules_for_page(school: School, rule: str | None = None) -> list[RuleRow]:
    """Rules that have given the school a date, by title. Two queries."""
    items = DueItem.objects.filter(school_id=school.pk)
    if rule is not None:
        items = items.filter(rule=rule)
    own = {row.rule: row for row in RuleStages.objects.filter(school=school)}
    # How many appraisal steps or certificates are open is nobody's but their owners'.
    open_ones = Q(met_on=None, closed_on=None, is_personal=False)
    rows = (
        items.values("rule")
        .annotate(title=Max("title"), basis=Min("basis"), open=Count("pk", filter=open_ones))
        .order_by("title", "rule")
    )
    return [
        RuleRow(
            rule=row["rule"],
            title=row["title"],
            basis=row["basis"],
            open=row["open"],
            stages=Stages(tuple(own[row["rule"]].days), own[row["rule"]].daily_when_late)
            if row["rule"] in own
            else default_stages(row["basis"], row["rule"]),
            is_own=row["rule"] in own,
        )
        for row in rows
    ]


# --- Cover -------------------------------------------------------------------------------------------------------
def covers_for_page(acting: Acting) -> QuerySet[Cover]:
    """Those of today and later, then those of the last half year."""
    since = timezone.localdate() - COVER_SHOWN
    rows = Cover.objects.visible_to(acting).filter(ends_on__gte=since).select_related("absent", "deputy")
    return rows.order_by(F("ends_on").desc(), "absent__name", "pk")


# --- Late, and known ---------------------------------------------------------------------------------------------
def due_in_view(acting: Acting) -> QuerySet[DueItem]:
    """Open items that the person may act on: those of pupils in view for who reads records, else their own and those
    of the people they stand in for."""
    if not acting.school:
        return DueItem.objects.none()
    items = DueItem.objects.open().filter(school_id=acting.school.pk).known_by(acting.user.pk)
    if not acting.can(Permission.NARRATIVE_VIEW):
        return items.filter(owner_id__in={acting.user.pk, *covered_ids(acting, timezone.localdate())})
    if acting.sees_all_pupils:
        return items
    return items.filter(Q(pupil_id__in=Pupil.objects.visible_to(acting).values("pk")) | Q(owner_id=acting.user.pk))


def acknowledgements_of(item: DueItem) -> QuerySet[Acknowledgement]:
    rows = Acknowledgement.objects.filter(due_item_id=item.pk).select_related("by")
    # What one said of a personal matter is not for whoever has it next.
    return rows.filter(by=item.owner_id) if item.is_personal else rows


def with_acknowledged(items: QuerySet[DueItem], today: date) -> QuerySet[DueItem]:
    """Add to due items which Acknowledgement holds back the daily mail about them: `known_id`, None where none does."""
    rows = Acknowledgement.objects.filter(
        due_item_id=OuterRef("pk"), due_on=OuterRef("due_on"), look_again_on__gt=today
    ).order_by("-made_at", "-pk")
    return items.annotate(known_id=Subquery(rows.values("pk")[:1]))


def acknowledgements(ids: Iterable[int]) -> dict[int, Acknowledgement]:
    """{id: Acknowledgement} with who said it. One query, none for no ids."""
    return Acknowledgement.objects.select_related("by").in_bulk(ids) if ids else {}


def standing_acknowledgement(item: DueItem, today: date) -> Acknowledgement | None:
    """The newest word that holds back the daily mail about this item today, or None."""
    return acknowledgements_of(item).filter(due_on=item.due_on, look_again_on__gt=today).first()


def acknowledged(items: Iterable[DueItem]) -> dict[int, Acknowledgement]:
    """{item id: its newest Acknowledgement for the date it has now}, for the lists that show late items. One query."""
    by_id = {item.pk: item for item in items}
    rows = Acknowledgement.objects.filter(due_item_id__in=by_id).select_related("by").order_by("made_at", "pk")
    return {row.due_item_id: row for row in rows if row.due_on == by_id[row.due_item_id].due_on}
