"""A row that somebody may not see changes no byte of what they see: no count, no option, no order, no result."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from pupils.models import (
    Assessment,
    Concern,
    ConcernView,
    Contact,
    Document,
    NotDuplicate,
    PupilFlag,
    SavedView,
    WatchListEntry,
)
from pupils.record.services.pupils import add_flag
from sendco import crypt
from sendco.audit import services as audit
from sendco.audit.models import Audience
from sendco.due.models import DueItem
from sendco.files.services import store_bytes
from sendco.jobs.models import Job
from sendco.pages.register.filters import SORTS, WHO
from sendco.tools.demo.numbers import upn
from staff.models import Invitation, Unit, User
from staff.roles import Role
from tests.factories import MembershipFactory, PupilFactory, UserFactory
from tests.test_access import ABOUT_A_CHILD, MATRIX, belongings, school_things

from .drive import client_of

CHANGING = re.compile(
    r'nonce="[^"]*"|csrfmiddlewaretoken" value="[^"]*"|"x-csrftoken": "[^"]*"|say this number: \w+|'
    r'name="form_(?:key|token)" value="[^"]*"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
)


def plain(response):
    """What a page says, without what differs on every request."""
    return response.status_code, CHANGING.sub("", response.content.decode())


def addresses(pupil):
    register, search = reverse("register"), reverse("pupil-search")
    detail = pupil.get_absolute_url()
    return [
        reverse("home"),
        *(f"{register}?who={who}" for who, _ in WHO),
        *(f"{register}?who=all&sort={sort}" for sort in SORTS),
        *(f"{register}?who=all&{narrowed}&filters=1" for narrowed in ("flag=cp", "flag=fsm", "due=late", "year=5")),
        f"{register}?q=kezia&who=all",
        *(f"{search}?q={words}" for words in ("kezia", "adeyemi", "kezia adeyemy", pupil.upn or "none")),
        *(f"{detail}?tab={tab}" for tab in ("overview", "register", "people", "assessments", "details", "documents")),
        reverse("pupils:register-history", args=[pupil.pk]),
        reverse("pupils:watch-list"),
        reverse("pupils:concern-list"),
        *(f"{reverse('pupils:concern-list')}?show={shown}" for shown in ("waiting", "open", "closed", "mine")),
        f"{reverse('pupils:concern-new')}?q=kezia",
        reverse("pupils:pupil-edit", args=[pupil.pk]),
        reverse("pupils:key-worker", args=[pupil.pk]),
        reverse("pupils:group-place", args=[pupil.pk]),
        reverse("pupils:data-quality"),
        *(f"{reverse('pupils:data-quality')}?gap={gap}" for gap in ("upn", "parent", "need")),
        reverse("pupils:census"),
        reverse("pupils:duplicate-list"),
        reverse("pupils:import-list"),
        reverse("staff:people"),
        reverse("staff:group-list"),
        reverse("staff:school"),
        reverse("staff:calendar"),
        reverse("job-list"),
        reverse("school-activity"),
        reverse("pupil-timeline", args=[pupil.pk]),
    ]


@pytest.fixture(autouse=True)
def _still_clock():
    """Pages show moments, such as the last sign-in: between two looks no minute may pass."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def seen_by(proved, pupil):
    """Return a function that signs somebody in and returns another: everything they see now, by address."""

    def sign_in(user):
        signed_in = proved(user)
        signed_in.get("/")  # the first page of a session writes the session

        def look(begin=""):
            return {one: plain(signed_in.get(one)) for one in addresses(pupil) if one.startswith(begin)}

        return look

    return sign_in


@pytest.fixture
def quiet(monkeypatch):
    """One's own reading is no change to look for, and the limit on searches is another test's."""
    monkeypatch.setattr("sendco.pages.pupil.views.record_read", lambda **kwargs: None)
    monkeypatch.setattr("sendco.pages.search.check_limit", lambda *args: None)
    monkeypatch.setattr("pupils.concerns.views.check_limit", lambda *args: None)


