"""A contact's address is hidden: what was made and kept before shows it no more, on paper either."""

from datetime import timedelta
from unittest import mock

import pytest
import time_machine
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

import ehcp.tasks  # noqa: F401  (its handlers register themselves)
import pupils.tasks  # noqa: F401
from ehcp.letters.services import letters as case_letters
from ehcp.models import CaseLetter
from ehcp.models.letters import CaseLetterKind
from pupils.letters.services import letters
from pupils.models import Contact, Document, Import, ImportChange, Letter, NeedType
from pupils.record.services import contacts as services
from pupils.register import services as register
from sendco import crypt
from sendco.audit import sealing
from sendco.files import services as files
from sendco.files.models import StoredFile
from sendco.jobs.models import Job, Status
from sendco.jobs.runner import run
from sendco.pdf import jobs as drawing
from sendco.pdf.render import PdfUnavailable
from tests.factories import PupilFactory
from tests.factories.ehcp import AnnualReviewFactory

pytestmark = pytest.mark.postgresql("triggers, and locks of rows")
ADDRESS = "4 Canary Row, Westmarch"
POSTCODE = "AB1 1AA"


@pytest.fixture
def papers(monkeypatch):
    """Stands where the PDF is drawn; keeps what each would show."""
    from django.template.loader import render_to_string

    drawn = []

    def render(template, context, *, title):
        drawn.append(render_to_string(template, {**context, "title": title}))
        return b"%PDF-1.7 " + drawn[-1].encode()

    monkeypatch.setattr(drawing, "render_pdf", render)
    return drawn


@pytest.fixture
def mum(pupil, senco):
    row = Contact(
        pupil=pupil, name="Folake Adeyemi", has_parental_responsibility=True, address=ADDRESS, postcode=POSTCODE
    )
    return services.save_contact(contact=row, by=senco)


@pytest.fixture
def status_letter(pupil, mum, senco):
    entry = register.change_status(
        pupil=pupil, code="K", starts_on=timezone.localdate(), reason="Assessed", decided_by="A. Khan", by=senco,
        needs=[NeedType.objects.get(code="SLCN")],
    )  # fmt: skip
    (letter,) = letters.make_letters(
        entry=entry, keys=[str(mum.pk)], subject="Help", body="Dear {{ recipient.name }}",
        dated_on=timezone.localdate(), by=senco,
    )  # fmt: skip
    return letter


@pytest.fixture
def case_letter(pupil, mum, senco):
    review = AnnualReviewFactory(pupil=pupil)
    return case_letters.make(
        kind=CaseLetterKind.REVIEW_INVITATION, case=review, recipient=mum.name, by=senco, contact=mum
    )


@pytest.fixture(params=["status_letter", "case_letter"])
def letter(request):
    return request.getfixturevalue(request.param)


def hide(contact, senco):
    contact = Contact.objects.get(pk=contact.pk)
    contact.address_hidden = True
    return services.save_contact(contact=contact, by=senco)


def drawn_again():
    return Job.objects.filter(kind="pupils.letter_again")


def test_hiding_takes_the_address_off_letters_and_their_history(letter, mum, senco):
    assert letter.address == f"{ADDRESS}\n{POSTCODE}"

    hide(mum, senco)

    letter.refresh_from_db()
    assert letter.address == ""
    assert crypt.decrypt(letter.sealed_address) == f"{ADDRESS}\n{POSTCODE}"
    kept = list(letter.history.all())
    assert {row.address for row in kept} == {""}
    assert {crypt.decrypt(row.sealed_address) for row in kept} == {f"{ADDRESS}\n{POSTCODE}"}


def test_paper_is_drawn_anew_without_it_and_filed_in_the_same_place(letter, mum, senco, papers):
    assert run(letter.job_id) == Status.DONE, Job.objects.get().error
    letter.refresh_from_db()
    old, document = StoredFile.objects.get(pk=letter.file_id), Document.objects.get()
    assert ADDRESS in papers[0]

    hide(mum, senco)
    assert not StoredFile.objects.filter(pk=old.pk).exists()
    assert run(drawn_again().get().pk) == Status.DONE

    letter.refresh_from_db()
    document.refresh_from_db()
    stored = StoredFile.objects.get()
    assert (letter.file_id, document.file_id) == (stored.pk, stored.pk)
    assert ADDRESS not in papers[1]
    assert mum.name in papers[1]
    with files.open_stored(stored) as file:
        assert ADDRESS.encode() not in file.read()
    assert Document.objects.count() == 1


def test_bytes_of_the_old_paper_are_gone(letter, mum, senco, papers, django_capture_on_commit_callbacks):
    run(letter.job_id)
    letter.refresh_from_db()
    path = StoredFile.objects.get(pk=letter.file_id).storage_path

    with django_capture_on_commit_callbacks(execute=True):
        hide(mum, senco)

    assert not files.storage().exists(path)


