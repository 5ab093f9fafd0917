"""Reads about runs: for the list, for one page, and what is known of the days ahead."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet

from pupils.models import Pupil, RegisterEntry
from pupils.models.register import ON_REGISTER
from staff.acting import Acting
from staff.models import StaffMember
from staff.permissions import Permission
from staff.posts.selectors import at_work

from ..models import LostReason, Place, Provision, ProvisionAdult, ProvisionTime, Session, Tier, WaitingPupil


@dataclass
class Record:
    """What became of the sessions that were due: three things, never two. Shares are of those with a record alone."""

    held: int = 0
    lost: int = 0
    unknown: int = 0

    @property
    def due(self) -> int:
        return self.held + self.lost + self.unknown

    @property
    def share(self) -> int | None:
        """Held in a hundred of those with a record; None where there is none."""
        known = self.held + self.lost
        return round(100 * self.held / known) if known else None


def runs(acting: Acting) -> QuerySet[Provision]:
    """Runs in view with their intervention, adults and times. Two queries more."""
    adults = ProvisionAdult.objects.select_related("member")
    return (
        Provision.objects.visible_to(acting)
        .select_related("intervention", "unit")
        .prefetch_related(Prefetch("adults", queryset=adults), "times")
    )


def records_of(runs: Iterable[int], *, first: date | None = None, last: date) -> dict[int, Record]:
    """{run: what became of its sessions up to the last of these days, on which one without a log is not due yet}. A
    session that was moved counts where it went. One query."""
    rows = Session.objects.filter(
        Q(on__lt=last) | ~Q(state=Session.State.PLANNED), provision__in=list(runs), on__lte=last, was_planned=True
    ).exclude(reason=LostReason.MOVED)
    if first:
        rows = rows.filter(on__gte=first)
    found: dict[int, Record] = defaultdict(Record)
    states = Session.State
    for run, state, count in rows.order_by().values_list("provision", "state").annotate(Count("pk")):
        name = {states.HELD: "held", states.LOST: "lost", states.PLANNED: "unknown"}[state]
        setattr(found[run], name, count)
    return found


def in_run_on(run: Provision, day: date) -> int:
    return run.places.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day).count()


def counts_of(runs: Iterable[int], day: date) -> dict[int, int]:
    """{run: how many children are in it on this day}. One query."""
    rows = Place.objects.filter(
        Q(ends_on=None) | Q(ends_on__gte=day), provision__in=list(runs), starts_on__lte=day
    ).order_by()
    return dict(rows.values_list("provision").annotate(Count("pk")))


def places_of(acting: Acting, run: Provision) -> list[Place]:
    """The children of a run, past and present, by name. `is_known` says whether this person may open the record. Two
    queries."""
    rows = list(run.places.select_related("pupil__form_group").prefetch_related("targets__target"))
    known = set(
        Pupil.objects.visible_to(acting).filter(pk__in=[row.pupil_id for row in rows]).values_list("pk", flat=True)
    )
    for row in rows:
        row.is_known = row.pupil_id in known  # type: ignore[attr-defined]  # for the page alone
    return rows


def leads(acting: Acting, run: Provision) -> bool:
    """Whether this person sets up provision or is one of the run's adults: they know the whole group."""
    return acting.can(Permission.PROVISION_EDIT) or any(
        row.member.user_id == acting.user.pk and (row.ends_on is None or row.ends_on >= acting.today)
        for row in run.adults.all()
    )


def leads_now(acting: Acting, run: Provision) -> bool:
    """Whether this person is one of the run's adults today."""
    return any(row.member.user_id == acting.user.pk and row.leads_on(acting.today) for row in run.adults.all())


def of_pupil(acting: Acting, pupil: Pupil) -> list[Place]:
    """What a child gets and got, the newest first. Three queries."""
    rows = Place.objects.visible_to(acting).filter(pupil=pupil).select_related("provision__intervention")
    adults = ProvisionAdult.objects.select_related("member")
    return list(
        rows.prefetch_related(
            Prefetch("provision__adults", queryset=adults), "provision__times", "targets__target"
        ).order_by("-starts_on", "-pk")
    )


def goes_on(pupil: Pupil, day: date) -> bool:
    """Whether the child is in a run that day that is more than what every pupil gets. One query."""
    rows = Place.objects.filter(Q(ends_on=None) | Q(ends_on__gte=day), pupil=pupil, starts_on__lte=day)
    rows = rows.filter(provision__starts_on__lte=day, provision__ends_on__gte=day)
    return rows.exclude(provision__intervention__tier=Tier.UNIVERSAL).exists()


def pupils_for_runs(acting: Acting) -> QuerySet[Pupil]:
    """Whom this person may put into a run: the children on roll in view, those on the register first, then by class."""
    pupils = Pupil.objects.visible_to(acting).on_roll().select_related("form_group")
    return pupils.order_by("form_group__name", "sort_name", "pk")


def on_register(acting: Acting) -> QuerySet[Pupil]:
    entries = RegisterEntry.objects.filter(ends_on=None, code__in=ON_REGISTER)
    return pupils_for_runs(acting).filter(pk__in=entries.values("pupil"))


def adults_for_runs(acting: Acting, kept: Iterable[int] = ()) -> QuerySet[StaffMember]:
    """Who may lead a run here: those at work today, for a leader of one unit those of the unit. `kept` stand there
    already: nobody drops out of a list because they have left."""
    here = at_work(acting.school, acting.today).filter(pk__in=StaffMember.objects.visible_to(acting))
    wanted = Q(pk__in=here.values("pk")) | Q(pk__in=list(kept))
    return StaffMember.objects.filter(wanted, school=acting.school).order_by("name", "pk")


def waiting(acting: Acting) -> QuerySet[WaitingPupil]:
    rows = WaitingPupil.objects.visible_to(acting).filter(ended_on=None)
    return rows.select_related("intervention", "pupil__form_group", "asked_by")


def times_now(run: Provision, day: date) -> list[ProvisionTime]:
    """The times of the week that hold on this day or begin later."""
    return [row for row in run.times.all() if row.ends_on is None or row.ends_on >= day]


def unplanned_days(run: Provision) -> bool:
    """Whether the run goes on beyond its last session by more than a week: term dates are not entered so far."""
    last = run.sessions.filter(was_planned=True).order_by("-on").values_list("on", flat=True).first()
    return last is None or (run.ends_on - last).days > LONGEST_HOLIDAY


# A run may end in a holiday; the longest of these is the summer's.
LONGEST_HOLIDAY = 50
