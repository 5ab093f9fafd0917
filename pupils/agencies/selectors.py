"""Reading agencies: the directory with who waits and what time is left, and referrals with where each stands."""

from dataclasses import dataclass, field
from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from staff.acting import Acting

from ..models import Agency, BoughtTime, Pupil, Recommendation, Referral, Visit

LONG_WAIT = 18 * 7  # days


@dataclass
class Time:
    """A stretch of bought time and what of it is used, in minutes."""

    bought: BoughtTime
    used: int

    @property
    def left(self) -> int:
        return self.bought.minutes - self.used


@dataclass
class AgencyRow:
    """An agency in the directory. `longest` is the longest wait of a child not seen yet, in days."""

    agency: Agency
    open_count: int = 0
    waiting: int = 0
    longest: int | None = None
    times: list[Time] = field(default_factory=list)


def directory(acting: Acting, today: date) -> list[AgencyRow]:
    """The agencies in use, and those no longer used last. Four queries, however many there are."""
    agencies = list(Agency.objects.visible_to(acting).order_by("ended_on", "name", "pk"))
    agencies.sort(key=lambda agency: agency.ended_on is not None)
    rows = {agency.pk: AgencyRow(agency) for agency in agencies}
    for referral in Referral.objects.visible_to(acting).open().only("agency", "sent_on", "seen_on", "ended_on"):
        row = rows[referral.agency_id]
        row.open_count += 1
        waits = referral.waits(today)
        if waits is not None and referral.seen_on is None:
            row.waiting += 1
            row.longest = max(row.longest or 0, waits)
    for time in times_of(agencies, today, current=True):
        rows[time.bought.agency_id].times.append(time)
    return list(rows.values())


def times_of(agencies: list[Agency], today: date, *, current: bool = False) -> list[Time]:
    """What was bought of these agencies and is used up to when. `current`: only stretches that run today.

    A visit counts for the stretch that began last of those it lies in, once.
    """
    stretches = list(BoughtTime.objects.filter(agency__in=agencies, removed_on=None).order_by("-starts_on", "-pk"))
    used = dict.fromkeys((one.pk for one in stretches), 0)
    visits = Visit.objects.filter(agency__in=agencies, removed_on=None)
    for agency_id, on, minutes in visits.values_list("agency", "visited_on").annotate(Sum("minutes")):
        for one in stretches:
            if one.agency_id == agency_id and one.starts_on <= on <= one.ends_on:
                used[one.pk] += minutes
                break
    return [Time(one, used[one.pk]) for one in stretches if not current or one.starts_on <= today <= one.ends_on]


def referrals_in_view(acting: Acting) -> QuerySet[Referral]:
    advice = Recommendation.objects.filter(removed_on=None).select_related(
        "strategy__plan", "strategy__target", "decided_by"
    )
    return (
        Referral.objects.visible_to(acting)
        .select_related("pupil__form_group", "pupil__school", "agency", "lead", "consent_from", "report")
        .prefetch_related(Prefetch("recommendations", advice))
    )


def visits_of(agency: Agency) -> QuerySet[Visit]:
    """Every visit, as time used: whoever draws them names no child and says no note but of `Visit.visible_to`."""
    return Visit.objects.filter(agency=agency, removed_on=None).select_related("referral__pupil")


def for_papers(pupil: Pupil) -> QuerySet[Referral]:
    """Referrals that papers which leave the school may tell of: those on consent that stands. One that rests on law
    may be unknown to the family, and what was entered by mistake never was.
    """
    rows = Referral.objects.filter(
        pupil=pupil, basis=Referral.Basis.CONSENT, consent_on__isnull=False, consent_withdrawn_on=None
    )
    return rows.exclude(ending=Referral.Ending.MISTAKE)


def of_pupil(acting: Acting, pupil: Pupil) -> list[Referral]:
    return list(referrals_in_view(acting).filter(pupil=pupil))


def advice_of(pupil: Pupil) -> QuerySet[Recommendation]:
    """What agencies advised for this child, for papers that leave the school."""
    rows = Recommendation.objects.filter(referral__in=for_papers(pupil), removed_on=None)
    rows = rows.select_related("referral__agency", "strategy__plan", "strategy__target")
    return rows.order_by("referral__report_on", "referral", "number")


SHOWN = {
    "open": Q(ended_on=None),
    "waiting": Q(ended_on=None, sent_on__isnull=False, seen_on=None),
    "unsent": Q(ended_on=None, sent_on=None),
    "report": Q(ended_on=None, seen_on__isnull=False, report_on=None),
    "advice": Q(ended_on=None, recommendations__decision="open", recommendations__removed_on=None),
    "ended": Q(ended_on__isnull=False),
}


def shown(acting: Acting, which: str) -> QuerySet[Referral]:
    """Referrals of one kind of list; who waits longest first."""
    order = ("-ended_on", "-pk") if which == "ended" else ("sent_on", "written_on", "pk")
    return referrals_in_view(acting).filter(SHOWN[which]).distinct().order_by(*order)


def counts(acting: Acting) -> dict[str, int]:
    rows = Referral.objects.visible_to(acting)
    return rows.aggregate(**{name: Count("pk", filter=where, distinct=True) for name, where in SHOWN.items()})


def state_of(referral: Referral, today: date) -> tuple[str, str]:
    """(state of the design's dot, words) of where a referral stands. Reads the recommendations already fetched."""
    if referral.ended_on:
        return "ok" if referral.ending == "done" else "wait", referral.get_ending_display()
    if referral.rests_on_withdrawn:
        return "late", "Consent withdrawn: decide what to do"
    if referral.sent_on is None:
        return ("soon", "To be sent") if referral.has_basis else ("soon", "Waits for consent")
    days = referral.waits(today) or 0
    if referral.seen_on is None and referral.report_on is None:
        late = referral.ask_again_on is not None and referral.ask_again_on <= today
        return ("late" if late else "wait"), f"Waiting {days} day{'' if days == 1 else 's'}"
    if referral.report_on is None:
        late = referral.report_due_on is not None and referral.report_due_on < today
        return ("late" if late else "wait"), "Seen, report not in"
    left = sum(one.decision == "open" for one in referral.recommendations.all())
    if left:
        return "soon", f"{left} recommendation{'' if left == 1 else 's'} to decide on"
    if not referral.recommendations.all() and not referral.has_no_advice:
        return "soon", "Note what is recommended"
    return "ok", "Advice decided on"
