"""A day's sessions, and logging them: on a phone, in seconds."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from sendco.audit.services import record_reads
from sendco.formkit.page import REFUSED, ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned, nothing
from staff.access import require_permission
from staff.permissions import Permission as P
from staff.posts.selectors import own_record

from ..models import LateLog, Provision, Session
from ..runs.selectors import leads_now
from ..runs.views import LONG_FORM, run_in_view
from ..runs.views import address as run_address
from . import forms, selectors, services
from .days import day_of

MEANWHILE = Versioned(
    values=nothing,
    words="Somebody else changed this log meanwhile. Look at it as it stands now, then save yours again.",
)
PER_PAGE = 40


def page_of(title, *, submit="", cancel="", session=None, mine=True):
    trail = [("My day", reverse("provision:my-day"))] if mine else [("Provision", reverse("provision:provision-list"))]
    if session and not mine:
        trail.append((session.provision.name, run_address(session.provision)))
    return {
        "title": title,
        # The browser's tab names no child: a run may carry the name of one.
        "tab_title": f"Session: {submit or 'look'}",
        "section": "my-day" if mine else "provision",
        "crumbs": trail,
        "submit": submit,
        "cancel": cancel,
    }


def address(session):
    return reverse("provision:session-detail", args=[session.pk])


def session_in_view(request, pk, *, to_log=False):
    rows = selectors.with_facts(Session.objects.visible_to(request.acting).filter(pk=pk))
    session = get_object_or_404(rows)
    session.may_log = selectors.may_log(request.acting, session)
    if to_log and not session.may_log:
        raise Http404
    return session


def _after(request, session):
    """Where to go from a session that is gone: cover may see no more than their own day."""
    in_view = Provision.objects.visible_to(request.acting).filter(pk=session.provision_id).exists()
    return run_address(session.provision) if in_view else reverse("provision:my-day")


def _is_mine(request, session):
    return any(row.member.user_id == request.user.pk for row in session.adults.all())


# --- The day -----------------------------------------------------------------------------------------------------
@require_permission(P.PROVISION_LOG)
@require_GET
def my_day(request):
    acting, now = request.acting, timezone.localtime()
    member = own_record(acting)
    day = day_of(acting, member, now)
    behind = selectors.without_record(acting, member).count() if member else 0
    context = {
        "title": "My day",
        "section": "my-day",
        "crumbs": [],
        "today": now.date(),
        "member": member,
        "day": day,
        "behind": behind,
    }
    return render(request, "provision/my_day.html", context)


@require_permission(P.PROVISION_LOG)
@require_GET
def catch_up(request):
    """Past sessions that have no record: one's own, for whoever sets up provision all of them."""
    acting = request.acting
    everyone = acting.can(P.PROVISION_EDIT) and request.GET.get("whose") != "mine"
    member = own_record(acting)
    rows = selectors.without_record(acting, None if everyone else member) if member or everyone else []
    page = Paginator(selectors.with_facts(rows) if rows != [] else [], PER_PAGE).get_page(request.GET.get("page"))
    context = page_of("No record yet") | {
        "page": page,
        "everyone": everyone,
        "may_choose": acting.can(P.PROVISION_EDIT),
        "late": LateLog.objects.visible_to(acting).waiting().count(),
    }
    return render(request, "provision/catch_up.html", context)


@require_permission(P.PROVISION_VIEW)
@require_GET
def session_detail(request, pk):
    session = session_in_view(request, pk)
    rows = list(session.attendances.select_related("pupil").order_by("pupil__sort_name", "pk"))
    expected = [place.pupil for place in selectors.expected_in(session)]
    known = selectors.known_of(request.acting, session, {row.pupil_id for row in rows} | {one.pk for one in expected})
    others = len({row.pupil_id for row in rows} - known)
    rows = [row for row in rows if row.pupil_id in known]
    expected = [pupil for pupil in expected if pupil.pk in known]
    silent = [pupil for pupil in expected if pupil.pk not in {row.pupil_id for row in rows}]
    mine = _is_mine(request, session)
    context = page_of(session.provision.name, session=session, mine=mine) | {
        "session": session,
        "rows": rows,
        "others": others,
        "expected": expected,
        "silent": silent if not session.is_open else [],
        "left": selectors.to_make_good(session) if session.state == Session.State.LOST else 0,
        "in_its_place": session.in_its_place.order_by("on", "starts_at"),
        "today": request.acting.today,
        "may_edit": request.acting.can(P.PROVISION_EDIT),
    }
    named = {row.pupil_id for row in rows} | {pupil.pk for pupil in expected}
    record_reads(school_id=session.school_id, pupil_ids=named, by=request.user, what="session")
    return render(request, "provision/session_detail.html", context)


