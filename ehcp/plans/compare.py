"""Two versions of a plan side by side: which words went, which came. Pure functions over text."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, GONE, NEW = "same", "gone", "new"
# Beyond this many words the comparison goes by lines: words against words takes minutes then.
MOST_WORDS = 4_000
MOST_LINES = 3_000


@dataclass(frozen=True)
class Piece:
    kind: str
    text: str


@dataclass(frozen=True)
class Compared:
    """One thing in both versions: `old` and `new` are lists of Piece, empty where it stands on one side only."""

    name: str
    old: list
    new: list

    @property
    def state(self):
        if not self.old:
            return NEW if self.new else SAME
        if not self.new:
            return GONE
        return "changed" if any(piece.kind != SAME for piece in (*self.old, *self.new)) else SAME


def compare_texts(name, old, new):
    """Compare two texts word by word; very long ones line by line."""
    if not old or not new:
        return Compared(name, [Piece(GONE, old)] if old else [], [Piece(NEW, new)] if new else [])
    if old == new:
        return Compared(name, [Piece(SAME, old)], [Piece(SAME, new)])
    ours, theirs = _tokens(old), _tokens(new)
    if max(len(ours), len(theirs)) > MOST_WORDS:
        ours, theirs = old.splitlines(keepends=True)[:MOST_LINES], new.splitlines(keepends=True)[:MOST_LINES]
    before, after = [], []
    for tag, start, end, other_start, other_end in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        kind = SAME if tag == "equal" else None
        if end > start:
            before.append(Piece(kind or GONE, "".join(ours[start:end])))
        if other_end > other_start:
            after.append(Piece(kind or NEW, "".join(theirs[other_start:other_end])))
    return Compared(name, before, after)


def _tokens(text):
    return re.findall(r"\s+|[^\s]+", text)


def pair_rows(old, new, name, words):
    """Pair rows of two versions by how alike their words are, and compare each pair.

    `words(row)` is the row's text, `name(row)` what it is called. Rows without a partner stand alone.
    """
    left, pairs = list(new), []
    for row in old:
        partner = _most_alike(words(row), left, words)
        if partner is not None:
            left.remove(partner)
        pairs.append((row, partner))
    pairs += [(None, row) for row in left]
    return [
        compare_texts(name(one or other), words(one) if one else "", words(other) if other else "")
        for one, other in pairs
    ]


ALIKE = 0.5


def _most_alike(text, rows, text_of):
    best, score = None, ALIKE
    for row in rows:
        other = text_of(row)
        if other == text:
            return row
        matcher = SequenceMatcher(None, text.split(), other.split(), autojunk=False)
        if matcher.real_quick_ratio() >= score and (likeness := matcher.ratio()) >= score:
            best, score = row, likeness
    return best
