"""Taking in one log that a phone kept. It is said of each what became of it; nothing is taken twice."""

from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction
from django.http import QueryDict
from django.urls import reverse

from sendco.refusals import Refused
from staff.acting import Acting, acting_for

from ..models import LateLog, Session
from ..sessions import forms, selectors, services
from . import late
from .refusals import KeptReason

KEPT, REFUSED = "kept", "refused"


@dataclass(frozen=True)
class Receipt:
    """What became of one: kept, or refused with the reason and a page that shows how things stand."""

    key: str
    state: str
    words: str
    there: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def receive(*, acting: Acting, data: QueryDict) -> Receipt:
    """Log what was kept: the fields of the log's own form, or of "it was not held". Safe to be called again."""
    key = data.get("key", "")[:36]
    session = None
    school = data.get("school", "")
    acting = _in_its_school(acting, school)
    try:
        if school.isdecimal() and len(school) < selectors.LONGEST_ID and late.has_left(acting.user, int(school)):
            return Receipt(key, KEPT, _late(acting, data, int(school)))
        session = _session(acting, data)
        words = _lost(session, data, acting) if data.get("what") == "lost" else _held(session, data, acting)
    except Refused as refusal:
        there = reverse("provision:session-detail", args=[session.pk]) if session else ""
        return Receipt(key, REFUSED, str(refusal), there)
    return Receipt(key, KEPT, words)


LATE = "You have left that school: your log waits there for whoever sets up provision."


def _late(acting: Acting, data: QueryDict, school_id: int) -> str:
    entry = {name: data.get(name, "") for name in ("key", "session", "what", "title", "day")}
    entry["fields"] = [[name, value] for name, values in data.lists() for value in values if name not in entry]
    late.keep_late(user=acting.user, school_id=school_id, entry=entry)
    return LATE


@transaction.atomic
def accept(*, row: LateLog, acting: Acting) -> LateLog:
    """Log the session as the person who has left said. Raises Refused."""
    current = late.taken(row)
    if current.session_id is None:
        raise Refused(KeptReason.SESSION_GONE)
    session = selectors.with_facts(Session.objects.filter(pk=current.session_id)).get()
    data = late.as_posted(current)
    if current.what == "lost":
        _lost(session, data, acting)
    else:
        _held(session, data, acting)
    return late.decide(row=current, state=LateLog.State.ACCEPTED, by=acting.user)


@transaction.atomic
def decline(*, row: LateLog, why: str, acting: Acting) -> LateLog:
    """Leave the session as it stands. What was sent stays on record. Raises Refused."""
    return late.decide(row=late.taken(row), state=LateLog.State.DECLINED, why=why, by=acting.user)


def _in_its_school(acting: Acting, school: str) -> Acting:
    """Somebody who works at two schools may stand in the other one just now."""
    other = next((one for one in acting.schools if str(one.pk) == school), None)
    return acting if other in (None, acting.school) else acting_for(acting.user, other.pk)


def _session(acting: Acting, data: QueryDict) -> Session:
    if str(getattr(acting.school, "pk", "")) != data.get("school"):
        raise Refused(KeptReason.NO_ROLE)
    pk = data.get("session", "")
    if not pk.isdecimal() or len(pk) >= selectors.LONGEST_ID:
        raise Refused(KeptReason.UNREADABLE)
    rows = Session.objects.visible_to(acting).filter(pk=pk)
    session = selectors.with_facts(rows).first()
    if session is None or not selectors.may_log(acting, session):
        raise Refused(KeptReason.NOT_YOURS)
    return session


def _held(session: Session, data: QueryDict, acting: Acting) -> str:
    pupils = selectors.shown_in(session, data.get("shown", ""))
    form = forms.LogForm(data, pupils=pupils or [], planned=session.minutes)
    _check(form)
    row = services.log_session(
        session=session, marks=form.marks, minutes=form.cleaned_data["minutes"], note=form.cleaned_data["note"],
        key=form.cleaned_data["key"], by=acting.user,
    )  # fmt: skip
    return services.said(row)


def _lost(session: Session, data: QueryDict, acting: Acting) -> str:
    form = forms.LostForm(data)
    _check(form)
    services.mark_lost(session=session, by=acting.user, **form.cleaned_data)
    return "Saved: it was not held."


def _check(form: Any) -> None:
    if not form.is_valid():
        words = " ".join(str(text) for texts in form.errors.values() for text in texts)
        raise Refused(KeptReason.WRONG_FIELDS, words=words)
