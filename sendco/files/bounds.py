"""How large a thing may be. Apart from the rest, because the closed child reads them without Django."""

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MAX_PDF_OBJECTS = 500_000
MAX_ENTRIES = 2_000
MAX_UNPACKED = 100 * 1024 * 1024
MAX_RATIO = 100
