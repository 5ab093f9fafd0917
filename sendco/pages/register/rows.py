"""The rows of the register, read as plain values and drawn in Python: a tag a cell took longer than the queries."""

from dataclasses import dataclass, field
from datetime import date
from functools import cache

from django.utils.html import format_html, format_html_join

from pupils.models import Pupil
from pupils.models.pupil import YearGroup
from sendco.addresses import address_of
from sendco.due.models import DueItem
from sendco.templatetags.sendco_ui import day, due_state, full_day

STATUS_WORDS = {"E": "EHC plan", "K": "SEN Support", "M": "Monitoring", "N": "No SEN", None: "Left"}
YEARS = dict(YearGroup.choices)
# In the order of RegisterRow and of NextDate.
READ = (
    *("pk", "legal_forename", "middle_names", "legal_surname", "preferred_forename", "preferred_surname"),
    *("year_group", "home_authority", "birth_on", "upn", "form_group__name", "key_worker__name"),
    *("open_code", "open_since", "watched"),
)
DUE_READ = ("due_on", "title", "soon_days")


@dataclass(slots=True)
class NextDate:
    """The earliest open date of a pupil, as far as a row shows it."""

    due_on: date
    title: str
    soon_days: int

    urgency = DueItem.urgency


@dataclass(slots=True)
class RegisterRow:
    """One pupil in a list. The names are put together as the pupil's own record does it."""

    pk: int
    legal_forename: str
    middle_names: str
    legal_surname: str
    preferred_forename: str
    preferred_surname: str
    year_group: str
    home_authority: str
    birth_on: date | None
    upn: str | None
    class_name: str | None
    worker_name: str | None
    open_code: str | None
    open_since: date | None  # None also where nobody knows
    watched: int | None
    need_names: list = field(default_factory=list)
    flag_codes: list = field(default_factory=list)
    next_item: NextDate | None = None
    has_profile: bool = False
    plan: object = None  # the open support plan that is reviewed next, where a page asks for it

    forename = Pupil.forename
    name = Pupil.name
    legal_name = Pupil.legal_name

    @property
    def href(self):
        return address_of("pupil-detail", self.pk)

    @property
    def status(self):
        return self.open_code if self.open_code != "N" or not self.watched else "M"

    @property
    def status_words(self):
        return STATUS_WORDS[self.status]

    @property
    def year_words(self):
        return YEARS.get(self.year_group, self.year_group)


PICK = (
    '<td class="tick-cell">'
    '<input class="tick-box" type="checkbox" name="pupil" value="{}" aria-label="Select {}" />'
    "</td>"
)
NAME = '<th scope="row"><a href="{}">{}</a>{}</th>'
NEXT = '<span class="next-date"><b>{}</b>{}<small>{}</small></span>'


@cache
def _status(status):
    return format_html(
        '<span class="stat"><span class="code code-{}" aria-hidden="true">{}</span>{}</span>',
        status or "N",
        status or "-",
        STATUS_WORDS[status],
    )


def _next(row, today):
    item = row.next_item
    if item is None:
        return format_html('<span class="dim-text">{}</span>', "Nothing due")
    return format_html(NEXT, day(item.due_on), due_state(item, today), item.title)


def _flags(row, today):
    return format_html_join("", '<span class="short-tag">{}</span>', ((code,) for code in row.flag_codes))


# Each column in the order it stands: the shape of its cell and what goes in.
CELLS = {
    "class": ("<td>{}</td>", lambda row, today: row.class_name or ""),
    "year": ("<td>{}</td>", lambda row, today: row.year_words),
    "status": ("<td>{}</td>", lambda row, today: _status(row.status)),
    "since": ("<td>{}</td>", lambda row, today: full_day(row.open_since) if row.open_since else "Not known"),
    "need": ("<td>{}</td>", lambda row, today: row.need_names[0] if row.need_names else ""),
    "next": ('<td class="full">{}</td>', _next),
    "flags": ('<td><span class="flags">{}</span></td>', _flags),
    "worker": ("<td>{}</td>", lambda row, today: row.worker_name or ""),
    "upn": ("<td>{}</td>", lambda row, today: row.upn or ""),
}


def drawn(rows, columns, today, *, may_pick):
    """Draw the body of the register's table with these columns, and a box to tick for who may do things to many."""
    cells = [cell for key, cell in CELLS.items() if key in columns]
    shape = "".join(["<tr>", PICK if may_pick else "", NAME, *(shape for shape, _ in cells), "</tr>\n"])
    return format_html_join("", shape, (_values(row, cells, today, may_pick) for row in rows))


def _values(row, cells, today, may_pick):
    name = row.name
    authority = format_html("<small>{}</small>", row.home_authority) if row.home_authority else ""
    picked = (str(row.pk), name) if may_pick else ()
    return (*picked, row.href, name, authority, *(value(row, today) for _, value in cells))
