"""Taking in one log that a phone kept. It is said of each what became of it; nothing is taken twice."""

from dataclasses import asdict, dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from sendco.refusals import Refused
from staff.acting import Acting, acting_for

from ..models import Session
from ..sessions import forms, selectors, services
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
    acting = _in_its_school(acting, data.get("school", ""))
    try:
        session = _session(acting, data)
        words = _lost(session, data, acting) if data.get("what") == "lost" else _held(session, data, acting)
    except Refused as refusal:
        there = reverse("provision:session-detail", args=[session.pk]) if session else ""
        return Receipt(key, REFUSED, str(refusal), there)
    return Receipt(key, KEPT, words)


def _in_its_school(acting: Acting, school: str) -> Acting:
    """Somebody who works at two schools may stand in the other one just now."""
    other = next((one for one in acting.schools if str(one.pk) == school), None)
    return acting if other in (None, acting.school) else acting_for(acting.user, other.pk)


def _session(acting: Acting, data: QueryDict) -> Session:
    if str(getattr(acting.school, "pk", "")) != data.get("school"):
        raise Refused(KeptReason.NO_ROLE)
    pk = data.get("session", "")
    if not pk.isdigit() or len(pk) >= selectors.LONGEST_ID:
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
