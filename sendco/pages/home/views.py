"""The first screen: a to-do list for the role, then a few figures. Nothing empty is shown as if it were full."""

from datetime import timedelta
from functools import lru_cache
from itertools import islice

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, When
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from ehcp.reviews.selectors.contributions import asked_of
from governance.selectors.reminders import daily_run_warning, with_acknowledged
from pupils.models import Concern, ConcernView, Import, Need, Pupil, RegisterEntry, SencoQuestion
from pupils.models.register import ON_REGISTER
from pupils.plans.selectors import to_write, with_plans
from pupils.profiles.selectors import to_read, with_profiles
from sendco.charts.bars import stacked_bar
from sendco.due.windows import DUE_SOON, THIS_WEEK
from sendco.jobs.models import Heartbeat
from staff.absences.selectors import names_away
from staff.access import signed_in
from staff.models import Invitation, Membership
from staff.models.people import current_on
from staff.permissions import Permission
from staff.posts.selectors import own_record
from staff.roles import Role

from ..due import items as due_items
from ..due.groups import mine_to_do
from ..register.filters import with_status
from ..register.reading import counts, open_rows, with_details
from . import signatures
from .staff import my_day, own_work, school_work, sessions_today

MOST_ROWS = 20
SHOWN = 60  # pupils on the home page of a teacher
MOST_WAITING = 8
NAMED = ("legal_forename", "legal_surname", "preferred_forename", "preferred_surname")
# Access that ends so soon is shown to the administrator, who can still extend it.
ENDING_SOON = timedelta(days=14)
# Of these there is one for each child of a class: a line of their own says how many, and pushes nothing off the page.
IN_ONE_LINE = ("profile.read",)
ON_A_PHONE = 284  # the width of a chart there


def _due_lists(acting, today, *, covered=(), to_sign=(), limit=MOST_ROWS):
    """What is ours, overdue and soon, and what we wait for. Four queries with the names.

    Two readings, so that a long list of what others owe never pushes our own off the page. `to_sign` are items read
    elsewhere that get their names here, so that they cost no query more, and that stand in no other list.
    """
    soon = due_items.due_for(acting, covered).filter(due_on__lte=today + DUE_SOON, exception="")
    soon = soon.exclude(rule__in=IN_ONE_LINE)
    if to_sign:
        soon = soon.exclude(pk__in=[item.pk for item in to_sign])
    soon, mine = with_acknowledged(soon, today).urgent_first(), mine_to_do(acting, covered)
    ours, theirs = list(soon.filter(mine)[: limit + 1]), list(soon.exclude(mine)[: MOST_WAITING + 1])
    shown = [*ours, *theirs, *to_sign]
    pupils = due_items.children({item.pupil_id for item in shown if item.pupil_id}, acting)
    people = due_items.owners((*ours, *theirs), acting)
    rows = iter(due_items.rows(shown, pupils=pupils, people=people, acting=acting))
    mine, waiting, signing = list(islice(rows, len(ours))), list(islice(rows, len(theirs))), list(rows)
    week = today + THIS_WEEK
    return {
        "overdue": [row for row in mine[:limit] if row.item.due_on < today],
        "this_week": [row for row in mine[:limit] if today <= row.item.due_on <= week],
        "later": [row for row in mine[:limit] if row.item.due_on > week],
        "waiting": waiting[:MOST_WAITING],
        "to_sign": signing,
        "more": len(ours) > limit or len(theirs) > MOST_WAITING,
    }


@lru_cache(maxsize=128)
def _register_figure(plans, support, rest):
    """Three numbers as a drawn chart, wide and for a phone: the same for every school that has the same three."""
    facts = {
        "title": "Pupils by status",
        "series": ["EHC plan", "SEN Support", "No SEN"],
        "rows": [("Pupils", [plans, support, rest])],
        "head": "Status",
    }
    return [
        render_to_string("components/charts/stacked_bar.html", {"chart": stacked_bar(**facts, width=width)})
        for width in (560, ON_A_PHONE)
    ]


def _senco(acting, today, covered):
    signing = signatures.to_sign(acting)
    concerns = list(
        Concern.objects.visible_to(acting)
        .filter(closed_on=None, first_action_at=None)
        .select_related("pupil", "raised_by")
        .only("what", "raised_on", "raised_by__name", *(f"pupil__{name}" for name in NAMED))
        .order_by("raised_on", "pk")[:6]
    )
    register = _figures(acting)
    figures = register["figures"]
    return (
        register
        | school_work(acting, today)
        | {
            "due": _due_lists(acting, today, covered=covered, to_sign=signing[: signatures.MOST]),
            "signing": signatures.counted(signing),
            "concerns": concerns,
            "profiles_to_read": to_read(acting),
            "chart": _register_figure(figures["E"], figures["K"], figures["N"]) if figures["all"] else None,
        }
    )