def differences(before, after):
    return [one for one in before if before[one] != after[one]]


# --- The rows ----------------------------------------------------------------------------------------------------
def confidential_flag(world):
    """Added as the page adds it, with its history and its event."""
    add_flag(pupil=world["pupil"], kind="cp", starts_on=timezone.localdate(), note="hidden words", by=world["senco"])


def confidential_flag_of_the_past(world):
    PupilFlag.objects.create(
        pupil=world["pupil"], kind="cin", starts_on="2025-01-06", ends_on="2025-02-03", note="hidden words"
    )


def pupil_of_another_class(world):
    other = PupilFactory(school=world["school"], legal_forename="Kezia", legal_surname="Adeyemy")
    PupilFlag.objects.create(pupil=other, kind="fsm")
    colleague_s_concern(world | {"pupil": other})


def foreign_twin(world):
    """A pupil of another school with the same name, birth date and number, and something of everything."""
    pupil = world["pupil"]
    twin = PupilFactory(
        school=world["other_school"],
        legal_forename=pupil.legal_forename,
        legal_surname=pupil.legal_surname,
        birth_on=pupil.birth_on,
        upn=pupil.upn,
    )
    belongings(world["other_school"], world["outsider"], twin)
    PupilFlag.objects.create(pupil=twin, kind="cp")


def foreign_school_things(world):
    school, user = world["other_school"], world["outsider"]
    school_things(school, user)
    Unit.objects.create(school=school, name="Another unit", kind="mainstream")
    first, second = PupilFactory(school=school), PupilFactory(school=school)
    NotDuplicate.objects.create(school=school, first=first, second=second, said_by=user)
    audit.record("school.edited", school, text="Changed there", by=user, school_id=school.pk)


def colleague_s_concern(world):
    concern = Concern.objects.create(
        school=world["school"], pupil=world["pupil"], raised_by=world["head"], what="hidden words", parent_told="told"
    )
    ConcernView.objects.create(concern=concern, asked_of=world["senco"], asked_by=world["head"])
    audit.record("concern.raised", concern, text="Concern raised", by=world["head"])
    DueItem.objects.create(
        school_id=world["school"].pk,
        pupil_id=world["pupil"].pk,
        source_type="pupils.concern",
        source_id=concern.pk,
        rule="concern.first_look",
        title="First look",
        duty="school",
        basis="local",
        authority="School policy",
        trigger_on=timezone.localdate(),
        due_on=timezone.localdate() - timedelta(days=3),
        explanation="Because",
    )


def papers(world):
    """An assessment and a document."""
    Assessment.objects.create(
        pupil=world["pupil"], test="Reading", taken_on="2026-01-12", scale="standard", score=95, assessed_by="S"
    )
    stored = store_bytes(
        name="report.txt", content=b"words", school_id=world["school"].pk, by=world["senco"], purpose="document"
    )
    document = Document.objects.create(
        pupil=world["pupil"], title="Report", kind="report", dated_on="2026-01-12", file_id=stored.pk
    )
    audit.record("document.added", document, text="Document filed", by=world["senco"], school_id=world["school"].pk)


def parent(world):
    Contact.objects.create(pupil=world["pupil"], name="Hidden Parent", has_parental_responsibility=True)


def work_of_a_colleague(world):
    """A job, a saved view and a merge that was undone."""
    school, senco = world["school"], world["senco"]
    Job.objects.create(kind="sendco.export", title="Export pupils", user_id=senco.pk, school_id=school.pk)
    SavedView.objects.create(user=senco, school=school, name="Hidden view", query="who=K")


def note_in_the_account_book(world):
    text = f"{world['head'].name} is now DSL"
    audit.record(
        "role.added", world["head"], text=text, by=None, school_id=world["school"].pk, audience=Audience.ACCOUNTS
    )


def private_reason(world):
    """Words in the register and the watch list that only readers of the record meet."""
    world["pupil"].register_entries.update(reason="hidden words", evidence="hidden words", decided_by="hidden words")


