from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

import pupils.tasks  # noqa: F401  (its handlers register themselves)
from pupils.letters.refusals import LetterReason
from pupils.letters.services import letters
from pupils.letters.views import letters as letter_views
from pupils.models import Contact, Letter, LetterTemplate, NeedType
from pupils.register import services as register
from sendco.audit.models import Read
from sendco.files.models import StoredFile
from sendco.files.services import storage
from sendco.jobs.models import Job
from sendco.jobs.runner import run
from sendco.pdf import jobs as drawing
from staff.models import Membership
from staff.roles import Role
from tests.refusals import shows

ADDRESS = "4 Canary Row, Westmarch"


@pytest.fixture(autouse=True)
def _pdf(monkeypatch):
    """These tests ask about pages; the drawing has tests of its own."""
    monkeypatch.setattr(drawing, "render_pdf", lambda *args, **kwargs: b"%PDF-1.7 letter")
    monkeypatch.setattr(letter_views, "pdf_available", lambda: True)


@pytest.fixture
def mum(pupil):
    return Contact.objects.create(pupil=pupil, name="Folake Adeyemi", has_parental_responsibility=True, address=ADDRESS)


@pytest.fixture
def entry(pupil, senco):
    return register.change_status(
        pupil=pupil,
        code="K",
        starts_on=timezone.localdate(),
        reason="Reading",
        decided_by="All",
        by=senco,
        needs=[NeedType.objects.get(code="SLCN")],
    )


@pytest.fixture
def letter(entry, mum, senco):
    return letters.make_letters(
        entry=entry,
        keys=[str(mum.pk)],
        subject="Help",
        body="Dear {{ recipient.name }}",
        dated_on=date(2027, 1, 12),
        by=senco,
    )[0]


def new_url(entry):
    return reverse("pupils:letter-new", args=[entry.pk])


def url(name, letter):
    return reverse(f"pupils:{name}", args=[letter.pk])


def page_of(response):
    return response.content.decode()


def form_data(*contacts, **changed):
    return {
        "dated_on": timezone.localdate().isoformat(),
        "people": [contact.pk for contact in contacts],
        "signed_by": Membership.objects.get(role=Role.SENCO, school=contacts[0].pupil.school).user_id,
        "subject": "Extra help",
        "body": "Dear {{ recipient.name }}, {{ child.first_name }} gets help.",
    } | changed


# --- Make --------------------------------------------------------------------------------------------------------
def test_the_letter_is_shown_as_each_person_reads_it(sign_in, senco, entry, mum):
    response = sign_in(senco).get(new_url(entry))

    page = page_of(response)
    assert response.context["form"]["people"].value() == [str(mum.pk)]
    assert "Dear Folake Adeyemi," in page
    assert ADDRESS in page
    assert "Headteacher" not in page


def test_making_one_letter_goes_to_it(sign_in, senco, entry, mum):
    response = sign_in(senco).post(new_url(entry), form_data(mum))

    letter = Letter.objects.get()
    assert response.url == url("letter-detail", letter)
    assert letter.body == "Dear Folake Adeyemi, Kezia gets help."


def test_row_of_what_is_due_leads_to_the_letter_that_is_made(sign_in, senco, entry, mum):
    client = sign_in(senco)
    before = page_of(client.get(reverse("due-list")))
    client.post(new_url(entry), form_data(mum))

    after = page_of(client.get(reverse("due-list")))

    assert new_url(entry) in before
    assert "Send the letter" in after
    assert url("letter-detail", Letter.objects.get()) in after
    assert new_url(entry) not in after


def test_looking_again_makes_nothing(sign_in, senco, entry, mum):
    response = sign_in(senco).post(new_url(entry), form_data(mum, preview="1"))

    assert response.status_code == 200
    assert "Kezia gets help." in page_of(response)
    assert not Letter.objects.exists()


