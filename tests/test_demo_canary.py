"""The canary's strings stand in one child's record and nowhere else, and the counts are those of the ordinary demo."""

import pytest
from django.db import models, transaction
from django.test import override_settings
from django.utils import timezone

from pupils.models import Concern, Contact, Letter, Pupil, RegisterEntry
from sendco.tools.demo import build
from sendco.tools.demo.canary import CANARIES
from sendco.tools.demo.people import HARBOUR
from staff.roles import Role
from tests.test_demo import HARBOUR_YEARS, QUICK_HASH, by_year


@pytest.fixture(scope="module")
def loaded(django_db_setup, django_db_blocker):
    """Both schools with the canary, loaded once for the module and rolled back after it."""
    with django_db_blocker.unblock(), override_settings(DEMO=True, PASSWORD_HASHERS=QUICK_HASH):
        with transaction.atomic():
            yield build.load(today=timezone.localdate(), canary=True)
            transaction.set_rollback(True)


@pytest.fixture
def harbour(loaded, db):
    return loaded.schools[HARBOUR]


def test_canary_changes_no_count(harbour):
    assert by_year(harbour) == HARBOUR_YEARS
    assert Pupil.objects.filter(school=harbour, left_on=None).count() == 60


TEXT_FIELDS = (models.CharField, models.TextField)
# What lists count, what the machine makes, and what only a leaver has.
NOT_CANARIES = {"home_authority", "sort_name", "leaving_reason", "destination", "sealed_address"}


def canary_rows():
    pupil = Pupil.objects.get(legal_forename=CANARIES["pupil.legal_forename"].text)
    rows = [pupil, pupil.enrolments.get(), *pupil.flags.filter(kind__in=("fsm", "cp")), *pupil.contacts.all()]
    rows += [pupil.register_entries.get(code="K"), pupil.watch_entries.get(), pupil.concerns.get()]
    return [*rows, pupil.concerns.get().views.get(), pupil.assessments.get(kind=None), pupil.letters.get()]


def test_canary_fills_every_text(harbour):
    known = {canary.text for canary in CANARIES.values()}
    for row in canary_rows():
        for field in row._meta.concrete_fields:
            if not isinstance(field, TEXT_FIELDS) or field.choices or field.name in NOT_CANARIES | {"form_key"}:
                continue
            sealed = isinstance(row, Contact) and row.address_hidden and field.name in ("address", "postcode")
            if not sealed:
                assert getattr(row, field.name) in known, f"{row._meta.label}.{field.name}"


def test_canary_s_hidden_address_is_sealed(harbour):
    hidden = Contact.objects.get(name=CANARIES["hidden.name"].text)

    assert CANARIES["hidden.address"].text in hidden.reveal_address()
    assert CANARIES["hidden.address"].text not in str(vars(hidden))


def test_canary_strings_are_unique():
    texts = [canary.text for canary in CANARIES.values()]

    assert not [(one, other) for one in texts for other in texts if one is not other and one in other]


def test_canary_strings_stand_with_no_other_child(harbour):
    texts = {canary.text for canary in CANARIES.values()}
    (bird, *_) = canary_rows()

    for model, path in (
        (Pupil, "pk"),
        (Contact, "pupil"),
        (RegisterEntry, "pupil"),
        (Concern, "pupil"),
        (Letter, "pupil"),
    ):
        for row in model.objects.exclude(**{path: bird.pk}).values():
            assert texts.isdisjoint(str(value) for value in row.values())


@pytest.mark.parametrize(
    ("name", "role", "may"),
    [
        ("pupil.preferred_forename", Role.TEACHER, True),
        ("pupil.upn", Role.TEACHER, False),
        ("pupil.upn", Role.OFFICE, True),
        ("contact.address", Role.TEACHING_ASSISTANT, False),
        ("hidden.address", Role.OFFICE, False),
        ("hidden.address", Role.SENCO, True),
        ("flag.confidential_note", Role.TEACHER, False),
        ("flag.confidential_note", Role.DSL, True),
        ("concern.what", Role.OFFICE, False),
        ("pupil.legal_forename", Role.GOVERNOR, False),
        ("pupil.legal_forename", Role.ADMINISTRATOR, False),
    ],
)
def test_canary_table_follows_the_permissions(name, role, may):
    assert (role in CANARIES[name].audiences) is may
