"""Formatting for templates: icons, states, dates, due lines. No queries."""

from functools import cache, lru_cache

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import mark_safe

from sendco.addresses import address, address_of
from sendco.clock import Duty, Urgency, last_open_day, long_date
from sendco.clock.words import hours_and_minutes
from sendco.due.words import authority_words, basis_words, days_in_words, duty_words, state_words
from sendco.richtext import TooLong, clean_rich

register = template.Library()

STATES = {
    Urgency.OVERDUE: ("late", "alert-octagon"),
    Urgency.DUE_SOON: ("soon", "clock"),
    Urgency.ON_TRACK: ("ok", "circle-check"),
}


@register.simple_tag
@cache
def icon(name, extra=""):
    """Draw one icon of the sprite. Icons never speak: the word beside them does."""
    return format_html(
        '<svg class="i {}" aria-hidden="true" focusable="false"><use href="{}#i-{}"></use></svg>',
        extra,
        static("vendor/icons.svg"),
        name,
    )


@register.simple_tag
@cache
def asset(path):
    """The address of a static file, asked of the storage once."""
    return static(path)


@register.simple_tag
def place(route, pk=None):
    """The address of a route that takes nothing or one id; quicker than `url`, which works it out each time."""
    return address(route) if pk is None else address_of(route, pk)


@register.simple_tag
def act(route, pk, words, *about, extra=""):
    """A link that does something with one of several rows: its words, and for those who do not see the row, which."""
    named = " ".join(str(word) for word in about)
    hidden = format_html('<span class="visually-hidden"> {}</span>', named) if named else ""
    kind = format_html(' class="{}"', extra) if extra else ""
    return format_html('<a href="{}"{}>{}{}</a>', address_of(route, pk), kind, words, hidden)


@register.simple_tag
def section_name(entries, section):
    """What the menu calls the part of the site that a page belongs to: the name of its tab, where it has no other."""
    return next((entry.label for entry in entries or () if entry.section == section), "sendco")


LINK = '<a href="{}"{}>{}{}</a>'
MENU_SHAPES = {"list": f"<li>{LINK}</li>", "bare": LINK}


@register.simple_tag
def menu_links(entries, section, shape="list"):
    """The links of a menu with the page's section marked; `list` puts each in an item."""
    return _links(tuple(entries), section, shape)


@lru_cache(maxsize=512)
def _links(entries, section, shape):
    current = format_html(' aria-current="{}"', "page")
    return format_html_join(
        "\n",
        MENU_SHAPES[shape],
        ((entry.href, current if entry.section == section else "", icon(entry.icon), entry.label) for entry in entries),
    )


@register.filter
def rich(html):
    """Rich text, cleaned again as it is shown: what lies in the database is not trusted either."""
    try:
        return mark_safe(clean_rich(html))  # noqa: S308  # nosec B308 B703  (the one place: cleaned in this line)
    except TooLong:
        return escape(html)


@register.filter
def day(value):
    """Tue 26 Jan: the year only when it is not this one or is far off."""
    if not value:
        return ""
    return _day(value, abs((value - timezone.localdate()).days) < 200)


@lru_cache(maxsize=4096)
def _day(value, near):
    return value.strftime(f"%a {value.day} %b") if near else long_date(value)


_full_day = lru_cache(maxsize=4096)(long_date)


@register.filter
def held(row):
    """From which day to which a row holds: "from Mon 1 Sep 2025", or both days."""
    if row.ends_on:
        return f"{_full_day(row.starts_on)} to {_full_day(row.ends_on)}"
    return (
        f"since {_full_day(row.starts_on)}"
        if row.starts_on <= timezone.localdate()
        else f"from {full_day(row.starts_on)}"
    )


@register.filter
def minutes(value):
    """Minutes as hours and minutes: 32 h 30."""
    return hours_and_minutes(value)


@register.filter
def open_day(value):
    """The last working day up to this one: what may be left to a Sunday is done before it."""
    return last_open_day(value) if value else value


@register.filter
def full_day(value):
    return _full_day(value) if value else ""


@register.simple_tag
def due_state(item, today=None, waits=False):
    """The state of a due item: icon, word and colour, with the amount in the word."""
    today = today or timezone.localdate()
    if getattr(item, "exception", ""):
        return _excepted()
    return _due_state(item.urgency(today), (item.due_on - today).days, bool(waits))


@lru_cache(maxsize=4096)
def _due_state(urgency, left, waits):
    tone, shape = STATES[urgency]
    if urgency is Urgency.OVERDUE:
        label = f"{days_in_words(-left)} late"
    elif left == 0:
        label = "Due today"
    elif urgency is Urgency.DUE_SOON or waits:
        label = f"{days_in_words(left)} left"
    else:
        label = "On track"
    if waits and urgency is not Urgency.OVERDUE:
        tone, shape = "wait", "hourglass"
    return format_html('<span class="state state-{}">{}{}</span>', tone, icon(shape), label)


@lru_cache(maxsize=1)
def _excepted():
    return format_html('<span class="state state-wait">{}{}</span>', icon("hourglass"), "Exception claimed")


@register.simple_tag
def due_said(item, today):
    """How an item stands, in words alone."""
    return state_words(item, today)


