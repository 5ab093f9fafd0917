"""A file's name as people see it; on disk it has a random one."""

import unicodedata

MAX_LENGTH = 120
# Marks that turn or hide letters: with one of them, annex-exe.pdf can be the way annexfdp.exe is shown.
_FORBIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_FORBIDDEN = set('<>:"|?*')


def clean_name(name: str) -> str:
    """The last part of the path, without control or turning marks, in at most 120 letters; never empty."""
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = unicodedata.normalize("NFC", last)
    kept = "".join(letter for letter in plain if _is_plain(letter))
    kept = " ".join(kept.split()).strip(". ")
    stem, dot, extension = kept.rpartition(".")
    if not dot or len(extension) > 10:
        return kept[:MAX_LENGTH].strip() or "file"
    return f"{stem[: MAX_LENGTH - len(extension) - 1].strip() or 'file'}.{extension}"


def _is_plain(letter: str) -> bool:
    return unicodedata.category(letter) not in _FORBIDDEN_CATEGORIES and letter not in _FORBIDDEN
