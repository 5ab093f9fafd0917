"""Small pages of the shell: my account, the phone's menu, drafts, and a colleague leaving."""

from datetime import timedelta

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from pupils.record.services.pupils import hand_over
from sendco.audit.selectors import school_events
from sendco.drafts import presence
from sendco.drafts.services import DraftTooLong, save_draft
from sendco.due.models import DueItem
from sendco.formkit import tokens
from sendco.formkit.page import FormPage, form_page, posted
from sendco.refusals import Refused
from staff.access import polls, require_permission, step_up
from staff.appraisal.services import hand_over as hand_over_appraisals
from staff.forms.days import DayField
from staff.leaving import held_by
from staff.models import StaffMember, User
from staff.permissions import Permission
from staff.posts.services import end_posts
from staff.refusals import PeopleReason
from staff.selectors import colleagues
from staff.services import leave_school, take_over
from staff.supervision.services import hand_over as hand_over_meetings

from .due.views import shaped

FEED_READERS = (Permission.PUPIL_VIEW, Permission.PUPIL_VIEW_UNIT, Permission.PUPIL_VIEW_ALL)
LONGEST_VALUE = 100_000


@require_permission(Permission.OWN_ACCOUNT)
@require_GET
def account(request):
    may_feed = any(request.acting.can(permission) for permission in FEED_READERS)
    context = {"title": "My account", "section": "account", "may_feed": may_feed}
    return render(request, "pages/account.html", context)


@require_permission(Permission.OWN_ACCOUNT)
@require_GET
def menu(request):
    return render(request, "pages/menu.html", {"title": "Menu", "section": "menu"})


@login_not_required
@require_GET
def accessibility(request):
    return render(request, "pages/accessibility.html", {"title": "Accessibility"})


@require_permission(Permission.OWN_ACCOUNT)
@require_POST
def still_here(request):
    """The page says that somebody is using it: the middleware has noted the time already."""
    return HttpResponse(status=204)


@require_permission(Permission.OWN_ACCOUNT)
@require_POST
def draft_save(request, form_key):
    """Keep what is being typed. Never files, never the token."""
    values = {
        name: [value[:LONGEST_VALUE] for value in request.POST.getlist(name)]
        for name in request.POST
        if name != "csrfmiddlewaretoken"
    }
    if not request.acting.school:
        return HttpResponse(status=204)
    try:
        save_draft(by=request.user, school_id=request.acting.school.pk, form_key=form_key, data=values)
    except DraftTooLong:
        return HttpResponse(status=413)
    return HttpResponse(status=204)


@polls
@require_permission(Permission.OWN_ACCOUNT)
@require_POST
def present(request):
    """Who else has the page open that this token was made for. Asked by the page itself, for the person it is of."""
    token = tokens.posted(request)
    if token is None or token.user_id != request.user.pk or not request.acting.school:
        return HttpResponse(status=204)
    school_id = request.acting.school.pk
    others = presence.note(by=request.user, name=request.user.name, school_id=school_id, path=token.page)
    return render(request, "components/_present.html", {"others": others})


ONE_DAY = timedelta(days=1)


class LeaveForm(forms.Form):
    last_day = DayField(
        help_text="Yesterday or earlier closes access at once. A later day closes it that night.",
    )
    to = forms.ModelChoiceField(
        User.objects.none(),
        label="Who takes over",
        required=False,
        help_text="Becomes key worker of this person's pupils, manages their line, and has the duties that were "
        "theirs, today's and those that follow from their work. Without a name those who lead on SEND have the duties. "
        "Views not yet given are withdrawn.",
    )

    def __init__(self, *args, acting, leaver, leads, **kwargs):
        super().__init__(*args, **kwargs)
        if not leads:
            self.fields["to"].help_text = (
                "Becomes key worker of this person's pupils, and has the duties that were theirs. Those whom they "
                "managed and appraised the headteacher gives to somebody. Views not yet given are withdrawn."
            )
        # Whoever takes over has pages to work on it: no governor does.
        self.fields["to"].queryset = colleagues(acting.school, timezone.localdate()).exclude(pk=leaver.pk)


