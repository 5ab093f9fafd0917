"""Whom a row is about: by UPN, number in the office system, former UPN; a name and a birthday ask a person.

Only pupils of one school are known here: a UPN that belongs to a pupil of another school matches nobody.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from ...models import Pupil
from ...search import fold
from ..fields import BIRTH, FORENAME, FORMER_UPN, MIS_ID, SURNAME, UPN
from ..notes import NoteCode

if TYPE_CHECKING:
    from ..rows import PupilRow

ALIKE = 0.75


@dataclass
class Match:
    """`pupil` is the one this row is about; else `candidates` are (id, why) it may be about; else it is new."""

    pupil: int | None = None
    candidates: list = field(default_factory=list)


class Matcher:
    def __init__(self, pupils: list[Pupil]) -> None:
        self.pupils = {pupil.pk: pupil for pupil in pupils}
        self.by_upn: dict[str, int] = {}
        self.by_former: dict[str, set[int]] = defaultdict(set)
        self.by_number: dict[str, set[int]] = defaultdict(set)
        self.by_person: dict[Any, set[int]] = defaultdict(set)
        self.by_birth: dict[Any, set[int]] = defaultdict(set)
        self.by_name: dict[Any, set[int]] = defaultdict(set)
        self.names: dict[int, Any] = {}
        self.taken: set[int] = set()
        for pupil in self.pupils.values():
            self._index(pupil)

    def _index(self, pupil: Pupil) -> None:
        if pupil.upn:
            self.by_upn[pupil.upn] = pupil.pk
        if pupil.former_upn:
            self.by_former[pupil.former_upn].add(pupil.pk)
        if pupil.mis_id:
            self.by_number[pupil.mis_id].add(pupil.pk)
        surnames = {fold(name) for name in (pupil.legal_surname, pupil.preferred_surname) if name}
        forenames = {fold(name) for name in (pupil.legal_forename, pupil.preferred_forename) if name} or {""}
        self.names[pupil.pk] = {(surname, forename) for surname in surnames for forename in forenames}
        born = pupil.birth_on.isoformat() if pupil.birth_on else ""
        for name in self.names[pupil.pk]:
            self.by_name[name].add(pupil.pk)
            if born:
                self.by_person[(*name, born)].add(pupil.pk)
        if born:
            self.by_birth[born].add(pupil.pk)

    def match_all(self, rows: "list[PupilRow]") -> dict[int, Match]:
        """Return {row number: Match}. The surest key goes first over all rows: no pupil is given away twice."""
        matches, left = {}, list(rows)
        for look in (self._upn, self._number, self._former, self._person):
            waiting = []
            for row in left:
                match = look(row)
                if match is None:
                    waiting.append(row)
                    continue
                matches[row.number] = match
                if match.pupil:
                    self.taken.add(match.pupil)
            left = waiting
        for row in left:
            matches[row.number] = Match(candidates=self._alike(row))
        return matches

    def match_rivals(self, rows: "list[PupilRow]") -> dict[int, Match]:
        """Return {row number: Match} for rows of which one at most is right: several may be about one pupil."""
        matches: dict[int, Match] = {}
        given: set[int] = set()
        for row in rows:
            looks = (look(row) for look in (self._upn, self._number, self._former, self._person))
            match = next((match for match in looks if match), None) or Match(candidates=self._alike(row))
            matches[row.number] = match
            given |= {match.pupil} if match.pupil else {pupil for pupil, _ in match.candidates}
        self.taken |= given
        return matches

    def is_holder(self, row: "PupilRow", field: Any) -> bool:
        """Whether the pupil of this row is the one who is known to have its number."""
        value = row.get(field)
        holders = {self.by_upn.get(value)} if field is UPN else self.by_number.get(value, set())
        return any(pupil is not None and self._agrees(row, pupil) for pupil in holders)

    def may_be_about(self, row: "PupilRow") -> set[int]:
        """Pupils that a row which was not taken in may be about: they must not be taken for leavers."""
        pupils: set[Any] = {self.by_upn.get(row.get(UPN))} | self.by_number.get(row.get(MIS_ID), set())
        pupils |= self.by_name.get(_name(row), set())
        return pupils - {None}

    def _upn(self, row: "PupilRow") -> Match | None:
        return self._sure(row, self.by_upn.get(row.get(UPN)), NoteCode.SAME_UPN)

    def _former(self, row: "PupilRow") -> Match | None:
        pupil = self.by_upn.get(row.get(FORMER_UPN))
        if pupil is None and row.get(UPN):
            held = self.by_former.get(row.get(UPN), set())
            pupil = next(iter(held)) if len(held) == 1 else None
        return self._sure(row, pupil, NoteCode.SAME_FORMER_UPN)

    def _sure(self, row: "PupilRow", pupil: int | None, doubt: NoteCode) -> Match | None:
        if pupil is None or pupil in self.taken:
            return None
        if self._agrees(row, pupil, birth_may_lack=True):
            return Match(pupil)
        others = self.by_person.get((*_name(row), _born(row)), set()) - self.taken - {pupil}
        why = NoteCode.SAME_PERSON_OTHER_UPN
        return Match(candidates=[(pupil, doubt), *((other, why) for other in sorted(others))])

    def _number(self, row: "PupilRow") -> Match | None:
        """A number alone says little: another system numbers from 1 as well. Name or date of birth must agree."""
        held = self.by_number.get(row.get(MIS_ID), set()) - self.taken if row.get(MIS_ID) else set()
        agreeing = [pupil for pupil in held if self._agrees(row, pupil)]
        return Match(agreeing[0]) if len(agreeing) == 1 else None

    def _person(self, row: "PupilRow") -> Match | None:
        """A name and a birthday ask a person: two children may have both."""
        key = (*_name(row), _born(row))
        held = sorted(self.by_person.get(key, set()) - self.taken)
        if not held:
            return None
        why = NoteCode.SAME_NAME_AND_BIRTH
        if len(held) > 1:
            why = NoteCode.SAME_PERSON_AS_SEVERAL
        elif self._other_upn(row, held[0]):
            why = NoteCode.SAME_PERSON_OTHER_UPN
        elif self._other_number(row, held[0]):
            why = NoteCode.SAME_PERSON_OTHER_NUMBER
        return Match(candidates=[(pupil, why) for pupil in held])

    def _alike(self, row: "PupilRow") -> list[tuple[int, NoteCode]]:
        born, name = _born(row), _name(row)
        candidates = []
        for pupil in sorted(self.by_birth.get(born, set()) - self.taken):
            if not self._other_upn(row, pupil) and any(_is_like(name, other) for other in self.names[pupil]):
                candidates.append((pupil, NoteCode.SAME_BIRTH_LIKE_NAME))
        for pupil in sorted(self.by_name.get(name, set()) - self.taken - {pupil for pupil, _ in candidates}):
            own = self.pupils[pupil].birth_on
            if not self._other_upn(row, pupil) and (not born or not own or _is_slip(born, own.isoformat())):
                candidates.append((pupil, NoteCode.SAME_NAME_LIKE_BIRTH))
        return candidates[:5]

    def _agrees(self, row: "PupilRow", pupil: int, *, birth_may_lack: bool = False) -> bool:
        """The whole name, or one part of it and the date of birth: a surname changes, hardly everything at once."""
        name, names = _name(row), self.names[pupil]
        if name in names:
            return True
        born, said = self.pupils[pupil].birth_on, _born(row)
        same_day = born.isoformat() == said if born and said else birth_may_lack
        return same_day and any(name[0] == surname or name[1] == forename for surname, forename in names)

    def _other_number(self, row: "PupilRow", pupil: int) -> bool:
        own, said = self.pupils[pupil].mis_id, row.get(MIS_ID)
        return bool(own and said and own != said)

    def _other_upn(self, row: "PupilRow", pupil: int) -> bool:
        own = self.pupils[pupil].upn
        return bool(own and row.get(UPN) and own != row.get(UPN))


def _name(row: "PupilRow") -> tuple[str, str]:
    return fold(row.get(SURNAME, "")), fold(row.get(FORENAME, ""))


def _born(row: "PupilRow") -> str | None:
    born = row.get(BIRTH)
    return born.isoformat() if born else None


def _is_like(name: tuple[str, str], other: tuple[str, str]) -> bool:
    return all(
        one == two or SequenceMatcher(None, one, two).ratio() >= ALIKE for one, two in zip(name, other, strict=True)
    )


def _is_slip(one: str, two: str) -> bool:
    """Day and month exchanged, or one digit wrong."""
    year, month, day = one.split("-")
    return two == f"{year}-{day}-{month}" or sum(a != b for a, b in zip(one, two, strict=True)) == 1
