"""An adult with a post, a pattern, pay, slots and an absence, for the walk of every address as every role."""

from datetime import date, time
from decimal import Decimal

from pupils.models import SkillTag
from staff.appraisal.selectors import content_of
from staff.models import (
    Absence,
    Appraisal,
    AppraisalScheme,
    AppraisalView,
    Briefing,
    Certificate,
    Evidence,
    ExtraTime,
    FormulaRate,
    JobDescription,
    NotesGrant,
    Objective,
    PayRate,
    Period,
    Post,
    Reading,
    SencoAppointment,
    SignedStage,
    Skill,
    Slot,
    SlotKind,
    StaffMember,
    SupervisionAction,
    SupervisionMeeting,
    Timetable,
    TimetableImport,
    TrainingEvent,
    TrainingPlace,
    Vacancy,
    WorkPattern,
    WorkTime,
)
from staff.roles import Role
from tests.factories import MembershipFactory

BEGAN = date(2025, 9, 1)
NOTES = "canary-meeting-notes-zq"
SEES = {Role.SENCO, Role.HEAD, Role.PROVISION_LEAD, Role.PAY}
LEADS = {Role.HEAD, Role.PROVISION_LEAD}
# What somebody without a line meets of another adult: nothing, unless the role sees the school or the unit. The SENDCo
# knows posts and weeks of all, and more only of her own line.
# Of a meeting nobody but the two meets anything; an appraisal is for the two, the line above, and the head.
ABOUT_AN_ADULT = {"member": SEES, "led_member": LEADS, "extra_time": LEADS, "slot": SEES}
ABOUT_AN_ADULT |= dict.fromkeys(("appraisal", "objective", "signed_stage"), LEADS)
# A training one was not in, and what only the adult answers.
ABOUT_AN_ADULT |= {
    "certificate": LEADS,
    "led_certificate": LEADS,
    "training": {*SEES - {Role.PAY}},
    "training_place": set(),
    "reading": set(),
    "led_post": LEADS,
    "description": LEADS,
}
ABOUT_AN_ADULT |= {"notes_grant": {Role.SENCO, Role.HEAD, Role.DPO}}
ABOUT_AN_ADULT |= dict.fromkeys(
    ("meeting", "supervision_action", "appraisal_view", "evidence", "appraiser_view"), set()
)


