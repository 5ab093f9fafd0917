from django import forms

from pupils.forms.checked import date_field, past_date_field
from pupils.models import Contact
from sendco.formkit.versions import VersionedForm
from staff.forms.many import ManyRowsField
from staff.models import User

from ...cases.filters import CaseFilterForm, YearsField
from ...models import AnnualReview, Invitee, Method, OutcomeReview, PlanVersion, Recommendation
from .. import steps
from ..services.mail import address_of
from ..steps import STAGES

RADIO = {"class": "form-check-input"}
LONGEST = 20_000


def text_field(*, label, rows=4, required=False, longest=LONGEST, help_text=""):
    return forms.CharField(
        label=label,
        required=required,
        max_length=longest,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def via_field():
    return forms.ChoiceField(label="How it went", choices=Method.choices, initial=Method.EMAIL)


def proof_field():
    return forms.CharField(
        label="Proof",
        required=False,
        max_length=200,
        help_text="What shows that it went: a read receipt, a post office slip, who handed it over.",
    )


class ReviewFilterForm(CaseFilterForm):
    noun, route = "reviews", "ehcp:review-list"
    drawn, carried = ("show", "kind", "authority", "year"), ("stage", "late")

    stage = forms.ChoiceField(
        required=False, label="Stage", choices=[("", "Any"), *((stage.code, stage.label) for stage in STAGES)]
    )
    kind = forms.ChoiceField(required=False, label="Kind", choices=[("", "Any"), *AnnualReview.Kind.choices])
    year = YearsField()
    late = forms.BooleanField(required=False, label="Late")


class BeginForm(forms.Form):
    kind = forms.ChoiceField(
        label="Which review",
        choices=[
            (AnnualReview.Kind.ANNUAL, "Annual review"),
            (AnnualReview.Kind.TRANSFER, "Annual review before a transfer to the next phase"),
            (AnnualReview.Kind.EARLY, "Early review: somebody asks for it before the year is over"),
        ],
        widget=forms.RadioSelect(attrs=RADIO),
        initial=AnnualReview.Kind.ANNUAL,
    )
    began_on = past_date_field(
        label="Day it began",
        words="The day it began",
        required=False,
        help_text="For a review that is under way or over already, the real day. Then enter its meeting and letters.",
    )
    asked_by = forms.CharField(label="For an early review: who asks", max_length=100, required=False)
    reason = text_field(label="Why now", rows=3, longest=2000)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("kind") == AnnualReview.Kind.EARLY:
            for name, trouble in (("asked_by", "Say who asks for the early review."), ("reason", "Say why now.")):
                if not cleaned.get(name):
                    self.add_error(name, trouble)
        return cleaned


class KindForm(BeginForm):
    began_on = None  # corrected like every other day
    version = forms.IntegerField(widget=forms.HiddenInput)


class MeetingForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    meeting_on = date_field(label="Day of the meeting")
    meeting_time = forms.TimeField(
        label="Time", required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    contribute_by = date_field(
        label="Views and reports by",
        required=False,
        help_text="Papers go two weeks before the meeting, so ask for words some days before that.",
    )
    pep_on = date_field(
        label="Personal education plan (PEP) meeting", required=False, help_text="For a child looked after."
    )

    class Meta:
        model = AnnualReview
        fields = steps.DAY.writes
        labels = {"place": "Place", "short_notice_note": "Notice shorter than two weeks"}
        help_texts = {
            "place": "A room, or how to join by video.",
            "short_notice_note": "Only then: who agreed, and why it cannot wait. It stays a breach of reg 20(3).",
        }


class InviteeForm(forms.Form):
    """Somebody else for the list: one of the child's adults, a colleague, or a name."""

    contact = forms.ModelChoiceField(
        Contact.objects.none(), required=False, label="One of the child's adults", empty_label="None of them"
    )
    user = forms.ModelChoiceField(User.objects.none(), required=False, label="A colleague", empty_label="None of them")
    role = forms.ChoiceField(label="Role", choices=Invitee.Role.choices, initial=Invitee.Role.OTHER)
    name = forms.CharField(label="Name", max_length=120, required=False)
    organisation = forms.CharField(label="Organisation", max_length=120, required=False)
    email = forms.EmailField(label="E-mail", required=False)

    def __init__(self, *args, contacts, people, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["contact"].queryset, self.fields["user"].queryset = contacts, people

    def clean(self):
        cleaned = super().clean()
        chosen = cleaned.get("contact") or cleaned.get("user")
        if chosen is None and not cleaned.get("name"):
            self.add_error("name", "Choose a person or write a name.")
        elif chosen is not None:
            cleaned["name"] = cleaned.get("name") or chosen.name
            cleaned["email"] = cleaned.get("email") or chosen.email
        return cleaned

    def values(self):
        return {name: self.cleaned_data.get(name) for name in self.fields}


class InviteeEditForm(forms.ModelForm):
    class Meta:
        model = Invitee
        fields = ("name", "organisation", "email", "answer")
        help_texts = {"email": "A new address closes the link that went to the old one."}


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Why", max_length=200)


class NoParentForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        label="Why nobody with parental responsibility is invited",
        max_length=300,
        required=False,
        help_text="For example: no address is known, a court order, the authority shares parental responsibility. "
        "Printed in the report. Leave it empty to take the reason back.",
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class CallOffForm(ReasonForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class PeopleForm(forms.Form):
    """Choose among the people of a review."""

    people = ManyRowsField(
        Invitee.objects.none(),
        label="People",
        widget=forms.CheckboxSelectMultiple(attrs=RADIO),
        error_messages={"required": "Choose at least one person."},
    )

    def __init__(self, *args, people, **kwargs):
        super().__init__(*args, **kwargs)
        chosen = Invitee.objects.filter(pk__in=[person.pk for person in people])
        self.fields["people"].queryset = chosen.select_related("contact").order_by("pk")
        self.fields["people"].label_from_instance = self.words

    @staticmethod
    def words(invitee):
        address = address_of(invitee)
        how = f"e-mail to {address}" if address else "no e-mail address"
        return f"{invitee.name} ({invitee.get_role_display()}): {how}"


class InviteForm(PeopleForm):
    also_ask = forms.BooleanField(
        label="Ask for their views and reports too", required=False, initial=True,
        help_text="Those with e-mail get a link of their own: no account, on any phone.",
    )  # fmt: skip


class ToldForm(PeopleForm):
    """Invited otherwise than by mail from here: the day and the way are the proof."""

    invited_on = past_date_field(label="On which day", words="The day of the invitation")
    via = forms.ChoiceField(label="How", choices=Invitee.Via.choices, initial=Invitee.Via.HAND)
    also_ask = forms.BooleanField(label="They were asked for their views and reports too", required=False, initial=True)

    @staticmethod
    def words(invitee):
        return f"{invitee.name} ({invitee.get_role_display()})"


class SchoolReportForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    school_report = text_field(label="The school's report", rows=16, longest=100_000)

    class Meta:
        model = AnnualReview
        fields = steps.SCHOOL_REPORT.writes


class SentForm(forms.Form):
    sent_on = past_date_field(label="Day it went", words="The day it went")
    via = via_field()
    proof = proof_field()


# --- The meeting -------------------------------------------------------------------------------------------------
class AttendedForm(PeopleForm):
    held_on = past_date_field(
        label="Day of the meeting",
        words="The day of the meeting",
        required=False,
        help_text="Leave it empty while you only prepare. From this day the two and four weeks run.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["people"].label = "Who is here"
        self.fields["people"].required = False

    @staticmethod
    def words(invitee):
        return f"{invitee.name} ({invitee.get_role_display()})"


class OutcomeForm(VersionedForm, forms.ModelForm):
    version = forms.IntegerField(widget=forms.HiddenInput)
    evidence = text_field(label="What shows it", rows=4)
    new_text = text_field(label="Words we suggest", rows=3, help_text="Only when the outcome should change.")
    who = forms.CharField(label="Who sees it differently", max_length=120, required=False)
    view = text_field(label="Their view, in their words", rows=2, longest=4000)

    class Meta:
        model = OutcomeReview
        fields = ("progress", "evidence", "next_step", "new_text")
        widgets = {"progress": forms.RadioSelect(attrs=RADIO), "next_step": forms.RadioSelect(attrs=RADIO)}
        labels = {"progress": "Progress", "next_step": "What should the plan say next?"}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["progress"].choices = OutcomeReview.Progress.choices
        self.fields["next_step"].choices = OutcomeReview.Next.choices

    def clean(self):
        cleaned = super().clean()
        if bool(cleaned.get("who")) != bool(cleaned.get("view")):
            missing = "view" if cleaned.get("who") else "who"
            self.add_error(missing, "Write both: who it is, and what they say.")
        return cleaned


class WordsForm(VersionedForm, forms.ModelForm):
    """Words of the meeting as a whole, one page of the screen at a time."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = AnnualReview
        fields = ()


class SummaryForm(WordsForm):
    strengths = text_field(label="What goes well", rows=4)
    summary = text_field(label="What was said", rows=6)

    class Meta(WordsForm.Meta):
        fields = steps.SUMMARY


class AdulthoodForm(WordsForm):
    adult_employment = text_field(label="Further education and work", rows=3)
    adult_living = text_field(label="Living independently", rows=3)
    adult_community = text_field(label="Friends and taking part", rows=3)
    adult_health = text_field(label="Being as healthy as possible", rows=3)

    class Meta(WordsForm.Meta):
        fields = steps.ADULTHOOD


class RecommendForm(WordsForm):
    recommendation = forms.ChoiceField(
        label="What do we recommend?",
        choices=Recommendation.choices,
        widget=forms.RadioSelect(attrs=RADIO),
        required=False,
    )
    recommendation_reason = text_field(label="Why", rows=3)
    changes_asked = text_field(label="Changes asked for", rows=4)
    actions = text_field(label="Actions: what, who, by when", rows=4)

    class Meta(WordsForm.Meta):
        fields = steps.RECOMMENDING


# --- The authority -----------------------------------------------------------------------------------------------
class DecisionForm(forms.Form):
    decision = forms.ChoiceField(
        label="The authority's decision", choices=Recommendation.choices, widget=forms.RadioSelect(attrs=RADIO)
    )
    decision_on = past_date_field(
        label="Date its letter was sent", words="The decision", help_text="The date on the letter."
    )
    notice_on = past_date_field(
        label="Amendment notice sent",
        words="The amendment notice",
        required=False,
        help_text="Only when it changes the plan. It should come with the decision (reg 22(2)(a)).",
    )


class DayForm(forms.Form):
    on = past_date_field(label="Date", words="It")

    def __init__(self, *args, label="Date", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].label = label


class FinalForm(forms.Form):
    final_on = past_date_field(label="Date on the final plan", words="The final plan")
    new_version = forms.ModelChoiceField(
        PlanVersion.objects.none(),
        required=False,
        empty_label="Not uploaded yet",
        label="Version of the plan",
        help_text="Upload its PDF on the plan's page, before this or after.",
    )

    names_next_school = forms.BooleanField(
        required=False,
        label="It names the next school or college",
        help_text="For a phase transfer: the plan then meets the date for it, whatever kind of review this was.",
    )

    def __init__(self, *args, plan, **kwargs):
        super().__init__(*args, **kwargs)
        versions = plan.versions.filter(kind__in=PlanVersion.IN_FORCE).exclude(confirmed_at=None)
        self.fields["new_version"].queryset = versions.order_by("-number")
        self.fields["new_version"].label_from_instance = lambda version: f"Version {version.number}"


class ApproveForm(forms.Form):
    version = forms.IntegerField(widget=forms.HiddenInput)
