"""The demo with the canary, one account of each role around the child, and the ids of everything about the child."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from django.utils import timezone

from governance.models import Cover, Digest, DigestLine
from pupils.models import (
    Document,
    Merge,
    PlanNote,
    PlanStrategy,
    Pupil,
    PupilSkill,
    PupilSupport,
    SavedView,
    SupportPlan,
)
from sendco.due.models import DueItem
from sendco.files.services import store_bytes
from sendco.jobs.models import Job
from sendco.tools.demo import build
from sendco.tools.demo.canary import CANARIES, NARRATIVE, Canary
from sendco.tools.demo.people import HARBOUR, KESTREL
from staff.acting import acting_for
from staff.models import (
    AcademicYear,
    GroupStaff,
    Invitation,
    LineManagement,
    Membership,
    Objective,
    PayRate,
    RoleRequest,
    Skill,
    StaffMember,
    TrainingEvent,
    TrainingPlace,
    Unit,
    User,
)
from staff.permissions import Permission
from staff.roles import Role
from staff.sign_in import lost_factors
from tests.ehcp.walk import authority_things, plan_things
from tests.ehcp.walk_contributions import contribution_things
from tests.ehcp.walk_papers import consultation_things, paper_things
from tests.ehcp.walk_requests import request_things
from tests.ehcp.walk_reviews import review_things
from tests.factories import MembershipFactory, PupilFactory, UserFactory
from tests.provision.walk import provision_things
from tests.pupils.imports.helping import preview, table
from tests.pupils.plans.helping import begin
from tests.pupils.plans.walk import support_setup_things, support_things
from tests.pupils.walk import library_things
from tests.staff.walk import NOTES, staff_things

PAY = Decimal("9876.54")
# What the demo does not hold: a document, and what an import would change.
MORE = {
    "document.title": Canary("canary-document-title-zq", NARRATIVE),
    "document.author": Canary("canary-document-author-zq", NARRATIVE),
    "document.words": Canary("canary-document-words-zq", NARRATIVE),
    # About an adult at work, for the permissions named, and for the two people concerned.
    "meeting.notes": Canary(NOTES, frozenset(), author_may=True),
    "appraisal.objective": Canary(
        "canary-objective-zq", frozenset({Permission.STAFF_LEAD, Permission.STAFF_VIEW_UNIT}), author_may=True
    ),
    "plan.words": Canary("canary-plan-words-zq", frozenset({Permission.SUPPORT_VIEW})),
    "profile.words": Canary("canary-profile-words-zq", frozenset({Permission.SUPPORT_VIEW})),
    "confidential.words": Canary("canary-confidential-plan-zq", frozenset({Permission.SUPPORT_CONFIDENTIAL})),
    "pay.hourly": Canary(str(PAY), frozenset({Permission.PAY_VIEW})),
}
ABOUT_ADULTS = {"meeting", "appraisal", "pay"}
STRINGS = CANARIES | MORE


@dataclass
class Cast:
    """Everything a test of the canary needs. `ids` maps what a route names to the ids of it about the canary."""

    school: object
    other_school: object
    pupil: Pupil
    people: dict
    folder: Path
    ids: dict = field(default_factory=dict)

    def acting(self, key):
        return acting_for(self.people[key])

    def sees_the_child(self, key):
        return Pupil.objects.visible_to(self.acting(key)).filter(pk=self.pupil.pk).exists()

    def may_meet(self, key):
        """The names of the strings that this person may meet."""
        acting = self.acting(key)
        if acting.school != self.school:
            return set()
        sees = self.sees_the_child(key)
        return {name for name, one in STRINGS.items() if self._may(key, acting, name, one, sees)}

    def _may(self, key, acting, name, one, sees):
        if one.author_may and name.split(".")[0] in self.authors.get(key, ()):
            return True
        if name.split(".")[0] in ABOUT_ADULTS:
            return one.may_be_met_with(acting.permissions)
        if acting.can(Permission.DIRECTORY_SEARCH) and Permission.DIRECTORY_SEARCH in one.any_of:
            return True
        return sees and one.may_be_met_with(acting.permissions)

    @property
    def authors(self):
        """Whose own words the canary's are: who raised the concern, and who gave the view about it."""
        two = {role.label: ("meeting", "appraisal") for role in (Role.SENCO, Role.TEACHING_ASSISTANT)}
        return two | {"author": ("concern",), "asked": ("view",)}


def load(folder):
    loaded = build.load(today=timezone.localdate(), canary=True)
    school, other_school = loaded.schools[HARBOUR], loaded.schools[KESTREL]
    pupil = Pupil.objects.get(legal_forename=CANARIES["pupil.legal_forename"].text)
    cast = Cast(school, other_school, pupil, _people(school, other_school, pupil), folder)
    cast.ids = _ids(cast)
    _somewhere_else(cast)
    return cast


