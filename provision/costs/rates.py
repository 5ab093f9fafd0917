"""What an hour of each adult costs on each day: by the authority's formula, or what the school pays. Read once."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When

from staff.models import FormulaRate, PayRate, Post, School, StaffGroup

ONE_DAY = timedelta(days=1)


class Basis(models.TextChoices):
    FORMULA = "formula", "LA formula"
    ACTUAL = "actual", "What we pay"


class Rates:
    """Rates of one school from one day to another. An adult's post of the day is the one with most hours.

    `breaks` are the days within on which any of them changes: between two of them every rate stands still.
    """

    def __init__(self, school: School, first: date, last: date, *, basis: str, authority: str = "") -> None:
        self.basis, self.authority = basis, authority or school.local_authority
        self.first, self.last = first, last
        self._posts: dict[int, list[tuple[date, date, Decimal, int, str]]] = defaultdict(list)
        self._rates: dict[object, list[tuple[date, Decimal]]] = defaultdict(list)
        posts = Post.objects.filter(Q(ends_on=None) | Q(ends_on__gte=first), member__school=school, starts_on__lte=last)
        for pk, member, group, hours, starts, ends in posts.values_list(
            "pk", "member", "staff_group", "hours_a_week", "starts_on", "ends_on"
        ):
            self._posts[member].append((starts, ends or date.max, hours, pk, group))
        self._read_rates(school, last)
        self.breaks = sorted(day for day in self._changes() if first < day <= last)

    def _read_rates(self, school: School, last: date) -> None:
        rows: Iterable[tuple[object, date, Decimal]]
        if self.basis == Basis.ACTUAL:
            rates = PayRate.objects.filter(post__member__school=school, starts_on__lte=last).order_by("starts_on")
            rows = rates.values_list("post", "starts_on", "hourly")
        else:
            formulas = FormulaRate.objects.filter(
                school=school, authority__iexact=self.authority, starts_on__lte=last
            ).order_by("starts_on", "pk")
            rows = formulas.values_list("staff_group", "starts_on", "hourly")
        for key, starts, hourly in rows:
            self._rates[key].append((starts, hourly))

    def _changes(self) -> set[date]:
        days = {starts for rates in self._rates.values() for starts, _ in rates}
        for posts in self._posts.values():
            days |= {starts for starts, *_ in posts}
            days |= {ends + ONE_DAY for _, ends, *_ in posts if ends < date.max}
        return days

    def hourly(self, member: int, on: date) -> Decimal | None:
        """Pounds an hour of this adult on this day; None where no rate, or no post, is entered."""
        post = self._post(member, on)
        if post is None:
            return None
        _, _, _, pk, group = post
        rates = self._rates.get(pk if self.basis == Basis.ACTUAL else group, [])
        place = bisect_right([starts for starts, _ in rates], on)
        return rates[place - 1][1] if place else None

    def _post(self, member: int, on: date) -> tuple[date, date, Decimal, int, str] | None:
        posts = [row for row in self._posts.get(member, ()) if row[0] <= on <= row[1]]
        return max(posts, key=lambda row: (row[2], -row[3]), default=None)

    def group_of(self, member: int, on: date) -> str:
        """The staff group of this adult on this day, as people read it; empty where no post is entered."""
        post = self._post(member, on)
        return str(StaffGroup(post[4]).label) if post else ""

    def formula_now(self) -> Decimal | None:
        """The formula for those who support, on the last day: what a page names."""
        rates = self._rates.get(StaffGroup.SUPPORT, []) if self.basis == Basis.FORMULA else []
        return rates[-1][1] if rates else None

    # --- In SQL: which stretch between two changes a day lies in ---
    def span(self, name: str) -> Case:
        """An expression that numbers the stretch of a date field, from 0."""
        whens = [When(**{f"{name}__lt": day}, then=Value(number)) for number, day in enumerate(self.breaks)]
        return Case(*whens, default=Value(len(self.breaks)), output_field=IntegerField())

    def of_span(self, member: int, number: int) -> Decimal | None:
        """The rate of this adult in that stretch."""
        return self.hourly(member, self.breaks[number - 1] if number else self.first)
