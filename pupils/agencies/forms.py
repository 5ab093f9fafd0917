from datetime import timedelta
from decimal import Decimal

from django import forms
from django.db.models import Q
from django.utils import timezone

from sendco.formkit.versions import VersionedForm

from ..concerns.forms import CarefulForm
from ..forms.checked import date_field, past_date_field, phone_field
from ..forms.steps import StepForm
from ..models import Agency, BoughtTime, Contact, Document, Recommendation, Referral, Target, Visit
from ..plans.forms import parent_names, words
from ..plans.selectors import readers
from .services import LONGEST

MOST_ADVICE = 30


class AgencyForm(VersionedForm, forms.ModelForm):
    telephone = phone_field(label="Telephone")
    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Agency
        fields = ["name", "kind", "does", "how_to_refer", "person", "telephone", "email", "usual_weeks"]
        labels = {"usual_weeks": "How many weeks pupils usually wait"}
        help_texts = {
            "usual_weeks": "From this the day is proposed on which to ask again. It can be changed each time."
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self._meta.fields}


class BoughtForm(VersionedForm, forms.ModelForm):
    starts_on = date_field(label="From")
    ends_on = date_field(label="To")
    hours = forms.DecimalField(
        label="Hours", min_value=0.25, max_value=5000, decimal_places=2, error_messages={"required": "Say how many."}
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ["starts_on", "ends_on", "hours", "cost", "note"]

    class Meta:
        model = BoughtTime
        fields = ["starts_on", "ends_on", "cost", "note"]
        labels = {"cost": "Cost, in pounds"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("version", self.instance.version)
        if self.instance.pk:
            self.initial["hours"] = hours_of(self.instance)

    @property
    def values(self):
        kept = {name: self.cleaned_data[name] for name in self._meta.fields}
        hours = self.cleaned_data["hours"]
        # 100 minutes are 1.67 hours: who changes something else changes no minute.
        same = self.instance.pk and hours == hours_of(self.instance)
        return kept | {"minutes": self.instance.minutes if same else round(hours * 60)}

    @staticmethod
    def values_of(bought):
        names = ("starts_on", "ends_on", "cost", "note")
        return {name: getattr(bought, name) for name in names} | {"hours": hours_of(bought)}


def hours_of(bought):
    """Its time in hours, to two places."""
    return round(Decimal(bought.minutes) / 60, 2)


class VisitForm(CarefulForm):
    careful = ("notes",)
    visited_on = past_date_field(label="On", words="The day")
    kind = forms.ChoiceField(label="What was it?", choices=Visit.Kind.choices)
    minutes = forms.IntegerField(label="How long, in minutes", min_value=1, max_value=24 * 60)
    referral = forms.ModelChoiceField(
        label="For which pupil", queryset=Referral.objects.none(), required=False, empty_label="For the school"
    )
    person = forms.CharField(label="Who came", max_length=120, required=False)
    notes = words("Notes", rows=3, most=3000)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, referrals, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["referral"].queryset = referrals
        self.fields["referral"].label_from_instance = lambda referral: referral.pupil.name

    def stored_fields(self):
        return ["visited_on", "kind", "minutes", "referral", "person", "notes"]

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.stored_fields()}


class ReferralForm(CarefulForm):
    careful = ("reason", "asks")
    agency = forms.ModelChoiceField(
        label="Agency", queryset=Agency.objects.none(), empty_label="Choose",
        error_messages={"required": "Choose the agency."},
    )  # fmt: skip
    reason = words("Why this child is referred", rows=5, required=True, most=4000)
    asks = words("What we ask of them", rows=3, most=2000)
    lead = forms.ModelChoiceField(label="Who looks after it here", queryset=None, empty_label="Choose")
    basis = forms.ChoiceField(
        label="On which basis does it go?",
        choices=Referral.Basis.choices,
        widget=forms.RadioSelect,
        help_text="Referrals usually go on the consent of a parent, or of the young person. Safeguarding is different: "
        "ask the safeguarding lead.",
    )
    basis_note = forms.CharField(label="If without consent: on which legal basis", max_length=200, required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies
        self.fields["lead"].queryset = readers(self.school)

    def stored_fields(self):
        return ["agency", "reason", "asks", "lead", "basis", "basis_note"]

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.stored_fields()}


class ConsentForm(StepForm):
    consent_from = forms.ModelChoiceField(
        label="Who consented", queryset=Contact.objects.none(), required=False, empty_label="Somebody else"
    )
    consent_name = forms.CharField(
        label="If it is somebody else: who", max_length=150, required=False,
        help_text="For example: the young person, aged 16",
    )  # fmt: skip
    consent_on = past_date_field(label="On", words="Consent")
    consent_how = forms.ChoiceField(label="How", choices=Referral.How.choices)

    def __init__(self, *args, pupil, named, **kwargs):
        super().__init__(*args, **kwargs)
        # Whoever consented stays a choice, though their row ended since.
        stored = getattr(self.initial.get("consent_from"), "pk", None)
        stands = Q(ended_on=None, has_parental_responsibility=True) | Q(pk=stored)
        rows = Contact.objects.filter(stands, pupil=pupil)
        names = parent_names(rows, named=named)
        self.fields["consent_from"].queryset = rows
        self.fields["consent_from"].label_from_instance = lambda contact: names[contact.pk]


class WithdrawForm(StepForm):
    on = past_date_field(label="Withdrawn on", words="The day")


class SendForm(StepForm):
    sent_on = past_date_field(label="Sent on", words="The day")
    ask_again_on = date_field(
        label="Ask again on", help_text="When to ask the agency if the child is not seen by then."
    )

    def __init__(self, *args, agency, **kwargs):
        today = timezone.localdate()
        initial = {"sent_on": today, "ask_again_on": today + timedelta(weeks=agency.usual_weeks)}
        super().__init__(*args, initial=initial | kwargs.pop("initial", {}), **kwargs)


class SeenForm(StepForm):
    seen_on = past_date_field(
        label="First seen on", words="The day", required=False, help_text="Leave it empty while the child still waits."
    )
    ask_again_on = date_field(label="If not seen yet: ask again on", required=False)
    report_due_on = date_field(label="Report expected by", required=False)


def lines_of(text):
    """One recommendation a line, without the dash or number that it may begin with."""
    found = (line.strip().lstrip("-*•–").strip() for line in text.splitlines())
    return [line for line in found if line]


class AdviceForm(StepForm):
    advice = words(
        "What is recommended", rows=6, most=8000, help_text="One recommendation a line. Each is decided on by itself."
    )

    def clean_advice(self):
        found = lines_of(self.cleaned_data["advice"])
        if long := [number for number, line in enumerate(found, 1) if len(line) > LONGEST]:
            numbers = ", ".join(map(str, long))
            raise forms.ValidationError(
                f"Line {numbers} is longer than {LONGEST} characters. Put it on two lines, or shorten it."
            )
        if len(found) > MOST_ADVICE:
            raise forms.ValidationError(f"These are more than {MOST_ADVICE} lines. Join some, or add the rest later.")
        return found


class ReportForm(AdviceForm):
    report_on = past_date_field(label="Report received on", words="The day")
    report = forms.ModelChoiceField(
        label="The report, among the child's documents", queryset=Document.objects.none(), required=False,
        empty_label="Not filed yet",
    )  # fmt: skip
    has_no_advice = forms.BooleanField(label="It recommends nothing that we have to decide on", required=False)
    field_order = ["report_on", "report", "advice", "has_no_advice"]

    def __init__(self, *args, documents, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["report"].queryset = documents
        self.fields["report"].label_from_instance = lambda document: document.title


class DecideForm(VersionedForm, forms.Form):
    text = forms.CharField(
        label="What they recommend", max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "The words of the recommendation are needed."},
    )  # fmt: skip
    decision = forms.ChoiceField(
        label="What do we do?", choices=Recommendation.Decision.choices, widget=forms.RadioSelect
    )
    why = forms.CharField(
        label="Why, or how it is changed", max_length=300, required=False,
        help_text="Needed where it is adapted or not adopted. Adapted: the words that go into the plan.",
    )  # fmt: skip
    goes_to = forms.ChoiceField(
        label="Put it into the plan as a strategy", required=False,
        help_text="For the plan as a whole, or for the target that it helps to reach.",
        error_messages={"invalid_choice": "This plan or target is open no more, or holds it already. Choose again."},
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, plans, **kwargs):
        """`plans`: into which it may go; the choice is not offered without one."""
        super().__init__(*args, **kwargs)
        self.places = {}
        groups = [_places_of(plan) for plan in plans]
        for _, places in groups:
            self.places |= {key: place for key, _, place in places}
        choices = [(name, [(key, label) for key, label, _ in places]) for name, places in groups]
        self.fields["goes_to"].choices = [("", "Not into a plan"), *choices]
        if not groups and not self.data.get("goes_to"):
            del self.fields["goes_to"]

    def stored_fields(self):
        return ["text", "decision", "why"]

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.stored_fields()}

    @property
    def place(self):
        """(plan, target), either None: where it goes."""
        return self.places.get(self.cleaned_data.get("goes_to"), (None, None))


def _places_of(plan):
    """(the plan's name, [(key, label, (plan, target or None))]): where in a plan a recommendation may go."""
    targets = Target.objects.current().filter(outcome__plan=plan).select_related("outcome").order_by("number", "pk")
    whole = (whole_plan(plan), "The plan as a whole", (plan, None))
    own = [(f"t{target.pk}", f"Target {target.number}: {target.text[:90]}", (plan, target)) for target in targets]
    return f"{plan.kind.name}, cycle {plan.cycle}", [whole, *own]


def whole_plan(plan):
    """The key of a plan as a whole among the places."""
    return f"p{plan.pk}"


class EndForm(StepForm):
    adds = True
    ended_on = past_date_field(label="Ended on", words="The day")
    ending = forms.ChoiceField(
        label="How did it end?", choices=Referral.Ending.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )  # fmt: skip
    end_note = forms.CharField(label="A word about it", max_length=300, required=False)
