"""Find the sections of an EHC plan in the words of its PDF. Pure functions: pages of text in, suggestions out.

Every authority has a layout of its own, so what comes out is a suggestion that a person checks beside the pages. Text
that fits no section is never dropped: it goes to the section before it.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from .vague import amounts

LETTERS = ("A", "B", "C", "D", "E", "F", "G", "H1", "H2", "I", "J", "K")
# Words that a heading of each section has, whatever else an authority adds to them.
TITLES = {
    "A": r"views|aspirations|interests|all about|my story|voice|about me|one page profile",
    "B": r"special educational needs|\bsen\b|educational needs|strengths and",
    "C": r"health (?:care )?needs|health needs",
    "D": r"social care needs|care needs",
    "E": r"outcomes",
    "F": r"special educational provision|educational provision|\bsep\b",
    "G": r"health (?:care )?provision|health provision",
    "H1": r"social care provision|1970|disabled persons|under 18",
    "H2": r"other social care|any other|social care provision",
    "I": r"placement|name and type|school|setting|institution",
    "J": r"personal budget|direct payment",
    "K": r"advice|information|appendi|evidence",
}
FULL_TITLES = {
    "A": r"(?:the )?views,? interests and aspirations(?: of .*)?",
    "B": r"(?:the child's |young person's )?special educational needs(?: \(sen\))?",
    "C": r"health(?: care)? needs(?: (?:which|that|related) .*)?",
    "D": r"social care needs(?: (?:which|that|related) .*)?",
    "E": r"(?:the )?outcomes sought.*",
    "F": r"(?:the )?special educational provision(?: required.*)?(?: \(sep\))?",
    "G": r"(?:any )?health(?: care)? provision(?: reasonably required.*)?",
    "H1": r"social care provision which must be made.*",
    "H2": r"any other social care provision.*",
    "I": r"(?:the )?(?:educational )?placement|(?:the )?name and type of (?:the )?(?:school|setting|placement).*",
    "J": r"personal budget(?: and direct payments?)?.*",
    "K": r"(?:the )?advice and information(?: gathered.*)?",
}
_LETTER = r"(H\s?[12]?|[A-K])"
_SECTION = re.compile(rf"^\W*(?:section|part)\s+{_LETTER}(?![A-Za-z0-9])\s*(.*)$", re.IGNORECASE)
_BARE = re.compile(rf"^\W{{0,3}}{_LETTER}\s*(?:[.):|]|[-\u2013\u2014])\s*(.*)$")
_ALONE = re.compile(rf"^\W{{0,3}}{_LETTER}\W{{0,3}}$")
# "Section F of this plan says": a sentence, not a heading.
_SENTENCE = re.compile(
    r"^(?:of|in|is|are|was|and section|or|to|has|have|must|should|will|which|that|above|below|sets|for|on|as|does|"
    r"may|were|says|can|states|refers)\b",
    re.IGNORECASE,
)
_DOTS = re.compile(r"(?:\.{3,}|\u2026|\s{3,}|_{3,})\s*\d{1,3}\s*$|\t\d{1,3}$")
_PAGE_NUMBER = re.compile(r"^\W*(?:page\s*)?\d{1,3}(?:\s*(?:of|/|\|)\s*(?:\d{1,3}|page))?\W*$", re.IGNORECASE)
_BULLET = re.compile(
    r"^\s*(?:[\u2022\u25aa\u25cf\u25e6\u2023\u2043\u00b7\uf0b7\uf0a7\uf02d\u2013\u2014*-]|o(?=\s)|\(?\d{1,2}[.)]|\(?[a-z][.)]|"
    r"[ivx]{1,4}[.)])\s+(?=\S)"
)
_LONGEST_HEADING = 140
_EDGE = 3  # lines at the top and bottom of a page where headers and footers stand


@dataclass
class Suggestion:
    """What was read of one plan. `sections` is plain text with the marks of sendco.richtext.from_plain."""

    sections: dict = field(default_factory=dict)
    places: dict = field(default_factory=dict)
    outcomes: list = field(default_factory=list)
    lines: list = field(default_factory=list)
    notes: list = field(default_factory=list)


def read(pages):
    """Split the text of the pages, in order, into sections, outcomes and lines of provision."""
    suggestion = Suggestion()
    lines = _lines(pages)
    if not any(text.strip() for _, text in lines):
        suggestion.notes.append(
            "There is no text in this file, so it is probably a scan. Type the sections beside the pictures."
        )
        return suggestion
    parts, before = _split(lines)
    for letter in LETTERS:
        if letter in parts:
            suggestion.places[letter] = parts[letter][0][0]
            suggestion.sections[letter] = paragraphs([text for _, text in parts[letter]])
    _say_what_is_missing(suggestion, before, pages)
    suggestion.outcomes = outcomes_of(suggestion.sections.get("E", ""))
    for letter in ("F", "G", "H1", "H2"):
        suggestion.lines += provision_of(letter, suggestion.sections.get(letter, ""))
    return suggestion


def _say_what_is_missing(suggestion, before, pages):
    empty = [letter for letter, text in suggestion.sections.items() if not text.strip()]
    absent = [letter for letter in LETTERS if letter not in suggestion.sections]
    if len(absent) == len(LETTERS):
        whole_text = paragraphs([text for _, text in before])
        suggestion.sections["A"], suggestion.places["A"] = whole_text, 1
        suggestion.notes.append(
            "No heading of a section was found. All the text stands in Section A: cut it from there into the others."
        )
        return
    if absent:
        suggestion.notes.append(f"Not found: Section {listed(absent)}. Look in the pages, or leave them empty.")
    if empty:
        suggestion.notes.append(f"Found, but with no words: Section {listed(empty)}.")
    silent = [str(number) for number, text in enumerate(pages, start=1) if not text.strip()]
    if silent:
        pages_words = "Page" if len(silent) == 1 else "Pages"
        shown = ", ".join(silent[:12]) + (" and more" if len(silent) > 12 else "")
        suggestion.notes.append(f"{pages_words} {shown} hold a picture and no text: look there for what is missing.")


def listed(letters):
    return letters[0] if len(letters) == 1 else ", ".join(letters[:-1]) + " and " + letters[-1]


# --- Lines of the pages, without what repeats on each ---------------------------------------------------------------
def _lines(pages):
    """Return (page, text) without headers, footers, page numbers and tables of contents."""
    split = [[line.rstrip() for line in re.split(r"\r\n|\r|\n|\f", page)] for page in pages]
    repeated = _repeated(split)
    kept = []
    for number, lines in enumerate(split, start=1):
        contents = _is_contents(lines)
        filled = [place for place, line in enumerate(lines) if line.strip()]
        edges, ends = set(_at_edge(filled)), set(filled[:1] + filled[-1:])
        for place, line in enumerate(lines):
            if (place in edges and _shape(line) in repeated) or (place in ends and _PAGE_NUMBER.match(line)):
                continue
            if not contents:
                kept.append((number, line))
    return kept


def _at_edge(filled):
    """Where headers and footers stand: fewer lines on a page that has few, so its words are never taken for one."""
    count = min(_EDGE, len(filled) // 4)
    return filled[:count] + filled[-count:] if count else []


def _shape(line):
    """A line with its numbers taken out, so that "Page 3" and "Page 4" are one footer."""
    return re.sub(r"\d+", "#", " ".join(line.split())).casefold()


def _repeated(split):
    """Shapes that stand at the edge of most pages. A heading of a section is never one of them."""
    if len(split) < 3:
        return set()
    counts = Counter()
    for lines in split:
        counts.update({_shape(line) for line in _at_edge([line for line in lines if line.strip()])})
    often = max(3, len(split) * 2 // 5)
    return {shape for shape, count in counts.items() if count >= often and not _SECTION.match(shape)}


def _is_contents(lines):
    """A page that names most sections with a page number beside each."""
    headed = [line for line in lines if _heading(line)[0]]
    return len({_heading(line)[0] for line in headed}) >= 5 and sum(bool(_DOTS.search(line)) for line in headed) >= 4


# --- Headings -------------------------------------------------------------------------------------------------------
def _heading(line, following=""):
    """Return (letter, rest of the title) when this line begins a section, else (None, "")."""
    text = " ".join(line.split())
    if not text or len(text) > _LONGEST_HEADING:
        return None, ""
    if match := _SECTION.match(text):
        letter, title = _letter(match[1]), match[2].strip(" :.-\u2013\u2014|()")
        if _SENTENCE.match(title):
            return None, ""
        return letter, title
    for pattern, title_of in ((_BARE, lambda match: match[2]), (_ALONE, lambda match: following)):
        if match := pattern.match(text):
            letter, title = _letter(match[1]), " ".join(title_of(match).split())
            if len(title) < 100 and re.search(TITLES[_known(letter)], title, re.IGNORECASE):
                return letter, title
    return None, ""


def _letter(text):
    return text.replace(" ", "").upper()


def _known(letter):
    return letter if letter in TITLES else "H1"


def _full_title(line):
    text = " ".join(line.split()).strip(" :.-\u2013\u2014").casefold()
    for letter, title in FULL_TITLES.items():
        if len(text) < _LONGEST_HEADING and re.fullmatch(title, text):
            return letter
    return None


def _split(lines):
    """Return ({letter: [(page, line)]}, lines before the first heading). A section may come more than once."""
    marks = []
    for place, (_, line) in enumerate(lines):
        following = next((text for _, text in lines[place + 1 : place + 4] if text.strip()), "")
        letter, title = _heading(line, following)
        if letter:
            marks.append((place, letter, title))
    known = {letter for _, letter, _ in marks}
    for place, (_, line) in enumerate(lines):
        letter = _full_title(line)
        if letter and letter not in known:
            marks.append((place, letter, line))
    marks.sort()
    parts = defaultdict(list)
    ends = [place for place, _, _ in marks[1:]] + [len(lines)]
    for (place, letter, title), end in zip(marks, ends, strict=False):
        letter = _which_h(letter, title, parts)
        if parts[letter]:
            parts[letter].append((lines[place][0], ""))
        parts[letter] += [(lines[place][0], "")] if end == place + 1 else lines[place + 1 : end]
        _drop_title(parts[letter], title, letter)
    before = lines[: marks[0][0]] if marks else lines
    return dict(parts), before


def _which_h(letter, title, parts):
    """Some write one Section H: what the 1970 Act asks for stands first, the rest after it."""
    if letter != "H":
        return letter
    return "H2" if re.search(r"other", title, re.IGNORECASE) or "H1" in parts else "H1"


# A title that breaks off here goes on in the next line.
_DANGLING = re.compile(
    r"\b(?:and|of|the|in|for|to|under|with|which|or|an?|by|section|his|her|their|child's)$", re.IGNORECASE
)


def _drop_title(part, title, letter):
    """The rest of a heading, on the lines below it, is not the section's text."""
    for place, (page, text) in enumerate(part[:3]):
        line = " ".join(text.split())
        if not line:
            continue
        goes_on = _DANGLING.search(title) or (title and line[:1].islower())
        if line == title or _full_title(line) == letter or (goes_on and len(line) < 70):
            part[place] = (page, "")
            title = line
            continue
        return


