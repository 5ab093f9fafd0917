"""What people do to a pupil's record."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from sendco.audit import services as audit
from sendco.audit.models import Audience
from sendco.clock import long_date
from sendco.refusals import ChangedMeanwhile, Refused
from staff.acting import acting_for
from staff.models import Membership, School, TeachingGroup, Unit, User
from staff.models.people import current_on
from staff.owed import bring_pupil_up_to_date, bring_up_to_date
from staff.permissions import Permission
from staff.refusals import PeopleReason

from ... import search
from ...models import (
    Challenge,
    ConcernView,
    Enrolment,
    GroupPlace,
    HandoverPack,
    Meeting,
    MeetingAction,
    OutsideAsk,
    Pupil,
    PupilFlag,
    PupilSupport,
    Referral,
    RegisterEntry,
    SupportPlan,
    WindowClass,
)
from ...models.pupil import CONFIDENTIAL_FLAGS, FlagKind
from ...models.register import Code
from ...register import services as register
from ...register.refusals import RegisterReason
from ..refusals import EnrolmentReason, FlagReason, GroupReason, RecordReason, RollReason, SupportReason

ONE_DAY = timedelta(days=1)
# What the deadlines of a plan read of the pupil: the transfer to the next phase, and the day that rights pass.
DATES_COUNT_FROM = {"birth_on", "year_group"}


def _check_same_school(school_id: int, *rows: TeachingGroup | Unit | None) -> None:
    """Refuse a unit or a group of another school; None is nobody's."""
    if any(row is not None and row.school_id != school_id for row in rows):
        raise Refused(RecordReason.OTHER_SCHOOL)


def _check_works_here(user: User, school_id: int) -> None:
    here = Membership.objects.filter(current_on(timezone.localdate()), user=user, school=school_id)
    if not here.exists():
        raise Refused(PeopleReason.NOT_WORKING_HERE, person=user.name)


def _check_upn_is_free(school_id: int, upn: str | None, *, besides: int | None = None) -> None:
    held = Pupil.objects.filter(school=school_id, upn=upn, merged_into=None)
    if upn and held.exclude(pk=besides).exists():  # type: ignore[misc]  # None leaves all
        raise Refused(RecordReason.UPN_TAKEN)


def _save_with_upn(pupil: Pupil, *, by: User, **how: Any) -> None:
    """Save, and say so in words when somebody else took the UPN after we looked."""
    try:
        with audit.saving(pupil, by=by), transaction.atomic():
            pupil.save(**how)
    except IntegrityError as error:
        _check_upn_is_free(pupil.school_id, pupil.upn, besides=pupil.pk)
        raise error


@transaction.atomic
def add_pupil(
    *,
    school: School,
    joined_on: date,
    by: User,
    kind: str = Enrolment.Kind.SINGLE,
    unit: Unit | None = None,
    other_school: str = "",
    code: str = Code.NONE,
    **details: Any,
) -> Pupil:
    """Put a pupil on roll: the record, the enrolment, and an open register entry, N unless told. Returns the pupil."""
    _check_same_school(school.pk, unit, details.get("form_group"))
    _check_upn_is_free(school.pk, details.get("upn"))
    pupil = Pupil(school=school, joined_on=joined_on, **details)
    _save_with_upn(pupil, by=by)
    enrolment = Enrolment(pupil=pupil, kind=kind, unit=unit, other_school=other_school, starts_on=joined_on)
    entry = RegisterEntry(
        school=school,
        pupil=pupil,
        code=code,
        starts_on=joined_on,
        reason="Joined the school",
        entered_by=by,
    )
    for row in (enrolment, entry):
        with audit.saving(row, by=by):
            row.save()
    bring_up_to_date(entry)
    search.reindex(pupil)
    text = f"On roll from {long_date(joined_on)}"
    audit.record("pupil.added", pupil, text=text, by=by, pupil_id=pupil.pk, happened_on=joined_on)
    return pupil


