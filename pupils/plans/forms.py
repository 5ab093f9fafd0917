from django import forms
from django.utils import timezone
from django.utils.text import slugify

from sendco.formkit.versions import VersionedForm
from sendco.refusals import Refused
from staff.forms.many import ManyRowsField

from ..concerns.forms import CarefulForm
from ..forms.checked import date_field, past_date_field
from ..models import (
    CohortTarget,
    Contact,
    PlanKind,
    PlanNote,
    PlanStrategy,
    PlanVoice,
    PracticeNote,
    ReviewWindow,
    SupportOutcome,
    SupportPlan,
    Target,
)
from ..models.plans import CarryReason, Judgement, Measure, NextStep
from ..models.register import Area
from ..practice.selectors import need_names
from . import values as numbers
from .refusals import TargetReason
from .selectors import leaders

TARGET_ROWS = 3
STRATEGY_ROWS = 3
MOST_ROWS = 20
MEASURES = [("", "Choose how it is measured"), *Measure.choices]
AREAS = [("", "Choose, if one fits"), *Area.choices]
HOW_HINT = "One or two lines, so that whoever measures next does it in the same way."
AIM_HINT = "In the measure above: 12, 85%, or 7y 6m for an age."


def words(label, *, rows=3, required=False, most=5000, **kwargs):
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=most, required=required, widget=widget, **kwargs)


def lead_field(school, **kwargs):
    return forms.ModelChoiceField(
        queryset=leaders(school),
        label="Who leads the plan",
        empty_label="Choose",
        help_text="Changes targets and closes the cycle, beside the SENDCo.",
        error_messages={
            "required": "Choose who leads the plan.",
            "invalid_choice": "This person no longer works here. Choose again.",
        },
        **kwargs,
    )


def section_fields(kind, assessed):
    """{field name: field} of a kind's own sections, filled with what is kept."""
    return {
        f"section_{part['code']}": words(
            part["title"], help_text=part.get("hint", ""), initial=assessed.get(part["code"], "")
        )
        for part in kind.sections
    }


def sections_of(form, kind):
    return {part["code"]: form.cleaned_data.get(f"section_{part['code']}", "") for part in kind.sections}


class BeginForm(CarefulForm):
    """A whole first cycle on one page: only the kind, the dates and the lead have to be there."""

    says_optional_once = True

    review_on = date_field(label="Review by", error_messages={"required": "Choose the day by which it is reviewed."})
    starts_on = past_date_field(label="Begins on", words="The first day")
    is_confidential = forms.BooleanField(
        required=False,
        label="Confidential: only its lead, those I name, the SENDCo and the head open it",
    )
    child_says = words("What does the child say, in their own words?", rows=2, most=2000)
    method = forms.ChoiceField(
        label="How did they tell you?", required=False, choices=[("", "Choose"), *PlanVoice.Method.choices]
    )
    outcome = forms.CharField(
        label="Outcome", max_length=500, required=False, help_text="What will be different for the child?"
    )
    area = forms.ChoiceField(label="Area of need", required=False, choices=AREAS)

    def __init__(self, *args, pupil, kind, started=None, **kwargs):
        super().__init__(*args, school=pupil.school, **kwargs)
        self.kind = kind
        lead = lead_field(pupil.school)
        sections = section_fields(kind, started or {})
        self.fields = {"lead": lead} | sections | self.fields
        order = ["starts_on", "review_on", "lead", *sections, "child_says", "method", "outcome", "area"]
        self.order_fields([*order, "is_confidential", "words_checked"])
        self.careful = (*sections, "child_says")

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("child_says") and not cleaned.get("method"):
            self.add_error("method", "Say how they told you: talking, drawing, symbols.")
        return cleaned

    def values(self):
        data = self.cleaned_data
        voice = {
            "words": data["child_says"],
            "method": data["method"],
            "said_on": timezone.localdate(),
            "stage": PlanVoice.Stage.PLAN,
        }
        names = ("lead", "starts_on", "review_on", "is_confidential", "outcome", "area")
        return {name: data[name] for name in names} | {
            "kind": self.kind,
            "assessed": sections_of(self, self.kind),
            "child_says": voice,
        }


