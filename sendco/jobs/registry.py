"""Handlers by kind. A floor registers its own; the worker looks them up by name."""

from collections.abc import Callable
from typing import Any

# Takes a Run (see runner), and says what came of it.
Handler = Callable[[Any], dict[str, Any] | None]
HANDLERS: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register `function(run)` as what a job of this kind does. It may run twice: it must be idempotent."""

    def register(function: Handler) -> Handler:
        HANDLERS[kind] = function
        return function

    return register
