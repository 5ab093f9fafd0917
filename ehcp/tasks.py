"""The worker loads this module: the handlers of each case register themselves."""

from .ledger import rollup as ledger
from .letters import jobs as letters
from .plans import jobs as plans
from .requests import jobs as requests
from .reviews import jobs as reviews

__all__ = ["ledger", "letters", "plans", "requests", "reviews"]
