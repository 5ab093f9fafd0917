"""Who may do what: the one table. Nothing else grants anything; a role that is not here may do nothing."""

from enum import StrEnum

from .roles import Role


class Permission(StrEnum):
    """What a page may ask for. The value is what the permissions page prints."""

    OWN_ACCOUNT = "Use an account: home page, own sessions, own background work"
    DIRECTORY_SEARCH = "Find any pupil by name and class, to raise a concern"
    PUPIL_VIEW = "Open the pupils one teaches, tutors or supports"
    PUPIL_VIEW_UNIT = "Open every pupil of one's unit"
    PUPIL_VIEW_ALL = "Open every pupil of the school"
    EMERGENCY_OPEN = "Open one other pupil in an emergency, for two hours and on record"
    PUPIL_EDIT = "Change a pupil's details, enrolments, contacts and groups"
    IDENTIFIERS_VIEW = "See UPN, ULN, birth date and the information system's number"
    CONTACT_VIEW = "See parents and other contacts"
    ADDRESS_REVEAL = "Reveal a hidden address, with a reason"
    FLAG_VIEW = "See ordinary flags, such as free school meals"
    FLAG_CONFIDENTIAL_VIEW = "See confidential flags, such as child protection"
    FLAG_EDIT = "Add and end flags"
    REGISTER_VIEW = "See the SEND register: status and needs"
    REGISTER_EDIT = "Change status, needs and the watch list"
    NARRATIVE_VIEW = "Read reasons, concerns, assessments, documents and the timeline"
    CONCERN_RAISE = "Raise a concern, and answer when asked for a view"
    CONCERN_TRIAGE = "Triage concerns and ask for views"
    SUPPORT_VIEW = "Read support plans and one-page profiles of pupils in view"
    SUPPORT_CONTRIBUTE = "Add strategies, values, evidence and words for the review to support plans"
    SUPPORT_LEAD = "Begin support plans, change targets, close cycles and set review windows"
    SUPPORT_CONFIDENTIAL = "Open every confidential support plan"
    ASSESSMENT_EDIT = "Enter assessments and scores"
    LETTER_SEND = "Make and file letters to parents"
    LETTER_TEMPLATE_EDIT = "Edit the school's letter templates"
    DOCUMENT_EDIT = "Upload documents to a pupil's file"
    DATA_QUALITY_VIEW = "See data gaps and the census check"
    IMPORT_RUN = "Import pupil lists and undo an import"
    EXPORT_RUN = "Export lists of pupils"
    MERGE = "Merge two records of one child"
    READ_LOG_VIEW = "See who has read a child's record"
    SCHOOL_VIEW = "See the school's details, calendar and groups"
    SCHOOL_EDIT = "Change the school's details, calendar, units and groups"
    PEOPLE_VIEW = "See who works here and in which role"
    PEOPLE_MANAGE = "Invite people, change roles, end access"
    ROLE_CONFIRM = "Confirm roles that open children's records"
    LOST_FACTOR_DECIDE = "Let somebody who lost their device set up a new second step"
    PLAN_VIEW = "Read the outcomes and provision of the EHC plans of pupils in view"
    CASE_VIEW = "See EHC plans, needs assessments, reviews, consultations and appeals whole"
    CASE_EDIT = "Work on EHC plans, needs assessments, reviews, consultations and appeals"
    CASE_APPROVE = "Approve review reports and consultation replies for the school"
    CONSULTATION_ANSWER = "Log and answer consultations of authorities"
    REVIEW_CONTRIBUTE = "Give one's own view before a review, when asked"
    AUTHORITY_EDIT = "Change local authorities, their practice and their report layouts"
    REMINDER_EDIT = "Set when reminders go out, to whom they are passed on, and who stands in"
    REMINDER_VIEW = "See what was sent to whom, and what failed"
    COMPLIANCE_VIEW = "See what is overdue across the school"
    STAFF_OWN = "See one's own post, week and balance of hours, and those of one's own line"
    STAFF_VIEW_UNIT = "See and lead the adults of one's unit"
    STAFF_VIEW = "See every adult's post, working pattern and week"
    STAFF_LEAD = "See every adult's absences and their reasons"
    POST_EDIT = "Enter posts, working patterns and line managers"
    PAY_VIEW = "See and enter what an hour of a post costs"
    TIMETABLE_EDIT = "Set the school's day, its timetables and kinds of slots"
    BOARD_EDIT = "Plan where each adult is on the deployment board"
    TRAINING_EDIT = "Plan and record training, certificates and skills"
    ABSENCE_EDIT = "Record who is away"
    EQUIPMENT_EDIT = "Keep the register of SEND equipment: loans, checks and costs"
    PROVISION_VIEW = "See the library of interventions, and the provision of pupils in view"
    PROVISION_LOG = "Log the sessions that one holds"
    PROVISION_EDIT = "Set up provision, its groups, adults and times, and correct logs"
    PROVISION_MAP = "See the provision map: what is planned, took place, and costs by the formula"
    BRIEFING_EDIT = "Write what colleagues are asked to read, and see who has read it"
    HEALTH_VIEW = "See whether the running site is healthy"


