import io
import re
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pikepdf
import pypdfium2
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localdate

from ehcp import tasks  # noqa: F401  (registers the handler)
from ehcp.models import Advice, NeedsAssessment
from ehcp.requests import pack
from ehcp.requests.readiness import readiness
from ehcp.requests.services import assessments as services
from pupils.models import (
    Agency,
    Assessment,
    Concern,
    Contact,
    Document,
    PlanVoice,
    Pupil,
    PupilFlag,
    Recommendation,
    Referral,
    RegisterEntry,
)
from pupils.plans.services.reviews import close_cycle
from pupils.record.services.documents import add_document
from sendco.audit import services as audit
from sendco.audit.models import Audience, Read
from sendco.files.models import StoredFile
from sendco.jobs import runner
from sendco.jobs.models import Job, Status
from staff.acting import acting_for
from staff.models import FormulaRate, Membership
from tests.again import later
from tests.ehcp.pdfs import form_of, pdf_of
from tests.factories.ehcp import LocalAuthorityFactory
from tests.provision.helping import NINE, calendar, intervention, run_of
from tests.pupils.plans.helping import begin, targets_of, write

LONDON = ZoneInfo("Europe/London")
REASON = "Kezia has had three cycles of support with help from outside, and the gap grows all the same."


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(datetime(2027, 1, 12, 10, tzinfo=LONDON), tick=False):
        yield


@pytest.fixture
def case(pupil, senco):
    authority = LocalAuthorityFactory(school=pupil.school, name="Westmarch Council", address="1 Civic Square")
    return services.begin(pupil=pupil, authority=authority, reason=REASON, by=senco)


def address(route, case):
    return reverse(f"ehcp:{route}", args=[case.pk])


def file_pdf(pupil, by, title, pages, *, kind="report", dated_on=date(2026, 11, 3), **more):
    upload = SimpleUploadedFile("report.pdf", pdf_of(pages, **more), content_type="application/pdf")
    return add_document(pupil=pupil, upload=upload, title=title, kind=kind, dated_on=dated_on, author="Dr Voss", by=by)


def usual(client, case):
    """What the form sends as it is opened, with all that we write."""
    form = client.get(address("assessment-pack", case)).context["form"]
    return {"parts": pack.Part.values, "signed_by": form.initial["signed_by"]}


def make(client, case, **data):
    """Ask for the pack and do the job; the job."""
    response = client.post(address("assessment-pack", case), usual(client, case) | data)
    assert response.status_code == 302
    job = Job.objects.get(pk=NeedsAssessment.objects.get(pk=case.pk).pack_job_id)
    runner.run(job.pk)
    job.refresh_from_db()
    return job


def stored(case):
    case = NeedsAssessment.objects.get(pk=case.pk)
    with pack.open_stored(StoredFile.objects.get(pk=case.pack_file_id)) as file:
        return file.read()


def text_of(content):
    document = pypdfium2.PdfDocument(content)
    return [" ".join(document[number].get_textpage().get_text_range().split()) for number in range(len(document))]


def test_pack_is_one_pdf_with_the_pages_that_its_index_names(sign_in, senco, pupil, case):
    first = file_pdf(pupil, senco, "Psychologist's advice", [["Words of the psychologist"], ["Second page"]])
    last = file_pdf(pupil, senco, "Speech therapy", [["Words of the therapist"]], dated_on=date(2026, 12, 1))
    Assessment.objects.create(
        pupil=pupil, test="Reading", taken_on=date(2026, 9, 9), scale="standard", score=72, assessed_by="J. Adair"
    )

    job = make(sign_in(senco), case, documents=[first.pk, last.pk])

    assert job.status == Status.DONE, job.error
    content = stored(case)
    pages = text_of(content)
    assert job.message == f"The pack is ready: {len(pages)} pages."
    cover, letter = pages[:2]
    assert "Request for an EHC needs assessment" in cover
    assert "Kezia Adeyemi" in cover
    assert "the gap grows all the same" in letter
    assert all(f"Page {number} of {len(pages)}" in page for number, page in enumerate(pages, start=1))
    index = cover
    begins = next(number for number, page in enumerate(pages, start=1) if "Words of the psychologist" in page)
    assert begins == len(pages) - 2
    assert f"(2 pages) . . {begins}" in re.sub(r"( \.)+", " . .", index)
    assert "Words of the therapist" in pages[-1]
    assert any("Standardised score (mean 100): 72" in page for page in pages)
    with pikepdf.open(io.BytesIO(content)) as whole, whole.open_outline() as outline:
        assert [item.title for item in outline.root][-2:] == [
            "Enclosure: Psychologist's advice", "Enclosure: Speech therapy",
        ]  # fmt: skip