# --- Logging -----------------------------------------------------------------------------------------------------
@require_permission(P.PROVISION_LOG, P.PROVISION_EDIT)
@form_page
def session_log(request, pk):
    session = session_in_view(request, pk, to_log=True)
    pupils = _pupils(request, session) or [place.pupil for place in selectors.expected_in(session)]
    form = forms.LogForm(posted(request), pupils=pupils, planned=session.minutes)

    def save(cleaned):
        return services.log_session(
            session=session, marks=form.marks, minutes=cleaned["minutes"], note=cleaned["note"], key=cleaned["key"],
            by=request.user,
        )  # fmt: skip

    if request.method == "GET" and not session.is_open and session.logged_by_id:
        return redirect(address(session))
    return FormPage(
        form=form,
        save=save,
        done=services.said,
        then=_back(request, session),
        page=lambda: (
            page_of(session.provision.name, session=session)
            | {"session": session, "today": request.acting.today, "near": forms.NEAR, "back": _back(request, session)}
        ),
        template="provision/session_log.html",
        changed=lambda meanwhile: _both(request, session, form, meanwhile),
    ).respond(request)


def _pupils(request, session):
    """Of whom a page that is sent speaks."""
    return selectors.shown_in(session, request.POST.get("shown", "")) if request.method == "POST" else None


def _back(request, session):
    if request.GET.get("to") == "catch-up":
        return reverse("provision:catch-up")
    return reverse("provision:my-day") if _is_mine(request, session) else address(session)


def _both(request, session, form, meanwhile):
    """Two people logged it, otherwise: what stands and what was about to be saved, side by side."""
    theirs = session_in_view(request, session.pk)
    context = page_of(session.provision.name, session=session) | {
        "session": theirs,
        "refusal": str(meanwhile),
        "theirs": list(theirs.attendances.select_related("pupil").order_by("pupil__sort_name", "pk")),
        "yours": list(zip(form.pupils, form.marks, strict=True)),  # nobody is silent in a first log
        "minutes": form.cleaned_data["minutes"],
        "note": form.cleaned_data["note"],
    }
    return render(request, "provision/session_both.html", context, status=REFUSED)


@require_permission(P.PROVISION_LOG, P.PROVISION_EDIT)
@form_page
def session_lost(request, pk):
    session = session_in_view(request, pk, to_log=True)
    return FormPage(
        form=forms.LostForm(posted(request)),
        save=lambda cleaned: services.mark_lost(session=session, by=request.user, **cleaned),
        done="Saved. It counts as not held; what was planned stays as it was.",
        then=_back(request, session),
        page=page_of(f"{session.provision.name} was not held", submit="Save", cancel=address(session), session=session),
        versioned=MEANWHILE,
    ).respond(request)


@require_permission(P.PROVISION_LOG, P.PROVISION_EDIT)
@form_page
def session_correct(request, pk):
    session = session_in_view(request, pk, to_log=True)
    if session.is_open:
        return redirect("provision:session-log", pk=session.pk)
    stored = selectors.attendances_of(session)
    pupils = {place.pupil_id: place.pupil for place in selectors.expected_in(session)}
    pupils |= {row.pupil_id: row.pupil for row in session.attendances.select_related("pupil")}
    whom = sorted(pupils.values(), key=lambda pupil: (pupil.sort_name, pupil.pk))
    form = forms.LogForm(
        posted(request), pupils=_pupils(request, session) or whom,
        planned=session.minutes, stored=stored, session=session, why=True,
    )  # fmt: skip
    return FormPage(
        form=form,
        save=lambda cleaned: services.correct_log(
            session=session, marks=form.marks, minutes=cleaned["minutes"], note=cleaned["note"], why=cleaned["why"],
            version=cleaned["version"], by=request.user,
        ),
        done="Corrected. What the log said before is kept.",
        then=address(session),
        page=lambda: page_of(f"Correct {session.provision.name}", session=session)
        | {"session": session, "today": request.acting.today, "near": forms.NEAR, "is_correction": True},
        template="provision/session_log.html",
        versioned=MEANWHILE,
    ).respond(request)  # fmt: skip