def _figures(acting):
    """The register's figures, and the gaps that matter most as (count, words); the data page has them all. Three
    queries."""
    needs = Need.objects.filter(pupil=OuterRef("pupil"), ends_on=None)
    lacking = Count("pk", filter=Q(code__in=ON_REGISTER) & ~Exists(needs))
    entries = open_rows(RegisterEntry, acting).order_by().values_list("code").annotate(Count("pk"), lacking=lacking)
    by_code = {code: (rows, no_need) for code, rows, no_need in entries}
    no_need = sum(lack for _, lack in by_code.values())
    no_upn = Pupil.objects.visible_to(acting).filter(left_on=None, upn=None).count()
    gaps = [(no_need, "on the register without a type of need"), (no_upn, "without a UPN")]
    return {
        "figures": counts(acting, {code: rows for code, (rows, _) in by_code.items()}),
        "gaps": [(count, gap) for count, gap in gaps if count],
    }


def _classroom(acting, today, covered):
    pupils = with_status(Pupil.objects.visible_to(acting).filter(left_on=None)).order_by(
        "form_group__name", "sort_name", "pk"
    )
    count = pupils.count()
    if count > SHOWN:  # those with SEN first: of a whole year group they are whom somebody looks for here
        with_sen = Case(When(open_code__in=("E", "K"), then=0), default=1, output_field=IntegerField())
        pupils = pupils.order_by(with_sen, "form_group__name", "sort_name", "pk")
    due = _due_lists(acting, today, covered=covered)
    # A view that presses stands among what is due, with its date: not a second time below.
    shown = due["overdue"] + due["this_week"]
    pressing = [row.item.source_id for row in shown if row.item.rule == "concern.view"]
    asked = {row.item.source_id for row in shown if row.item.rule == "window.write"}
    member = own_record(acting)
    return (
        my_day(acting, member, today)
        | sessions_today(acting, member, today)
        | own_work(acting, member, today)
        | {
            "due": due,
            "pupils": with_profiles(with_plans(with_details(pupils[:SHOWN], acting), acting), acting),
            "pupil_count": count,
            "profiles_to_read": to_read(acting),
            "reviews_to_write": [row for row in to_write(acting, today) if row.pk not in asked],
            "answers": SencoQuestion.objects.visible_to(acting)
            .filter(asked_by=acting.user, answered_on__isnull=False, closed_on=None)
            .select_related("pupil")
            .order_by("answered_on", "pk"),
            "reviews_asked": asked_of(acting.user, acting.school),
            "views_asked": ConcernView.objects.filter(
                concern__school=acting.school,
                asked_of=acting.user,
                answered_at=None,
                withdrawn_on=None,
                concern__closed_on=None,
            )
            .exclude(pk__in=pressing)
            .select_related("concern__pupil"),
            "concerns": Concern.objects.visible_to(acting).select_related("pupil").order_by("-raised_on", "-pk")[:5],
        }
    )


def _office(acting, today, covered):
    return _figures(acting) | {
        "imports": Import.objects.visible_to(acting).select_related("started_by")[:4],
    }


def _administrator(acting, today, covered):
    memberships = Membership.objects.filter(current_on(today), school=acting.school)
    beat = Heartbeat.objects.filter(name="beat").first()
    return {
        "people": memberships.values("user").distinct().count(),
        "invitations": Invitation.objects.visible_to(acting)
        .filter(accepted_at=None, revoked_at=None, expires_at__gt=timezone.now())
        .count(),
        "ending": memberships.filter(ends_on__lte=today + ENDING_SOON).select_related("user"),
        "beat": beat,
        "beat_is_old": beat is None or timezone.now() - beat.beat_at > timedelta(minutes=5),
    }


def _dsl(acting, today, covered):
    return {"figures": counts(acting)}


def _away(acting, today):
    """The strip of who is away, for those who record absences. One query."""
    if not acting.can(Permission.ABSENCE_EDIT):
        return {}
    may_cover = acting.can(Permission.PROVISION_EDIT)
    return {"away": names_away(acting, today), "may_record_absence": True, "may_cover": may_cover}


def _nothing(acting, today, covered):
    return {}


PAGES = {
    Role.SENCO: ("senco", _senco),
    Role.HEAD: ("senco", _senco),
    Role.PROVISION_LEAD: ("senco", _senco),
    Role.TEACHER: ("classroom", _classroom),
    Role.TEACHING_ASSISTANT: ("classroom", _classroom),
    Role.OFFICE: ("office", _office),
    Role.DSL: ("dsl", _dsl),
    Role.ADMINISTRATOR: ("administrator", _administrator),
    Role.GOVERNOR: ("governor", _nothing),
    Role.DPO: ("governor", _nothing),
    Role.PAY: ("governor", _nothing),
}


def _greeting(now):
    return "Good morning" if now.hour < 12 else "Good afternoon" if now.hour < 18 else "Good evening"


@signed_in
@require_GET
def home(request):
    acting, now = request.acting, timezone.localtime()
    name, load = PAGES.get(acting.home_role, ("nobody", _nothing))
    standing = due_items.standing_in_now(acting, now.date())
    warned = acting.school and acting.can(Permission.REMINDER_VIEW)
    context = {
        "title": "Today",
        "section": "home",
        "greeting": f"{_greeting(now)}, {acting.user.first_name}",
        "today": now.date(),
        "may_triage": acting.can(Permission.CONCERN_TRIAGE),
        "register_url": reverse("register"),
        "standing": standing,
        "warning": daily_run_warning(acting.school, now) if warned else "",
    } | _away(acting, now.date())
    return render(
        request,
        f"pages/home/{name}.html",
        context | load(acting, now.date(), {stand_in.absent.pk for stand_in in standing}),
    )