def _plan_words(pupil, senco):
    """Words in the child's plan and profile, and in a plan for those named alone."""
    words = MORE["plan.words"].text
    plan = SupportPlan.objects.get(pupil=pupil, kind__code="sen_support", closed_on=None)
    plan.assessed = {"known": words}
    plan.review_note = words
    plan.save()
    PlanNote.objects.create(plan=plan, text=words, added_by=senco)
    PlanStrategy.objects.create(plan=plan, text=words, added_by=senco)
    pupil.profile.versions.update(support=MORE["profile.words"].text)
    SupportPlan.objects.filter(pupil=pupil, kind__code="behaviour").delete()
    secret = MORE["confidential.words"].text
    own = begin(pupil, senco, code="behaviour", is_confidential=True, outcome=secret, assessed={"before": secret})
    PlanNote.objects.create(plan=own, text=secret, added_by=senco)


def _somewhere_else(cast):
    """One of everything at the other school too, so that an id of it can be tried here."""
    pupil = PupilFactory(school=cast.other_school, legal_forename="Other", legal_surname="Plain")
    user = cast.people["other school's SENDCo"]
    for things in (plan_things, request_things, paper_things, review_things, contribution_things):
        things(cast.other_school, user, pupil)
    support_things(cast.other_school, user, pupil)
    provision_things(cast.other_school, user, pupil)
    support_setup_things(cast.other_school, user)
    staff_things(cast.other_school, user, Unit.objects.filter(school=cast.other_school).first())
    library_things(cast.other_school)
    _document(pupil, user, title="Report", author="", words="Other words")


def _people(school, other_school, pupil):
    """One fresh account a role, who work with the child where the role works with children; and those who wrote."""
    today = timezone.localdate()
    since = today - timedelta(days=400)
    unit = pupil.enrolments.get(ends_on=None).unit
    found = {
        "author": User.objects.get(pk=pupil.concerns.get().raised_by_id),
        "asked": User.objects.get(pk=pupil.concerns.get().views.get().asked_of_id),
        "teacher of others": MembershipFactory(school=school, role=Role.TEACHER, starts_on=since).user,
        "other school's SENDCo": MembershipFactory(school=other_school, role=Role.SENCO, starts_on=since).user,
        "nobody": UserFactory(),
    }
    for role in Role:
        within = unit if role == Role.PROVISION_LEAD else None
        found[role.label] = MembershipFactory(school=school, role=role, unit=within, starts_on=since).user
    for role in (Role.TEACHER, Role.TEACHING_ASSISTANT):
        GroupStaff.objects.create(
            group=pupil.form_group, user=found[role.label], kind=GroupStaff.Kind.TEACHES, starts_on=since
        )
    return found


# --- The ids -----------------------------------------------------------------------------------------------------
def _ids(cast):
    pupil, school = cast.pupil, cast.school
    senco = cast.people[Role.SENCO.label]
    PupilSupport.objects.create(pupil=pupil, user=cast.people[Role.TEACHING_ASSISTANT.label])
    title, author, words = (MORE[f"document.{name}"].text for name in ("title", "author", "words"))
    _document(pupil, senco, title=title, author=author, words=words)
    concern = pupil.concerns.get()
    everybody = [person.pk for person in cast.people.values()]
    about_the_child = {
        "pupil": [pupil.pk],
        "due": list(DueItem.objects.filter(pupil_id=pupil.pk).values_list("pk", flat=True)),
        "concern": [concern.pk],
        "view": [concern.views.get().pk],
        "entry": _pks(pupil.register_entries),
        "contact": _pks(pupil.contacts),
        "letter": _pks(pupil.letters),
        "watch": _pks(pupil.watch_entries),
        "flag": _pks(pupil.flags),
        "support": _pks(pupil.supports),
        "pupil_skill": [_pupil_skill(pupil).pk],
        "document": _pks(pupil.documents),
        "assessment": _pks(pupil.assessments),
        "group_place": _pks(pupil.group_places),
        "enrolment": _pks(pupil.enrolments),
    }
    for things in (
        plan_things, request_things, paper_things, review_things, contribution_things, support_things,
        provision_things,
    ):  # fmt: skip
        about_the_child |= {name: [value] for name, value in things(school, senco, pupil).items()}
    _plan_words(pupil, senco)
    of_the_school = (
        support_setup_things(school, senco)
        | authority_things(school)
        | consultation_things(school, senco)
        | _adult(cast, school, senco)
    )
    about_the_child |= {name: [value] for name, value in of_the_school.items()}
    return about_the_child | {
        "pair": _pair(cast),
        "import": [_import(cast).pk],
        "job": list(Job.objects.values_list("pk", flat=True)),
        "merge": [_merge(cast, senco).pk],
        "saved_view": [SavedView.objects.create(user=senco, school=school, name="Mine", query="who=K").pk],
        "unit": [pupil.enrolments.get(ends_on=None).unit_id],
        "group": [pupil.form_group_id],
        "group_staff": [GroupStaff.objects.filter(group=pupil.form_group).first().pk],
        "membership": [Membership.objects.filter(user__in=everybody, school=school).first().pk],
        "user": [senco.pk, pupil.key_worker_id],
        "closure": [school.closures.first().pk],
        "academic_year": [AcademicYear.objects.filter(school=school).first().pk],
        "invitation": [_invitation(cast).pk],
        "lost_factor": [lost_factors.ask(user=pupil.key_worker).pk],
        "in_directory": [pupil.pk],
        "role_request": [_role_request(cast, senco).pk],
        "digest": [_digest(cast, senco).pk],
        "cover": [_cover(cast, senco).pk],
    }


