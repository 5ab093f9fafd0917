"""The challenge log: what was put to a council or an agency, how many days it waits, and what came of it."""

from collections import defaultdict
from datetime import timedelta
from statistics import median

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from sendco.audit import services as audit
from sendco.files.http import download_response
from sendco.files.kinds import extension_of
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted, pressed_once
from sendco.formkit.versions import Versioned
from sendco.limits.services import check_limit
from staff.access import require_permission
from staff.permissions import Permission as P

from ..concerns.forms import CarefulForm
from ..forms.checked import date_field, past_date_field
from ..forms.steps import StepForm
from ..models import Agency, Challenge, ChallengeStep, Pupil
from ..plans.forms import words
from ..plans.selectors import readers
from ..plans.services.plans import works_here
from . import jobs, services

READS = (P.NARRATIVE_VIEW,)
LEADS = (P.SUPPORT_LEAD,)
LIST = ("Challenges", reverse_lazy("pupils:challenge-list"))
PER_PAGE = 50
TO_REPLY = timedelta(weeks=2)  # the school's own patience: no law sets it


# --- Forms -------------------------------------------------------------------------------------------------------
class ChallengeForm(CarefulForm):
    careful = ("words",)
    body = forms.ChoiceField(label="To whom?", choices=Challenge.Body.choices, widget=forms.RadioSelect)
    agency = forms.ModelChoiceField(
        label="If it is an agency of the directory", queryset=Agency.objects.none(), required=False,
        empty_label="None of these",
    )  # fmt: skip
    name = forms.CharField(
        label="Otherwise: the name", max_length=150, required=False, help_text="For example: Westmarch SEND team"
    )
    about = forms.CharField(label="What about, in a few words", max_length=150)
    words = words("What you put to them", rows=5, required=True, most=4000)
    raised_on = past_date_field(label="Raised on", words="The day")
    reply_by = date_field(label="Reply expected by")
    owner = forms.ModelChoiceField(label="Who looks after it", queryset=None, empty_label="Choose")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args, agencies, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["agency"].queryset = agencies
        self.fields["owner"].queryset = readers(self.school)

    def stored_fields(self):
        return ["body", "agency", "name", "about", "words", "raised_on", "reply_by", "owner"]

    @property
    def values(self):
        return {name: self.cleaned_data[name] for name in self.stored_fields()}


def _tick(label):
    return forms.BooleanField(label=label, required=False)


def _paper(label):
    return forms.FileField(
        label=label, required=False, help_text="PDF, document or picture: the letter you sent, the reply you got."
    )


class DoneForm(StepForm):
    adds = True
    done_on = past_date_field(label="On", words="The day")
    words = forms.CharField(label="What was done", max_length=300, help_text="For example: rang, told the manager")
    reply_by = date_field(label="If it changes: reply expected by", required=False)
    in_letter = _tick("Say this in the letter to them")
    upload = _paper("The paper that shows it")


class ChangeStepForm(forms.Form):
    done_on = past_date_field(label="On", words="The day")
    words = forms.CharField(label="What was done", max_length=300)
    in_letter = _tick("Say this in the letter to them")
    upload = _paper("Another paper instead")
    no_paper = _tick("Take the paper away, as when it is another child's")
    version = forms.IntegerField(widget=forms.HiddenInput)


class ReplyForm(StepForm):
    replied_on = past_date_field(
        label="Reply received on",
        words="The day",
        required=False,
        help_text="Empty it if there was none after all.",
    )
    reply = words("What they said", rows=4, most=4000)


class EndForm(StepForm):
    adds = True
    ended_on = past_date_field(label="Ended on", words="The day")
    outcome = forms.ChoiceField(
        label="What came of it?", choices=Challenge.Outcome.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )  # fmt: skip
    end_note = forms.CharField(label="A word about it", max_length=300, required=False)


# --- Pages -------------------------------------------------------------------------------------------------------
def _challenge(request, pk):
    rows = Challenge.objects.visible_to(request.acting).select_related("school", "pupil", "agency", "owner")
    return get_object_or_404(rows, pk=pk)


def address(challenge):
    return reverse("pupils:challenge-detail", args=[challenge.pk])


