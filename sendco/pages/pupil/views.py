"""A pupil's page: who the child is, what is due, and a tab for each part of the record."""

from functools import lru_cache, wraps

from django.core.paginator import Paginator
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from ehcp.models import AnnualReview, Appeal, NeedsAssessment, Plan
from governance.selectors.reminders import with_acknowledged
from provision.runs.selectors import of_pupil as provision_of
from provision.runs.selectors import waiting
from provision.runs.showing import times_in_words
from provision.sessions.selectors import sums_of_pupil
from pupils.agencies.selectors import of_pupil as referrals_of
from pupils.agencies.selectors import state_of
from pupils.duplicates.selectors import kept_of, record_ids
from pupils.meetings.selectors import MEETINGS_A_YEAR, actions_of, contacts_of, met_parents, of_pupil, with_rights
from pupils.meetings.team import OfTheTeam, team_of
from pupils.models import (
    Assessment,
    Challenge,
    Concern,
    Contact,
    Document,
    Emergency,
    Enrolment,
    GroupPlace,
    Letter,
    Need,
    Pupil,
    PupilFlag,
    PupilSupport,
    RegisterEntry,
    SencoQuestion,
    WatchListEntry,
)
from pupils.outside.people import of_pupil as outside_of
from pupils.plans.selectors import plans_of_pupil
from pupils.skills.selectors import skills_of
from sendco.addresses import address_of
from sendco.audit.selectors import pupil_reads
from sendco.audit.services import record_read
from sendco.clock import young_person_from
from staff.access import require_permission
from staff.permissions import Permission as P

from ..due import items as due_items
from ..register.filters import with_status
from ..register.reading import only_kinds
from ..register.rows import STATUS_WORDS
from . import timeline

CRUMBS = [("SEND register", "/register/")]
# Each tab: key, words, the permission that opens it.
TABS = (
    ("overview", "Overview", P.PUPIL_VIEW),
    ("register", "Register", P.REGISTER_VIEW),
    ("plans", "Plan and targets", P.SUPPORT_VIEW),
    ("provision", "Provision", P.PROVISION_VIEW),
    ("meetings", "Meetings and contacts", P.SUPPORT_VIEW),
    ("ehcp", "EHC plan", P.PLAN_VIEW),
    ("people", "People", P.CONTACT_VIEW),
    ("assessments", "Assessments", P.NARRATIVE_VIEW),
    ("concerns", "Concerns", P.CONCERN_TRIAGE),
    ("documents", "Documents", P.NARRATIVE_VIEW),
    ("details", "Details", P.IDENTIFIERS_VIEW),
)


# What the overview shows of each: the rest of these rows is not read.
CONTACT_SHOWN = ("name", "relation", "do_not_contact", "has_parental_responsibility", "note")
CONCERN_SHOWN = ("pupil", "raised_on", "outcome", "raised_by__name")


class Moved(Exception):
    """This record was merged into another, which the person may see."""

    def __init__(self, kept):
        super().__init__()
        self.kept = kept


def _pupil(request, pk):
    acting = request.acting
    pupil = _with_facts(Pupil.objects.visible_to(acting).filter(pk=pk)).order_by().first()
    if pupil is None:
        kept = kept_of(pk, acting)
        if kept is None or kept.pk == pk:
            raise Http404
        raise Moved(kept)
    pupil.school = acting.school
    return pupil


def _with_facts(pupils):
    """Add what would take a query each: status, unit, and whether another record was merged into this one."""
    merged = Pupil.objects.filter(merged_into=OuterRef("pk"))
    return (
        with_status(pupils)
        .alias(place=FilteredRelation("enrolments", condition=Q(enrolments__ends_on=None)))
        .annotate(was_merged=Exists(merged), unit_name=F("place__unit__name"), unit_since=F("place__starts_on"))
        .select_related("form_group", "key_worker")
    )


def follows_merges(view):
    """Send who asks for a merged record on to the one that was kept."""

    @wraps(view)
    def followed(request, pk):
        try:
            return view(request, pk)
        except Moved as moved:
            return redirect(request.resolver_match.view_name, pk=moved.kept.pk)

    return followed


@lru_cache(maxsize=256)
def _may(permissions):
    return {permission.name.lower(): permission in permissions for permission in P}


