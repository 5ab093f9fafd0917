"""One form makes one record, however often it is sent: pressed twice, in two windows, or back and sent again."""

import hashlib
import json
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone

from . import tokens
from .models import SentForm
from .names import is_ours

KEPT_FOR = timedelta(days=2)
SAME_WORDS_SECONDS = 10


class SentBefore(Exception):
    """This form was saved already. `went_to` is where that led; `is_same` whether the same was sent."""

    def __init__(self, went_to: str, *, is_same: bool) -> None:
        super().__init__(went_to)
        self.went_to = went_to
        self.is_same = is_same


def claim(*, user_id: int, key: str, digest: str) -> SentForm:
    """Take this form's one turn, inside the transaction that saves it. Raises SentBefore when the turn is taken.

    A second sending waits for the first one's transaction; when that one is rolled back, the turn is free again.
    """
    try:
        with transaction.atomic():
            return SentForm.objects.create(user_id=user_id, key=key, digest=digest, sent_at=timezone.now())
    except IntegrityError:
        first = SentForm.objects.get(user_id=user_id, key=key)
        raise SentBefore(first.went_to, is_same=first.digest == digest) from None


def claim_of(request: HttpRequest) -> SentForm | None:
    """Take the turn of the form that was sent; None where nobody is signed in. Raises SentBefore.

    A form that came without its token, from a program and not from our page, is known by its words for a while.
    """
    if not request.user.is_authenticated:
        return None
    digest, token = digest_of(request), tokens.posted(request)
    user_id: int = request.user.pk
    if token is not None:
        return claim(user_id=user_id, key=token.once, digest=digest) if token.user_id == user_id else None
    what = hashlib.sha256(f"{request.get_full_path()} {digest}".encode()).hexdigest()[:20]
    window = int(timezone.now().timestamp() // SAME_WORDS_SECONDS)
    return claim(user_id=user_id, key=f"words{what}{window % 10**7}", digest=digest)


def earlier(request: HttpRequest) -> str:
    """Where this very form led when it was sent before; "" for one that was not, and for other words."""
    token = tokens.posted(request)
    if token is None or token.user_id != request.user.pk:
        return ""
    first = SentForm.objects.filter(user_id=token.user_id, key=token.once).first()
    return first.went_to if first and first.digest == digest_of(request) else ""


def note_where(row: SentForm, address: str) -> None:
    row.went_to = address if len(address) <= 500 else ""
    row.save(update_fields=["went_to"])


def digest_of(request: HttpRequest) -> str:
    """What was sent, in 64 letters: the same words again give the same."""
    data = {name: values for name, values in request.POST.lists() if not is_ours(name)}
    files = {name: [(file.name, file.size) for file in uploads] for name, uploads in request.FILES.lists()}
    return hashlib.sha256(json.dumps([data, files], sort_keys=True).encode()).hexdigest()


def clean_old(now: datetime | None = None) -> int:
    """Delete what nobody can send again: a form older than any session; returns how many."""
    deleted, _ = SentForm.objects.filter(sent_at__lt=(now or timezone.now()) - KEPT_FOR).delete()
    return deleted