@transaction.atomic
def update_pupil(*, pupil: Pupil, values: dict[str, Any], version: int, by: User) -> Pupil:
    """Save changed details. Raises ChangedMeanwhile with the stored row when somebody else saved first."""
    current = Pupil.objects.select_for_update().get(pk=pupil.pk)
    if current.version != version:
        raise ChangedMeanwhile(current)
    changed = [name for name, value in values.items() if getattr(current, name) != value]
    if not changed:
        return current
    _check_same_school(current.school_id, values.get("form_group"))
    if "upn" in changed:
        _check_upn_is_free(current.school_id, values["upn"], besides=current.pk)
    if "upn" in changed and current.upn and "former_upn" not in changed:
        values, changed = values | {"former_upn": current.upn}, [*changed, "former_upn"]
    for name in set(changed):
        setattr(current, name, values[name])
    current.version += 1
    _save_with_upn(current, by=by, update_fields=[*set(changed), "version"])
    search.reindex(current)
    if DATES_COUNT_FROM & set(changed):
        bring_pupil_up_to_date(current)
    fields: list[Any] = [Pupil._meta.get_field(name) for name in set(changed)]
    field_names = ", ".join(sorted(str(field.verbose_name) for field in fields))
    audit.record("pupil.changed", current, text=f"Details changed: {field_names}", by=by, pupil_id=current.pk)
    return current


@transaction.atomic
def change_enrolment(
    *, pupil: Pupil, kind: str, unit: Unit | None, other_school: str, starts_on: date, by: User,
    planned_end_on: date | None = None, commissioner: str = "",
) -> Enrolment:  # fmt: skip
    """Close the open enrolment the day before and open another: a move between units, or a change of registration."""
    pupil = register.lock(pupil)
    if not pupil.on_roll:
        raise Refused(RegisterReason.HAS_LEFT, pupil=pupil.name, forename=pupil.forename)
    current = Enrolment.objects.filter(pupil=pupil, ends_on=None).first()
    _check_same_school(pupil.school_id, unit)
    if starts_on > timezone.localdate():
        raise Refused(EnrolmentReason.IN_FUTURE)
    if current and current.starts_on >= starts_on:
        raise Refused(EnrolmentReason.NOT_AFTER_PRESENT, began_on=current.starts_on)
    if current:
        current.ends_on = starts_on - ONE_DAY
        with audit.saving(current, by=by):
            current.save(update_fields=["ends_on"])
    enrolment = Enrolment(
        pupil=pupil,
        kind=kind,
        unit=unit,
        other_school=other_school,
        commissioner=commissioner,
        starts_on=starts_on,
        planned_end_on=planned_end_on,
    )
    with audit.saving(enrolment, by=by):
        enrolment.save()
    where = f" in {unit.name}" if unit else ""
    text = f"{enrolment.get_kind_display()}{where} from {long_date(starts_on)}"
    school_id = pupil.school_id
    audit.record("pupil.enrolment_changed", enrolment, text=text, by=by, school_id=school_id, happened_on=starts_on)
    return enrolment


@transaction.atomic
def record_leaver(*, pupil: Pupil, left_on: date, reason: str, destination: str, by: User) -> Pupil:
    """Take a pupil off roll. The record is kept; everything open ends on the last day."""
    pupil = register.lock(pupil)
    if not pupil.on_roll:
        raise Refused(RollReason.LEFT_ALREADY, pupil=pupil.name, left_on=pupil.left_on)
    if pupil.joined_on and left_on < pupil.joined_on:
        raise Refused(RollReason.LEFT_BEFORE_JOINING, pupil=pupil.name, joined_on=pupil.joined_on)
    if left_on > timezone.localdate():
        raise Refused(RollReason.LEFT_IN_FUTURE)
    enrolment = Enrolment.objects.filter(pupil=pupil, ends_on=None).first()
    if enrolment and left_on < enrolment.starts_on:
        raise Refused(RollReason.LEFT_BEFORE_ENROLMENT, began_on=enrolment.starts_on)
    pupil.left_on, pupil.leaving_reason, pupil.destination = left_on, reason, destination
    pupil.version += 1
    with audit.saving(pupil, by=by):
        pupil.save(update_fields=["left_on", "leaving_reason", "destination", "version"])
    for model in (Enrolment, GroupPlace, PupilSupport, PupilFlag):
        for row in model.objects.filter(Q(ends_on=None) | Q(ends_on__gt=left_on), pupil=pupil):
            row.ends_on = max(left_on, row.starts_on)
            with audit.saving(row, by=by):
                row.save(update_fields=["ends_on"])
    register.close_for_leaver(pupil, left_on, by=by)
    for concern in pupil.concerns.filter(closed_on=None):
        concern.closed_on = max(left_on, concern.raised_on)
        with audit.saving(concern, by=by):
            concern.save(update_fields=["closed_on"])
    bring_pupil_up_to_date(pupil)
    for view in ConcernView.objects.filter(concern__pupil=pupil).select_related("concern__school"):
        bring_up_to_date(view)
    text = f"Left on {long_date(left_on)}. {reason} {destination}".strip()
    audit.record("pupil.left", pupil, text=text, by=by, pupil_id=pupil.pk, happened_on=left_on)
    return pupil