def test_pack_without_enclosures_stays_a_tagged_pdf(sign_in, senco, case):
    make(sign_in(senco), case)

    with pikepdf.open(io.BytesIO(stored(case))) as whole:
        assert "/StructTreeRoot" in whole.Root
        assert whole.open_metadata().get("pdfuaid:part") == "1"


def test_pack_with_enclosures_does_not_claim_to_be_tagged_throughout(sign_in, senco, pupil, case):
    report = file_pdf(pupil, senco, "Advice", [["Words"]])

    make(sign_in(senco), case, documents=[report.pk])

    with pikepdf.open(io.BytesIO(stored(case))) as whole:
        assert "/StructTreeRoot" in whole.Root
        assert whole.open_metadata().get("pdfuaid:part") is None


def test_what_is_typed_into_a_form_comes_along(sign_in, senco, pupil, case):
    upload = SimpleUploadedFile("form.pdf", form_of("Two hours of therapy"), content_type="application/pdf")
    filed = add_document(
        pupil=pupil, upload=upload, title="Form", kind="report", dated_on=date(2026, 11, 3), author="LA", by=senco
    )

    job = make(sign_in(senco), case, documents=[filed.pk])

    assert job.status == Status.DONE, job.error
    assert "Two hours of therapy" in text_of(stored(case))[-1]


def test_what_cannot_be_enclosed_is_named_as_sent_separately(sign_in, senco, pupil, case):
    upload = SimpleUploadedFile("notes.txt", b"Notes", content_type="text/plain")
    about = {"pupil": pupil, "dated_on": date(2026, 11, 3), "by": senco}
    notes = add_document(upload=upload, title="Class notes", kind="school", **about)
    acting_plan = file_pdf(pupil, senco, "Old plan", [["Plan"]], kind="plan", script=True)
    lost = Document.objects.create(
        pupil=pupil, title="Lost", kind="report", dated_on=date(2026, 1, 1), file_id=999_999, added_by=senco
    )

    make(sign_in(senco), case, documents=[notes.pk, acting_plan.pk, lost.pk])

    text = " ".join(text_of(stored(case)))
    assert "Class notes, 3 November 2026 (it is not a PDF)" in text
    assert "Old plan, 3 November 2026 (it is kept exactly as it came)" in text
    assert "Lost, 1 January 2026 (its file is not here)" in text


def test_pack_holds_what_readiness_counts(sign_in, senco, pupil, case):
    """Views as words and as a document that nobody ticked: a date alone is neither counted nor sent."""
    client = sign_in(senco)
    filed = file_pdf(pupil, senco, "What Dad wrote", [["Words of her father"]], kind="other")
    views = case.advice.get(kind=Advice.Kind.PARENT)
    health = case.advice.get(kind=Advice.Kind.MEDICAL)
    services.save_advice(advice=health, received_on=date(2026, 12, 1), by=senco)
    assert missing(case) == {"support", "cycles", "provision", "assessments", "advice", "views", "reason"}
    form = {"received_on": "2026-12-01", "words": "She reads at bedtime <now>.", "document": filed.pk}
    assert client.post(reverse("ehcp:advice-edit", args=[views.pk]), form).status_code == 302
    client.post(
        reverse("ehcp:advice-edit", args=[health.pk]), {"received_on": "2026-12-01", "words": "Her hearing is fine."}
    )
    assert missing(case) == {"support", "cycles", "provision", "assessments", "reason"}

    make(client, case)

    pages = text_of(stored(case))
    text = " ".join(pages)
    assert "She reads at bedtime <now>." in text
    assert "Her hearing is fine." in text
    assert f"“What Dad wrote”, page {len(pages)}" in text
    assert "Words of her father" in pages[-1]
    assert "given on" not in text


def test_pack_shows_provision_with_its_cost_over_a_year(sign_in, senco, school, pupil, case):
    """An hour a week alone, 38 weeks at 16.50: 627.00."""
    calendar(school)
    rate = {"school": school, "authority": "Westmarch Council", "starts_on": date(2025, 9, 1), "yearly": 627}
    FormulaRate.objects.create(**rate, weeks=38, hourly=Decimal("16.50"))
    Pupil.objects.filter(pk=pupil.pk).update(home_authority="Westmarch Council")
    run_of(
        school, [pupil], by=senco, what=intervention(school, "Reading alone", group_size=1), minutes=60,
        times=((1, NINE),), starts_on=date(2027, 1, 5), ends_on=date(2027, 3, 19),
    )  # fmt: skip
    assert "provision" not in missing(case)

    make(sign_in(senco), case)

    text = " ".join(text_of(stored(case)))
    assert "Reading alone" in text
    assert "£627.00" in text