def staff_things(school, user, unit):
    """An adult of the unit whom nobody of the walk manages."""
    member = StaffMember.objects.create(school=school, name="Walked Adult")
    post = Post.objects.create(member=member, title="Teaching assistant", hours_a_week=30, starts_on=BEGAN, unit=unit)
    pattern = WorkPattern.objects.create(post=post, starts_on=BEGAN)
    WorkTime.objects.create(pattern=pattern, weekday=0, starts_at=time(8, 30), ends_at=time(15))
    timetable = Timetable.objects.create(school=school, name="Walked", starts_on=BEGAN, first_week_on=BEGAN)
    Period.objects.create(timetable=timetable, name="1", starts_at=time(9), ends_at=time(10))
    kind = SlotKind.objects.create(school=school, name="Walked kind")
    slot = Slot.objects.create(
        timetable=timetable, member=member, kind=kind, weekday=0, starts_at=time(9), ends_at=time(10), starts_on=BEGAN
    )
    rate = PayRate.objects.create(post=post, starts_on=BEGAN, method="price", hourly=Decimal("17.24"))
    formula = FormulaRate.objects.create(
        school=school, authority="Westmarch", starts_on=BEGAN, yearly=655, hourly=Decimal("17.24")
    )
    started = {"school": school, "member": member}
    scheme = AppraisalScheme.objects.create(
        school=school, starts_in=2026, staff_group="admin", objectives_by=date(2026, 10, 31),
        mid_year_by=date(2027, 2, 28), end_year_by=date(2027, 7, 15),
    )  # fmt: skip
    appraisal = Appraisal.objects.create(scheme=scheme, appraiser=user, began_on=date(2026, 9, 7), **started)
    meeting = SupervisionMeeting.objects.create(leader=user, planned_on=BEGAN, notes=NOTES, **started)
    skill = Skill.objects.create(school=school, name="Walked skill")
    certificate = Certificate.objects.create(
        member=member, skill=skill, issued_on=BEGAN, expires_on=date(2027, 9, 1), reference="Course 4"
    )
    training = TrainingEvent.objects.create(
        school=school, title="Walked training", planned_on=BEGAN, held_on=BEGAN, follow_up_weeks=6
    )
    briefing = Briefing.objects.create(school=school, title="Walked card", text="Read it.", asked_on=BEGAN)
    objective = Objective.objects.create(appraisal=appraisal, number=1, text="Lead a group", measure="Log")
    about = {
        "senco": SencoAppointment.objects.create(appointed_on=BEGAN, **started).pk,
        "skill": skill.pk,
        "archived_skill": Skill.objects.create(school=school, name="Put away", is_archived=True).pk,
        "briefing": briefing.pk,
        "paper_reading": Reading.objects.create(
            briefing=briefing, member=StaffMember.objects.create(school=school, name="On Paper"), due_on=BEGAN
        ).pk,
        "led_post": post.pk,
        "vacancy": Vacancy.objects.create(school=school, title="Assistant", hours_a_week=20, reason="Growth").pk,
        "description": JobDescription.objects.create(post=post, text="What it is for").pk,
        "reading": Reading.objects.create(briefing=briefing, member=member, due_on=BEGAN).pk,
        "skill_tag": SkillTag.objects.create(school=school, skill=skill, flag="fsm").pk,
        "certificate": certificate.pk,
        "training": training.pk,
        "training_place": TrainingPlace.objects.create(event=training, member=member, state="there").pk,
        "scheme": scheme.pk,
        "appraisal": appraisal.pk,
        "objective": objective.pk,
        "signed_stage": SignedStage.objects.create(
            appraisal=appraisal, stage="objectives", number=1, content=content_of(appraisal, "objectives"), sha256="0"
        ).pk,
        "evidence": Evidence.objects.create(objective=objective, text="Seen", on=BEGAN, by=user).pk,
        "appraiser_view": AppraisalView.objects.create(
            appraisal=appraisal, asked_of=MembershipFactory(school=school, role=Role.TEACHER).user, due_on=BEGAN
        ).pk,
        "appraisal_view": AppraisalView.objects.create(appraisal=appraisal, asked_of=user, due_on=BEGAN).pk,
        "meeting": meeting.pk,
        "supervision_action": SupervisionAction.objects.create(
            meeting=meeting, text="Visit", owner=user, due_on=BEGAN
        ).pk,
        "notes_grant": NotesGrant.objects.create(reader=user, reason="A complaint", **started).pk,
    }
    return about | {
        "member": member.pk,
        "led_member": member.pk,
        "post": post.pk,
        "pattern": pattern.pk,
        "rate": rate.pk,
        "formula": formula.pk,
        "extra_time": ExtraTime.objects.create(post=post, on=BEGAN, minutes=210, what="Evening", counts="contract").pk,
        "timetable": timetable.pk,
        "timetable_import": TimetableImport.objects.create(
            timetable=timetable, from_on=date(2099, 9, 1), made_by=user, rows=1
        ).pk,
        "slot_kind": kind.pk,
        "slot": slot.pk,
        "absence": Absence.objects.create(member=member, starts_on=date(2026, 11, 2)).pk,
    }


ON_AN_APPRAISAL = ("detail", "sign", "none-set", "review", "comment", "view-ask")


