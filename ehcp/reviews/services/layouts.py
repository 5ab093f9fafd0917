"""An authority's layout of the report: its headings in its order, and which of our fields stand under each."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from sendco.audit import services as audit
from sendco.refusals import ChangedMeanwhile, Refused
from staff.models import User

from ...models import LocalAuthority, ReviewLayout
from .. import layouts
from ..refusals import LayoutReason

MOST_PARTS = 30


def check(parts: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the parts as they are stored. Raises Refused for what cannot be one."""
    if not parts:
        raise Refused(LayoutReason.NO_HEADING)
    if len(parts) > MOST_PARTS:
        raise Refused(LayoutReason.TOO_MANY_HEADINGS, most=MOST_PARTS)
    seen = set()
    for part in parts:
        if not part["heading"].strip():
            raise Refused(LayoutReason.EMPTY_HEADING)
        for code in part["fields"]:
            if code not in layouts.FIELDS:
                raise Refused(LayoutReason.UNKNOWN_FIELD)
            if code in seen:
                raise Refused(LayoutReason.FIELD_TWICE, title=layouts.FIELDS[code].title)
            seen.add(code)
    return [
        {"heading": part["heading"].strip()[:150], "note": part.get("note", "").strip()[:300], "fields": part["fields"]}
        for part in parts
    ]


def unplaced(parts: Sequence[Mapping[str, Any]]) -> list[str]:
    """Titles of the fields that no heading takes."""
    placed = {code for part in parts for code in part["fields"]}
    return [field.title for code, field in layouts.FIELDS.items() if code not in placed]


@transaction.atomic
def save(
    *, authority: LocalAuthority, name: str, title: str, parts: Sequence[Mapping[str, Any]], version: int, by: User
) -> ReviewLayout:
    """Keep the layout of an authority; `version` 0 makes the first. Raises ChangedMeanwhile and Refused."""
    LocalAuthority.objects.select_for_update(of=("self",)).get(pk=authority.pk)
    layout = authority.layouts.filter(ended_on=None).first() or ReviewLayout(
        school=authority.school, authority=authority, version=0
    )
    if layout.version != version:
        raise ChangedMeanwhile(layout)
    layout.name, layout.title, layout.parts, layout.version = name, title, check(parts), version + 1
    try:
        with transaction.atomic(), audit.saving(layout, by=by):
            layout.save()
    except IntegrityError as error:
        raise Refused(LayoutReason.MADE_MEANWHILE) from error
    audit.record(
        "ehcp.layout_saved", layout, text=f"Report layout of {authority.name} saved", by=by, school_id=layout.school_id
    )
    return layout