def _pupil_skill(pupil):
    skill = Skill.objects.create(school=pupil.school, name="Adrenaline pens, canary's")
    return PupilSkill.objects.create(pupil=pupil, skill=skill)


def _adult(cast, school, senco):
    """An adult of the SENDCo's line, who is the assistant of the walk, with pay and private notes of their own."""
    unit = cast.pupil.enrolments.get(ends_on=None).unit
    things = staff_things(school, senco, unit) | library_things(school)
    manager = StaffMember.objects.create(school=school, user=senco, name=senco.name)
    member = StaffMember.objects.get(pk=things["member"])
    member.user = cast.people[Role.TEACHING_ASSISTANT.label]
    member.save()
    LineManagement.objects.create(member=member, manager=manager, starts_on=date(2025, 9, 1))
    event = TrainingEvent.objects.get(pk=things["training"])
    things["training_place"] = TrainingPlace.objects.create(event=event, member=manager, state="there").pk
    PayRate.objects.filter(pk=things["rate"]).update(hourly=PAY)
    Objective.objects.filter(pk=things["objective"]).update(text=MORE["appraisal.objective"].text)
    return things


def _role_request(cast, senco):
    """A role for the canary's key worker that waits for a second person."""
    return RoleRequest.objects.create(school=cast.school, user=cast.pupil.key_worker, role=Role.DSL, asked_by=senco)


def _digest(cast, senco):
    """A mail that was refused, with everything that is due about the canary."""
    day = timezone.localdate()
    digest = Digest.objects.create(
        user=senco, day=day, state=Digest.State.REFUSED, message_id="<canary>", not_before=timezone.now()
    )
    DigestLine.objects.bulk_create(
        DigestLine(
            digest=digest,
            school=cast.school,
            user=senco,
            day=day,
            due_item_id=item.pk,
            rule=item.rule,
            title=item.title,
            due_on=item.due_on,
            stage="0",
        )
        for item in DueItem.objects.filter(pupil_id=cast.pupil.pk)
    )
    return digest


def _cover(cast, senco):
    today = timezone.localdate()
    head = cast.people[Role.HEAD.label]
    return Cover.objects.create(school=cast.school, absent=senco, deputy=head, starts_on=today, ends_on=today)


def _pks(rows):
    return list(rows.values_list("pk", flat=True))


def _document(pupil, by, *, title, author, words):
    stored = store_bytes(
        name="report.txt",
        content=words.encode(),
        school_id=pupil.school_id,
        by=by,
        purpose="document",
        pupil_id=pupil.pk,
    )
    Document.objects.create(
        pupil=pupil,
        title=title,
        author=author,
        kind=Document.Kind.values[0],
        dated_on=timezone.localdate(),
        file_id=stored.pk,
        added_by=by,
    )


def _pair(cast):
    """The canary and a record that looks like its twin, so that the pages of duplicates show both."""
    twin = _another(cast, cast.pupil.legal_forename[:-1])
    return [(cast.pupil.pk, twin.pk), (twin.pk, cast.pupil.pk)]


def _another(cast, forename):
    return PupilFactory(
        school=cast.school, legal_forename=forename, legal_surname="Plain", birth_on=cast.pupil.birth_on
    )


def _merge(cast, senco):
    gone = _another(cast, "Gone")
    Pupil.objects.filter(pk=gone.pk).update(merged_into=cast.pupil)
    return Merge.objects.create(school=cast.school, kept=cast.pupil, gone=gone, merged_by=senco, moved={"changes": []})


def _import(cast):
    """An import that stands at its check: the file knows the canary by its number and by other words."""
    file = table(f"{cast.pupil.upn},Plain,Other,{cast.pupil.birth_on:%d/%m/%Y},9,Elsewhere,K,SEMH")
    return preview(cast.school, file, cast.people[Role.OFFICE.label])


def _invitation(cast):
    return Invitation.objects.create(
        school=cast.school,
        email="new@harbourlane.example",
        name="New Colleague",
        role=Role.TEACHER,
        secret_hash="0" * 64,
        expires_at=timezone.now() + timedelta(days=1),
    )