def test_a_banned_or_strange_contact_is_422(sign_in, senco, entry, mum, pupil, other_pupil):
    banned = Contact.objects.create(pupil=pupil, name="Dean Clarke", do_not_contact=True)
    strange = Contact.objects.create(pupil=other_pupil, name="Tess Farrant", has_parental_responsibility=True)
    client = sign_in(senco)

    for contact in (banned, strange):
        response = client.post(new_url(entry), form_data(mum, contact))
        assert response.status_code == 422
        assert contact.name not in page_of(response)
    assert not Letter.objects.exists()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"people": []}, "Choose at least one person"),
        ({"dated_on": "soon"}, "Enter a valid date"),
        ({"body": "{{ child.upn }}"}, "We do not know {{ child.upn }}"),
        ({"subject": ""}, "required"),
    ],
)
def test_what_is_wrong_is_said(sign_in, senco, entry, mum, changed, words):
    response = sign_in(senco).post(new_url(entry), form_data(mum, **changed))

    assert response.status_code == 422
    assert words in page_of(response)


def test_the_date_of_the_letter_decides_whose_right_it_is(sign_in, senco, entry, mum, pupil):
    pupil.birth_on = date(2010, 9, 1)
    pupil.save()
    client = sign_in(senco)
    passed = form_data(mum, dated_on="2027-06-26")

    response = client.post(new_url(entry), passed)
    assert response.status_code == 422
    assert "young person" in page_of(response)

    client.post(new_url(entry), passed | {"people": [letters.YOUNG_PERSON]})
    assert Letter.objects.get().to_young_person


def test_with_nobody_to_write_to_the_page_says_what_to_do(sign_in, senco, entry):
    assert "Nobody can be written to" in page_of(sign_in(senco).get(new_url(entry)))


def test_no_letter_goes_with_a_child_who_never_had_support(sign_in, senco, pupil):
    assert sign_in(senco).get(new_url(register.open_entry(pupil))).status_code == 404


def test_without_pango_the_page_says_so_and_prints(sign_in, senco, letter, monkeypatch):
    monkeypatch.setattr(letter_views, "pdf_available", lambda: False)

    page = page_of(sign_in(senco).get(url("letter-detail", letter)))

    assert "install Pango" in page
    assert "data-print" in page
    assert "Dear Folake Adeyemi" in page


def test_a_job_that_failed_is_explained(sign_in, senco, head, letter):
    Job.objects.update(status="failed", error="The PDF could not be made.")

    assert "Try again here" in page_of(sign_in(senco).get(url("letter-detail", letter)))
    page = page_of(sign_in(head).get(url("letter-detail", letter)))
    assert "The PDF could not be made." in page
    assert "Try again here" not in page


# --- The file ----------------------------------------------------------------------------------------------------
def test_the_file_comes_under_a_neutral_name_and_is_a_read_on_record(sign_in, senco, letter):
    run(letter.job_id)

    response = sign_in(senco).get(url("letter-file", letter))

    assert response.headers["Content-Disposition"] == 'attachment; filename="letter-2027-01-12.pdf"'
    assert b"".join(response.streaming_content) == b"%PDF-1.7 letter"
    assert Read.objects.filter(what="letter file", pupil_id=letter.pupil_id).exists()


def test_a_letter_without_a_file_is_404(sign_in, senco, letter):
    assert sign_in(senco).get(url("letter-file", letter)).status_code == 404


def test_a_file_that_is_lost_is_explained(sign_in, senco, letter):
    run(letter.job_id)
    storage().delete(StoredFile.objects.get().storage_path)

    response = sign_in(senco).get(url("letter-file", letter), follow=True)

    assert "missing from the server" in page_of(response)


def test_a_file_of_another_child_is_never_sent(sign_in, senco, letter, other_pupil):
    run(letter.job_id)
    StoredFile.objects.update(pupil_id=other_pupil.pk)

    assert sign_in(senco).get(url("letter-file", letter)).status_code == 404


def test_after_a_ban_nothing_is_handed_out(sign_in, senco, letter, mum):
    run(letter.job_id)
    Contact.objects.filter(pk=mum.pk).update(do_not_contact=True)
    client = sign_in(senco)

    page = page_of(client.get(url("letter-detail", letter)))
    assert shows(page, LetterReason.MAY_NOT_BE_WRITTEN_TO)
    assert "data-print" not in page
    assert client.get(url("letter-file", letter)).status_code == 404


