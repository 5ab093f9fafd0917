"""Send the digests that wait: claim one, hand it to the mail server, mark it. What a dead worker held is taken up.

The one window in which somebody may get a mail twice is named in docs/reminders.md: the server has accepted it and the
worker ends before the mark. The Message-ID stays the same, so the receiver can fold the two.
"""

import logging
import smtplib
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from sendco.audit import services as audit
from sendco.refusals import Refused
from staff import mailing
from staff.models import Membership, School, User

from .. import steps
from ..models import DailyRun, Digest
from ..refusals import MailReason
from ..told import TOLD_ROLES
from .digest_mail import compose

logger = logging.getLogger(__name__)
State = Digest.State
# Longer than the whole talk with a mail server can take at EMAIL_TIMEOUT a step: what is being sent is left alone.
LEASE = timedelta(minutes=10)
# A pass ends after this; the next tick goes on.
LONGEST_PASS = 240  # seconds
PAUSES = [timedelta(minutes=minutes) for minutes in (2, 5, 15, 30, 60, 120)]
# A weekend without a mail server is outlived; after it the words are too old to send.
TRIED_FOR = timedelta(days=3)
# A server that does not answer so often in a row is left alone until the next tick.
MOST_SILENCES = 3
# Servers end a connection that carries too many.
MOST_A_CONNECTION = 50
# A run of another school of the same person is waited for this long before the mail goes without it.
PATIENCE = timedelta(minutes=30)

SILENT = "The mail server did not answer. It is tried again."
NO_SIGN_IN = "The mail server did not accept our sign-in. Check the mail settings."
SENDER = "The mail server does not accept our own address as the sender. Check the mail settings."
LATER = "The mail server asked to try later (code {code}). It is tried again."
REFUSED = "The mail server refused this address (code {code}). Check how it is written."
FAULT = "The mail could not be made. Tell the person who runs the site."
CONTENT = "The mail server refused the mail (code {code})."
GAVE_UP = "Tried for three days, then given up. {why}"
NO_ACCESS = "This person has no access any more; what it held goes to the SENDCo."
NOTHING_LEFT = "Everything it held was done before it was sent."


def send_waiting(*, now: datetime) -> int:
    """Send what is due to go. Returns how many mails the server accepted."""
    started = time.monotonic()

    def moment() -> datetime:
        return now + timedelta(seconds=time.monotonic() - started)

    server, silences, sent = _Server(), 0, 0
    try:
        for pk in list(_ready(now).order_by("day", "pk").values_list("pk", flat=True)):
            if silences >= MOST_SILENCES or time.monotonic() - started > LONGEST_PASS:
                break
            digest = _claim(pk, moment())
            if digest is None:
                continue
            accepted = _try(digest, server, moment)
            sent += accepted is True
            silences = silences + 1 if accepted is None else 0
    finally:
        server.close()
    return sent


def _ready(now: datetime) -> QuerySet[Digest]:
    """Digests whose time has come: waiting ones, and those whose worker has gone."""
    unheld = Q(state=State.WAITING) & (Q(next_at=None) | Q(next_at__lte=now))
    left = Q(state=State.SENDING, lease_until__lt=now)
    works_at = Membership.objects.filter(
        user=OuterRef(OuterRef("user")), school=OuterRef("school"), role__in=TOLD_ROLES
    )
    unplanned = DailyRun.objects.filter(
        Exists(works_at), day=OuterRef("day"), outcome=DailyRun.Outcome.WAITING, made_at__gt=now - PATIENCE
    )
    return Digest.objects.filter(unheld | left, ~Exists(unplanned), not_before__lte=now)


def _claim(pk: int, now: datetime) -> Digest | None:
    """Take one digest for this worker; None when another was quicker."""
    unheld = Q(state=State.WAITING) & (Q(next_at=None) | Q(next_at__lte=now))
    free = Digest.objects.filter(unheld | Q(state=State.SENDING, lease_until__lt=now), pk=pk)
    token = uuid.uuid4().hex
    if not free.update(state=State.SENDING, token=token, lease_until=now + LEASE, attempts=F("attempts") + 1):
        return None
    return Digest.objects.select_related("user").get(pk=pk)


class _Server:
    """One connection for many mails, opened when it is first needed and dropped when it misbehaves."""

    def __init__(self) -> None:
        self._link: Any = None  # a backend of Django's, while it is open
        self._used = 0

    def send(self, message: EmailMultiAlternatives) -> None:
        if self._used >= MOST_A_CONNECTION:
            self.close()
        if self._link is None:
            link = get_connection()
            link.open()
            self._link, self._used = link, 0
        self._used += 1
        message.connection = self._link
        message.send()

    def close(self) -> None:
        link, self._link = self._link, None
        if link is not None:
            try:
                link.close()
            except (OSError, smtplib.SMTPException) as error:
                logger.warning("The mail server did not say goodbye: %s", type(error).__name__)