def staff_routes(*, leads, plans, sees, works, records, decides):
    """{route: (thing, roles)} of the staff list, posts, pay, the board and absences."""
    pays = leads | {Role.PAY}
    return {
        "staff:member-list": ("none", works),
        "staff:member-add": ("none", leads),
        "staff:member-detail": ("member", works),
        "staff:member-edit": ("member", leads),
        "staff:post-add": ("member", leads),
        "staff:line-set": ("member", leads),
        "staff:member-hours": ("led_member", works),
        "staff:extra-time-add": ("led_member", works),
        "staff:extra-time-remove": ("extra_time", works),
        "staff:member-pay": ("member", pays),
        "staff:post-edit": ("post", leads),
        "staff:post-remove": ("post", leads),
        "staff:pattern-add": ("post", leads),
        "staff:pattern-edit": ("pattern", leads),
        "staff:pattern-remove": ("pattern", leads),
        "staff:rate-add": ("post", pays),
        "staff:rate-edit": ("rate", pays),
        "staff:rate-remove": ("rate", pays),
        "staff:formula-list": ("none", pays),
        "staff:formula-add": ("none", pays),
        "staff:formula-edit": ("formula", pays),
        "staff:timetable-list": ("none", leads),
        "staff:timetable-detail": ("timetable", leads),
        "staff:timetable-edit": ("timetable", leads),
        "staff:timetable-remove": ("timetable", leads),
        "staff:periods-edit": ("timetable", leads),
        "staff:week-letter-set": ("timetable", leads),
        "staff:kind-add": ("none", leads),
        "staff:kind-edit": ("slot_kind", leads),
        "staff:kind-archive": ("slot_kind", leads),
        "staff:absence-list": ("none", works | records),
        "staff:absence-add": ("none", records),
        "staff:absence-detail": ("absence", records),
        "staff:absence-edit": ("absence", records),
        "staff:absence-return": ("absence", records),
        "staff:absence-remove": ("absence", records),
        "staff:member-absences": ("led_member", works),
        "staff:meeting-list": ("led_member", works),
        "staff:meeting-plan": ("led_member", works),
        "staff:notes-ask": ("led_member", {Role.HEAD}),
        "staff:notes-decide": ("notes_grant", decides),
        **{f"staff:meeting-{name}": ("meeting", works) for name in ("detail", "move", "call-off", "notes", "seen")},
        "staff:action-add": ("meeting", works),
        "staff:action-done": ("supervision_action", works),
        "staff:appraisal-list": ("none", works),
        "staff:scheme-list": ("none", leads),
        "staff:scheme-add": ("none", leads),
        "staff:scheme-edit": ("scheme", leads),
        "staff:scheme-begin": ("scheme", leads),
        **{f"staff:appraisal-{name}": ("appraisal", works) for name in ON_AN_APPRAISAL},
        "staff:appraisal-view-answer": ("appraisal_view", works),
        "staff:appraiser-change": ("appraisal", works),
        "staff:appraisal-signed": ("signed_stage", works),
        "staff:objective-add": ("appraisal", works),
        "staff:objective-edit": ("objective", works),
        "staff:objective-remove": ("objective", works),
        "staff:evidence-add": ("objective", works),
        "staff:evidence-remove": ("evidence", works),
        "staff:appraisal-view-withdraw": ("appraiser_view", works),
        "staff:own-training-remove": ("training_place", works),
        "staff:skill-restore": ("archived_skill", plans),
        "staff:member-appraisals": ("led_member", works),
        "staff:appraisal-begin": ("led_member", works),
        "staff:training-list": ("none", plans),
        "staff:training-add": ("none", plans),
        "staff:training-detail": ("training", works),
        "staff:training-edit": ("training", plans),
        "staff:training-call-off": ("training", plans),
        "staff:member-training": ("led_member", works),
        "staff:own-training-add": ("none", works),
        "staff:training-answer": ("training_place", works),
        "staff:training-follow-up": ("training_place", works),
        "staff:certificate-add": ("led_member", plans),
        "staff:certificate-detail": ("certificate", works),
        "staff:certificate-edit": ("certificate", plans),
        "staff:certificate-remove": ("certificate", plans),
        "staff:certificate-file": ("certificate", works),
        "staff:senco-list": ("none", leads),
        "staff:senco-add": ("none", leads),
        "staff:senco-detail": ("senco", leads),
        "staff:senco-edit": ("senco", leads),
        "staff:briefing-list": ("none", works),
        "staff:briefing-detail": ("briefing", works),
        "staff:reading-note": ("paper_reading", leads),
        "staff:reading-open": ("reading", works),
        "staff:briefing-add": ("none", leads),
        "staff:briefing-begin": ("none", leads),
        **{f"staff:briefing-{name}": ("briefing", leads) for name in ("edit", "ask", "archive", "restore", "pdf")},
        "staff:description": ("led_post", works),
        "staff:description-write": ("led_post", works),
        "staff:description-open": ("description", works),
        "staff:description-agree": ("description", works),
        "staff:vacancy-list": ("none", leads),
        "staff:vacancy-add": ("none", leads),
        "staff:vacancy-edit": ("vacancy", leads),
        "staff:skill-add": ("none", plans),
        "staff:skill-edit": ("skill", plans),
        "staff:skill-archive": ("skill", plans),
        "skills": ("none", sees),
        "skills-begin": ("none", plans),
        "skill-tag-add": ("none", plans),
        "skill-tag-remove": ("skill_tag", plans),
        "board": ("none", sees),
        "board-hours": ("none", sees),
        "slot-add": ("none", plans),
        "slot-detail": ("slot", works),
        "slot-edit": ("slot", plans),
        "slot-move": ("slot", plans),
        "slot-remove": ("slot", plans),
        "timetable-begin": ("none", leads),
        "timetable-import": ("timetable", leads),
        "timetable-import-check": ("timetable", leads),
        "timetable-import-undo": ("timetable_import", leads),
        "timetable-download": ("timetable", leads),
        "my-week": ("none", works),
        "member-week": ("member", works),
    }