HIDDEN_FROM = {
    "teacher": (
        confidential_flag,
        confidential_flag_of_the_past,
        foreign_twin,
        foreign_school_things,
        colleague_s_concern,
        papers,
        parent,
        work_of_a_colleague,
        note_in_the_account_book,
        private_reason,
    ),
    "teaching_assistant": (confidential_flag, foreign_twin, colleague_s_concern, papers, parent, private_reason),
    "office": (
        confidential_flag,
        confidential_flag_of_the_past,
        foreign_twin,
        foreign_school_things,
        colleague_s_concern,
        papers,
        work_of_a_colleague,
        note_in_the_account_book,
        private_reason,
    ),
    "dsl": (foreign_twin, foreign_school_things, colleague_s_concern, papers, private_reason),
    "administrator": (
        confidential_flag,
        pupil_of_another_class,
        foreign_twin,
        foreign_school_things,
        colleague_s_concern,
        papers,
        parent,
    ),
    "governor": (confidential_flag, pupil_of_another_class, foreign_twin, colleague_s_concern, papers, parent),
    "senco": (foreign_twin, foreign_school_things),
    "head": (foreign_twin, foreign_school_things),
}


@pytest.fixture
def world(school, other_school, senco, head, teacher, office, outsider, pupil, other_pupil):
    """The child has a number, so that a search for it could find the wrong one."""
    pupil.upn = upn(dfe_number="9901101", year=24, serial=1)
    pupil.save()
    Unit.objects.create(school=school, name="Main", kind="mainstream")
    return {
        "school": school,
        "other_school": other_school,
        "senco": senco,
        "head": head,
        "outsider": outsider,
        "pupil": pupil,
    }


@pytest.mark.parametrize("who", HIDDEN_FROM)
def test_hidden_rows_change_nothing(request, world, seen_by, quiet, who):
    """All rows at once; only where that changes a page is each added alone, to name the one that shows."""
    look = seen_by(request.getfixturevalue(who))
    before = look()

    def changed_by(*rows):
        with transaction.atomic():
            for add in rows:
                add(world)
            changed = differences(before, look())
            transaction.set_rollback(True)
        world["pupil"].refresh_from_db()
        return changed

    together = changed_by(*HIDDEN_FROM[who])

    assert together == [], {add.__name__: changed_by(add) for add in HIDDEN_FROM[who]}


# Each shows that the comparison above would see a row that is not hidden.
VISIBLE_TO = {
    "teacher": (pupil_of_another_class, "pupil-search"),
    "office": (parent, "pupil-detail"),
    "dsl": (confidential_flag, "pupil-detail"),
    "senco": (colleague_s_concern, "home"),
    "head": (note_in_the_account_book, "school-activity"),
}


@pytest.mark.parametrize("who", VISIBLE_TO)
def test_row_that_is_not_hidden_is_seen(request, world, seen_by, quiet, who):
    add, name = VISIBLE_TO[who]
    begin = reverse(name, args=[world["pupil"].pk] if name == "pupil-detail" else [])
    look = seen_by(request.getfixturevalue(who))
    before = look(begin)

    add(world)

    assert differences(before, look(begin)) != []


def test_pupil_of_another_class_is_in_the_directory_alone(world, seen_by, quiet, teacher):
    """A teacher finds every pupil by name, to raise a concern, and learns nothing else of one of another class."""
    look = seen_by(teacher)
    before = look()

    pupil_of_another_class(world)

    changed = differences(before, look())
    assert changed
    assert all(one.startswith((reverse("pupil-search"), reverse("pupils:concern-new"))) for one in changed)


def test_hidden_address_stands_on_no_page_of_the_office(world, seen_by, quiet, office):
    """Two different hidden addresses make the same pages."""
    contact = Contact.objects.create(
        pupil=world["pupil"], name="Parent", address_hidden=True, sealed_address=crypt.encrypt("1 First Street")
    )
    edit = reverse("pupils:contact-edit", args=[contact.pk])
    look = seen_by(office)
    before = look()

    contact.sealed_address = crypt.encrypt("2 Second Street, Elsewhere")
    contact.save()

    assert differences(before, look()) == []
    assert "Second Street" not in plain(client_of(office).get(edit))[1]


