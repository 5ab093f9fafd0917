"""What the adult and the appraiser do in an appraisal. No event holds a word of it."""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from sendco.audit import services as audit
from sendco.refusals import ChangedMeanwhile, Refused

from ..acting import acting_for
from ..models import (
    Appraisal,
    AppraisalScheme,
    AppraisalView,
    Evidence,
    LineManagement,
    Membership,
    Objective,
    School,
    Signature,
    SignedStage,
    StaffMember,
    Stage,
    User,
)
from ..models.appraisal import line_has_ended
from ..models.people import current_on
from ..owed import bring_up_to_date
from ..saving import record, save_versioned
from .refusals import AppraisalReason
from .selectors import content_of, standing, sum_of, whole
from .stages import newest, signature_of

MOST_OBJECTIVES = 8
VIEW_DAYS = timedelta(days=14)


# --- Schemes ---
@transaction.atomic
def save_scheme(*, scheme: AppraisalScheme, values: dict[str, Any], version: int, by: User) -> AppraisalScheme:
    days = [values["objectives_by"], values.get("mid_year_by"), values["end_year_by"]]
    known = [day for day in days if day]
    if known != sorted(set(known)):
        raise Refused(AppraisalReason.DATES_IN_ORDER, field="end_year_by")
    try:
        with transaction.atomic():
            saved, changed = save_versioned(scheme, values, version=version, by=by)
    except IntegrityError as error:
        raise Refused(AppraisalReason.SCHEME_THERE, field="staff_group") from error
    for appraisal in saved.appraisals.all() if changed else ():
        bring_up_to_date(appraisal)
    audit.record("appraisal.scheme_saved", saved, text=f"Appraisal scheme {saved} saved", by=by)
    return saved


# --- Beginning ---
def line_manager(member: StaffMember, day: date) -> User | None:
    """The account of whoever manages the adult on that day."""
    line = LineManagement.objects.filter(current_on(day), member=member).select_related("manager__user").first()
    return line.manager.user if line else None


@transaction.atomic
def begin(
    *, member: StaffMember, scheme: AppraisalScheme, began_on: date, appraiser: User | None = None, by: User
) -> Appraisal:
    """Begin an adult's appraisal, in the middle of a year too. The appraiser is the line manager unless another is
    named. Raises Refused."""
    manager = line_manager(member, max(began_on, timezone.localdate()))
    appraiser = appraiser or manager
    if appraiser is None:
        raise Refused(AppraisalReason.NO_APPRAISER, person=member.name, field="appraiser")
    if appraiser.pk == member.user_id:
        raise Refused(AppraisalReason.OWN_APPRAISAL, field="appraiser")
    if not member.posts.filter(staff_group=scheme.staff_group).exists():
        raise Refused(AppraisalReason.WRONG_SCHEME, person=member.name, field="scheme")
    row = Appraisal(school=member.school, member=member, scheme=scheme, appraiser=appraiser, began_on=began_on)
    if appraiser == manager:
        row.appraiser_since = min(began_on, timezone.localdate())
    try:
        with transaction.atomic(), audit.saving(row, by=by):
            row.save()
    except IntegrityError as error:
        raise Refused(AppraisalReason.BEGUN_ALREADY, person=member.name) from error
    bring_up_to_date(row)
    record(member, "appraisal.begun", f"Appraisal {scheme.year_name} begun", by=by)
    return row


@transaction.atomic
def begin_all(*, scheme: AppraisalScheme, members: list[StaffMember], began_on: date, by: User) -> tuple[int, int]:
    """Begin the appraisals of several adults. Returns (begun, left out because nobody manages them)."""
    begun = left = 0
    for member in members:
        try:
            begin(member=member, scheme=scheme, began_on=began_on, by=by)
            begun += 1
        except Refused:
            left += 1
    return begun, left


@transaction.atomic
def change_appraiser(*, appraisal: Appraisal, appraiser: User, by: User | None) -> Appraisal:
    """Give the appraisal to another appraiser: what was signed stays signed by who signed it."""
    row = _taken(appraisal)
    if appraiser.pk == row.member.user_id:
        raise Refused(AppraisalReason.OWN_APPRAISAL, field="appraiser")
    row.appraiser, row.appraiser_since, row.version = appraiser, timezone.localdate(), row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["appraiser", "appraiser_since", "version"])
    bring_up_to_date(row)
    record(row.member, "appraisal.appraiser_changed", f"{appraiser.name} appraises {row.member.name}", by=by)
    return row


