"""Reviews of EHC plans: the list, beginning one, and the page where a review is worked through."""

import copy
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pupils.views.form_pages import tab_title
from sendco.audit import services as audit
from sendco.clock import SEND_LAW_FROM, long_date
from sendco.formkit.page import FormPage, form_page, posted, pressed_once
from sendco.jobs.models import Job
from sendco.refusals import Refused
from staff.access import require_permission
from staff.permissions import Permission as P

from ...cases.dates import dates_of
from ...cases.pages import CasePages, case_page, list_page
from ...letters.fields import links_of
from ...letters.selectors import papers_of
from ...models import AnnualReview, Plan
from ...plans.selectors.versions import in_force
from .. import ruler as review_ruler
from ..forms import reviews as forms
from ..kind import REVIEW
from ..selectors import chasers, facts
from ..selectors import days as review_days
from ..selectors import reviews as selectors
from ..selectors.invitees import reached_by_mail, to_tell
from ..selectors.progress import Progress, next_of, progress_of
from ..services import mail
from ..services import reviews as services

PER_PAGE = 25
MOST_COMING = 12
# Between the last words and the papers.
# In the address: begin a review beside one that was held and waits for the authority.
ANOTHER = "another"
LAST_DAY = date(2100, 12, 31)  # beyond it, a slip of the year


# --- What the views share ----------------------------------------------------------------------------------------
def review_or_404(request, pk):
    review = selectors.review_in_view(request.acting, pk)
    if review is None:
        raise Http404
    return review


def heading(review):
    day = review.held_on or review.meeting_on or review.began_on
    return f"{review.get_kind_display()} {day.year}"


PAGES = CasePages(REVIEW, name="review", crumb=lambda review: f"{heading(review)}: {review.pupil.name}")
review_address, review_page, review_form = PAGES.address, PAGES.below, PAGES.form


# --- The list ----------------------------------------------------------------------------------------------------
@require_permission(P.CASE_VIEW)
@require_GET
def review_list(request):
    acting, today = request.acting, timezone.localdate()
    form = forms.ReviewFilterForm(request.GET, acting=acting)
    reviews = selectors.filtered(selectors.reviews_of(acting), form.values(), acting)
    page = Paginator(reviews, PER_PAGE).get_page(request.GET.get("page"))
    filtered = form.is_narrowed
    coming = [] if filtered else list(selectors.coming(acting, today=today))
    context = list_page("reviews", title="Reviews") | {
        "page": page,
        "rows": [(review, selectors.stage_words(review)) for review in page],
        "form": form,
        "filtered": filtered,
        "coming": coming[:MOST_COMING] if "coming" not in request.GET else coming,
        "coming_count": len(coming),
        "today": today,
        "may_edit": acting.can(P.CASE_EDIT),
        "may_set": acting.can(P.REMINDER_EDIT),
    }
    return render(request, "ehcp/review_list.html", context)


# --- Beginning ---------------------------------------------------------------------------------------------------
@require_permission(P.CASE_EDIT)
@form_page
def review_new(request):
    """Begin a review of the plan named in the address; without one, choose it."""
    chosen = request.GET.get("plan") or request.POST.get("plan", "")
    if not (chosen.isascii() and chosen.isdecimal() and len(chosen) < 19):
        return _choose(request)
    plans = Plan.objects.visible_to(request.acting).select_related("pupil__form_group", "authority", "school")
    plan = get_object_or_404(plans, pk=chosen)
    under_way = selectors.under_way(plan, beside=ANOTHER in request.GET)
    if under_way and request.method == "GET":
        return redirect("ehcp:review-detail", pk=under_way.pk)
    return _begin(request, plan)


def _choose(request):
    today = timezone.localdate()
    plans = Plan.objects.visible_to(request.acting).filter(ceased_on=None, pupil__left_on=None)
    plans = plans.filter(~selectors.BEING_PREPARED).select_related("pupil__form_group")
    context = case_page("reviews", title="Begin a review") | {
        "page": Paginator(plans.order_by("pupil__sort_name", "pk"), 50).get_page(request.GET.get("page")),
        "today": today,
    }
    return render(request, "ehcp/review_choose.html", context)