def _header(request, pupil):
    """What stands above the tabs. Four queries. The pupil is in view, so rows of this pupil need no further check."""
    acting, today = request.acting, timezone.localdate()
    record_read(school_id=pupil.school_id, pupil_id=pupil.pk, by=request.user)
    flags = list(PupilFlag.objects.filter(pupil=pupil, ends_on=None, **only_kinds(acting)).only("kind"))
    needs = list(Need.objects.filter(pupil=pupil, ends_on=None).select_related("need_type").order_by("rank"))
    items = with_acknowledged(due_items.due_for(acting).filter(pupil_id=pupil.pk), today)
    items = list(items.urgent_first()[:12])
    status = pupil.open_code if pupil.open_code != "N" or not pupil.watched else "M"
    href = address_of("pupil-detail", pupil.pk)
    tabs = [
        (key, label, href if key == "overview" else f"{href}?tab={key}")
        for key, label, permission in TABS
        if key == "overview" or acting.can(permission)
    ]
    emergencies = Emergency.objects.open().filter(pupil=pupil, user=request.user)
    return {
        "title": pupil.name,
        "emergency": emergencies.first() if acting.can(P.EMERGENCY_OPEN) else None,
        "section": "register",
        "crumbs": CRUMBS,
        "pupil": pupil,
        "status": status,
        "status_words": STATUS_WORDS[status],
        "flags": flags,
        "needs": needs,
        "due": due_items.rows(items, pupils={pupil.pk: pupil}, acting=acting),
        "today": today,
        "age": pupil.age(today) if acting.can(P.IDENTIFIERS_VIEW) else None,
        "tabs": tabs,
        "may": _may(acting.permissions),
        "young_person_from": young_person_from(pupil.birth_on) if pupil.birth_on else None,
    }


def _overview(request, pupil):
    """For those who read the record: the last events and the people. For a teacher: what is known to help."""
    acting, context = request.acting, {}
    if acting.can(P.NARRATIVE_VIEW):
        context["events"] = timeline.drawn(timeline.events_for(acting, pupil)[:8])
        if pupil.watched:
            context["watch"] = WatchListEntry.objects.filter(pupil=pupil, ends_on=None).first()
    if acting.can(P.CONTACT_VIEW):
        context["contacts"] = Contact.objects.filter(pupil=pupil, ended_on=None).only(*CONTACT_SHOWN)[:4]
    raised = Concern.objects if acting.can(P.CONCERN_TRIAGE) else Concern.objects.visible_to(acting)
    raised = raised.filter(pupil=pupil).select_related("raised_by").only(*CONCERN_SHOWN)
    context["concerns"] = list(raised.order_by("-raised_on", "-pk")[:3])
    return context


def _register(request, pupil):
    acting = request.acting
    return {
        "entries": RegisterEntry.objects.visible_to(acting).filter(pupil=pupil).select_related("entered_by"),
        "watches": WatchListEntry.objects.visible_to(acting).filter(pupil=pupil).order_by("-starts_on")
        if acting.can(P.NARRATIVE_VIEW)
        else [],
        "past_needs": Need.objects.visible_to(acting)
        .filter(pupil=pupil)
        .select_related("need_type")
        .order_by("-starts_on", "rank"),
        "skills": skills_of(acting, pupil),
    }


def _people(request, pupil):
    acting = request.acting
    return {
        "contacts": Contact.objects.visible_to(acting)
        .filter(pupil=pupil)
        .order_by("ended_on", "priority", "name", "pk"),
        "supports": PupilSupport.objects.visible_to(acting).current().filter(pupil=pupil).select_related("user"),
        "places": GroupPlace.objects.visible_to(acting).current().filter(pupil=pupil).select_related("group"),
    }


def _assessments(request, pupil):
    return {"assessments": Assessment.objects.visible_to(request.acting).filter(pupil=pupil, removed_on=None)}


def _concerns(request, pupil):
    rows = Concern.objects.visible_to(request.acting).filter(pupil=pupil).select_related("raised_by", "decided_by")
    return {"concerns": rows.order_by("-raised_on", "-pk")}


def _documents(request, pupil):
    acting = request.acting
    return {
        "documents": Document.objects.visible_to(acting)
        .filter(pupil=pupil, removed_on=None)
        .select_related("added_by"),
        "letters": Letter.objects.visible_to(acting).filter(pupil=pupil).select_related("made_by"),
    }


def _details(request, pupil):
    acting = request.acting
    return {
        "enrolments": Enrolment.objects.visible_to(acting).filter(pupil=pupil).select_related("unit"),
        "all_flags": PupilFlag.objects.visible_to(acting).filter(pupil=pupil).order_by("ends_on", "kind"),
        "notional": pupil.notional_year(timezone.localdate()),
    }


def _ehcp(request, pupil):
    """The plan, and for those who work on cases also the reviews, requests and appeals of this child."""
    acting = request.acting
    context = {"plans": Plan.objects.visible_to(acting).filter(pupil=pupil).select_related("authority", "caseworker")}
    if acting.can(P.CASE_VIEW):
        for name, model in (("reviews", AnnualReview), ("requests", NeedsAssessment), ("appeals", Appeal)):
            context[name] = model.objects.visible_to(acting).filter(pupil=pupil)
    return context


def _plans(request, pupil):
    """Support plans, the open ones with their targets. Four queries, however many there are."""
    return {"support_plans": plans_of_pupil(request.acting, pupil)}


