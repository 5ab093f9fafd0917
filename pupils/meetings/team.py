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

LEADS = "Leads"


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
    if pupil.key_worker:
        parts.setdefault(pupil.key_worker, []).append("Key worker")
    plans = SupportPlan.objects.visible_to(acting).open().filter(pupil=pupil).select_related("lead", "kind")
    for plan in plans:
        parts.setdefault(plan.lead, []).append(f"{LEADS} the {plan.kind.name}")
    places = GroupPlace.objects.current().filter(pupil=pupil)
    groups = Q(group__in=places.values("group")) | Q(group=pupil.form_group_id)
    staff = GroupStaff.objects.filter(groups, current_on(today), group__is_archived=False)
    for row in staff.select_related("user", "group"):
        parts.setdefault(row.user, []).append(f"{row.get_kind_display()} {row.group.name}")
    for support in PupilSupport.objects.current().filter(pupil=pupil).select_related("user"):
        parts.setdefault(support.user, []).append(f"Supports {pupil.forename}")
    here = set(User.objects.working_at(pupil.school, today).filter(pk__in=[user.pk for user in parts]))
    found = []
    for user, words in parts.items():
        led = [one for one in words if one.startswith(LEADS)]
        if user in here:
            found.append(OfTheTeam(user.name, ", ".join(words), [user.email]))
        elif led:  # somebody has to take it over
            found.append(OfTheTeam(user.name, f"{', '.join(led)}, has left"))
    return found


def _at_home(acting: Acting, pupil: Pupil) -> list[OfTheTeam]:
    if not acting.can(Permission.CONTACT_VIEW):
        return []
    rows = Contact.objects.visible_to(acting).filter(pupil=pupil, ended_on=None)
    return [OfTheTeam(one.name, one.relation or "Parent or carer", _reach(one)) for one in rows]


def _reach(contact: Contact) -> list[str]:
    if contact.do_not_contact:
        return ["Do not contact"]
    speaks = f"Interpreter: {contact.language or 'language not noted'}" if contact.needs_interpreter else ""
    return [contact.phone, contact.email, contact.note, speaks]


def _agencies(referrals: Iterable[Referral]) -> list[OfTheTeam]:
    """Agencies with an open referral that went, once each."""
    agencies = {row.agency_id: row.agency for row in referrals if row.sent_on and row.ended_on is None}
    return [
        OfTheTeam(
            f"{one.person}, {one.name}" if one.person else one.name, one.get_kind_display(), [one.telephone, one.email]
        )
        for one in agencies.values()
    ]
