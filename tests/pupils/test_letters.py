from datetime import date, timedelta

import pytest
from django.utils import timezone

import pupils.tasks  # noqa: F401  (its handlers register themselves)
from pupils.letters import fields as letter_fields
from pupils.letters.fields import LetterTextError
from pupils.letters.refusals import LetterReason, TextReason
from pupils.letters.services import letters
from pupils.models import Contact, Document, Letter, LetterTemplate, NeedType
from pupils.models.letters import LetterKind
from pupils.record.services import contacts
from pupils.register import services as register
from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.files.models import StoredFile
from sendco.jobs.models import Job, Status
from sendco.jobs.runner import run
from sendco.pdf import jobs as drawing
from sendco.pdf.render import PdfUnavailable
from sendco.refusals import ChangedMeanwhile
from staff.models import Membership
from tests.refusals import refused

from .races import race

pytestmark = pytest.mark.postgresql("locks of rows")

STARTS = LetterKind.SEN_SUPPORT_STARTS
ADDRESS = "4 Canary Row, Westmarch"
HIDDEN = "9 Hidden Lane, Eastholt"


# --- Merge fields ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("written", ["{{ child.first_name }}", "{{child.first_name}}", "{{  child.first_name  }}"])
def test_a_field_is_replaced_however_it_is_spaced(written):
    assert (
        letter_fields.fill_in(f"Dear {written}!", letter_fields.samples("support_starts"), "support_starts")
        == "Dear Kezia!"
    )


@pytest.mark.parametrize(
    "text",
    [
        "{{ child.upn }}",
        "{{ settings.SECRET_KEY }}",
        "{{ child.first_name|upper }}",
        "{{ child.first_name.__class__ }}",
        "{{ }}",
        "{{ support.end_date }}",
    ],
)
def test_a_field_that_is_not_on_the_list_is_refused_with_the_list(text):
    with pytest.raises(LetterTextError) as error:
        letter_fields.check(text, "support_starts")

    assert [name.split() for name in error.value.unknown] == [text.split()]
    assert error.value.known[0] == "{{ recipient.name }}"


@pytest.mark.parametrize("text", ["{{ child.first_name", "child.first_name }}", "{{{ child.first_name }}}}", "{{{{"])
def test_lonely_brackets_are_refused(text):
    with pytest.raises(LetterTextError) as error:
        letter_fields.check(text, "support_starts")

    assert error.value.unknown == ()


@pytest.mark.parametrize("text", ["{% load x %}", "{# note #}", "{a}", "100% {b}"])
def test_what_only_looks_like_a_template_stays_as_it_is(text):
    assert letter_fields.fill_in(text, {}, "support_starts") == text


def test_a_value_that_looks_like_a_field_is_not_filled_in():
    values = letter_fields.samples("support_starts") | {"child.first_name": "{{ sender.name }}"}

    assert letter_fields.fill_in("{{ child.first_name }}", values, "support_starts") == "{{ sender.name }}"


@pytest.mark.parametrize("kind", LetterKind.values)
@pytest.mark.parametrize("is_alternative", [True, False])
def test_our_own_words_can_be_filled_in(kind, is_alternative):
    for text in letter_fields.default_words(kind, is_alternative=is_alternative):
        filled = letter_fields.fill_in(text, letter_fields.samples(kind), kind)
        assert "{" not in filled


def test_a_pupil_referral_unit_speaks_of_the_home_school():
    _, usual = letter_fields.default_words("support_starts", is_alternative=False)
    _, unit = letter_fields.default_words("support_starts", is_alternative=True)

    assert "still on its roll" in unit
    assert "still on its roll" not in usual


# --- The school's words ------------------------------------------------------------------------------------------
def save(school, by, *, version=0, body="Dear {{ recipient.name }}", kind=STARTS):
    return letters.WORDS.save(school=school, kind=kind, subject="Help", body=body, version=version, by=by)


