"""What every signed-in page shows around itself: the menu, the school, the person. No queries of its own."""

from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

from provision.offline.selectors import sign_in_of
from sendco.addresses import address
from staff.permissions import Permission as P


@dataclass(frozen=True)
class Entry:
    label: str
    icon: str
    route: str
    permissions: tuple
    section: str
    on_phone: bool = False


@dataclass(frozen=True)
class Link:
    """One entry of somebody's menu."""

    label: str
    icon: str
    href: str
    section: str
    on_phone: bool


MENU = (
    Entry("Today", "sun-high", "home", (P.OWN_ACCOUNT,), "home", on_phone=True),
    Entry("Register", "users", "register", (P.REGISTER_VIEW,), "register", on_phone=True),
    Entry("Concerns", "message-2-exclamation", "pupils:concern-list", (P.CONCERN_RAISE,), "concerns", on_phone=True),
    Entry("SEN support", "target-arrow", "pupils:support-list", (P.SUPPORT_VIEW,), "support"),
    Entry("Profiles", "id", "pupils:profile-list", (P.SUPPORT_VIEW,), "profiles"),
    Entry("Meetings", "users-group", "pupils:meeting-list", (P.SUPPORT_VIEW,), "meetings"),
    Entry("Questions", "message-question", "pupils:question-list", (P.SUPPORT_VIEW,), "questions"),
    Entry("Agencies", "building", "pupils:agency-list", (P.NARRATIVE_VIEW,), "agencies"),
    Entry("Provision map", "layout-grid", "provision:provision-map", (P.PROVISION_MAP,), "map"),
    Entry("Impact", "trending-up", "provision:impact", (P.PROVISION_MAP,), "impact"),
    Entry("Provision", "stack-2", "provision:provision-list", (P.PROVISION_VIEW,), "provision"),
    Entry("EHC plans", "certificate", "ehcp:plan-list", (P.CASE_VIEW,), "ehcp"),
    Entry("What is due", "list-check", "due-list", (P.PUPIL_VIEW, P.PUPIL_VIEW_UNIT, P.PUPIL_VIEW_ALL), "due"),
    Entry("Diary", "calendar-due", "diary", (P.PUPIL_VIEW, P.PUPIL_VIEW_UNIT, P.PUPIL_VIEW_ALL), "diary"),
    Entry("On time", "chart-dots", "compliance", (P.COMPLIANCE_VIEW,), "compliance"),
    Entry("My day", "clock-check", "provision:my-day", (P.PROVISION_LOG,), "my-day", on_phone=True),
    Entry("My week", "calendar-week", "my-week", (P.STAFF_OWN,), "my-week"),
    Entry("Board", "layout-board", "board", (P.STAFF_VIEW, P.STAFF_VIEW_UNIT), "board"),
    Entry("Staff", "user-heart", "staff:member-list", (P.STAFF_VIEW, P.STAFF_VIEW_UNIT), "staff"),
    Entry("Who is away", "user-off", "staff:absence-list", (P.STAFF_OWN, P.ABSENCE_EDIT), "absences"),
    Entry("Appraisals", "target", "staff:appraisal-list", (P.STAFF_VIEW, P.STAFF_VIEW_UNIT), "appraisals"),
    Entry("Training", "school-bell", "staff:training-list", (P.TRAINING_EDIT,), "training"),
    Entry("To read", "book", "staff:briefing-list", (P.STAFF_OWN,), "reading"),
    Entry("What works", "bulb", "pupils:practice-list", (P.PUPIL_VIEW,), "practice"),
    Entry("Equipment", "wheelchair", "pupils:equipment-list", (P.EQUIPMENT_EDIT,), "equipment"),
    Entry("Skills", "puzzle", "skills", (P.STAFF_VIEW, P.STAFF_VIEW_UNIT), "skills"),
    Entry("Data check", "clipboard-check", "pupils:data-quality", (P.DATA_QUALITY_VIEW,), "data"),
    Entry("Imports", "database-import", "pupils:import-list", (P.IMPORT_RUN,), "imports"),
    Entry("Term dates", "calendar", "staff:calendar", (P.SCHOOL_VIEW,), "calendar"),
    Entry("Groups", "school", "staff:group-list", (P.SCHOOL_VIEW,), "groups"),
    Entry("People", "id-badge-2", "staff:people", (P.PEOPLE_VIEW,), "people"),
    Entry("School", "building", "staff:school", (P.SCHOOL_VIEW,), "school"),
    Entry("Reminders", "bell", "governance:reminder-list", (P.REMINDER_VIEW,), "reminders"),
    Entry("Background work", "progress", "job-list", (P.OWN_ACCOUNT,), "jobs"),
    Entry("My account", "user-circle", "account", (P.OWN_ACCOUNT,), "account", on_phone=True),
)


@lru_cache(maxsize=256)
def menu_for(permissions):
    """The entries that these permissions open. The same for everybody who holds the same ones."""
    return tuple(
        Link(entry.label, entry.icon, address(entry.route), entry.section, entry.on_phone)
        for entry in MENU
        if permissions.intersection(entry.permissions)
    )


def shell(request):
    acting = getattr(request, "acting", None)
    if acting is None or not acting.user.is_authenticated:
        return {"acting": None, "demo": settings.DEMO}
    menu = menu_for(acting.permissions)
    may_log = acting.can(P.PROVISION_LOG) or acting.can(P.PROVISION_EDIT)
    return {
        "acting": acting,
        "menu": menu,
        "phone_menu": tuple(entry for entry in menu if entry.on_phone)[:4],
        "may_search": acting.can(P.DIRECTORY_SEARCH) or acting.can(P.PUPIL_VIEW_ALL),
        "may_log": may_log,
        "signed_in": sign_in_of(request.session.session_key) if may_log else "",
        "may_raise": acting.can(P.CONCERN_RAISE),
        "demo": settings.DEMO,
        "idle_seconds": (acting.school.idle_minutes if acting.school else settings.IDLE_MINUTES) * 60,
    }