@transaction.atomic
def readmit(
    *,
    pupil: Pupil,
    joined_on: date,
    by: User,
    kind: str = Enrolment.Kind.SINGLE,
    unit: Unit | None = None,
    other_school: str = "",
) -> Pupil:
    """Put a leaver back on roll, with a new enrolment and an open entry of N from that day."""
    pupil = register.lock(pupil)
    if pupil.on_roll:
        raise Refused(RollReason.ON_ROLL, pupil=pupil.name)
    if joined_on <= pupil.left_on:  # type: ignore[operator]  # a leaver has a last day
        raise Refused(RollReason.BACK_BEFORE_LEAVING, pupil=pupil.name, left_on=pupil.left_on)
    if joined_on > timezone.localdate():
        raise Refused(RollReason.BACK_IN_FUTURE)
    _check_same_school(pupil.school_id, unit)
    last = RegisterEntry.objects.filter(pupil=pupil).order_by("-ends_on").first()
    if last and last.ends_on >= joined_on:  # type: ignore[operator]  # a leaver has no open entry
        raise Refused(RollReason.BACK_BEFORE_STATUS_ENDED, ended_on=last.ends_on)
    pupil.left_on, pupil.leaving_reason, pupil.destination = None, "", ""
    pupil.version += 1
    with audit.saving(pupil, by=by):
        pupil.save(update_fields=["left_on", "leaving_reason", "destination", "version"])
    enrolment = Enrolment(pupil=pupil, kind=kind, unit=unit, other_school=other_school, starts_on=joined_on)
    entry = RegisterEntry(
        school=pupil.school,
        pupil=pupil,
        code=Code.NONE,
        starts_on=joined_on,
        reason="Back on roll: check what the last school or plan says",
        entered_by=by,
    )
    for row in (enrolment, entry):
        with audit.saving(row, by=by):
            row.save()
    text = f"Back on roll from {long_date(joined_on)}"
    audit.record("pupil.readmitted", pupil, text=text, by=by, pupil_id=pupil.pk, happened_on=joined_on)
    return pupil


def _lock_on_roll(pupil: Pupil) -> Pupil:
    pupil = register.lock(pupil)
    if not pupil.on_roll:
        raise Refused(RegisterReason.HAS_LEFT, pupil=pupil.name, forename=pupil.forename)
    return pupil


# --- Flags and the adults around a child -------------------------------------------------------------------------
@transaction.atomic
def add_flag(*, pupil: Pupil, kind: str, starts_on: date, by: User, note: str = "") -> PupilFlag:
    pupil = _lock_on_roll(pupil)
    if PupilFlag.objects.filter(pupil=pupil, kind=kind, ends_on=None).exists():
        raise Refused(FlagReason.OPEN_ALREADY, flag=FlagKind(kind).label)
    flag = PupilFlag(pupil=pupil, kind=kind, starts_on=starts_on, note=note)
    with audit.saving(flag, by=by):
        flag.save()
    _record_flag(flag, f"{flag.get_kind_display()} from {long_date(starts_on)}", by=by)
    return flag


@transaction.atomic
def end_flag(*, flag: PupilFlag, ends_on: date, by: User) -> None:
    flag = PupilFlag.objects.select_for_update(of=["self"]).select_related("pupil").get(pk=flag.pk)
    if flag.ends_on:
        raise Refused(FlagReason.ENDED_ALREADY, ended_on=flag.ends_on)
    if ends_on < flag.starts_on:
        raise Refused(FlagReason.ENDS_BEFORE_START, began_on=flag.starts_on)
    flag.ends_on = ends_on
    with audit.saving(flag, by=by):
        flag.save(update_fields=["ends_on"])
    _record_flag(flag, f"{flag.get_kind_display()} ended on {long_date(ends_on)}", by=by)


