"""Passwords: 12 to 128 characters of any kind, and none that a guesser tries first. No rules of composition."""

import re
import unicodedata

from django.core.exceptions import ValidationError

from .guessed import guessed_words, is_known

LONGEST = 128
CONTEXT = ("sendco", "senco", "school", "password", "welcome", "primary", "academy", "teacher", "letmein", "changeme")
TERMS = ("autumn", "spring", "summer", "winter", "term")
RUNS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "01234567890123456789", "98765432109876543210")
# Words so small that a guesser puts them between others: they count half.
SMALL = frozenset({"a", "i", "am", "and", "at", "in", "is", "it", "love", "my", "of", "on", "our", "the", "to", "we"})
ENOUGH = 3  # common words that a password needs when it is made of nothing else
TOO_COMMON = "This password is one that people guess first. Try three words that have nothing to do with each other."
TOO_CLOSE = "This password is mostly a name, a school word or a date. Add words that nobody would link to you."
# Swaps that guessers try: pa55w0rd is password.
LEET = str.maketrans("013457$@!8", "oieastsaib")


def _plain(password):
    return unicodedata.normalize("NFKC", password).casefold()


def _letters(text):
    return "".join(character for character in text if character.isalpha())


def _readings(password):
    """The letters as a guesser reads them: digits and signs left out, or taken for the letters they stand for.

    At either end a digit may be part of a word (0ct0ber) or hang on it (2027), so each cut is tried.
    """
    low = _plain(password)
    front = re.match(r"[\W\d_]*", low).end()
    back = front + len(re.sub(r"[\W\d_]+$", "", low[front:]))
    cuts = {(start, end) for start in (0, front) for end in range(back, len(low) + 1)}
    return {_letters(low), *(_letters(low[start:end].translate(LEET)) for start, end in cuts)}


def _count_words(text, words):
    """The smallest number of these words that make up the whole text, or None when they do not."""
    longest = max(map(len, words))
    fewest = [0.0] + [None] * len(text)
    for end in range(1, len(text) + 1):
        for start in range(max(0, end - longest), end):
            price = _price(text[start:end], words) if fewest[start] is not None else None
            if price is not None and (fewest[end] is None or fewest[start] + price < fewest[end]):
                fewest[end] = fewest[start] + price
    return fewest[-1]


def _price(piece, words):
    if piece in SMALL:
        return 0.5
    return 1 if piece in words else None


def _is_repeated(text):
    sizes = range(1, len(text) // 2 + 1)
    return any(len(text) % size == 0 and text == text[:size] * (len(text) // size) for size in sizes)


class MaximumLengthValidator:
    def validate(self, password, user=None):
        if len(password) > LONGEST:
            raise ValidationError(f"Use at most {LONGEST} characters.", code="password_too_long")

    def get_help_text(self):
        return "Use at least 12 characters. Three words that have nothing to do with each other work well."


class CommonPasswordValidator:
    """Refuse what is built from common parts: a known password, one or two known words, a run of keys, a repeat."""

    def validate(self, password, user=None):
        if self._is_common(password):
            raise ValidationError(TOO_COMMON, code="password_too_common")

    def _is_common(self, password):
        low = _plain(password)
        bare = "".join(character for character in low if character.isalnum())
        if is_known(low) or is_known(bare) or len(set(bare)) < 5 or _is_repeated(bare):
            return True
        if any(part in run + run for run in RUNS for part in (bare, bare[::-1])):
            return True
        return any(self._is_made_of_few_words(text) for text in _readings(password))

    def _is_made_of_few_words(self, text):
        if len(text) < 4:
            return True
        count = _count_words(text, guessed_words())
        return count is not None and count < ENOUGH

    def get_help_text(self):
        return ""


class ContextWordsValidator:
    """Refuse what anyone at the school could guess: the person's name and address, the school, the term and the year.

    `user.joins` may name the school of somebody who has no role yet.
    """

    def validate(self, password, user=None):
        words = self._words(user)
        if any(self._is_too_close(text, words) for text in _readings(password)):
            raise ValidationError(TOO_CLOSE, code="password_has_context")

    def _is_too_close(self, text, words):
        rest = text
        for word in sorted(words, key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest == text:
            return False
        count = _count_words(rest, guessed_words())
        return len(rest) < 6 or (count is not None and count < 2)

    def _words(self, user):
        words = {*CONTEXT, *TERMS}
        if user is None or not getattr(user, "email", ""):
            return words
        words |= _names(user.email, 4) | _names(user.name, 3)
        for school in self._schools(user):
            words |= _names(f"{school.name} {school.short_name} {school.trust_name}", 4)
            words |= _names(f"{school.local_authority} {school.address}", 4)
        return words

    def _schools(self, user):
        joins = getattr(user, "joins", None)
        held = user.memberships.select_related("school") if user.pk else ()
        return [*([joins] if joins else []), *(membership.school for membership in held)]

    def get_help_text(self):
        return ""


def _names(text, shortest):
    return {word for word in re.findall(r"[^\W\d_]+", _plain(text)) if len(word) >= shortest}
