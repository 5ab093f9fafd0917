from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from sendco.drafts.models import Draft
from sendco.drafts.services import MAX_BYTES, DraftTooLong, clean_old, discard_draft, load_draft, save_draft

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql("locks of rows")]

NADIA = SimpleNamespace(pk=1)
JOE = SimpleNamespace(pk=2)
FORM = {"school_id": 5, "form_key": "review-meeting:31"}


def test_load_draft_returns_what_was_saved():
    save_draft(by=NADIA, data={"views": "She likes the quiet room.", "targets": ["read", "rest"]}, **FORM)

    assert load_draft(by=NADIA, **FORM).data == {"views": "She likes the quiet room.", "targets": ["read", "rest"]}


def test_save_draft_again_replaces_the_first():
    first = save_draft(by=NADIA, data={"views": "one"}, **FORM)

    second = save_draft(by=NADIA, data={"views": "two"}, **FORM)

    assert Draft.objects.get().data == {"views": "two"}
    assert second.updated_at >= first.updated_at
    assert second.pk == first.pk


@pytest.mark.parametrize(
    ("by", "where"),
    [
        (JOE, FORM),
        (NADIA, FORM | {"school_id": 6}),
        (NADIA, FORM | {"form_key": "review-meeting:32"}),
    ],
)
def test_load_draft_never_returns_another_draft(by, where):
    save_draft(by=NADIA, data={"views": "private"}, **FORM)

    assert load_draft(by=by, **where) is None


def test_discard_draft_leaves_other_peoples_drafts():
    save_draft(by=NADIA, data={"views": "hers"}, **FORM)
    save_draft(by=JOE, data={"views": "his"}, **FORM)

    assert discard_draft(by=NADIA, **FORM)
    assert not discard_draft(by=NADIA, **FORM)

    assert load_draft(by=JOE, **FORM).data == {"views": "his"}


def test_save_draft_refuses_a_draft_over_the_limit_and_keeps_the_last_one():
    save_draft(by=NADIA, data={"views": "short"}, **FORM)

    with pytest.raises(DraftTooLong, match="What you typed is still on the page"):
        save_draft(by=NADIA, data={"views": "é" * (MAX_BYTES // 2)}, **FORM)

    assert load_draft(by=NADIA, **FORM).data == {"views": "short"}


def test_save_draft_accepts_a_draft_at_the_limit():
    frame = len('{"views": ""}')

    draft = save_draft(by=NADIA, data={"views": "a" * (MAX_BYTES - frame)}, **FORM)

    assert len(draft.data["views"]) == MAX_BYTES - frame


def test_save_draft_drops_characters_that_postgresql_refuses():
    save_draft(by=NADIA, data={"vi\x00ews": ["a\x00b", {"deep": "c\ud800d"}], "count": 3, "empty": None}, **FORM)

    assert load_draft(by=NADIA, **FORM).data == {"views": ["ab", {"deep": "cd"}], "count": 3, "empty": None}


def test_save_draft_refuses_numbers_that_json_does_not_have():
    with pytest.raises(ValueError, match="JSON"):
        save_draft(by=NADIA, data={"hours": float("nan")}, **FORM)


def test_clean_old_deletes_only_untouched_drafts():
    now = timezone.now()
    old = save_draft(by=NADIA, data={}, **FORM)
    Draft.objects.filter(pk=old.pk).update(updated_at=now - timedelta(days=15))
    save_draft(by=JOE, data={}, **FORM)

    assert clean_old(now=now) == 1

    assert Draft.objects.get().user_id == JOE.pk