def _record_flag(flag: PupilFlag, text: str, *, by: User) -> None:
    audience = Audience.CONFIDENTIAL if flag.kind in CONFIDENTIAL_FLAGS else Audience.RECORD
    audit.record("pupil.flag", flag, text=text, by=by, school_id=flag.pupil.school_id, audience=audience)


@transaction.atomic
def add_support(*, pupil: Pupil, user: User, by: User, starts_on: date | None = None) -> PupilSupport:
    """Say that this adult supports the child, which opens the child's record to them."""
    pupil = _lock_on_roll(pupil)
    _check_works_here(user, pupil.school_id)
    if PupilSupport.objects.filter(pupil=pupil, user=user, ends_on=None).exists():
        raise Refused(SupportReason.OPEN_ALREADY, person=user.name, pupil=pupil.name)
    support = PupilSupport(pupil=pupil, user=user, starts_on=starts_on or timezone.localdate())
    with audit.saving(support, by=by):
        support.save()
    text = f"{user.name} supports {pupil.name}"
    audit.record("pupil.support_added", support, text=text, by=by, school_id=pupil.school_id)
    return support


@transaction.atomic
def end_support(*, support: PupilSupport, by: User) -> None:
    """End it from today: yesterday was the last day, so that the record closes at once."""
    support = PupilSupport.objects.select_for_update(of=["self"]).select_related("pupil", "user").get(pk=support.pk)
    if support.ends_on:
        raise Refused(SupportReason.ENDED_ALREADY, person=support.user.name, ended_on=support.ends_on)
    support.ends_on = timezone.localdate() - ONE_DAY
    # Added and taken back on one day: an open last day would leave the record open until midnight.
    support.starts_on = min(support.starts_on, support.ends_on)
    with audit.saving(support, by=by):
        support.save(update_fields=["starts_on", "ends_on"])
    text = f"{support.user.name} no longer supports {support.pupil.name}"
    audit.record("pupil.support_ended", support, text=text, by=by, school_id=support.pupil.school_id)


@transaction.atomic
def set_key_worker(*, pupils: Iterable[Pupil], user: User | None, by: User) -> int:
    """Make one adult the key worker of these pupils. Returns how many changed."""
    pupils, count = list(pupils), 0
    if user is not None:
        for school_id in {pupil.school_id for pupil in pupils}:
            _check_works_here(user, school_id)
    for pupil in Pupil.objects.select_for_update().filter(pk__in=[pupil.pk for pupil in pupils]):
        if pupil.key_worker_id == getattr(user, "pk", None):
            continue
        pupil.key_worker, pupil.version = user, pupil.version + 1
        with audit.saving(pupil, by=by):
            pupil.save(update_fields=["key_worker", "version"])
        who = f"Key worker is {user.name}" if user else "No key worker"
        audit.record("pupil.key_worker", pupil, text=who, by=by, pupil_id=pupil.pk)
        count += 1
    return count


@transaction.atomic
def place_in_group(
    *, pupil: Pupil, group: TeachingGroup, by: User, starts_on: date | None = None
) -> GroupPlace | Pupil:
    """Put a pupil in a form (a pupil has one) or in a teaching group."""
    _check_same_school(pupil.school_id, group)
    pupil = _lock_on_roll(pupil)
    if group.kind == group.Kind.FORM:
        return update_pupil(pupil=pupil, values={"form_group": group}, version=pupil.version, by=by)
    if GroupPlace.objects.filter(pupil=pupil, group=group, ends_on=None).exists():
        raise Refused(GroupReason.IN_GROUP, pupil=pupil.name, group=group.name)
    place = GroupPlace(pupil=pupil, group=group, starts_on=starts_on or timezone.localdate())
    with audit.saving(place, by=by):
        place.save()
    audit.record("pupil.group", place, text=f"In {group.name}", by=by, school_id=pupil.school_id)
    return place


@transaction.atomic
def end_group_place(*, place: GroupPlace, by: User) -> None:
    """Take a pupil out of a teaching group from today, so that its staff no longer see the record through it."""
    place = GroupPlace.objects.select_for_update(of=["self"]).select_related("pupil", "group").get(pk=place.pk)
    if place.ends_on:
        raise Refused(GroupReason.ENDED_ALREADY, ended_on=place.ends_on)
    place.ends_on = timezone.localdate() - ONE_DAY
    place.starts_on = min(place.starts_on, place.ends_on)
    with audit.saving(place, by=by):
        place.save(update_fields=["starts_on", "ends_on"])
    text = f"No longer in {place.group.name}"
    audit.record("pupil.group_ended", place, text=text, by=by, school_id=place.pupil.school_id)


