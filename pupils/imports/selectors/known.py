"""What sendco holds about the pupils an import touches, read in a constant number of queries."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from staff.models import School

from ...models import Contact, Enrolment, ImportDecision, Need, Pupil, PupilFlag, RegisterEntry, WatchListEntry
from ...search import fold
from ..fields import UPN

if TYPE_CHECKING:
    from ..rows import ContactSaid, PupilRow

CHUNK = 5_000
REASON = "import"  # the beginning of the reason on each history row that an import writes
TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "rev", "prof"}


@dataclass
class Known:
    pupil: Pupil
    entries: list = field(default_factory=list)  # oldest first
    needs: list = field(default_factory=list)  # open ones by rank
    flags: dict = field(default_factory=dict)  # kind to the open flag, or else to the last that ended
    contacts: list = field(default_factory=list)
    enrolment: Enrolment | None = None
    watch: WatchListEntry | None = None
    decisions: dict[tuple[str, str], str] = field(default_factory=dict)  # (key, what a file said) to the answer

    @property
    def entry(self) -> RegisterEntry | None:
        return next((entry for entry in reversed(self.entries) if entry.ends_on is None), None)

    @property
    def code(self) -> str:
        return self.entry.code if self.entry else "N"

    @property
    def need_codes(self) -> list[str]:
        return [need.need_type.code for need in self.needs]

    def open_flag(self, kind: str) -> PupilFlag | None:
        flag = self.flags.get(kind)
        return flag if flag and flag.ends_on is None else None

    def contacts_like(self, said: "ContactSaid") -> list[Contact]:
        """Stored contacts with the name, or the e-mail address, of one in a file."""
        return [contact for contact in self.contacts if _is_same_contact(said, contact)]

    def as_seen(self) -> dict[str, Any]:
        """What a plan was made on. A plan is applied only while this is still so."""
        return {
            "version": self.pupil.version,
            "entry": [self.entry.pk, self.entry.code, self.entry.starts_on.isoformat()] if self.entry else None,
            "watch": self.watch.pk if self.watch else None,
            "needs": self.need_codes,
            "flags": sorted(kind for kind in self.flags if self.open_flag(kind)),
            "contacts": sorted([contact.pk, contact.version] for contact in self.contacts),
            "enrolment": [self.enrolment.pk, self.enrolment.kind] if self.enrolment else None,
        }


def _is_same_contact(said: "ContactSaid", stored: Contact) -> bool:
    if without_title(said.name) == without_title(stored.name):
        return True
    return bool(said.email and stored.email and said.email.casefold() == stored.email.casefold())


def without_title(name: str) -> str:
    """A name without accents, case or title."""
    words = fold(name).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in TITLES else words)


def known_pupils(school: School, *, ids: set[int] | None = None, lock: bool = False) -> dict[int, Known]:
    """Return {pupil id: Known} for the whole school, or for these ids. Merged records are left out."""
    if ids is None:
        return _load(Pupil.objects.filter(school=school, merged_into=None), {"pupil__school": school}, lock)
    known_by_pupil: dict[int, Known] = {}
    ordered = sorted(ids)
    for start in range(0, len(ordered), CHUNK):
        part = ordered[start : start + CHUNK]
        pupils = Pupil.objects.filter(school=school, merged_into=None, pk__in=part)
        known_by_pupil |= _load(pupils, {"pupil__in": part}, lock)
    return known_by_pupil


def upns_elsewhere(school: School, rows: "list[PupilRow]") -> set[str]:
    """UPNs of these rows that pupils on roll in other schools have. Which schools, nobody here is told."""
    upns = sorted({upn for row in rows if (upn := row.get(UPN))})
    found: set[str] = set()
    for start in range(0, len(upns), CHUNK):
        others = Pupil.objects.filter(upn__in=upns[start : start + CHUNK], left_on=None, merged_into=None)
        found |= {upn for upn in others.exclude(school=school).values_list("upn", flat=True) if upn}
    return found


def _load(pupils: QuerySet[Pupil], about: dict[str, Any], lock: bool) -> dict[int, Known]:
    if lock:
        pupils = pupils.select_for_update(of=["self"])
    known_by_pupil = {
        pupil.pk: Known(pupil) for pupil in pupils.select_related("form_group", "key_worker").order_by("pk")
    }
    for queryset, place in _PARTS:
        for row in queryset().filter(**about):
            if known := known_by_pupil.get(row.pupil_id):
                # Everybody shares one object of the pupil, so that a change made to it is seen everywhere.
                row.pupil = known.pupil
                place(known, row)
    return known_by_pupil


def _place_decision(known: Known, row: ImportDecision) -> None:
    known.decisions[(row.key, row.says)] = row.answer


def _place_flag(known: Known, row: PupilFlag) -> None:
    if not known.open_flag(row.kind):
        known.flags[row.kind] = row


_PARTS: tuple[tuple[Callable[[], Any], Callable[[Known, Any], None]], ...] = (
    (lambda: RegisterEntry.objects.order_by("starts_on", "pk"), lambda known, row: known.entries.append(row)),
    (
        lambda: Need.objects.filter(ends_on=None).select_related("need_type").order_by("rank", "pk"),
        lambda known, row: known.needs.append(row),
    ),
    (lambda: PupilFlag.objects.order_by("starts_on", "pk"), _place_flag),
    (lambda: Contact.objects.order_by("priority", "pk"), lambda known, row: known.contacts.append(row)),
    (lambda: Enrolment.objects.filter(ends_on=None), lambda known, row: setattr(known, "enrolment", row)),
    (lambda: WatchListEntry.objects.filter(ends_on=None), lambda known, row: setattr(known, "watch", row)),
    (lambda: ImportDecision.objects.all(), _place_decision),
)


def newer_than(model: Any, ids: set[int], since: datetime) -> dict[tuple[int, str], tuple[str, datetime]]:
    """Return {(row id, attribute): (who, day)} for what people changed since then; imports are not people."""
    history = model.history.model.objects
    edited = set()
    for part in _parts(ids):
        recent = history.filter(id__in=part, history_date__gte=since)
        edited |= {row_id for row_id, why in recent.values_list("id", "history_change_reason") if not is_import(why)}
    edits: dict[tuple[int, str], tuple[str, datetime]] = {}
    last: dict[int, dict[str, Any]] = defaultdict(dict)
    for part in _parts(edited):
        rows = history.filter(id__in=part).select_related("history_user").order_by("history_date", "history_id")
        for row in rows:
            values = {each.attname: getattr(row, each.attname) for each in model.history.model.tracked_fields}
            before, last[row.id] = last[row.id], values
            if row.history_date < since or is_import(row.history_change_reason):
                continue
            who = row.history_user.name if row.history_user else "Somebody"
            for name, value in values.items():
                if value != before.get(name, "") and not (value in (None, "") and not before):
                    edits[(row.id, name)] = (who, row.history_date)
    return edits


def is_import(reason: str | None) -> bool:
    """Whether a history row was written by an import."""
    return reason is not None and reason.startswith(REASON)


def _parts(ids: set[int]) -> list[list[int]]:
    ids = sorted(ids)
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
