"""Find a pupil by what somebody types: accents, case, order and a typing slip are forgiven."""

import re
import unicodedata
from collections import namedtuple
from difflib import SequenceMatcher
from itertools import starmap

from django.db.models import Exists, OuterRef, Q

from staff.models import TeachingGroup
from staff.permissions import Permission

from .models import Pupil, SearchKey

# Letters that do not fall apart into a base letter and a mark.
WHOLE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})
MOST_SHOWN = 8
MOST_CANDIDATES = 60
MARKS = re.compile(r"['’`]")
SIGNS = re.compile(r"[^\w\s]")
# What ranking and showing need. Sixty whole records a keystroke would cost more than the search.
_WANTED = {"id", "legal_forename", "legal_surname", "preferred_forename", "preferred_surname"}
_WANTED |= {"year_group", "form_group_id", "left_on", "sort_name"}
READ = tuple(field.attname for field in Pupil._meta.concrete_fields if field.attname in _WANTED)
Row = namedtuple("Row", (*READ, "group_name", "opens"), defaults=(True,))


def fold(text):
    """Lower case without accents or apostrophes; every other sign becomes a space."""
    text = text.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(WHOLE))
        text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(SIGNS.sub(" ", MARKS.sub("", text)).split())


def words_of(text):
    if text.isascii() and text.replace(" ", "").isalnum():  # most names: nothing to fold but the case
        return [word[:40] for word in text.casefold().split(" ") if word]
    return [word[:40] for word in fold(text).split()]


def skeleton(word):
    """The word's first letter and its other consonants, sorted and once each: what most slips leave alone."""
    return word[0] + "".join(sorted(set(word[1:]) - set("aeiouyhw"))) if word else ""


def skeletons(word):
    """The skeleton, and each with one letter left out, so that a letter missed or doubled still meets."""
    whole = skeleton(word)
    shorter = {whole[:place] + whole[place + 1 :] for place in range(1, len(whole))} if len(whole) > 3 else set()
    return {whole} | shorter


def keys_for(pupil):
    """Return unsaved search keys for a saved pupil."""
    names = (
        pupil.legal_forename,
        pupil.middle_names,
        pupil.legal_surname,
        pupil.preferred_forename,
        pupil.preferred_surname,
    )
    words = {word for name in names for word in words_of(name)}
    keys = {(SearchKey.Kind.WORD, word) for word in words}
    keys |= {(SearchKey.Kind.SKELETON, key) for word in words for key in skeletons(word)}
    if pupil.upn:
        keys.add((SearchKey.Kind.NUMBER, pupil.upn.casefold()))
    return [SearchKey(school_id=pupil.school_id, pupil=pupil, kind=kind, key=key) for kind, key in keys]


def reindex(*pupils):
    """Write the keys of these pupils afresh, in the caller's transaction."""
    SearchKey.objects.filter(pupil__in=pupils).delete()
    SearchKey.objects.bulk_create([key for pupil in pupils for key in keys_for(pupil)], batch_size=2000)


def _matching(acting, word):
    keys = Q(kind=SearchKey.Kind.WORD, key__gte=word, key__lt=word + "\U0010ffff")
    if len(word) >= 3:
        keys |= Q(kind=SearchKey.Kind.SKELETON, key__in=skeletons(word))
    if acting.can(Permission.IDENTIFIERS_VIEW) and not word.isalpha():  # every UPN has digits
        keys |= Q(kind=SearchKey.Kind.NUMBER, key=word)
    return SearchKey.objects.filter(keys, school_id=acting.school.pk)


def matches(pupils, acting, text):
    """Narrow a queryset of pupils to those with a name or number like every word of the text."""
    for word in words_of(text)[:4]:
        pupils = pupils.filter(pk__in=_matching(acting, word).values("pupil"))
    return pupils


def _likeness(own, words):
    """How like the typed words these words of a name are: one point for each that begins a name."""
    return sum(_best(own, word) for word in words)


def _best(own, word):
    if any(name.startswith(word) for name in own):
        return 1.0
    return max((SequenceMatcher(None, word, name).ratio() * 0.9 for name in own), default=0.0)


def find(acting, text):
    """Return at most eight pupils that the person may find, the likeliest first. One query.

    Staff who may not open the whole school find everybody by name and class, to raise a concern; `opens` says whose
    record they may open. Other fields than those shown are read when they are asked for.
    """
    words = words_of(text)
    if not words or not acting.school:
        return []
    own = Pupil.objects.visible_to(acting)
    if acting.sees_all_pupils or not acting.can(Permission.DIRECTORY_SEARCH):
        pupils, opens = own, ()
    else:
        pupils, opens = Pupil.objects.in_directory(acting), (Exists(own.filter(pk=OuterRef("pk"))),)
    rows = matches(pupils, acting, text).by_name().values_list(*READ, "form_group__name", *opens)[:MOST_CANDIDATES]
    ranked = sorted((_rank(row, words), row) for row in starmap(Row, rows))
    return [_shown(row) for _, row in ranked[:MOST_SHOWN]]


def _rank(row, words):
    names = f"{row.preferred_forename or row.legal_forename} {row.preferred_surname or row.legal_surname}"
    if row.preferred_forename or row.preferred_surname:
        names += f" {row.legal_forename} {row.legal_surname}"
    return row.left_on is not None, -_likeness(words_of(names), words), row.sort_name, row.id


def _shown(row):
    pupil = Pupil.from_db(None, READ, row[: len(READ)])
    if row.form_group_id:
        pupil.form_group = TeachingGroup.from_db(None, ("id", "name"), (row.form_group_id, row.group_name))
    pupil.opens = row.opens
    return pupil