class MeasuredForm(forms.Form):
    """What a target and a target for several pupils share: the aim is checked in its own measure."""

    numbers_of = ("aim",)

    def clean(self):
        cleaned = super().clean()
        measure = cleaned.get("measure")
        if not measure and any(cleaned.get(name) for name in self.numbers_of):
            self.add_error("measure", str(TargetReason.UNITS_NEEDED.words))
        for name in self.numbers_of:
            if name in cleaned and measure and measure != Measure.WORDS:
                try:
                    numbers.read_value(cleaned[name], measure)
                except Refused as refusal:
                    self.add_error(name, str(refusal))
        return cleaned


def aim_fields():
    return {
        "measure": forms.ChoiceField(label="Measured in", required=False, choices=MEASURES),
        "unit": forms.CharField(
            label="Of what", max_length=60, required=False, help_text="For example: words a minute, times a day"
        ),
        "how": forms.CharField(label="How to measure it", max_length=300, required=False, help_text=HOW_HINT),
        "baseline": forms.CharField(label="Where they start from", max_length=40, required=False),
        "aim": forms.CharField(label="Aim", max_length=40, required=False, help_text=AIM_HINT),
        "by_on": date_field(label="By when", required=False),
    }


class TargetRowForm(MeasuredForm):
    """One target on the page that begins a plan. An empty row is no target."""

    says_optional_once = True  # the page says above the rows that any may stay empty

    numbers_of = ("baseline", "aim")
    text = forms.CharField(label="Target", max_length=500, required=False)
    measure, unit, how, baseline, aim, by_on = aim_fields().values()
    lower_is_better = forms.BooleanField(label="Lower is better", required=False)

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("text") and any(cleaned.get(name) for name in ("unit", "how", "baseline", "aim")):
            self.add_error("text", "Write the target, or empty the rest of this row.")
        return cleaned


class StrategyRowForm(forms.Form):
    says_optional_once = True
    text = forms.CharField(label="Strategy", max_length=500, required=False)
    who = forms.CharField(label="Who", max_length=120, required=False)
    how_often = forms.CharField(label="How often", max_length=120, required=False)

    def clean(self):
        cleaned = super().clean()
        if not cleaned.get("text") and (cleaned.get("who") or cleaned.get("how_often")):
            self.add_error("text", "Write the strategy, or empty the rest of this row.")
        return cleaned


class Rows(forms.BaseFormSet):
    """Rows of which an empty one is none."""

    def rows(self):
        return [form.cleaned_data for form in self.forms if form.cleaned_data.get("text")]


TargetFormSet = forms.formset_factory(
    TargetRowForm, formset=Rows, extra=TARGET_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
)
StrategyFormSet = forms.formset_factory(
    StrategyRowForm, formset=Rows, extra=STRATEGY_ROWS, max_num=MOST_ROWS, absolute_max=MOST_ROWS, validate_max=True
)


class PlanForm(CarefulForm):
    """What an open plan says of its dates, its lead and what is known."""

    review_on = date_field(label="Review by")
    starts_on = past_date_field(label="Begins on", words="The first day")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, plan, **kwargs):
        initial = {
            "review_on": plan.review_on, "starts_on": plan.starts_on, "lead": plan.lead, "version": plan.version,
        }  # fmt: skip
        super().__init__(*args, school=plan.pupil.school, initial=initial, **kwargs)
        self.kind = plan.kind
        sections = section_fields(plan.kind, plan.assessed)
        lead = lead_field(plan.pupil.school)
        self.fields = {"lead": lead} | sections | self.fields
        self.order_fields(["starts_on", "review_on", "lead", *sections])
        self.careful = tuple(sections)

    def stored_fields(self):
        return [name for name in self.fields if name not in ("version", "words_checked")]

    @staticmethod
    def values_of(plan):
        sections = {f"section_{part['code']}": plan.assessed.get(part["code"], "") for part in plan.kind.sections}
        return sections | {"review_on": plan.review_on, "starts_on": plan.starts_on, "lead": plan.lead}

    def values(self):
        names = ("lead", "starts_on", "review_on")
        return {name: self.cleaned_data[name] for name in names} | {"assessed": sections_of(self, self.kind)}