def _leads(acting, leaver):
    """Whether this person says who follows the leaver in what is known to few: lines, appraisals, one-to-ones."""
    if acting.can(Permission.STAFF_LEAD) and leaver.pk != acting.user.pk:
        return True
    return StaffMember.objects.led_by(acting).filter(user=leaver).exists()


def _kept(rows):
    if not rows:
        return ""
    count = len(rows)
    return f" {count} of them {'is' if count == 1 else 'are'} yours now: whoever takes over does not see the child yet."


@require_permission(Permission.PEOPLE_MANAGE)
@step_up
@form_page
def person_leave(request, pk):
    """Hand over what somebody holds and close their access. On the top floor: it needs pupils and staff."""
    leaver = get_object_or_404(User.objects.visible_to(request.acting), pk=pk)
    school = request.acting.school

    kept = []

    @transaction.atomic
    def leave(cleaned):
        held_until = leaver.memberships.filter(school=school).order_by("-ends_on").values_list("ends_on", flat=True)
        last = None if None in held_until else max(held_until, default=None)
        if last and cleaned["last_day"] > last:
            raise Refused(PeopleReason.LEAVES_EARLIER, person=leaver.name, day=last, field="last_day")
        held = hand_over(user=leaver, to=cleaned["to"], school=school, by=request.user, kept=kept)
        # Appraisals and one-to-ones open with what is handed over: only whoever leads the adult says to whom.
        heir = cleaned["to"] if _leads(request.acting, leaver) else None
        leaving = {"user": leaver, "to": heir, "school": school, "last_day": cleaned["last_day"]}
        held += hand_over_meetings(**leaving, by=request.user)
        held += end_posts(**leaving, by=request.user)
        # After the lines: whoever manages an adult from the next day on appraises them, from that day on.
        held += hand_over_appraisals(**leaving, by=request.user)
        leave_school(user=leaver, school=school, last_day=cleaned["last_day"], by=request.user)
        if cleaned["to"]:
            held += take_over(left=leaver, to=cleaned["to"], school=school, by=request.user)
        return held

    owned = DueItem.objects.filter(school_id=school.pk, owner_id=leaver.pk).open().urgent_first()
    theirs = owned.filter(is_personal=False)
    page = {
        "theirs": shaped(list(theirs), request.acting) if request.acting.can(Permission.NARRATIVE_VIEW) else (),
        "number": theirs.count(),
        # Of somebody's appraisal and one-to-ones only they know who lead that adult.
        "held": held_by(leaver, school) if _leads(request.acting, leaver) else [],
        "title": f"{leaver.name} leaves",
        "lead": "Access, posts and slots end; open work goes to a colleague. What they did stays on record.",
        "section": "people",
        "crumbs": [("People", "/school/people/")],
        "submit": "Close access and hand over",
        "cancel": "/school/people/",
    }
    return FormPage(
        form=LeaveForm(posted(request), acting=request.acting, leaver=leaver, leads=_leads(request.acting, leaver)),
        save=leave,
        done=lambda held: f"{leaver.name} leaves. {held} open things were handed over or withdrawn.{_kept(kept)}",
        then=reverse("staff:people"),
        page=page,
        template="pages/person_leave.html",
    ).respond(request)


@require_permission(Permission.PEOPLE_MANAGE, Permission.NARRATIVE_VIEW)
@require_GET
def school_activity(request):
    """What was done in the school, newest first, for those who may know of it."""
    events = school_events(school_id=request.acting.school.pk, audiences=request.acting.audiences)
    if not request.acting.sees_all_pupils:
        events = events.filter(pupil_id=None)
    page = Paginator(events, 50).get_page(request.GET.get("page"))
    context = {"title": "Activity", "section": "people", "crumbs": [("People", "/school/people/")], "page": page}
    return render(request, "pages/activity.html", context)