def _taken(appraisal: Appraisal) -> Appraisal:
    rows = Appraisal.objects.select_for_update(of=("self",)).select_related("member", "school", "scheme", "appraiser")
    return rows.get(pk=appraisal.pk)


def _appraiser_only(row: Appraisal, by: User) -> None:
    if by.pk != row.appraiser_id:
        raise Refused(AppraisalReason.NOT_THE_APPRAISER, person=row.appraiser.name)


def _refuse_closed(row: Appraisal) -> None:
    """A year that both signed to its end keeps its evidence as it is."""
    if row.closed_on and row.closed_on <= timezone.localdate():
        raise Refused(AppraisalReason.YEAR_CLOSED, day=row.closed_on)


# --- Objectives and evidence ---
@transaction.atomic
def save_objective(
    *, appraisal: Appraisal, objective: Objective | None, values: dict[str, Any], version: int, by: User
) -> Objective:
    """Set or change an objective. After signing the change asks both to sign again; what was signed stays."""
    row = _taken(appraisal)
    _appraiser_only(row, by)
    if objective is None:
        last = row.objectives.aggregate(last=Max("number"))["last"] or 0
        if row.objectives.count() >= MOST_OBJECTIVES:
            raise Refused(AppraisalReason.MOST_OBJECTIVES, most=MOST_OBJECTIVES)
        objective = Objective(appraisal=row, number=last + 1)
    saved, _ = save_versioned(objective, values, version=version, by=by)
    if row.none_set:
        row.none_set, row.version = "", row.version + 1
        with audit.saving(row, by=by):
            row.save(update_fields=["none_set", "version"])
    record(row.member, "appraisal.objective_saved", f"Objective {saved.number} saved", by=by)
    return saved


@transaction.atomic
def remove_objective(*, objective: Objective, by: User) -> None:
    """Take back an objective that nobody signed. A signed one is judged as no longer relevant."""
    row = _taken(objective.appraisal)
    _appraiser_only(row, by)
    signed = SignedStage.objects.filter(appraisal=row).values_list("content", flat=True)
    if any(one["number"] == objective.number for content in signed for one in content["objectives"]):
        raise Refused(AppraisalReason.OBJECTIVE_SIGNED)
    record(row.member, "appraisal.objective_removed", f"Objective {objective.number} removed", by=by)
    with audit.saving(objective, by=by):
        objective.delete()


@transaction.atomic
def say_none_set(*, appraisal: Appraisal, why: str, by: User) -> Appraisal:
    """The year ends without objectives: only with whose gap that was."""
    row = _taken(appraisal)
    _appraiser_only(row, by)
    if row.objectives.exists():
        raise Refused(AppraisalReason.OBJECTIVES_THERE)
    row.none_set, row.version = why, row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["none_set", "version"])
    record(row.member, "appraisal.none_set", "No objectives were set", by=by)
    return row


@transaction.atomic
def add_evidence(*, objective: Objective, text: str, on: date, by: User) -> Evidence:
    """What shows how an objective goes: the adult's own, or the appraiser's."""
    row = _taken(objective.appraisal)
    if by.pk not in (row.appraiser_id, row.member.user_id):
        raise Refused(AppraisalReason.THIRD_PERSON)
    _refuse_closed(row)
    evidence = Evidence(objective=objective, text=text, on=on, by=by)
    with audit.saving(evidence, by=by):
        evidence.save()
    record(row.member, "appraisal.evidence_added", f"Evidence for objective {objective.number} added", by=by)
    return evidence


@transaction.atomic
def remove_evidence(*, evidence: Evidence, by: User) -> None:
    """Whoever wrote it takes it back, until the year is closed. What was signed with it stays as it was signed."""
    row = _taken(evidence.objective.appraisal)
    if evidence.by_id != by.pk:
        raise Refused(AppraisalReason.EVIDENCE_OF_ANOTHER, person=evidence.by.name)
    _refuse_closed(row)
    record(row.member, "appraisal.evidence_removed", "Evidence taken back", by=by)
    with audit.saving(evidence, by=by):
        evidence.delete()


@transaction.atomic
def withdraw_view(*, view: AppraisalView, by: User) -> None:
    """The appraiser no longer asks this colleague. Raises Refused once the lines are there."""
    _appraiser_only(_taken(view.appraisal), by)
    row = AppraisalView.objects.select_for_update(of=("self",)).select_related("appraisal__member").get(pk=view.pk)
    if row.answered_at:
        raise Refused(AppraisalReason.VIEW_GIVEN)
    if row.withdrawn_on is None:
        row.withdrawn_on = timezone.localdate()
        with audit.saving(row, by=by):
            row.save(update_fields=["withdrawn_on"])
        bring_up_to_date(row)
        record(row.appraisal.member, "appraisal.view_withdrawn", f"{row.asked_of.name} no longer asked", by=by)


