"""Recording training and certificates, and asking what it changed."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import short_date
from sendco.files import services as files
from sendco.refusals import Refused

from ..models import Certificate, School, Skill, StaffMember, TrainingEvent, TrainingPlace, User
from ..owed import bring_up_to_date, owes_nothing
from ..saving import record, save_versioned
from .refusals import TrainingReason

PURPOSE = "certificate"
State = TrainingPlace.State
# What a school begins with: (name, months a certificate is usually good for). Each school changes them.
FIRST_SKILLS = (
    ("First aid", 36),
    ("Paediatric first aid", 36),
    ("Physical intervention", 12),
    ("Giving medicines", 12),
    ("Epilepsy: emergency medicine", 12),
    ("Diabetes care", 12),
    ("Adrenaline pens", 12),
    ("Moving and handling", 12),
    ("Safeguarding", 24),
    ("Makaton", None),
    ("Emotional literacy support (ELSA)", None),
    ("Speech and language programmes", None),
)
# Of these a life may hang on one from the start; a school marks others, such as a hoist.
LIFE_CRITICAL = {"Epilepsy: emergency medicine", "Diabetes care", "Adrenaline pens"}


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last of that month."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


# --- Skills ---
def ensure_skills(school: School, *, by: User | None) -> None:
    """Give a school the usual skills, once."""
    if Skill.objects.filter(school=school).exists():
        return
    for name, months in FIRST_SKILLS:
        skill = Skill(school=school, name=name, valid_months=months, is_life_critical=name in LIFE_CRITICAL)
        with audit.saving(skill, by=by):
            skill.save()


@transaction.atomic
def save_skill(*, skill: Skill, values: dict[str, Any], version: int, by: User) -> Skill:
    try:
        with transaction.atomic():
            saved, _ = save_versioned(skill, values, version=version, by=by)
    except IntegrityError as error:
        raise Refused(TrainingReason.SKILL_THERE, skill=values["name"], field="name") from error
    audit.record("training.skill_saved", saved, text=f"Skill {saved.name} saved", by=by)
    return saved


@transaction.atomic
def archive_skill(*, skill: Skill, by: User) -> None:
    """Put a skill away: certificates in it stay on record, and nothing asks for it any more."""
    skill.is_archived, skill.version = True, skill.version + 1
    with audit.saving(skill, by=by):
        skill.save(update_fields=["is_archived", "version"])
    audit.record("training.skill_archived", skill, text=f"Skill {skill.name} put away", by=by)


@transaction.atomic
def restore_skill(*, skill: Skill, by: User) -> None:
    """Take a skill out again, with the certificates in it. Raises Refused where another has its name meanwhile."""
    skill.is_archived, skill.version = False, skill.version + 1
    try:
        with transaction.atomic(), audit.saving(skill, by=by):
            skill.save(update_fields=["is_archived", "version"])
    except IntegrityError as error:
        raise Refused(TrainingReason.SKILL_THERE, skill=skill.name) from error
    audit.record("training.skill_restored", skill, text=f"Skill {skill.name} taken out again", by=by)


# --- Certificates ---
@transaction.atomic
def save_certificate(
    *,
    certificate: Certificate,
    values: dict[str, Any],
    version: int,
    upload: UploadedFile | None = None,
    by: User,
) -> Certificate:
    """Add or correct a certificate. A new one renews what the adult held in the same skill before.

    Without an end the skill's usual time is taken for a new one. Raises ChangedMeanwhile, Refused and FileRefused.
    """
    member = StaffMember.objects.select_for_update(of=("self",)).get(pk=certificate.member_id)
    is_new, skill, issued = certificate.pk is None, values["skill"], values["issued_on"]
    skills = {skill.pk} if is_new else {skill.pk, Certificate.objects.get(pk=certificate.pk).skill_id}
    if issued > timezone.localdate():
        raise Refused(TrainingReason.ISSUED_IN_FUTURE, field="issued_on")
    if is_new and values.get("expires_on") is None and skill.valid_months:
        values = values | {"expires_on": months_after(issued, skill.valid_months)}
    if values.get("expires_on") and values["expires_on"] <= issued:
        raise Refused(TrainingReason.EXPIRES_BEFORE_ISSUE, field="expires_on")
    if upload:
        stored = files.store(upload=upload, school_id=member.school_id, by=by, purpose=PURPOSE)
        values = values | {"file_id": stored.pk}
    saved, _ = save_versioned(certificate, values, version=version, by=by)
    if saved.removed_at:
        raise Refused(TrainingReason.CERTIFICATE_REMOVED)
    for one in skills:
        _renew_earlier(member.pk, one, by=by)
    bring_up_to_date(saved)
    record(member, "training.certificate_saved", f"Certificate {skill.name} saved", by=by)
    return saved


def _renew_earlier(member: int, skill: int, *, by: User) -> None:
    """Each certificate of the adult in this skill is renewed by the next, and the last one by none."""
    others = Certificate.objects.filter(member=member, skill=skill, removed_at=None)
    ordered = list(others.order_by("issued_on", "pk"))
    for place, row in enumerate(ordered, start=1):
        renewed_on = ordered[place].issued_on if place < len(ordered) else None
        if row.renewed_on != renewed_on:
            row.renewed_on = renewed_on
            with audit.saving(row, by=by):
                row.save(update_fields=["renewed_on"])
            bring_up_to_date(row)


@transaction.atomic
def remove_certificate(*, certificate: Certificate, by: User) -> None:
    """Take back one entered by mistake: it counts no more, and stays in the history."""
    row = Certificate.objects.select_for_update(of=("self",)).select_related("member", "skill").get(pk=certificate.pk)
    if row.removed_at:
        return
    row.removed_at, row.version = timezone.now(), row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["removed_at", "version"])
    bring_up_to_date(row)
    _renew_earlier(row.member_id, row.skill_id, by=by)
    record(row.member, "training.certificate_removed", f"Certificate {row.skill.name} removed", by=by)


# --- Training ---
@transaction.atomic
def save_event(
    *,
    event: TrainingEvent,
    values: dict[str, Any],
    members: Iterable[StaffMember],
    there: Iterable[StaffMember],
    version: int,
    certify: bool = False,
    by: User,
) -> TrainingEvent:
    """Plan or record training for these adults. `there` are those who were, where it was held.

    With `certify` each who was there gets a certificate in its skill. Raises ChangedMeanwhile and Refused.
    """
    today = timezone.localdate()
    if values.get("held_on") and values["held_on"] > today:
        raise Refused(TrainingReason.HELD_IN_FUTURE, field="held_on")
    wanted = {member.pk: member for member in members}
    if not wanted:
        raise Refused(TrainingReason.NOBODY, field="members")
    is_new = event.pk is None
    saved, _ = save_versioned(event, values, version=version, by=by)
    if saved.cancelled_on:
        raise Refused(TrainingReason.CALLED_OFF)
    _set_places(saved, wanted, {member.pk for member in there}, by=by)
    _correct_certificates(saved, by=by)
    if certify and saved.skill_id and saved.held_on:
        _certify(saved, by=by)
    text = f"Training {saved.title} {'added' if is_new else 'changed'}"
    audit.record("training.saved", saved, text=text, by=by)
    return saved


def _set_places(event: TrainingEvent, wanted: dict[int, StaffMember], there: set[int], *, by: User) -> None:
    """Make these the adults of the training. Whoever answered already stays: their words are not thrown away."""
    present = {place.member_id: place for place in event.places.select_related("member")}
    for member, place in present.items():
        if member not in wanted and not (place.answered_at or place.changed):
            for certificate in place.certificates.filter(removed_at=None):
                remove_certificate(certificate=certificate, by=by)
            owes_nothing(place)
            with audit.saving(place, by=by):
                place.delete()
    for pk, member in wanted.items():
        place = present.get(pk) or TrainingPlace(event=event, member=member)
        state = State.INVITED if event.held_on is None else State.THERE if pk in there else State.ABSENT
        if place.pk is None or place.state != state:
            place.state = state
            with audit.saving(place, by=by):
                place.save()
        bring_up_to_date(place)


def _correct_certificates(event: TrainingEvent, *, by: User) -> None:
    """Certificates that this training gave follow its day and its skill; who was not there has none."""
    rows = Certificate.objects.filter(place__event=event, removed_at=None).select_related("place", "skill", "member")
    for row in rows:
        if row.place is None or row.place.state != State.THERE or not (event.held_on and event.skill):
            remove_certificate(certificate=row, by=by)
        elif (row.issued_on, row.skill_id) != (event.held_on, event.skill_id):
            months = event.skill.valid_months
            usual = months_after(event.held_on, months) if months else None
            facts = {"skill": event.skill, "issued_on": event.held_on, "expires_on": usual, "reference": row.reference}
            save_certificate(certificate=row, values=facts, version=row.version, by=by)


def _certify(event: TrainingEvent, *, by: User) -> None:
    """A certificate for each who was there and has none of that day."""
    skill, issued = event.skill, event.held_on
    assert skill is not None  # noqa: S101  # nosec B101  (asked before)
    assert issued is not None  # noqa: S101  # nosec B101  (asked before)
    for place in event.places.filter(state=State.THERE).select_related("member"):
        held = Certificate.objects.filter(member=place.member, skill=skill, issued_on=issued, removed_at=None)
        if not held.exists():
            row = Certificate(member=place.member, place=place)
            save_certificate(
                certificate=row,
                values={"skill": skill, "issued_on": issued, "expires_on": None, "reference": event.title[:80]},
                version=1,
                by=by,
            )


@transaction.atomic
def call_off(*, event: TrainingEvent, by: User) -> None:
    row = TrainingEvent.objects.select_for_update(of=("self",)).get(pk=event.pk)
    if row.held_on:
        raise Refused(TrainingReason.HELD_ALREADY)
    if row.cancelled_on:
        return
    row.cancelled_on, row.version = timezone.localdate(), row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["cancelled_on", "version"])
    audit.record("training.called_off", row, text=f"Training {row.title} called off", by=by)


@transaction.atomic
def log_own(
    *, member: StaffMember, title: str, on: date, minutes: int, shared_with: str, comment: str, by: User
) -> TrainingPlace:
    """What somebody read, studied or attended by themselves, in their own log."""
    if on > timezone.localdate():
        raise Refused(TrainingReason.HELD_IN_FUTURE, field="on")
    if member.user_id != by.pk:
        raise Refused(TrainingReason.OWN_ALONE, person=member.name)
    event = TrainingEvent(school=member.school, title=title, kind=TrainingEvent.Kind.OWN, planned_on=on, held_on=on)
    event.minutes = minutes
    place = TrainingPlace(event=event, member=member, state=State.THERE, comment=comment, shared_with=shared_with)
    with audit.saving(event, place, by=by):
        event.save()
        place.save()
    record(member, "training.own", f"Own training of {short_date(on)} entered", by=by)
    return place


@transaction.atomic
def remove_own(*, place: TrainingPlace, by: User) -> None:
    """Take back what one entered in one's own log by mistake."""
    row = _own_place(place, by)
    if row.event.kind != TrainingEvent.Kind.OWN:
        raise Refused(TrainingReason.OF_THE_SCHOOL)
    event = row.event
    record(row.member, "training.own_removed", f"Own training of {short_date(event.planned_on)} taken back", by=by)
    owes_nothing(row)
    with audit.saving(row, event, by=by):
        row.delete()
        event.delete()


