"""Three words for somebody who has to think of a password: long enough, easy to type, linked to nobody."""

import secrets
from functools import cache
from pathlib import Path

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

DATA = Path(__file__).parent / "data"


@cache
def read_words(name):
    """Return the words of one of our lists in the order they were written. Lines with # are remarks."""
    lines = (DATA / name).read_text(encoding="utf-8").splitlines()
    return tuple(word for line in lines if not line.startswith("#") for word in line.split())


def three_words():
    """Return something like "maple-button-ferry", of at least 12 characters, that our own rules accept."""
    while True:
        words = [secrets.choice(read_words("words.txt")) for _ in range(3)]
        if len(set(words)) == 3 and sum(map(len, words)) >= 12 and _is_accepted("-".join(words)):
            return "-".join(words)


def _is_accepted(password):
    """Short words in a row can read like a pattern that is guessed: "ocean-sand-dawn" does."""
    try:
        validate_password(password)
    except ValidationError:
        return False
    return True
