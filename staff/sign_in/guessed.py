"""The words that guessers build passwords from.

Lists of leaked passwords hardly help once twelve characters are asked for: of the 20,000 that Django ships fewer than
200 are that long. People then stretch a word they know, so `passwords.py` judges by the words inside. A test makes well
over 3,000 long passwords by stretching, and each must be refused.
"""

from functools import cache

from .words import read_words


@cache
def _shipped():
    # Twenty thousand words are read when a password is first chosen, not when the site starts.
    from django.contrib.auth.password_validation import CommonPasswordValidator

    return frozenset(CommonPasswordValidator().passwords)


@cache
def guessed_words():
    """Return the words and short strings that count as common inside a longer password."""
    known = {word for word in _shipped() if word.isalpha() and len(word) >= 4}
    return frozenset(known | {word for word in read_words("guessed.txt") if word.isalpha()})


def is_known(password):
    """Whether the whole password is one of those that leaked."""
    return password in _shipped()
