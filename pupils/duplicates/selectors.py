"""Records that may be of one child, and what a merge of two would do. Only ever within one school."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import SequenceMatcher
from itertools import combinations, product
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from sendco.clock import long_date
from staff.acting import Acting

from ..fields import PUPIL, readable
from ..merging import MOVED
from ..models import (
    Assessment,
    Concern,
    Contact,
    Document,
    Enrolment,
    GroupPlace,
    Letter,
    Merge,
    Need,
    NotDuplicate,
    Profile,
    Pupil,
    PupilFlag,
    PupilSkill,
    PupilSupport,
    RegisterEntry,
    SlotPupil,
    SupportPlan,
    WatchListEntry,
)
from ..search import skeletons, words_of
from .likeness import LEAST_SURE, SURENESS, Likeness

ALIKE = 0.8
SHORTEST_START = 3
# How long a merge can be taken back.
UNDO_DAYS = timedelta(days=30)
LONGEST_CHAIN = 20
READ = (
    "pk",
    "upn",
    "former_upn",
    "legal_forename",
    "legal_surname",
    "preferred_forename",
    "preferred_surname",
    "birth_on",
)


# --- How alike two records are -----------------------------------------------------------------------------------
def alike(one: str, other: str) -> bool:
    """Whether two folded names may be one name: equal, the start of the other, or a slip of typing apart."""
    if not one or not other:
        return False
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) >= SHORTEST_START and longer.startswith(shorter):
        return True
    matcher = SequenceMatcher(None, one, other)
    return matcher.real_quick_ratio() >= ALIKE and matcher.ratio() >= ALIKE


def surnames_alike(one: str, other: str) -> bool:
    """Like `alike`, and a double-barrelled name is like each of its parts."""
    return alike(one, other) or bool(set(one.split()) & set(other.split()))


class Card:
    """What is compared of one record. Names are folded once."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.pk, self.upn, self.former_upn = row["pk"], row["upn"], row["former_upn"]
        self.birth_on = row["birth_on"]
        self.forenames = _folded(row["legal_forename"], row["preferred_forename"])
        self.surnames = _folded(row["legal_surname"], row["preferred_surname"])

    @property
    def full_names(self) -> set[tuple[str, str]]:
        return {(forename, surname) for forename in self.forenames for surname in self.surnames}

    def same_name(self, other: "Card") -> bool:
        return bool(self.full_names & other.full_names)

    def similar_name(self, other: "Card") -> bool:
        """Both names alike, or written the wrong way round. One surname alone is a twin, not the same child."""
        straight = _any(alike, self.forenames, other.forenames) and _any(surnames_alike, self.surnames, other.surnames)
        return straight or bool(self.full_names & {(last, first) for first, last in other.full_names})


def _folded(*names: str) -> set[str]:
    return {text for text in (" ".join(words_of(name)) for name in names) if text}


def _any(test: Callable[[str, str], bool], ones: set[str], others: set[str]) -> bool:
    return any(test(one, other) for one in ones for other in others)


# --- Which pairs to compare: blocks keep this far from everybody with everybody ------------------------------------
def _pairs(blocks: Mapping[Any, list[Card]]) -> Iterator[tuple[Card, Card]]:
    for cards in blocks.values():
        yield from combinations(cards, 2)


def _by_number(cards: list[Card]) -> dict[str, list[Card]]:
    """A UPN of one is the UPN or the former UPN of another."""
    blocks = defaultdict(list)
    for card in cards:
        for number in {card.upn, card.former_upn} - {None, ""}:
            blocks[number].append(card)
    return blocks


def _by_birth_and_sound(cards: list[Card]) -> dict[tuple[date, tuple[str, ...]], list[Card]]:
    """Born on one day, and a word of each name sounds alike, in either order."""
    blocks: dict[tuple[date, tuple[str, ...]], list[Card]] = defaultdict(list)
    for card in cards:
        if card.birth_on:
            forenames, surnames = _sounds(card.forenames), _sounds(card.surnames)
            starts = {word[:SHORTEST_START] for name in card.forenames for word in name.split()}
            for key in {tuple(sorted(pair)) for pair in product(forenames | starts, surnames)}:
                blocks[card.birth_on, key].append(card)
    return blocks


def _sounds(names: set[str]) -> set[str]:
    return {key for name in names for word in name.split() for key in skeletons(word)}


def _by_name(cards: list[Card]) -> dict[tuple[str, str], list[Card]]:
    blocks = defaultdict(list)
    for card in cards:
        for name in card.full_names:
            blocks[name].append(card)
    return blocks


def _swapped(one: Card, other: Card) -> bool:
    """Day and month of one birth date are month and day of the other."""
    first, second = one.birth_on, other.birth_on
    if not first or not second or first == second or first.year != second.year:
        return False
    return (first.day, first.month) == (second.month, second.day)


