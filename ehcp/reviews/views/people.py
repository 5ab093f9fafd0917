"""Who is invited to a review, and what was sent to them: invitations, requests for views, reminders."""

import copy

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from pupils.views.form_pages import tab_title
from sendco.clock import long_date
from sendco.formkit.page import form_page, posted, pressed_once
from sendco.refusals import Refused
from staff.access import require_permission
from staff.permissions import Permission as P
from staff.selectors import people_of as colleagues_of

from ...deadlines import reviews as rules
from ...letters.services import letters
from ...models import AnnualReview, CaseLetterKind, Invitee
from ..forms import reviews as forms
from ..selectors import reviews as selectors
from ..selectors.facts import contributions_wanted
from ..selectors.invitees import address_of
from ..services import inviting
from ..services import mail as review_mail
from .reviews import review_address, review_form, review_or_404


def _invitee(request, pk):
    reviews = AnnualReview.objects.visible_to(request.acting)
    rows = Invitee.objects.filter(review__in=reviews, removed_on=None)
    return get_object_or_404(rows.select_related("contact", "user", "review__pupil", "review__plan"), pk=pk)


def listed(review):
    return list(review.invitees.filter(removed_on=None).select_related("contact", "user").order_by("pk"))


# --- The list ----------------------------------------------------------------------------------------------------
@require_permission(P.CASE_EDIT)
@form_page
def invitee_add(request, pk):
    review = review_or_404(request, pk)
    form = forms.InviteeForm(
        posted(request), contacts=selectors.allowed_contacts(review), people=colleagues_of(request.acting)
    )

    def add(_cleaned):
        values = form.values()
        if values["contact"] is not None:
            values["role"] = Invitee.Role.PARENT
        return inviting.add_invitee(review=review, by=request.user, **values)

    return review_form(
        request, form, add, case=review, done="On the list. Not invited yet.",
        title="Add a person", submit="Add to the list", tab_title=tab_title("Add a person to a review"),
        lead="Parents in two homes each have their own line, their own invitation and their own link.",
    )  # fmt: skip


@require_permission(P.CASE_EDIT)
@form_page
def invitee_edit(request, pk):
    invitee = _invitee(request, pk)
    review = review_or_404(request, invitee.review_id)
    form = forms.InviteeEditForm(posted(request), instance=copy.copy(invitee))

    def save(cleaned):
        return inviting.change_invitee(invitee=invitee, by=request.user, **cleaned)

    return review_form(
        request, form, save, case=review, done="Saved.", title=invitee.name, submit="Save",
        tab_title=tab_title("Change a person of a review"),
    )  # fmt: skip


@require_permission(P.CASE_EDIT)
@form_page
def invitee_remove(request, pk):
    invitee = _invitee(request, pk)
    review = review_or_404(request, invitee.review_id)
    form = forms.ReasonForm(posted(request))

    def remove(cleaned):
        return inviting.remove_invitee(invitee=invitee, reason=cleaned["reason"], by=request.user)

    return review_form(
        request, form, remove, case=review, done=_off_the_list(invitee, review),
        title=f"Take {invitee.name} off the list", submit="Take off the list",
        tab_title=tab_title("Take a person off a review"),
        lead="A link that went to this person closes. Words that came already stay with the record.",
    )  # fmt: skip


def _off_the_list(invitee, review):
    """Who was invited would still come."""
    done = f"{invitee.name} is off the list."
    if invitee.invited_on and review.meeting_on and not review.held_on:
        done += f" They were invited on {long_date(invitee.invited_on)}: tell them that they need not come."
    return done


@require_permission(P.CASE_EDIT)
@form_page
def review_no_parent(request, pk):
    """Say why nobody with parental responsibility is invited: without a reason the review stops there."""
    review = review_or_404(request, pk)
    form = forms.NoParentForm(posted(request), initial={"note": review.no_parent_note, "version": review.version})

    def save(cleaned):
        return inviting.explain_no_parent(review=review, by=request.user, **cleaned)

    return review_form(
        request, form, save, case=review, done="Saved.", title="No parent invited", submit="Save the reason",
        tab_title=tab_title("No parent invited"),
        lead="The law asks you to invite the child's parent (SEND Regulations 2014, reg 20(2)(a)). If somebody on the "
        "list has parental responsibility, record it with their contact details instead.",
    )  # fmt: skip


# --- Invitations -------------------------------------------------------------------------------------------------
@require_permission(P.CASE_EDIT)
@form_page
def review_invite(request, pk):
    """Mail those with an address, write letters for the others, and keep the day as proof of notice."""
    review = review_or_404(request, pk)
    people = [invitee for invitee in listed(review) if invitee.is_to_be_invited]
    form = forms.InviteForm(
        posted(request), people=people, initial={"people": [invitee.pk for invitee in people], "also_ask": True}
    )

    def invite(cleaned):
        return _invite(request, review, list(cleaned["people"]), also_ask=cleaned["also_ask"])

    if not people and request.method == "GET":
        messages.info(request, "Everybody on the list is invited.")
        return redirect(review_address(review))
    if review.meeting_on is None:
        messages.warning(request, "Fix the day of the meeting first: an invitation says when.")
        return redirect("ehcp:review-plan", pk=review.pk)
    return review_form(
        request, form, invite, case=review, title="Invite to the meeting", submit="Send the invitations",
        template="ehcp/review_people_form.html", lead=_notice_words(review),
        then=lambda answer: _invited(request, review, *answer),
        other=("ehcp:review-told", "Record invitations that went another way"),
    )  # fmt: skip


def _notice_words(review):
    latest = rules.latest_notice(review.meeting_on)
    notice = (
        f"The meeting is on {long_date(review.meeting_on)}. Everybody has to know by {long_date(latest)} (reg 20(3))."
    )
    if timezone.localdate() > latest:
        return f"{notice} That day is past: the notice is short, and stays short whoever agrees."
    return notice


