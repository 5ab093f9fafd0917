import importlib
import time
from unittest import mock

import pytest
from django.apps import apps
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from pupils.models import Contact
from pupils.record.services import contacts as services
from sendco import crypt
from sendco.audit.models import Event, Read
from tests.factories import MembershipFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.postgresql("locks and constraints")]
ADDRESS = "7 Heron Row, Tern"


@pytest.fixture
def contact(pupil, senco):
    row = Contact(pupil=pupil, name="Folake Adeyemi", relation="mother", phone="01632 960001")
    return services.save_contact(contact=row, by=senco)


@pytest.fixture
def hidden(pupil, senco):
    row = Contact(pupil=pupil, name="Dean Clarke", address=ADDRESS, postcode="AB12 3DE", address_hidden=True)
    return services.save_contact(contact=row, by=senco)


def url(name, row):
    return reverse(f"pupils:{name}", args=[row.pk])


def typed(**changes):
    return {"name": "Folake Adeyemi", "relation": "mother", "priority": "1", "version": "1"} | changes


def fresh(client, user):
    """The person has just typed the password again."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client


# --- Add, edit, end ----------------------------------------------------------------------------------------------
def test_contact_add(sign_in, office, pupil):
    data = typed(phone="01632  960001", postcode="ab123de", email="f.adeyemi@example.org", lives_with="on")

    response = sign_in(office).post(url("contact-add", pupil), data)

    contact = Contact.objects.get(pupil=pupil)
    assert response.status_code == 302
    assert (contact.phone, contact.postcode, contact.lives_with) == ("01632 960001", "AB12 3DE", True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "required"),
        ({"phone": "ask her"}, "not a telephone number"),
        ({"postcode": "AB1"}, "A postcode"),
        ({"email": "folake at home"}, "valid email"),
        ({"priority": "0"}, "from 1 to 20"),
    ],
)
def test_contact_add_refuses_in_words(sign_in, office, pupil, changes, words):
    response = sign_in(office).post(url("contact-add", pupil), typed(**changes))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Contact.objects.exists()


def test_contact_edit_and_end(sign_in, office, contact):
    client = sign_in(office)
    client.post(url("contact-edit", contact), typed(note="Text first"))
    contact.refresh_from_db()
    assert (contact.note, contact.version) == ("Text first", 2)
    assert client.get(url("contact-end", contact)).status_code == 200

    client.post(url("contact-end", contact))

    contact.refresh_from_db()
    assert contact.ended_on == timezone.localdate()
    assert client.get(url("contact-edit", contact)).status_code == 404


@pytest.mark.parametrize("where", ["contact-edit", "contact-end"])
def test_contacts_open_to_who_may_edit(sign_in, contact, teacher, dsl, outsider, where):
    assert sign_in(outsider).get(url(where, contact)).status_code == 404
    for person in (teacher, dsl):
        assert sign_in(person).post(url(where, contact), typed()).status_code == 403


def test_contact_edit_of_two_people_shows_both(sign_in, office, senco, contact):
    contact.note = "Works nights"
    services.save_contact(contact=contact, version=1, by=senco)
    mine = typed(phone="01632 960009")

    response = sign_in(office).post(url("contact-edit", contact), mine)

    assert response.status_code == 422
    conflict = response.context["conflict"]
    rows = {row.label: (row.yours and row.yours.words, row.stored.words) for row in conflict.rows}
    assert rows == {
        "Telephone": ("01632 960009", "01632 960001"),
        "How and when to reach them": (None, "Works nights"),
    }
    assert response.context["form"]["note"].value() == "Works nights"


# --- Bans and other protections ------------------------------------------------------------------------------------
def test_a_ban_is_seen_on_the_page(sign_in, office, contact):
    contact.do_not_contact = contact.order_with_dsl = True
    services.save_contact(contact=contact, by=office)

    page = sign_in(office).get(url("contact-edit", contact)).content.decode()

    assert "Do not contact Folake Adeyemi." in page
    assert "There is a court order" in page


@pytest.mark.parametrize("field", ["do_not_contact", "order_with_dsl"])
def test_the_office_adds_a_protection_and_cannot_lift_it(sign_in, office, senco, contact, field):
    sign_in(office).post(url("contact-edit", contact), typed(**{field: "on"}))
    contact.refresh_from_db()
    assert getattr(contact, field) is True

    sign_in(office).post(url("contact-edit", contact), typed(version="2", note="x"))
    contact.refresh_from_db()
    assert (getattr(contact, field), contact.note) == (True, "x")

    sign_in(senco).post(url("contact-edit", contact), typed(version="3"))
    contact.refresh_from_db()
    assert getattr(contact, field) is False


# --- The hidden address --------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["senco", "office"])
def test_a_hidden_address_is_never_put_back_into_the_form(request, sign_in, hidden, who):
    page = sign_in(request.getfixturevalue(who)).get(url("contact-edit", hidden)).content.decode()

    assert "Heron" not in page
    assert "AB12" not in page
    assert hidden.sealed_address not in page
    assert "The address is hidden" in page


def edited(**changes):
    return typed(name="Dean Clarke", relation="father", address_hidden="on") | changes


def test_saving_other_fields_keeps_the_hidden_address(sign_in, office, hidden):
    assert sign_in(office).post(url("contact-edit", hidden), edited()).status_code == 302

    hidden.refresh_from_db()
    assert (hidden.relation, hidden.address, hidden.reveal_address()) == ("father", "", f"{ADDRESS}\nAB12 3DE")


def test_typing_a_new_address_replaces_the_hidden_one(sign_in, office, hidden):
    sign_in(office).post(url("contact-edit", hidden), edited(address="2 Mill End", postcode="AB1 2DE"))

    hidden.refresh_from_db()
    assert (hidden.address, hidden.postcode, hidden.reveal_address()) == ("", "", "2 Mill End\nAB1 2DE")


def test_a_postcode_alone_replaces_nothing(sign_in, office, hidden):
    response = sign_in(office).post(url("contact-edit", hidden), edited(postcode="AB1 2DE"))

    hidden.refresh_from_db()
    assert response.status_code == 422
    assert hidden.reveal_address() == f"{ADDRESS}\nAB12 3DE"


def test_the_office_cannot_end_the_hiding(sign_in, office, hidden):
    data = edited(address="2 Mill End")
    del data["address_hidden"]

    sign_in(office).post(url("contact-edit", hidden), data)

    hidden.refresh_from_db()
    assert (hidden.address_hidden, hidden.address) == (True, "")


def test_who_ends_the_hiding_types_the_address_again(sign_in, senco, hidden):
    data = edited()
    del data["address_hidden"]
    client = sign_in(senco)

    refused = client.post(url("contact-edit", hidden), data)
    assert refused.status_code == 422
    assert "Heron" not in refused.content.decode()

    assert client.post(url("contact-edit", hidden), data | {"address": "2 Mill End"}).status_code == 302
    hidden.refresh_from_db()
    assert (hidden.address_hidden, hidden.address, hidden.sealed_address) == (False, "2 Mill End", "")


def test_an_address_that_was_hidden_meanwhile_is_not_in_the_conflict(sign_in, office, senco, pupil):
    row = Contact(pupil=pupil, name="Dean Clarke", address=ADDRESS, postcode="AB12 3DE")
    contact = services.save_contact(contact=row, by=senco)
    contact.address_hidden = True
    services.save_contact(contact=contact, version=1, by=senco)
    mine = typed(name="Dean Clarke", relation="", address=ADDRESS, postcode="AB12 3DE", note="Rings back")

    response = sign_in(office).post(url("contact-edit", contact), mine)

    page = response.content.decode()
    assert response.status_code == 422
    assert "Heron" not in page
    assert "AB12 3DE" not in page.replace("as in AB12 3DE", "")
    assert response.context["form"]["address_hidden"].value() is True
    conflict = response.context["conflict"]
    rows = {row.label: (row.yours and row.yours.words, row.stored.words) for row in conflict.rows}
    assert rows["Address"] == (None, "Hidden")


# --- Looking at it -------------------------------------------------------------------------------------------------
def test_reveal_asks_for_the_password_again(sign_in, senco, hidden):
    client = sign_in(senco)

    for response in (client.get(url("address-reveal", hidden)), client.post(url("address-reveal", hidden), {})):
        assert response.status_code == 302
        assert response.url.startswith(reverse("account_reauthenticate"))
    assert not Read.objects.exists()


def test_reveal_shows_the_address_once_and_keeps_the_reason(sign_in, senco, hidden):
    client = fresh(sign_in(senco), senco)
    asked = client.get(url("address-reveal", hidden))
    assert "Heron" not in asked.content.decode()

    shown = client.post(url("address-reveal", hidden), {"reason": "The social worker asked, by phone"})

    assert "Heron" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    read = Read.objects.get(what="hidden address")
    assert (read.reason, read.user_id) == ("The social worker asked, by phone", senco.pk)
    assert Event.objects.filter(code="contact.address_revealed").count() == 1
    assert "Heron" not in client.get(url("address-reveal", hidden)).content.decode()


@pytest.mark.parametrize("reason", ["", "because", "   short   "])
def test_reveal_wants_a_real_reason(sign_in, senco, hidden, reason):
    response = fresh(sign_in(senco), senco).post(url("address-reveal", hidden), {"reason": reason})

    assert response.status_code == 422
    assert "Heron" not in response.content.decode()
    assert not Read.objects.exists()


def test_reveal_is_for_few_and_for_hidden_addresses_of_one_school(sign_in, senco, office, outsider, hidden, contact):
    assert sign_in(office).get(url("address-reveal", hidden)).status_code == 403
    assert fresh(sign_in(senco), senco).get(url("address-reveal", contact)).status_code == 404
    assert fresh(sign_in(outsider), outsider).get(url("address-reveal", hidden)).status_code == 404


def test_a_provision_lead_may_not_reveal(sign_in, school, hidden):
    unit = school.units.create(name="Harbour", kind="resourced")
    lead = MembershipFactory(school=school, role="provision_lead", unit=unit, user=UserFactory()).user
    hidden.pupil.enrolments.update(unit=unit)

    assert sign_in(lead).get(url("contact-edit", hidden)).status_code == 200
    assert sign_in(lead).get(url("address-reveal", hidden)).status_code == 403


# --- Hiding what is kept of earlier days -------------------------------------------------------------------------
@pytest.fixture
def moved_then_hidden(pupil, senco):
    """Two addresses in clear, and then the second one hidden."""
    row = Contact(pupil=pupil, name="Dean Clarke", address="1 Old Street", postcode="AB1 1AA")
    services.save_contact(contact=row, by=senco)
    row.address, row.postcode = ADDRESS, "AB12 3DE"
    services.save_contact(contact=row, by=senco)
    row.address_hidden = True
    services.save_contact(contact=row, by=senco)
    return row


def test_hiding_takes_earlier_addresses_out_of_the_history(moved_then_hidden):
    kept = list(moved_then_hidden.history.order_by("history_id"))

    assert [(row.address, row.postcode) for row in kept] == [("", "")] * 3
    assert crypt.decrypt(kept[0].sealed_address) == "1 Old Street\nAB1 1AA"
    assert crypt.decrypt(kept[1].sealed_address) == f"{ADDRESS}\nAB12 3DE"


def test_postcode_that_stood_alone_leaves_the_history_too(pupil, senco):
    row = Contact(pupil=pupil, name="Dean Clarke", postcode="AB1 1AA")
    services.save_contact(contact=row, by=senco)
    row.address, row.postcode, row.address_hidden = ADDRESS, "AB12 3DE", True
    services.save_contact(contact=row, by=senco)

    before = row.history.earliest("history_id")
    assert (before.address, before.postcode) == ("", "")
    assert crypt.decrypt(before.sealed_address) == "AB1 1AA"


def test_an_address_in_clear_stays_in_the_history_of_a_contact_who_is_not_hidden(contact, senco):
    contact.address = ADDRESS
    services.save_contact(contact=contact, by=senco)

    assert contact.history.first().address == ADDRESS


@pytest.mark.parametrize(
    "changes",
    [
        {"address": "2 Other Street"},
        {"name": "Somebody Else"},
        {"address": "", "name": "Somebody Else"},
        {"sealed_address": "other"},
        {"history_user": None},
        {"address": ""},
    ],
)
def test_nothing_else_in_the_history_can_be_changed(moved_then_hidden, changes):
    row = moved_then_hidden.history.last()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Contact.history.model.objects.filter(pk=row.pk).update(**changes)


def test_the_migration_seals_what_was_hidden_before(pupil, senco):
    row = Contact(pupil=pupil, name="Dean Clarke", address=ADDRESS)
    services.save_contact(contact=row, by=senco)
    Contact.objects.filter(pk=row.pk).update(address="", address_hidden=True, sealed_address=crypt.encrypt(ADDRESS))
    module = importlib.import_module("pupils.migrations.0007_seal_hidden_addresses")

    with mock.patch.object(module, "triggers"):
        module.seal(apps, None)

    assert row.history.get().address == ""
    assert crypt.decrypt(row.history.get().sealed_address) == ADDRESS
