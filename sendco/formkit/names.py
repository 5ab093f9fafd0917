"""The names that the kit itself posts beside the fields of a form."""

TOKEN = "form_token"  # noqa: S105 - the name of a field
GO = "conflict_go"  # which button of the conflict page was pressed
SEEN = "conflict_seen"  # the version that was on the screen before the conflict
KEEP, YOURS, THEIRS = "keep.", "yours.", "theirs."
CSRF = "csrfmiddlewaretoken"


def is_ours(name: str) -> bool:
    return name in {TOKEN, GO, SEEN, CSRF} or name.startswith((KEEP, YOURS, THEIRS))
