"""The register's filters: a form bound to the query string, so that a view can be saved, shared and printed."""

from django import forms
from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, Subquery, When
from django.utils import timezone

from pupils import search
from pupils.models import Need, NeedType, Pupil, PupilFlag
from pupils.models.pupil import FLAG_CODES, FlagKind, YearGroup, flag_kinds_for
from pupils.models.register import Area
from sendco.due.windows import DUE_SOON
from sendco.pages.due.items import due_for
from staff.forms.many import ManyRowsField
from staff.models import TeachingGroup, Unit, User
from staff.permissions import Permission

WHO = [
    ("register", "On the register or being monitored"),
    ("E", "EHC plan"),
    ("K", "SEN Support"),
    ("M", "Being monitored"),
    ("N", "No special educational need"),
    ("all", "Everyone on roll"),
    ("left", "Leavers"),
]
SORTS = {
    "name": ("sort_name", "pk"),
    "-name": ("-sort_name", "-pk"),
    "due": (F("next_due").asc(nulls_last=True), "sort_name", "pk"),
    "-due": (F("next_due").desc(nulls_last=True), "sort_name", "pk"),
    "class": ("form_group__name", "sort_name", "pk"),
    "status": ("open_code", "sort_name", "pk"),
}
COLUMNS = [
    ("class", "Class"),
    ("year", "Year"),
    ("status", "Status"),
    ("need", "Need"),
    ("next", "Next date"),
    ("flags", "Flags"),
    ("worker", "Key worker"),
    ("since", "Status since"),
    ("upn", "UPN"),
]
USUAL_COLUMNS = ["class", "status", "need", "next", "flags", "worker"]


ROWS = {
    "group": lambda acting: TeachingGroup.objects.visible_to(acting).filter(is_archived=False),
    "unit": lambda acting: Unit.objects.visible_to(acting),
    "worker": lambda acting: User.objects.visible_to(acting),
}


def many(field, **kwargs):
    """A filter that takes several values, as boxes to tick."""
    return field(required=False, widget=forms.CheckboxSelectMultiple, **kwargs)


