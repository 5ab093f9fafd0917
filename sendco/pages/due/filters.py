"""The feed's filters: a form bound to the query string, so that a list can be saved, shared, printed and exported."""

from django import forms
from django.db.models import OuterRef, Q, Subquery

from ehcp.models import LocalAuthority
from governance.selectors.authority import about_authority
from governance.selectors.cover import covered_ids
from pupils.models import Pupil
from pupils.models.pupil import YearGroup
from sendco.due.words import BASIS_WORDS, DUTY_WORDS
from staff.forms.many import ManyRowsField
from staff.models import TeachingGroup, Unit, User

from ..register.filters import many
from .groups import GROUPS, PLACES, with_group
from .items import due_for

CHILD = Pupil.objects.filter(pk=OuterRef("pupil_id")).values("sort_name")[:1]
SORTS = {
    "date": ("place", "due_on", "pk"),
    "-date": ("place", "-due_on", "-pk"),
    "child": ("place", "child", "due_on", "pk"),
    "duty": ("place", "title", "due_on", "pk"),
    "whose": ("place", "duty", "owner_id", "due_on", "pk"),
}
SORT_WORDS = (
    ("date", "By date, soonest first"),
    ("-date", "By date, latest first"),
    ("child", "By child"),
    ("duty", "By duty"),
    ("whose", "By whose duty"),
)
EXCEPTION = [("", "Any"), ("only", "Exception claimed"), ("none", "No exception")]


def day(label):
    return forms.DateField(
        required=False,
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="For example 27/03/2026",
    )


class FeedFilter(forms.Form):
    show = forms.ChoiceField(choices=[(key, label) for key, label, _ in GROUPS], required=False)
    duty = many(forms.MultipleChoiceField, choices=list(DUTY_WORDS.items()), label="Whose duty")
    basis = many(forms.MultipleChoiceField, choices=list(BASIS_WORDS.items()), label="Law, guidance or policy")
    rule = many(forms.MultipleChoiceField, label="Kind of duty")
    year = many(forms.MultipleChoiceField, choices=YearGroup.choices, label="Year")
    group = many(ManyRowsField, queryset=TeachingGroup.objects.none(), label="Class")
    unit = many(ManyRowsField, queryset=Unit.objects.none(), label="Unit or tier")
    authority = forms.ModelChoiceField(LocalAuthority.objects.none(), required=False, label="Local authority")
    person = forms.ModelChoiceField(User.objects.none(), required=False, label="Person")
    exception = forms.ChoiceField(choices=EXCEPTION, required=False, label="Exception")
    due_from = day("Due from")
    due_to = day("Due to")
    sort = forms.ChoiceField(choices=SORT_WORDS, required=False, label="Order")

    NARROWING = (
        *("duty", "basis", "rule", "year", "group", "unit"),
        *("authority", "person", "exception", "due_from", "due_to"),
    )

    def __init__(self, data, *, acting, today):
        super().__init__(data)
        self.acting, self.today = acting, today
        self.covered = covered_ids(acting, today)
        self.fields["rule"].choices = self._rules
        self.fields["group"].queryset = TeachingGroup.objects.visible_to(acting).filter(is_archived=False)
        self.fields["unit"].queryset = Unit.objects.visible_to(acting)
        self.fields["authority"].queryset = LocalAuthority.objects.filter(school=acting.school)
        self.fields["person"].queryset = User.objects.visible_to(acting)

    def _rules(self):
        """The duties that are due here, by title; one title may be several rows of dated rules."""
        return list(
            due_for(self.acting, self.covered).order_by("title", "rule").values_list("rule", "title").distinct()
        )

    def values(self):
        """The clean values; what makes no sense is left out rather than refused, for a link may be old."""
        self.is_valid()
        return self.cleaned_data

    @property
    def shown(self):
        return self.values().get("show") or ""

    @property
    def order(self):
        return self.values().get("sort") or "date"

    @property
    def is_narrowed(self):
        values = self.values()
        return any(values.get(name) for name in self.NARROWING)

    def items(self):
        """What the filters leave of the feed, whichever group is shown, with its group and in order."""
        values = self.values()
        items = with_group(due_for(self.acting, self.covered), self.acting, self.today, self.covered)
        for name, field in (("duty", "duty__in"), ("basis", "basis__in"), ("rule", "rule__in")):
            if values.get(name):
                items = items.filter(**{field: values[name]})
        if values.get("person"):
            items = items.filter(owner_id=values["person"].pk)
        if values.get("due_from"):
            items = items.filter(due_on__gte=values["due_from"])
        if values.get("due_to"):
            items = items.filter(due_on__lte=values["due_to"])
        items = _by_exception(_by_authority(self._by_place(items, values), values), values)
        if self.order == "child":
            items = items.annotate(child=Subquery(CHILD))
        return items.order_by(*SORTS[self.order])

    def rows(self):
        """The items of the group that is shown, or of all."""
        items = self.items()
        return items.filter(place=PLACES[self.shown]) if self.shown else items

    def _by_place(self, items, values):
        if not any(values.get(name) for name in ("year", "group", "unit")):
            return items
        pupils = Pupil.objects.visible_to(self.acting)
        if values.get("year"):
            pupils = pupils.filter(year_group__in=values["year"])
        if values.get("group"):
            in_group = Q(form_group__in=values["group"])
            pupils = pupils.filter(in_group | Q(group_places__group__in=values["group"], group_places__ends_on=None))
        if values.get("unit"):
            pupils = pupils.filter(enrolments__unit__in=values["unit"], enrolments__ends_on=None)
        return items.filter(pupil_id__in=pupils.values("pk"))


def _by_authority(items, values):
    authority = values.get("authority")
    return items.filter(about_authority(authority)) if authority else items


def _by_exception(items, values):
    if values.get("exception") == "only":
        return items.exclude(exception="")
    return items.filter(exception="") if values.get("exception") == "none" else items