def _try(digest: Digest, server: _Server, moment: Callable[[], datetime]) -> bool | None:
    """As _send; a mail that cannot be made or written does not hold up the others."""
    try:
        return _send(digest, server, moment)
    except Exception:
        logger.exception("Digest %s could not be made", digest.pk)
        server.close()
        return _put_back(digest, FAULT, moment())


def _send(digest: Digest, server: _Server, moment: Callable[[], datetime]) -> bool | None:
    """True when the server accepted it, False when not, None when the server was silent."""
    mail, why = compose(digest)
    if mail is None:
        _close(digest, State.EMPTY, error=NO_ACCESS if why == "access" else NOTHING_LEFT)
        return False
    message = mailing.compose(
        to=digest.user.email,
        subject=mail.subject,
        text=mail.text,
        html=mail.html,
        reply_to=mailing.answers_to(_only_school(digest)),
        automatic=True,
        headers={"Message-ID": digest.message_id},
    )
    steps.reached("send.before")
    try:
        server.send(message)
    except (OSError, smtplib.SMTPException) as error:
        server.close()
        return _not_sent(digest, error, moment())
    steps.reached("send.after")
    _close(digest, State.SENT, sent_at=moment())
    steps.reached("mark.after")
    return True


def _only_school(digest: Digest) -> School | None:
    schools = list(School.objects.filter(pk__in=digest.lines.values("school"))[:2])
    return schools[0] if len(schools) == 1 else None


def _close(digest: Digest, state: Digest.State, **values: Any) -> None:
    values = {"error": "", "next_at": None} | values
    Digest.objects.filter(pk=digest.pk, token=digest.token).update(state=state, lease_until=None, **values)


def _not_sent(digest: Digest, error: Exception, now: datetime) -> bool | None:
    why, for_good, silent = _reason(error)
    if for_good:
        _close(digest, State.REFUSED, error=why)
    else:
        _put_back(digest, why, now)
    logger.warning("Digest %s was not sent: %s", digest.pk, type(error).__name__)
    return None if silent else False


def _put_back(digest: Digest, why: str, now: datetime) -> bool:
    """Try again after a rest, a longer one each time, and give up in the end."""
    if now - digest.not_before > TRIED_FOR:
        _close(digest, State.FAILED, error=GAVE_UP.format(why=why))
    else:
        pause = PAUSES[min(digest.attempts, len(PAUSES)) - 1]
        _close(digest, State.WAITING, error=why, next_at=now + pause)
    return False


def _reason(error: Exception) -> tuple[str, bool, bool]:
    """(words, whether trying again is of no use, whether the server is at fault for every mail)."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = max((code for code, _ in error.recipients.values()), default=0)
        return (REFUSED.format(code=code), True, False) if code >= 500 else (LATER.format(code=code), False, False)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return NO_SIGN_IN, False, True
    if isinstance(error, smtplib.SMTPSenderRefused):
        code = error.smtp_code
        return (SENDER, False, True) if code >= 500 else (LATER.format(code=code), False, False)
    if isinstance(error, smtplib.SMTPDataError):
        code = error.smtp_code
        return (CONTENT.format(code=code), True, False) if code >= 500 else (LATER.format(code=code), False, False)
    return SILENT, False, True


# --- By hand -----------------------------------------------------------------------------------------------------
@transaction.atomic
def retry(*, digest: Digest, school: School, by: User) -> None:
    """Send a digest that failed or was refused again at once, or one that rests without its rest."""
    now = timezone.now()
    again = Digest.objects.filter(pk=digest.pk).filter(
        Q(state__in=[State.REFUSED, State.FAILED]) | Q(state=State.WAITING, attempts__gt=0)
    )
    if not again.update(state=State.WAITING, attempts=0, next_at=None, error="", token="", not_before=now):
        raise Refused(MailReason.SENT_OR_BEING_SENT)
    text = f"Reminder mail to {digest.user.name} sent again"
    audit.record("reminders.retried", digest, text=text, by=by, school_id=school.pk)
    steps.reached("retry.before")
    transaction.on_commit(_send_soon)


def _send_soon() -> None:
    """Let a worker do it now. A broker that is down costs nothing: the next tick does it."""
    # The task sends, and what is sent can call for another run.
    from ..tasks import daily

    try:
        daily.apply_async(retry=False)
    except Exception as error:  # every transport has its own errors
        logger.warning("The daily run was not called: %s. The next tick does it.", type(error).__name__)