@register.simple_tag
def missed_state(item, today):
    """How a late item stands: open with the alarm, done with a tick, always in words."""
    is_open = item.met_on is None and item.closed_on is None
    tone, shape, before = ("late", "alert-octagon", "Open, ") if is_open else ("wait", "circle-check", "")
    return format_html(
        '<span class="state state-{}">{}{}{}</span>', tone, icon(shape), before, state_words(item, today)
    )


@register.simple_tag
def due_footing(item):
    """Law, guidance or school policy, with the authority."""
    return format_html('<span class="basis">{}</span> {}', basis_words(item), authority_words(item))


@register.simple_tag
def due_whose(item):
    """Whose duty, with the dot: filled is ours."""
    return format_html('<span class="owner{}">{}</span>', "" if item.duty == Duty.SCHOOL else " them", duty_words(item))


DUE_LINE = """
<li class="due {look}" data-due="{pk}">
  <div class="due-when"><a class="due-date" href="{why}" hx-get="{why}" hx-target="#why-{pk}">{date}<span class="visually-hidden">: why this date?</span></a> {state}</div>
  {child}
  <div class="due-what">{what}{notes}{quiet}<div id="why-{pk}"></div></div>
  {owner}
  <div class="due-act">{act}</div>
</li>"""  # noqa: E501  (markup)
DUE_WHAT = '<b>{}</b><span class="law"><span class="basis">{}</span> {}</span>'
DUE_OWNER = '<div class="due-owner"><span class="owner{}">{}</span></div>'
DUE_CHILD = '<div class="due-child"><a href="{}">{}</a><small>{}</small></div>'
DUE_ACT = '<a class="btn {}" href="{}" data-panel="{}">{}</a>'
DUE_QUIET = '<span class="law">{}<a href="{}" data-panel="{}">{}</a></span>'
DUE_NOTE = '<span class="law">{}</span>'


@register.simple_tag
def due_lines(rows, today, show_child=False, first_solid=False):
    """Draw the lines of a due list (due_items.Row). In Python: as tags, 25 lines took longer than their queries."""
    school = format_html('<div class="due-child"><span class="dim-text">{}</span></div>', "The school")
    solid = "btn-primary" if first_solid else "btn-line"
    lines = []
    for row in rows:
        lines.append((_due_line(row, today, _due_child(row.pupil, school) if show_child else None, solid),))
        solid = "btn-line"
    return format_html_join("", "{}", lines)


def _due_line(row, today, child, button):
    item, ours = row.item, row.ours
    late = "wait" if item.exception else STATES[item.urgency(today)][0]
    return format_html(
        DUE_LINE,
        look=_look(late if ours or late == "late" else "wait", child is None),
        why=address_of("due-why", item.pk),
        pk=str(item.pk),
        date=day(item.due_on),
        state=due_state(item, today, not ours),
        child=child or "",
        what=_what(item.title, basis_words(item), authority_words(item)),
        notes=format_html_join("", DUE_NOTE, ((note,) for note in _notes(item))),
        quiet=_due_quiet(row.quiet, item) if row.quiet else "",
        owner=_owner(ours, row.owner),
        act=format_html(DUE_ACT, button, row.action.href, str(item.pk), row.action.words) if row.action else "",
    )


# Parts that lines have in common are drawn once: escaping them again took longer than reading the lines.
@cache
def _look(tone, is_own):
    return format_html("due-{}{}", tone, " due-own" if is_own else "")


@lru_cache(maxsize=1024)
def _what(title, basis, authority):
    return format_html(DUE_WHAT, title, basis, authority)


@lru_cache(maxsize=1024)
def _owner(ours, name):
    return format_html(DUE_OWNER, "" if ours else " them", name)


@lru_cache(maxsize=1024)
def _ending_in(text, title):
    """Words that end, for who hears them, in what they are about."""
    return format_html('{}<span class="visually-hidden">: {}</span>', text, title)


def _due_quiet(quiet, item):
    """Who has stopped the daily mail about a late item, or the way to stop it."""
    said = f"{quiet.by} knows since {day(quiet.on)}. No daily mail until {day(quiet.until)}. " if quiet.until else ""
    label = _ending_in("Change" if said else "Stop the daily mail", item.title)
    return format_html(DUE_QUIET, said, quiet.href, str(item.pk), label)


def _notes(item):
    """What stands beside the date: the exception claimed, and the authority's own practice."""
    if item.exception:
        yield f"Was due {full_day(item.due_on)}. {item.exception}"
    if item.practice_on:
        yield f"{item.practice_note or 'The authority asks for it sooner'}: {full_day(item.practice_on)}"


CHILD_NAMED = '<div class="due-child"><b class="d-block">{}</b><span class="dim-text">{}</span></div>'


def _due_child(pupil, school):
    if pupil is None:
        return school
    if pupil.pk is None or not getattr(pupil, "opens", True):
        return format_html(CHILD_NAMED, pupil.name, pupil.where)
    return format_html(DUE_CHILD, address_of("pupil-detail", pupil.pk), pupil.name, pupil.where)


@register.simple_tag(takes_context=True)
def query(context, **changes):
    """The current query string with these values changed; an empty value takes the key out."""
    values = context["request"].GET.copy()
    for key, value in changes.items():
        if value in ("", None):
            values.pop(key, None)
        else:
            values[key] = value
    return f"?{values.urlencode()}" if values else "?"