def test_a_school_keeps_words_of_its_own(school, other_school, senco):
    save(school, senco)

    assert letters.WORDS.of(school, STARTS).body == "Dear {{ recipient.name }}"
    assert letters.WORDS.of(other_school, STARTS).version == 0
    assert Event.objects.filter(code="letter.template_saved", school_id=school.pk).exists()


@pytest.mark.parametrize("version", [0, 2])
def test_of_two_who_edit_the_words_the_second_is_told(school, senco, head, version):
    save(school, senco)

    with pytest.raises(ChangedMeanwhile) as meanwhile:
        save(school, head, version=version, body="Mine")

    assert meanwhile.value.theirs.version == 1
    assert LetterTemplate.objects.get().body == "Dear {{ recipient.name }}"


def test_an_unknown_field_never_gets_in(school, senco):
    with refused(TextReason.UNKNOWN_FIELDS):
        save(school, senco, body="{{ child.upn }}")

    assert not LetterTemplate.objects.exists()


# --- Who gets one ------------------------------------------------------------------------------------------------
@pytest.fixture
def family(pupil):
    """Mother with parental responsibility, grandmother without, a banned father, a hidden aunt who lives with them."""

    def add(name, **facts):
        return Contact.objects.create(pupil=pupil, name=name, **facts)

    return {
        "gran": add("Grace Adeyemi", relation="Grandmother", priority=1),
        "mum": add("Folake Adeyemi", has_parental_responsibility=True, address=ADDRESS, priority=2),
        "dad": add("Dean Clarke", has_parental_responsibility=True, do_not_contact=True, address="1 Banned Street"),
        "gone": add("Old Carer", ended_on=date(2026, 1, 1)),
    }


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


def make(entry, by, *contacts, keys=None, **changed):
    words = letters.WORDS.of(entry.school, letters.kind_for(entry))
    facts = {
        "subject": words.subject,
        "body": words.body,
        "dated_on": timezone.localdate(),
    } | changed
    return letters.make_letters(entry=entry, keys=keys or [str(one.pk) for one in contacts], by=by, **facts)


def test_parents_come_first_and_whoever_is_banned_or_gone_never(pupil, family):
    found = letters.recipients(pupil, timezone.localdate())

    assert [(one.name, one.is_suggested) for one in found] == [("Folake Adeyemi", True), ("Grace Adeyemi", False)]


def test_a_court_order_is_said_and_not_ticked(pupil):
    Contact.objects.create(pupil=pupil, name="Ann", has_parental_responsibility=True, order_with_dsl=True)

    (found,) = letters.recipients(pupil, timezone.localdate())

    assert not found.is_suggested
    assert "safeguarding lead" in found.note


@pytest.mark.parametrize(
    ("day", "names"), [(date(2027, 6, 25), ["Folake Adeyemi"]), (date(2027, 6, 26), ["Kezia Adeyemi"])]
)
def test_from_the_end_of_compulsory_school_age_the_young_person_gets_it(pupil, day, names):
    pupil.birth_on = date(2011, 3, 1)
    Contact.objects.create(pupil=pupil, name="Folake Adeyemi", has_parental_responsibility=True)

    assert [one.name for one in letters.recipients(pupil, day)] == names


def test_each_gets_a_letter_of_their_own(entry, family, senco):
    made = make(entry, senco, family["mum"], family["gran"])

    mum, gran = made
    assert mum.body.startswith("Dear Folake Adeyemi,")
    assert mum.address == ADDRESS
    assert gran.body.startswith("Dear Grace Adeyemi,")
    assert ADDRESS not in gran.body + gran.address
    assert "SENDCo" in mum.body
    assert Job.objects.filter(kind="pupils.letter_pdf").count() == 2
    assert Job.objects.first().params == {"letter": mum.pk}
    assert "Folake" not in Job.objects.first().title


def test_a_hidden_address_is_printed_nowhere(entry, pupil, senco):
    aunt = Contact(pupil=pupil, name="Bea", has_parental_responsibility=True, address=HIDDEN, address_hidden=True)
    contacts.save_contact(contact=aunt, by=senco)

    (letter,) = make(entry, senco, aunt)

    assert letter.address == ""
    assert not Letter.objects.filter(address__contains="Hidden").exists()


