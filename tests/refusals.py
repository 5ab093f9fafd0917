"""Expect a refusal by its code and data, never by its words."""

import html
import re
from contextlib import contextmanager
from string import Formatter

import pytest

from sendco.refusals import Reason, Refused


@contextmanager
def refused(reason, **data):
    """The block has to raise Refused for this reason; what `data` names has to be as given."""
    with pytest.raises(Refused) as caught:
        yield caught
    assert caught.value.reason is reason
    assert {name: caught.value.data.get(name) for name in data} == data
    assert str(caught.value)  # its words take the data that it has


def shows(page, said):
    """Whether the page says this reason, whatever its data. A text, such as Django's own, has to stand as it is."""
    page = html.unescape(page)
    if not isinstance(said, Reason):
        return said in page
    parts = [re.escape(text) for text, *_ in Formatter().parse(str(said.words))]
    return re.search(".*?".join(parts), page, re.DOTALL) is not None
