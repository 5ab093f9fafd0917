"""The papers before a review, and what comes after it: the authority's decision, its notice, the final plan."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from pupils.views.form_pages import tab_title
from sendco.audit import services as audit
from sendco.files.http import download_response
from sendco.files.models import StoredFile
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import form_page, posted
from sendco.jobs.models import Job
from staff.access import require_permission
from staff.permissions import Permission as P

from ...deadlines import reviews as rules
from .. import pack as review_pack
from ..forms import reviews as forms
from ..services import deciding
from ..services import reports as review_reports
from .reviews import review_address, review_form, review_or_404


def send_file(request, review, file_id, *, filename, what, back):
    """A stored file of a review as a download, once the read is kept."""
    stored = StoredFile.objects.filter(pk=file_id, school_id=review.school_id).first() if file_id else None
    if stored is None:
        raise Http404
    audit.record_read(school_id=review.school_id, pupil_id=review.pupil_id, by=request.user, what=what)
    try:
        return download_response(stored, filename=filename)
    except FileNotAvailable as error:
        messages.warning(request, str(error))
        return redirect(back)


# --- Papers ------------------------------------------------------------------------------------------------------
@require_permission(P.CASE_EDIT)
@form_page
def review_papers(request, pk):
    """What is in the papers, the one PDF of them, and the record that they went."""
    review, today = review_or_404(request, pk), timezone.localdate()
    form = forms.SentForm(posted(request), initial={"sent_on": today})

    def sent(cleaned):
        return review_reports.record_papers_sent(review=review, by=request.user, **cleaned)

    papers, missing = review_pack.papers_of(review)
    return review_form(
        request, form, sent, case=review, done="Kept: the papers have gone to everybody invited.",
        title="Papers for the meeting", submit="Record that they went", template="ehcp/review_papers.html",
        tab_title=tab_title("Papers of a review"), papers=papers, missing=missing,
        stale=review_pack.changed_since_made(review),
        job=Job.objects.filter(pk=review.pack_job_id).first() if review.pack_job_id else None, today=today,
        due_on=rules.latest_notice(review.meeting_on) if review.meeting_on else None,
    )  # fmt: skip


@require_permission(P.CASE_VIEW)
@require_GET
def review_pack_file(request, pk):
    review = review_or_404(request, pk)
    return send_file(
        request, review, review.pack_file_id, filename="review-papers.pdf", what="papers of a review",
        back=review_address(review),
    )  # fmt: skip


# --- After -------------------------------------------------------------------------------------------------------
@require_permission(P.CASE_EDIT)
@form_page
def review_report_sent(request, pk):
    review = review_or_404(request, pk)
    form = forms.SentForm(posted(request), initial={"sent_on": timezone.localdate()})

    def sent(cleaned):
        return review_reports.record_sent(review=review, by=request.user, **cleaned)

    return review_form(
        request, form, sent, case=review,
        done="Kept: the report has gone. The authority has four weeks from the meeting to decide.",
        title="The report has gone", submit="Record that it went", tab_title=tab_title("Report of a review"),
        lead="To everybody who was invited, whether they came or not (reg 20(9)).",
    )  # fmt: skip


@require_permission(P.CASE_EDIT)
@form_page
def review_decision(request, pk):
    review = review_or_404(request, pk)
    form = forms.DecisionForm(posted(request), initial={"decision": review.decision, "notice_on": review.notice_on})

    def record(cleaned):
        return deciding.record_decision(review=review, by=request.user, **cleaned)

    return review_form(
        request, form, record, case=review, done="The decision is kept. The next review counts from it.",
        title="The authority's decision", submit="Save the decision", tab_title=tab_title("Decision after a review"),
        lead="Keeping the plan or ceasing it ends the review here. Changing it starts the weeks to the final plan.",
    )  # fmt: skip


def _one_day(request, pk, service, *, field, title, label, done, lead=""):
    review = review_or_404(request, pk)
    form = forms.DayForm(posted(request), label=label, initial={"on": timezone.localdate()})

    def record(cleaned):
        return service(review=review, by=request.user, **{field: cleaned["on"]})

    return review_form(
        request, form, record, case=review, done=done, title=title, submit="Save the date",
        tab_title=tab_title(title), lead=lead,
    )  # fmt: skip


@require_permission(P.CASE_EDIT)
@form_page
def review_notice(request, pk):
    return _one_day(
        request, pk, deciding.record_notice, field="notice_on", title="Amendment notice",
        label="Date the notice was sent", done="Kept. The parent has at least 15 days to comment.",
        lead="The notice says which changes the authority proposes (reg 22(2)).",
    )  # fmt: skip


@require_permission(P.CASE_EDIT)
@form_page
def review_comments(request, pk):
    return _one_day(
        request, pk, deciding.record_representations, field="on", title="Parent's comments",
        label="Date of the comments", done="Kept.", lead="At least 15 calendar days from the notice (reg 22(2)(c)).",
    )  # fmt: skip


@require_permission(P.CASE_EDIT)
@form_page
def review_not_amending(request, pk):
    return _one_day(
        request, pk, deciding.record_not_amending, field="on", title="The plan stays as it was",
        label="Date of the letter", done="Kept. The review is over.",
        lead="After its notice the authority decided not to change the plan after all, with reasons (reg 22(4)).",
    )  # fmt: skip


@require_permission(P.CASE_EDIT)
@form_page
def review_final(request, pk):
    review = review_or_404(request, pk)
    form = forms.FinalForm(posted(request), plan=review.plan)

    def record(cleaned):
        return deciding.record_final(review=review, by=request.user, **cleaned)

    chosen = request.method == "POST" and form.is_valid() and form.cleaned_data["new_version"]
    return review_form(
        request, form, record, case=review,
        done="The final plan is kept, and the review is over."
        + ("" if chosen else " Now read its PDF on the plan's page, so that the record shows its words."),
        title="The final plan", submit="Save the final plan", tab_title=tab_title("Final plan after a review"),
        template="ehcp/review_final.html", then=_after_final(review, chosen), read=_read_address(review),
    )  # fmt: skip


def _read_address(review):
    return reverse("ehcp:plan-read", args=[review.plan_id])


def _after_final(review, chosen):
    """Where to go next: to the upload of the new version, unless it was chosen already."""
    return lambda _answer: review_address(review) if chosen else _read_address(review)
