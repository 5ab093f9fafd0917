"""Who delivers provision: the staff list, and each adult's page in tabs that only those see who may."""

from datetime import date
from functools import partial

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from sendco.clock import academic_year_name, academic_year_start
from sendco.formkit.page import ConfirmPage, FormPage, form_page, posted
from sendco.formkit.versions import Versioned

from ..access import require_permission
from ..models import ExtraTime, FormulaRate, PayRate, Post, StaffMember, WorkPattern
from ..permissions import Permission as P
from . import forms, selectors, services
from .figures import figures

SEES_STAFF = (P.STAFF_VIEW, P.STAFF_VIEW_UNIT)
RECENT = 10


# --- What is in view ---
def member_in_view(request, pk):
    return get_object_or_404(StaffMember.objects.visible_to(request.acting).select_related("school"), pk=pk)


def open_member(request, pk):
    """The adult whose absences and the like this person may know: their own line's, or their own."""
    return get_object_or_404(StaffMember.objects.open_to(request.acting).select_related("school"), pk=pk)


def posts_in_view(request):
    return Post.objects.filter(member__in=StaffMember.objects.visible_to(request.acting)).select_related("member")


def crumbs(request, member=None):
    listed = any(request.acting.can(permission) for permission in SEES_STAFF) or request.acting.line
    trail = [("Staff", reverse("staff:member-list"))] if listed else []
    return [*trail, (member.name, address(member))] if member else trail


def address(member):
    return reverse("staff:member-detail", args=[member.pk])


def page_of(request, member, title, *, submit="", cancel="", **more):
    return {
        "title": title,
        "section": section_of(request, member),
        "crumbs": crumbs(request, member),
        "submit": submit,
        "cancel": cancel or address(member),
    } | more


def section_of(request, member):
    return "my-week" if member and member.user_id == request.user.pk else "staff"


def tabs_of(request, member, tab):
    """The tabs of an adult's page that this person may open: (key, words, address)."""
    acting, is_own = request.acting, member.user_id == request.user.pk
    leads = is_own or StaffMember.objects.led_by(acting).filter(pk=member.pk).exists()
    shown = [("post", "Post", "staff:member-detail", True)]
    shown += [("week", "My week" if is_own else "Week", "member-week", True)]
    shown += [("hours", "Hours", "staff:member-hours", leads)]
    shown += [("absences", "Absences", "staff:member-absences", leads)]
    shown += [("meetings", "One-to-ones", "staff:meeting-list", leads)]
    shown += [("appraisal", "Appraisal", "staff:member-appraisals", leads)]
    shown += [("training", "Training", "staff:member-training", leads)]
    shown += [("pay", "Pay", "staff:member-pay", acting.can(P.PAY_VIEW))]
    return {
        "member": member,
        "is_own": is_own,
        "leads": leads,
        "tab": tab,
        "tabs": [(key, words, reverse(route, args=[member.pk])) for key, words, route, may in shown if may],
    }


# --- Pages ---
@require_permission(P.STAFF_VIEW, P.STAFF_VIEW_UNIT, P.STAFF_OWN)
@require_GET
def member_list(request):
    acting = request.acting
    members = selectors.with_posts(StaffMember.objects.visible_to(acting), acting.today)
    rows = list(members)
    may_edit = acting.can(P.POST_EDIT)
    now = [row for row in rows if row.posts_now]
    known = figures(acting, now)
    for row in now:
        row.figures = known[row.pk]
    context = {
        "title": "Staff",
        "section": "staff",
        "members": now,
        "today": acting.today,
        "without_post": [row for row in rows if not row.posts_now] if may_edit else [],
        "may_edit": may_edit,
        "may_see_pay": acting.can(P.PAY_VIEW),
        "may_plan": acting.can(P.BOARD_EDIT),
        "may_record_absence": acting.can(P.ABSENCE_EDIT),
        "unlisted": selectors.without_record(acting).count() if may_edit else 0,
    }
    return render(request, "staff/member_list.html", context)


@require_permission(P.STAFF_VIEW, P.STAFF_VIEW_UNIT, P.STAFF_OWN)
@require_GET
def member_detail(request, pk):
    member = member_in_view(request, pk)
    acting = request.acting
    posts = list(selectors.posts_of(member))
    for post in posts:
        post.is_current = post.holds_on(acting.today)
        for pattern in post.patterns.all():
            pattern.minutes = selectors.minutes_a_week(pattern)
            pattern.differs = round(post.hours_a_week * 60) != pattern.minutes
    context = page_of(request, member, member.name) | tabs_of(request, member, "post")
    context |= {
        "crumbs": crumbs(request),
        "posts": posts,
        "lines": selectors.lines_of(member),
        "reports": selectors.reports_of(member, acting.today),
        "today": acting.today,
        "may_edit": acting.can(P.POST_EDIT),
        "may_set_line": acting.can(P.POST_EDIT) and services.refusal_to_set_line(member, None, by=request.user) is None,
        "changes": selectors.changes_of(acting, member)[:RECENT],
    }
    return render(request, "staff/member_detail.html", context)


