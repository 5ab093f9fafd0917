"""Support plans, for the walk of every address as every role."""

from datetime import time, timedelta

from django.utils import timezone

from pupils.models import (
    Agency,
    BoughtTime,
    Challenge,
    ChallengeStep,
    CohortTarget,
    Contact,
    ContactLog,
    EveningTeacher,
    HandoverPack,
    Meeting,
    MeetingAction,
    MeetingPerson,
    MeetingPupil,
    OutsideAsk,
    OutsideFile,
    ParentsEvening,
    PlanKind,
    PlanNote,
    PlanReader,
    PlanVoice,
    Profile,
    ProfileVersion,
    QuestionReply,
    Recommendation,
    Referral,
    ReviewWindow,
    SencoQuestion,
    SupportPlan,
    TargetValue,
    Visit,
    WindowClass,
)
from sendco.files.services import store_bytes
from staff.roles import Role

from .helping import begin, targets_of

# Whoever is not asked for the reviews of a class opens them only with the right to lead plans.
READERS = {Role.SENCO, Role.HEAD, Role.PROVISION_LEAD}
OF_A_WINDOW = dict.fromkeys(
    (
        "window_class", "child_meeting", "meeting_action", "meeting_person", "contact_log", "handover_pack",
        "question", "question_reply",
    ),
    READERS,
)  # fmt: skip

ABOUT_A_SUPPORT_PLAN = {
    "support_plan", "plan_reader", "support_outcome", "target", "target_value", "strategy", "plan_note", "voice",
    "profile_version", "child_meeting", "meeting_action", "meeting_person", "contact_log", "referral", "advice",
    "outside_ask", "outside_file", "handover_pack", "question", "question_reply", "challenge", "challenge_step",
}  # fmt: skip


def support_things(school, user, pupil, **words):
    """A plan of this child with one of everything, added by this person. `words` as begin() takes them."""
    today = timezone.localdate()
    open_plans = SupportPlan.objects.filter(pupil=pupil, closed_on=None, kind__code="sen_support")
    plan = open_plans.first() or begin(pupil, user, **words)
    target = targets_of(plan)[0]
    stored = store_bytes(
        name="photo.txt", content=b"words", school_id=school.pk, by=user, purpose="plan evidence", pupil_id=pupil.pk
    )
    note = PlanNote.objects.create(plan=plan, text="Read to the class", file_id=stored.pk, added_by=user)
    profile = Profile.objects.filter(pupil=pupil).first() or Profile.objects.create(pupil=pupil, support="Wait")
    version = profile.versions.first() or ProfileVersion.objects.create(
        profile=profile, number=1, asks=1, support="Wait"
    )
    return {
        "support_plan": plan.pk,
        "plan_reader": PlanReader.objects.create(plan=plan, user=user).pk,
        "support_outcome": plan.outcomes.first().pk,
        "target": target.pk,
        "target_value": TargetValue.objects.create(target=target, taken_on=today, value=50, taken_by=user).pk,
        "strategy": plan.strategies.first().pk,
        "plan_note": note.pk,
        **meeting_things(school, user, pupil),
        **agency_things(school, user, pupil),
        **outside_things(school, user, pupil),
        **question_things(school, user, pupil),
        "profile_version": version.pk,
        "voice": PlanVoice.objects.create(plan=plan, stage="review", words="I like maths", taken_by=user).pk,
    }


def meeting_things(school, user, pupil):
    """A meeting about this child with something agreed, and a contact with home."""
    today = timezone.localdate()
    meeting = Meeting.objects.create(school=school, pupil=pupil, kind="parents", planned_on=today, organiser=user)
    MeetingPupil.objects.create(meeting=meeting, pupil=pupil)
    action = MeetingAction.objects.create(
        meeting=meeting, pupil=pupil, text="Ring the clinic", owner=user, due_on=today
    )
    log = ContactLog.objects.create(pupil=pupil, name="The clinic", means="call", words="Waits for a date", by=user)
    mother = Contact.objects.filter(pupil=pupil).first() or Contact.objects.create(pupil=pupil, name="A parent")
    person = MeetingPerson.objects.create(meeting=meeting, contact=mother)
    return {
        "child_meeting": meeting.pk,
        "meeting_action": action.pk,
        "meeting_person": person.pk,
        "contact_log": log.pk,
    }


