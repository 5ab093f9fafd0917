"""Makes the worker know the handlers of the pages floor."""

from .pages import compliance_exports, exports, feed_exports  # noqa: F401
