"""Words as people type or paste them, made plain. Pure: text in, text out."""

import hashlib
import re
import unicodedata

# Word's bullets arrive as signs of its symbol fonts, or as dots with a tab.
_BULLET = re.compile(
    r"^[ \t]*[\u2022\u00b7\u25aa\u25cf\u25e6\u2043\uf0b7\uf0a7\uf076\uf0d8]+[ \t]*|^o\t+", re.MULTILINE
)
_KEPT = {"\n", "\t"}
_BLANKS = re.compile(r"\n{3,}")


def clean(words):
    """Plain text as a person would have typed it: no control signs, no hidden direction marks, "- " for bullets."""
    words = words.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    words = _BULLET.sub("- ", words.replace("\u00a0", " ").replace("\v", "\n").replace("\f", "\n"))
    words = "".join(
        sign for sign in words if sign in _KEPT or sign in _JOINERS or unicodedata.category(sign) not in _UNSEEN
    )
    return _BLANKS.sub("\n\n", words).strip()


_UNSEEN = {"Cc", "Cf", "Co", "Cs"}
_JOINERS = "\u200c\u200d"  # Persian words and many emoji need them


def mark_of(words):
    """A short sign of a text, by which a page says which text it showed."""
    return hashlib.sha256(words.encode()).hexdigest()[:16]
