"""The school's side of what people say before a review: the trail of each mail and link, words that came by telephone,
what was sent, and a colleague's own view."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pupils.record.forms.documents import DocumentFactsForm
from pupils.views.form_pages import attempt, posted
from sendco.audit import services as audit
from sendco.drafts.services import discard_draft, load_draft
from sendco.files.http import download_response
from sendco.files.kinds import extension_of
from sendco.files.services import FileNotAvailable
from sendco.links import services as links
from sendco.refusals import ChangedMeanwhile, Refused
from staff.access import require_permission
from staff.permissions import Permission as P

from ...cases.pages import case_page
from ...models import AnnualReview, ContributionFile, Invitee
from ..forms.contributions import WordsForm
from ..questions import questions_for
from ..selectors import chasers
from ..selectors import contributions as selectors
from ..selectors.invitees import asks_to_talk_first, contribution_of, kind_of, signs_in, why_not
from ..services import contributions as services
from ..services import mail as review_mail

MEANWHILE = (
    "Somebody saved this contribution after you opened the page. What you typed is still here. Look at the newest "
    "version in another tab, then save again."
)


# --- What the views share ----------------------------------------------------------------------------------------
def _review(request, pk):
    rows = AnnualReview.objects.visible_to(request.acting).select_related("pupil", "school", "organiser", "plan")
    return get_object_or_404(rows, pk=pk)


def _invitee(request, pk):
    people = Invitee.objects.filter(review__in=AnnualReview.objects.visible_to(request.acting)).select_related(
        "review__pupil", "review__school", "review__organiser", "review__plan", "contact", "user"
    )
    return get_object_or_404(people, pk=pk)


def _page(review, title, **context):
    """Context of a page below a review. The browser's tab names nobody."""
    crumbs = [(review.pupil.name, reverse("ehcp:review-detail", args=[review.pk]))]
    if title != "Contributions":
        crumbs.append(("Contributions", _trail(review)))
    return case_page("reviews", title=title, more=crumbs) | {"review": review, "pupil": review.pupil} | context


def _trail(review):
    return reverse("ehcp:contribution-list", args=[review.pk])


def _attempt(request, service, done):
    """Call the service and say that it is done, or why not. Returns its answer, or None."""
    try:
        found = service()
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return None
    messages.success(request, done)
    return found


# --- The trail ---------------------------------------------------------------------------------------------------
@require_permission(P.CASE_VIEW)
@require_GET
def contribution_list(request, pk):
    review = _review(request, pk)
    rows = selectors.trail(review)
    open_links = sum(row["link_open"] for row in rows)
    may_edit = request.acting.can(P.CASE_EDIT) and not review.closed_on and not review.held_on
    context = _page(
        review,
        "Contributions",
        rows=rows,
        open_links=open_links,
        may_edit=may_edit,
        chasers=chasers.outlook(review, today=timezone.localdate()),
        may_set=request.acting.can(P.REMINDER_EDIT),
    )
    return render(request, "ehcp/contribution_list.html", context)


@require_permission(P.CASE_EDIT)
@require_http_methods(["GET", "POST"])
def links_end(request, pk):
    """Close every open link of this child's reviews, at once."""
    review = _review(request, pk)
    if request.method == "POST":
        closed = services.revoke_all(pupil=review.pupil, by=request.user)
        messages.success(request, f"{closed} open link{'' if closed == 1 else 's'} closed. What was typed is kept.")
        return redirect("ehcp:contribution-list", review.pk)
    context = _page(
        review,
        "Close all links",
        tab_title="Close all links",
        explanation="Every link that was sent about this child's reviews stops working now, on every phone. What "
        "people typed is kept. Ask again to send somebody a new link.",
        submit="Close all links",
        danger=True,
        cancel=_trail(review),
    )
    return render(request, "components/confirm_page.html", context)


# --- One contribution --------------------------------------------------------------------------------------------
@require_permission(P.CASE_VIEW)
@require_GET
def contribution_detail(request, pk):
    invitee = _invitee(request, pk)
    row = contribution_of(invitee)
    review = invitee.review
    if row.sent_at:
        audit.record_read(
            school_id=review.school_id, pupil_id=review.pupil_id, by=request.user, what="contribution to a review"
        )
    row.invitee = invitee
    context = _page(
        review,
        f"Contribution of {invitee.name}",
        tab_title="Contribution",
        invitee=invitee,
        row=row,
        words=selectors.sent_words(row),
        files=list(row.files.select_related("document")) if row.sent_at else [],
        talk_first=asks_to_talk_first(row),
        may_edit=request.acting.can(P.CASE_EDIT),
        may_keep=request.acting.can(P.DOCUMENT_EDIT),
        is_open=not why_not(invitee),
    )
    return render(request, "ehcp/contribution_detail.html", context)


