"""Noting a post that is to be filled, and what came of it."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.audit.models import Audience
from sendco.refusals import Refused

from ..models import User, Vacancy
from ..saving import save_versioned
from .refusals import VacancyReason


@transaction.atomic
def save_vacancy(*, vacancy: Vacancy, values: dict[str, Any], version: int, by: User) -> Vacancy:
    """Add or change a vacancy. With an outcome it is closed, today where no day is given; without one it is open.

    Raises ChangedMeanwhile and Refused.
    """
    if values["closed_on"] and not values["outcome"]:
        raise Refused(VacancyReason.OUTCOME_MISSING, field="outcome")
    if values["outcome"] and not values["closed_on"]:
        values = values | {"closed_on": max(timezone.localdate(), values["opened_on"])}
    if values["closed_on"] and values["closed_on"] < values["opened_on"]:
        raise Refused(VacancyReason.CLOSED_BEFORE_OPENED, field="closed_on")
    saved, changed = save_versioned(vacancy, values, version=version, by=by)
    if changed:
        text = f"Vacancy {saved.title}: {saved.get_outcome_display().lower()}"
        audit.record("vacancy.saved", saved, text=text, by=by, audience=Audience.STAFF)
    return saved
