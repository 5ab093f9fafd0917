"""Walk every address as every role, at one's own and other people's things. A view that nobody classified fails."""

from datetime import date, timedelta

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from governance.models import Cover, Digest, DigestLine
from pupils.duplicates.services import merge
from pupils.models import (
    Assessment,
    Concern,
    ConcernView,
    Contact,
    Document,
    GroupPlace,
    Import,
    Letter,
    Need,
    NeedType,
    OutsideAsk,
    OutsideFile,
    PlanReader,
    PlanVoice,
    PupilFlag,
    PupilSkill,
    PupilSupport,
    RegisterEntry,
    SavedView,
    SupportPlan,
    WatchListEntry,
)
from pupils.outside import services as outside
from pupils.record.services.contacts import save_contact
from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.files.services import store_bytes
from sendco.jobs.models import Job
from staff.models import (
    AcademicYear,
    Closure,
    GroupStaff,
    Invitation,
    LostFactor,
    Membership,
    RoleRequest,
    Skill,
    TeachingGroup,
    Unit,
)
from staff.permissions import ROLE_PERMISSIONS, Permission
from staff.roles import Role
from tests.ehcp.walk import ABOUT_A_PLAN, authority_things, plan_routes, plan_things
from tests.ehcp.walk_contributions import (
    ABOUT_A_CONTRIBUTION,
    WITH_A_PASS,
    contribution_routes,
    contribution_things,
)
from tests.ehcp.walk_papers import ABOUT_A_PAPER, consultation_things, paper_routes, paper_things
from tests.ehcp.walk_requests import ABOUT_A_REQUEST, request_routes, request_things
from tests.ehcp.walk_reviews import ABOUT_A_REVIEW, review_routes, review_things
from tests.factories import MembershipFactory, PupilFactory
from tests.provision.walk import ABOUT_PROVISION, OF_A_SESSION, provision_routes, provision_things
from tests.pupils.plans.test_outside import ask_parent, opened, run_jobs
from tests.pupils.plans.walk import (
    ABOUT_A_SUPPORT_PLAN,
    OF_A_WINDOW,
    support_routes,
    support_setup_things,
    support_things,
)
from tests.pupils.plans.walk import WITH_A_PASS as OUTSIDE_WITH_A_PASS
from tests.pupils.walk import ABOUT_A_NOTE, library_routes, library_things
from tests.staff.walk import ABOUT_AN_ADULT, staff_routes, staff_things

# Pages anybody may open, and pages of allauth, which guards its own.
PUBLIC = (
    {
        "accessibility",
        "explain",
        "health-alive",
        "health-ready",
        "csp-report",
        "calendar-feed-read",
        "link-open",
        "staff:invitation-join",
        "staff:invitation-accept",
        "staff:three-words",
        "staff:lost-factor-ask",
        "provision:offline-page",
        "provision:offline-sealed",
        "provision:service-worker",
        "provision:app-manifest",
    }
    | WITH_A_PASS
    | OUTSIDE_WITH_A_PASS
)
ALLAUTH = ("account_", "mfa_", "usersessions_", "socialaccount_")


