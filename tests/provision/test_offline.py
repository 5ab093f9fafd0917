"""What a phone may hold, and what the server makes of what it kept: once, for its own account, with words."""

import base64
import json
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.urls import reverse

from provision.models import LateLog, Session, SessionAdult
from provision.offline.refusals import KeptReason
from provision.offline.selectors import keys_of
from provision.sessions.services import move_session
from sendco.audit.models import Event
from sendco.crypt import KEY_LENGTH
from staff.models import Membership
from tests.factories import MembershipFactory, PupilFactory

from .helping import WEDNESDAY, fresh, held

DAY, SEND = reverse("provision:offline-day"), reverse("provision:offline-send")


@pytest.fixture
def session(run):
    return run.sessions.get(on=WEDNESDAY)


@pytest.fixture
def send(client, sign_in):
    """Post one kept log, as the phone of this account does."""

    def go(user, session, /, *, account=None, what="log", **fields):
        sign_in(user)
        places = session.provision.places.all()
        data = {
            "key": str(uuid4()),
            "session": session.pk,
            "school": session.school_id,
            "what": what,
            "minutes": 30,
            "shown": ",".join(str(place.pupil_id) for place in places),
        }
        headers = {"X-Sendco-Account": str(account or user.pk)}
        return client.post(SEND, data | fields, headers=headers)

    return go


# --- What a phone is given ---------------------------------------------------------------------------------------
def test_the_phone_holds_own_groups_of_the_day_with_first_names_and_initials(client, sign_in, run, leader, pupils):
    other = PupilFactory(school=run.school, legal_forename="Zebedee", legal_surname="Quill")
    sign_in(leader.user)

    facts = client.get(DAY).json()

    assert facts["account"] == str(leader.user.pk)
    (line,) = [row for row in facts["day"]["sessions"] if row["on"] == WEDNESDAY.isoformat()]
    assert line["name"] == "Talk Boost, Robins"
    assert sorted(name for _, name in line["pupils"]) == sorted(
        f"{row.forename} {row.legal_surname[0]}" for row in pupils
    )
    assert other.forename not in str(facts)
    assert not [row for row in pupils if row.legal_surname in str(facts)]


def test_only_open_sessions_from_a_week_back_to_tomorrow(client, sign_in, run, leader, senco):
    monday, wednesday = run.sessions.filter(on__lte=WEDNESDAY).order_by("on")
    held(wednesday, by=senco)
    sign_in(leader.user)

    found = [row["id"] for row in client.get(DAY).json()["day"]["sessions"]]

    assert found == [monday.pk]


def test_who_is_not_on_the_staff_list_is_given_a_key_and_no_day(client, sign_in, run, teacher):
    sign_in(teacher)

    facts = client.get(DAY).json()

    assert facts["day"]["sessions"] == []
    assert facts["keys"]


def test_every_account_has_a_key_of_its_own_that_stays_the_same(senco, teacher):
    keys = {base64.b64decode(key) for key in keys_of(senco.pk).values()}

    assert {len(key) for key in keys} == {KEY_LENGTH}
    assert keys_of(senco.pk) == keys_of(senco.pk)
    assert not keys & {base64.b64decode(key) for key in keys_of(teacher.pk).values()}


def test_what_was_sealed_before_the_site_s_key_changed_still_opens(settings, senco):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_KEYS = [old]
    ((name, key),) = keys_of(senco.pk).items()
    settings.FIELD_KEYS = [new, old]

    found = keys_of(senco.pk)

    assert found[name] == key
    assert next(iter(found)) != name


# --- What it sends -----------------------------------------------------------------------------------------------
def test_a_kept_log_is_saved_and_its_receipt_says_so(send, session, leader, pupils):
    first = pupils[0]
    answer = send(
        leader.user, session, **{f"away-{first.pk}": "on", f"reason-{first.pk}": "trip", "note": "In the cellar"}
    )

    assert answer.json()["state"] == "kept"
    assert answer.json()["words"] == "Saved: 3 of 4 here, 30 minutes."
    row = fresh(session)
    assert (row.state, row.present, row.note, row.logged_by) == ("held", 3, "In the cellar", leader.user)
    assert row.attendances.get(pupil=first).reason == "trip"


