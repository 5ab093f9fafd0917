"""`python -m sendco.install` builds static/vendor/ without the tools of developers, as the image does."""

import sys

from . import assets
from .shell import Problem, say

try:
    assets.build()
except Problem as problem:
    say(f"\n{problem}")
    sys.exit(1)
