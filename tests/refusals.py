"""Expect a refusal by its code and data, never by its words."""

from contextlib import contextmanager

import pytest

from sendco.refusals import Refused


@contextmanager
def refused(reason, **data):
    """The block has to raise Refused for this reason; what `data` names has to be as given."""
    with pytest.raises(Refused) as caught:
        yield caught
    assert caught.value.reason is reason
    assert {name: caught.value.data.get(name) for name in data} == data
    assert str(caught.value)  # its words take the data that it has
