import io
import re

import pytest
from django.core.management import CommandError, call_command

from sendco.audit.models import Event
from staff import services
from staff.models import Invitation, School
from staff.permissions import Permission
from staff.roles import Role

pytestmark = pytest.mark.postgresql("constraints")

VALUES = {
    "name": "Fernhill Primary School",
    "short_name": "Fernhill",
    "setting": "maintained_primary",
    "head_name": "Ruth Calloway",
    "head_email": "ruth@fernhill.example",
    "senco_name": "Nadia Rahman",
    "senco_email": "nadia@fernhill.example",
}


def create(**changes):
    out = io.StringIO()
    call_command("create_school", stdout=out, **(VALUES | changes))
    return out.getvalue()


@pytest.fixture
def _no_terminal(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO())


def test_makes_the_school_and_two_links_that_open(db, settings):
    settings.SITE_URL = "https://send.example"

    said = create(local_authority="Westmarch")

    school = School.objects.get()
    secrets = re.findall(r"https://send\.example/school/invitations/([\w-]{43})/", said)
    assert (school.short_name, school.local_authority) == ("Fernhill", "Westmarch")
    assert [services.open_invitation(secret).role for secret in secrets] == [Role.HEAD, Role.SENCO]
    assert "Ruth Calloway, Headteacher or senior leader: https://send.example/" in said
    assert Event.objects.filter(code="school.created").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"setting": "castle"}, "--setting is one of"),
        ({"head_email": "ruth at fernhill"}, "is not an email address"),
        ({"senco_email": "RUTH@fernhill.example"}, "an address each"),
        ({"name": "x" * 151}, "--name is too long"),
        ({"senco_name": " "}, "Give --senco-name"),
    ],
)
@pytest.mark.usefixtures("_no_terminal")
def test_refuses_with_words_and_changes_nothing(db, changes, words):
    with pytest.raises(CommandError, match=re.escape(words)):
        create(**changes)

    assert not School.objects.exists()
    assert not Invitation.objects.exists()


def test_a_second_run_changes_nothing(db):
    create()

    with pytest.raises(CommandError, match="already"):
        create(name="FERNHILL primary school")

    assert School.objects.count() == 1
    assert Invitation.objects.count() == 2


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_slip_at_a_terminal_is_asked_about_again_and_nothing_typed_is_lost(db, monkeypatch):
    head = "ruth@fernhill.example"
    typed = ["primary", "maintained_primary", "", "ruth", head, head, "n@f.example"]
    monkeypatch.setattr("sys.stdin", Terminal("\n".join([*typed, ""])))

    create(setting="", head_email="", senco_email="")

    assert School.objects.get().setting_type == "maintained_primary"
    assert set(Invitation.objects.values_list("email", flat=True)) == {head, "n@f.example"}


def test_asks_for_what_is_missing_at_a_terminal(db, monkeypatch):
    monkeypatch.setattr("sys.stdin", Terminal("Fernhill Primary School\nNadia Rahman\n"))

    create(name="", senco_name="")

    assert School.objects.get().name == "Fernhill Primary School"
    assert Invitation.objects.filter(name="Nadia Rahman").exists()


def test_permissions_command_prints_every_permission_and_role():
    out = io.StringIO()

    call_command("permissions", stdout=out)

    said = out.getvalue()
    assert all(str(permission.value) in said for permission in Permission)
    assert all(role.label in said for role in Role)
    merge = next(line for line in said.splitlines() if line.startswith(Permission.MERGE.value))
    assert merge.split()[-11:] == ["x", *["."] * 10]