def agency_things(school, user, pupil):
    """An agency with time bought and a visit, and a referral of this child with a recommendation."""
    today = timezone.localdate()
    agency = Agency.objects.create(school=school, name=f"Clinic {pupil.pk}", kind="ot")
    bought = BoughtTime.objects.create(agency=agency, starts_on=today, ends_on=today, minutes=60)
    referral = Referral.objects.create(
        pupil=pupil, agency=agency, lead=user, reason="Holds a pen in a fist", consent_on=today, consent_name="Mother",
        sent_on=today,
    )  # fmt: skip
    return {
        "agency": agency.pk,
        "bought": bought.pk,
        "visit": Visit.objects.create(agency=agency, referral=referral, minutes=30, kind="assess").pk,
        "referral": referral.pk,
        "advice": Recommendation.objects.create(referral=referral, number=1, text="A wider pen").pk,
    }


# The pages for people without an account: they ask for a pass, and no role opens them.
WITH_A_PASS = {f"pupils:outside-{part}" for part in ("answer", "file-remove", "pack", "sent")}


def outside_things(school, user, pupil):
    """A question to a school that was answered with a file, and a handover pack for this person."""
    today = timezone.localdate()
    stored = store_bytes(
        name="answer.txt", content=b"words", school_id=school.pk, by=None, purpose="outside", pupil_id=pupil.pk
    )
    ask = OutsideAsk.objects.create(
        pupil=pupil, kind="school", name="Miss Park", email="park@example.org", asked_by=user, answer_by=today,
        answered_at=timezone.now(), words="Settled",
    )  # fmt: skip
    pdf = store_bytes(
        name="pack.pdf", content=b"%PDF-1.4", school_id=school.pk, by=user, purpose="handover", pupil_id=pupil.pk
    )
    pack = HandoverPack.objects.create(pupil=pupil, parts=["plans"], to_user=user, made_by=user, file_id=pdf.pk)
    return {
        "outside_ask": ask.pk,
        "outside_file": OutsideFile.objects.create(ask=ask, file_id=stored.pk, name="answer.txt", size=5).pk,
        "handover_pack": pack.pk,
    }


def question_things(school, user, pupil):
    """A question of this person that was answered, and a challenge with a step."""
    today = timezone.localdate()
    question = SencoQuestion.objects.create(school=school, pupil=pupil, words="Which seat?", asked_by=user)
    challenge = Challenge.objects.create(
        school=school, pupil=pupil, body="la", name="SEND team", about="Late", words="It is late", owner=user,
        reply_by=today,
    )  # fmt: skip
    paper = store_bytes(
        name="reply.txt", content=b"words", school_id=school.pk, by=user, purpose="challenge paper", pupil_id=pupil.pk
    )
    step = ChallengeStep.objects.create(challenge=challenge, words="Rang", by=user, file_id=paper.pk)
    reply = QuestionReply.objects.create(question=question, words="By the door", by=user)
    return {"question": question.pk, "question_reply": reply.pk, "challenge": challenge.pk, "challenge_step": step.pk}


def support_setup_things(school, user):
    """A kind, a window with a class, and a target for several pupils, of the school."""
    today = timezone.localdate()
    window = ReviewWindow.objects.create(
        school=school, name="Walked window", opens_on=today, due_on=today + timedelta(days=20)
    )
    evening = ParentsEvening.objects.create(
        school=school, name="Walked evening", on=today, starts_at=time(16), ends_at=time(18)
    )
    return {
        "evening": evening.pk,
        "evening_teacher": EveningTeacher.objects.create(evening=evening, user=user).pk,
        "plan_kind": PlanKind.objects.create(
            school=school, code="walked", name="Walked kind", authority="School policy", valid_from=today
        ).pk,
        "review_window": window.pk,
        "window_class": WindowClass.objects.create(window=window, owner=user).pk,
        "cohort": CohortTarget.objects.create(school=school, title="Walked group", text="Reads", measure="count").pk,
    }