@transaction.atomic
def write_review(*, appraisal: Appraisal, values: dict[str, Any], version: int, by: User) -> Appraisal:
    """The appraiser's text of the mid-year or the end-of-year review. Raises ChangedMeanwhile."""
    _appraiser_only(_taken(appraisal), by)
    return _write(appraisal, values, version=version, by=by, code="appraisal.review_written", text="Review written")


@transaction.atomic
def write_comment(*, appraisal: Appraisal, values: dict[str, Any], version: int, by: User) -> Appraisal:
    """The adult's own comment on a review, which the appraiser reads and does not change. Raises ChangedMeanwhile."""
    if by.pk != appraisal.member.user_id:
        raise Refused(AppraisalReason.NOT_THE_ADULT)
    return _write(appraisal, values, version=version, by=by, code="appraisal.commented", text="Comment written")


def _write(appraisal: Appraisal, values: dict[str, Any], *, version: int, by: User, code: str, text: str) -> Appraisal:
    """Each of the two has fields of their own: only somebody who changed the same fields is a conflict."""
    row = _taken(appraisal)
    if row.version != version:
        seen = row.history.filter(version=version).first()
        if seen is None or any(getattr(seen, name) != getattr(row, name) for name in values):
            raise ChangedMeanwhile(row)
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    with audit.saving(row, by=by):
        row.save(update_fields=[*values, "version"])
    record(row.member, code, text, by=by)
    return row


# --- Signing ---
@transaction.atomic
def sign(*, appraisal: Appraisal, stage: str, seen: str, on_paper: bool = False, by: User) -> SignedStage:
    """Sign a stage as it reads now. `seen` is the sum of what was on the screen.

    A change since the last signature makes a new version, which both sign. Raises Refused for a third person, a second
    signature of the same version, a stage that is not ready, and where it reads differently meanwhile.
    """
    _taken(appraisal)
    row = whole(Appraisal.objects.filter(pk=appraisal.pk)).get()
    role = _role_of(row, by, on_paper=on_paper)
    _refuse_unready(row, stage)
    content = content_of(row, stage)
    total = sum_of(content)
    if total != seen:
        raise Refused(AppraisalReason.READS_DIFFERENTLY)
    last = standing(row, stage, content)
    if last is None:
        before = newest(row, stage)
        number = before.number + 1 if before else 1
        last = SignedStage.objects.create(appraisal=row, stage=stage, number=number, content=content, sha256=total)
    elif signature_of(last, role):
        raise Refused(AppraisalReason.SIGNED_ALREADY)
    Signature.objects.create(signed=last, role=role, user=by, on_paper=on_paper)
    _close_when_done(row, stage, last)
    bring_up_to_date(row)
    record(row.member, "appraisal.signed", f"{Stage(stage).label}: signed by {by.name}", by=by)
    return last


def _role_of(row: Appraisal, by: User, *, on_paper: bool) -> str:
    if on_paper:
        _appraiser_only(row, by)
        if row.member.user_id:
            raise Refused(AppraisalReason.NO_ACCOUNT, person=row.member.name)
        return Signature.Role.MEMBER
    if by.pk == row.member.user_id:
        return Signature.Role.MEMBER
    if by.pk == row.appraiser_id:
        return Signature.Role.APPRAISER
    raise Refused(AppraisalReason.THIRD_PERSON)


def _refuse_unready(row: Appraisal, stage: str) -> None:
    objectives = list(row.objectives.all())
    if stage != Stage.MID_YEAR and not objectives and not row.none_set:
        raise Refused(AppraisalReason.NOTHING_TO_SIGN)
    if stage != Stage.OBJECTIVES and not row.text_of(stage).strip():
        raise Refused(AppraisalReason.NOTHING_WRITTEN)
    open_ones = [str(one.number) for one in objectives if not one.judgement]
    if stage == Stage.END_YEAR and open_ones:
        raise Refused(AppraisalReason.NOT_JUDGED, numbers=", ".join(open_ones))


def _close_when_done(row: Appraisal, stage: str, signed: SignedStage) -> None:
    if stage != Stage.END_YEAR or row.closed_on:
        return
    if Signature.objects.filter(signed=signed).count() < len(Signature.Role):
        return
    row.closed_on = timezone.localdate()
    row.save(update_fields=["closed_on"])


