"""Draw figures of duties: so many of so many, and a mark for each, so that small numbers hide in no percentage."""

from django import template
from django.utils.html import format_html, format_html_join

register = template.Library()
MOST_MARKS = 60


@register.simple_tag
def marks(share, theirs=False):
    """A mark for each duty: full in time, half late. None for large numbers, which hide nothing."""
    if not share.of or share.of > MOST_MARKS:
        return ""
    kinds = ["on"] * share.on_time + ["late"] * share.late
    inside = format_html_join("", '<i class="pip-{}"></i>', ((kind,) for kind in kinds))
    return format_html('<span class="pips{}" aria-hidden="true">{}</span>', " pips-them" if theirs else "", inside)


@register.filter
def late_words(share):
    """What is behind the late ones: 'One late, still open'."""
    if not share.late:
        return "None late"
    parts = []
    if share.late_done:
        parts.append(f"{share.late_done} late")
    if share.late_open:
        parts.append(f"{share.late_open} late and still open")
    return ", ".join(parts)
