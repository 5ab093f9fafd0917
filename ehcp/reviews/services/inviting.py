"""Who belongs to a review: listed, invited, asked for their words, and reminded."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from pupils.models import Contact, Pupil
from sendco.clock import young_person_from
from sendco.links import services as links
from sendco.refusals import Refused
from staff.models import User
from staff.signatories import headteacher

from ...cases.kernel import assign, changing
from ...models import AnnualReview, Invitee
from .. import steps
from ..refusals import ReviewReason
from ..selectors.facts import lacks_parent
from ..selectors.invitees import PURPOSE

Role = Invitee.Role
# Who is invited before anybody knows the name.
HEADTEACHER, SEN_OFFICER = "Headteacher", "SEN officer"
HEALTH_PERSON, SOCIAL_CARE = "Health professional named by the ICB", "Children's social care"
UNNAMED = frozenset((HEADTEACHER, SEN_OFFICER, HEALTH_PERSON, SOCIAL_CARE))
INVITEE_FIELDS = ("name", "organisation", "email", "answer", "attended")


def listed(review: AnnualReview) -> Any:
    return review.invitees.filter(removed_on=None)


def who_to_invite(review: AnnualReview) -> list[Invitee]:
    """Return unsaved Invitees: those reg 20(2) requires, the child, and the adults who know the child best."""
    pupil, plan, school = review.pupil, review.plan, review.school
    head = headteacher(school)
    officer, authority = plan.caseworker, plan.authority
    people = [
        Invitee(role=Role.CHILD, name=pupil.name),
        *_parents(pupil),
        Invitee(role=Role.HEAD, name=head.name if head else HEADTEACHER, user=head, email=head.email if head else ""),
        Invitee(
            role=Role.LA,
            name=officer.name if officer else SEN_OFFICER,
            organisation=authority.name,
            email=(officer.email if officer else "") or authority.email,
        ),
        Invitee(role=Role.HEALTH, name=HEALTH_PERSON, organisation="Integrated care board"),
        Invitee(role=Role.SOCIAL, name=SOCIAL_CARE, organisation=authority.name),
    ]
    if worker := pupil.key_worker:
        people.append(Invitee(role=Role.STAFF, name=worker.name, user=worker, email=worker.email))
    for person in people:
        person.review = review
    return people


def _parents(pupil: Pupil) -> Any:
    """The parents to invite; nobody once the rights are the young person's own."""
    if pupil.birth_on and timezone.localdate() >= young_person_from(pupil.birth_on):
        return []
    contacts = Contact.objects.filter(pupil=pupil, ended_on=None, do_not_contact=False).order_by("priority", "pk")
    return [
        Invitee(role=Role.PARENT, name=contact.name, contact=contact, email=contact.email)
        for contact in contacts
        if contact.may_be_written_to and (contact.has_parental_responsibility or contact.lives_with)
    ]


def add_invitee(
    *,
    review: AnnualReview,
    role: str,
    name: str,
    by: User,
    organisation: str = "",
    email: str = "",
    contact: Contact | None = None,
    user: User | None = None,
) -> Invitee:
    with changing(review, by=by) as change:
        review = change.case
        if contact is not None and (contact.pupil_id != review.pupil_id or not contact.may_be_written_to):
            raise Refused(ReviewReason.CONTACT_HELD_BACK)
        invitee = Invitee(
            review=review, role=role, name=name, organisation=organisation, email=email, contact=contact, user=user
        )
        change.keep(invitee)
        change.tell("ehcp.invitee_added", f"{name} is on the list of the review")
    return invitee


def change_invitee(*, invitee: Invitee, by: User, **facts: Any) -> Invitee:
    """Change INVITEE_FIELDS. A changed address kills the links that went to the old one."""
    with changing(invitee.review, by=by) as change:
        invitee = Invitee.objects.select_for_update(of=("self",)).get(pk=invitee.pk)
        if "email" in assign(invitee, facts, allowed=INVITEE_FIELDS):
            links.revoke(purpose=PURPOSE, subject_id=invitee.pk)
        change.keep(invitee, *facts)
    return invitee