# --- It has gone -------------------------------------------------------------------------------------------------
def test_saying_that_it_went_meets_the_duty(sign_in, senco, entry, letter):
    today = timezone.localdate()

    response = sign_in(senco).post(url("letter-sent", letter), {"sent_on": today.isoformat(), "via": "hand"})

    assert response.url == url("letter-detail", letter)
    entry.refresh_from_db()
    assert entry.parent_told_on == today


@pytest.mark.parametrize(
    ("days", "via", "words"),
    [(1, "post", "in the future"), (0, "pigeon", "Select a valid choice"), (0, "", "required")],
)
def test_what_cannot_have_been_is_422(sign_in, senco, letter, days, via, words):
    day = timezone.localdate() + timedelta(days=days)

    response = sign_in(senco).post(url("letter-sent", letter), {"sent_on": day.isoformat(), "via": via})

    assert response.status_code == 422
    assert words in page_of(response)


# --- The school's words ------------------------------------------------------------------------------------------
def template_url(kind="support_starts"):
    return reverse("pupils:letter-template-edit", args=[kind])


def test_the_words_are_listed_and_edited(sign_in, senco, school):
    client = sign_in(senco)
    assert "Our words so far" in page_of(client.get(reverse("pupils:letter-templates")))

    response = client.post(template_url(), {"subject": "Help", "body": "Dear\r\n{{ recipient.name }}", "version": 0})

    assert response.url == reverse("pupils:letter-templates")
    assert LetterTemplate.objects.get(school=school).body == "Dear\n{{ recipient.name }}"
    assert "Your own words" in page_of(client.get(reverse("pupils:letter-templates")))


def test_an_unknown_field_is_refused_with_the_list(sign_in, senco):
    response = sign_in(senco).post(template_url(), {"subject": "Help", "body": "{{ child.upn }}", "version": 0})

    assert response.status_code == 422
    assert "{{ recipient.name }}, {{ child.first_name }}" in page_of(response)
    assert not LetterTemplate.objects.exists()


def test_the_words_are_shown_with_an_invented_child(sign_in, senco):
    response = sign_in(senco).post(
        template_url(), {"subject": "S", "body": "For {{ child.full_name }}", "version": 0, "preview": "1"}
    )

    assert response.status_code == 200
    assert "For Kezia Adeyemi" in page_of(response)
    assert not LetterTemplate.objects.exists()


def test_who_edits_second_sees_both(sign_in, senco, head, school):
    letters.WORDS.save(school=school, kind="support_starts", subject="S", body="Theirs", version=0, by=head)

    response = sign_in(senco).post(template_url(), {"subject": "S", "body": "Mine", "version": 0})

    assert response.status_code == 422
    page = page_of(response)
    assert "Theirs" in page
    assert "Mine" in page
    assert 'name="version" value="1"' in page


def test_a_kind_that_is_not_there_is_404(sign_in, senco):
    assert sign_in(senco).get(template_url("expulsion")).status_code == 404


# --- Who may -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("senco", 200),
        ("head", 200),
        ("teacher", 403),
        ("office", 403),
        ("governor", 403),
        ("dsl", 403),
        ("outsider", 404),
    ],
)
def test_who_sees_letters(request, sign_in, entry, letter, who, status):
    run(letter.job_id)
    client = sign_in(request.getfixturevalue(who))

    addresses = [new_url(entry), *(url(name, letter) for name in ("letter-detail", "letter-sent", "letter-file"))]
    assert [client.get(address).status_code for address in addresses] == [status] * 4


@pytest.mark.parametrize(("who", "status"), [("head", 200), ("teacher", 403), ("office", 403), ("administrator", 403)])
def test_who_edits_the_words(request, sign_in, who, status):
    client = sign_in(request.getfixturevalue(who))

    assert client.get(reverse("pupils:letter-templates")).status_code == status
    assert client.get(template_url()).status_code == status