@require_permission(P.STAFF_OWN)
@require_GET
def member_hours(request, pk):
    """Contracted against worked beyond the pattern, to the minute, for the adult and whoever leads them."""
    member = open_member(request, pk)
    years = selectors.years_with_extra_time(member, request.acting.today)
    asked = request.GET.get("year", "")
    year = int(asked) if asked in map(str, years) else academic_year_start(request.acting.today)
    balance = selectors.balance(member, date(year, 9, 1))
    context = page_of(request, member, f"Hours of {member.name}") | tabs_of(request, member, "hours")
    context |= {
        "crumbs": crumbs(request),
        "balance": balance,
        "years": [(one, academic_year_name(one)) for one in years],
        "rows": selectors.extra_times(member, balance.starts_in),
        "may_edit": leads_not_self(request, member),
    }
    return render(request, "staff/member_hours.html", context)


def leads_not_self(request, member):
    return StaffMember.objects.led_by(request.acting).filter(pk=member.pk).exists()


@require_permission(P.PAY_VIEW)
@require_GET
def member_pay(request, pk):
    member = member_in_view(request, pk)
    context = page_of(request, member, f"Pay of {member.name}") | tabs_of(request, member, "pay")
    context |= {"crumbs": crumbs(request), "rates": selectors.rates_of(member), "posts": member.posts.all()}
    return render(request, "staff/member_pay.html", context)


# --- Forms: people and posts ---
@require_permission(P.POST_EDIT)
@form_page
def member_add(request):
    def save(cleaned):
        return services.add_members(
            school=request.acting.school,
            users=list(cleaned["users"]),
            name=cleaned["name"],
            bought_in_from=cleaned["bought_in_from"],
            by=request.user,
        )

    def then(rows):
        return reverse("staff:post-add", args=[rows[0].pk]) if len(rows) == 1 else reverse("staff:member-list")

    return FormPage(
        form=forms.AddMembersForm(posted(request), acting=request.acting),
        save=save,
        done=lambda rows: (
            f"{len(rows)} put on the staff list. Now enter the post." if rows else "They are there already."
        ),
        then=then,
        page={
            "title": "Add staff",
            "section": "staff",
            "crumbs": crumbs(request),
            "submit": "Add to the staff list",
            "cancel": reverse("staff:member-list"),
        },
    ).respond(request)


@require_permission(P.POST_EDIT)
@form_page
def member_edit(request, pk):
    member = member_in_view(request, pk)
    form = forms.MemberForm(posted(request), instance=member_in_view(request, pk), acting=request.acting)

    def save(cleaned):
        version = cleaned.pop("version")
        return services.save_member(member=member, values=cleaned, version=version, by=request.user)

    page = page_of(request, member, f"Change details of {member.name}", submit="Save details")
    return FormPage(
        form=form, save=save, done="Details saved.", then=address(member), page=page, refused_on="user"
    ).respond(request)


@require_permission(P.POST_EDIT)
@form_page
def post_add(request, pk):
    member = member_in_view(request, pk)
    return _post_page(request, Post(member=member), title=f"Add a post for {member.name}", submit="Add post")


@require_permission(P.POST_EDIT)
@form_page
def post_edit(request, pk):
    post = get_object_or_404(posts_in_view(request), pk=pk)
    return _post_page(request, post, title=f"Change the post {post.title}", submit="Save post")


def _post_page(request, post, *, title, submit):
    member = post.member
    is_new = post.pk is None
    shown = Post(member=member) if is_new else get_object_or_404(posts_in_view(request), pk=post.pk)
    form = forms.PostForm(posted(request), instance=shown, acting=request.acting)

    def save(cleaned):
        return services.save_post(post=post, values=form.values, version=cleaned["version"], by=request.user)

    return FormPage(
        form=form,
        save=save,
        done=lambda saved: f"{saved.title} saved." + (" Now enter when it is worked." if is_new else ""),
        then=lambda saved: reverse("staff:pattern-add", args=[saved.pk]) if is_new else address(member),
        page=page_of(request, member, title, submit=submit),
    ).respond(request)