def _provision(request, pupil):
    """What the child gets and got, with the sessions in which they were there. Six queries, however many there are."""
    acting = request.acting
    places = provision_of(acting, pupil)
    sums = sums_of_pupil(pupil, [place.provision_id for place in places])
    for place in places:
        place.last = min(filter(None, (place.ends_on, place.provision.ends_on)))
        place.times = times_in_words(place.provision.times.all())
    return {
        "provision": [(place, *sums[place.provision_id]) for place in places],
        "waits": waiting(acting).filter(pupil=pupil),
    }


def _challenges(acting, pupil):
    return Challenge.objects.visible_to(acting).filter(pupil=pupil).select_related("agency")[:20]


def _at_the_authority(acting, pupil):
    """Who answers for the EHC plan at the local authority, for whoever works on cases."""
    if not acting.can(P.CASE_VIEW):
        return []
    plans = Plan.objects.visible_to(acting).filter(pupil=pupil, ceased_on=None)  # one at most
    plan = plans.select_related("authority", "caseworker").first()
    if plan is None:
        return []
    worker = plan.caseworker
    reach = [worker.telephone, worker.email] if worker else []
    return [OfTheTeam(worker.name if worker else plan.authority.name, f"EHC plan, {plan.authority.name}", reach)]


def _meetings(request, pupil):
    acting, today = request.acting, timezone.localdate()
    referrals = referrals_of(acting, pupil)
    return {
        "meetings": of_pupil(acting, pupil),
        "actions": with_rights(acting, actions_of(acting, [pupil.pk]).filter(state="open")),
        "referrals": [(one, state_of(one, today), one.waits(today)) for one in referrals],
        **outside_of(acting, pupil),
        "challenges": [(row, row.waits(today)) for row in _challenges(acting, pupil)],
        "questions": SencoQuestion.objects.visible_to(acting).filter(pupil=pupil)[:20],
        "contact_log": contacts_of(acting, pupil)[:40],
        "may_name": acting.can(P.CONTACT_VIEW),
        "team": team_of(acting, pupil, referrals, today) + _at_the_authority(acting, pupil),
        "met": met_parents([pupil.pk], today)[pupil.pk],
        "three": MEETINGS_A_YEAR,
    }


LOADERS = {
    "overview": _overview,
    "register": _register,
    "plans": _plans,
    "provision": _provision,
    "meetings": _meetings,
    "ehcp": _ehcp,
    "people": _people,
    "assessments": _assessments,
    "concerns": _concerns,
    "documents": _documents,
    "details": _details,
}


@require_permission(P.PUPIL_VIEW, P.PUPIL_VIEW_UNIT, P.PUPIL_VIEW_ALL)
@require_GET
@follows_merges
def pupil_detail(request, pk):
    pupil = _pupil(request, pk)
    context = _header(request, pupil)
    tab = request.GET.get("tab") or "overview"
    if tab not in {key for key, *_ in context["tabs"]}:
        raise Http404
    context |= LOADERS[tab](request, pupil) | {"tab": tab, "tab_template": f"pages/pupil/_{tab}.html"}
    return render(request, "pages/pupil/detail.html", context)


@require_permission(P.NARRATIVE_VIEW)
@require_GET
@follows_merges
def pupil_timeline(request, pk):
    pupil = _pupil(request, pk)
    kind = request.GET.get("kind", "all")
    page = Paginator(timeline.events_for(request.acting, pupil, kind), 40).get_page(request.GET.get("page"))
    context = _header(request, pupil) | {
        "page": page,
        "events": timeline.drawn(page.object_list),
        "kind": kind,
        "kinds": timeline.KINDS,
        "tab": "timeline",
    }
    return render(request, "pages/pupil/timeline.html", context)


@require_permission(P.READ_LOG_VIEW)
@require_GET
@follows_merges
def pupil_readers(request, pk):
    """Who opened this child's record, by the hour (kept so that the school can answer for it)."""
    pupil = _pupil(request, pk)
    page = Paginator(pupil_reads(school_id=pupil.school_id, pupil_ids=record_ids(pupil)), 50).get_page(
        request.GET.get("page")
    )
    crumbs = [*CRUMBS, (pupil.name, pupil.get_absolute_url())]
    context = {
        "title": "Who has read this record",
        "section": "register",
        "crumbs": crumbs,
        "pupil": pupil,
        "page": page,
    }
    return render(request, "pages/pupil/readers.html", context)


@require_permission(P.OWN_ACCOUNT)
@require_GET
def why_this_date(request, pk):
    """The arithmetic of one due date, in place or as a page."""
    item = get_object_or_404(due_items.known_to(request.acting), pk=pk)
    context = {"title": "Why this date?", "item": item, "crumbs": [("Today", reverse("home"))]}
    return render(request, "pages/_why.html" if request.htmx else "pages/why.html", context)