def walk(patterns, prefix="", namespace=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = ":".join(part for part in (namespace, pattern.namespace) if part)
            yield from walk(pattern.url_patterns, prefix + str(pattern.pattern), inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            name = f"{namespace}:{pattern.name}" if namespace else pattern.name
            yield name, pattern.callback, prefix + str(pattern.pattern)


ROUTES = {name: (view, route) for name, view, route in walk(get_resolver().url_patterns)}
OURS = {name: found for name, found in ROUTES.items() if not name.startswith(ALLAUTH)}


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_view_declares_a_permission(name):
    view, _ = OURS[name]
    public = getattr(view, "login_required", True) is False

    assert public == (name in PUBLIC), f"{name} is public without being on the list, or listed without being public"
    assert public or getattr(view, "required_permission", None), f"{name} declares no permission"


# --- One of everything, for one pupil ----------------------------------------------------------------------------
def belongings(school, user, pupil):
    """Make one row of each kind about this pupil and return {kind: primary key}."""
    today = timezone.localdate()
    contact = Contact(pupil=pupil, name="Parent One", has_parental_responsibility=True)
    contact.address, contact.address_hidden = "4 Mill Bank", True
    save_contact(contact=contact, by=user)
    concern = Concern.objects.create(school=school, pupil=pupil, raised_by=user, what="Tired", parent_told="told")
    RegisterEntry.objects.filter(pupil=pupil, ends_on=None).update(ends_on=today - timedelta(days=30))
    entry = RegisterEntry.objects.create(school=school, pupil=pupil, code="K", starts_on=today - timedelta(days=20))
    Need.objects.create(pupil=pupil, need_type=NeedType.objects.get(code="SEMH"), rank=1, area="semh")
    stored = store_bytes(
        name="report.txt", content=b"words", school_id=school.pk, by=user, purpose="pupil document", pupil_id=pupil.pk
    )
    letter = Letter.objects.create(
        pupil=pupil,
        kind="support_starts",
        contact=contact,
        recipient="Parent One",
        subject="SEN Support",
        body="Words",
        dated_on=today,
        register_entry=entry,
        made_by=user,
    )
    due = DueItem.objects.create(
        school_id=school.pk,
        pupil_id=pupil.pk,
        source_type="pupils.concern",
        source_id=concern.pk,
        rule="concern.first_look",
        title="First look",
        duty="school",
        basis="local",
        authority="School policy",
        trigger_on=today,
        due_on=today,
        explanation="Because",
    )
    about_a_plan = plan_things(school, user, pupil) | request_things(school, user, pupil)
    about_a_plan |= paper_things(school, user, pupil)
    about_a_plan |= review_things(school, user, pupil)
    about_a_plan |= contribution_things(school, user, pupil)
    about_a_plan |= support_things(school, user, pupil)
    about_a_plan |= provision_things(school, user, pupil)
    return about_a_plan | {
        "pupil": pupil.pk,
        "in_directory": pupil.pk,
        "contact": contact.pk,
        "concern": concern.pk,
        "entry": entry.pk,
        "letter": letter.pk,
        "due": due.pk,
        "view": ConcernView.objects.create(concern=concern, asked_of=user, asked_by=user).pk,
        "watch": WatchListEntry.objects.create(school=school, pupil=pupil, reason="x", look_again_on=today).pk,
        "enrolment": pupil.enrolments.get().pk,
        "flag": PupilFlag.objects.create(pupil=pupil, kind="fsm").pk,
        "support": PupilSupport.objects.create(pupil=pupil, user=user).pk,
        "pupil_skill": PupilSkill.objects.create(
            pupil=pupil, skill=Skill.objects.create(school=school, name=f"Skill for {pupil.pk}")
        ).pk,
        "document": Document.objects.create(
            pupil=pupil, title="Report", kind="report", dated_on=today, file_id=stored.pk, added_by=user
        ).pk,
        "group_place": GroupPlace.objects.create(
            pupil=pupil, group=TeachingGroup.objects.create(school=school, name=f"Set {pupil.pk}")
        ).pk,
        "assessment": Assessment.objects.create(
            pupil=pupil, test="Reading", taken_on=today, scale="standard", score=95, assessed_by="J. Adair"
        ).pk,
    }


def school_things(school, user):
    """Make one row of each kind that belongs to the school or to one account."""
    first, second = PupilFactory(school=school), PupilFactory(school=school)
    group = TeachingGroup.objects.create(school=school, name="Walk group")
    unit = Unit.objects.create(school=school, name="Walk unit", kind="mainstream")
    return (
        authority_things(school)
        | staff_things(school, user, unit)
        | consultation_things(school, user)
        | {
            "import": Import.objects.create(school=school, file_name="list.csv", started_by=user, status="check").pk,
            "merge": merge(kept=first, gone=second, versions=(first.version, second.version), by=user).pk,
            "pair": tuple(PupilFactory(school=school).pk for _ in range(2)),
            **library_things(school),
            **support_setup_things(school, user),
            "saved_view": SavedView.objects.create(user=user, school=school, name="Mine", query="who=K").pk,
            "job": Job.objects.create(kind="test", title="Test", user_id=user.pk, school_id=school.pk).pk,
            "unit": unit.pk,
            "group": group.pk,
            "group_staff": GroupStaff.objects.create(group=group, user=user, kind="teaches").pk,
            "membership": Membership.objects.filter(user=user, school=school).first().pk,
            "user": user.pk,
            "role_request": role_request_of(school, user).pk,
            "lost_factor": LostFactor.objects.create(user=user, expires_at=timezone.now() + timedelta(days=1)).pk,
            "closure": Closure.objects.create(
                school=school, name="Half term", starts_on=date(2026, 10, 26), ends_on=date(2026, 10, 30)
            ).pk,
            "academic_year": AcademicYear.objects.create(school=school, starts_in=2026).pk,
            "digest": digest_of(school, user).pk,
            "cover": cover_of(school, user).pk,
            "invitation": Invitation.objects.create(
                school=school,
                email="new@fernhill.example",
                name="New",
                role=Role.TEACHER,
                secret_hash=f"{school.pk:064d}",
                expires_at=timezone.now() + timedelta(days=1),
            ).pk,
        }
    )


def role_request_of(school, user):
    """A role that waits for a second person, asked for by somebody who manages accounts alone."""
    asker = MembershipFactory(school=school, role=Role.ADMINISTRATOR).user
    return RoleRequest.objects.create(school=school, user=user, role=Role.DSL, asked_by=asker)


def digest_of(school, user):
    """A reminder mail that was refused, with one line of this school."""
    day = timezone.localdate()
    digest = Digest.objects.create(user=user, day=day, state="refused", message_id="x", not_before=timezone.now())
    DigestLine.objects.create(
        digest=digest,
        school=school,
        user=user,
        day=day,
        due_item_id=0,
        rule="concern.first_look",
        title="First look",
        due_on=day,
        stage="0",
    )
    return digest


def cover_of(school, user):
    deputy = MembershipFactory(school=school, role=Role.HEAD).user
    today = timezone.localdate()
    return Cover.objects.create(school=school, absent=user, deputy=deputy, starts_on=today, ends_on=today)


# --- The matrix: what an address names, and which roles it opens for ----------------------------------------------
S, H, L, T, A, O, G, M, D, P, Y = (  # noqa: E741
    Role.SENCO,
    Role.HEAD,
    Role.PROVISION_LEAD,
    Role.TEACHER,
    Role.TEACHING_ASSISTANT,
    Role.OFFICE,
    Role.GOVERNOR,
    Role.ADMINISTRATOR,
    Role.DSL,
    Role.DPO,
    Role.PAY,
)
EVERYBODY = {S, H, L, T, A, O, G, M, D, P, Y}
STAFF = EVERYBODY - {G}
CLASSROOM = {S, H, L, T, A}
SEES_PUPILS = CLASSROOM | {O, D}
RECORD = {S, H, L}
KEEPS_DATA = RECORD | {O}
LEADS = {S, H}
SETS_UP = {S, H, O, M}
MANAGES = {S, H, M}
# Roles that see the whole school; the others meet 404 at a pupil who is not theirs.
WHOLE_SCHOOL = {S, H, O, D}

MATRIX = {
    "home": ("none", EVERYBODY),
    "register": ("none", SEES_PUPILS),
    "register-export": ("none", RECORD),
    "register-view-save": ("none", SEES_PUPILS),
    "register-view-remove": ("saved_view", SEES_PUPILS),
    "pupil-search": ("none", SEES_PUPILS),
    "pupil-detail": ("pupil", SEES_PUPILS),
    "pupil-timeline": ("pupil", RECORD),
    "pupil-readers": ("pupil", LEADS),
    "due-list": ("none", SEES_PUPILS),
    "due-export": ("none", RECORD),
    "due-why": ("due", EVERYBODY),
    "late-list": ("none", SEES_PUPILS),
    "late-explain": ("due", EVERYBODY),
    "compliance": ("none", LEADS),
    "compliance-schools": ("none", LEADS),
    "compliance-export": ("none", LEADS),
    "diary": ("none", SEES_PUPILS),
    "calendar-feed": ("none", SEES_PUPILS),
    "calendar-feed-stop": ("none", EVERYBODY),
    "job-list": ("none", EVERYBODY),
    "job-detail": ("job", EVERYBODY),
    "job-progress": ("job", EVERYBODY),
    "job-cancel": ("job", EVERYBODY),
    "job-retry": ("job", EVERYBODY),
    "job-file": ("job", CLASSROOM),
    "account": ("none", EVERYBODY),
    "menu": ("none", EVERYBODY),
    "still-here": ("none", EVERYBODY),
    "draft-save": ("form_key", EVERYBODY),
    "presence": ("none", EVERYBODY),
    "person-leave": ("user", MANAGES),
    "school-activity": ("none", MANAGES | {L}),
    "health-status": ("none", {H, M}),
    "staff:school": ("none", STAFF),
    "staff:school-edit": ("none", SETS_UP),
    "staff:unit-add": ("none", SETS_UP),
    "staff:unit-edit": ("unit", SETS_UP),
    "staff:permissions": ("none", STAFF),
    "staff:school-switch": ("none", EVERYBODY),
    "staff:calendar": ("none", STAFF),
    "staff:calendar-year-edit": ("starts_in", SETS_UP),
    "staff:calendar-year-copy": ("starts_in", SETS_UP),
    "staff:calendar-year-confirm": ("academic_year", SETS_UP),
    "staff:closure-add": ("none", SETS_UP),
    "staff:closure-remove": ("closure", SETS_UP),
    "staff:calendar-import": ("none", SETS_UP),
    "staff:calendar-import-check": ("none", SETS_UP),
    "staff:group-list": ("none", STAFF),
    "staff:group-add": ("none", SETS_UP),
    "staff:group-detail": ("group", STAFF),
    "staff:group-edit": ("group", SETS_UP),
    "staff:group-archive": ("group", SETS_UP),
    "staff:group-restore": ("group", SETS_UP),
    "staff:group-staff-add": ("group", SETS_UP),
    "staff:group-staff-end": ("group_staff", SETS_UP),
    "staff:people": ("none", CLASSROOM | {O, M, P}),
    "staff:person-detail": ("user", CLASSROOM | {O, M, P}),
    "staff:role-add": ("user", MANAGES),
    "staff:role-end": ("membership", MANAGES),
    "staff:lost-factor-approve": ("lost_factor", MANAGES),
    "staff:lost-factor-refuse": ("lost_factor", MANAGES),
    "staff:role-confirm": ("role_request", MANAGES),
    "staff:role-cover": ("role_request", MANAGES),
    "staff:role-refuse": ("role_request", MANAGES),
    "staff:invitation-new": ("none", MANAGES),
    "staff:invitation-resend": ("invitation", MANAGES),
    "staff:invitation-revoke": ("invitation", MANAGES),
    "pupils:pupil-add": ("none", KEEPS_DATA),
    "pupils:pupil-edit": ("pupil", KEEPS_DATA),
    "pupils:enrolment-change": ("pupil", KEEPS_DATA),
    "pupils:first-day-correct": ("enrolment", KEEPS_DATA),
    "pupils:pupil-leave": ("pupil", KEEPS_DATA),
    "pupils:emergency-open": ("in_directory", {T, A}),
    "pupils:pupil-readmit": ("pupil", KEEPS_DATA),
    "pupils:key-worker": ("pupil", KEEPS_DATA),
    "pupils:key-worker-many": ("none", KEEPS_DATA),
    "pupils:support-add": ("pupil", KEEPS_DATA),
    "pupils:support-end": ("support", KEEPS_DATA),
    "pupil-skill-add": ("pupil", RECORD),
    "pupil-skill-end": ("pupil_skill", RECORD),
    "pupils:group-place": ("pupil", KEEPS_DATA),
    "pupils:group-end": ("group_place", KEEPS_DATA),
    "pupils:contact-add": ("pupil", KEEPS_DATA),
    "pupils:contact-edit": ("contact", KEEPS_DATA),
    "pupils:contact-end": ("contact", KEEPS_DATA),
    "pupils:address-reveal": ("contact", LEADS),
    "pupils:flag-add": ("pupil", KEEPS_DATA | {D}),
    "pupils:flag-end": ("flag", KEEPS_DATA | {D}),
    "pupils:document-add": ("pupil", RECORD),
    "pupils:document-download": ("document", RECORD),
    "pupils:document-remove": ("document", RECORD),
    "pupils:assessment-add": ("pupil", RECORD),
    "pupils:assessment-edit": ("assessment", RECORD),
    "pupils:assessment-remove": ("assessment", RECORD),
    "pupils:status-change": ("pupil", RECORD),
    "pupils:status-correct": ("entry", RECORD),
    "pupils:needs-change": ("pupil", RECORD),
    "pupils:register-history": ("pupil", SEES_PUPILS),
    "pupils:watch-start": ("pupil", RECORD),
    "pupils:watch-list": ("none", SEES_PUPILS),
    "pupils:watch-look-again": ("watch", RECORD),
    "pupils:concern-list": ("none", CLASSROOM | {O}),
    "pupils:concern-new": ("none", CLASSROOM | {O}),
    "pupils:concern-detail": ("concern", CLASSROOM | {O}),
    "pupils:concern-triage": ("concern", RECORD),
    "pupils:concern-ask": ("concern", RECORD),
    "pupils:concern-view-answer": ("view", CLASSROOM | {O}),
    "pupils:concern-view-withdraw": ("view", RECORD),
    "pupils:letter-new": ("entry", RECORD),
    "pupils:letter-detail": ("letter", RECORD),
    "pupils:letter-file": ("letter", RECORD),
    "pupils:letter-sent": ("letter", RECORD),
    "pupils:letter-templates": ("none", LEADS),
    "pupils:letter-template-edit": ("kind", LEADS),
    "pupils:import-list": ("none", {S, O}),
    "pupils:import-new": ("none", {S, O}),
    "pupils:import-progress": ("import", {S, O}),
    "pupils:import-match": ("import", {S, O}),
    "pupils:import-detail": ("import", {S, O}),
    "pupils:import-choose": ("import", {S, O}),
    "pupils:import-decide": ("import", {S, O}),
    "pupils:import-notes": ("import", {S, O}),
    "pupils:import-apply": ("import", {S, O}),
    "pupils:import-stop": ("import", {S, O}),
    "pupils:import-undo": ("import", {S, O}),
    "pupils:import-rejected": ("import", {S, O}),
    "pupils:data-quality": ("none", KEEPS_DATA),
    "pupils:census": ("none", KEEPS_DATA),
    "pupils:census-download": ("none", RECORD),
    "pupils:duplicate-list": ("none", {S}),
    "pupils:duplicate-choose": ("none", {S}),
    "pupils:merge-preview": ("pair", {S}),
    "pupils:merge": ("pair", {S}),
    "pupils:merge-undo": ("merge", {S}),
    "pupils:not-duplicate": ("pair", {S}),
    "governance:reminder-list": ("none", MANAGES),
    "governance:reminder-detail": ("digest", MANAGES),
    "governance:reminder-retry": ("digest", MANAGES),
    "governance:reminder-rules": ("none", LEADS),
    "governance:reminder-plan": ("none", LEADS),
    "governance:reminder-stages": ("rule", LEADS),
    "governance:reminder-stages-reset": ("rule", LEADS),
    "governance:cover-list": ("none", LEADS),
    "governance:cover-add": ("none", LEADS),
    "governance:cover-end": ("cover", LEADS),
    "governance:due-acknowledge": ("due", EVERYBODY),
    "governance:due-remind-again": ("due", EVERYBODY),
    **plan_routes(RECORD, CLASSROOM, LEADS),
    **request_routes(RECORD),
    **paper_routes(RECORD, LEADS, {H}),
    **review_routes(RECORD, LEADS, {H}),
    **contribution_routes(RECORD, CLASSROOM),
    **support_routes(reads=CLASSROOM, leads=RECORD),
    **library_routes(reads=CLASSROOM, keeps=KEEPS_DATA),
    **provision_routes(reads=CLASSROOM, leads=RECORD),
    **staff_routes(
        leads={S, H},
        plans={S, H, L},
        sees={S, H, L, Y},
        works=CLASSROOM | {O, Y},
        records={S, H, L, O},
        decides=CLASSROOM | {O, M, P},
    ),
}
# Things that belong to one account: nobody else meets them, whatever the role.
PERSONAL = {"job", "saved_view", "own_view"}
# Things about a child that only some of those who see the child may meet; the access of each has tests of its own.
OWN_ONLY = {"concern", "view", "due"}
# What a plan is made of, and goes with it out of sight when the plan is confidential.
OF_A_CONFIDENTIAL_PLAN = {
    "support_plan", "plan_reader", "support_outcome", "target", "target_value", "strategy", "plan_note", "voice",
}  # fmt: skip
# Things that exist for some of the roles that may open the page.
SOME_ONLY = ABOUT_AN_ADULT | ABOUT_A_NOTE | OF_A_WINDOW | OF_A_SESSION
ABOUT_A_CHILD = {
    "pupil", "contact", "entry", "letter", "watch", "flag", "support", "document", "assessment", "group_place",
    "enrolment", "pupil_skill",
} | ABOUT_A_PLAN | ABOUT_A_REQUEST | ABOUT_A_PAPER | ABOUT_A_REVIEW | ABOUT_A_CONTRIBUTION  # fmt: skip
ABOUT_A_CHILD |= ABOUT_A_SUPPORT_PLAN | OWN_ONLY | ABOUT_PROVISION
FIXED = {"form_key": "concern-new", "starts_in": 2026, "kind": "support_starts", "rule": "concern.first_look"}
FIXED |= {"case_letter_kind": "review_chaser"}
# On PostgreSQL as well those whose queries differ: the whole school, a class, a unit.
TOO = pytest.mark.postgresql("every page's queries, once for each way of seeing pupils")
WALKERS = [pytest.param(role, marks=TOO if role in (S, T, L) else ()) for role in Role]
# Half of the walks ask as htmx does; tests/security/test_fragments.py asks both ways and compares.
FRAGMENT = {"HX-Request": "true", "HX-Target": "rows"}


def test_every_route_is_in_the_matrix():
    assert set(MATRIX) == set(OURS) - PUBLIC


def address(name, things):
    thing, _ = MATRIX[name]
    if thing == "none":
        return reverse(name)
    value = FIXED.get(thing, things.get(thing))
    return reverse(name, args=value if isinstance(value, tuple) else [value])


def enrol_in_unit(pupil, unit):
    pupil.enrolments.update(unit=unit)


@pytest.fixture
def world(school, other_school, senco, outsider, pupil, other_pupil, foreign_pupil):
    """Things about three children and of two schools, owned by the SENDCos."""
    here, there = school_things(school, senco), school_things(other_school, outsider)
    enrol_in_unit(pupil, Unit.objects.get(pk=here["unit"]))
    return {
        "own": here | belongings(school, senco, pupil),
        "other": here | belongings(school, senco, other_pupil),
        "foreign": there | belongings(other_school, outsider, foreign_pupil),
    }


@pytest.fixture
def person(school, world, pupil):
    """Make somebody with one role who teaches the own pupil, where the role teaches."""

    def make(role):
        unit = Unit.objects.get(pk=world["own"]["unit"]) if role == Role.PROVISION_LEAD else None
        user = MembershipFactory(school=school, role=role, unit=unit).user
        GroupStaff.objects.create(group=pupil.form_group, user=user, kind="teaches", starts_on=date(2025, 9, 1))
        return user

    return make


@pytest.mark.parametrize("method", ["get", "post"])
def test_signed_out_meets_the_sign_in_page(client, world, method):
    for name in MATRIX:
        response = getattr(client, method)(address(name, world["own"]))

        assert response.status_code == 302, name
        assert response.url.startswith("/accounts/login/"), name


@pytest.mark.parametrize("role", [role for role in Role])
def test_what_the_role_does_not_open_is_refused(proved, person, world, role):
    client = proved(person(role))

    for name, (_, roles) in MATRIX.items():
        if role in roles:
            continue
        assert client.get(address(name, world["own"])).status_code == 403, name
        assert client.post(address(name, world["own"]), headers=FRAGMENT).status_code == 403, name


@pytest.mark.parametrize("role", WALKERS)
def test_what_the_role_opens_answers(proved, person, world, role):
    client = proved(person(role))

    for name, (thing, roles) in MATRIX.items():
        if role not in roles or thing in PERSONAL | OWN_ONLY:
            continue
        with transaction.atomic():
            status = client.get(address(name, world["own"])).status_code
            transaction.set_rollback(True)
        may_miss = name in MAY_BE_EMPTY or role not in SOME_ONLY.get(thing, set(Role))
        assert status in (200, 302, 404 if may_miss else 200, 405), f"{name} answered {status}"


@pytest.mark.parametrize("role", WALKERS)
@pytest.mark.parametrize("whose", ["foreign", "other"])
def test_other_peoples_things_do_not_exist(proved, person, world, role, whose):
    client = proved(person(role))

    for name, (thing, roles) in MATRIX.items():
        hidden = thing in PERSONAL or (whose == "foreign" and thing not in ("none", *FIXED))
        hidden |= whose == "other" and thing in ABOUT_A_CHILD and role not in WHOLE_SCHOOL
        if role not in roles or not hidden:
            continue
        found = client.get(address(name, world[whose]), headers=FRAGMENT).status_code
        # A page that takes POST only may say so before it looks for the thing.
        assert found in (404, 405), f"GET {name} of {whose} answered {found}"
        found = client.post(address(name, world[whose])).status_code
        assert found in (404, 405), f"POST {name} of {whose} answered {found}"


@pytest.mark.parametrize("role", WALKERS)
def test_a_confidential_plan_does_not_exist_for_who_is_not_named(proved, person, world, role):
    SupportPlan.objects.filter(pk=world["own"]["support_plan"]).update(is_confidential=True)
    user = person(role)
    client = proved(user)
    parts = {name for name, (thing, roles) in MATRIX.items() if thing in OF_A_CONFIDENTIAL_PLAN and role in roles}
    opens = Permission.SUPPORT_CONFIDENTIAL in ROLE_PERMISSIONS[role]

    for name in sorted(parts):
        with transaction.atomic():
            found = client.get(address(name, world["own"])).status_code
            posted = client.post(address(name, world["own"]), headers=FRAGMENT).status_code
            transaction.set_rollback(True)
        if not opens:
            assert {found, posted} <= {404, 405}, f"{name}: {found}, {posted}"
        elif name != "pupils:ask-parent":  # nobody outside is asked about it, whoever opens it
            assert found in (200, 302, 405), f"GET {name} answered {found}"

    if parts and not opens:
        PlanReader.objects.create(plan_id=world["own"]["support_plan"], user=user)
        assert client.get(address("pupils:support-detail", world["own"])).status_code == 200
        assert client.get(address("pupils:plan-note-file", world["own"])).status_code == 200


@pytest.mark.parametrize("kind", ["parent", "school"])
def test_a_pass_opens_its_own_page_and_no_other(world, school, senco, kind):
    """Somebody outside who went through the door tries every address there is, of both children."""
    plan = SupportPlan.objects.get(pk=world["own"]["support_plan"])
    if kind == "parent":
        mother = Contact.objects.create(pupil=plan.pupil, name="Ada", email="ada@home.example")
        ask_parent(plan, mother, senco)
    else:
        asked = OutsideAsk(
            pupil=plan.pupil, kind="school", name="Miss Park", email="park@example.org", question="How is Kezia?",
            answer_by=timezone.localdate(),
        )  # fmt: skip
        outside.ask(row=asked, by=senco)
        run_jobs()
    browser = opened()
    rows = {model: model.objects.count() for model in (OutsideAsk, OutsideFile, PlanVoice, Event)}
    assert browser.get(reverse("pupils:outside-answer")).status_code == 200

    for whose in ("own", "other", "foreign"):
        for name in MATRIX:
            for method in (browser.get, browser.post):
                response = method(address(name, world[whose]))
                assert response.status_code == 302, f"{name} of {whose} answered {response.status_code}"
                assert response.url.startswith("/accounts/login/"), name
        stolen = world[whose]["outside_file"]
        browser.post(reverse("pupils:outside-file-remove", args=[stolen]))  # back to its own page, whatever it names
        assert OutsideFile.objects.filter(pk=stolen).exists()
    # A pass for one purpose is none for another.
    numbered = {"ehcp:answer-question", "ehcp:answer-file-remove"}
    for name in sorted(WITH_A_PASS | {"pupils:outside-pack"}):
        found = browser.get(reverse(name, args=[1] if name in numbered else []))
        assert found.status_code in (302, 404, 405, 410), f"{name} answered {found.status_code}"
    assert {model: model.objects.count() for model in rows} == rows


@pytest.mark.parametrize("role", list(Role))
def test_an_empty_form_breaks_nothing(proved, person, world, role):
    client = proved(person(role))

    for name, (thing, roles) in MATRIX.items():
        if role not in roles or thing in PERSONAL | OWN_ONLY:
            continue
        with transaction.atomic():
            status = client.post(address(name, world["own"])).status_code
            transaction.set_rollback(True)
        assert status < 500, f"{name} answered {status}"


# The thing is there, what the page shows of it may not be: no PDF yet, no rejected rows, no file.
MAY_BE_EMPTY = {
    "staff:calendar-year-copy",
    "pupils:letter-file",
    "pupils:import-rejected",
    "job-file",
    "pupils:pupil-readmit",
    "staff:certificate-file",
    "staff:own-training-add",
}
