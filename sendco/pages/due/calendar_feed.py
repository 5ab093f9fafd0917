"""One's own dates in the calendar of a phone: a secret address, made and stopped here, with initials and no more."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from icalendar import Calendar, Event

from governance.models import CalendarFeed
from governance.services.feeds import acting_of, find_feed, make_feed, note_read, revoke_feeds
from pupils.models import Pupil
from sendco.clock import Duty
from sendco.due.words import basis_words, duty_words
from sendco.limits.services import check_limit
from sendco.proxies import client_address, only_looks
from staff.access import require_permission, step_up
from staff.permissions import Permission as P

from .diary import child_meeting_words, child_meetings, meeting_words, meetings, without_own_meetings
from .items import due_for

READERS = (P.PUPIL_VIEW, P.PUPIL_VIEW_UNIT, P.PUPIL_VIEW_ALL)
# What a calendar shows: the last term for looking back, and a year with a margin.
PAST, AHEAD = timedelta(days=90), timedelta(days=400)
MOST = 1000


@require_permission(*READERS)
@step_up
@require_http_methods(["GET", "POST"])
def calendar_feed(request):
    """Make an address, told once on the answer itself: it goes into no session, message or log."""
    acting, address = request.acting, ""
    if request.method == "POST":
        _, secret = make_feed(user=request.user, school=acting.school)
        address = settings.SITE_URL.rstrip("/") + reverse("calendar-feed-read", args=[secret])
    context = {
        "title": "My calendar feed",
        "section": "account",
        "crumbs": [("My account", reverse("account"))],
        "address": address,
        "feed": CalendarFeed.objects.visible_to(acting).open().first(),
    }
    return render(request, "pages/calendar_feed.html", context)


@require_permission(P.OWN_ACCOUNT)
@require_POST
def calendar_feed_stop(request):
    if request.acting.school and revoke_feeds(user=request.user, school=request.acting.school):
        messages.success(request, "The address is stopped. Calendars that use it get nothing any more.")
    return redirect("account")


@login_not_required
@require_safe
def calendar_feed_read(request, secret):
    """The dates behind a secret address. What its person may see is worked out afresh at each reading."""
    feed = find_feed(secret)
    if feed is None:
        if not only_looks(request):
            check_limit("link_open_address", client_address(request))
        raise Http404
    looks = request.method == "HEAD"
    if not looks:
        check_limit("calendar_feed", feed.pk)
    acting = acting_of(feed)
    if acting is None or not any(acting.can(permission) for permission in READERS):
        raise Http404
    if not looks:
        note_read(feed)
    response = HttpResponse(b"" if looks else written(acting), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="sendco.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def written(acting):
    """The whole feed as bytes: open duties and meetings, each an all-day event with initials, title and footing."""
    today = timezone.localdate()
    calendar = Calendar()
    calendar.add("prodid", "-//sendco//dates//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"sendco {acting.school.short_name}")
    calendar.add("x-published-ttl", "PT4H")
    for key, on, summary, footing in _dates(acting, today - PAST, today + AHEAD):
        calendar.add_component(_event(key, on, summary, footing))
    return calendar.to_ical()


def _dates(acting, first, last):
    """Yield (what stays the same about it, day, words, on what footing)."""
    # Another program and another screen read a feed: nothing about an adult at work goes into it.
    items = due_for(acting).filter(is_personal=False, due_on__gte=first, due_on__lte=last)
    items = list(without_own_meetings(items, acting, timezone.localdate()).urgent_first()[:MOST])
    pupils = Pupil.objects.in_bulk({item.pupil_id for item in items if item.pupil_id})
    for item in items:
        key = f"{item.source_type}:{item.source_id}:{item.rule}:{item.trigger_on}"
        yield key, item.due_on, f"{_initials(pupils.get(item.pupil_id))}{_said(item)}", basis_words(item)
    for review in meetings(acting, first, last)[:MOST]:
        yield f"meeting:{review.pk}", review.meeting_on, f"{_initials(review.pupil)}{meeting_words(review)}", ""
    for meeting in child_meetings(acting, first, last)[:MOST]:
        words = f"{_initials(meeting.pupil)}{child_meeting_words(meeting)}"
        yield f"child-meeting:{meeting.pk}", meeting.planned_on, words, ""


def _said(item):
    summary = f"{item.title} due"
    if item.duty != Duty.SCHOOL:
        summary += f" ({duty_words(item)})"
    return f"{summary}, exception claimed" if item.exception else summary


def _initials(pupil):
    return f"{'. '.join(pupil.initials)}.: " if pupil else ""


def _event(key, on, summary, footing):
    event = Event()
    event.add("uid", f"{hashlib.sha256(key.encode()).hexdigest()[:32]}@sendco")
    event.add("dtstamp", timezone.now())
    event.add("dtstart", on)
    event.add("dtend", on + timedelta(days=1))
    event.add("summary", summary)
    if footing:
        event.add("description", footing)
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    return event