# --- Paragraphs -----------------------------------------------------------------------------------------------------
def paragraphs(lines):
    """Join the lines of a section as a person would read them: bullets apart, broken sentences together."""
    blocks, current = [], _Block()
    for line in lines:
        text = " ".join(line.split())
        if not text or re.fullmatch(r"\(?cont(?:inued|\.)?\)?", text, re.IGNORECASE):
            if current.is_ended():
                current = current.closed_into(blocks)
            continue
        bullet = _BULLET.match(text)
        if bullet or (current.pieces and current.begins_anew(text)):
            current = current.closed_into(blocks)
        if bullet:
            text = "- " + text[bullet.end() :]
        current.add(text)
    current.closed_into(blocks)
    return _joined(blocks)


class _Block:
    """A paragraph as it grows, in pieces: a section as long as a book must not be copied at each line."""

    def __init__(self):
        self.pieces, self.length = [], 0

    def add(self, text):
        last = self.pieces[-1] if self.pieces else ""
        if re.search(r"[a-z]-$", last[-2:]):
            self.pieces[-1] = last[:-1]
        elif last:
            text = " " + text
        self.pieces.append(text)
        self.length += len(text)

    def is_ended(self):
        if not self.pieces:
            return False
        return self.pieces[-1].endswith((".", ":", ";", "?", "!", ")")) or self.length < 60 or self._is_bullet()

    def begins_anew(self, text):
        return self.pieces[-1].endswith((".", ":", "?", "!")) and text[:1].isupper()

    def _is_bullet(self):
        return self.pieces[0].startswith("- ")

    def closed_into(self, blocks):
        if self.pieces:
            blocks.append("".join(self.pieces))
        return _Block()