@transaction.atomic
def answer(*, place: TrainingPlace, rating: str, comment: str, by: User) -> TrainingPlace:
    """What somebody who was there thought of it."""
    row = _own_place(place, by)
    row.rating, row.comment, row.answered_at = rating, comment, timezone.now()
    with audit.saving(row, by=by):
        row.save(update_fields=["rating", "comment", "answered_at"])
    return row


@transaction.atomic
def follow_up(*, place: TrainingPlace, changed: str, shared_with: str, by: User) -> TrainingPlace:
    """After some weeks: what changed in class, and with whom it was shared."""
    row = _own_place(place, by)
    row.changed, row.shared_with, row.followed_up_on = changed, shared_with, timezone.localdate()
    with audit.saving(row, by=by):
        row.save(update_fields=["changed", "shared_with", "followed_up_on"])
    bring_up_to_date(row)
    return row


def _own_place(place: TrainingPlace, by: User) -> TrainingPlace:
    row = (
        TrainingPlace.objects.select_for_update(of=("self",)).select_related("member", "event__school").get(pk=place.pk)
    )
    if row.member.user_id != by.pk:
        raise Refused(TrainingReason.OWN_ALONE, person=row.member.name)
    if row.state != State.THERE:
        raise Refused(TrainingReason.NOT_THERE)
    return row
