from django import forms
from django.utils import timezone

from pupils.forms.checked import date_field, past_date_field
from pupils.models import NeedType
from pupils.models.register import Code
from pupils.register.selectors import needs_on
from sendco.formkit.versions import VersionedForm
from sendco.richtext_field import RichField

from ..authorities.selectors import caseworkers_in_use, in_use
from ..cases.filters import AnyOf, CaseFilterForm, YearsField
from ..models import Caseworker, LocalAuthority, NeedsAssessment, Plan, PlanOutcome, PlanVersion, ProvisionLine
from .services.plans import CAME, DRAFT, FINAL

RADIO = {"class": "form-check-input"}


def text_area(rows=3):
    return forms.Textarea(attrs={"rows": rows})


def need_field():
    return forms.ModelChoiceField(
        NeedType.objects.none(),
        required=False,
        label="Primary type of need",
        empty_label="Choose",
        help_text="The register has none yet, and needs one with an EHC plan.",
    )


def plan_needs():
    """The types of need that may stand with a plan today."""
    return needs_on(timezone.localdate()).filter(only_with_sen_support=False)


class NeedForm(forms.Form):
    """A form that may carry the child's register entry to E."""

    need = need_field()

    def __init__(self, *args, asks_need=True, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["need"].queryset = plan_needs()
        if not asks_need:
            del self.fields["need"]

    def needs(self):
        return [self.cleaned_data["need"]] if self.cleaned_data.get("need") else []


class PlanFilterForm(CaseFilterForm):
    noun, route = "plans", "ehcp:plan-list"
    drawn = ("show", "authority", "review", "year", "gap")

    show = forms.ChoiceField(
        required=False,
        label="Show",
        choices=[("now", "In force"), ("left", "Child left the school"), ("ceased", "Ceased"), ("all", "All")],
    )
    year = YearsField()
    review = forms.ChoiceField(
        required=False,
        label="Review",
        choices=[("", "Any"), ("late", "Past its date"), ("open", "Under way"), ("none", "None under way")],
    )
    gap = AnyOf(
        label="Look for",
        any_label="Anything",
        choices=[
            ("vague", "Vague provision"),
            ("date", "No date"),
            ("words", "No words yet"),
            ("worker", "No caseworker"),
            ("transfer", "Phase transfer"),
        ],
    )


class PlanStartForm(NeedForm):
    state = forms.ChoiceField(
        label="What there is",
        choices=[
            (FINAL, "A final plan, and I know its date"),
            (CAME, "A final plan that came with the child; its date may be missing"),
            (DRAFT, "A draft: the final plan is not issued yet"),
        ],
        widget=forms.RadioSelect(attrs=RADIO),
        initial=FINAL,
    )
    authority = forms.ModelChoiceField(
        LocalAuthority.objects.none(), label="Authority that keeps it", empty_label="Choose"
    )
    caseworker = forms.ModelChoiceField(Caseworker.objects.none(), required=False, empty_label="Not named yet")
    made_on = past_date_field(label="Date on the final plan", words="The date of the plan", required=False)
    last_concluded_on = past_date_field(
        label="Last review concluded",
        words="The last review",
        required=False,
        help_text="For a plan that came with the child: the date of the authority's letter after its last review.",
    )
    names = forms.ChoiceField(label="Section I names", choices=Plan.Names.choices, initial=Plan.Names.HERE)
    named_school = forms.CharField(label="Which school or type", max_length=150, required=False)
    note = forms.CharField(required=False, widget=text_area())
    field_order = [
        "state",
        "authority",
        "caseworker",
        "made_on",
        "last_concluded_on",
        "names",
        "named_school",
        "need",
        "note",
    ]

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["authority"].queryset = in_use(acting)
        self.fields["caseworker"].queryset = caseworkers_in_use(acting)

    def values(self):
        return {name: value for name, value in self.cleaned_data.items() if name != "need"} | {"needs": self.needs()}


class PlanIssueForm(NeedForm):
    made_on = past_date_field(label="Date on the final plan", words="The date of the plan")
    field_order = ["made_on", "need"]


class PlanForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    made_on = past_date_field(label="Date on the final plan", words="The date of the plan", required=False)
    last_concluded_on = past_date_field(
        label="Last review concluded before this school's record",
        words="The last review",
        required=False,
        help_text="Reviews on record here count by themselves.",
    )
    transfer_on = date_field(
        label="Day of the next transfer",
        required=False,
        help_text="Only when it is at an unusual time. Otherwise the year group and the school's ages say it.",
    )

    class Meta:
        model = Plan
        fields = ["made_on", "last_concluded_on", "caseworker", "names", "named_school", "transfer_on", "note"]
        labels = {"names": "Section I names", "named_school": "Which school or type"}
        widgets = {"note": text_area()}

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        workers = caseworkers_in_use(acting).filter(authority=self.instance.authority_id)
        self.fields["caseworker"].queryset = workers
        self.fields["caseworker"].empty_label = "Not named yet"

    def values(self):
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class CaseworkerForm(VersionedForm, forms.ModelForm):
    """Who at the authority answers for a plan or a request now."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    caseworker = forms.ModelChoiceField(Caseworker.objects.none(), required=False, empty_label="Not named yet")

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version
        workers = caseworkers_in_use(acting).filter(authority=self.instance.authority_id)
        self.fields["caseworker"].queryset = workers
        self.fields["caseworker"].label_from_instance = str

    def validate_constraints(self):
        """What the database holds is the service's to refuse, over the row as it is stored then."""


class PlanCaseworkerForm(CaseworkerForm):
    class Meta:
        model = Plan
        fields = ["caseworker"]


class RequestCaseworkerForm(CaseworkerForm):
    class Meta:
        model = NeedsAssessment
        fields = ["caseworker"]


# --- Placement, top-up, moves, ceasing ---------------------------------------------------------------------------
class PlacementForm(forms.Form):
    setting = forms.CharField(max_length=150, label="School or setting")
    kind = forms.CharField(
        max_length=100, required=False, help_text="For example: special school, resourced provision."
    )
    starts_on = date_field(label="First day")


class TopUpForm(forms.Form):
    band = forms.CharField(max_length=60, label="Band or element", help_text="As the authority writes it.")
    amount = forms.DecimalField(
        max_digits=9, decimal_places=2, min_value=0, required=False, label="Pounds a year", localize=False
    )
    starts_on = date_field(label="First day")
    note = forms.CharField(max_length=200, required=False)


class EndForm(forms.Form):
    ends_on = date_field(label="Last day")


class MoveDatesForm(forms.Form):
    transferred_on = past_date_field(
        label="Plan transferred",
        words="The transfer",
        required=False,
        help_text="From this day the new authority keeps the plan.",
    )
    parent_told_on = past_date_field(
        label="Parent told",
        words="The letter",
        required=False,
        help_text="The letter that says the plan was transferred, whether it will re-assess, and when it will review.",
    )
    health_aware_on = past_date_field(
        label="Health body became aware",
        words="The day",
        required=False,
        help_text="Only when the health body changes with the move.",
    )
    health_told_on = past_date_field(label="New health body told", words="The day", required=False)


class MoveForm(MoveDatesForm):
    new_authority = forms.ModelChoiceField(
        LocalAuthority.objects.none(), label="Authority of the new home", empty_label="Choose"
    )
    moved_on = date_field(label="Day of the move", help_text="It may lie ahead.")
    aware_on = past_date_field(label="Old authority learned of it", words="The day")
    field_order = ["new_authority", "moved_on", "aware_on"]

    def __init__(self, *args, acting, plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["new_authority"].queryset = in_use(acting).exclude(pk=plan.authority_id)


class CeasingForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    proposed_on = past_date_field(
        label="First letter",
        words="The first letter",
        required=False,
        help_text="The authority says that it considers ceasing, and asks the parent and the school (reg 31).",
    )
    notified_on = past_date_field(
        label="Decision",
        words="The decision",
        required=False,
        help_text="The date on its letter with the right to appeal. The plan stays in force while that time runs.",
    )
    reason = forms.CharField(max_length=200, required=False, widget=text_area(2), help_text="In the authority's words.")


class PlanEndForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    ceased_on = past_date_field(label="Last day of the plan", words="The last day")
    next_code = forms.ChoiceField(
        label="On the register from then on",
        choices=[(Code.SUPPORT, Code.SUPPORT.label), (Code.NONE, Code.NONE.label)],
        widget=forms.RadioSelect(attrs=RADIO),
    )


class MistakeForm(forms.Form):
    reason = forms.CharField(max_length=150, label="What went wrong", widget=text_area(2))


# --- Versions ----------------------------------------------------------------------------------------------------
class VersionFields(forms.Form):
    kind = forms.ChoiceField(choices=PlanVersion.Kind.choices, label="What it is")
    dated_on = past_date_field(label="Date on it", words="The date on the plan")
    received_on = past_date_field(label="Day it came to the school", words="The day it came", required=False)


class VersionStartForm(NeedForm, VersionFields):
    copy_from = forms.ModelChoiceField(
        PlanVersion.objects.none(), required=False, label="Begin with the words of", empty_label="Empty sections"
    )
    note = forms.CharField(max_length=300, required=False)
    field_order = ["kind", "dated_on", "received_on", "copy_from", "need", "note"]

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        versions = plan.versions.exclude(confirmed_at=None)
        self.fields["copy_from"].queryset = versions
        self.fields["copy_from"].label_from_instance = version_words
        self.fields["copy_from"].initial = versions.first()


def version_words(version):
    return f"Version {version.number}: {version.get_kind_display().lower()} of {version.dated_on:%d/%m/%Y}"


class PlanReadForm(VersionFields):
    upload = forms.FileField(
        label="The plan as a PDF",
        max_length=200,
        help_text="Up to 20 MB. It is kept exactly as it came.",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf"}),
    )
    field_order = ["upload", "kind", "dated_on", "received_on"]


class VersionForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    dated_on = past_date_field(label="Date on it", words="The date on the plan")
    received_on = past_date_field(label="Day it came to the school", words="The day it came", required=False)

    class Meta:
        model = PlanVersion
        fields = ["kind", "dated_on", "received_on", "note"]
        labels = {"kind": "What it is"}

    def values(self):
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class SectionForm(forms.Form):
    html = RichField(label="Words of the section", required=False, rows=16)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)


class OutcomeForm(forms.ModelForm):
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    class Meta:
        model = PlanOutcome
        fields = ["text", "by_when", "preparation"]
        labels = {"text": "Outcome", "by_when": "By when"}
        help_texts = {
            "text": "What the child will be able to do, so that everybody can see whether it is met.",
            "by_when": "For example: by the end of Key Stage 2.",
        }
        widgets = {"text": text_area(4)}

    def values(self):
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class LineForm(forms.ModelForm):
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    class Meta:
        model = ProvisionLine
        fields = ["section", "text", "minutes", "times", "per", "who", "group_size", "outcome"]
        labels = {
            "text": "Words of the plan",
            "minutes": "Minutes each time",
            "times": "How many times",
            "per": "In each",
            "who": "Who gives it",
            "group_size": "Children in the group",
            "outcome": "For which outcome",
        }
        help_texts = {
            "text": "Copy the words as they stand. What is missing below is named beside the line.",
            "group_size": "1 when the child is alone.",
        }
        widgets = {"text": text_area(4)}

    def __init__(self, *args, version, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].queryset = version.outcomes.all()
        self.fields["outcome"].label_from_instance = lambda row: f"{row.number}. {row.text[:80]}"
        self.fields["outcome"].empty_label = "None"
        self.fields["per"].choices = [("", "Choose"), *ProvisionLine.Per.choices]

    def clean(self):
        cleaned = super().clean()
        limits = {"minutes": 6_000, "times": 400, "group_size": 200}
        for name, most in limits.items():
            number = cleaned.get(name)
            if number is not None and not 1 <= number <= most:
                self.add_error(name, f"Give a number from 1 to {most:,}, or leave it empty.")
        if cleaned.get("times") and not cleaned.get("per"):
            self.add_error("per", "Say in what time: a day, a week, a term.")
        return cleaned

    def values(self):
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class ChallengeForm(forms.Form):
    challenged_on = past_date_field(
        label="Day you asked the authority",
        words="The day you asked",
        required=False,
        help_text="Leave empty to take the mark away.",
    )
    note = forms.CharField(max_length=300, required=False, widget=text_area(2), label="What you asked")


class CompareForm(forms.Form):
    other = forms.ModelChoiceField(
        PlanVersion.objects.none(),
        label="Compare with",
        empty_label=None,
        widget=forms.Select(attrs={"class": "form-select"}),
    )

    def __init__(self, *args, version, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["other"].queryset = version.plan.versions.exclude(pk=version.pk).exclude(confirmed_at=None)
        self.fields["other"].label_from_instance = version_words


class PupilChoiceForm(forms.Form):
    """A pupil for whom a plan can be recorded, by name."""

    q = forms.CharField(max_length=100, required=False, label="Name of the child")