def test_order_of_the_register_tells_no_hidden_date(world, seen_by, quiet, teacher, other_pupil):
    """A teacher sorts by the next date; what is due of a colleague's concern must not move a row."""
    classmate = PupilFactory(school=world["school"], form_group=world["pupil"].form_group, legal_surname="Zeal")
    colleague_s_concern(world | {"pupil": classmate})
    WatchListEntry.objects.create(
        school=world["school"], pupil=world["pupil"], reason="x", look_again_on=timezone.localdate()
    )

    rows = client_of(teacher).get(reverse("register"), {"who": "all", "sort": "due"}).content.decode()

    assert rows.index(world["pupil"].name) < rows.index(classmate.name)


# --- A thing that is hidden and a thing that is not there ----------------------------------------------------------
def named(thing):
    """What an address says of this thing, and of one that is not there; some also say its kind or which part of it."""
    parts = list(thing) if isinstance(thing, tuple) else [thing]
    place = next(place for place, part in enumerate(parts) if isinstance(part, int))
    return parts, [*parts[:place], 987_654_321, *parts[place + 1 :]]


@pytest.mark.parametrize("method", ["get", "post"])
def test_hidden_and_unknown_answer_alike(world, senco, foreign_pupil, method):
    hidden = belongings(world["other_school"], world["outsider"], foreign_pupil)
    client = client_of(senco)
    client.get("/")  # the first page of a session writes the session
    unlike = []
    for name, (thing, roles) in MATRIX.items():
        if thing not in ABOUT_A_CHILD or Role.SENCO not in roles:
            continue
        answers = []
        for args in named(hidden[thing]):
            with CaptureQueriesContext(connection) as queries:
                response = getattr(client, method)(reverse(name, args=args))
            answers.append((plain(response), len(queries)))
        if answers[0] != answers[1]:
            unlike.append(name)
        assert answers[0][0][0] in (404, 405), name

    assert unlike == []


# --- What a form says ---------------------------------------------------------------------------------------------
def test_number_of_a_foreign_pupil_may_be_given_here(world, senco, foreign_pupil):
    """ "Already exists" would say that the child is at the other school."""
    taken, free = (upn(dfe_number="9902044", year=24, serial=serial) for serial in (11, 12))
    foreign_pupil.upn = taken
    foreign_pupil.save()
    client = client_of(senco)
    words = {
        "legal_forename": "New",
        "legal_surname": "Child",
        "sex": "F",
        "year_group": "5",
        "joined_on": "2026-09-02",
    }
    address = reverse("pupils:pupil-add")

    words |= {"year_group": "5", "joined_on_day": "2026-09-02", "kind": "single", "code": "N"}

    def answer(number):
        with transaction.atomic():
            response = client.post(address, words | {"upn": number})
            transaction.set_rollback(True)
        return response.status_code, response.headers.get("Location", "")[:8]

    assert answer(free) == (302, "/pupils/")
    assert answer(taken) == answer(free)
    assert answer(world["pupil"].upn)[0] == 422  # taken here: that is one's own school's business


def test_invitation_says_nothing_of_an_account_elsewhere(world, head):
    stranger = MembershipFactory(school=world["other_school"], user=UserFactory(email="there@oakmere.example")).user
    client = client_of(head)

    def invite(email):
        words = {"email": email, "name": "Robin New", "role": Role.TEACHER.value}
        response = client.post(reverse("staff:invitation-new"), words)
        page = client.get(response.url) if response.status_code == 302 else response
        status, text = plain(page)
        return response.status_code, status, re.sub(r"\d+", "", text.replace(email, "EMAIL"))

    first = invite("nobody@elsewhere.example")
    Invitation.objects.all().delete()

    assert invite(stranger.email) == first
    assert User.objects.filter(email=stranger.email).count() == 1
