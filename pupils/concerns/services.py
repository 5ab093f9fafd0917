"""What people do with a concern: raise it, ask colleagues, triage it, and close it by what was decided."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import School, User
from staff.owed import bring_up_to_date
from staff.roles import Role
from staff.selectors import people_with
from staff.tasks import send_account_mail

from ..models import Concern, ConcernView, Pupil, RegisterEntry
from ..models.concerns import RATED
from ..models.register import ON_REGISTER
from ..register import services as register
from .refusals import ConcernReason, ViewReason
from .selectors import dues_of, who_looks

Outcome = Concern.Outcome
LOOKED_AT_AGAIN = (Outcome.STRATEGIES, Outcome.OBSERVE)
CLOSING = (Outcome.MONITOR, Outcome.NO_ACTION)


@transaction.atomic
def raise_concern(
    *, pupil: Pupil, what: str, parent_told: str, form_key: str, by: User, where: str = "", how_often: str = "",
    tried: str = "", tried_for: str = "", parent_words: str = "",
) -> Concern:  # fmt: skip
    """Keep a concern and tell who raised it when somebody will look. The same form posted twice is one concern."""
    pupil = register.lock(pupil)
    sent = Concern.objects.filter(form_key=form_key).first()
    if sent and (sent.raised_by_id, sent.pupil_id) == (by.pk, pupil.pk):
        return sent
    if sent:
        raise Refused(ConcernReason.SENT_ALREADY)
    if not pupil.on_roll:
        raise Refused(ConcernReason.PUPIL_LEFT, pupil=pupil.name)
    concern = Concern(
        school=pupil.school,
        pupil=pupil,
        raised_by=by,
        what=what,
        where=where,
        how_often=how_often,
        tried=tried,
        tried_for=tried_for,
        parent_told=parent_told,
        parent_words=parent_words,
        form_key=form_key,
    )
    with audit.saving(concern, by=by):
        concern.save()
    told = concern.get_parent_told_display()
    audit.record("concern.raised", concern, text=f"Concern raised. Does the parent know? {told}", by=by)
    bring_up_to_date(concern)
    link = _address("pupils:concern-detail", concern.pk)
    _mail("concern_received", by, concern, link=link, **first_look(concern))
    for person in who_is_told(concern.school):
        if person.pk != by.pk:
            _mail("concern_new", person, concern, link=link)
    return concern


def who_is_told(school: School) -> QuerySet[User]:
    """The SENDCos of the school today, or its heads where nobody is SENDCo."""
    return people_with(school, Role.SENCO) or people_with(school, Role.HEAD)


def first_look(concern: Concern) -> dict[str, Any]:
    """Who will look at a concern, and the due item that says by when (None once it is not known)."""
    item = dues_of([concern], "concern.first_look").get(concern.pk)
    return {"who": who_looks(concern.school), "due": item}


def _lock(concern: Concern, version: int | None = None) -> Concern:
    """Take the concern's row for this transaction, after its pupil's: every service takes them in that order."""
    register.lock(concern.pupil)
    concern = (
        Concern.objects.select_for_update(of=("self",))
        .select_related("school", "pupil", "raised_by")
        .get(pk=concern.pk)
    )
    if version is not None and concern.version != version:
        raise ChangedMeanwhile(concern)
    if concern.closed_on:
        raise Refused(ConcernReason.CLOSED)
    return concern


def _keep(concern: Concern, *fields: str, by: User) -> None:
    concern.version += 1
    with audit.saving(concern, by=by):
        concern.save(update_fields=[*fields, "version"])
    bring_up_to_date(concern)
    for view in concern.views.select_related("concern__school"):
        bring_up_to_date(view)


@transaction.atomic
def triage(
    *,
    concern: Concern,
    outcome: str,
    note: str,
    version: int,
    by: User,
    look_again_on: date | None = None,
    today: date | None = None,
) -> Concern:
    """Decide what happens next. Returns the concern; SEN Support leaves it open until the status has changed.

    Raises ChangedMeanwhile when a colleague decided first.
    """
    today = today or timezone.localdate()
    concern = _lock(concern, version)
    if outcome in LOOKED_AT_AGAIN and (look_again_on is None or look_again_on <= today):
        raise Refused(ConcernReason.LOOK_AGAIN_NOT_IN_FUTURE)
    if outcome == Outcome.MONITOR:
        register.start_watching(pupil=concern.pupil, reason=note, look_again_on=look_again_on, by=by, today=today)
    concern.outcome, concern.outcome_note = outcome, note
    concern.look_again_on = look_again_on if outcome in LOOKED_AT_AGAIN else None
    concern.decided_by, concern.decided_at = by, timezone.now()
    concern.first_action_at = concern.first_action_at or concern.decided_at
    concern.closed_on = today if outcome in CLOSING else None
    decided = ("outcome", "outcome_note", "look_again_on", "decided_by", "decided_at", "first_action_at", "closed_on")
    _keep(concern, *decided, by=by)
    again = f", look again on {long_date(look_again_on)}" if look_again_on else ""
    audit.record("concern.triaged", concern, text=f"Concern: {concern.get_outcome_display()}{again}", by=by)
    if concern.raised_by_id != by.pk:
        _mail("concern_answered", concern.raised_by, concern, link=_address("pupils:concern-detail", concern.pk))
    return concern


@transaction.atomic
def change_status(*, pupil: Pupil, seen_entry_id: int, by: User, **change: Any) -> RegisterEntry:
    """Change the status as one person saw it, and close the concerns that asked for SEN Support. Returns the entry.

    Raises ChangedMeanwhile, with the open entry, when the status is no longer the one that was on the page.
    """
    pupil = register.lock(pupil)
    present = register.open_entry(pupil)
    if present and present.pk != seen_entry_id:
        raise ChangedMeanwhile(present)
    entry = register.change_status(pupil=pupil, by=by, **change)
    if entry.code in ON_REGISTER:
        for concern in Concern.objects.filter(pupil=pupil, outcome=Outcome.SUPPORT, closed_on=None):
            _close(concern, by=by)
    return entry


def _close(concern: Concern, *, by: User) -> None:
    concern = _lock(concern)
    concern.closed_on = timezone.localdate()
    _keep(concern, "closed_on", by=by)
    audit.record("concern.closed", concern, text=f"Concern closed: {concern.get_outcome_display()}", by=by)


# --- Views of colleagues -----------------------------------------------------------------------------------------
@transaction.atomic
def ask_for_views(*, concern: Concern, people: Iterable[User], by: User) -> int:
    """Ask these colleagues for a structured view; whoever was asked already is left alone. Returns how many are new."""
    concern = _lock(concern)
    known = {view.asked_of_id: view for view in concern.views.all()}
    new = 0
    for person in people:
        view = known.get(person.pk) or ConcernView(concern=concern, asked_of=person)
        if view.pk and not view.withdrawn_on:
            continue
        view.asked_by, view.asked_on, view.withdrawn_on = by, timezone.localdate(), None
        with audit.saving(view, by=by):
            view.save()
        _mail("concern_view_asked", person, concern, asked_by=by, link=_address("pupils:concern-view-answer", view.pk))
        new += 1
    if not new:
        raise Refused(ViewReason.ALL_ASKED_ALREADY)
    concern.first_action_at = concern.first_action_at or timezone.now()
    _keep(concern, "first_action_at", by=by)
    text = f"{new} colleague{'' if new == 1 else 's'} asked for a view"
    audit.record("concern.views_asked", concern, text=text, by=by)
    return new


@transaction.atomic
def answer_view(
    *, view: ConcernView, by: User, strengths: str = "", notes: str = "", **ratings: int | None
) -> ConcernView:
    """Keep a colleague's view: a rating for each of RATED, None where they have not seen the child do it."""
    concern = view.concern
    register.lock(concern.pupil)
    rows = ConcernView.objects.select_for_update(of=("self",)).select_related("concern__school")
    view = rows.get(pk=view.pk)
    if view.asked_of_id != by.pk or view.withdrawn_on:
        raise Refused(ViewReason.NOT_ASKED)
    if view.answered_at:
        raise Refused(ViewReason.SENT_ALREADY)
    if view.concern.closed_on:
        raise Refused(ViewReason.NOT_NEEDED_ANY_MORE)
    for name in RATED:
        setattr(view, name, ratings[name])
    view.strengths, view.notes, view.answered_at = strengths, notes, timezone.now()
    with audit.saving(view, by=by):
        view.save()
    bring_up_to_date(view)
    audit.record(
        "concern.view_given",
        view,
        text="View of a colleague given",
        by=by,
        school_id=concern.school_id,
        pupil_id=concern.pupil_id,
    )
    return view