@require_permission(P.POST_EDIT)
@form_page
def post_remove(request, pk):
    post = get_object_or_404(posts_in_view(request), pk=pk)
    member = post.member
    page = page_of(request, member, f"Remove the post {post.title}?", submit="Remove post") | {
        "explanation": "Remove a post that was entered by mistake. One that is over gets its last day instead.",
        "danger": True,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=partial(services.remove_post, post=post, by=request.user),
        done="Post removed.",
        then=address(member),
        page=page,
    ).respond(request)


# --- Forms: working patterns ---
@require_permission(P.POST_EDIT)
@form_page
def pattern_add(request, pk):
    post = get_object_or_404(posts_in_view(request), pk=pk)
    before = post.patterns.prefetch_related("times").first()
    rows = forms.pattern_rows(before.times.all()) if before else forms.usual_rows(post.hours_a_week)
    starts_on = max(timezone.localdate(), post.starts_on) if before else post.starts_on
    two_weeks = bool(before) and any(one.week for one in before.times.all())
    initial = {"version": 0, "starts_on": starts_on, "has_two_weeks": two_weeks}
    return _pattern_page(request, post, None, initial=initial, rows=rows, title=f"Working pattern of {post.title}")


@require_permission(P.POST_EDIT)
@form_page
def pattern_edit(request, pk):
    patterns = WorkPattern.objects.filter(post__in=posts_in_view(request)).select_related("post__member")
    pattern = get_object_or_404(patterns.prefetch_related("times"), pk=pk)
    two_weeks = any(one.week for one in pattern.times.all())
    initial = {"version": pattern.version, "starts_on": pattern.starts_on, "has_two_weeks": two_weeks}
    rows = forms.pattern_rows(pattern.times.all())
    title = f"Change the working pattern of {pattern.post.title}"
    return _pattern_page(request, pattern.post, pattern, initial=initial, rows=rows, title=title)


def _pattern_page(request, post, pattern, *, initial, rows, title):
    form = forms.PatternForm(posted(request), initial=initial)
    formset = forms.WorkTimeFormSet(posted(request), initial=rows, prefix="days")

    def save(cleaned):
        return services.save_pattern(
            post=post,
            pattern=pattern,
            starts_on=cleaned["starts_on"],
            times=formset.rows(two_weeks=cleaned["has_two_weeks"]),
            version=cleaned["version"],
            by=request.user,
        )

    return FormPage(
        form=form,
        also=(formset,),
        save=save,
        done="Working pattern saved.",
        then=address(post.member),
        page=page_of(request, post.member, title, formset=formset, post=post, pattern=pattern),
        template="staff/pattern_form.html",
        versioned=Versioned(words="Somebody else saved this pattern meanwhile. Look at it, then save yours again."),
    ).respond(request)


@require_permission(P.POST_EDIT)
@form_page
def pattern_remove(request, pk):
    patterns = WorkPattern.objects.filter(post__in=posts_in_view(request)).select_related("post__member")
    pattern = get_object_or_404(patterns, pk=pk)
    member = pattern.post.member
    page = page_of(request, member, "Remove this working pattern?", submit="Remove pattern") | {
        "explanation": "Remove a pattern that was entered by mistake. The one before it holds on.",
        "danger": True,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=partial(services.remove_pattern, pattern=pattern, by=request.user),
        done="Working pattern removed.",
        then=address(member),
        page=page,
    ).respond(request)


# --- Forms: pay ---
def _pay_address(member):
    return reverse("staff:member-pay", args=[member.pk])


@require_permission(P.PAY_VIEW)
@form_page
def rate_add(request, pk):
    post = get_object_or_404(posts_in_view(request), pk=pk)
    first = post.rates.exists()
    rate = PayRate(post=post, paid_hours=post.hours_a_week, paid_weeks=post.weeks_a_year)
    rate.starts_on = timezone.localdate() if first else post.starts_on
    return _rate_page(request, rate, title=f"What an hour of {post.title} costs")


@require_permission(P.PAY_VIEW)
@form_page
def rate_edit(request, pk):
    return _rate_page(request, _rate_in_view(request, pk), title="Correct a rate")


def _rate_in_view(request, pk):
    rates = PayRate.objects.filter(post__in=posts_in_view(request)).select_related("post__member")
    return get_object_or_404(rates, pk=pk)


def _rate_page(request, rate, *, title):
    member = rate.post.member
    shown = rate if rate.pk is None else _rate_in_view(request, rate.pk)
    form = forms.PayRateForm(posted(request), instance=shown)
    stored = PayRate(post=rate.post) if rate.pk is None else rate

    def save(cleaned):
        return services.save_rate(rate=stored, values=form.values, version=cleaned["version"], by=request.user)

    return FormPage(
        form=form,
        save=save,
        done="Saved. Only those who may see pay see it.",
        then=_pay_address(member),
        page=page_of(request, member, title, submit="Save rate", cancel=_pay_address(member)),
    ).respond(request)


