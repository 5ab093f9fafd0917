"""Logs of people who have left: opened with the key of their account, kept, and accepted or not by a colleague."""

import json
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone

from sendco.audit import services as audit
from sendco.crypt import derived
from sendco.refusals import Refused
from staff.models import Membership, User
from staff.models.people import current_on

from ..models import LateLog, Session
from ..sessions.selectors import LONGEST_ID
from .refusals import KeptReason
from .selectors import purpose_of

MOST_FIELDS = 800


def open_sealed(*, account: int, key: str, name: str, iv: bytes, text: bytes) -> dict[str, Any] | None:
    """What a phone sealed for this account, or None: only a phone on which it was signed in can have made it."""
    with_key = derived(purpose_of(account)).get(name)
    if with_key is None:
        return None
    try:
        found = json.loads(AESGCM(with_key).decrypt(iv, text, f"{account} {key}".encode()))
    except (InvalidTag, ValueError, RecursionError):
        return None
    entry = found.get("entry") if isinstance(found, dict) else None
    return entry if isinstance(entry, dict) and entry.get("key") == key else None


def has_left(user: User, school_id: int) -> bool:
    """Whether the person had a role there and has none today."""
    rows = Membership.objects.filter(user=user, school=school_id)
    return rows.exists() and not rows.filter(current_on(timezone.localdate())).exists()


@transaction.atomic
def keep_late(*, user: User, school_id: int, entry: dict[str, Any]) -> LateLog:
    """Keep a log of somebody who has left, once for each key. Raises Refused where it cannot be read."""
    try:
        key = UUID(str(entry.get("key")))
    except ValueError:
        raise Refused(KeptReason.UNREADABLE) from None
    known = LateLog.objects.filter(key=key).first()
    if known:
        return known
    row = LateLog(
        school_id=school_id, session=_session(school_id, entry.get("session")), said_by=user, key=key,
        title=_text(entry.get("title", ""), 200), day=_text(entry.get("day", ""), 40),
        what="lost" if entry.get("what") == "lost" else "log", said=_pairs(entry.get("fields")),
    )  # fmt: skip
    with audit.saving(row, by=user):
        row.save()
    audit.record("session.late_log", row, text=f"{user.name}, who has left, sent the log of a session", by=user)
    return row


def _session(school_id: int, pk: Any) -> Session | None:
    text = str(pk)
    if not text.isdecimal() or len(text) >= LONGEST_ID:
        return None
    return Session.objects.filter(pk=text, school=school_id).first()


def _pairs(fields: Any) -> list[list[str]]:
    pairs = fields if isinstance(fields, list) else []
    whole = [pair for pair in pairs[:MOST_FIELDS] if isinstance(pair, list) and len(pair) == 2]
    return [[_text(name, 60), _text(value, 400)] for name, value in whole]


def _text(value: Any, longest: int) -> str:
    """Text that every database takes: no zero byte, and no half of a character."""
    return str(value).encode(errors="ignore").decode().replace("\x00", "")[:longest]


def as_posted(row: LateLog) -> QueryDict:
    """The log as its form would have posted it."""
    data = QueryDict(mutable=True)
    for name, value in row.said:
        data.appendlist(name, value)
    data["key"] = str(row.key)
    return data


def taken(row: LateLog) -> LateLog:
    """The row, held, and still to be decided. Raises Refused."""
    current = LateLog.objects.select_for_update(of=("self",)).select_related("said_by").get(pk=row.pk)
    if current.state != LateLog.State.WAITING:
        raise Refused(KeptReason.DECIDED, name=current.decided_by.name if current.decided_by else "Somebody")
    return current


def decide(*, row: LateLog, state: str, why: str = "", by: User) -> LateLog:
    """Write down what became of a row that is held."""
    row.state, row.why, row.decided_by, row.decided_at = state, why, by, timezone.now()
    with audit.saving(row, by=by, reason=why):
        row.save()
    verb = "accepted" if state == LateLog.State.ACCEPTED else "did not accept"
    text = f"{by.name} {verb} the log that {row.said_by.name} had sent after leaving. {why}".strip()
    audit.record("session.late_log_decided", row, text=text, by=by)
    return row
