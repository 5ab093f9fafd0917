"""The directory of agencies and the time bought of them; referrals on consent, what came of them, what was advised."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.clock import long_date
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import User
from staff.owed import bring_up_to_date
from staff.saving import save_versioned

from ..models import (
    Agency,
    BoughtTime,
    OutsideAsk,
    Pupil,
    Recommendation,
    Referral,
    SupportPlan,
    Target,
    Visit,
)
from ..outside.following import asks_follow
from ..plans.services.doing import add_strategy, end_strategy
from ..seeing import sees
from .refusals import AgencyReason, ReferralReason

Basis, Ending, Decision = Referral.Basis, Referral.Ending, Recommendation.Decision
LONGEST = 500  # characters of one recommendation


# --- The directory -----------------------------------------------------------------------------------------------
@transaction.atomic
def save_agency(*, agency: Agency, values: dict[str, Any], version: int, by: User) -> Agency:
    """Add an agency or change what is known of it. Raises ChangedMeanwhile."""
    others = Agency.objects.filter(school=agency.school, name__iexact=values["name"], ended_on=None)
    if others.exclude(pk=agency.pk).exists():
        raise Refused(AgencyReason.SAME_AGENCY, name=values["name"], field="name")
    try:
        with transaction.atomic():
            saved, changed = save_versioned(agency, values, version=version, by=by)
    except IntegrityError as error:  # somebody else added it in this moment
        raise Refused(AgencyReason.SAME_AGENCY, name=values["name"], field="name") from error
    if changed:
        audit.record("agency.saved", saved, text=f"Agency {saved.name} saved", by=by, school_id=saved.school_id)
    return saved


@transaction.atomic
def end_agency(*, agency: Agency, by: User) -> Agency:
    """Take an agency out of use. Refused while a referral is open."""
    row = Agency.objects.select_for_update(of=("self",)).get(pk=agency.pk)
    if count := row.referrals.open().count():
        raise Refused(AgencyReason.HAS_REFERRALS, count=count, name=row.name)
    if row.ended_on is None:
        row.ended_on, row.version = timezone.localdate(), row.version + 1
        _save(row, by=by)
        audit.record("agency.ended", row, text=f"Agency {row.name} no longer used", by=by, school_id=row.school_id)
    return row


@transaction.atomic
def use_again(*, agency: Agency, by: User) -> Agency:
    row = Agency.objects.select_for_update(of=("self",)).get(pk=agency.pk)
    if Agency.objects.filter(school=row.school, name__iexact=row.name, ended_on=None).exclude(pk=row.pk).exists():
        raise Refused(AgencyReason.SAME_AGENCY, name=row.name)
    row.ended_on, row.version = None, row.version + 1
    _save(row, by=by)
    audit.record("agency.used_again", row, text=f"Agency {row.name} used again", by=by, school_id=row.school_id)
    return row


def _save(row: Any, *, by: User) -> Any:
    with audit.saving(row, by=by):
        row.save()
    return row


@transaction.atomic
def save_bought(*, bought: BoughtTime, values: dict[str, Any], version: int, by: User) -> BoughtTime:
    if values["ends_on"] < values["starts_on"]:
        raise Refused(AgencyReason.BOUGHT_BACKWARDS, field="ends_on")
    saved, changed = save_versioned(bought, values, version=version, by=by)
    if changed:
        _record_agency(saved.agency, "agency.time_bought", f"Time of {saved.agency.name} bought", by=by)
    return saved


def _record_agency(agency: Agency, code: str, text: str, *, by: User, pupil_id: int | None = None) -> None:
    audit.record(code, agency, text=text, by=by, school_id=agency.school_id, pupil_id=pupil_id)


@transaction.atomic
def save_visit(*, visit: Visit, values: dict[str, Any], version: int, by: User) -> Visit:
    """Note a visit or put it right. The first visit to a child is the day the child was seen, where none is noted."""
    day = values["visited_on"]
    if day > timezone.localdate():
        raise Refused(AgencyReason.VISIT_IN_FUTURE, field="visited_on")
    referral = values.get("referral", visit.referral)
    if referral is not None and referral.sent_on is None:
        raise Refused(ReferralReason.NOT_SENT, field="referral")
    before = Visit.objects.select_related("referral").filter(pk=visit.pk).first()
    child_seen = values.get("kind", visit.kind) in Visit.SEES_THE_CHILD
    saved, changed = save_versioned(visit, values, version=version, by=by)
    if before is not None and {"visited_on", "referral", "kind"} & set(changed):
        _seen_no_more(before, by=by)
        referral = Referral.objects.filter(pk=referral.pk).first() if referral else None
    if (
        child_seen
        and referral is not None
        and referral.seen_on is None
        and referral.ended_on is None
        and day >= referral.sent_on
    ):
        row = _locked(referral)
        row.seen_on, row.version = day, row.version + 1
        _save(row, by=by)
        bring_up_to_date(row)
    if changed:
        pupil_id = referral.pupil_id if referral else None
        text = f"{saved.agency.name} was here: {saved.get_kind_display().lower()}"
        audit.record(
            "agency.visit", saved, text=text, by=by, school_id=saved.agency.school_id, pupil_id=pupil_id,
            happened_on=day,
        )  # fmt: skip
    return saved


def _seen_no_more(visit: Visit, *, by: User) -> None:
    """A visit that is taken out, moved or given to another child makes nobody seen. A report that came still does."""
    if visit.referral is None or visit.referral.seen_on != visit.visited_on or visit.referral.report_on:
        return
    if visit.kind not in Visit.SEES_THE_CHILD:
        return
    row = _locked(visit.referral)
    if row.ended_on or row.sent_on is None:
        return
    first = _first_seen(row)
    if first != row.seen_on:
        _changed(row, {"seen_on": first}, by=by)
        text = f"First seen on {long_date(first)}" if first else f"Not seen by {row.agency.name} yet after all"
        _note(row, "referral.seen", text, by=by, on=first)


def _first_seen(row: Referral) -> date | None:
    """The day of the first visit at which the child was seen; None without one."""
    visits = row.visits.filter(removed_on=None, visited_on__gte=row.sent_on, kind__in=Visit.SEES_THE_CHILD)
    return visits.order_by("visited_on").values_list("visited_on", flat=True).first()


@transaction.atomic
def remove(*, row: Any, by: User) -> Any:
    """Take out a visit, a purchase or a recommendation that was entered by mistake. It is kept, and counts no more."""
    row = type(row)._default_manager.select_for_update(of=("self",)).get(pk=row.pk)
    if row.removed_on is None:
        row.removed_on, row.version = timezone.localdate(), row.version + 1
        _save(row, by=by)
        if isinstance(row, Recommendation):
            bring_up_to_date(_locked(row.referral))
        if isinstance(row, Visit):
            _seen_no_more(row, by=by)
    return row


# --- Referrals ---------------------------------------------------------------------------------------------------
def _locked(referral: Referral) -> Referral:
    rows = Referral.objects.select_for_update(of=("self",)).select_related("pupil__school", "agency")
    return rows.get(pk=referral.pk)


def _open(referral: Referral, version: int | None = None) -> Referral:
    """The row, taken for the transaction. Raises ChangedMeanwhile where another version than this one stands."""
    row = _locked(referral)
    if row.ended_on:
        raise Refused(ReferralReason.ENDED, day=row.ended_on)
    if version is not None and row.version != version:
        raise ChangedMeanwhile(row)
    return row


def _check_lead(lead: User, pupil: Pupil) -> None:
    """Whoever looks after a referral has to see the child."""
    if not sees(lead, pupil):
        raise Refused(ReferralReason.LEAD_BLIND, person=lead.name, field="lead")


def _note(row: Referral, code: str, text: str, *, by: User | None, on: date | None = None) -> Referral:
    audit.record(
        code, row, text=text, by=by, school_id=row.pupil.school_id, pupil_id=row.pupil_id, happened_on=on
    )  # fmt: skip
    bring_up_to_date(row)
    return row


def _changed(row: Referral, values: dict[str, Any], *, by: User | None) -> Referral:
    for name, value in values.items():
        setattr(row, name, value)
    row.version += 1
    with audit.saving(row, by=by):
        row.save()
    return row


@transaction.atomic
def save_referral(*, referral: Referral, values: dict[str, Any], version: int, by: User) -> Referral:
    """Write a referral, or change one that is open. It goes when there is a basis for it. Raises ChangedMeanwhile."""
    agency = values["agency"]
    if agency.ended_on and agency.pk != referral.agency_id:
        raise Refused(AgencyReason.AGENCY_ENDED, name=agency.name, day=agency.ended_on, field="agency")
    if values["basis"] == Basis.LAW and not values["basis_note"].strip():
        raise Refused(ReferralReason.BASIS_UNSAID, field="basis_note")
    if values["lead"].pk != referral.lead_id:
        _check_lead(values["lead"], referral.pupil)
    is_new = referral.pk is None
    if not is_new:
        row = _open(referral)
        if values["basis"] == Basis.CONSENT and row.sent_on and not row.consent_on:
            raise Refused(ReferralReason.NO_BASIS, field="basis")
    saved, changed = save_versioned(referral, values, version=version, by=by)
    if changed:
        code = "referral.written" if is_new else "referral.changed"
        text = f"Referral to {saved.agency.name} {'written' if is_new else 'changed'}"
        _note(saved, code, text, by=by, on=saved.written_on)
        asks_follow(referral=saved)
    return saved


@transaction.atomic
def note_consent(*, referral: Referral, values: dict[str, Any], by: User, version: int | None = None) -> Referral:
    """Who consented, when and how. A new consent takes the place of one that was withdrawn."""
    row = _open(referral, version)
    if values["consent_from"] is None and not values["consent_name"].strip():
        raise Refused(ReferralReason.CONSENT_UNSAID, field="consent_from")
    if row.sent_on and values["consent_on"] > row.sent_on and row.consent_withdrawn_on is None:
        raise Refused(ReferralReason.SENT_BEFORE_CONSENT, day=values["consent_on"], field="consent_on")
    _changed(row, values | {"consent_withdrawn_on": None, "basis": Basis.CONSENT}, by=by)
    asks_follow(referral=row)
    return _note(row, "referral.consent", f"Consent to the referral to {row.agency.name} noted", by=by)


@transaction.atomic
def withdraw_consent(*, referral: Referral, on: date, by: User | None, version: int | None = None) -> Referral:
    """Consent is taken back: what was lawful until then stands, nothing more is sent, and the lead has to decide."""
    row = _open(referral, version)
    if row.consent_on is None or row.consent_withdrawn_on:
        raise Refused(ReferralReason.NO_CONSENT)
    _changed(row, {"consent_withdrawn_on": max(on, row.consent_on)}, by=by)
    text = f"Consent to the referral to {row.agency.name} withdrawn"
    asks_follow(referral=row)
    return _note(row, "referral.consent_withdrawn", text, by=by, on=on)


@transaction.atomic
def send(
    *, referral: Referral, sent_on: date, by: User, ask_again_on: date | None = None, version: int | None = None
) -> Referral:
    """Note that it went. `ask_again_on`: the day on which to ask when the child is seen; by default by the agency's
    usual wait."""
    row = _open(referral, version)
    if row.basis == Basis.CONSENT and row.consent_withdrawn_on:
        raise Refused(ReferralReason.CONSENT_WITHDRAWN, day=row.consent_withdrawn_on)
    if not row.has_basis:
        raise Refused(ReferralReason.NO_BASIS)
    if row.basis == Basis.CONSENT and row.consent_on and sent_on < row.consent_on:
        raise Refused(ReferralReason.SENT_BEFORE_CONSENT, day=row.consent_on, field="sent_on")
    again = ask_again_on or sent_on + timedelta(weeks=row.agency.usual_weeks)
    if row.seen_on and row.seen_on < sent_on:
        raise Refused(ReferralReason.SEEN_BEFORE_SENT, day=sent_on, field="sent_on")
    _changed(row, {"sent_on": sent_on, "ask_again_on": max(again, sent_on)}, by=by)
    return _note(row, "referral.sent", f"Referred to {row.agency.name}", by=by, on=sent_on)


@transaction.atomic
def not_sent(*, referral: Referral, by: User) -> Referral:
    """It was not sent after all. Refused once anything came of it."""
    row = _open(referral)
    if row.sent_on is None:
        raise Refused(ReferralReason.NOT_SENT)
    asked = OutsideAsk.objects.filter(referral=row, withdrawn_on=None).exists()
    if row.seen_on or row.report_on or asked or row.visits.filter(removed_on=None).exists():
        raise Refused(ReferralReason.SOMETHING_CAME)
    was = long_date(row.sent_on)
    _changed(row, {"sent_on": None, "ask_again_on": None, "report_due_on": None}, by=by)
    return _note(row, "referral.not_sent", f"Not sent to {row.agency.name} on {was} after all", by=by)


@transaction.atomic
def note_seen(*, referral: Referral, values: dict[str, Any], by: User, version: int | None = None) -> Referral:
    """`seen_on`, empty while the child still waits, `ask_again_on` and `report_due_on`."""
    row = _open(referral, version)
    if row.sent_on is None:
        raise Refused(ReferralReason.NOT_SENT)
    if values["seen_on"] and values["seen_on"] < row.sent_on:
        raise Refused(ReferralReason.SEEN_BEFORE_SENT, day=row.sent_on, field="seen_on")
    _changed(row, values, by=by)
    text = f"Seen by {row.agency.name}" if row.seen_on else f"{row.agency.name} asked again"
    return _note(row, "referral.seen", text, by=by, on=row.seen_on)


@transaction.atomic
def note_report(
    *, referral: Referral, report_on: date, by: User | None, report: Any = None, advice: Sequence[str] = (),
    has_no_advice: bool = False, version: int | None = None,
) -> Referral:  # fmt: skip
    """The report came, with these recommendations, each to be decided on."""
    row = _open(referral, version)
    if row.sent_on is None:
        raise Refused(ReferralReason.NOT_SENT)
    if report_on < row.sent_on:
        raise Refused(ReferralReason.REPORT_BEFORE_SENT, day=row.sent_on, field="report_on")
    if has_no_advice and (count := len(advice) + _standing(row).count()):
        raise Refused(ReferralReason.ADVICE_STANDS, count=count, field="has_no_advice")
    values = {"report_on": report_on, "report": report or row.report, "has_no_advice": has_no_advice}
    _changed(row, values | {"seen_on": row.seen_on or report_on}, by=by)
    if advice:
        _add_advice(row, advice, by=by)
    return _note(row, "referral.report", f"Report of {row.agency.name} received", by=by, on=report_on)


@transaction.atomic
def file_report(*, referral: Referral, report: Any, came_on: date, by: User) -> Referral:
    """The report that came by link is filed. One that is noted already keeps its day and what was said of it."""
    if referral.report_on is None:
        came_on = max(came_on, referral.sent_on or came_on)
        return note_report(referral=referral, report_on=came_on, report=report, by=by)
    row = _changed(_open(referral), {"report": report}, by=by)
    return _note(row, "referral.report_filed", f"Report of {row.agency.name} filed", by=by)


@transaction.atomic
def no_report(*, referral: Referral, by: User) -> Referral:
    """The report has not come after all. Refused while recommendations of it are noted."""
    row = _open(referral)
    if row.report_on is None:
        raise Refused(ReferralReason.NO_REPORT)
    if count := _standing(row).count():
        raise Refused(ReferralReason.ADVICE_STANDS, count=count)
    values: dict[str, Any] = {"report_on": None, "report": None, "has_no_advice": False}
    if row.seen_on == row.report_on:
        values["seen_on"] = _first_seen(row)  # it was counted as seen because of the report
    _changed(row, values, by=by)
    return _note(row, "referral.no_report", f"Report of {row.agency.name} has not come after all", by=by)


def _standing(row: Referral) -> Any:
    return row.recommendations.filter(removed_on=None)


@transaction.atomic
def add_advice(*, referral: Referral, advice: Sequence[str], by: User) -> Referral:
    row = _open(referral)
    if not advice:
        raise Refused(ReferralReason.NOTHING_ADVISED, field="advice")
    if row.has_no_advice:
        _changed(row, {"has_no_advice": False}, by=by)
    _add_advice(row, advice, by=by)
    return _note(row, "referral.advice", f"Recommendations of {row.agency.name} noted", by=by)


def _add_advice(row: Referral, advice: Sequence[str], *, by: User | None) -> None:
    last = row.recommendations.order_by("-number").values_list("number", flat=True).first() or 0
    for number, text in enumerate(advice, last + 1):
        one = Recommendation(referral=row, number=number, text=text)
        with audit.saving(one, by=by):
            one.save()


@transaction.atomic
def decide(
    *, recommendation: Recommendation, values: dict[str, Any], version: int, by: User, plan: SupportPlan | None = None,
    target: Target | None = None,
) -> Recommendation:  # fmt: skip
    """Adopted, adapted or not, with why. `plan`: it goes into this plan as a strategy, for `target` of it where one is
    given, in the words of `text`, or of `why` where it was adapted. Raises ChangedMeanwhile."""
    row = _open(recommendation.referral)
    decision = values["decision"]
    if decision in (Decision.ADAPTED, Decision.NOT) and not values["why"].strip():
        raise Refused(ReferralReason.WHY_UNSAID, field="why")
    is_open = decision == Decision.OPEN
    values = values | {
        "decided_on": None if is_open else recommendation.decided_on or timezone.localdate(),
        "decided_by": None if is_open else by,
    }
    saved, changed = save_versioned(recommendation, values, version=version, by=by)
    if plan is not None and decision in (Decision.ADOPTED, Decision.ADAPTED) and saved.standing is None:
        words = saved.why if decision == Decision.ADAPTED else saved.text
        # A family that was not asked does not learn from a plan which agency it was.
        who = "" if row.basis == Basis.LAW else row.agency.name[:120]
        values = {"text": words, "who": who, "target": _current(target, plan)}
        saved.strategy = add_strategy(plan=plan, values=values, by=by)
        _save(saved, by=by)
    elif saved.strategy is not None and decision in (Decision.NOT, Decision.OPEN):
        if saved.standing is not None:
            end_strategy(strategy=saved.standing, end_note="The advice is not adopted any more", by=by)
        saved.strategy = None
        _save(saved, by=by)
    if changed:
        text = f"Advice of {row.agency.name}: {saved.get_decision_display().lower()}"
        _note(row, "referral.advice_decided", text, by=by)
    return saved


def _current(target: Target | None, plan: SupportPlan) -> Target | None:
    """The target as it stands, taken for the transaction. Refused where it is not one of this plan any more."""
    if target is None:
        return None
    row = Target.objects.current().select_for_update(of=("self",)).filter(pk=target.pk, outcome__plan=plan).first()
    if row is None:
        raise Refused(ReferralReason.TARGET_ENDED, number=target.number, field="goes_to")
    return row


@transaction.atomic
def end(
    *, referral: Referral, ended_on: date, ending: str, end_note: str, by: User, version: int | None = None
) -> Referral:
    row = _open(referral, version)
    if ended_on < row.written_on:
        raise Refused(ReferralReason.ENDED_TOO_EARLY, day=row.written_on, field="ended_on")
    if ending == Ending.DONE and (count := _standing(row).filter(decision=Decision.OPEN).count()):
        raise Refused(ReferralReason.ADVICE_OPEN, count=count)
    _changed(row, {"ended_on": ended_on, "ending": ending, "end_note": end_note}, by=by)
    asks_follow(referral=row)
    text = f"Referral to {row.agency.name} ended: {row.get_ending_display().lower()}"
    return _note(row, "referral.ended", text, by=by, on=ended_on)


@transaction.atomic
def reopen(*, referral: Referral, by: User) -> Referral:
    row = _locked(referral)
    if row.ended_on is None:
        raise Refused(ReferralReason.NOT_ENDED)
    was = long_date(row.ended_on)
    _changed(row, {"ended_on": None, "ending": "", "end_note": ""}, by=by)
    asks_follow(referral=row)
    return _note(row, "referral.reopened", f"Referral to {row.agency.name}, ended {was}, opened again", by=by)
