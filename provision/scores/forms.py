from django import forms
from django.utils import timezone

from pupils.measures.selectors import in_use
from pupils.models import Rater, ScoreKind
from pupils.models.plans import Measure
from pupils.plans.values import read_value
from sendco.refusals import Refused
from staff.forms.days import DayField

from ..models import OutcomePoint, PlaceOutcome, PlaceScore

POINT = PlaceScore.Point


class ScoresForm(forms.Form):
    """Scores of a group on one measure: once how they were taken, then a number for each child. Empty is left out."""

    kind = forms.ModelChoiceField(
        ScoreKind.objects.none(), label="What was measured", empty_label="Choose a measure",
        error_messages={"required": "Choose what was measured."},
    )  # fmt: skip
    point = forms.ChoiceField(label="When", choices=POINT.choices, widget=forms.RadioSelect)
    taken_on = DayField(label="Taken on")
    rater = forms.ChoiceField(
        label="Who filled it in", choices=[("", "Nobody in particular"), *Rater.choices], required=False,
        help_text="For a questionnaire. A parent's score is compared with a parent's alone.",
    )  # fmt: skip
    form = forms.CharField(
        label="Test and form", max_length=60, required=False,
        help_text="The same before and after, or they cannot be compared.",
    )  # fmt: skip

    def __init__(self, *args, school, children, measures, **kwargs):
        super().__init__(*args, **kwargs)
        self.children = children
        self.fields["kind"].queryset = in_use(school)
        usual = [kind for kind in measures if not kind.is_archived]
        if usual:
            self.initial.setdefault("kind", usual[0].pk)
        self.initial.setdefault("taken_on", timezone.localdate())
        self.initial.setdefault("point", POINT.ENTRY)
        for place, _ in children:
            self.fields[_score(place)] = forms.CharField(label=place.pupil.name, required=False, max_length=20)

    def clean(self):
        data = super().clean()
        self.scores = {}
        kind = data.get("kind")
        measure = Measure.MONTHS if kind and kind.scale == "age" else Measure.COUNT
        for place, _ in self.children:
            try:
                value = read_value(data.get(_score(place), ""), measure)
            except Refused as refused:
                self.add_error(_score(place), str(refused))
                continue
            if value is not None:
                self.scores[place.pk] = (place, value)
        if not self.errors and not self.scores:
            raise forms.ValidationError("Type the score of at least one pupil.")
        return data

    @property
    def lines(self):
        """(place, what is there already, bound field) of each child."""
        return [(place, there, self[_score(place)]) for place, there in self.children]


def _score(place):
    return f"score-{place.pk}"


class UseForm(forms.Form):
    """Scores of the records that may belong to a run: for each where it stands, or that it is left out."""

    CHOICES = (("", "Leave out"), *POINT.choices)

    def __init__(self, *args, candidates, **kwargs):
        super().__init__(*args, **kwargs)
        self.candidates = candidates
        for one in candidates:
            words = f"{one.place.pupil.name}: {one.score.test} of {one.score.taken_on:%d/%m/%Y}"
            self.fields[_use(one)] = forms.ChoiceField(
                label=words, choices=self.CHOICES, required=False, initial=one.proposed
            )

    @property
    def lines(self):
        return [(one, self[_use(one)]) for one in self.candidates]

    @property
    def chosen(self):
        data = self.cleaned_data
        return [(one.place, one.score, data[_use(one)]) for one in self.candidates if data[_use(one)]]


def _use(one):
    return f"use-{one.place.pk}-{one.score.pk}"


class ReviewForm(forms.Form):
    """What became of each child of a run. A child of whom nothing is said stays as they are."""

    says_optional_once = True
    decided_on = DayField(label="Decided on")

    def __init__(self, *args, children, points, **kwargs):
        super().__init__(*args, **kwargs)
        self.children = children
        self.initial.setdefault("decided_on", timezone.localdate())
        for one in children:
            self._add(one, points)

    def _add(self, one, points):
        names, row = _names(one.place), one.outcome
        child = one.place.pupil.forename
        scale = [(str(value), label) for value, label in points]
        self.fields |= {
            names["version"]: forms.IntegerField(widget=forms.HiddenInput, initial=row.version if row else 0),
            names["value"]: forms.ChoiceField(
                label=f"How it went for {child}", choices=[("", "Cannot say yet"), *scale], required=False,
                initial=str(row.value) if row and row.value is not None else "",
            ),
            names["no_score"]: forms.ChoiceField(
                label="Why there is no score after", required=False, initial=row.no_score if row else "",
                choices=[("", "There is one, or nothing is claimed"), *PlaceOutcome.NoScore.choices],
            ),
            names["next_step"]: forms.ChoiceField(
                label=f"What follows for {child}", required=False, initial=row.next_step if row else "",
                choices=[("", "Not decided yet"), *PlaceOutcome.Next.choices],
            ),
            names["note"]: forms.CharField(
                label="Why", max_length=300, required=False, initial=row.note if row else ""
            ),
        }  # fmt: skip

    @property
    def lines(self):
        """(child, {what: bound field}) of each."""
        return [(one, {what: self[name] for what, name in _names(one.place).items()}) for one in self.children]

    @property
    def decisions(self):
        """(place, values, version) of each child of whom something is said, or was."""
        for one in self.children:
            said = {what: self.cleaned_data[name] for what, name in _names(one.place).items()}
            version = said.pop("version")
            said["value"] = int(said["value"]) if said["value"] else None
            if one.outcome is None and said["value"] is None and not any((said["next_step"], said["note"])):
                continue
            same = one.outcome and all(getattr(one.outcome, name) == value for name, value in said.items())
            day = one.outcome.decided_on if same else self.cleaned_data["decided_on"]
            yield one.place, said | {"decided_on": day}, version


def _names(place):
    return {what: f"{what}-{place.pk}" for what in ("version", "value", "no_score", "next_step", "note")}


class PointsForm(forms.Form):
    """The school's own words for the five points."""

    def __init__(self, *args, points, **kwargs):
        super().__init__(*args, **kwargs)
        for value, label in points:
            usual = OutcomePoint.USUAL[value]
            self.fields[f"point_{value + 2}"] = forms.CharField(
                label=f"{value:+d}" if value else "0", max_length=60, initial=label, help_text=f"Usually: {usual}"
            )

    @property
    def labels(self):
        return {int(name.removeprefix("point_")) - 2: label for name, label in self.cleaned_data.items()}