P = Permission
_EVERYONE = {P.OWN_ACCOUNT, P.SCHOOL_VIEW}
_CLASSROOM = _EVERYONE | {
    P.DIRECTORY_SEARCH,
    P.PUPIL_VIEW,
    P.REGISTER_VIEW,
    P.FLAG_VIEW,
    P.CONCERN_RAISE,
    P.PEOPLE_VIEW,
    P.PLAN_VIEW,
    P.SUPPORT_VIEW,
    P.SUPPORT_CONTRIBUTE,
    P.REVIEW_CONTRIBUTE,
    P.STAFF_OWN,
    P.PROVISION_VIEW,
    P.PROVISION_LOG,
}
_RECORD = {
    P.PUPIL_EDIT,
    P.IDENTIFIERS_VIEW,
    P.CONTACT_VIEW,
    P.FLAG_CONFIDENTIAL_VIEW,
    P.FLAG_EDIT,
    P.REGISTER_EDIT,
    P.NARRATIVE_VIEW,
    P.CONCERN_TRIAGE,
    P.SUPPORT_LEAD,
    P.ASSESSMENT_EDIT,
    P.LETTER_SEND,
    P.DOCUMENT_EDIT,
    P.DATA_QUALITY_VIEW,
    P.EXPORT_RUN,
    P.CASE_VIEW,
    P.CASE_EDIT,
    P.PROVISION_EDIT,
    P.PROVISION_MAP,
}
_STAFF = {
    P.STAFF_VIEW, P.POST_EDIT, P.PAY_VIEW, P.TIMETABLE_EDIT, P.BOARD_EDIT, P.ABSENCE_EDIT, P.TRAINING_EDIT,
    P.BRIEFING_EDIT, P.EQUIPMENT_EDIT,
}  # fmt: skip
ROLE_PERMISSIONS = {
    Role.SENCO: frozenset(
        _CLASSROOM
        | _RECORD
        | {
            P.PUPIL_VIEW_ALL,
            P.SUPPORT_CONFIDENTIAL,
            P.ADDRESS_REVEAL,
            P.LETTER_TEMPLATE_EDIT,
            P.IMPORT_RUN,
            P.MERGE,
            P.READ_LOG_VIEW,
            P.SCHOOL_EDIT,
            P.PEOPLE_MANAGE,
            P.ROLE_CONFIRM,
            P.LOST_FACTOR_DECIDE,
            P.COMPLIANCE_VIEW,
            P.CONSULTATION_ANSWER,
            P.AUTHORITY_EDIT,
            P.REMINDER_EDIT,
            P.REMINDER_VIEW,
        }
        | _STAFF
    ),
    Role.PROVISION_LEAD: frozenset(
        _CLASSROOM
        | _RECORD
        | {P.PUPIL_VIEW_UNIT, P.STAFF_VIEW_UNIT, P.BOARD_EDIT, P.ABSENCE_EDIT, P.TRAINING_EDIT, P.EQUIPMENT_EDIT}
    ),
    Role.HEAD: frozenset(
        _CLASSROOM
        | _RECORD
        | {
            P.PUPIL_VIEW_ALL,
            P.SUPPORT_CONFIDENTIAL,
            P.ADDRESS_REVEAL,
            P.LETTER_TEMPLATE_EDIT,
            P.READ_LOG_VIEW,
            P.SCHOOL_EDIT,
            P.PEOPLE_MANAGE,
            P.ROLE_CONFIRM,
            P.LOST_FACTOR_DECIDE,
            P.COMPLIANCE_VIEW,
            P.CASE_APPROVE,
            P.CONSULTATION_ANSWER,
            P.AUTHORITY_EDIT,
            P.REMINDER_EDIT,
            P.REMINDER_VIEW,
            P.HEALTH_VIEW,
            P.STAFF_LEAD,
        }
        | _STAFF
    ),
    Role.TEACHER: frozenset(_CLASSROOM | {P.EMERGENCY_OPEN}),
    Role.TEACHING_ASSISTANT: frozenset(_CLASSROOM | {P.EMERGENCY_OPEN}),
    Role.OFFICE: frozenset(
        _EVERYONE
        | {
            P.PUPIL_VIEW_ALL,
            P.PUPIL_EDIT,
            P.IDENTIFIERS_VIEW,
            P.CONTACT_VIEW,
            P.FLAG_VIEW,
            P.FLAG_EDIT,
            P.REGISTER_VIEW,
            P.CONCERN_RAISE,
            P.DIRECTORY_SEARCH,
            P.DATA_QUALITY_VIEW,
            P.IMPORT_RUN,
            P.SCHOOL_EDIT,
            P.PEOPLE_VIEW,
            P.STAFF_OWN,
            P.ABSENCE_EDIT,
            P.EQUIPMENT_EDIT,
        }
    ),
    Role.GOVERNOR: frozenset({P.OWN_ACCOUNT}),
    Role.ADMINISTRATOR: frozenset(
        _EVERYONE | {P.SCHOOL_EDIT, P.PEOPLE_VIEW, P.PEOPLE_MANAGE, P.HEALTH_VIEW, P.REMINDER_VIEW}
    ),
    Role.DSL: frozenset(
        _EVERYONE
        | {P.PUPIL_VIEW_ALL, P.FLAG_VIEW, P.FLAG_CONFIDENTIAL_VIEW, P.FLAG_EDIT, P.CONTACT_VIEW, P.REGISTER_VIEW}
    ),
    Role.DPO: frozenset(_EVERYONE | {P.PEOPLE_VIEW}),
    # Added by a school to somebody who sees pay, such as a business manager.
    Role.PAY: frozenset(_EVERYONE | {P.STAFF_OWN, P.STAFF_VIEW, P.PAY_VIEW}),
}
# Roles that are added to another role and never stand alone on a home page.
ADDED_ROLES = {Role.DSL, Role.DPO, Role.PAY}
HOME_ORDER = (
    Role.SENCO,
    Role.HEAD,
    Role.PROVISION_LEAD,
    Role.TEACHER,
    Role.TEACHING_ASSISTANT,
    Role.OFFICE,
    Role.DSL,
    Role.ADMINISTRATOR,
    Role.GOVERNOR,
    Role.DPO,
    Role.PAY,
)


# What a role does not open that was given for a few days without a second person: nothing that outlasts it or leaves
# the site, and no secret.
ONLY_CONFIRMED = frozenset(
    {
        P.PEOPLE_MANAGE,
        P.ROLE_CONFIRM,
        P.LOST_FACTOR_DECIDE,
        P.ADDRESS_REVEAL,
        P.SUPPORT_CONFIDENTIAL,
        P.EXPORT_RUN,
        P.IMPORT_RUN,
        P.MERGE,
        P.CASE_APPROVE,
        P.PAY_VIEW,
        P.POST_EDIT,
        P.STAFF_VIEW_UNIT,
    }
)


def permissions_of(roles):
    """Return the union of what these roles may do; an unknown role adds nothing."""
    return frozenset().union(*(ROLE_PERMISSIONS.get(role, frozenset()) for role in roles))


def matrix():
    """Yield (permission, [roles that hold it]) in the order of the enum, for the page and the command."""
    for permission in Permission:
        yield permission, [role for role in Role if permission in ROLE_PERMISSIONS[role]]
