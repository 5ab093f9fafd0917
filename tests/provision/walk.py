"""Provision, for the walk of every address as every role."""

from datetime import time, timedelta
from uuid import uuid4

from django.utils import timezone

from provision.models import (
    Attendance,
    CoverDecision,
    Intervention,
    LateLog,
    Place,
    PlaceScore,
    Provision,
    ProvisionAdult,
    Session,
    StaffingPlan,
    UniversalItem,
    WaitingPupil,
)
from pupils.models import Assessment, ScoreImport, ScoreKind
from staff.models import StaffMember, TeachingGroup
from staff.roles import Role

# Whoever does not hold a session logs it only with the right to set up provision.
LEADS = {Role.SENCO, Role.HEAD, Role.PROVISION_LEAD}
OF_A_SESSION = {"session_to_log": LEADS, "logged_session": LEADS, "lost_session": LEADS, "added_session": LEADS}
OF_A_SESSION |= {"cover_decision": LEADS - {Role.PROVISION_LEAD}}
OF_A_SESSION |= {"run_to_add_to": LEADS, "tied_score": LEADS, "checked_class": LEADS}
ABOUT_PROVISION = {"provision_run", "provision_place", "session", "waiting_pupil", *OF_A_SESSION} - {
    "checked_class",
    "cover_decision",
}


def provision_things(school, user, pupil):
    """A run with the child and somebody else's adult; its sessions stand at every stage."""
    today = timezone.localdate()
    what = Intervention.objects.create(school=school, name=f"Walked intervention {pupil.pk}", area="ci")
    run = Provision.objects.create(
        school=school, intervention=what, name="Walked run", starts_on=today - timedelta(days=20),
        ends_on=today + timedelta(days=20),
    )  # fmt: skip
    member = StaffMember.objects.create(school=school, name="Walked leader")
    ProvisionAdult.objects.create(provision=run, member=member, starts_on=run.starts_on)
    place = Place.objects.create(provision=run, pupil=pupil, starts_on=run.starts_on)
    stages = {"session": {}, "session_to_log": {}, "logged_session": {"state": "held", "given": 30, "logged_by": user}}
    stages["lost_session"] = {"state": "lost", "reason": "trip", "logged_by": user}
    stages["added_session"] = {"was_planned": False}
    found = {
        name: Session.objects.create(
            school=school, provision=run, on=today - timedelta(days=2), starts_at=time(9 + number), minutes=30, **facts
        ).pk
        for number, (name, facts) in enumerate(stages.items())
    }
    Attendance.objects.create(session_id=found["logged_session"], pupil=pupil)
    kind = ScoreKind.objects.create(school=school, name=f"Walked measure {pupil.pk}", scale="raw")
    score = Assessment.objects.create(
        pupil=pupil, kind=kind, test=kind.name, scale="raw", score=5, taken_on=today, assessed_by="Walked"
    )
    wait = WaitingPupil.objects.create(intervention=what, pupil=pupil, since=today)
    return found | {
        "intervention": what.pk,
        "cover_decision": CoverDecision.objects.create(
            school=school,
            session_id=found["session"],
            on=today,
            starts_at=time(9),
            minutes=30,
            rank=4,
            cause="away",
            instead_of=member,
            reason="nobody",
        ).pk,
        "late_log": LateLog.objects.create(
            school=school,
            session_id=found["session"],
            said_by=user,
            title="Walked",
            day="Monday",
            what="log",
            said=[["minutes", "30"], ["shown", str(pupil.pk)]],
            key=uuid4(),
        ).pk,
        "staffing_plan": StaffingPlan.objects.create(school=school, name="Walked plan", starts_on=today).pk,
        "universal_item": UniversalItem.objects.create(school=school, name=f"Walked {pupil.pk}", area="ci").pk,
        "checked_class": TeachingGroup.objects.create(school=school, name=f"Walked {pupil.pk}").pk,
        "provision_run": run.pk,
        "run_to_add_to": run.pk,
        "score_kind": kind.pk,
        "score_import": ScoreImport.objects.create(school=school, file_name="walked.csv").pk,
        "tied_score": PlaceScore.objects.create(place=place, score=score, point="entry").pk,
        "provision_place": place.pk,
        "waiting_pupil": wait.pk,
    }


def provision_routes(*, reads, leads):
    """{route: (thing, roles)}."""
    pages = {
        "intervention-list": ("none", reads),
        "intervention-detail": ("intervention", reads),
        "library-start": ("none", leads),
        "intervention-add": ("none", leads),
        "intervention-edit": ("intervention", leads),
        "intervention-archive": ("intervention", leads),
        "waiting-list": ("none", leads),
        "waiting-add": ("intervention", leads),
        "waiting-remove": ("waiting_pupil", leads),
        "provision-map": ("none", leads),
        "impact": ("none", leads),
        "review-list": ("none", leads),
        "outcome-points": ("none", leads),
        "provision-review": ("provision_run", leads),
        "scores-add": ("run_to_add_to", reads),
        "scores-use": ("run_to_add_to", reads),
        "score-untie": ("tied_score", reads),
        "universal-list": ("none", reads),
        "universal-start": ("none", leads),
        "universal-add": ("none", leads),
        "universal-edit": ("universal_item", leads),
        "universal-class": ("checked_class", reads),
        "provision-list": ("none", reads),
        "provision-add": ("intervention", leads),
        "provision-detail": ("provision_run", reads),
        **dict.fromkeys(
            (f"provision-{name}" for name in ("edit", "times", "adults", "copy", "remove")), ("provision_run", leads)
        ),
        "place-add": ("provision_run", leads),
        "place-edit": ("provision_place", leads),
        "place-remove": ("provision_place", leads),
        "my-day": ("none", reads),
        "catch-up": ("none", reads),
        "staffing-list": ("none", leads - {Role.PROVISION_LEAD}),
        "staffing-add": ("none", leads - {Role.PROVISION_LEAD}),
        "staffing-detail": ("staffing_plan", leads - {Role.PROVISION_LEAD}),
        "staffing-accept": ("staffing_plan", leads - {Role.PROVISION_LEAD}),
        "staffing-remove": ("staffing_plan", leads - {Role.PROVISION_LEAD}),
        "cover-day": ("none", leads),
        "cover-tell": ("none", leads),
        "cover-take-back": ("cover_decision", leads),
        "late-list": ("none", leads),
        "late-accept": ("late_log", leads),
        "late-decline": ("late_log", leads),
        "offline-day": ("none", reads),
        "offline-send": ("none", reads),
        "session-detail": ("session", reads),
        "session-log": ("session_to_log", reads),
        "session-lost": ("session_to_log", reads),
        "session-move": ("session_to_log", reads),
        "session-correct": ("logged_session", reads),
        "session-take-back": ("logged_session", reads),
        "session-make-good": ("lost_session", reads),
        "session-remove": ("added_session", reads),
        "session-adults": ("session", leads),
        "session-add": ("run_to_add_to", reads),
    }
    measures = {"list": ("none", reads), "start": ("none", leads), "add": ("none", leads)}
    measures["edit"] = ("score_kind", leads)
    files = {"import": ("none", leads), "check": ("none", leads), "take-back": ("score_import", leads)}
    return (
        {f"provision:{name}": found for name, found in pages.items()}
        | {f"pupils:measure-{name}": found for name, found in measures.items()}
        | {f"pupils:scores-{name}": found for name, found in files.items()}
    )