def _invite(request, review, invitees, *, also_ask):
    by_mail = [invitee for invitee in invitees if address_of(invitee)]
    on_paper = [invitee for invitee in invitees if invitee not in by_mail and invitee.role != Invitee.Role.CHILD]
    if by_mail:
        review_mail.send_invitations(review=review, invitees=by_mail, by=request.user)
        asked = [invitee for invitee in by_mail if invitee.role != Invitee.Role.HEAD and invitee.asked_on is None]
        if also_ask and asked:
            review_mail.ask_for_contributions(review=review, invitees=asked, by=request.user)
    for invitee in on_paper:
        letters.make(
            kind=CaseLetterKind.REVIEW_INVITATION, case=review, recipient=invitee.name, invitee=invitee,
            contact=invitee.contact, by=request.user,
        )  # fmt: skip
    return by_mail, [invitee for invitee in invitees if invitee not in by_mail]


def _invited(request, review, by_mail, others):
    if by_mail:
        messages.success(request, f"Invited by e-mail: {_names(by_mail)}.")
    if not others:
        return redirect(review_address(review))
    paper = [invitee for invitee in others if invitee.role != Invitee.Role.CHILD]
    lead = f"Letters are being made for {_names(paper)}. " if paper else ""
    messages.info(request, f"{lead}Say below when and how {_names(others)} got to know: that is the proof of notice.")
    return redirect("ehcp:review-told", pk=review.pk)


def _names(people):
    return ", ".join(person.name for person in people)


@require_permission(P.CASE_EDIT)
@form_page
def review_told(request, pk):
    """Invitations that went by post, by hand or by word."""
    review = review_or_404(request, pk)
    people = [invitee for invitee in listed(review) if invitee.is_to_be_invited]
    if not people and request.method == "GET":
        messages.info(request, "Everybody on the list is invited.")
        return redirect(review_address(review))
    today = timezone.localdate()
    form = forms.ToldForm(
        posted(request), people=people, initial={"people": [invitee.pk for invitee in people], "invited_on": today}
    )

    def record(cleaned):
        chosen = list(cleaned["people"])
        unasked = [invitee for invitee in chosen if invitee.asked_on is None and invitee.role != Invitee.Role.HEAD]
        facts = {"invited_on": cleaned["invited_on"], "via": cleaned["via"]}
        kept = inviting.record_invited(review=review, invitees=chosen, by=request.user, **facts)
        if cleaned["also_ask"] and unasked:
            inviting.record_asked(invitees=unasked, asked_on=cleaned["invited_on"], by=request.user)
        return kept

    return review_form(
        request, form, record, case=review, done="Kept as proof of notice.",
        title="Invitations given another way", submit="Keep as proof",
        template="ehcp/review_people_form.html", tab_title=tab_title("Invitations to a review"),
        lead="By post, by hand or told: the day and the way are what proves the two weeks.",
    )  # fmt: skip


# --- Views and reports -------------------------------------------------------------------------------------------
@require_permission(P.CASE_EDIT)
@form_page
def review_ask(request, pk):
    review = review_or_404(request, pk)
    people = [invitee for invitee in listed(review) if invitee.asked_on is None and invitee.role != Invitee.Role.HEAD]
    return _mailing(
        request, review, people, service=review_mail.ask_for_contributions, title="Ask for views and reports",
        submit="Ask them", done="Asked by e-mail", nobody="Everybody on the list was asked.",
    )  # fmt: skip


@require_permission(P.CASE_EDIT)
@form_page
def review_chase(request, pk):
    review = review_or_404(request, pk)
    people = list(contributions_wanted(review).select_related("contact", "user"))
    return _mailing(
        request, review, people, service=review_mail.chase, title="Ask again", submit="Send the reminder",
        done="Reminded by e-mail", nobody="Nothing is missing that was asked for.",
    )  # fmt: skip


def _mailing(request, review, people, *, service, title, submit, done, nobody):
    form = forms.PeopleForm(posted(request), people=people, initial={"people": [invitee.pk for invitee in people]})

    def send(cleaned):
        return _by_mail_or_not(request, review, list(cleaned["people"]), service, done)

    if not people and request.method == "GET":
        messages.info(request, nobody)
        return redirect(review_address(review))
    return review_form(
        request, form, send, case=review, done="", title=title, submit=submit,
        template="ehcp/review_people_form.html", tab_title=tab_title(title),
        lead="Each gets a link of their own, without an account. It closes when the words are sent, or at the meeting.",
    )  # fmt: skip


def _by_mail_or_not(request, review, invitees, service, done):
    by_mail = [invitee for invitee in invitees if address_of(invitee)]
    others = [invitee for invitee in invitees if invitee not in by_mail]
    if by_mail:
        service(review=review, invitees=by_mail, by=request.user)
        messages.success(request, f"{done}: {_names(by_mail)}.")
    if others:
        inviting.record_asked(invitees=others, asked_on=timezone.localdate(), by=request.user)
        messages.info(request, f"Asked, as noted today: {_names(others)}. Enter their words for them when they come.")
    return True


@require_permission(P.CASE_EDIT)
@require_POST
@pressed_once
def invitee_chase(request, pk):
    """One click for one person."""
    invitee = _invitee(request, pk)
    review = review_or_404(request, invitee.review_id)
    service = review_mail.chase if invitee.asked_on else review_mail.ask_for_contributions
    done = "Reminded by e-mail" if invitee.asked_on else "Asked by e-mail"
    try:
        _by_mail_or_not(request, review, [invitee], service, done)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect(review_address(review))
