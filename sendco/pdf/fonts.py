"""Which languages' letters this computer can print: a name in any other comes out as boxes."""

import ctypes
import ctypes.util
from functools import lru_cache

PACKAGES = "fonts-noto-core fonts-noto-cjk"
# What families of English schools write their names in, by fontconfig's codes.
LANGUAGES = {
    "ar": "Arabic",
    "ur": "Urdu",
    "bn": "Bengali",
    "pa": "Punjabi",
    "gu": "Gujarati",
    "ta": "Tamil",
    "zh-cn": "Chinese",
    "vi": "Vietnamese",
}


class _FontSet(ctypes.Structure):
    _fields_ = [("nfont", ctypes.c_int), ("sfont", ctypes.c_int), ("fonts", ctypes.c_void_p)]


@lru_cache(maxsize=1)
def unprintable():
    """The languages for whose letters there is no font; None where fontconfig is not there to be asked."""
    name = ctypes.util.find_library("fontconfig") or "libfontconfig.so.1"
    try:
        library = ctypes.CDLL(name)
    except OSError:
        return None
    library.FcNameParse.restype = ctypes.c_void_p
    library.FcObjectSetCreate.restype = ctypes.c_void_p
    library.FcFontList.restype = ctypes.POINTER(_FontSet)
    library.FcFontList.argtypes = [ctypes.c_void_p] * 3
    library.FcObjectSetAdd.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    wanted = library.FcObjectSetCreate()
    library.FcObjectSetAdd(wanted, b"family")
    return [words for code, words in LANGUAGES.items() if not _has_font(library, wanted, code)]


def _has_font(library, wanted, code):
    pattern = library.FcNameParse(f":lang={code}".encode())
    found = library.FcFontList(None, pattern, wanted)
    return bool(found) and found.contents.nfont > 0
