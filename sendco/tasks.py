"""Makes the worker know the handlers of the pages floor."""

from .pages.compliance import exports as compliance_exports  # noqa: F401
from .pages.due import exports as due_exports  # noqa: F401
from .pages.register import exports  # noqa: F401