def _page(title, *, submit="", back=None, **more):
    return {
        "title": title, "tab_title": submit or "Challenge", "section": "agencies",
        "crumbs": [("Agencies", reverse("pupils:agency-list")), LIST], "submit": submit, "cancel": back or LIST[1],
    } | more  # fmt: skip


def _step(request, challenge, form, save, title, submit):
    form.initial["version"] = challenge.version
    return FormPage(
        form=form,
        save=save,
        done="Kept.",
        then=address(challenge),
        page=_page(title, submit=submit, back=address(challenge)),
        versioned=Versioned(values=form.values_of),
    ).respond(request)


@require_permission(*READS)
@require_GET
def challenge_list(request):
    """Those that are open, the longest wait first; or those that ended."""
    acting, today = request.acting, timezone.localdate()
    ended = request.GET.get("show") == "ended"
    waits = _waits(acting, today)
    rows = Challenge.objects.visible_to(acting).filter(ended_on__isnull=not ended)
    rows = rows.select_related("pupil", "agency", "owner").order_by("-ended_on", "raised_on", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = _page("Challenges") | {
        "crumbs": [("Agencies", reverse("pupils:agency-list"))],
        "page": page,
        "rows": [(row, row.waits(today)) for row in page.object_list],
        "ended": ended,
        "waits": waits,
        "today": today,
        "may_lead": acting.can(*LEADS),
    }
    return render(request, "pupils/challenge_list.html", context)


def _waits(acting, today):
    """[(whom, how many challenges, how many wait, median days to the reply or to today)], the slowest first."""
    rows = Challenge.objects.visible_to(acting).exclude(outcome=Challenge.Outcome.MISTAKE).select_related("agency")
    by_whom = defaultdict(list)
    for row in rows:
        by_whom[row.whom].append(row)
    found = [
        (whom, len(some), sum(row.ended_on is None and row.replied_on is None for row in some),
         round(median(row.waits(today) for row in some)))
        for whom, some in by_whom.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one[3], one[0]))


@require_permission(*LEADS)
@form_page
def challenge_add(request):
    return _add(request, None)


@require_permission(*LEADS)
@form_page
def challenge_add_pupil(request, pk):
    return _add(request, get_object_or_404(Pupil.objects.visible_to(request.acting), pk=pk))


def _add(request, pupil):
    school, today = request.acting.school, timezone.localdate()
    initial = {"raised_on": today, "reply_by": today + TO_REPLY, "owner": request.user.pk, "version": 1}
    challenge = Challenge(school=school, pupil=pupil)
    back = reverse("pupil-detail", args=[pupil.pk]) + "?tab=meetings" if pupil else None
    title = f"Challenge about {pupil.name}" if pupil else "Put something to a council or agency"
    return _form(request, challenge, initial, _page(title, submit="Keep it", back=back))


@require_permission(*LEADS)
@form_page
def challenge_edit(request, pk):
    row = _challenge(request, pk)
    names = ("body", "agency", "name", "about", "words", "raised_on", "reply_by", "owner", "version")
    initial = {name: getattr(row, name) for name in names}
    return _form(request, row, initial, _page("Change the challenge", submit="Save", back=address(row)))


def _form(request, challenge, initial, page):
    agencies = Agency.objects.visible_to(request.acting)
    form = ChallengeForm(posted(request), school=challenge.school, agencies=agencies, initial=initial)
    return FormPage(
        form=form,
        save=lambda cleaned: services.save_challenge(
            challenge=challenge, values=form.values, version=cleaned["version"], by=request.user
        ),
        done="Kept. You are reminded on the day on which a reply is expected.",
        then=address,
        page=page,
        draft=f"challenge-{challenge.pk or f'of-{challenge.pupil_id}'}",
        leaves=("words_checked",),
    ).respond(request)


@require_permission(*READS)
@require_GET
def challenge_detail(request, pk):
    row = _challenge(request, pk)
    if row.pupil_id:
        audit.record_read(school_id=row.school_id, pupil_id=row.pupil_id, by=request.user, what="challenge")
    context = _page(row.about) | {
        "tab_title": "Challenge",
        "challenge": row,
        "waits": row.waits(timezone.localdate()),
        "steps": row.steps.select_related("by"),
        "may_lead": request.acting.can(*LEADS),
        "is_late": row.is_late(timezone.localdate()),
        "owner_left": not works_here(row.owner, row.school_id),
    }
    return render(request, "pupils/challenge_detail.html", context)