def test_letter_that_is_hidden_while_it_is_drawn_is_not_filed_with_it(letter, mum, senco, papers, monkeypatch):
    first = drawing.render_pdf

    def hide_meanwhile(*args, **kwargs):
        monkeypatch.setattr(drawing, "render_pdf", first)
        pdf = first(*args, **kwargs)
        hide(mum, senco)
        return pdf

    monkeypatch.setattr(drawing, "render_pdf", hide_meanwhile)
    run(letter.job_id)
    letter.refresh_from_db()
    assert letter.file_id is None

    run(drawn_again().get().pk)

    letter.refresh_from_db()
    with files.open_stored(StoredFile.objects.get(pk=letter.file_id)) as file:
        assert ADDRESS.encode() not in file.read()
    assert Document.objects.get().file_id == letter.file_id


def test_paper_that_could_not_be_drawn_is_tried_again(letter, mum, senco, papers, monkeypatch):
    run(letter.job_id)
    hide(mum, senco)
    with monkeypatch.context() as without:
        without.setattr(drawing, "render_pdf", mock.Mock(side_effect=PdfUnavailable))
        assert run(drawn_again().get().pk) == Status.FAILED
    letter.refresh_from_db()
    assert (letter.file_id, letter.job_id) == (None, drawn_again().get().pk)

    call_command("clear_expired")
    assert run(drawn_again().get().pk) == Status.DONE

    letter.refresh_from_db()
    assert Document.objects.get().file_id == letter.file_id


def test_letters_to_others_stay_as_they_are(letter, mum, pupil, senco):
    other = services.save_contact(contact=Contact(pupil=pupil, name="Dean Clarke", address="1 Mill End"), by=senco)

    hide(other, senco)

    letter.refresh_from_db()
    assert letter.address.startswith(ADDRESS)
    assert not drawn_again().exists()


@pytest.mark.parametrize("changes", [{"address": "", "recipient": "Somebody"}, {"body": ""}, {"address": "Elsewhere"}])
def test_nothing_else_in_a_letter_s_history_can_be_changed(letter, changes):
    kept = letter.history.model.objects.filter(id=letter.pk)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        kept.update(**changes)


def test_what_an_import_noted_of_the_contact_is_emptied(pupil, mum, school, senco):
    imported = Import.objects.create(
        school=school, file_name="a.csv", status=Import.Status.APPLIED, started_by=senco, applied_at=timezone.now()
    )
    address = {"key": f"contact:{mum.pk}:address", "ours": "", "theirs": ADDRESS}
    name = {"key": "forename", "ours": "Kez", "theirs": "Kezia"}
    change = ImportChange.objects.create(
        owner=imported, kind=ImportChange.Kind.CHANGED, pupil=pupil, label="x", outcome=ImportChange.Outcome.DONE,
        data={"contact": [{"address": ADDRESS}]}, fields=[name, address],
        undo={"changed": {"pupils.contact": {str(mum.pk): {"address": ["", ADDRESS], "phone": ["", "1"]}}}},
    )  # fmt: skip

    hide(mum, senco)

    change.refresh_from_db()
    assert change.fields == [name]
    assert change.data == {}
    assert change.undo == {"changed": {"pupils.contact": {str(mum.pk): {"phone": ["", "1"]}}}}


def test_letters_of_addresses_that_were_hidden_before_are_sealed_by_the_hour(letter, mum, senco):
    Contact.objects.filter(pk=mum.pk).update(
        address="", postcode="", address_hidden=True, sealed_address=crypt.encrypt(ADDRESS)
    )

    call_command("clear_expired")

    letter.refresh_from_db()
    assert letter.address == ""
    assert not letter.history.exclude(address="").exists()
    assert drawn_again().count() == 1
    call_command("clear_expired")
    assert drawn_again().count() == 1


def test_a_letter_page_says_why_it_has_no_address(status_letter, case_letter, mum, senco, sign_in):
    hide(mum, senco)

    for name, row in (("pupils:letter-detail", status_letter), ("ehcp:letter-detail", case_letter)):
        page = sign_in(senco).get(reverse(name, args=[row.pk])).content.decode()
        assert ADDRESS not in page
        assert "address is hidden" in page


def test_the_same_address_elsewhere_is_named_once_it_is_hidden(mum, school, other_school, senco, sign_in):
    brother = PupilFactory(school=school)
    for pupil, name in ((brother, "Folake A."), (PupilFactory(school=other_school), "Somebody Foreign")):
        Contact.objects.create(pupil=pupil, name=name, address=ADDRESS.upper(), postcode=POSTCODE)
    address = reverse("pupils:contact-edit", args=[mum.pk])
    form = {"name": mum.name, "priority": 1, "address": ADDRESS, "postcode": POSTCODE, "version": 1}

    page = sign_in(senco).post(address, form | {"address_hidden": "on"}, follow=True).content.decode()

    assert "Folake A." in page
    assert "Somebody Foreign" not in page
    assert ADDRESS not in page


def test_seals_made_when_addresses_were_added_up_still_agree(letter, mum, senco, monkeypatch):
    """The days before the upgrade were summed with the address."""
    with monkeypatch.context() as before:
        before.setattr(sealing, "MAY_EMPTY", {})
        noon = timezone.now().replace(hour=12) + timedelta(days=1)
        assert sealing.seal(noon)
    with time_machine.travel(noon):
        hide(mum, senco)

    assert list(sealing.check()) == []


def test_every_kind_of_letter_is_among_those_that_are_sealed():
    from pupils.record.services.hiding import letter_models

    assert set(letter_models()) == {Letter, CaseLetter}
