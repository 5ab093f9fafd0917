from datetime import timedelta

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from pupils.forms.checked import date_field, past_date_field
from pupils.letters.forms import SigningForm
from pupils.models import Document
from pupils.record.forms.documents import ACCEPT
from sendco.clock import SEND_LAW_FROM
from sendco.files.bounds import MAX_BYTES
from sendco.formkit.versions import VersionedForm
from staff.forms.many import ManyRowsField
from staff.signatories import signatories

from ..authorities.selectors import caseworkers_in_use, in_use
from ..cases.filters import CaseFilterForm, YearsField
from ..models import Caseworker, Exemption, LocalAuthority, Method, NeedsAssessment, Plan
from . import steps
from .pack import Part
from .selectors import Stage
from .services.assessments import SEVERAL

TICK = {"class": "form-check-input"}
LONGEST_REASON = 40_000


def text_area(rows=3):
    return forms.Textarea(attrs={"rows": rows})


def reason_field():
    return forms.CharField(
        label="Why a plan may be needed",
        required=False,
        max_length=LONGEST_REASON,
        widget=text_area(10),
        help_text="What was tried and for how long, what came of it, and what the child needs now. It goes into the "
        "letter and the pack. You can write it later.",
    )


# The clock of somebody's computer may be ahead of the site's.
CLOCKS_DIFFER = timedelta(minutes=10)


class RequestFilterForm(CaseFilterForm):
    noun, route = "requests", "ehcp:assessment-list"
    drawn = ("show", "stage", "asked_by", "authority", "year")

    asked_by = forms.ChoiceField(
        required=False, label="Asked by", choices=[("", "Anybody"), *NeedsAssessment.AskedBy.choices]
    )
    stage = forms.ChoiceField(
        required=False,
        label="Stage",
        choices=[("", "Any"), *((code, label) for code, label in Stage.choices if code != Stage.CLOSED)],
    )
    year = YearsField()