def _sent_file(request, pk):
    people = Invitee.objects.filter(review__in=AnnualReview.objects.visible_to(request.acting))
    files = ContributionFile.objects.filter(contribution__invitee__in=people).exclude(contribution__sent_at=None)
    return get_object_or_404(files.select_related("contribution__invitee__review__pupil", "document"), pk=pk)


@require_permission(P.CASE_VIEW)
@require_GET
def contribution_file(request, pk):
    attached = _sent_file(request, pk)
    stored = services.stored_of(attached)
    if stored is None:
        raise Http404
    review = attached.contribution.invitee.review
    audit.record_read(
        school_id=review.school_id, pupil_id=review.pupil_id, by=request.user, what="file of a contribution"
    )
    name = f"contribution-{attached.contribution.sent_at:%Y-%m-%d}.{extension_of(stored.name)}"
    try:
        return download_response(stored, filename=name)
    except FileNotAvailable as error:
        messages.warning(request, str(error))
        return redirect("ehcp:contribution-detail", attached.contribution.invitee_id)


@require_permission(P.DOCUMENT_EDIT)
@require_permission(P.CASE_VIEW)
@require_http_methods(["GET", "POST"])
def contribution_file_keep(request, pk):
    """File a copy of what was sent with the child's documents, under a title that says what it is."""
    attached = _sent_file(request, pk)
    invitee = attached.contribution.invitee
    back = reverse("ehcp:contribution-detail", args=[invitee.pk])
    form = DocumentFactsForm(posted(request), initial=selectors.facts_of_file(attached))

    def keep(cleaned):
        return services.keep_file(attached=attached, by=request.user, **cleaned)

    document = attempt(form, keep) if request.method == "POST" else None
    if document:
        messages.success(request, f"“{document.title}” is kept with {invitee.review.pupil.name}'s documents.")
        return redirect(back)
    if attached.kept and request.method == "GET":
        messages.info(request, f"It is with the child's documents already: “{attached.kept.title}”.")
        return redirect(back)
    context = _page(
        invitee.review,
        "Keep with the child's documents",
        tab_title="Keep a file",
        form=form,
        lead=f"{attached.name}, from {invitee.name}. A copy of it is filed; this page keeps its own.",
        submit="Keep with the child's documents",
        cancel=back,
    )
    return render(request, "components/form_page.html", context, status=422 if form.errors else 200)


@require_permission(P.CASE_VIEW)
@require_GET
def contribution_preview(request, pk):
    """What this person will see: the mail and each question, without a link that works."""
    invitee = _invitee(request, pk)
    context = _page(
        invitee.review,
        f"What {invitee.name} will see",
        tab_title="What they will see",
        **{
            "invitee": invitee,
            "signs_in": signs_in(invitee),
            "questions": selectors.questions_of(invitee),
            "mail": _mail_of(request, invitee),
            "outside": selectors.outside_page(invitee),
        },
    )
    return render(request, "ehcp/contribution_preview.html", context)


def _mail_of(request, invitee):
    if invitee.review.meeting_on is None:
        return None
    return review_mail.example(invitee, by=request.user)


@require_permission(P.CASE_EDIT)
@require_POST
def contribution_reopen(request, pk):
    invitee = _invitee(request, pk)
    row = contribution_of(invitee)
    if not row.pk:
        raise Http404
    done = "Opened again. Send a new link, or type in what they tell you."
    _attempt(request, lambda: services.reopen(contribution=row, by=request.user), done)
    return redirect("ehcp:contribution-list", invitee.review_id)


@require_permission(P.CASE_EDIT)
@require_POST
def contribution_talked(request, pk):
    invitee = _invitee(request, pk)
    row = contribution_of(invitee)
    if not row.pk:
        raise Http404
    done = "Noted. What they wrote goes into the papers now."
    _attempt(request, lambda: services.talked(contribution=row, by=request.user), done)
    return redirect("ehcp:contribution-detail", invitee.pk)


@require_permission(P.CASE_EDIT)
@require_http_methods(["GET", "POST"])
def contribution_here(request, pk):
    """Open the pages on this device for somebody beside you. You are signed out first: they can reach nothing else."""
    invitee = _invitee(request, pk)
    if request.method == "POST":
        by = request.user
        try:
            link = services.start_here(invitee=invitee, by=by)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect("ehcp:contribution-list", invitee.review_id)
        logout(request)
        links.note_opened(link)
        return links.give_pass(redirect("ehcp:answer"), link)
    context = _page(
        invitee.review,
        f"Open the pages for {invitee.name} here",
        tab_title="Open the pages here",
        explanation="You are signed out of this device first, so that whoever holds it can reach nothing else. Then "
        "the first question appears. The pages stay open for two hours; what is typed is saved.",
        submit="Sign me out and open the pages",
        cancel=_trail(invitee.review),
    )
    return render(request, "components/confirm_page.html", context)