@transaction.atomic
def hand_over(*, user: User, to: User, school: School, by: User, kept: list[Any] | None = None) -> int:
    """Give what this person holds here to a colleague: key pupils, and views not yet given. Returns how many.

    What the colleague could not open goes to `by`, and is added to `kept`.
    """
    pupils = Pupil.objects.filter(school=school, key_worker=user, left_on=None)
    count = set_key_worker(pupils=list(pupils), user=to, by=by)
    today = timezone.localdate()
    for support in PupilSupport.objects.filter(pupil__school=school, user=user, ends_on=None):
        end_support(support=support, by=by)
    views = ConcernView.objects.filter(concern__school=school, asked_of=user, answered_at=None, withdrawn_on=None)
    for view in views.select_related("concern__school"):
        view.withdrawn_on = today
        with audit.saving(view, by=by):
            view.save(update_fields=["withdrawn_on"])
        bring_up_to_date(view)
        count += 1
    return count + _hand_over_plans(user=user, to=to, school=school, by=by, kept=[] if kept is None else kept)


def _meets_somebody_else(meeting: Meeting, user: User) -> bool:
    """Whether this colleague has taken the meeting's time of the same parents' evening."""
    if meeting.evening_id is None:
        return False
    taken = Meeting.objects.filter(evening=meeting.evening_id, organiser=user, starts_at=meeting.starts_at)
    return taken.filter(cancelled_on=None).exists()


READ_BY_FEW = (Referral, OutsideAsk, Challenge)


def _who_can(row: Any, school: School, *people: User) -> User:
    """The first of these who sees the child, and may read such a record; the first where none does."""
    for user in people:
        acting = acting_for(user, school.pk)
        if isinstance(row, READ_BY_FEW) and not acting.can(Permission.NARRATIVE_VIEW):
            continue
        pupil_id = getattr(row, "pupil_id", None)
        if pupil_id is None or Pupil.objects.visible_to(acting).filter(pk=pupil_id).exists():
            return user
    return people[0]


def _hand_over_plans(*, user: User, to: User | None, school: School, by: User, kept: list[Any]) -> int:
    """The open plans that they lead, and the classes whose reviews they write, in review windows."""
    plans = SupportPlan.objects.filter(pupil__school=school, lead=user, closed_on=None)
    classes = WindowClass.objects.filter(window__school=school, owner=user, done_on=None)
    meetings = Meeting.objects.filter(school=school, organiser=user).open()
    actions = MeetingAction.objects.filter(meeting__school=school, owner=user, state=MeetingAction.State.OPEN)
    referrals = Referral.objects.filter(pupil__school=school, lead=user).open()
    asked = OutsideAsk.objects.filter(pupil__school=school, asked_by=user).open()
    challenges = Challenge.objects.filter(school=school, owner=user, ended_on=None)
    packs = HandoverPack.objects.filter(pupil__school=school, to_user=user, received_on=None, withdrawn_on=None)
    if to is None:
        return 0  # whoever opens the lists of plans and windows sees that nobody is there for them
    count = 0
    for row, name in (
        *((plan, "lead") for plan in plans.select_related("pupil__school", "kind")),
        *((one, "owner") for one in classes.select_related("window__school")),
        *((one, "lead") for one in referrals.select_related("pupil__school")),
        *((one, "asked_by") for one in asked.select_related("pupil__school", "plan", "contact", "referral")),
        *((one, "to_user") for one in packs.select_related("pupil__school")),
        *((one, "owner") for one in challenges.select_related("school")),
        *((one, "organiser") for one in meetings.select_related("school")),
        *((one, "owner") for one in actions.select_related("meeting__school", "pupil")),
    ):
        heir = _who_can(row, school, to, by)
        setattr(row, name, heir)
        if heir != to:
            kept.append(row)
        fields = [name]
        if isinstance(row, Meeting) and _meets_somebody_else(row, row.organiser):
            row.evening = None  # of two at one time of a parents' evening the one handed over finds another
            fields.append("evening")
        with audit.saving(row, by=by):
            row.save(update_fields=fields)
        bring_up_to_date(row)
        count += 1
    return count