def _begin(request, plan):
    today = timezone.localdate()
    usual = AnnualReview.Kind.TRANSFER if selectors.asks_for_transfer(plan, today=today) else AnnualReview.Kind.ANNUAL
    form = forms.BeginForm(posted(request), initial={"kind": request.GET.get("kind") or usual, "began_on": today})

    def begin(cleaned):
        return services.begin(plan=plan, by=request.user, **cleaned)

    def page():
        return case_page("reviews", title=f"Begin a review: {plan.pupil.name}") | {
            "tab_title": tab_title("Begin a review"),
            "submit": "Begin the review",
            "cancel": reverse("ehcp:review-list"),
            "lead": _begin_lead(plan),
        }

    return FormPage(
        form=form,
        save=begin,
        done="The review has begun. The list of people holds those whom the law names; check it.",
        then=review_address,
        page=page,
        template="pupils/record_form.html",
    ).respond(request)


@require_permission(P.CASE_EDIT)
@form_page
def review_kind(request, pk):
    review = review_or_404(request, pk)
    facts = {name: getattr(review, name) for name in ("kind", "asked_by", "reason", "version")}
    form = forms.KindForm(posted(request), initial=facts)

    def change(cleaned):
        return services.change_kind(review=review, by=request.user, **cleaned)

    return review_form(
        request, form, change, case=review, done="Saved. The dates follow.", title="Kind of review", submit="Save",
        tab_title=tab_title("Kind of review"),
        lead="A phase transfer review that was begun as another kind can be put right here, also when it is closed.",
    )  # fmt: skip


def _begin_lead(plan):
    due_on, latest = selectors.due_dates_of(plan)
    waits = selectors.under_way(plan, beside=False)
    if waits and waits.held_on:
        return (
            f"The review of {long_date(waits.held_on)} is with the LA. It stays open beside this one, and what the LA "
            "owes after it stays due."
        )
    if due_on is None:
        return "The date of this plan is not known, so nobody can say by when its review is due. Enter it on the plan."
    lead = f"The review is due, with the authority's decision, by {long_date(due_on)}."
    if latest and latest < timezone.localdate():
        return f"{lead} The meeting was to be held by {long_date(latest)}: hold it as soon as people can be invited."
    return f"{lead} Hold the meeting by {long_date(latest)}." if latest else lead


# --- One review --------------------------------------------------------------------------------------------------
@require_permission(P.CASE_VIEW)
@require_GET
def review_detail(request, pk):
    acting, today = request.acting, timezone.localdate()
    review = review_or_404(request, pk)
    audit.record_read(school_id=review.school_id, pupil_id=review.pupil_id, by=request.user, what="review of a plan")
    people = selectors.people_of(review, today=today)
    dates = dates_of(review, today=today)
    may_edit = acting.can(P.CASE_EDIT) and review.closed_on is None
    # What the authority sends is entered whenever it comes, also after the school closed the review.
    may_record = may_edit or (acting.can(P.CASE_EDIT) and review.waits_for_authority)
    late_letter = selectors.late_letter(review, today=today) if may_record else None
    work = work_on(review, people, acting, dates, today, late_letter)
    items = [*selectors.plan_dates_of(review), *(row.item for row in dates)]
    report = facts.latest_report(review)
    context = review_page(review, f"{heading(review)}: {review.pupil.name}") | {
        "crumbs": [("Reviews", reverse("ehcp:review-list"))],
        "tab_title": tab_title("Review"),
        "today": today,
        "dates": dates,
        "people": people,
        "chasers": chasers.outlook(review, today=today),
        "came_in": sum(person.is_in for person in people),
        "asked": sum(person.invitee.asked_on is not None for person in people),
        "lacks_parent": facts.lacks_parent(review) if may_edit and not review.held_on else False,
        "short_notice": facts.notice_is_short(review),
        "stage": selectors.stage_words(review),
        "due_on": next((item.due_on for item in items if item.rule == "review.due"), None),
        "work": work,
        "days": _days(review, today) if may_edit and not review.meeting_on and not review.held_on else None,
        "ruler": review_ruler.draw(items=items, review=review, today=today, calendar=work.calendar),
        "adulthood": facts.must_plan_for_adulthood(review),
        "report": report,
        "reports": list(review.reports.select_related("made_by")),
        "job": _job(review.pack_job_id),
        "report_job": _job(report.job_id) if report else None,
        "stale": report is not None and not review.report_sent_on and not facts.is_current(report),
        "differences": list(review.differences.select_related("outcome")),
        "papers": papers_of(review, acting),
        "case": review,
        "case_kind": "review",
        "may_correct": request.acting.can(P.CASE_EDIT),
        "case_letters": links_of("review"),
        "to_tell": _names_to_tell(review) if may_edit and not review.held_on else "",
        "by_mail": len(reached_by_mail(review)) if may_edit and not review.meeting_on else 0,
        "may_edit": may_edit,
        "may_record": may_record,
        "may_begin": may_record and review.waits_for_authority and not selectors.under_way(review.plan, beside=True),
        "may_approve": acting.can(P.CASE_APPROVE),
        "late_letter": late_letter,
    }
    return render(request, "ehcp/review_detail.html", context)