@transaction.atomic
def withdraw_view(*, view: ConcernView, reason: str, by: User) -> ConcernView:
    """Say that a view is no longer needed. The colleague gets a mail without the reason, and may be asked again."""
    register.lock(view.concern.pupil)
    rows = ConcernView.objects.select_for_update(of=("self",)).select_related("concern__school", "concern__pupil")
    view = rows.get(pk=view.pk)
    if view.withdrawn_on:
        raise Refused(ViewReason.TAKEN_BACK_ALREADY, taken_back_on=view.withdrawn_on)
    if view.answered_at:
        raise Refused(ViewReason.GIVEN_ALREADY, person=view.asked_of.name)
    if view.concern.closed_on:
        raise Refused(ViewReason.CONCERN_CLOSED)
    view.withdrawn_on = timezone.localdate()
    with audit.saving(view, by=by, reason=reason):
        view.save(update_fields=["withdrawn_on"])
    bring_up_to_date(view)
    concern = view.concern
    text = f"{view.asked_of.name} is no longer asked for a view. {reason}"
    audit.record(
        "concern.view_withdrawn", view, text=text, by=by, school_id=concern.school_id, pupil_id=concern.pupil_id
    )
    if view.asked_of_id != by.pk:
        _mail("concern_view_withdrawn", view.asked_of, concern, withdrawn_by=by)
    return view


# --- Mail --------------------------------------------------------------------------------------------------------
def _address(route: str, pk: int) -> str:
    return settings.SITE_URL + reverse(route, args=[pk])


def _mail(name: str, to: User, concern: Concern, **context: Any) -> None:
    """Queue a mail that names the child by initials only, and never in the subject."""
    if not to.is_active:
        return
    context |= {"person": to, "initials": concern.pupil.initials, "school": concern.school}
    subject = " ".join(render_to_string(f"emails/{name}-subject.txt", context).split())
    text = render_to_string(f"emails/{name}-body-text.txt", context)
    send_account_mail(to=to.email, subject=subject, text=text, school=concern.school)
