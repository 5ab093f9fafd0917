"""Write a profile, publish it on one page, and ask every adult who teaches the child to read it."""

import base64
from collections.abc import Iterable
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.files import services as files
from sendco.files.kinds import Kind
from sendco.files.models import StoredFile
from sendco.files.services import FileNotAvailable
from sendco.pdf.fit import DoesNotFit, fit_on_one_page
from sendco.pdf.render import PdfFailed, PdfUnavailable
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import School, User
from staff.owed import bring_up_to_date
from staff.saving import save_versioned

from ..models import Profile, ProfileReading, ProfileVersion, Pupil
from ..models.profiles import ASKS_AGAIN, BOXES, TITLES, WORDS
from .refusals import ProfileReason
from .selectors import adults_of, published

PURPOSE = "profile photo"
TEMPLATE = "reports/profile.html"
SIDE_BY_SIDE = ("do", "dont")


def note(code: str, profile: Profile, text: str, *, by: User | None) -> None:
    audit.record(
        code, profile, text=text, by=by, school_id=profile.pupil.school_id, pupil_id=profile.pupil_id
    )  # fmt: skip


def _locked(profile: Profile) -> Profile:
    return Profile.objects.select_for_update(of=("self",)).select_related("pupil__school").get(pk=profile.pk)


@transaction.atomic
def save(*, profile: Profile, values: dict[str, Any], version: int, by: User) -> Profile:
    """Save the words as they are written. Nobody is asked to read them before they are published."""
    if profile.pk is None:
        Pupil.objects.select_for_update().get(pk=profile.pupil_id)
        if there := Profile.objects.filter(pupil=profile.pupil).first():
            raise ChangedMeanwhile(there)  # somebody began one a moment ago
    saved, changed = save_versioned(profile, values | {"written_by": by}, version=version, by=by)
    if changed:
        note("profile.written", saved, "One-page profile written", by=by)
    return saved


@transaction.atomic
def set_photo(*, profile: Profile, upload: UploadedFile | None, consent: str, by: User) -> Profile:
    """Keep a photo, with who agreed to it; without an upload take it off. It shows from the next version on."""
    row = _locked(profile)
    if upload is not None and not consent.strip():
        raise Refused(ProfileReason.PHOTO_CONSENT, field="consent")
    photo = None
    if upload is not None:
        stored = files.store(
            upload=upload, school_id=row.pupil.school_id, pupil_id=row.pupil_id, by=by, purpose=PURPOSE
        )
        if stored.kind != Kind.JPEG:
            raise Refused(ProfileReason.PHOTO_KIND, field="upload")
        photo = stored.pk
    row.photo_id, row.photo_consent, row.version = photo, consent if photo else "", row.version + 1
    with audit.saving(row, by=by):
        row.save(update_fields=["photo_id", "photo_consent", "version"])
    note("profile.photo", row, "Photo of the profile changed" if photo else "Photo of the profile taken off", by=by)
    return row


# --- Publishing --------------------------------------------------------------------------------------------------
def differs(profile: Profile, version: ProfileVersion | None) -> list[str]:
    """The fields in which the words as written differ from those that are read."""
    if version is None:
        return list(WORDS)
    names = [name for name in WORDS if getattr(profile, name) != getattr(version, name)]
    return [*names, "photo"] if profile.photo_id != version.photo_id else names


@transaction.atomic
def publish(*, profile: Profile, is_minor: bool, minor_reason: str, by: User) -> ProfileVersion:
    """Publish the words as they are written. They are one A4 page, or it is refused with the field to cut.

    A change in how to support, do or do not asks every adult again, unless a lead calls it minor and says why.
    """
    row = _locked(profile)
    if row.pupil.left_on:
        raise Refused(ProfileReason.PUPIL_LEFT, pupil=row.pupil.forename, day=row.pupil.left_on)
    if not any(getattr(row, name).strip() for name in BOXES):
        raise Refused(ProfileReason.NOTHING_WRITTEN, pupil=row.pupil.forename)
    before = published(row)
    changed = differs(row, before)
    if before is not None and not changed:
        raise Refused(ProfileReason.NO_CHANGE, number=before.number)
    asks_again = before is None or any(name in ASKS_AGAIN for name in changed)
    if asks_again and before is not None and is_minor:
        if not minor_reason.strip():
            raise Refused(ProfileReason.MINOR_WHY, field="minor_reason")
        asks_again = False
    last = row.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = ProfileVersion(
        profile=row, number=last + 1, photo_id=row.photo_id, published_by=by,
        minor_reason=minor_reason if is_minor and before is not None else "",
        **{name: getattr(row, name) for name in WORDS},
    )  # fmt: skip
    version.asks = version.number if asks_again or before is None else before.asks
    version.fit = _fit(version)
    with audit.saving(version, by=by):
        version.save()
    note("profile.published", row, f"One-page profile published, version {version.number}", by=by)
    ask_readers([row], by=by)
    return version


def _fit(version: ProfileVersion) -> int | None:
    """How small it has to be; None where this computer cannot draw PDFs. Raises Refused where it fits at no size."""
    try:
        return fit_on_one_page(TEMPLATE, context_of(version))[0]
    except PdfUnavailable:
        return None
    except PdfFailed:
        raise Refused(ProfileReason.NOT_DRAWN) from None
    except DoesNotFit:
        name = max(BOXES, key=lambda box: len(getattr(version, box)) / BOXES[box])
        field = TITLES[name]
        count = len(getattr(version, name))
        raise Refused(ProfileReason.TOO_LONG, field=field, count=count, limit=BOXES[name]) from None