def reasons_between(one: Card, other: Card) -> list[Likeness]:
    """How two records that may be of one child are alike, the surest first; empty when they look like two children."""
    reasons = []
    numbers = {one.upn, one.former_upn} & {other.upn, other.former_upn}
    if numbers - {None, ""}:
        reasons.append(Likeness.SHARED_UPN)
    if one.birth_on and one.birth_on == other.birth_on:
        if one.same_name(other):
            reasons.append(Likeness.SAME_NAME_SAME_BIRTH)
        elif one.similar_name(other):
            reasons.append(Likeness.SIMILAR_NAME_SAME_BIRTH)
    elif one.same_name(other):
        if _swapped(one, other):
            reasons.append(Likeness.SAME_NAME_BIRTH_SWAPPED)
        elif (one.birth_on is None) != (other.birth_on is None):
            reasons.append(Likeness.SAME_NAME_BIRTH_MISSING)
    return reasons


@dataclass(frozen=True)
class Candidate:
    first: Pupil
    second: Pupil
    reasons: list[Likeness]


def possible_duplicates(acting: Acting) -> list[Candidate]:
    """Return the pairs that may be one child, surest first. Three queries, whatever the number of pupils.

    Only records this person may see, so only of this school; a pair somebody called different is left out.
    """
    pupils = Pupil.objects.visible_to(acting)
    cards = [Card(row) for row in pupils.order_by("pk").values(*READ)]
    refused = set(NotDuplicate.objects.visible_to(acting).values_list("first", "second"))
    reasons_by_pair = {}
    for blocks in (_by_number(cards), _by_birth_and_sound(cards), _by_name(cards)):
        for one, other in _pairs(blocks):
            pair = (one.pk, other.pk) if one.pk < other.pk else (other.pk, one.pk)
            if pair not in reasons_by_pair and pair not in refused:
                reasons_by_pair[pair] = reasons_between(one, other)
    pairs = {pair: reasons for pair, reasons in reasons_by_pair.items() if reasons}
    named = pupils.select_related("form_group").in_bulk({pk for pair in pairs for pk in pair})
    candidates = [Candidate(named[first], named[second], reasons) for (first, second), reasons in pairs.items()]
    return sorted(candidates, key=_surest_first)


def _surest_first(candidate: Candidate) -> tuple[int, str, int, int]:
    return (
        SURENESS.get(candidate.reasons[0], LEAST_SURE),
        candidate.first.sort_name,
        candidate.first.pk,
        candidate.second.pk,
    )


# --- Where a merged record went ----------------------------------------------------------------------------------
def kept_of(pk: int, acting: Acting) -> Pupil | None:
    """Return the pupil that the record `pk` was merged into, when this person may see it; else None.

    For the address of a merged record: follow merges to the one that stands.
    """
    if not acting.school:
        return None
    merged = Pupil.objects.filter(school=acting.school).exclude(merged_into=None)
    target = merged.filter(pk=pk).values_list("merged_into", flat=True).first()
    for _ in range(LONGEST_CHAIN):
        further = merged.filter(pk=target).values_list("merged_into", flat=True).first() if target else None
        if further is None:
            break
        target = further
    return Pupil.objects.visible_to(acting).filter(pk=target).first() if target else None


def record_ids(pupil: Pupil) -> list[int]:
    """Return the ids of this record and of every record merged into it: events written before keep their old id."""
    ids, newest = [pupil.pk], [pupil.pk]
    while newest:
        newest = list(Pupil.objects.filter(merged_into__in=newest, school=pupil.school_id).values_list("pk", flat=True))
        ids += newest
    return ids


def recent_merges(acting: Acting, *, now: datetime | None = None) -> QuerySet[Merge]:
    """Merges that can still be undone, the newest first."""
    now = now or timezone.now()
    standing = Merge.objects.visible_to(acting).filter(undone_at=None, merged_at__gt=now - UNDO_DAYS)
    seen = Pupil.objects.visible_to(acting)
    return standing.filter(kept__in=seen).select_related("kept", "gone", "merged_by").order_by("-merged_at", "-pk")


# --- Two records side by side ------------------------------------------------------------------------------------
KEPT, GONE = "kept", "gone"
# In the order of the page. The former UPN, roll dates and key of the record follow from the merge itself.
CHOOSABLE = (
    "legal_forename",
    "middle_names",
    "legal_surname",
    "preferred_forename",
    "preferred_surname",
    "pronouns",
    "birth_on",
    "sex",
    "upn",
    "uln",
    "mis_id",
    "year_group",
    "form_group",
    "key_worker",
    "first_language",
    "home_authority",
)
EMPTY = {None, "", Pupil.Sex.UNKNOWN}
LABELS = {"form_group": "Class"}


@dataclass(frozen=True)
class Line:
    """One field of both records. `best` is the side that is chosen unless somebody says otherwise."""

    name: str
    label: str
    kept: str
    gone: str
    differs: bool
    best: str = KEPT


def _in_words(pupil: Pupil, name: str) -> str:
    value = getattr(pupil, name)
    field: Any = Pupil._meta.get_field(name)
    if value in EMPTY:
        return "Empty"
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    return long_date(value) if hasattr(value, "isoformat") else str(value)


