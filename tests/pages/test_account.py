from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.models import Concern, ConcernView, Pupil
from sendco.drafts.models import Draft
from staff.models import Membership, User


@pytest.fixture
def busy_teacher(teacher, pupil, senco, school):
    """A teacher who is key worker of a pupil and was asked for a view."""
    Pupil.objects.filter(pk=pupil.pk).update(key_worker=teacher)
    concern = Concern.objects.create(school=school, pupil=pupil, raised_by=senco, what="Tired", parent_told="told")
    ConcernView.objects.create(concern=concern, asked_of=teacher, asked_by=senco)
    return teacher


def leave(client, person, **changes):
    yesterday = timezone.localdate() - timedelta(days=1)
    return client.post(reverse("person-leave", args=[person.pk]), {"last_day": yesterday.isoformat(), **changes})


def test_leaver_loses_access_within_the_same_request(client, proved, busy_teacher, senco, head, pupil):
    from django.test import Client

    theirs = Client()
    theirs.force_login(busy_teacher, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert theirs.get("/register/").status_code == 200

    response = leave(proved(senco), busy_teacher, to=head.pk)

    assert response.status_code == 302
    assert theirs.get("/register/").status_code == 302
    assert User.objects.get(pk=busy_teacher.pk).is_active is False


def test_open_work_goes_to_the_colleague(proved, busy_teacher, senco, head, pupil):
    leave(proved(senco), busy_teacher, to=head.pk)

    pupil.refresh_from_db()
    assert pupil.key_worker == head
    assert ConcernView.objects.get().withdrawn_on == timezone.localdate()


def test_last_head_cannot_leave(proved, senco, head):
    response = leave(proved(senco), head)

    assert response.status_code == 422
    assert "last head" in response.content.decode()
    assert Membership.objects.get(user=head).ends_on is None


def test_nobody_ends_their_own_access(proved, senco, head):
    response = leave(proved(senco), senco)

    assert response.status_code == 422
    assert Membership.objects.get(user=senco).ends_on is None


def test_work_cannot_go_to_another_school(proved, busy_teacher, senco, outsider, pupil):
    response = leave(proved(senco), busy_teacher, to=outsider.pk)

    assert response.status_code == 422
    pupil.refresh_from_db()
    assert pupil.key_worker == busy_teacher


def test_what_is_typed_is_kept_for_the_same_person_in_the_same_school(client, sign_in, teacher, school):
    sign_in(teacher)

    answer = client.post(
        reverse("draft-save", args=["concern-new"]), {"what": "Half a sentence", "csrfmiddlewaretoken": "x"}
    )

    draft = Draft.objects.get()
    assert answer.status_code == 204
    assert (draft.user_id, draft.school_id) == (teacher.pk, school.pk)
    assert draft.data == {"what": ["Half a sentence"]}


def test_draft_that_is_too_long_is_refused_and_breaks_nothing(client, sign_in, teacher):
    sign_in(teacher)

    assert client.post(reverse("draft-save", args=["x"]), {f"f{n}": "x" * 99_000 for n in range(3)}).status_code == 413


def test_activity_shows_accounts_to_those_who_manage_them(client, sign_in, administrator, senco, pupil):
    from pupils.record.services.pupils import update_pupil

    update_pupil(pupil=pupil, values={"pronouns": "she"}, version=pupil.version, by=senco)
    sign_in(administrator)

    words = client.get(reverse("school-activity")).content.decode()

    assert "Details changed" not in words


def test_menu_offers_only_what_opens(client, sign_in, governor, senco):
    sign_in(governor)
    assert "Register" not in client.get("/menu/").content.decode()
    sign_in(senco)
    assert "Register" in client.get("/menu/").content.decode()


def test_expired_form_is_kept_as_a_draft(client, sign_in, teacher, pupil, school):
    sign_in(teacher)
    client.get("/")
    session = client.session
    session["seen_at"] = timezone.now().timestamp() - 3600
    session.save()

    response = client.post("/concerns/new/", {"draft_key": "concern-new", "what": "Typed before lunch"})

    assert response.status_code == 302
    assert "login" in response.url
    assert Draft.objects.get().data["what"] == ["Typed before lunch"]