@require_permission(*LEADS)
@form_page
def challenge_step(request, pk):
    row = _challenge(request, pk)
    _limit_uploads(request)
    form = DoneForm(posted(request), request.FILES or None, initial={"done_on": timezone.localdate()})
    return _step(
        request,
        row,
        form,
        lambda cleaned: services.add_step(challenge=row, by=request.user, **cleaned),
        "What was done",
        "Note it",
    )


@require_permission(*LEADS)
@form_page
def challenge_step_edit(request, pk):
    rows = ChallengeStep.objects.visible_to(request.acting).select_related("challenge")
    step = get_object_or_404(rows, pk=pk)
    _limit_uploads(request)
    names = ("done_on", "words", "in_letter")
    initial = {name: getattr(step, name) for name in (*names, "version")}

    def save(cleaned):
        values = {name: cleaned[name] for name in names}
        if cleaned.get("no_paper"):
            values |= {"file_id": None}
        return services.change_step(
            step=step, values=values, version=cleaned["version"], by=request.user, upload=cleaned["upload"]
        )

    form = ChangeStepForm(posted(request), request.FILES or None, initial=initial)
    if step.file_id is None:
        del form.fields["no_paper"]
    return FormPage(
        form=form,
        save=save,
        done="Kept.",
        then=address(step.challenge),
        page=_page("Change what was done", submit="Save", back=address(step.challenge)),
    ).respond(request)


def _limit_uploads(request):
    if request.method == "POST" and request.FILES:
        check_limit("upload", request.user.pk)


@require_permission(*READS)
@require_GET
def challenge_step_file(request, pk):
    """Send the paper of a step under a name that says nothing of the child."""
    rows = ChallengeStep.objects.visible_to(request.acting).filter(file_id__isnull=False)
    step = get_object_or_404(rows.select_related("challenge"), pk=pk)
    challenge, stored = step.challenge, services.file_of(step)
    if stored is None:
        raise Http404
    if challenge.pupil_id:
        audit.record_read(
            school_id=challenge.school_id, pupil_id=challenge.pupil_id, by=request.user, what="challenge paper"
        )  # fmt: skip
    try:
        return download_response(stored, filename=f"challenge-{step.done_on:%Y-%m-%d}.{extension_of(stored.name)}")
    except FileNotAvailable as error:
        messages.warning(request, str(error))
        return redirect(address(challenge))


@require_permission(*LEADS)
@require_POST
@pressed_once
def challenge_letter(request, pk):
    """Begin the letter as a PDF: the challenge itself, or once a reply is overdue the reminder of it."""
    job = jobs.start(_challenge(request, pk), acting=request.acting)
    return redirect("job-detail", pk=job.pk)


@require_permission(*LEADS)
@form_page
def challenge_reply(request, pk):
    row = _challenge(request, pk)
    initial = {"replied_on": row.replied_on or timezone.localdate(), "reply": row.reply}
    return _step(
        request,
        row,
        ReplyForm(posted(request), initial=initial),
        lambda cleaned: services.note_reply(challenge=row, by=request.user, **cleaned),
        "The reply",
        "Keep the reply",
    )


@require_permission(*LEADS)
@form_page
def challenge_end(request, pk):
    row = _challenge(request, pk)
    form = EndForm(posted(request), initial={"ended_on": timezone.localdate()})
    return _step(
        request,
        row,
        form,
        lambda cleaned: services.end(challenge=row, by=request.user, **cleaned),
        "What came of it",
        "End it",
    )


@require_permission(*LEADS)
@form_page
def challenge_reopen(request, pk):
    row = _challenge(request, pk)
    return ConfirmPage(
        act=lambda: services.reopen(challenge=row, by=request.user),
        done="It is open again.",
        then=address(row),
        refused_to=address(row),
        page=_page(
            "Open it again", submit="Open it again", back=address(row), explanation="It stands as it did before."
        ),
    ).respond(request)
