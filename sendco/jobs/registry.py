"""Handlers by kind. A floor registers its own; the worker looks them up by name."""

HANDLERS = {}


def handler(kind):
    """Register `function(run)` as what a job of this kind does. It may run twice: it must be idempotent."""

    def register(function):
        HANDLERS[kind] = function
        return function

    return register
