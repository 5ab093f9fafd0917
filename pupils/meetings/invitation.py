"""An invitation for a calendar, which many people's phones show to anybody near: it names no child and no reason."""

from datetime import UTC, datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event

from sendco.clock import LONDON
from staff.mailing import answers_to

from ..models import Meeting


def calendar_of(meeting: Meeting, *, to: str = "", is_off: bool = False) -> bytes:
    """The meeting as an ICS file: "Meeting at Fernhill", its time and place. A later one of the same meeting replaces
    it, or takes it off where the meeting is called off, or `is_off` for the one person who need not come. Times are in
    UTC, which every calendar reads without a table of time zones. Mailed `to` somebody it is a request to that one
    address: what is only published, the calendars of Google and Microsoft do not change later.
    """
    for_one = is_off and meeting.cancelled_on is None
    is_off = is_off or meeting.cancelled_on is not None
    calendar = Calendar()
    calendar.add("prodid", "-//sendco//meetings//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if is_off else "REQUEST" if to else "PUBLISH")
    event = Event()
    event.add("uid", f"meeting-{meeting.pk}@{_domain()}")
    event.add("sequence", meeting.sequence)
    event.add("dtstamp", timezone.now())
    event.add("summary", f"Meeting at {meeting.school.short_name or meeting.school.name}")
    if meeting.starts_at:
        starts = datetime.combine(meeting.planned_on, meeting.starts_at, tzinfo=LONDON).astimezone(UTC)
        event.add("dtstart", starts)
        event.add("dtend", starts + timedelta(minutes=meeting.minutes))
    else:
        event.add("dtstart", meeting.planned_on)
        event.add("dtend", meeting.planned_on + timedelta(days=1))
    event.add("organizer", f"mailto:{answers_to(meeting.school) or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    if to:
        event.add("attendee", f"mailto:{to}", parameters={"RSVP": "FALSE", "PARTSTAT": "NEEDS-ACTION"})
    if meeting.place:
        event.add("location", meeting.place)
    if not for_one:  # to uninvite one person a cancellation says nothing of the meeting's own state (RFC 5546, 3.2.5)
        event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    calendar.add_component(event)
    return calendar.to_ical()


def _domain() -> str:
    return settings.SITE_URL.partition("://")[2].partition("/")[0].partition(":")[0] or "localhost"