# --- Three lines of a colleague ---
@transaction.atomic
def ask_view(*, appraisal: Appraisal, asked_of: User, by: User) -> AppraisalView:
    row = _taken(appraisal)
    _appraiser_only(row, by)
    if asked_of.pk in (row.appraiser_id, row.member.user_id):
        raise Refused(AppraisalReason.VIEW_OF_TWO, field="asked_of")
    today = timezone.localdate()
    view = AppraisalView(appraisal=row, asked_of=asked_of, asked_on=today, due_on=today + VIEW_DAYS)
    try:
        with transaction.atomic(), audit.saving(view, by=by):
            view.save()
    except IntegrityError as error:
        raise Refused(AppraisalReason.VIEW_ASKED, person=asked_of.name, field="asked_of") from error
    bring_up_to_date(view)
    record(row.member, "appraisal.view_asked", f"{asked_of.name} asked for three lines", by=by)
    return view


@transaction.atomic
def answer_view(*, view: AppraisalView, text: str, by: User) -> AppraisalView:
    """A colleague's three lines. They may be changed until the year is signed."""
    _taken(view.appraisal)  # whoever signs the year meanwhile is first, or waits
    row = AppraisalView.objects.select_for_update(of=("self",)).select_related("appraisal__member").get(pk=view.pk)
    if row.asked_of_id != by.pk or row.withdrawn_on or row.appraisal.closed_on:
        raise Refused(AppraisalReason.VIEW_CLOSED)
    row.text, row.answered_at = text, timezone.now()
    with audit.saving(row, by=by):
        row.save(update_fields=["text", "answered_at"])
    bring_up_to_date(row)
    record(row.appraisal.member, "appraisal.view_given", f"{by.name} gave three lines", by=by)
    return row


# --- Another line manager, and leaving ---
@transaction.atomic
def follow_lines(school: School, today: date, *, by: User | None = None) -> int:
    """Give each open appraisal whose appraiser managed the adult, and does not any more, or has left, to who manages
    them now. The daily run does it, and whoever sets a line.

    Returns how many changed hands. Where nobody manages the adult, or one without an account, the old name stays: that
    person sees nothing any more, and the head does.
    """
    here = Membership.objects.filter(current_on(today), school=school, user=OuterRef("appraiser"))
    count = 0
    rows = Appraisal.objects.filter(line_has_ended(today) | ~Exists(here), school=school, closed_on=None)
    for row in rows.select_related("member"):
        manager = line_manager(row.member, today)
        if manager and manager.pk not in (row.appraiser_id, row.member.user_id):
            change_appraiser(appraisal=row, appraiser=manager, by=by)
            count += 1
    return count


@transaction.atomic
def hand_over(*, user: User, to: User | None, school: School, last_day: date, by: User) -> int:
    """What somebody who leaves appraises goes to `to`, or to each adult's line manager of the day after; their own
    appraisal closes with the last day. Until a last day to come they appraise, and `follow_lines` hands over then.

    Returns how many were handed over. Whose appraiser nobody becomes keeps the old name, and the head sees it.
    """
    today, count = timezone.localdate(), 0
    led = Appraisal.objects.filter(school=school, appraiser=user, closed_on=None).select_related("member")
    for row in led if last_day <= today else ():
        heir = to if to and to.pk != row.member.user_id else line_manager(row.member, last_day + timedelta(days=1))
        if heir and heir.pk not in (user.pk, row.member.user_id):
            change_appraiser(appraisal=row, appraiser=heir, by=by)
            count += 1
    for row in Appraisal.objects.filter(school=school, member__user=user, closed_on=None):
        row.closed_on = last_day
        with audit.saving(row, by=by, reason="the adult left"):
            row.save(update_fields=["closed_on"])
        bring_up_to_date(row)
    for view in AppraisalView.objects.filter(
        appraisal__school=school, asked_of=user, answered_at=None, withdrawn_on=None
    ):
        view.withdrawn_on = today
        with audit.saving(view, by=by):
            view.save(update_fields=["withdrawn_on"])
        bring_up_to_date(view)
    return count


def may_change_appraiser(appraisal: Appraisal, *, by: User) -> bool:
    """The head does, and whoever leads the adult; never the adult."""
    acting = acting_for(by, appraisal.school_id)
    if by.pk == appraisal.member.user_id:
        return False
    return StaffMember.objects.led_by(acting).filter(pk=appraisal.member_id).exists()