class StopForm(forms.Form):
    ending = forms.ChoiceField(
        label="What happened?",
        choices=[choice for choice in SupportPlan.Ending.choices if choice[0] != SupportPlan.Ending.REVIEWED],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )
    ending_note = forms.CharField(
        label="In a few words", max_length=300, required=False, help_text="Stays with the plan."
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class CloseForm(forms.Form):
    goes_on = forms.TypedChoiceField(
        label="Is there a next cycle?",
        choices=[("1", "Yes, begin it from this one"), ("", "No, support of this kind ends")],
        coerce=bool,
        empty_value=False,
        required=False,
        widget=forms.RadioSelect,
    )
    review_on = date_field(label="Review the next cycle by", required=False)


class ReaderForm(forms.Form):
    user = forms.ModelChoiceField(queryset=None, label="Who may read it", empty_label="Choose")

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        named = plan.readers.filter(ended_on=None).values("user")
        self.fields["user"].queryset = leaders(plan.pupil.school).exclude(pk__in=named)


class OutcomeForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = SupportOutcome
        fields = ["text", "area"]
        labels = {"text": "Outcome", "area": "Area of need"}
        help_texts = {"text": "What will be different for the child?"}
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        self.fields["area"].choices = AREAS

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class TargetForm(MeasuredForm):
    """One target. Numbers are typed as people write them and read in the target's own measure."""

    numbers_of = ("baseline", "aim")
    text = forms.CharField(
        label="Target",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write what the child will be able to do."},
    )
    measure, unit, how, baseline, aim, by_on = aim_fields().values()
    baseline_words = forms.CharField(label="Where they start from, in words", max_length=200, required=False)
    baseline_from_first = forms.BooleanField(label="The first value taken is the baseline", required=False)
    lower_is_better = forms.BooleanField(
        label="Lower is better", required=False, help_text="For example: times a day that they leave the room."
    )
    aim_words = forms.CharField(label="Aim, in words", max_length=200, required=False)
    review_on = date_field(
        label="Look at it on its own by",
        required=False,
        help_text="Leave empty to review it with the plan.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = [
        "text", "measure", "unit", "how", "baseline", "baseline_words", "baseline_from_first", "aim", "aim_words",
        "lower_is_better", "by_on", "review_on",
    ]  # fmt: skip

    def __init__(self, *args, target, **kwargs):
        super().__init__(*args, initial=self.values_of(target) | {"version": target.version}, **kwargs)

    @classmethod
    def values_of(cls, target):
        found = {name: getattr(target, name) for name in cls.field_order}
        return found | {name: numbers.typed(getattr(target, name), target.measure) for name in ("baseline", "aim")}

    def stored_fields(self):
        return list(self.field_order)

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.field_order}


class EndForm(forms.Form):
    end_note = forms.CharField(label="Why", max_length=200, error_messages={"required": "Say why in a few words."})


class ValueForm(forms.Form):
    """One value of one target, with how to measure it beside it."""

    typed = forms.CharField(label="Value", max_length=300, error_messages={"required": "Write the value."})
    taken_on = past_date_field(label="Taken on", words="The day")
    otherwise = forms.BooleanField(
        label="Measured in another way than the target says",
        required=False,
        help_text="Kept, and left out of the gain.",
    )
    note = forms.CharField(label="A word about it", max_length=300, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, target, **kwargs):
        super().__init__(*args, **kwargs)
        if target.how:
            self.fields["typed"].help_text = f"How to measure it: {target.how}"


class StrategyForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = PlanStrategy
        fields = ["text", "who", "how_often", "target", "note"]
        labels = {
            "text": "Strategy",
            "who": "Who does it",
            "how_often": "How often",
            "target": "For which target",
            "note": "From what works here",
        }
        help_texts = {
            "note": "Links the strategy with the note in What works, which is one press away from the plan then."
        }
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        targets = Target.objects.current().filter(outcome__plan=plan).select_related("outcome")
        self.fields["target"].queryset = targets
        self.fields["target"].label_from_instance = lambda target: f"{target.number}. {target.text[:80]}"
        self.fields["target"].empty_label = "The whole plan"
        self.fields["note"].queryset = PracticeNote.objects.filter(school=plan.pupil.school, archived_on=None)
        self.fields["note"].empty_label = "Not from there"

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class ShareForm(forms.Form):
    title = forms.CharField(label="Strategy", max_length=120)
    text = words("How to do it", rows=5, required=True, most=2000, help_text="For every colleague. No child's name.")
    needs = forms.MultipleChoiceField(
        label="For which types of need", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["needs"].choices = list(need_names().items())


class PlanNoteForm(CarefulForm):
    careful = ("text",)
    kind = forms.ChoiceField(label="What is it?", choices=PlanNote.Kind.choices, widget=forms.RadioSelect)
    text = words("What you saw", required=True, most=2000, error_messages={"required": "Write what you saw."})
    happened_on = past_date_field(label="When", words="The day")
    target = forms.ModelChoiceField(
        queryset=None, required=False, label="For which target", empty_label="The whole plan"
    )
    upload = forms.FileField(
        label="Photo or file",
        required=False,
        help_text="JPEG, PNG, PDF or a document. Where a photo was taken is removed from it.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, school=plan.pupil.school, **kwargs)
        self.fields["target"].queryset = Target.objects.current().filter(outcome__plan=plan)
        self.fields["target"].label_from_instance = lambda target: f"{target.number}. {target.text[:80]}"

    def stored_fields(self):
        return ["kind", "text", "happened_on", "target"]

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.stored_fields()}


class VoiceForm(CarefulForm):
    careful = ("words",)
    contact = forms.ModelChoiceField(queryset=None, required=False, label="Who says it")
    stage = forms.ChoiceField(label="When", choices=PlanVoice.Stage.choices)
    words = words("In their own words", rows=4, required=True, most=3000)
    method = forms.ChoiceField(label="How did they tell you?", choices=PlanVoice.Method.choices)
    said_on = past_date_field(label="On", words="The day")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, plan, voice, named, **kwargs):
        super().__init__(*args, school=plan.pupil.school, **kwargs)
        field = self.fields["contact"]
        field.queryset = Contact.objects.filter(pupil=plan.pupil, ended_on=None, do_not_contact=False)
        field.empty_label = plan.pupil.forename
        names = parent_names(field.queryset, named=named)
        field.label_from_instance = lambda contact: names[contact.pk]
        if voice.pk:  # whose words they are does not change: that would put them into another mouth
            del self.fields["contact"]
            del self.fields["stage"]

    def stored_fields(self):
        return [name for name in ("contact", "stage", "words", "method", "said_on") if name in self.fields]

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.stored_fields()}


def parent_names(contacts, *, named):
    """{contact id: what the page calls them}. Who does not see a child's contacts meets no name and no relation."""
    if named:
        return {one.pk: f"{one.name}, {one.relation.lower()}" if one.relation else one.name for one in contacts}
    return {one.pk: f"Parent or carer {place}" for place, one in enumerate(contacts, start=1)}


class WindowForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    opens_on = date_field(label="Opens on")
    due_on = date_field(label="Reviews written by")

    class Meta:
        model = ReviewWindow
        fields = ["name", "opens_on", "due_on"]
        help_texts = {"name": "For example: Autumn reviews"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)


class TargetReviewForm(CarefulForm):
    """One look at one target, on a page of its own."""

    careful = ("comment", "unmeasured")
    seen = forms.CharField(max_length=24, widget=forms.HiddenInput)
    value = forms.CharField(label="Value now", max_length=300, required=False)
    otherwise = forms.BooleanField(label="Measured in another way than the target says", required=False)
    unmeasured = forms.CharField(label="If there is no value: why not", max_length=200, required=False)
    judgement = forms.ChoiceField(
        label="How far has it come?",
        choices=Judgement.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one; “Cannot say” is an answer."},
    )
    comment = words("What was seen", most=1000)
    next_step = forms.ChoiceField(
        label="What happens next?",
        choices=NextStep.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say what happens next."},
    )
    carry_reason = forms.ChoiceField(
        label="If it carries on: why", required=False, choices=[("", "Choose"), *CarryReason.choices]
    )
    review_on = date_field(
        label="Look at it again by", required=False, help_text="Leave empty to look at it with the plan."
    )

    def stored_fields(self):
        return ["value", "otherwise", "unmeasured", "judgement", "comment", "next_step", "carry_reason"]

    def __init__(self, *args, target, **kwargs):
        super().__init__(*args, school=target.outcome.plan.pupil.school, **kwargs)
        if target.how:
            self.fields["value"].help_text = f"How to measure it: {target.how}"