@pytest.mark.parametrize("who", ["dad", "gone"])
def test_whoever_may_not_be_written_to_is_refused(entry, family, senco, who):
    with refused(LetterReason.RECIPIENT_NOT_ALLOWED):
        make(entry, senco, family["mum"], family[who])

    assert not Letter.objects.exists()


def test_a_contact_of_another_child_is_refused(entry, other_pupil, senco):
    other = Contact.objects.create(pupil=other_pupil, name="Tess", has_parental_responsibility=True)

    with refused(LetterReason.RECIPIENT_NOT_ALLOWED):
        make(entry, senco, other)


def test_the_same_form_twice_makes_no_second_letter(entry, family, senco):
    first, second = make(entry, senco, family["mum"]), make(entry, senco, family["mum"])

    assert first == second
    assert Letter.objects.count() == Job.objects.count() == 1


def test_an_unknown_field_in_one_letter_is_refused(entry, family, senco):
    with refused(TextReason.UNKNOWN_FIELDS):
        make(entry, senco, family["mum"], body="{{ child.upn }}")


def test_the_young_person_is_spoken_to(entry, pupil, senco):
    pupil.birth_on = date(2009, 3, 1)
    pupil.save()
    entry.pupil.refresh_from_db()

    (letter,) = make(entry, senco, keys=[letters.YOUNG_PERSON])

    assert letter.to_young_person
    assert letter.contact is None
    assert "gives you extra help" in letter.body
    assert "talk about your progress" in letter.body


def test_the_end_of_support_has_a_letter_and_a_plan_has_none(entry, pupil, family, senco):
    type_ = [NeedType.objects.get(code="ASD")]
    earlier = timezone.localdate() - timedelta(days=30)
    register.correct_entry(entry=entry, starts_on=earlier, reason="x", decided_by="All", by=senco)
    ended = register.change_status(
        pupil=pupil, code="N", starts_on=timezone.localdate() - timedelta(days=2), reason="x", decided_by="y", by=senco
    )
    plan = register.change_status(
        pupil=pupil, code="E", starts_on=timezone.localdate(), reason="x", decided_by="y", by=senco, needs=type_
    )

    (letter,) = make(ended, senco, family["mum"])

    assert letter.kind == LetterKind.SEN_SUPPORT_ENDS
    assert "{{" not in letter.body
    assert letters.kind_for(plan) is None
    with refused(LetterReason.NO_LETTER_FOR_STATUS):
        letters.make_letters(entry=plan, keys=["1"], subject="", body="", dated_on=timezone.localdate(), by=senco)


# --- The PDF -----------------------------------------------------------------------------------------------------
@pytest.fixture
def printed(monkeypatch):
    """Stands where the PDF is drawn: keeps what would be drawn."""
    drawn = []

    def render(template, context, *, title):
        from django.template.loader import render_to_string

        drawn.append(render_to_string(template, {**context, "title": title}))
        return b"%PDF-1.7 letter"

    monkeypatch.setattr(drawing, "render_pdf", render)
    return drawn


def test_the_job_files_the_letter_under_a_neutral_name(entry, family, senco, printed):
    (letter,) = make(entry, senco, family["mum"], body="<b>Dear</b> {{ recipient.name }}", dated_on=date(2027, 1, 12))

    assert run(letter.job_id) == Status.DONE

    letter.refresh_from_db()
    document = Document.objects.get()
    stored = StoredFile.objects.get()
    assert (document.kind, document.file_id, document.pupil) == (Document.Kind.LETTER, stored.pk, entry.pupil)
    assert letter.file_id == stored.pk
    assert stored.name == "letter-2027-01-12.pdf"
    assert "&lt;b&gt;Dear&lt;/b&gt; Folake Adeyemi" in printed[0]
    assert ADDRESS in printed[0]
    assert "Kezia" not in printed[0].split("</title>")[0]


def test_a_job_that_runs_twice_files_once(entry, family, senco, printed):
    (letter,) = make(entry, senco, family["mum"])
    run(letter.job_id)
    Job.objects.update(status=Status.QUEUED)

    assert run(letter.job_id) == Status.DONE
    assert Document.objects.count() == StoredFile.objects.count() == 1