def _joined(blocks):
    """Bullets that follow one another are one list; everything else stands apart."""
    parts, before = [], ""
    for block in blocks:
        together = block.startswith("- ") and before.startswith("- ")
        parts.append(("\n" if together else "\n\n") + block)
        before = block
    return "".join(parts).strip()


# --- Outcomes and provision -------------------------------------------------------------------------------------------
_WHEN = re.compile(
    r"\bby (?:the )?(?:end of )?((?:the )?(?:key stage|ks)\s?\d|(?:year|y)\s?\d{1,2}|reception|primary school|"
    r"secondary school|the (?:academic|school) year[^.,;]{0,20}|"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december)\s+\d{4}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4})",
    re.IGNORECASE,
)
_NOT_AN_ITEM = re.compile(
    r"^(?:outcomes?|long[- ]term outcomes?|short[- ]term (?:outcomes?|targets?)|steps? towards.*|provision|frequency|"
    r"who|by whom|how often|when|what|staffing|monitoring.*|review.*|area of need|cognition and learning|"
    r"communication and interaction|social,? emotional and mental health.*|"
    r"sensory and/?(?:or)? ?physical.*|preparing for adulthood.*|"
    r"n/?a|none|not applicable|no (?:health|social care) provision.*)\W*$",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^(?:outcome|provision|o|p)\s*\d{1,2}(?:\.\d)?\s*[:.)-]?\s*", re.IGNORECASE)
_SHORTEST_ITEM = 15


def items(text):
    """The entries of a section: bullets where there are any, paragraphs otherwise, without column headings."""
    blocks = [block for block in re.split(r"\n+", text) if block.strip()]
    bullets = [block for block in blocks if block.startswith("- ")]
    entries = []
    for block in blocks:
        entry = _LABEL.sub("", block.removeprefix("- ").strip()).strip()
        introduces = entry.endswith(":") and bool(bullets)
        if len(entry) >= _SHORTEST_ITEM and not _NOT_AN_ITEM.match(entry) and not introduces:
            entries.append(entry)
    return entries


def outcomes_of(text):
    """Return {"text", "by_when"} for each outcome that Section E seems to hold."""
    outcomes = []
    for entry in items(text):
        when = _WHEN.search(entry)
        outcomes.append({"text": entry, "by_when": when[0][:100] if when else ""})
    return outcomes[:60]


def provision_of(letter, text):
    """Return {"section", "text", amounts} for each line of provision that the section seems to hold."""
    return [{"section": letter, "text": entry} | amounts(entry) for entry in items(text)][:120]
