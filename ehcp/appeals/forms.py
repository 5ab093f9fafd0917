from django import forms
from django.utils import timezone

from pupils.forms.checked import date_field, past_date_field

from ..cases.filters import CaseFilterForm
from ..models import Appeal
from ..requests.forms import StepForm, choice, text_area
from . import log


class AppealFilterForm(CaseFilterForm):
    noun, route = "appeals", "ehcp:appeal-list"
    drawn = ("show", "about", "authority")

    about = forms.ChoiceField(required=False, label="Decision", choices=[("", "Anything"), *Appeal.About.choices])


class AppealStartForm(forms.Form):
    about = choice([], "Which decision")
    letter_on = past_date_field(
        label="Date of the authority's letter",
        words="The authority's letter",
        help_text="The day its written notice was sent: the two months run from it.",
    )
    note = forms.CharField(required=False, max_length=5000, widget=text_area(3))

    def __init__(self, *args, decisions, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = [(decision.value, decision.label) for decision in decisions]


def yes_or_no(value):
    return {"True": True, "False": False}.get(str(value))


class MediationForm(StepForm):
    contacted_on = past_date_field(label="Mediation adviser contacted", words="The day", required=False)
    wants_mediation = forms.TypedChoiceField(
        label="Does the parent want mediation?",
        choices=[("", "Not known yet"), (True, "Yes"), (False, "No")],
        coerce=yes_or_no,
        empty_value=None,
        required=False,
    )
    told_on = past_date_field(
        label="Adviser told",
        words="The day",
        required=False,
        help_text="Without mediation the certificate follows in 3 working days; with it the authority has 30 days.",
    )
    mediation_on = past_date_field(label="Mediation ended", words="The end of mediation", required=False)
    certificate_on = past_date_field(
        label="Date on the certificate",
        words="The certificate",
        required=False,
        help_text="It gives one more month from its date, where that is later than two months from the letter.",
    )

    class Meta:
        model = Appeal
        fields = log.MEDIATION.fields


class TribunalForm(StepForm):
    lodged_on = past_date_field(
        label="Appeal received by the Tribunal",
        words="The appeal",
        required=False,
        help_text="It has to be there in time, not only sent.",
    )
    sent_to_la_on = past_date_field(label="Sent to the authority", words="The day", required=False)
    la_responded_on = past_date_field(label="Authority's response", words="The response", required=False)
    school_evidence_by = date_field(
        label="School's evidence wanted by", required=False, help_text="The date in the Tribunal's letter."
    )
    school_evidence_on = past_date_field(label="School's evidence sent", words="The evidence", required=False)
    hearing_on = date_field(label="Hearing", required=False, help_text="It may lie ahead.")

    class Meta:
        model = Appeal
        fields = log.TRIBUNAL.fields


class OrderForm(StepForm):
    outcome = forms.ChoiceField(choices=[("", "Not known yet"), *Appeal.Outcome.choices], required=False)
    order = forms.ChoiceField(
        label="The authority has to", choices=[("", "Nothing"), *Appeal.Order.choices], required=False
    )
    order_on = past_date_field(
        label="Day the order or agreement was sent out", words="The order or agreement", required=False
    )
    agreed_by_on = date_field(
        label="Other time agreed in writing",
        required=False,
        help_text="Only for a mediation agreement: the day by which the LA will do it, if not the usual times.",
    )
    other_steps = forms.CharField(
        required=False,
        max_length=300,
        label="Other steps agreed in mediation",
        help_text="What was agreed that cannot be appealed (reg 42(3)).",
    )
    other_by = choice(Appeal.OtherBy.choices, "Other steps to be done by", required=False)
    other_done_on = past_date_field(label="Other steps done", words="The day", required=False)
    draft_on = past_date_field(
        label="First step done",
        words="The first step",
        required=False,
        help_text="The letter that it will assess, or the draft plan, where the order asks for one first.",
    )
    complied_on = past_date_field(label="Carried out", words="The day", required=False)

    class Meta:
        model = Appeal
        fields = log.ORDER.fields

    def clean_other_by(self):
        return self.cleaned_data["other_by"] or Appeal.OtherBy.AUTHORITY


class NoteForm(StepForm):
    note = forms.CharField(required=False, max_length=5000, widget=text_area(5))

    class Meta:
        model = Appeal
        fields = ["note"]


class AppealCloseForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    outcome = choice(Appeal.Outcome.choices, "How it ended")
    on = past_date_field(label="Last day", words="The last day", initial=timezone.localdate)