def test_without_pango_the_job_says_what_to_install(entry, family, senco, monkeypatch):
    def unavailable(*args, **kwargs):
        raise PdfUnavailable

    monkeypatch.setattr(drawing, "render_pdf", unavailable)
    (letter,) = make(entry, senco, family["mum"])

    assert run(letter.job_id) == Status.FAILED
    assert "install Pango" in Job.objects.get().error


def test_who_lost_the_role_makes_no_letter(entry, family, senco, printed):
    (letter,) = make(entry, senco, family["mum"])
    Membership.objects.filter(user=senco).update(ends_on=timezone.localdate() - timedelta(days=1))

    assert run(letter.job_id) == Status.FAILED
    assert printed == []


def test_a_ban_made_meanwhile_stops_the_letter(entry, family, senco, printed):
    (letter,) = make(entry, senco, family["mum"])
    Contact.objects.filter(pk=family["mum"].pk).update(do_not_contact=True)

    assert run(letter.job_id) == Status.FAILED
    assert printed == []
    with refused(LetterReason.MAY_NOT_BE_WRITTEN_TO):
        letters.mark_sent(letter=letter, sent_on=timezone.localdate(), via="post", by=senco)


# --- It has gone -------------------------------------------------------------------------------------------------
def gone(letter, by, days_ago=0):
    return letters.mark_sent(letter=letter, sent_on=timezone.localdate() - timedelta(days=days_ago), via="hand", by=by)


def test_a_letter_that_went_to_a_parent_meets_the_duty(entry, family, senco):
    (letter,) = make(entry, senco, family["mum"])

    gone(letter, senco)

    entry.refresh_from_db()
    assert entry.parent_told_on == timezone.localdate()
    assert DueItem.objects.get(rule="support.tell_parent").met_on == timezone.localdate()
    assert Event.objects.filter(code="letter.sent").exists()


def test_a_letter_to_somebody_who_is_no_parent_does_not(entry, family, senco):
    (letter,) = make(entry, senco, family["gran"])

    gone(letter, senco)

    entry.refresh_from_db()
    assert entry.parent_told_on is None


def test_the_first_day_counts(entry, pupil, family, senco):
    stepdad = Contact.objects.create(pupil=pupil, name="Ola", lives_with=True)
    first, second = make(entry, senco, family["mum"], stepdad)

    gone(second, senco, days_ago=0)
    gone(first, senco, days_ago=3)

    entry.refresh_from_db()
    assert entry.parent_told_on == timezone.localdate() - timedelta(days=3)


def test_a_letter_goes_once_and_never_tomorrow(entry, family, senco):
    (letter,) = make(entry, senco, family["mum"])

    with refused(LetterReason.SENT_IN_FUTURE):
        gone(letter, senco, days_ago=-1)
    gone(letter, senco)
    with refused(LetterReason.SENT_ALREADY):
        gone(letter, senco)


# --- Many at once ------------------------------------------------------------------------------------------------
AT_ONCE = 8


def test_of_many_presses_one_letter_comes(entry, family, senco, tmp_path):
    made = race(lambda: make(entry, senco, family["mum"])[0].pk, count=AT_ONCE, folder=tmp_path)

    assert len(made) == AT_ONCE
    assert len(set(made)) == 1


def test_of_many_who_say_it_went_one_is_kept(entry, family, senco, tmp_path):
    (letter,) = make(entry, senco, family["mum"])

    said = race(lambda: gone(letter, senco).sent_via, count=AT_ONCE, folder=tmp_path)

    assert sorted(said) == ["Refused"] * (AT_ONCE - 1) + ["hand"]


def test_of_many_who_save_first_words_one_does(school, senco, tmp_path):
    saved = race(lambda: save(school, senco).version, count=AT_ONCE, folder=tmp_path)

    assert sorted(saved, key=str) == [1] + ["ChangedMeanwhile"] * (AT_ONCE - 1)
