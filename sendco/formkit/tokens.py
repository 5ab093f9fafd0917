"""What a form carries to be known again: whose it is, under which key its words are kept, and its one turn."""

import hashlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing
from django.http import HttpRequest

from .names import TOKEN

SALT = "sendco.formkit"


@dataclass(frozen=True)
class Token:
    """`leaves` are fields whose words are never kept, such as an address that is hidden."""

    user_id: int
    school_id: int | None
    draft_key: str
    once: str
    page: str
    leaves: tuple[str, ...] = ()

    def __str__(self) -> str:
        data = [self.user_id, self.school_id, self.draft_key, self.once, self.page, list(self.leaves)]
        return signing.dumps(data, salt=SALT, compress=True)


def new(request: HttpRequest, *, draft_key: str, leaves: Iterable[str] = ()) -> Token:
    school_id = request.session.get("draft_school")
    user_id: int = request.user.pk  # type: ignore[assignment]  # only somebody signed in is given a token
    return Token(user_id, school_id, draft_key, uuid.uuid4().hex, request.get_full_path(), tuple(leaves))


def posted(request: HttpRequest) -> Token | None:
    """The token that came with a form, or None for none and for one that was not made here."""
    try:
        user_id, school_id, draft_key, once, page, leaves = signing.loads(request.POST.get(TOKEN, ""), salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Token(user_id, school_id, draft_key, once, page, tuple(leaves))


def key_of_page(request: HttpRequest) -> str:
    """The key under which words of this page are kept when it has no draft of its own.

    With a colon, so that no page can save a draft of this name while somebody types.
    """
    return f"page:{hashlib.sha256(request.get_full_path().encode()).hexdigest()[:32]}"