def test_what_only_has_a_date_is_said_not_to_be_there(sign_in, senco, case):
    for kind in (Advice.Kind.PARENT, Advice.Kind.MEDICAL):
        services.save_advice(advice=case.advice.get(kind=kind), received_on=date(2026, 12, 1), by=senco)

    make(sign_in(senco), case)

    text = " ".join(text_of(stored(case)))
    assert "Parent or young person: not in this pack" in text
    assert "1 December 2026" not in text


def test_words_ask_for_the_day_they_came(sign_in, senco, case):
    views = case.advice.get(kind=Advice.Kind.PARENT)

    answer = sign_in(senco).post(reverse("ehcp:advice-edit", args=[views.pk]), {"words": "She reads."})

    assert answer.status_code == 422
    assert "She reads." in answer.content.decode()


def test_letter_of_the_pack_is_signed_by_who_is_chosen(sign_in, senco, head, case):
    make(sign_in(senco), case, signed_by=head.pk)

    assert "Ruth Calloway Headteacher Fernhill Primary School" in text_of(stored(case))[1]


def test_pack_says_that_it_is_not_up_to_date(sign_in, senco, case):
    client = sign_in(senco)
    make(client, case)
    assert "Not up to date" not in client.get(address("assessment-detail", case)).content.decode()

    with later():
        views = case.advice.get(kind=Advice.Kind.PARENT)
        services.save_advice(advice=views, words="She reads.", received_on=date(2026, 12, 1), by=senco)

    assert "Not up to date" in client.get(address("assessment-detail", case)).content.decode()


def missing(case):
    return {key for key, _, there, _ in readiness(case) if not there}


@pytest.mark.parametrize("content", [pdf_of([["x"]], password="secret"), b"%PDF-1.7 broken"])
def test_locked_or_damaged_pdf_has_no_pages(content):
    assert pack._pages(content) is None


def test_chronology_tells_what_this_person_may_see_and_no_flag(senco, pupil, case):
    RegisterEntry.objects.filter(pupil=pupil).update(starts_on=date(2026, 9, 1), reason="Slow to read")
    Concern.objects.create(
        school=pupil.school, pupil=pupil, raised_by=senco, what="Stops after one line", parent_told="told",
        raised_on=date(2026, 10, 1), outcome="support",
    )  # fmt: skip
    PupilFlag.objects.create(pupil=pupil, kind="fsm")
    about = {"by": senco, "school_id": pupil.school_id, "pupil_id": pupil.pk}
    audit.record("letter.sent", pupil, text="Letter home", happened_on=date(2026, 10, 9), **about)
    audit.record("pupil.flag_added", pupil, text="On a protection plan", happened_on=date(2026, 10, 9), **about)
    audit.record(
        "letter.sent", pupil, text="Confidential letter", happened_on=date(2026, 10, 9),
        audience=Audience.CONFIDENTIAL, **about,
    )  # fmt: skip

    told = pack.chronology(pupil, acting_for(senco))

    words = [f"{one.what} {one.more}" for one in told]
    assert [one.on for one in told] == sorted(one.on for one in told)
    assert any("Stops after one line" in line and "Start SEN Support" in line for line in words)
    assert "Letter home " in words
    assert not any("protection" in line or "Confidential" in line for line in words)


def test_parts_that_are_not_ticked_stay_out(sign_in, senco, case):
    make(sign_in(senco), case, parts=["advice"])

    text = " ".join(text_of(stored(case)))
    assert "Advice, by the list of regulation 6(1)" in text
    assert "Chronology" not in text


def test_document_of_another_child_cannot_be_enclosed(sign_in, senco, other_pupil, case):
    theirs = file_pdf(other_pupil, senco, "Not hers", [["Not hers"]])

    client = sign_in(senco)
    response = client.post(address("assessment-pack", case), usual(client, case) | {"documents": [theirs.pk]})

    assert response.status_code == 422


def test_job_of_somebody_who_lost_the_right_makes_nothing(sign_in, senco, case):
    client = sign_in(senco)
    client.post(address("assessment-pack", case), usual(client, case))
    Membership.objects.filter(user=senco).delete()
    job = Job.objects.get(kind="ehcp.request_pack")

    runner.run(job.pk)

    job.refresh_from_db()
    assert job.status == Status.FAILED
    assert NeedsAssessment.objects.get(pk=case.pk).pack_file_id is None


def test_pack_can_be_made_again_until_the_request_goes(sign_in, senco, case):
    client = sign_in(senco)
    make(client, case)
    first = NeedsAssessment.objects.get(pk=case.pk).pack_file_id
    with later():
        make(client, case)

    assert not StoredFile.objects.filter(pk=first).exists()
    sent = {
        "version": NeedsAssessment.objects.get(pk=case.pk).version,
        "sent_at": "2027-01-12T09:00",
        "method": "email",
    }
    client.post(reverse("ehcp:assessment-step", args=[case.pk, "sent"]), sent)
    with later(2):
        response = client.post(address("assessment-pack", case), usual(client, case))
    assert response.status_code == 422
    assert "Its pack stays as it went" in response.content.decode()