def compare(kept: Pupil, gone: Pupil, acting: Acting) -> list[Line]:
    """Lay the fields that this person may read side by side."""
    allowed = readable(PUPIL, acting)
    lines = []
    for name in CHOOSABLE:
        if name not in allowed:
            continue
        field: Any = Pupil._meta.get_field(name)
        ours, theirs = getattr(kept, field.attname), getattr(gone, field.attname)
        if ours in EMPTY and theirs in EMPTY:
            continue
        best = GONE if ours in EMPTY else KEPT
        label = LABELS.get(name) or str(field.verbose_name)
        lines.append(
            Line(
                name=name,
                label=label[:1].upper() + label[1:],
                kept=_in_words(kept, name),
                gone=_in_words(gone, name),
                differs=ours != theirs,
                best=best,
            )
        )
    return lines


@dataclass(frozen=True)
class Choice:
    """Both records have one open (a status, an enrolment): which one stays open."""

    name: str
    label: str
    kept: str
    gone: str
    best: str


def _open(model: Any, pupil: Pupil) -> Any:
    return model.objects.filter(pupil=pupil, ends_on=None).first()


def _status_in_words(pupil: Pupil, entry: RegisterEntry) -> str:
    needs = Need.objects.filter(pupil=pupil, ends_on=None).select_related("need_type").order_by("rank")
    types = ", then ".join(need.need_type.name for need in needs)
    since = f"since {long_date(entry.starts_on)}" if entry.known_start else "since when is not known"
    return f"{entry.get_code_display()} {since}" + (f": {types}" if types else "")


def _enrolment_in_words(row: Enrolment) -> str:
    where = f", {row.unit.name}" if row.unit else f", with {row.other_school}" if row.other_school else ""
    return f"{row.get_kind_display()}{where}, since {long_date(row.starts_on)}"


# A plan outweighs support, support outweighs none: the empty copy is the likelier mistake.
WEIGHT = {"E": 2, "K": 1, "N": 0}


def conflicts(kept: Pupil, gone: Pupil) -> list[Choice]:
    """Return what is open in both records, so that a person says which stays."""
    choices = []
    ours, theirs = _open(RegisterEntry, kept), _open(RegisterEntry, gone)
    if ours and theirs:
        best = GONE if WEIGHT[theirs.code] > WEIGHT[ours.code] else KEPT
        statuses = _status_in_words(kept, ours), _status_in_words(gone, theirs)
        choices.append(Choice("register", "SEN status and needs", *statuses, best))
    ours, theirs = _open(Enrolment, kept), _open(Enrolment, gone)
    if ours and theirs:
        choices.append(Choice("enrolment", "Enrolment", _enrolment_in_words(ours), _enrolment_in_words(theirs), KEPT))
    return choices


MOVING: tuple[tuple[str, str, Any], ...] = (
    ("contact", "contacts", Contact),
    ("flag", "flags", PupilFlag),
    ("concern", "concerns", Concern),
    ("assessment", "assessments", Assessment),
    ("letter", "letters", Letter),
    ("document", "documents", Document),
    ("support plan", "support plans", SupportPlan),
    ("one-page profile", "one-page profiles", Profile),
    ("group place", "group places", GroupPlace),
    ("supporting adult", "supporting adults", PupilSupport),
    ("skill that adults need", "skills that adults need", PupilSkill),
    ("slot on the board", "slots on the board", SlotPupil),
    ("time of monitoring", "times of monitoring", WatchListEntry),
    ("type of need", "types of need", Need),
    ("status", "statuses", RegisterEntry),
    ("enrolment", "enrolments", Enrolment),
)


def what_comes_along(gone: Pupil, acting: Acting) -> list[str]:
    """Count in words what the other record holds, of what this person may see."""
    lines = []
    above = [(moved.one, moved.many, moved.model) for moved in MOVED.values()]
    for one, many, model in (*MOVING, *above):
        count = model.objects.visible_to(acting).filter(pupil=gone).count()
        if count:
            lines.append(f"{count} {one if count == 1 else many}")
    return lines


def unlike_protections(kept: Pupil, gone: Pupil) -> list[str]:
    """Names of adults whom both records hold with different protections: nobody may be less protected by a merge."""
    held: dict[str, set[tuple[bool, ...]]] = {}
    for contact in Contact.objects.filter(pupil=kept, ended_on=None):
        held.setdefault(" ".join(words_of(contact.name)), set()).add(_protections(contact))
    unlike = set()
    for contact in Contact.objects.filter(pupil=gone, ended_on=None):
        known = held.get(" ".join(words_of(contact.name)))
        if known and known != {_protections(contact)}:
            unlike.add(contact.name)
    return sorted(unlike)


def _protections(contact: Contact) -> tuple[bool, bool, bool]:
    return contact.address_hidden, contact.do_not_contact, contact.order_with_dsl
