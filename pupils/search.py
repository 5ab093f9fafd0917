"""Find a pupil by what somebody types: accents, case, order and a typing slip are forgiven."""

import re
import unicodedata
from difflib import SequenceMatcher

from django.db.models import Exists, OuterRef, Q, Value

from staff.permissions import Permission

from .models import Pupil, SearchKey

# Letters that do not fall apart into a base letter and a mark.
WHOLE = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"})
MOST_SHOWN = 8
MOST_CANDIDATES = 60


def fold(text):
    """Lower case without accents or apostrophes; every other sign becomes a space."""
    text = unicodedata.normalize("NFKD", text.casefold().translate(WHOLE))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return re.sub(r"\s+", " ", re.sub(r"[^\w\s]", " ", re.sub(r"['’`]", "", text))).strip()


def words_of(text):
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
    found = {(SearchKey.Kind.WORD, word) for word in words}
    found |= {(SearchKey.Kind.SKELETON, key) for word in words for key in skeletons(word)}
    if pupil.upn:
        found.add((SearchKey.Kind.NUMBER, pupil.upn.casefold()))
    return [SearchKey(school_id=pupil.school_id, pupil=pupil, kind=kind, key=key) for kind, key in found]


def reindex(*pupils):
    """Write the keys of these pupils afresh, in the caller's transaction."""
    SearchKey.objects.filter(pupil__in=pupils).delete()
    SearchKey.objects.bulk_create([key for pupil in pupils for key in keys_for(pupil)], batch_size=2000)


def _matching(acting, word):
    keys = Q(kind=SearchKey.Kind.WORD, key__gte=word, key__lt=word + "\U0010ffff")
    if len(word) >= 3:
        keys |= Q(kind=SearchKey.Kind.SKELETON, key__in=skeletons(word))
    if acting.can(Permission.IDENTIFIERS_VIEW):
        keys |= Q(kind=SearchKey.Kind.NUMBER, key=word)
    return SearchKey.objects.filter(keys, school_id=acting.school.pk)


def matches(pupils, acting, text):
    """Narrow a queryset of pupils to those with a name or number like every word of the text."""
    for word in words_of(text)[:4]:
        pupils = pupils.filter(pk__in=_matching(acting, word).values("pupil"))
    return pupils


def _likeness(pupil, words):
    own = words_of(f"{pupil.name} {pupil.legal_forename} {pupil.legal_surname}")

    def best(word):
        return max(
            1.0 if name.startswith(word) else SequenceMatcher(None, word, name).ratio() * 0.9 for name in own or [""]
        )

    return sum(best(word) for word in words)


def find(acting, text):
    """Return at most eight pupils that the person may find, the likeliest first. One query.

    Staff who may not open the whole school find everybody by name and class, to raise a concern; `opens` says whose
    record they may open.
    """
    words = words_of(text)
    if not words or not acting.school:
        return []
    own = Pupil.objects.visible_to(acting)
    if acting.sees_all_pupils or not acting.can(Permission.DIRECTORY_SEARCH):
        pupils = own.annotate(opens=Value(True))
    else:
        pupils = Pupil.objects.in_directory(acting).annotate(opens=Exists(own.filter(pk=OuterRef("pk"))))
    pupils = matches(pupils, acting, text).select_related("form_group").by_name()[:MOST_CANDIDATES]
    ranked = sorted(pupils, key=lambda pupil: (pupil.left_on is not None, -_likeness(pupil, words), pupil.sort_name))
    return ranked[:MOST_SHOWN]