class OwnerForm(forms.Form):
    owner = forms.ModelChoiceField(queryset=None, label="Who writes these reviews", empty_label="Choose")

    def __init__(self, *args, school, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = leaders(school)


class KindForm(VersionedForm, forms.ModelForm):
    """A school's own kind of plan. Its parts are typed one a line: a title, and after a colon a hint."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    parts = forms.CharField(
        label="Parts of what is assessed",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="One a line. After a colon, a hint: “Triggers: what usually comes before”.",
        error_messages={"required": "Write at least one part."},
    )
    valid_from = date_field(label="From", help_text="Plans of this kind can begin on this day or later.")
    review_weeks = forms.IntegerField(
        label="Propose a review after how many weeks",
        min_value=1,
        max_value=104,
        required=False,
        help_text="Leave empty for the end of each term.",
    )
    review_most_months = forms.IntegerField(
        label="Review at the latest every how many months",
        min_value=1,
        max_value=60,
        required=False,
        help_text="Leave empty where no limit is set.",
    )

    class Meta:
        model = PlanKind
        fields = ["name", "authority", "review_weeks", "review_most_months", "valid_from"]
        labels = {"name": "Name", "authority": "On what authority"}
        help_texts = {"authority": "Shown with every date of such a plan, for example: Behaviour policy 2026."}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        self.initial.setdefault("parts", "\n".join(_line(part) for part in self.instance.sections))

    def clean_parts(self):
        lines = [line.strip() for line in self.cleaned_data["parts"].splitlines() if line.strip()]
        if len(lines) > MOST_ROWS:
            raise forms.ValidationError(f"That is more than {MOST_ROWS} parts. Put some together.")
        titles = [line.partition(":")[0].strip() for line in lines]
        if len({slugify(title) or title.casefold() for title in titles}) < len(titles):
            raise forms.ValidationError("Two parts have the same title. Give each its own.")
        if not all(titles):
            raise forms.ValidationError("Write a title before the colon in every line.")
        hints = [line.partition(":")[2].strip() for line in lines]
        for words, most, what in ((titles, 80, "A title"), (hints, 200, "A hint")):
            if long := next((word for word in words if len(word) > most), ""):
                raise forms.ValidationError(f"{what} has up to {most} characters. Shorten “{long[:40]}…”.")
        # By its title, so that the same part keeps its words when the kind gets another form.
        codes = [slugify(title)[:60] or f"part{place}" for place, title in enumerate(titles, start=1)]
        return [
            {"code": code, "title": title, "hint": hint} for code, title, hint in zip(codes, titles, hints, strict=True)
        ]

    @property
    def values(self):
        found = {name: self.cleaned_data[name] for name in self.Meta.fields}
        return found | {"sections": self.cleaned_data["parts"]}


def _line(part):
    return f"{part['title']}: {part['hint']}" if part.get("hint") else part["title"]


class EndKindForm(forms.Form):
    valid_to = date_field(label="Last day on which one can begin")


class CohortForm(MeasuredForm):
    title = forms.CharField(label="Name", max_length=120, help_text="For example: Phonics group, autumn")
    text = forms.CharField(label="Target", max_length=500, widget=forms.Textarea(attrs={"rows": 2}))
    measure = forms.ChoiceField(
        label="Measured in", choices=[choice for choice in MEASURES if choice[0] != Measure.WORDS]
    )
    unit = aim_fields()["unit"]
    how = aim_fields()["how"]
    aim = aim_fields()["aim"]
    lower_is_better = forms.BooleanField(label="Lower is better", required=False)
    by_on = date_field(label="By when", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)
    names = ("title", "text", "measure", "unit", "how", "aim", "lower_is_better", "by_on")

    def __init__(self, *args, cohort, **kwargs):
        super().__init__(*args, initial=self.values_of(cohort) | {"version": cohort.version}, **kwargs)

    @classmethod
    def values_of(cls, cohort: CohortTarget):
        found = {name: getattr(cohort, name) for name in cls.names}
        return found | {"aim": numbers.typed(cohort.aim, cohort.measure)}

    def stored_fields(self):
        return list(self.names)

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.names}


class CohortPupilsForm(forms.Form):
    plans = ManyRowsField(
        queryset=SupportPlan.objects.none(),
        label="Pupils",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one pupil."},
    )

    def __init__(self, *args, plans, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["plans"].queryset = plans
        self.fields["plans"].label_from_instance = lambda plan: f"{plan.pupil.name}, {plan.pupil.where}"
