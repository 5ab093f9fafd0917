"""A page of a list whose length is known already."""

from django.core.paginator import Paginator
from django.utils.functional import cached_property


class KnownCount(Paginator):
    """A paginator that is told how many rows there are, when a figure on the page says so already."""

    def __init__(self, rows, per_page, *, count=None):
        super().__init__(rows, per_page)
        self._count = count

    @cached_property
    def count(self):
        return self.object_list.count() if self._count is None else self._count