@dataclass(frozen=True)
class Work:
    """The steps of a review with their addresses, the one that is next, and where the one button of the page leads."""

    steps: list[tuple[Progress, str, bool]]  # with the address, and whether its date has passed
    next: Progress | None
    calendar: object
    label: str = ""
    href: str = ""
    posts: bool = False


def work_on(review, people, acting, dates, today, late_letter=None):
    """An authority that is late is written to first, unless it was lately."""
    way = progress_of(review, people=people, acting=acting)
    late = {row.item.rule for row in dates if row.is_late}
    steps = [
        (progress, _page_of(progress, review), progress.is_open and progress.step.rule in late) for progress in way
    ]
    calendar, coming = selectors.calendar_of(review), next_of(review, way, today=today)
    if late_letter and not selectors.was_written(review, late_letter[0], today=today):
        href = reverse("ehcp:letter-new", args=["review", review.pk, late_letter[0]])
        return Work(steps, coming, calendar, "Write to the authority", href)
    if coming is None:
        return Work(steps, None, calendar)
    return Work(steps, coming, calendar, coming.label, _address_of(coming, review), bool(coming.posts))


def _address_of(progress, review):
    return reverse(progress.route, args=progress.args or (review.pk,)) if progress.route else ""


def _page_of(progress, review):
    """Where a step is looked at: not where its button does it at once."""
    return (
        reverse(progress.posts, args=(review.pk,))
        if progress.posts and progress.route
        else _address_of(progress, review)
    )


def _days(review, today):
    """Suggested days, each with what speaks against it."""
    due_on, latest = selectors.due_dates_of(review.plan)
    calendar = selectors.calendar_of(review)
    suggested = review_days.suggest(today=today, latest=latest, calendar=calendar, authority=review.plan.authority)
    facts = {"today": today, "due_on": due_on, "calendar": calendar, "authority": review.plan.authority}
    return suggested, [(day, review_days.warnings(day=day, **facts)) for day in suggested.days]


def _job(pk):
    return Job.objects.filter(pk=pk).first() if pk else None


# --- Planning the meeting ----------------------------------------------------------------------------------------
@require_permission(P.CASE_EDIT)
@form_page
def review_plan(request, pk):
    review, today = review_or_404(request, pk), timezone.localdate()
    form = forms.MeetingForm(posted(request), instance=copy.copy(review), initial=_meeting_facts(request, review))
    was = review.meeting_on

    def save(cleaned):
        facts = {name: cleaned[name] for name in form.Meta.fields}
        return services.plan_meeting(review=review, version=cleaned["version"], by=request.user, **facts)

    def page():
        # Of a meeting that was held the day is put right, not chosen.
        suggested, days = (None, []) if review.held_on else _days(review, today)
        return review_page(review, "Plan the meeting") | {
            "submit": "Save the day",
            "tab_title": tab_title("Save the day"),
            "cancel": review_address(review),
            "found": suggested,
            "days": days,
            "warnings": _warnings(form, review, today),
            "today": today,
        }

    return FormPage(
        form=form,
        save=save,
        done=lambda saved: _planned_words(saved, moved=was and was != saved.meeting_on),
        then=review_address,
        page=page,
        template="ehcp/review_plan.html",
    ).respond(request)


def _planned_words(review, *, moved):
    sentence = f"The meeting is on {long_date(review.meeting_on)}."
    if moved:
        return f"{sentence} It was moved: invite everybody again."
    names = _names_to_tell(review)
    return f"{sentence} The time or place changed: tell {names} again." if names else sentence


def _names_to_tell(review):
    return ", ".join(invitee.name for invitee in to_tell(review))


@require_permission(P.CASE_EDIT)
@form_page
def review_call_off(request, pk):
    review = review_or_404(request, pk)
    form = forms.CallOffForm(posted(request), initial={"version": review.version})

    def call_off(cleaned):
        return services.call_off(review=review, by=request.user, **cleaned)

    return review_form(
        request, form, call_off, case=review,
        done="The meeting is called off. Tell everybody who was invited, and fix another day when you can.",
        title="Call the meeting off", submit="Call it off", tab_title=tab_title("Call a meeting off"),
        lead="Without a new day. The review stays open, and its dates of the law do not change. To move the meeting, "
        "change its day instead.",
    )  # fmt: skip