@require_permission(P.PAY_VIEW)
@form_page
def rate_remove(request, pk):
    rate = _rate_in_view(request, pk)
    member = rate.post.member
    page = page_of(request, member, "Remove this rate?", submit="Remove rate", cancel=_pay_address(member)) | {
        "explanation": "Remove a rate that was entered by mistake. The one before it holds on.",
        "danger": True,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=partial(services.remove_rate, rate=rate, by=request.user),
        done="Rate removed.",
        then=_pay_address(member),
        page=page,
    ).respond(request)


@require_permission(P.PAY_VIEW)
@require_GET
def formula_list(request):
    school, today = request.acting.school, request.acting.today
    context = {
        "title": "Hourly rates of authorities",
        "section": "staff",
        "crumbs": crumbs(request),
        "formulas": FormulaRate.objects.visible_to(request.acting),
        "without_rate": selectors.posts_without_rate(school, today),
    }
    return render(request, "staff/formula_list.html", context)


@require_permission(P.PAY_VIEW)
@form_page
def formula_add(request):
    formula = FormulaRate(school=request.acting.school, authority=request.acting.school.local_authority)
    return _formula_page(request, formula, title="Add an authority's formula")


@require_permission(P.PAY_VIEW)
@form_page
def formula_edit(request, pk):
    formula = get_object_or_404(FormulaRate.objects.visible_to(request.acting), pk=pk)
    return _formula_page(request, formula, title=f"Correct the formula of {formula.authority}")


def _formula_page(request, formula, *, title):
    back = reverse("staff:formula-list")
    shown = formula
    if formula.pk is not None:
        shown = get_object_or_404(FormulaRate.objects.visible_to(request.acting), pk=formula.pk)
    form = forms.FormulaForm(posted(request), instance=shown)
    stored = FormulaRate(school=request.acting.school) if formula.pk is None else formula

    def save(cleaned):
        return services.save_formula(formula=stored, values=form.values, version=cleaned["version"], by=request.user)

    trail = [*crumbs(request), ("Hourly rates of authorities", back)]
    page = {"title": title, "section": "staff", "crumbs": trail, "submit": "Save formula", "cancel": back}
    return FormPage(form=form, save=save, done="Formula saved.", then=back, page=page).respond(request)


# --- Forms: lines and extra time ---
@require_permission(P.POST_EDIT)
@form_page
def line_set(request, pk):
    member = member_in_view(request, pk)
    now = selectors.lines_of(member).filter(ends_on=None).first()
    form = forms.LineForm(
        posted(request), acting=request.acting, member=member, initial={"manager": now.manager_id if now else None}
    )

    def save(cleaned):
        return services.set_line(member=member, by=request.user, **cleaned)

    title = f"Line manager of {member.name}"
    lead = "A line manager sees absences, one-to-ones and appraisal of the whole line below them."
    return FormPage(
        form=form,
        save=save,
        done=lambda row: f"{row.manager.name} is line manager of {member.name}." if row else "Saved: no line manager.",
        then=address(member),
        page=page_of(request, member, title, submit="Save line manager", lead=lead),
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def extra_time_add(request, pk):
    member = get_object_or_404(StaffMember.objects.led_by(request.acting), pk=pk)
    form = forms.ExtraTimeForm(posted(request), member=member)
    back = reverse("staff:member-hours", args=[member.pk])
    title = f"Time outside the pattern: {member.name}"
    return FormPage(
        form=form,
        save=lambda _cleaned: services.add_extra_time(by=request.user, **form.values),
        done="Time saved.",
        then=back,
        page=page_of(request, member, title, submit="Save time", cancel=back),
    ).respond(request)


@require_permission(P.STAFF_OWN)
@form_page
def extra_time_remove(request, pk):
    led = StaffMember.objects.led_by(request.acting)
    row = get_object_or_404(ExtraTime.objects.filter(post__member__in=led).select_related("post__member"), pk=pk)
    member = row.post.member
    back = reverse("staff:member-hours", args=[member.pk])
    page = page_of(request, member, "Remove this time?", submit="Remove time", cancel=back) | {
        "explanation": f"{row.what}. Remove what was entered by mistake.",
        "danger": True,
        "cancel_words": "Keep it",
    }
    return ConfirmPage(
        act=partial(services.remove_extra_time, row=row, by=request.user), done="Time removed.", then=back, page=page
    ).respond(request)