class RequestStartForm(forms.Form):
    asked_by = forms.ChoiceField(
        label="Who asks",
        choices=NeedsAssessment.AskedBy.choices,
        widget=forms.RadioSelect(attrs=TICK),
        initial=NeedsAssessment.AskedBy.SCHOOL,
    )
    authority = forms.ModelChoiceField(
        LocalAuthority.objects.none(), help_text="The authority of the child's home, whatever council the school is in."
    )
    caseworker = forms.ModelChoiceField(Caseworker.objects.none(), required=False, empty_label="Not named yet")
    began_on = past_date_field(
        label="Day it began",
        words="The day it began",
        initial=timezone.localdate,
        help_text="When the school began to prepare it, or learned of it.",
    )
    reason = reason_field()

    def __init__(self, *args, acting, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["authority"].queryset = in_use(acting)
        self.fields["caseworker"].queryset = caseworkers_in_use(acting)

    def clean(self):
        cleaned = super().clean()
        worker, authority = cleaned.get("caseworker"), cleaned.get("authority")
        if worker and authority and worker.authority_id != authority.pk:
            self.add_error(
                "caseworker", f"{worker.name} works for {worker.authority.name}. Choose somebody of this one."
            )
        return cleaned


# --- Steps: each writes some facts of one request ----------------------------------------------------------------
class StepForm(VersionedForm, forms.ModelForm):
    """Facts of one step. `names` says what the service calls a field where that differs."""

    names: dict = {}
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["version"].initial = self.instance.version

    def facts(self):
        return {self.names.get(name, name): self.cleaned_data[name] for name in self.stored_fields()}

    def validate_constraints(self):
        """What the database holds is the service's to refuse, over the row as it is stored then."""


def choice(choices, label, **kwargs):
    return forms.ChoiceField(choices=choices, label=label, widget=forms.RadioSelect(attrs=TICK), **kwargs)


class ReasonForm(StepForm):
    reason = reason_field()

    class Meta:
        model = NeedsAssessment
        fields = steps.REASON.writes


class SentForm(StepForm):
    sent_at = forms.DateTimeField(
        label="When it went",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="Day and time: e-mail after 5pm counts on the next working day.",
    )
    method = choice(Method.choices, "How")
    received_on = past_date_field(
        label="Day it was signed for",
        words="The day it was received",
        required=False,
        help_text="For signed-for post, or when the authority says another day. Otherwise leave it empty: it is worked "
        "out from when and how it went.",
    )

    class Meta:
        model = NeedsAssessment
        fields = steps.SENT.writes

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound and self.instance.sent_at is None:
            self.initial["sent_at"] = timezone.localtime()
            self.initial["method"] = Method.EMAIL
        elif self.instance.method != Method.SIGNED_FOR:
            self.initial["received_on"] = None

    def clean_sent_at(self):
        sent_at = self.cleaned_data["sent_at"]
        if sent_at.date() < SEND_LAW_FROM or sent_at > timezone.now() + CLOCKS_DIFFER:
            raise ValidationError("It cannot have gone then. Check the day and the time.")
        return sent_at


class ReceivedForm(StepForm):
    received_on = past_date_field(
        label="Day the authority received it",
        words="The day",
        required=False,
        help_text="The request of the parent, the young person or somebody else. Ask the family or the authority.",
    )
    became_responsible_on = past_date_field(
        label="Or: day the authority became responsible",
        words="The day",
        required=False,
        help_text="Where nobody who may ask has asked, and the child came to its attention (section 24).",
    )

    class Meta:
        model = NeedsAssessment
        fields = steps.RECEIVED.writes


class DecisionForm(StepForm):
    decision = choice(NeedsAssessment.Decision.choices, "What it decided")
    decision_on = past_date_field(label="Date on the letter", words="The decision")

    class Meta:
        model = NeedsAssessment
        fields = ["decision", "decision_on"]


class AdviceAskedForm(StepForm):
    names = {"advice_asked_on": "asked_on"}
    advice_asked_on = past_date_field(
        label="Day the request for advice reached the school", words="The request for advice"
    )

    class Meta:
        model = NeedsAssessment
        fields = steps.ADVICE_ASKED.writes


class AdviceSentForm(StepForm):
    names = {"advice_sent_on": "sent_on"}
    advice_sent_on = past_date_field(label="Day the school's advice went", words="The advice")

    class Meta:
        model = NeedsAssessment
        fields = steps.ADVICE_SENT.writes


class NoPlanForm(StepForm):
    names = {"no_plan_on": "on"}
    no_plan_on = past_date_field(label="Date on the letter", words="The decision")

    class Meta:
        model = NeedsAssessment
        fields = steps.NO_PLAN.writes


class DraftForm(StepForm):
    names = {"draft_served_on": "served_on"}
    draft_served_on = past_date_field(
        label="Day the draft came to the parent",
        words="The draft plan",
        help_text="The parent has at least 15 days beginning with this day.",
    )

    class Meta:
        model = NeedsAssessment
        fields = steps.DRAFT.writes


class WordsForm(StepForm):
    names = {"representations_on": "on"}
    representations_on = past_date_field(label="Day the parent's words went", words="The parent's words")

    class Meta:
        model = NeedsAssessment
        fields = steps.WORDS.writes


class FinalForm(StepForm):
    final_on = past_date_field(label="Date on the final plan", words="The final plan")
    plan = forms.ModelChoiceField(
        Plan.objects.none(),
        required=False,
        label="The plan, if it is recorded here already",
        empty_label="Not recorded yet: I do that next",
    )

    class Meta:
        model = NeedsAssessment
        fields = steps.FINAL.writes

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = Plan.objects.filter(pupil=self.instance.pupil, ceased_on=None)
        self.fields["plan"].label_from_instance = plan_words


def plan_words(plan):
    return f"Plan of {plan.made_on:%d/%m/%Y}" if plan.made_on else "Plan without a date yet"


class ReversalForm(StepForm):
    names = {"reversal_notified_on": "notified_on", "reversal_agreed_by": "agreed_by"}
    reversal = choice(NeedsAssessment.Reversal.choices, "How it fell")
    reversed_to = choice(NeedsAssessment.ReversedTo.choices, "What the authority does now")
    reversed_on = past_date_field(
        label="Day of the order, the agreement or the change of mind",
        words="The reversal",
        help_text="For an order, the day it was sent out. The new dates count from it.",
    )
    reversal_notified_on = past_date_field(
        label="Day the authority wrote that it will", words="The authority's letter", required=False
    )
    reversal_agreed_by = date_field(
        label="Other time agreed in writing",
        required=False,
        help_text="Only for a mediation agreement: the day by which the plan is to be there, if not the usual times.",
    )

    class Meta:
        model = NeedsAssessment
        fields = ["reversal", "reversed_to", "reversed_on", "reversal_notified_on", "reversal_agreed_by"]


class CloseForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    reason = forms.CharField(
        max_length=200,
        label="Why it is closed",
        help_text="For example: withdrawn by the parent; not sent after all; the refusal was accepted.",
    )
    on = past_date_field(label="Last day", words="The last day", initial=timezone.localdate)


# --- Advice ------------------------------------------------------------------------------------------------------
class AdviceForm(forms.Form):
    who = forms.CharField(max_length=150, required=False, label="Who advises", help_text="Name and post.")
    asked_on = past_date_field(label="Asked for on", words="The day it was asked for", required=False)
    received_on = past_date_field(label="Came on", words="The day the advice came", required=False)
    words = forms.CharField(
        max_length=20_000,
        required=False,
        label="What they said",
        help_text="Their own words, where no document holds them. They are printed in the request pack.",
        widget=text_area(5),
    )
    document = forms.ModelChoiceField(
        Document.objects.none(), required=False, label="Where it is kept", empty_label="Not filed yet"
    )
    upload = forms.FileField(
        required=False,
        max_length=200,
        label="Or file it now",
        help_text=f"PDF, Word, picture or text, up to {MAX_BYTES // 1024 // 1024} MB. It is filed with the child.",
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPT}),
    )

    def __init__(self, *args, acting, pupil, **kwargs):
        super().__init__(*args, **kwargs)
        documents = Document.objects.visible_to(acting).filter(pupil=pupil, removed_on=None)
        self.fields["document"].queryset = documents
        self.fields["document"].label_from_instance = document_words

    def clean(self):
        cleaned = super().clean()
        here = cleaned.get("upload") or cleaned.get("words", "").strip()
        if here and not cleaned.get("received_on") and "received_on" not in self.errors:
            self.add_error("received_on", "Give the day it came, which stands beside it in the pack.")
        return cleaned


