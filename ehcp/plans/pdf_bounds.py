"""How much of a plan is read and drawn. Apart from the rest, because the closed child reads them without Django."""

MAX_PAGES = 200
MAX_PAGE_TEXT = 50_000
PICTURE_WIDTH, PICTURE_HEIGHT = 1100, 1600