def remove_invitee(*, invitee: Invitee, reason: str, by: User) -> Invitee:
    """Take somebody off the list. Who has to be invited by law stays on it."""
    with changing(invitee.review, by=by) as change:
        same = listed(change.case).filter(role=invitee.role).exclude(pk=invitee.pk)
        if invitee.role in Invitee.REQUIRED and not same.exists():
            raise Refused(ReviewReason.REQUIRED_BY_LAW, role=invitee.get_role_display().lower())
        invitee.removed_on = timezone.localdate()
        change.keep(invitee, "removed_on")
        links.revoke(purpose=PURPOSE, subject_id=invitee.pk)
        change.tell("ehcp.invitee_removed", f"{invitee.name} is off the list of the review. {reason}")
    return invitee


def explain_no_parent(*, review: AnnualReview, version: int, note: str, by: User) -> AnnualReview:
    """Say why nobody with parental responsibility is invited; without words the reason is taken back."""
    with changing(review, version=version, by=by) as change:
        change.case.no_parent_note = note.strip()
        change.touch()
        words = f"Nobody with parental responsibility is invited: {note}" if note.strip() else "Reason taken back"
        change.tell("ehcp.review_no_parent", words)
    return change.case


def check_parent(review: AnnualReview) -> None:
    """Raise Refused while nobody with parental responsibility is on the list, without a reason (reg 20(2)(a))."""
    if lacks_parent(review):
        raise Refused(ReviewReason.NO_PARENT)


def record_invited(
    *, review: AnnualReview, invitees: Sequence[Invitee], invited_on: date, via: str, by: User
) -> AnnualReview:
    """Record that these people were invited, on which day and how: the proof of notice."""
    with changing(review, by=by, step=steps.INVITE) as change:
        review = change.case
        check_parent(review)
        if invited_on > timezone.localdate():
            raise Refused(ReviewReason.INVITED_IN_FUTURE, field="invited_on")
        if review.held_on and invited_on > review.held_on:
            raise Refused(ReviewReason.INVITED_AFTER_MEETING, invited_on=invited_on, held_on=review.held_on)
        for invitee in invitees:
            if invitee.contact is not None and not invitee.contact.may_be_written_to:
                raise Refused(ReviewReason.PERSON_HELD_BACK, name=invitee.name)
            if not (invitee.tell_again and invitee.invited_on):  # told of a change, the notice of the day stays
                invitee.invited_on, invitee.invited_via = invited_on, via
            invitee.tell_again = False
            change.keep(invitee, "invited_on", "invited_via", "tell_again")
        names = ", ".join(invitee.name for invitee in invitees)
        change.touch()
        change.tell("ehcp.review_invited", f"Invited to the review meeting: {names}", on=invited_on)
    return review


def record_asked(
    *, invitees: Sequence[Invitee], asked_on: date, by: User | None, words: str = "Asked for a contribution"
) -> AnnualReview:
    """Record that contributions were asked for; a second time is a reminder."""
    with changing(invitees[0].review, by=by) as change:
        for invitee in invitees:
            if invitee.asked_on:
                invitee.chased_on, invitee.chased = asked_on, invitee.chased + 1
            else:
                invitee.asked_on = asked_on
            change.keep(invitee, "asked_on", "chased_on", "chased")
        names = ", ".join(invitee.name for invitee in invitees)
        change.tell("ehcp.contribution_asked", f"{words}: {names}", on=asked_on)
    return change.case


def stop_reminders(*, review: AnnualReview, by: User) -> AnnualReview:
    """Let no reminder of this review go out by itself any more. Stopped already, it changes nothing."""
    with changing(review, by=by) as change:
        if change.case.reminders_stopped_on is None:
            change.case.reminders_stopped_on = timezone.localdate()
            change.tell("ehcp.reminders_stopped", "Reminders of contributions no longer go out by themselves")
    return change.case


def start_reminders(*, review: AnnualReview, by: User) -> AnnualReview:
    """Let them go out again. Set days that went by meanwhile are not made good."""
    with changing(review, by=by) as change:
        if change.case.reminders_stopped_on is not None:
            change.case.reminders_stopped_on = None
            change.tell("ehcp.reminders_started", "Reminders of contributions go out by themselves again")
    return change.case