class RegisterFilter(forms.Form):
    who = forms.ChoiceField(choices=WHO, required=False, label="Who")
    q = forms.CharField(max_length=80, required=False, label="Name")
    year = many(forms.MultipleChoiceField, choices=YearGroup.choices, label="Year")
    group = many(ManyRowsField, queryset=TeachingGroup.objects.none(), label="Class")
    unit = many(ManyRowsField, queryset=Unit.objects.none(), label="Unit or tier")
    need = many(forms.MultipleChoiceField, label="Type of need")
    area = many(forms.MultipleChoiceField, choices=Area.choices, label="Area of need")
    flag = many(forms.MultipleChoiceField, label="Flag")
    worker = forms.ModelChoiceField(User.objects.none(), required=False, label="Key worker")
    due = forms.ChoiceField(
        choices=[("", "Any"), ("late", "Overdue"), ("28", "Due in 4 weeks"), ("none", "No date")],
        required=False,
        label="Next date",
    )
    sort = forms.ChoiceField(choices=[(key, key) for key in SORTS], required=False)
    columns = many(forms.MultipleChoiceField, choices=COLUMNS, label="Columns")

    def __init__(self, data, *, acting):
        super().__init__(data)
        self.acting = acting
        kinds = flag_kinds_for(acting)
        self.fields["flag"].choices = [
            (kind.value, f"{FLAG_CODES[kind]} {kind.label}") for kind in FlagKind if kind in kinds
        ]
        if not acting.can(Permission.IDENTIFIERS_VIEW):
            self.fields["columns"].choices = [choice for choice in COLUMNS if choice[0] != "upn"]
        for name, rows in ROWS.items():
            if name in data or "filters" in data:  # else nobody looks at the choices
                self.fields[name].queryset = rows(acting)
        self.fields["need"].choices = _need_choices

    def values(self):
        """The clean values; what makes no sense is left out rather than refused, for a link may be old."""
        if not self.data:
            return {}
        self.is_valid()
        return self.cleaned_data

    @property
    def view(self):
        return self.values().get("who") or "register"

    @property
    def chosen_columns(self):
        """Who knows only their own dates is not told that others have none."""
        chosen = self.values().get("columns") or USUAL_COLUMNS
        return [key for key in chosen if key != "next" or self.acting.can(Permission.NARRATIVE_VIEW)]

    @property
    def is_narrowed(self):
        values = self.values()
        return any(values.get(name) for name in ("q", "year", "group", "unit", "need", "area", "flag", "worker", "due"))

    def pupils(self):
        """The pupils this person may see that the filters leave, annotated with open_code, watched and ordered."""
        values = self.values()
        rows = with_status(Pupil.objects.visible_to(self.acting))
        rows = _by_who(rows, self.view)
        if values.get("q"):
            rows = search.matches(rows, self.acting, values["q"])
        rows = self._by_place(rows, values)
        rows = self._by_need(rows, values)
        sort = SORTS.get(values.get("sort") or "name")
        if values.get("due") or "due" in (values.get("sort") or ""):
            rows = _by_due(with_next_due(rows, self.acting), values.get("due"))
        return rows.order_by(*sort)

    def _by_place(self, rows, values):
        if values.get("year"):
            rows = rows.filter(year_group__in=values["year"])
        if values.get("group"):
            rows = rows.filter(
                Q(form_group__in=values["group"])
                | Q(group_places__group__in=values["group"], group_places__ends_on=None)
            ).distinct()
        if values.get("unit"):
            rows = rows.filter(enrolments__unit__in=values["unit"], enrolments__ends_on=None)
        if values.get("worker"):
            rows = rows.filter(key_worker=values["worker"])
        return rows

    def _by_need(self, rows, values):
        own = Need.objects.filter(pupil=OuterRef("pk"), ends_on=None)
        if values.get("need"):
            rows = rows.filter(Exists(own.filter(need_type__code__in=values["need"])))
        if values.get("area"):
            rows = rows.filter(Exists(own.filter(area__in=values["area"])))
        if values.get("flag"):
            flags = PupilFlag.objects.filter(pupil=OuterRef("pk"), ends_on=None, kind__in=values["flag"])
            rows = rows.filter(Exists(flags))
        return rows


def _need_choices():
    return list(NeedType.objects.values_list("code", "short_name"))


def with_status(pupils):
    """Add open_code (N, K or E), since when as far as that is known, and watched (the open watch entry's id).

    One join each.
    """
    since = Case(When(entry__is_start_unknown=False, then=F("entry__starts_on")))
    return pupils.alias(
        entry=FilteredRelation("register_entries", condition=Q(register_entries__ends_on=None)),
        watch=FilteredRelation("watch_entries", condition=Q(watch_entries__ends_on=None)),
    ).annotate(open_code=F("entry__code"), open_since=since, watched=F("watch__pk"))


def with_next_due(pupils, acting):
    """Add next_due, the earliest open date that this person may see."""
    due = due_for(acting).filter(pupil_id=OuterRef("pk"), exception="").order_by("due_on")
    return pupils.annotate(next_due=Subquery(due.values("due_on")[:1]))


def _by_who(rows, who):
    if who == "left":
        return rows.exclude(left_on=None)
    if who == "register":
        return rows.filter(Q(open_code__in=["K", "E"]) | Q(watched__isnull=False), left_on=None)
    if who == "M":
        return rows.filter(watched__isnull=False, left_on=None)
    if who in ("E", "K", "N"):
        return rows.filter(open_code=who, left_on=None)
    return rows.filter(left_on=None)


def _by_due(rows, due):
    today = timezone.localdate()
    if due == "late":
        return rows.filter(next_due__lt=today)
    if due == "28":
        return rows.filter(next_due__lte=today + DUE_SOON)
    if due == "none":
        return rows.filter(next_due=None)
    return rows
