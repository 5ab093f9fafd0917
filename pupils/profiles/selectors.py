"""Who should have read a profile, who has, and which pupils have one."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from staff.acting import Acting
from staff.models import GroupStaff, User
from staff.models.people import current_on

from ..models import GroupPlace, Profile, ProfileReading, ProfileVersion, Pupil, PupilSupport, RegisterEntry
from ..models.querysets import current
from ..models.register import ON_REGISTER


def published(profile: Profile | None) -> ProfileVersion | None:
    """The version that is read today; None before the first, and where the last was taken back."""
    if profile is None:
        return None
    return profile.versions.filter(withdrawn_on=None).select_related("published_by").first()


def adults_of(pupils: Iterable[int], today: date) -> dict[int, set[int]]:
    """{pupil id: the ids of the adults who teach, tutor or support the child today, the key worker among them}. Four
    queries.
    """
    ids = list(pupils)
    found: dict[int, set[int]] = {pk: set() for pk in ids}
    groups: dict[int, set[int]] = defaultdict(set)
    for pk, group, worker in Pupil.objects.filter(pk__in=ids).values_list("pk", "form_group", "key_worker"):
        if group:
            groups[group].add(pk)
        if worker:
            found[pk].add(worker)
    for pupil, group in GroupPlace.objects.filter(current(), pupil__in=ids).values_list("pupil", "group"):
        groups[group].add(pupil)
    for group, user in GroupStaff.objects.filter(
        current_on(today), group__in=list(groups), group__is_archived=False
    ).values_list("group", "user"):
        for pupil in groups[group]:
            found[pupil].add(user)
    for pupil, user in PupilSupport.objects.filter(current(), pupil__in=ids).values_list("pupil", "user"):
        found[pupil].add(user)
    here = set(
        User.objects.filter(is_active=True).filter(pk__in=set().union(*found.values())).values_list("pk", flat=True)
    )
    return {pk: users & here for pk, users in found.items()}


@dataclass
class Readers:
    """The adults of a child by what they have read: this version, an older one, or none."""

    current: list[ProfileReading]
    older: list[ProfileReading]
    never: list[ProfileReading]

    @property
    def all(self) -> int:
        return len(self.current) + len(self.older) + len(self.never)


def readers_of(profile: Profile, version: ProfileVersion | None) -> Readers:
    """One query."""
    found = Readers([], [], [])
    for reading in profile.readings.filter(closed_on=None).select_related("user"):
        if reading.read_number is None:
            found.never.append(reading)
        elif version is not None and reading.read_number >= version.asks:
            found.current.append(reading)
        else:
            found.older.append(reading)
    return found


def reading_of(profile: Profile, user: User) -> ProfileReading | None:
    return profile.readings.filter(user=user).first()


def pupils_for_profiles(acting: Acting) -> QuerySet[Pupil]:
    """Pupils in view on the register or with a profile, by class and name."""
    entry = RegisterEntry.objects.filter(pupil=OuterRef("pk"), ends_on=None, code__in=ON_REGISTER)
    has_profile = Profile.objects.filter(pupil=OuterRef("pk"))
    return (
        Pupil.objects.visible_to(acting)
        .filter(Q(Exists(entry)) | Q(Exists(has_profile)), left_on=None)
        .select_related("form_group")
        .order_by("form_group__name", "sort_name", "pk")
    )


@dataclass
class ProfileRow:
    """A line of the list: the pupil, the version that is read, and how many adults have read it."""

    pupil: Pupil
    profile: Profile | None
    version: ProfileVersion | None
    read: int = 0
    asked: int = 0
    mine: bool = False  # whether the person who looks has read it

    @property
    def unread(self) -> int:
        return self.asked - self.read


def rows_of(pupils: list[Pupil], acting: Acting) -> list[ProfileRow]:
    """Three queries, however many pupils."""
    ids = [pupil.pk for pupil in pupils]
    profiles = {row.pupil_id: row for row in Profile.objects.filter(pupil__in=ids)}
    versions: dict[int, ProfileVersion] = {}
    for version in ProfileVersion.objects.filter(profile__pupil__in=ids, withdrawn_on=None).order_by("number"):
        versions[version.profile_id] = version
    readings: dict[int, list[ProfileReading]] = defaultdict(list)
    for reading in ProfileReading.objects.filter(profile__pupil__in=ids, closed_on=None):
        readings[reading.profile_id].append(reading)
    found = []
    for pupil in pupils:
        profile = profiles.get(pupil.pk)
        version = versions.get(profile.pk) if profile else None
        row = ProfileRow(pupil, profile, version)
        if profile and version:
            asked = readings[profile.pk]
            read = [one for one in asked if one.read_number is not None and one.read_number >= version.asks]
            row.asked, row.read = len(asked), len(read)
            row.mine = any(one.user_id == acting.user.pk for one in read)
        found.append(row)
    return found


def with_profiles(pupils: list, acting: Acting) -> list:
    """Give each pupil `has_profile`: whether there is a published one. One query."""
    ids = [pupil.pk for pupil in pupils]
    there = set(
        ProfileVersion.objects.filter(profile__in=Profile.objects.visible_to(acting), profile__pupil__in=ids)
        .filter(withdrawn_on=None)
        .values_list("profile__pupil", flat=True)
    )
    for pupil in pupils:
        pupil.has_profile = pupil.pk in there
    return pupils


def unread(acting: Acting) -> QuerySet[Profile]:
    """Published profiles of pupils in view that no adult has read as they stand."""
    newest = ProfileVersion.objects.filter(profile=OuterRef("pk"), withdrawn_on=None).order_by("-number")
    read = ProfileReading.objects.filter(profile=OuterRef("pk"), read_number__gte=OuterRef("asks"))
    rows = Profile.objects.filter(pupil__in=Pupil.objects.visible_to(acting), pupil__left_on=None)
    return rows.annotate(asks=newest.values("asks")[:1]).filter(~Exists(read), asks__isnull=False)


def unread_by_class(acting: Acting) -> list[tuple[int | None, str, int]]:
    """[(class id, its name, how many of its profiles nobody has read)], the most first. One query."""
    rows = Counter(unread(acting).values_list("pupil__form_group", "pupil__form_group__name"))
    found = [(pk, name or "No class", count) for (pk, name), count in rows.items()]
    return sorted(found, key=lambda one: (-one[2], one[1]))


def to_read(acting: Acting) -> list[ProfileReading]:
    """The profiles that this person is asked to read and has not, or has in an older version. One query."""
    newest = ProfileVersion.objects.filter(profile=OuterRef("profile"), withdrawn_on=None).order_by("-number")
    rows = (
        ProfileReading.objects.visible_to(acting)
        .filter(user=acting.user, closed_on=None, profile__pupil__left_on=None)
        .annotate(asks=newest.values("asks")[:1])
        .filter(Q(read_number=None) | Q(read_number__lt=F("asks")), asks__isnull=False)
        .select_related("profile__pupil__form_group")
        .order_by("asked_on", "pk")
    )
    return list(rows)
