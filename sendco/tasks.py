"""Makes the worker know the handlers of the pages floor."""

from .pages import exports  # noqa: F401
