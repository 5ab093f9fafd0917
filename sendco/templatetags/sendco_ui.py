"""Formatting for templates: icons, states, dates. No queries."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html

from sendco.clock import Urgency, long_date

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


@register.filter
def day(value):
    """Tue 26 Jan: the year only when it is not this one or is far off."""
    if not value:
        return ""
    near = abs((value - timezone.localdate()).days) < 200
    return value.strftime(f"%a {value.day} %b") if near else long_date(value)


@register.filter
def full_day(value):
    return long_date(value) if value else ""


def days_in_words(count):
    return f"{count} day{'' if count == 1 else 's'}"


@register.simple_tag
def due_state(item, today=None, waits=False):
    """The state of a due item: icon, word and colour, with the amount in the word."""
    today = today or timezone.localdate()
    urgency = item.urgency(today)
    left = (item.due_on - today).days
    tone, shape = STATES[urgency]
    if urgency is Urgency.OVERDUE:
        words = f"{days_in_words(-left)} late"
    elif left == 0:
        words = "Due today"
    elif urgency is Urgency.DUE_SOON or waits:
        words = f"{days_in_words(left)} left"
    else:
        words = "On track"
    if waits and urgency is not Urgency.OVERDUE:
        tone, shape = "wait", "hourglass"
    return format_html('<span class="st st-{}">{}{}</span>', tone, icon(shape), words)


@register.filter
def due_tone(item, today=None):
    return STATES[item.urgency(today or timezone.localdate())][0]


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