def context_of(version: ProfileVersion) -> dict[str, Any]:
    """What the page of one profile is drawn from."""
    pupil = version.profile.pupil
    return {
        "title": "One-page profile",
        "profiles": [page_of(version)],
        "school_name": pupil.school.name,
    }


def page_of(version: ProfileVersion, *, fit: int | None = None) -> dict[str, Any]:
    boxes = {name: (name, TITLES[name], getattr(version, name)) for name in BOXES if getattr(version, name)}
    return {
        "version": version,
        "pupil": version.profile.pupil,
        "photo": photo_of(version),
        "fit": fit or 0,
        "tight": _is_tight(version),
        "wide": [box for name, box in boxes.items() if name not in SIDE_BY_SIDE],
        "narrow": [box for name, box in boxes.items() if name in SIDE_BY_SIDE],
    }


def _is_tight(version: ProfileVersion) -> bool:
    """Whether a card takes smaller letters: for a long name or class, or more than half of what it may hold."""
    pupil = version.profile.pupil
    words = version.card or version.do[:110] + version.dont[:110]
    return len(words) > 120 or len(pupil.name) > 40 or len(pupil.where) > 40


def photo_of(version: ProfileVersion | Profile) -> str:
    """The photo as a picture in the page itself; empty where there is none or it may not be opened now."""
    pupil = version.profile.pupil if isinstance(version, ProfileVersion) else version.pupil
    stored = StoredFile.objects.filter(
        pk=version.photo_id or 0, school_id=pupil.school_id, pupil_id=pupil.pk, kind=Kind.JPEG
    ).first()
    if stored is None:
        return ""
    try:
        with files.open_stored(stored) as file:
            return "data:image/jpeg;base64," + base64.b64encode(file.read()).decode()
    except FileNotAvailable:
        return ""


@transaction.atomic
def withdraw(*, version: ProfileVersion, by: User) -> None:
    """Take a version back that should not be read: the one before it stands again, and its readers count."""
    row = ProfileVersion.objects.select_for_update(of=("self",)).select_related("profile__pupil").get(pk=version.pk)
    if row.withdrawn_on:
        return
    row.withdrawn_on = timezone.localdate()
    with audit.saving(row, by=by):
        row.save(update_fields=["withdrawn_on"])
    note("profile.withdrawn", row.profile, f"Version {row.number} of the profile taken back", by=by)
    for reading in _readings([row.profile]):
        if reading.read_number == row.number:
            _as_before(reading, row, by=by)
        bring_up_to_date(reading)


def _as_before(reading: ProfileReading, version: ProfileVersion, *, by: User) -> None:
    """What this person had read before the version that was taken back, from the history."""
    standing = set(version.profile.versions.filter(withdrawn_on=None).values_list("number", flat=True))
    earlier = reading.history.filter(read_number__in=standing).order_by("-history_id").first()
    reading.read_number = earlier.read_number if earlier else None
    reading.read_on = earlier.read_on if earlier else None
    with audit.saving(reading, by=by):
        reading.save(update_fields=["read_number", "read_on"])


# --- Reading -----------------------------------------------------------------------------------------------------
def _readings(profiles: Iterable[Profile]) -> Iterable[ProfileReading]:
    return ProfileReading.objects.filter(profile__in=[one.pk for one in profiles]).select_related(
        "profile__pupil__school"
    )


@transaction.atomic
def ask_readers(profiles: list[Profile], *, by: User | None) -> int:
    """Ask each adult who teaches, tutors or supports these children today, and no longer those who do not.

    Only for published profiles. Returns how many were asked anew.
    """
    today = timezone.localdate()
    pupils = {profile.pupil_id: profile for profile in profiles}
    there = {(row.profile_id, row.user_id): row for row in _readings(profiles)}
    asked = 0
    for pupil_id, users in adults_of(pupils, today).items():
        profile = pupils[pupil_id]
        is_read = published(profile) is not None and profile.pupil.left_on is None
        for user in sorted(users) if is_read else ():
            row = there.get((profile.pk, user))
            if row is None:
                row = ProfileReading(profile=profile, user_id=user, asked_on=today)
                asked += 1
            elif row.closed_on:
                row.closed_on, row.asked_on = None, today
                asked += 1
            else:
                bring_up_to_date(row)
                continue
            with audit.saving(row, by=by):
                row.save()
            bring_up_to_date(row)
        for (profile_id, user), row in there.items():
            if profile_id == profile.pk and row.closed_on is None and (user not in users or not is_read):
                row.closed_on = today
                with audit.saving(row, by=by):
                    row.save(update_fields=["closed_on"])
                bring_up_to_date(row)
    return asked


def ask_new_readers(school: School) -> int:
    """For the daily run: whoever teaches a child since today is asked, whoever does no longer is not."""
    profiles = Profile.objects.filter(pupil__school=school, pupil__merged_into=None, versions__withdrawn_on=None)
    return ask_readers(list(profiles.select_related("pupil__school").distinct()), by=None)


@transaction.atomic
def say_read(*, profile: Profile, number: int, by: User) -> ProfileReading:
    """This person has read this version. Raises Refused where another is the one to read."""
    row = _locked(profile)
    version = published(row)
    if version is None:
        raise Refused(ProfileReason.NOT_PUBLISHED)
    if number != version.number:
        raise Refused(ProfileReason.OLDER, number=version.number)
    reading = row.readings.filter(user=by).first() or ProfileReading(profile=row, user=by)
    reading.profile, reading.read_number, reading.read_on = row, number, timezone.localdate()
    with audit.saving(reading, by=by):
        reading.save()
    bring_up_to_date(reading)
    return reading