@require_permission(P.CASE_EDIT)
@require_POST
def review_tell_off(request, pk):
    review = review_or_404(request, pk)
    try:
        mails = mail.tell_called_off(review=review, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        count = f"{len(mails)} email{'' if len(mails) == 1 else 's'}"
        left = _names_to_tell(review)
        messages.success(request, f"{count} on the way." + (f" Tell {left} in another way." if left else ""))
    return redirect(review_address(review))


@require_permission(P.CASE_EDIT)
@require_POST
def review_told_off(request, pk):
    review = review_or_404(request, pk)
    try:
        services.record_told_off(review=review, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
    else:
        messages.success(request, "Kept: they know that the meeting was called off.")
    return redirect(review_address(review))


def _meeting_facts(request, review):
    """A suggested day that was clicked, and by when to ask for words. Nothing where the meeting is too near for that:
    what cannot be kept is not suggested."""
    text = request.GET.get("day", "")
    day = _day(text) or review.meeting_on
    facts = {"meeting_on": day, "meeting_time": review.meeting_time, "version": review.version}
    if day and not review.contribute_by:
        facts["contribute_by"] = review_days.contribute_by(
            day, today=timezone.localdate(), calendar=selectors.calendar_of(review), authority=review.plan.authority
        )
    return facts


def _day(text):
    """The day in an address, or None: somebody may have typed anything there."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _warnings(form, review, today):
    """What speaks against the day in the form, when it is one."""
    day = getattr(form, "cleaned_data", {}).get("meeting_on") if form.is_bound else form.initial.get("meeting_on")
    if not day or not SEND_LAW_FROM <= day <= LAST_DAY:  # a slip of the year: the service says so
        return []
    due_on, _ = selectors.due_dates_of(review.plan)
    return review_days.warnings(
        day=day, today=today, due_on=due_on, calendar=selectors.calendar_of(review), authority=review.plan.authority
    )


@require_permission(P.CASE_EDIT)
@form_page
def review_school_report(request, pk):
    review = review_or_404(request, pk)
    form = forms.SchoolReportForm(
        posted(request), instance=copy.copy(review),
        initial={"version": review.version, "school_report": review.school_report or _school_report_start(review)},
    )  # fmt: skip

    def save(cleaned):
        return services.save_school_report(
            review=review, version=cleaned["version"], text=cleaned["school_report"], by=request.user
        )

    return review_form(
        request, form, save, case=review, done="The school's report is saved.",
        title="The school's report", submit="Save the report", draft=f"review-school-report-{review.pk}",
        lead="Goes into the papers and the report. A heading for each outcome of the plan stands there to begin with.",
    )  # fmt: skip


def _school_report_start(review):
    """Headings to write under: attendance and learning, then each outcome of the plan."""
    version = in_force(review.plan)
    outcomes = version.outcomes.all() if version else []
    lines = ["Attendance and learning:", "", *[f"Outcome {outcome.number}: {outcome.text}\n" for outcome in outcomes]]
    return "\n".join([*lines, "What helps:", ""])


@require_permission(P.CASE_EDIT)
@form_page
def review_close(request, pk):
    review = review_or_404(request, pk)
    form = forms.ReasonForm(posted(request))

    def close(cleaned):
        return services.close(review=review, reason=cleaned["reason"], by=request.user)

    return review_form(
        request, form, close, case=review, done=_closed_words,
        title="Close the review unfinished", submit="Close the review", lead=_close_lead(review),
    )  # fmt: skip


def _closed_words(review):
    if review.waits_for_authority:
        return "The review is closed. The report and what the LA owes stay due, and can be entered here."
    return "The review is closed. Its dates are closed with it."


def _close_lead(review):
    if review.waits_for_authority:
        return (
            "The meeting was held, so it counts. The report and the LA's decision, notice and final plan stay due on "
            "this review, and can be entered however late they come."
        )
    return (
        "Only for a review that will not be finished: begun by mistake, or the child has left. A review that runs "
        "its course closes when the LA's last letter is entered."
    )


@require_permission(P.CASE_EDIT)
@require_POST
@pressed_once
def review_pack_make(request, pk):
    review = review_or_404(request, pk)
    try:
        services.ask_for_pack(review=review, by=request.user)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect(review_address(review))
    messages.success(request, "The papers are being put together.")
    return redirect("ehcp:review-papers", pk=review.pk)
