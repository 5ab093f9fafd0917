"""Addresses of routes, resolved once: which path a route has never changes while the site runs."""

from functools import cache

from django.urls import reverse

PLACE = 987_654_321  # stands for the id while the path is worked out; no route has such a number of its own


@cache
def address(route):
    """Return the path of a route without arguments."""
    return reverse(route)


@cache
def _around(route):
    before, after = reverse(route, args=[PLACE]).split(str(PLACE))
    return before, after


def address_of(route, pk):
    """Return the path of a route that takes one id and nothing else."""
    before, after = _around(route)
    return f"{before}{int(pk)}{after}"