def document_words(document):
    return f"{document.title}, {document.dated_on:%d/%m/%Y}"


class AdviceAddForm(forms.Form):
    kind = forms.ChoiceField(
        label="What it is", choices=[(sort.value, sort.label) for sort in SEVERAL], widget=forms.RadioSelect(attrs=TICK)
    )
    who = forms.CharField(max_length=150, label="Who advises", help_text="Name and post.")


# --- Exceptions --------------------------------------------------------------------------------------------------
class ExemptionForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    step = choice(Exemption.Step.choices, "For which time limit")
    ground = choice(Exemption.Ground.choices, "On what ground")
    claimed_by = choice(Exemption.Claimant.choices, "Who claims it", initial=Exemption.Claimant.LA)
    claimed_on = past_date_field(label="Claimed on", words="The claim", initial=timezone.localdate)
    starts_on = date_field(
        label="First day closed or away", required=False, help_text="For a closed school or provider, or for absence."
    )
    ends_on = date_field(label="Last day closed or away", required=False)
    advice_asked_on = past_date_field(
        label="Day the authority asked the head for advice",
        words="The request for advice",
        required=False,
        help_text="For a closed school: the ground holds only when it asked inside the window.",
    )
    parent_told_on = past_date_field(label="Parent told of it on", words="The letter", required=False)
    note = forms.CharField(required=False, max_length=2000, widget=text_area(3))


# --- The pack ----------------------------------------------------------------------------------------------------
class PackForm(SigningForm):
    parts = forms.MultipleChoiceField(
        label="What we write into it",
        required=False,
        choices=Part.choices,
        initial=Part.values,
        widget=forms.CheckboxSelectMultiple(attrs=TICK),
    )
    documents = ManyRowsField(
        Document.objects.none(),
        required=False,
        label="Documents to enclose",
        help_text="PDFs become pages of the pack. Anything else is named in the index as sent separately.",
        widget=forms.CheckboxSelectMultiple(attrs=TICK),
    )

    field_order = ["parts", "signed_by", "documents"]

    def __init__(self, *args, acting, pupil, **kwargs):
        super().__init__(*args, signatories=signatories(acting), **kwargs)
        self.fields["signed_by"].label = "Letter signed by"
        documents = Document.objects.visible_to(acting).filter(pupil=pupil, removed_on=None)
        self.fields["documents"].queryset = documents.order_by("dated_on", "pk")
        self.fields["documents"].label_from_instance = document_words
        if not documents.exists():
            self.fields["documents"].help_text = "No document is filed with this child yet."