# --- Typing in ---------------------------------------------------------------------------------------------------
def _form(request, invitee, questions, *, shows_words, sends):
    """The form as it was posted, as its draft has it, or as it is stored."""
    row = contribution_of(invitee)
    data = request.POST if request.method == "POST" else None
    form = WordsForm(data, questions=questions, contribution=row, shows_words=shows_words, sends=sends)
    draft = load_draft(by=request.user, school_id=request.acting.school.pk, form_key=_key(invitee))
    if draft and data is None:
        for name, value in draft.data.items():
            if name in form.fields and name != "version":
                many = name.endswith("_picked") and isinstance(form.initial.get(name), list)
                form.initial[name] = value if many or not isinstance(value, list) else value[-1]
    return form, row


def _key(invitee):
    return f"contribution-{invitee.pk}"


def _entered(request, form, invitee, *, sending):
    """Keep the form's words. True when it is done; else the form says why not."""
    if not form.is_valid():
        return False
    try:
        services.enter(
            invitee=invitee,
            answers=form.answers(),
            version=form.cleaned_data["version"],
            by=request.user,
            sending=sending,
        )
    except ChangedMeanwhile as meanwhile:
        form.data = form.data.copy()
        form.data["version"] = meanwhile.theirs.version
        form.add_error(None, MEANWHILE)
        return False
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    discard_draft(by=request.user, school_id=request.acting.school.pk, form_key=_key(invitee))
    return True


@require_permission(P.CASE_EDIT)
@require_http_methods(["GET", "POST"])
def contribution_enter(request, pk):
    """Type in what came on paper or by telephone."""
    invitee = _invitee(request, pk)
    name = invitee.review.pupil.forename
    questions = questions_for(kind_of(invitee), name)
    row = contribution_of(invitee)
    if row.sent_at:
        messages.warning(request, "This contribution was sent already. Open it again first.")
        return redirect("ehcp:contribution-detail", invitee.pk)
    # What somebody began on their own phone is theirs until they send it.
    own_draft = bool(row.answers) and row.entered_by_id is None
    form, _ = _form(request, invitee, questions, shows_words=not own_draft, sends="entered")
    if request.method == "POST" and _entered(request, form, invitee, sending=True):
        messages.success(request, f"The contribution of {invitee.name} is kept, with your name as who typed it.")
        return redirect("ehcp:contribution-list", invitee.review_id)
    lead = "Type what they said or wrote, in their words. Leave a question empty if they said nothing to it."
    if own_draft:
        lead += " They have begun an answer of their own and have not sent it; what you type takes its place."
    context = _page(
        invitee.review,
        f"Type in for {invitee.name}",
        tab_title="Type in a contribution",
        form=form,
        lead=lead,
        submit="Keep as their contribution",
        cancel=_trail(invitee.review),
        draft_key=_key(invitee),
    )
    return render(request, "components/form_page.html", context, status=422 if form.errors else 200)


@require_permission(P.REVIEW_CONTRIBUTE)
@require_http_methods(["GET", "POST"])
def my_view(request, pk):
    """A colleague's own view, for those who were asked and nobody else."""
    invitee = get_object_or_404(selectors.own_invitation(request.acting), pk=pk)
    review, row = invitee.review, contribution_of(invitee)
    base = {
        "title": f"Your view for {review.pupil.forename}'s annual review",
        "tab_title": "Your view for a review",
        "section": "home",
        "crumbs": [],
        "review": review,
        "pupil": review.pupil,
    }
    if row.sent_at or why_not(invitee):
        row.invitee = invitee
        context = base | {"row": row, "words": selectors.sent_words(row)}
        return render(request, "ehcp/my_view_sent.html", context)
    questions = selectors.questions_for_staff(invitee, request.acting)
    form, _ = _form(request, invitee, questions, shows_words=True, sends="own")
    sending = "later" not in request.POST
    if request.method == "POST" and _entered(request, form, invitee, sending=sending):
        done = "Sent. Thank you." if sending else "Kept. Nobody reads it before you send it."
        messages.success(request, done)
        return redirect("ehcp:my-view", invitee.pk) if sending else redirect("home")
    context = base | {"form": form, "draft_key": _key(invitee), "cancel": reverse("home")}
    return render(request, "ehcp/my_view.html", context, status=422 if form.errors else 200)
