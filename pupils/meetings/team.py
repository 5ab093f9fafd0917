"""The team around a child: who is there in school, at home and outside, and how to reach them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from staff.acting import Acting
from staff.models import GroupStaff, User
from staff.models.people import current_on
from staff.permissions import Permission

from ..models import Contact, GroupPlace, Pupil, PupilSupport, Referral, SupportPlan


@dataclass
class OfTheTeam:
    """One person or service: what they are to the child, and how to reach them, as far as the reader may know."""

    name: str
    part: str
    reach: list[str] = field(default_factory=list)


def team_of(acting: Acting, pupil: Pupil, referrals: Iterable[Referral], today: date) -> list[OfTheTeam]:
    """Everybody around this child, who is in view: adults in school first, then home, then the agencies of these
    referrals. Six queries.
    """
    return _in_school(acting, pupil, today) + _at_home(acting, pupil) + _agencies(referrals)


def _in_school(acting: Acting, pupil: Pupil, today: date) -> list[OfTheTeam]:
    parts: dict[User, list[str]] = {}
    answer: dict[User, list[str]] = {}  # what somebody has to take over when they leave
    if pupil.key_worker:
        answer[pupil.key_worker] = ["Key worker"]
    plans = SupportPlan.objects.visible_to(acting).open().filter(pupil=pupil).select_related("lead", "kind")
    for plan in plans:
        answer.setdefault(plan.lead, []).append(f"Leads the {plan.kind.name}")
    places = GroupPlace.objects.current().filter(pupil=pupil)
    groups = Q(group__in=places.values("group")) | Q(group=pupil.form_group_id)
    staff = GroupStaff.objects.filter(groups, current_on(today), group__is_archived=False)
    for row in staff.select_related("user", "group"):
        parts.setdefault(row.user, []).append(f"{row.get_kind_display()} {row.group.name}")
    for support in PupilSupport.objects.current().filter(pupil=pupil).select_related("user"):
        parts.setdefault(support.user, []).append(f"Supports {pupil.forename}")
    everybody = list(dict.fromkeys((*answer, *parts)))
    here = set(User.objects.working_at(pupil.school, today).filter(pk__in=[user.pk for user in everybody]))
    return [
        OfTheTeam(user.name, ", ".join((*answer.get(user, ()), *parts.get(user, ()))), [user.email])
        if user in here
        else OfTheTeam(user.name, f"{', '.join(answer[user])}, has left")
        for user in everybody
        if user in here or user in answer
    ]


def _at_home(acting: Acting, pupil: Pupil) -> list[OfTheTeam]:
    if not acting.can(Permission.CONTACT_VIEW):
        return []
    rows = Contact.objects.visible_to(acting).filter(pupil=pupil, ended_on=None)
    return [OfTheTeam(one.name, _at_home_as(one), _reach(one)) for one in rows]


def _at_home_as(contact: Contact) -> str:
    said = contact.relation or "Parent or carer"
    return f"{said}, parental responsibility" if contact.has_parental_responsibility else said


def _reach(contact: Contact) -> list[str]:
    """How to reach them; no number of somebody about whom to ask first."""
    if contact.do_not_contact:
        return ["Do not contact"]
    if contact.order_with_dsl:
        return ["Court order: ask the safeguarding lead"]
    speaks = f"Interpreter: {contact.language or 'language not noted'}" if contact.needs_interpreter else ""
    return [contact.phone, contact.email, contact.note, speaks]


def _agencies(referrals: Iterable[Referral]) -> list[OfTheTeam]:
    """Agencies with an open referral that went and still has a basis, once each. Of those about which the family was
    not asked it says so: this is read with parents in the room."""
    open_ones = [row for row in referrals if row.sent_on and row.ended_on is None and row.has_basis]
    asked = {row.agency_id for row in open_ones if row.basis == Referral.Basis.CONSENT}
    return [
        OfTheTeam(
            f"{agency.person}, {agency.name}" if agency.person else agency.name,
            agency.get_kind_display() + ("" if pk in asked else ", the family was not asked"),
            [agency.telephone, agency.email],
        )
        for pk, agency in {row.agency_id: row.agency for row in open_ones}.items()
    ]
