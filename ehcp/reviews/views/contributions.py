"""The school's side of what people say before a review: the trail of each mail and link, words that came by telephone,
what was sent, and a colleague's own view."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pupils.record.forms.documents import DocumentFactsForm
from sendco.audit import services as audit
from sendco.files.http import download_response
from sendco.files.kinds import extension_of
from sendco.files.services import FileNotAvailable
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned
from sendco.links import services as links
from sendco.refusals import Refused
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
        answer = service()
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return None
    messages.success(request, done)
    return answer


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
@form_page
def links_end(request, pk):
    """Close every open link of this child's reviews, at once."""
    review = _review(request, pk)
    page = _page(
        review,
        "Close all links",
        tab_title="Close all links",
        explanation="Every link that was sent about this child's reviews stops working now, on every phone. What "
        "people typed is kept. Ask again to send somebody a new link.",
        submit="Close all links",
        danger=True,
        cancel=_trail(review),
    )
    return ConfirmPage(
        act=lambda: services.revoke_all(pupil=review.pupil, by=request.user),
        done=lambda closed: f"{closed} open link{'' if closed == 1 else 's'} closed. What was typed is kept.",
        then=_trail(review),
        page=page,
    ).respond(request)


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
@form_page
def contribution_file_keep(request, pk):
    """File a copy of what was sent with the child's documents, under a title that says what it is."""
    attached = _sent_file(request, pk)
    invitee = attached.contribution.invitee
    back = reverse("ehcp:contribution-detail", args=[invitee.pk])
    if attached.kept and request.method == "GET":
        messages.info(request, f"It is with the child's documents already: “{attached.kept.title}”.")
        return redirect(back)
    page = _page(
        invitee.review,
        "Keep with the child's documents",
        tab_title="Keep a file",
        lead=f"{attached.name}, from {invitee.name}. A copy of it is filed; this page keeps its own.",
        submit="Keep with the child's documents",
        cancel=back,
    )
    return FormPage(
        form=DocumentFactsForm(posted(request), initial=selectors.facts_of_file(attached)),
        save=lambda cleaned: services.keep_file(attached=attached, by=request.user, **cleaned),
        done=lambda document: f"“{document.title}” is kept with {invitee.review.pupil.name}'s documents.",
        then=back,
        page=page,
    ).respond(request)


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
            "outcomes": selectors.outcomes_for(invitee),
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
@form_page
def contribution_here(request, pk):
    """Open the pages on this device for somebody beside you. You are signed out first: they can reach nothing else."""
    invitee = _invitee(request, pk)
    page = _page(
        invitee.review,
        f"Open the pages for {invitee.name} here",
        tab_title="Open the pages here",
        explanation="You are signed out of this device first, so that whoever holds it can reach nothing else. Then "
        "the first question appears. The pages stay open for two hours; what is typed is saved.",
        submit="Sign me out and open the pages",
        cancel=_trail(invitee.review),
    )

    def hand_over(link):
        logout(request)
        links.note_opened(link)
        return links.give_pass(redirect("ehcp:answer"), link)

    return ConfirmPage(
        act=lambda: services.start_here(invitee=invitee, by=request.user),
        then=hand_over,
        refused_to=_trail(invitee.review),
        page=page,
    ).respond(request)


# --- Typing in ---------------------------------------------------------------------------------------------------
def _words_page(request, invitee, questions, *, shows_words, sends, sending, **parts):
    """The form of all questions, as it was posted or as it is stored."""

    def form_over(row, data=None):
        return WordsForm(data, questions=questions, contribution=row, shows_words=shows_words, sends=sends)

    form = form_over(contribution_of(invitee), posted(request))

    def enter(cleaned):
        return services.enter(
            invitee=invitee, answers=form.answers(), version=cleaned["version"], by=request.user, sending=sending
        )

    def values(row):
        stored = form_over(row).initial
        return {name: stored.get(name, "") for name in form.fields if name not in ("version", "sure")}

    return FormPage(
        **parts, form=form, save=enter, draft=f"contribution-{invitee.pk}", versioned=Versioned(values=values)
    ).respond(request)


@require_permission(P.CASE_EDIT)
@form_page
def contribution_enter(request, pk):
    """Type in what came on paper or by telephone."""
    invitee = _invitee(request, pk)
    name = invitee.review.pupil.forename
    row = contribution_of(invitee)
    if row.sent_at:
        messages.warning(request, "This contribution was sent already. Open it again first.")
        return redirect("ehcp:contribution-detail", invitee.pk)
    # What somebody began on their own phone is theirs until they send it.
    own_draft = bool(row.answers) and row.entered_by_id is None
    lead = "Type what they said or wrote, in their words. Leave a question empty if they said nothing to it."
    if own_draft:
        lead += " They have begun an answer of their own and have not sent it; what you type takes its place."
    page = _page(
        invitee.review,
        f"Type in for {invitee.name}",
        tab_title="Type in a contribution",
        lead=lead,
        submit="Keep as their contribution",
        cancel=_trail(invitee.review),
    )
    return _words_page(
        request,
        invitee,
        questions_for(kind_of(invitee), name),
        shows_words=not own_draft,
        sends="entered",
        sending=True,
        done=f"The contribution of {invitee.name} is kept, with your name as who typed it.",
        then=_trail(invitee.review),
        page=page,
    )


@require_permission(P.REVIEW_CONTRIBUTE)
@form_page
def my_view(request, pk):
    """A colleague's own view, for those who were asked and nobody else."""
    invitee = get_object_or_404(selectors.own_invitation(request.acting), pk=pk)
    review, row = invitee.review, contribution_of(invitee)
    page = {
        "title": f"Your view for {review.pupil.forename}'s annual review",
        "tab_title": "Your view for a review",
        "section": "home",
        "crumbs": [],
        "review": review,
        "pupil": review.pupil,
    }
    if row.sent_at or why_not(invitee):
        row.invitee = invitee
        context = page | {"row": row, "words": selectors.sent_words(row)}
        return render(request, "ehcp/my_view_sent.html", context)
    sending = "later" not in request.POST
    return _words_page(
        request,
        invitee,
        selectors.questions_for_staff(invitee, request.acting),
        shows_words=True,
        sends="own",
        sending=sending,
        done="Sent. Thank you." if sending else "Kept. Nobody reads it before you send it.",
        then=reverse("ehcp:my-view", args=[invitee.pk]) if sending else reverse("home"),
        page=page | {"cancel": reverse("home")},
        template="ehcp/my_view.html",
    )
