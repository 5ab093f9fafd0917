from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from pupils.models import PupilFlag
from pupils.models.pupil import CONFIDENTIAL_FLAGS, FlagKind
from pupils.record.refusals import FlagReason
from pupils.record.services import pupils as services
from sendco.audit.models import Event
from tests.refusals import shows

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
SECRET = sorted(CONFIDENTIAL_FLAGS)


def url(name, row):
    return reverse(f"pupils:{name}", args=[row.pk])


def typed(kind, **changes):
    return {"kind": kind, "starts_on": TODAY().isoformat()} | changes


def kinds_offered(response):
    return {value for value, _ in response.context["form"].fields["kind"].choices if value}


def test_who_sees_confidential_flags_is_offered_them(sign_in, senco, dsl, pupil):
    assert kinds_offered(sign_in(senco).get(url("flag-add", pupil))) == set(FlagKind.values)
    assert kinds_offered(sign_in(dsl).get(url("flag-add", pupil))) == set(FlagKind.values)


def test_the_office_is_offered_ordinary_flags_alone(sign_in, office, pupil):
    page = sign_in(office).get(url("flag-add", pupil))

    assert kinds_offered(page) == set(FlagKind.values) - set(SECRET)
    for kind in CONFIDENTIAL_FLAGS:
        assert FlagKind(kind).label not in page.content.decode()


def test_flag_add_and_end(sign_in, office, pupil):
    client = sign_in(office)
    assert client.post(url("flag-add", pupil), typed("fsm", note="Since reception")).status_code == 302
    flag = PupilFlag.objects.get(pupil=pupil)

    assert client.post(url("flag-end", flag), {"ends_on": TODAY().isoformat()}).status_code == 302

    flag.refresh_from_db()
    assert flag.ends_on == TODAY()
    assert client.get(url("flag-end", flag)).status_code == 404


@pytest.mark.parametrize("kind", SECRET)
def test_adding_a_hidden_kind_answers_the_same_whether_it_is_there_or_not(sign_in, office, senco, pupil, kind):
    client = sign_in(office)

    def answer():
        response = client.post(url("flag-add", pupil), typed(kind))
        words = [str(error) for errors in response.context["form"].errors.values() for error in errors]
        return response.status_code, words, "already" in response.content.decode()

    before = answer()
    services.add_flag(pupil=pupil, kind=kind, starts_on=TODAY(), by=senco)

    assert answer() == before
    assert before[0] == 422
    assert PupilFlag.objects.count() == 1


def test_a_hidden_flag_is_not_there_for_the_office(sign_in, office, senco, pupil):
    flag = services.add_flag(pupil=pupil, kind="cp", starts_on=TODAY(), by=senco)
    client = sign_in(office)

    assert client.get(url("flag-end", flag)).status_code == 404
    assert client.post(url("flag-end", flag), {"ends_on": TODAY().isoformat()}).status_code == 404
    assert list(client.get(url("flag-add", pupil)).context["present"]) == []
    flag.refresh_from_db()
    assert flag.ends_on is None


def test_the_event_of_a_hidden_flag_is_out_of_sight(senco, office, pupil, acting):
    services.add_flag(pupil=pupil, kind="lac", starts_on=TODAY(), by=senco)

    event = Event.objects.get()
    assert event.audience in acting(senco).audiences
    assert event.audience not in acting(office).audiences


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"kind": ""}, "required"),
        ({"kind": "nonsense"}, "valid choice"),
        ({"starts_on": "2099-01-01"}, "cannot be after today"),
        ({"kind": "eal"}, FlagReason.OPEN_ALREADY),
    ],
)
def test_flag_add_refuses_in_words(sign_in, senco, pupil, data, words):
    services.add_flag(pupil=pupil, kind="eal", starts_on=TODAY(), by=senco)

    response = sign_in(senco).post(url("flag-add", pupil), typed("fsm") | data)

    assert response.status_code == 422
    assert shows(response.content.decode(), words)
    assert PupilFlag.objects.count() == 1


def test_flag_end_not_before_it_began(sign_in, senco, pupil):
    flag = services.add_flag(pupil=pupil, kind="eal", starts_on=TODAY(), by=senco)

    response = sign_in(senco).post(url("flag-end", flag), {"ends_on": (TODAY() - timedelta(days=1)).isoformat()})

    assert response.status_code == 422
    assert "began on" in response.content.decode()


def test_flags_open_to_who_may_edit_them(sign_in, teacher, governor, outsider, senco, pupil):
    flag = services.add_flag(pupil=pupil, kind="eal", starts_on=TODAY(), by=senco)

    for person in (teacher, governor):
        assert sign_in(person).get(url("flag-add", pupil)).status_code == 403
        assert sign_in(person).post(url("flag-end", flag), {}).status_code == 403
    assert sign_in(outsider).get(url("flag-add", pupil)).status_code == 404
    assert sign_in(outsider).get(url("flag-end", flag)).status_code == 404
