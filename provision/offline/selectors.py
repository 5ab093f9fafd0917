"""What a phone is given while somebody is signed in, to be sealed there: a key, and the day's own groups."""

import base64
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.crypto import salted_hmac

from pupils.models import Pupil
from sendco.clock import long_date
from sendco.crypt import derived
from staff.acting import Acting
from staff.models import StaffMember
from staff.posts.selectors import own_record

from ..models import LateLog, LostReason, Session, SessionAdult
from ..sessions.selectors import LONGEST_ID, pupils_expected

# What was forgotten on the last days can be logged without a signal as well.
DAYS_BACK = timedelta(days=7)
# Somebody looks in the evening and stands in a cellar room in the morning.
DAYS_AHEAD = timedelta(days=1)
MOST = 60


def purpose_of(user_pk: int) -> str:
    """What the key of this account is derived for."""
    return f"sessions kept by {user_pk}"


def keys_of(user_pk: int) -> dict[str, str]:
    """{name: key} in base64, the newest first: what is sealed on a phone for this account opens with one of them."""
    return {name: base64.b64encode(key).decode() for name, key in derived(purpose_of(user_pk)).items()}


def sign_in_of(session_key: str | None) -> str:
    """A name for this sign-in that says nothing of it: a phone that signed out of it while there was no signal knows
    it again."""
    return salted_hmac("sendco.offline.sign-in", session_key or "").hexdigest()[:16]


def day_to_keep(acting: Acting) -> dict[str, Any]:
    """Today's own groups, those of the next day and what has no record of the last week: names as a first name and an
    initial, nothing else about a child. Three queries."""
    member = own_record(acting) if acting.school else None
    sessions = _open_ones(member, acting.today) if member else []
    pupils = pupils_expected(sessions)
    return {
        "on": acting.today.isoformat(),
        "title": long_date(acting.today),
        "name": acting.user.name,
        "sessions": [_line(row, pupils[row.pk], acting.today) for row in sessions],
    }


def _open_ones(member: StaffMember, today: date) -> list[Session]:
    own = SessionAdult.objects.filter(member=member).values("session")
    rows = Session.objects.open().filter(pk__in=own, on__gte=today - DAYS_BACK, on__lte=today + DAYS_AHEAD)
    return list(rows.select_related("provision").order_by("on", "starts_at", "pk")[:MOST])


def _line(row: Session, pupils: list[Pupil], today: date) -> dict[str, Any]:
    return {
        "id": row.pk,
        "school": row.school_id,
        "name": row.provision.name,
        "where": row.provision.place,
        "on": row.on.isoformat(),
        "day": long_date(row.on),
        "at": f"{row.starts_at:%H:%M}",
        "minutes": row.minutes,
        "pupils": [[pupil.pk, _short(pupil)] for pupil in pupils],
    }


def _short(pupil: Pupil) -> str:
    surname = pupil.preferred_surname or pupil.legal_surname
    return f"{pupil.forename} {surname[:1]}" if surname != pupil.forename else pupil.forename


def lines_of(rows: Sequence[LateLog]) -> dict[int, list[str]]:
    """What late logs of one school say, in words: who was there, who was not, the minutes, the note. One query."""
    ids = {pk for row in rows for pk in _shown(dict(row.said))}
    schools = {row.school_id for row in rows}
    names = {pupil.pk: pupil.name for pupil in Pupil.objects.filter(pk__in=ids, school__in=schools)} if ids else {}
    return {row.pk: _words(row.what, dict(row.said), names) for row in rows}


def _shown(said: dict[str, str]) -> list[int]:
    return [int(part) for part in said.get("shown", "").split(",") if part.isdecimal() and len(part) < LONGEST_ID]


def _words(what: str, said: dict[str, str], names: dict[int, str]) -> list[str]:
    if what == "lost":
        reason = dict(LostReason.choices).get(said.get("reason", ""), "no reason")
        return [f"Not held: {str(reason).lower()}", said.get("note", "")]
    known = [pk for pk in _shown(said) if pk in names]
    away = [names[pk] for pk in known if said.get(f"away-{pk}")]
    here = [names[pk] for pk in known if not said.get(f"away-{pk}")]
    lines = [f"{said.get('minutes', '?')} minutes", "Here: " + (", ".join(here) or "nobody")]
    return [*lines, *(["Away: " + ", ".join(away)] if away else []), said.get("note", "")]