def test_sent_again_because_the_receipt_was_lost_it_is_one_log(send, session, leader):
    key = str(uuid4())

    states = [send(leader.user, session, key=key, note=note).json()["state"] for note in ("once", "once", "other")]

    assert states == ["kept"] * 3
    assert fresh(session).note == "once"
    assert fresh(session).version == 2


def test_that_it_was_not_held_is_kept_too(send, session, leader):
    answers = [send(leader.user, session, what="lost", reason="trip", note="Zoo").json() for _ in range(2)]

    assert [answer["state"] for answer in answers] == ["kept", "kept"]
    assert (fresh(session).state, fresh(session).reason) == ("lost", "trip")


def test_under_another_name_nothing_is_taken(send, session, leader, senco):
    answer = send(leader.user, session, account=senco.pk)

    assert answer.status_code == 409
    assert fresh(session).is_open


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"minutes": "0"}, "greater than or equal to 1"),
        ({"minutes": "many"}, "whole number"),
        ({"note": "x" * 301}, "at most 300 characters"),
        ({"what": "lost"}, "Say why it was not held."),
        ({"session": "no number"}, str(KeptReason.UNREADABLE.words)),
        ({"session": "\u00b2"}, str(KeptReason.UNREADABLE.words)),
        ({"school": "\u00b2"}, str(KeptReason.NO_ROLE.words)),
        ({"shown": "\u00b2"}, "Nobody is in this group"),
        ({"session": "9" * 30}, str(KeptReason.UNREADABLE.words)),
        ({"session": "987654"}, str(KeptReason.NOT_YOURS.words)),
        ({"school": "987654"}, str(KeptReason.NO_ROLE.words)),
        ({"key": "not a key"}, "Enter a valid UUID"),
        ({"shown": ""}, "Nobody is in this group"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_comes_back_with_words(send, session, leader, fields, said):
    answer = send(leader.user, session, **fields)

    assert answer.status_code == 200
    assert answer.json()["state"] == "refused"
    assert said in answer.json()["words"]
    assert fresh(session).is_open


def test_somebody_else_s_session_is_not_taken(send, session, teaching_assistant, leader, school):
    stranger = MembershipFactory(school=school, role="teaching_assistant").user

    assert send(stranger, session).json()["state"] == "refused"
    assert fresh(session).is_open


def test_logged_otherwise_meanwhile_both_stand(send, session, leader, senco):
    held(session, by=senco, note="Hers")

    answer = send(leader.user, session, note="Mine").json()

    assert answer["state"] == "refused"
    assert senco.name in answer["words"]
    assert answer["there"] == reverse("provision:session-detail", args=[session.pk])
    assert fresh(session).note == "Hers"


def test_offline_for_three_weeks_and_sent_in_disorder(send, run, leader, pupils):
    """The group changed meanwhile, one session was moved, the run is over: each says its own."""
    rows = list(run.sessions.order_by("on"))
    run.places.filter(pupil=pupils[3]).update(ends_on=WEDNESDAY + timedelta(days=5))
    shown = ",".join(str(pupil.pk) for pupil in pupils)
    move_session(session=rows[2], on=rows[2].on + timedelta(days=1), starts_at=rows[2].starts_at, by=leader.user)
    with time_machine.travel("2026-12-04 09:00:00+00:00", tick=False):
        states = {row.pk: send(leader.user, row, shown=shown).json()["state"] for row in reversed(rows)}

    assert states == {row.pk: "refused" if row == rows[2] else "kept" for row in rows}
    assert {row.present for row in Session.objects.filter(state="held")} == {4}
    assert Session.objects.filter(state="held").count() == len(rows) - 1


def test_a_phone_whose_clock_runs_ahead_logs_no_session_of_tomorrow(send, run, leader):
    coming = run.sessions.filter(on__gt=WEDNESDAY).first()

    assert send(leader.user, coming).json()["state"] == "refused"
    assert fresh(coming).is_open


def test_somebody_who_stands_in_another_school_just_now_sends_all_the_same(send, client, session, leader, other_school):
    membership = MembershipFactory(school=other_school, role="teaching_assistant", user=leader.user)
    client.force_login(leader.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    chosen = client.session
    chosen["school_id"] = membership.school_id
    chosen.save()
    headers = {"X-Sendco-Account": str(leader.user.pk)}
    shown = ",".join(str(place.pupil_id) for place in session.provision.places.all())
    data = {"key": uuid4(), "session": session.pk, "school": session.school_id, "minutes": 30, "shown": shown}

    assert client.post(SEND, data, headers=headers).json()["state"] == "kept"
    assert fresh(session).state == "held"


def test_cover_that_was_taken_back_is_refused_with_words(send, session, leader, school):
    cover = MembershipFactory(school=school, role="teaching_assistant").user
    answer = send(cover, session).json()

    assert answer["words"] == str(KeptReason.NOT_YOURS.words)
    assert not SessionAdult.objects.filter(session=session, member__user=cover).exists()


def test_with_no_role_left_nothing_is_taken(send, session, leader):
    Membership.objects.filter(user=leader.user).update(ends_on=WEDNESDAY - timedelta(days=1))

    assert send(leader.user, session).status_code == 403
    assert fresh(session).is_open


# --- Pages that hold nobody's data -------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["offline-page", "service-worker", "app-manifest"])
def test_the_page_without_a_signal_and_its_script_hold_nobody_s_data(client, sign_in, run, leader, pupils, name):
    url = reverse(f"provision:{name}")
    outside = client.get(url).content.decode()
    sign_in(leader.user)
    inside = client.get(url).content.decode()

    for text in (outside, inside):
        assert not [word for pupil in pupils for word in (pupil.forename, pupil.legal_surname) if word in text]
        assert leader.user.name not in text
        assert run.name not in text


def test_a_new_version_of_a_file_makes_a_new_worker(client, db):
    text = client.get(reverse("provision:service-worker")).content.decode()

    assert 'PAGE = "/offline/"' in text
    for name in ("queue", "log", "offline"):
        assert f"js/{name}" in text


# --- Signing out -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("fields", "cleared"), [({}, '"cache", "storage"'), ({"kept": "1"}, '"cache"')])
def test_signing_out_clears_the_browser_but_for_what_waits_sealed(client, sign_in, leader, fields, cleared):
    sign_in(leader.user)

    assert client.post(reverse("account_logout"), fields).headers["Clear-Site-Data"] == cleared


# --- Somebody who has left ---------------------------------------------------------------------------------------
SEALED, LATE_LIST = reverse("provision:offline-sealed"), reverse("provision:late-list")


@pytest.fixture
def leaves(leader):
    """Her last day was yesterday, and her account is closed."""
    Membership.objects.filter(user=leader.user).update(ends_on=WEDNESDAY - timedelta(days=1))
    leader.user.is_active = False
    leader.user.save()
    return leader.user


def sealed(user, session, /, *, key=None, seal_of=None, **more):
    """What the phone of this account posts where nobody is signed in."""
    key = str(key or uuid4())
    pupils = [place.pupil_id for place in session.provision.places.order_by("pupil__legal_forename")]
    fields = [["minutes", "25"], ["shown", ",".join(map(str, pupils))], [f"away-{pupils[0]}", "on"]]
    fields.append(["note", "Last one"])
    entry = {
        "key": key, "what": "log", "session": str(session.pk), "school": str(session.school_id),
        "title": session.provision.name, "day": "Wed 4 Nov", "fields": fields,
    } | more  # fmt: skip
    name, raw = next(iter(keys_of(seal_of or user.pk).items()))
    iv = b"twelve bytes"
    text = AESGCM(base64.b64decode(raw)).encrypt(iv, json.dumps({"entry": entry}).encode(), f"{user.pk} {key}".encode())
    return {
        "account": user.pk, "key": key, "name": name, "iv": base64.b64encode(iv).decode(),
        "text": base64.b64encode(text).decode(),
    }  # fmt: skip


def test_the_log_of_somebody_who_has_left_waits_and_is_accepted(client, sign_in, session, leaves, senco, pupils):
    sent = sealed(leaves, session)

    assert [client.post(SEALED, sent).json() for _ in range(2)] == [{"state": "kept"}] * 2
    row = LateLog.objects.get()
    assert fresh(session).is_open
    sign_in(senco)
    page = client.get(LATE_LIST).content.decode()
    assert "Dee Hartley" in page
    assert "25 minutes" in page
    assert f"Away: {pupils[0].name}" in page
    client.post(reverse("provision:late-accept", args=[row.pk]))

    stored = fresh(session)
    assert (stored.state, stored.given, stored.present, stored.note) == ("held", 25, 3, "Last one")
    row.refresh_from_db()
    assert (row.state, row.decided_by) == ("accepted", senco)
    assert Event.objects.filter(code="session.late_log_decided", subject_id=row.pk).count() == 1


def test_it_is_not_accepted_with_a_reason_and_stays_on_record(client, sign_in, session, leaves, senco):
    client.post(SEALED, sealed(leaves, session))
    row = LateLog.objects.get()
    sign_in(senco)
    url = reverse("provision:late-decline", args=[row.pk])

    assert client.post(url, {"why": ""}).status_code == 422
    client.post(url, {"why": "The room was locked"})

    row.refresh_from_db()
    assert (row.state, row.why) == ("declined", "The room was locked")
    assert fresh(session).is_open
    answer = client.post(reverse("provision:late-accept", args=[row.pk]), follow=True)
    assert "decided this one already" in answer.content.decode()


def test_a_late_log_against_what_stands_is_refused_and_still_waits(client, sign_in, session, leaves, senco):
    held(session, by=senco, note="Hers")
    client.post(SEALED, sealed(leaves, session))
    row = LateLog.objects.get()
    sign_in(senco)

    answer = client.post(reverse("provision:late-accept", args=[row.pk]), follow=True)

    assert "otherwise than you" in answer.content.decode()
    row.refresh_from_db()
    assert row.state == "waiting"
    assert fresh(session).note == "Hers"


def test_the_log_of_a_session_that_was_removed_is_kept_and_says_so(client, sign_in, session, leaves, senco):
    client.post(SEALED, sealed(leaves, session, session="987654"))
    sign_in(senco)

    assert "session removed" in client.get(LATE_LIST).content.decode()
    url = reverse("provision:late-accept", args=[LateLog.objects.get().pk])
    assert "Its session was removed" in client.post(url, follow=True).content.decode()


def test_who_works_here_still_signs_in(client, session, leader):
    assert client.post(SEALED, sealed(leader.user, session)).json() == {"state": "signed-out"}
    assert not LateLog.objects.exists()


def test_what_another_key_sealed_or_was_altered_is_not_taken(client, session, leaves, senco):
    good = sealed(leaves, session)
    bad = [
        sealed(leaves, session, seal_of=senco.pk),
        good | {"text": good["text"][:-8] + "AAAAAAA="},
        good | {"key": str(uuid4())},
        good | {"account": senco.pk},
        good | {"account": 987654},
        good | {"name": "no such key"},
        good | {"text": "not base64!"},
        good | {"iv": ""},
        sealed(leaves, session, school="987654"),
        sealed(leaves, session, school="9" * 40),
        sealed(leaves, session, school="\u00b2"),
        {},
    ]

    assert {client.post(SEALED, data).json()["state"] for data in bad} <= {"signed-out", "refused"}
    assert not LateLog.objects.exists()


def test_fields_of_any_shape_break_nothing(client, sign_in, session, leaves, senco):
    for fields in (
        None,
        "words",
        [1, 2],
        [["a"]],
        [["minutes", None]],
        {"minutes": 3},
        [["shown", "x" * 900]],
        [["note", "\x00\ud800"]],
    ):
        assert client.post(SEALED, sealed(leaves, session, fields=fields)).json() == {"state": "kept"}
    sign_in(senco)

    assert client.get(LATE_LIST).status_code == 200
    for row in LateLog.objects.all():
        assert client.post(reverse("provision:late-accept", args=[row.pk]), follow=True).status_code == 200
    assert fresh(session).is_open


def test_who_left_one_of_two_schools_sends_it_there_signed_in(send, session, leader, other_school):
    MembershipFactory(school=other_school, role="teaching_assistant", user=leader.user)
    Membership.objects.filter(user=leader.user, school=session.school).update(ends_on=WEDNESDAY - timedelta(days=1))

    answer = send(leader.user, session, title="Talk Boost, Robins", day="Wed 4 Nov").json()

    assert answer["state"] == "kept"
    assert LateLog.objects.get().school == session.school
    assert fresh(session).is_open


def test_the_list_s_queries_do_not_grow(client, sign_in, count_queries, session, leaves, senco):
    client.post(SEALED, sealed(leaves, session))
    sign_in(senco)
    few = count_queries(LATE_LIST)
    for _ in range(5):
        client.post(SEALED, sealed(leaves, session))

    assert count_queries(LATE_LIST) == few