def support_routes(*, reads, leads):
    """{route: (thing, roles)}. Whoever does not lead a plan adds to it, and changes what they added themselves."""
    of_plan = dict.fromkeys(("detail", "compare", "review", "pdf"), ("support_plan", reads))
    of_plan |= dict.fromkeys(("edit", "stop", "reopen", "readers", "confidential", "close"), ("support_plan", leads))
    routes = {f"pupils:support-{name}": found for name, found in of_plan.items()}
    for thing, names, roles in (
        (
            "none",
            ("support-list", "review-grid", "review-close", "review-parents", "plan-kind-list", "cohort-list"),
            reads,
        ),
        ("none", ("window-list", "window-add", "plan-kind-add", "cohort-add"), leads),
        ("pupil", ("support-new",), leads),
        ("plan_reader", ("support-reader-end",), leads),
        ("support_plan", ("outcome-add",), leads),
        ("support_plan", ("strategy-add", "plan-note-add", "voice-add", "review-plan-cell"), reads),
        ("support_outcome", ("outcome-edit", "outcome-remove", "target-add"), leads),
        ("target", ("target-edit", "target-end", "target-review", "target-restore"), leads),
        ("target", ("value-add", "review-cell"), reads),
        ("target_value", ("value-edit", "value-remove"), leads),
        ("strategy", ("strategy-edit", "strategy-end"), leads),
        ("strategy", ("strategy-share",), reads),
        ("plan_note", ("plan-note-edit", "plan-note-remove"), leads),
        ("plan_note", ("plan-note-file",), reads),
        ("voice", ("voice-edit", "voice-remove"), leads),
        ("plan_kind", ("plan-kind-edit", "plan-kind-end"), leads),
        ("review_window", ("window-edit", "window-remove"), leads),
        ("window_class", ("window-class", "window-class-written"), reads),
        ("window_class", ("window-owner",), leads),
        ("cohort", ("cohort-detail",), reads),
        ("cohort", ("cohort-edit", "cohort-give", "cohort-end"), leads),
    ):
        routes |= {f"pupils:{name}": (thing, roles) for name in names}
    for thing, names, roles in (
        ("none", ("profile-list", "meeting-list"), reads),
        ("pupil", ("meeting-plan", "contact-log-add"), reads),
        (
            "child_meeting",
            ("meeting-detail", "meeting-hold", "meeting-not-held", "meeting-call-off", "meeting-ics"),
            reads,
        ),
        ("child_meeting", ("meeting-action-add",), reads),
        ("child_meeting", ("meeting-change", "meeting-tell", "meeting-pdf"), reads),
        ("meeting_person", ("meeting-letter",), reads),
        ("group", ("meeting-plan-group",), reads),
        ("none", ("evening-add",), leads),
        ("evening", ("evening-detail",), reads),
        ("evening_teacher", ("evening-book",), reads),
        ("evening", ("evening-edit", "evening-tell", "evening-remove"), leads),
        ("none", ("agency-list",), READERS),
        ("none", ("agency-add",), leads),
        ("agency", ("agency-detail",), READERS),
        ("agency", ("agency-edit", "agency-end", "bought-add", "visit-add"), leads),
        ("bought", ("bought-edit", "bought-remove"), leads),
        ("visit", ("visit-edit", "visit-remove"), leads),
        ("pupil", ("referral-add",), leads),
        ("referral", ("referral-detail", "referral-pdf"), READERS),
        ("referral", ("referral-edit", "referral-consent", "referral-withdraw", "referral-send"), leads),
        ("referral", ("referral-seen", "referral-report", "referral-end", "referral-reopen", "advice-add"), leads),
        ("referral", ("referral-not-sent", "referral-no-report"), leads),
        ("advice", ("advice-decide", "advice-remove"), leads),
        ("support_plan", ("ask-parent",), leads),
        ("referral", ("ask-agency",), leads),
        ("pupil", ("ask-school", "outside-close-all", "handover-add"), leads),
        ("outside_ask", ("outside-detail",), READERS),
        ("outside_ask", ("outside-again", "outside-withdraw", "outside-read"), leads),
        ("outside_file", ("outside-file", "outside-file-keep"), READERS),
        ("handover_pack", ("handover-detail", "handover-file", "handover-receive"), reads),
        (
            "handover_pack",
            (
                "handover-send",
                "handover-withdraw",
            ),
            leads,
        ),
        ("none", ("question-list", "question-ask"), reads),
        ("pupil", ("question-ask-pupil",), reads),
        ("question", ("question-detail", "question-close", "question-edit"), reads),
        ("question_reply", ("question-reply-edit",), reads),
        ("question", ("question-share",), leads),
        ("none", ("challenge-list",), READERS),
        ("none", ("challenge-add",), leads),
        ("pupil", ("pupil-challenge-add",), leads),
        ("challenge", ("challenge-detail",), READERS),
        ("challenge", ("challenge-edit", "challenge-step", "challenge-reply"), leads),
        ("challenge", ("challenge-end", "challenge-reopen"), leads),
        ("challenge", ("challenge-letter",), leads),
        ("challenge_step", ("challenge-step-edit",), leads),
        ("challenge_step", ("challenge-step-file",), READERS),
        ("meeting_action", ("meeting-action-edit", "meeting-action-settle"), reads),
        ("contact_log", ("contact-log-edit", "contact-log-remove"), reads),
        ("group", ("profile-class-pdf",), reads),
        ("pupil", ("profile", "profile-edit", "profile-read", "profile-pdf"), reads),
        ("pupil", ("profile-publish", "profile-photo", "profile-photo-off"), leads),
        ("profile_version", ("profile-version",), reads),
        ("profile_version", ("profile-withdraw",), leads),
    ):
        routes |= {f"pupils:{name}": (thing, roles) for name in names}
    return routes
