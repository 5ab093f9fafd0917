"""Unsaved typing, kept on the server: only the person who typed it gets it back, in the school it was typed for."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from sendco.people import Someone

from .models import Draft

MAX_BYTES = 200_000


class DraftTooLong(Exception):
    def __init__(self) -> None:
        super().__init__(
            "This form is too long to keep as a draft. What you typed is still on the page. Save it now, or shorten it."
        )


def save_draft(*, by: Someone, school_id: int, form_key: str, data: dict[str, Any]) -> Draft:
    """Keep `data` (a dict of JSON values) as the one draft of this form; returns the draft."""
    data = _storable(data)
    if len(json.dumps(data, ensure_ascii=False, allow_nan=False).encode()) > MAX_BYTES:
        raise DraftTooLong
    draft = Draft(user_id=by.pk, school_id=school_id, form_key=form_key, data=data, updated_at=timezone.now())
    # One upsert: two tabs that save at the same moment must not collide.
    Draft.objects.bulk_create(
        [draft],
        update_conflicts=True,
        unique_fields=["user_id", "school_id", "form_key"],
        update_fields=["data", "updated_at"],
    )
    return draft


def load_draft(*, by: Someone, school_id: int, form_key: str) -> Draft | None:
    """The draft, or None; never anybody else's."""
    return Draft.objects.filter(user_id=by.pk, school_id=school_id, form_key=form_key).first()


def discard_draft(*, by: Someone, school_id: int, form_key: str) -> bool:
    """Delete the draft; returns whether there was one."""
    deleted, _ = Draft.objects.filter(user_id=by.pk, school_id=school_id, form_key=form_key).delete()
    return bool(deleted)


def clean_old(days: int = 14, now: datetime | None = None) -> int:
    """Delete drafts nobody touched for `days`; returns how many."""
    untouched_since = (now or timezone.now()) - timedelta(days=days)
    deleted, _ = Draft.objects.filter(updated_at__lt=untouched_since).delete()
    return deleted


def _storable(value: Any) -> Any:
    """The same value without NUL and half characters, which PostgreSQL's JSON refuses."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "ignore").decode()
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_storable(item) for item in value]
    return value
