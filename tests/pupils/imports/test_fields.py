"""What every field must keep to, whichever is added next."""

import pytest

from pupils.imports.fields import BY_NAME, COLUMNS, FIELDS, FLAGS, Difference, Field, field_of
from pupils.imports.reading.columns import header_key
from pupils.models import Pupil
from pupils.models.pupil import FlagKind


def test_names_are_used_once():
    assert len({field.name for field in FIELDS}) == len(FIELDS)
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)


def test_a_heading_names_one_column():
    owners = {}
    for column in COLUMNS:
        for heading in column.headings:
            owners.setdefault(header_key(heading), set()).add(column.name)

    assert {key: names for key, names in owners.items() if len(names) > 1} == {}


@pytest.mark.parametrize("field", FIELDS, ids=[field.name for field in FIELDS])
def test_a_field_fills_attributes_that_a_pupil_has(field):
    names = {each.name for each in Pupil._meta.get_fields()}

    assert set(field.attributes) <= names
    assert field.before_pupil or not field.attributes


def test_flags_are_kinds_that_the_record_knows():
    assert {flag.kind for flag in FLAGS} <= set(FlagKind.values)


@pytest.mark.parametrize(
    ("key", "name"),
    [("upn", "upn"), ("flag:lac", "looked_after"), ("contact:7:phone", "contact"), ("contact:new:0", "contact")],
)
def test_a_line_of_a_preview_finds_its_field(key, name):
    difference = Difference(key, "", "", "", None)

    assert field_of(difference) is BY_NAME[name]
    assert isinstance(field_of(difference), Field)


def test_a_difference_survives_being_stored():
    difference = Difference("upn", "UPN", "", "X1", "X1", is_chosen=False)

    assert Difference.from_stored(difference.as_stored()) == difference
