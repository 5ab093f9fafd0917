"""Entering who is SENCo, since when, and with which qualification."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from sendco.clock import short_date
from sendco.refusals import Refused

from ..models import SencoAppointment, User
from ..owed import bring_up_to_date
from ..saving import record, save_versioned
from .refusals import SencoReason


@transaction.atomic
def save_appointment(
    *, appointment: SencoAppointment, values: dict[str, Any], version: int, by: User
) -> SencoAppointment:
    """Add or correct an appointment and its qualification. Raises ChangedMeanwhile and Refused."""
    _check(values)
    is_new = appointment.pk is None
    try:
        with transaction.atomic():
            saved, changed = save_versioned(appointment, values, version=version, by=by)
    except IntegrityError as error:
        raise Refused(SencoReason.SENCO_ALREADY, person=values["member"].name, field="member") from error
    bring_up_to_date(saved)
    if changed:
        text = f"SENCo from {short_date(saved.appointed_on)} {'entered' if is_new else 'changed'}"
        record(saved.member, "senco.saved", text, by=by)
    return saved


def _check_months(months: int, first: date | None, appointed: date) -> None:
    """Months before and the first day have to fit: a slip here would say that no qualification is needed."""
    if first is None or first == appointed:
        if months:
            raise Refused(SencoReason.FIRST_MISSING, field="first_senco_on")
        return
    most = (appointed.year - first.year) * 12 + appointed.month - first.month + 1
    if months > most:
        raise Refused(SencoReason.MONTHS_TOO_MANY, most=most, field="months_before")
    if not months:
        raise Refused(SencoReason.MONTHS_MISSING, field="months_before")


def _check(values: dict[str, Any]) -> None:
    appointed, ended = values["appointed_on"], values["ended_on"]
    first, begun, done = values["first_senco_on"], values["course_started_on"], values["course_completed_on"]
    if ended and ended < appointed:
        raise Refused(SencoReason.DATES_IN_ORDER, field="ended_on")
    if first and first > appointed:
        raise Refused(SencoReason.FIRST_AFTER_APPOINTED, field="first_senco_on")
    _check_months(values["months_before"], first, appointed)
    if (begun or done) and not values["course"]:
        raise Refused(SencoReason.COURSE_MISSING, field="course")
    if begun and done and done < begun:
        raise Refused(SencoReason.COURSE_IN_ORDER, field="course_completed_on")
    if done and done > timezone.localdate():
        raise Refused(SencoReason.COMPLETED_IN_FUTURE, field="course_completed_on")
