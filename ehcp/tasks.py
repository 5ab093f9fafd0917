"""The worker loads this module: the handlers of each case register themselves."""

from .letters import jobs as letters
from .plans import jobs as plans
from .requests import jobs as requests
from .reviews import jobs as reviews

__all__ = ["letters", "plans", "requests", "reviews"]