def test_download_is_for_those_who_see_cases_and_is_kept(sign_in, senco, teacher, outsider, case):
    client = sign_in(senco)
    assert client.get(address("assessment-pack-file", case)).status_code == 404
    make(client, case)

    response = client.get(address("assessment-pack-file", case))

    assert response["Content-Disposition"] == 'attachment; filename="request-pack.pdf"'
    assert Read.objects.filter(pupil_id=case.pupil_id, what="request pack").exists()
    assert sign_in(teacher).get(address("assessment-pack-file", case)).status_code == 403
    assert sign_in(outsider).get(address("assessment-pack-file", case)).status_code == 404


def test_page_shows_the_pack_while_it_is_made_and_once_it_is_there(sign_in, senco, case):
    client = sign_in(senco)
    client.post(address("assessment-pack", case), usual(client, case))

    assert 'hx-trigger="every 2s"' in client.get(address("assessment-detail", case)).content.decode()
    runner.run(Job.objects.get(kind="ehcp.request_pack").pk)
    text = client.get(address("assessment-detail", case)).content.decode()
    assert 'hx-trigger="every 2s"' not in text
    assert address("assessment-pack-file", case) in text


def test_words_of_people_do_not_become_markup(sign_in, senco, pupil, case):
    NeedsAssessment.objects.filter(pk=case.pk).update(
        reason='<img src="file:///etc/passwd"> <b>Why</b> {{ child.name }}'
    )

    job = make(sign_in(senco), case)

    assert job.status == Status.DONE, job.error
    assert '<img src="file:///etc/passwd"> <b>Why</b>' in " ".join(text_of(stored(case)))


def test_cycles_of_support_go_into_the_pack_and_a_confidential_plan_does_not(sign_in, senco, pupil, case):
    plan = begin(pupil, senco)
    for target in targets_of(plan):
        write(target, senco, value="6", judgement="partly", comment="Seen in maths", next_step="stop")
    close_cycle(plan=plan, by=senco, goes_on=False)
    begin(pupil, senco, code="behaviour", is_confidential=True, outcome="A secret aim")
    assert "cycles" in missing(case)  # one is fewer than authorities look for

    make(sign_in(senco), case, parts=["cycles"])

    text = " ".join(" ".join(text_of(stored(case))).split())
    assert "Reads a Year 3 page aloud" in text
    assert "6 words a minute" in text
    assert "Partly met. Seen in maths" in text
    assert "A secret aim" not in text


def test_what_child_and_parent_said_in_the_plan_counts_and_is_printed(sign_in, senco, pupil, case):
    plan = begin(pupil, senco)
    mother = Contact.objects.create(pupil=pupil, name="Ada Adeyemi", has_parental_responsibility=True)
    PlanVoice.objects.create(plan=plan, contact=mother, words="She reads to her brother", taken_by=senco)
    assert "views" in missing(case)
    PlanVoice.objects.create(plan=plan, words="I like the quiet table", taken_by=senco)
    assert "views" not in missing(case)

    make(sign_in(senco), case, parts=["cycles"])

    text = " ".join(" ".join(text_of(stored(case))).split())
    for words in ("She reads to her brother", "I like the quiet table"):
        assert words in text


def test_advice_of_an_agency_counts_without_a_filed_report(senco, pupil, case):
    assert "advice" in missing(case)
    advised(pupil, senco, "Picture cards")
    assert "advice" not in missing(case)


def advised(pupil, by, text, **more):
    agency = Agency.objects.create(school=pupil.school, name=f"Agency for {text}", kind="salt")
    facts = {"consent_on": localdate(), "consent_how": "form", "consent_name": "A parent", **more}
    referral = Referral.objects.create(pupil=pupil, agency=agency, lead=by, reason="Speech", **facts)
    Recommendation.objects.create(
        referral=referral, number=1, text=text, decision="adapted", why="Weekly: no room daily", decided_on=localdate(),
    )  # fmt: skip


def test_what_agencies_advised_goes_into_the_pack_where_the_family_consented(sign_in, senco, pupil, case):
    advised(pupil, senco, "Picture cards")
    advised(pupil, senco, "Call the police", basis="law", basis_note="Children Act 1989 s47", consent_on=None)
    advised(pupil, senco, "Taken back", consent_withdrawn_on=localdate())
    advised(pupil, senco, "Wrong child", ended_on=localdate(), ending="mistake")

    make(sign_in(senco), case, parts=["agencies"])

    text = " ".join(" ".join(text_of(stored(case))).split())
    assert "Picture cards Adapted. Weekly: no room daily" in text
    for left_out in ("Call the police", "Taken back", "Wrong child"):
        assert left_out not in text
