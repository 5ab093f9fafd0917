"""An invitation for a calendar, which many people's phones show to anybody near: it names no child and no reason."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event

from sendco.clock import LONDON

from ..models import Meeting


def calendar_of(meeting: Meeting) -> bytes:
    """The meeting as an ICS file: "Meeting at Fernhill", its time and place. A later one of the same meeting replaces
    it, or takes it off where the meeting is called off.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//sendco//meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if meeting.cancelled_on else "PUBLISH")
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}@{_domain()}")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", timezone.now())
    event.add("summary", f"Meeting at {meeting.school.short_name or meeting.school.name}")
    if meeting.starts_at:
        starts = datetime.combine(meeting.planned_on, meeting.starts_at, tzinfo=LONDON)
        event.add("dtstart", starts)
        event.add("dtend", starts + timedelta(minutes=meeting.minutes))
    else:
        event.add("dtstart", meeting.planned_on)
        event.add("dtend", meeting.planned_on + timedelta(days=1))
    if meeting.place:
        event.add("location", meeting.place)
    event.add("status", "CANCELLED" if meeting.cancelled_on else "CONFIRMED")
    calendar.add_component(event)
    return calendar.to_ical()


def _domain() -> str:
    return settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"