@require_permission(P.PROVISION_LOG, P.PROVISION_EDIT)
@form_page
def session_take_back(request, pk):
    session = session_in_view(request, pk, to_log=True)
    return FormPage(
        form=forms.TakeBackForm(posted(request), initial={"version": session.version}),
        save=lambda cleaned: services.take_log_back(session=session, by=request.user, **cleaned),
        done="Taken back. There is no record of this session again.",
        then=address(session),
        page=page_of("Take the log back?", submit="Take it back", cancel=address(session), session=session)
        | {"lead": "For a log that belongs to another session. What it said is kept in the history."},
        versioned=MEANWHILE,
    ).respond(request)


# --- Other times -------------------------------------------------------------------------------------------------
@require_permission(P.PROVISION_LOG, P.PROVISION_EDIT)
@form_page
def session_add(request, pk):
    run = run_in_view(request, pk)
    if not request.acting.can(P.PROVISION_EDIT) and not leads_now(request.acting, run):
        raise Http404
    parts = sorted({row.part for row in run.adults.all() if row.part and row.ends_on is None})
    now = timezone.localtime()
    form = forms.AddForm(
        posted(request), parts=parts, initial={"minutes": run.intervention.minutes, "starts_at": now.time()}
    )
    member = own_record(request.acting)

    def save(cleaned):
        own = {row.member_id: row.member for row in run.adults.all() if row.leads_on(cleaned["on"])}
        members = [member] if member and member.pk in own else list(own.values())
        return services.add_session(run=run, members=members, by=request.user, **cleaned)

    page = page_of(f"A session of {run.name} that was not planned", submit="Go on to log it", cancel=run_address(run))
    return FormPage(
        form=form,
        save=save,
        then=lambda session: (
            reverse("provision:session-log", args=[session.pk])
            if session.on <= request.acting.today
            else address(session)
        ),
        page=page,
    ).respond(request)


@require_permission(P.PROVISION_LOG, P.PROVISION_EDIT)
@form_page
def session_move(request, pk):
    session = session_in_view(request, pk, to_log=True)
    return FormPage(
        form=forms.MoveForm(posted(request), initial={"on": session.on, "starts_at": session.starts_at}),
        save=lambda cleaned: services.move_session(session=session, by=request.user, **cleaned),
        done="Moved. It counts where it is given.",
        then=address,
        page=page_of(f"Move {session.provision.name}", submit="Move it", cancel=address(session), session=session),
        versioned=MEANWHILE,
    ).respond(request)


@require_permission(P.PROVISION_LOG, P.PROVISION_EDIT)
@form_page
def session_make_good(request, pk):
    session = session_in_view(request, pk, to_log=True)
    initial = {"starts_at": session.starts_at, "minutes": max(selectors.to_make_good(session), 1)}
    page = page_of(f"Make good {session.provision.name}", submit="Plan it", cancel=address(session), session=session)
    page["lead"] = f"Not held on {session.on:%d/%m/%Y}: {session.get_reason_display().lower()}."
    return FormPage(
        form=forms.MakeGoodForm(posted(request), initial=initial),
        save=lambda cleaned: services.make_good(session=session, by=request.user, **cleaned),
        done="Planned. Log it when it was held.",
        then=address,
        page=page,
    ).respond(request)


@require_permission(P.PROVISION_EDIT)
@form_page
def session_adults(request, pk):
    session = session_in_view(request, pk)
    now = [row.member_id for row in session.adults.all()]
    form = forms.SessionAdultsForm(
        posted(request), acting=request.acting, initial={"members": now, "version": session.version}
    )
    return FormPage(
        form=form,
        save=lambda cleaned: services.set_session_adults(
            session=session, members=list(cleaned["members"]), version=cleaned["version"], by=request.user
        ),
        done="Saved.",
        then=address(session),
        versioned=MEANWHILE,
        page=page_of(f"Who holds {session.provision.name}?", submit="Save", cancel=address(session), session=session),
        template=LONG_FORM,
    ).respond(request)


@require_permission(P.PROVISION_LOG, P.PROVISION_EDIT)
@form_page
def session_remove(request, pk):
    session = session_in_view(request, pk, to_log=True)
    page = page_of("Remove this session?", submit="Remove it", cancel=address(session), session=session)
    page |= {
        "explanation": "Only for one that was added, moved or planned to make another good. A moved one goes back.",
        "danger": True,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=lambda: services.remove_session(session=session, by=request.user),
        done="Removed.",
        then=_after(request, session),
        refused_to=address(session),
        page=page,
    ).respond(request)
