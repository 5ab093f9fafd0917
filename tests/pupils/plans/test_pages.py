"""The pages of a plan: a first cycle in one form, who adds what, evidence with a photo, and the PDFs."""

from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from pupils.models import (
    CohortTarget,
    Concern,
    Contact,
    PlanNote,
    PlanStrategy,
    PlanVoice,
    PracticeNote,
    SupportPlan,
    Target,
    TargetValue,
)
from sendco.audit.models import Read
from sendco.drafts.models import Draft
from sendco.files.models import StoredFile
from sendco.jobs import runner
from sendco.jobs.models import Job

from .helping import begin, kind, targets_of

TARGET_ROWS, STRATEGY_ROWS = 3, 3


def begin_form(senco, **typed):
    today = timezone.localdate()
    rows = {
        "targets-TOTAL_FORMS": TARGET_ROWS, "targets-INITIAL_FORMS": 0, "strategies-TOTAL_FORMS": STRATEGY_ROWS,
        "strategies-INITIAL_FORMS": 0,
    }  # fmt: skip
    facts = {"starts_on": today, "review_on": today + timedelta(days=60), "lead": senco.pk}
    return rows | facts | typed


FILLED = {
    "outcome": "Reads for pleasure",
    "area": "cl",
    "child_says": "I like maths",
    "method": "talk",
    "section_known": "Reads slowly",
    "targets-0-text": "Reads a page aloud",
    "targets-0-measure": "months",
    "targets-0-baseline": "6y 2m",
    "targets-0-aim": "7:0",
    "targets-0-how": "Single word reading, form A",
    "strategies-0-text": "Precision reading",
    "strategies-0-who": "Dee Hartley",
}


def test_a_first_cycle_is_one_form(client, sign_in, senco, pupil):
    sign_in(senco)
    url = reverse("pupils:support-new", args=[pupil.pk])

    answer = client.post(url, begin_form(senco, **FILLED))

    plan = SupportPlan.objects.get()
    assert answer.url == reverse("pupils:support-detail", args=[plan.pk])
    target = targets_of(plan)[0]
    assert (target.baseline, target.aim, target.how) == (74, 84, "Single word reading, form A")
    assert (plan.strategies.get().who, plan.voices.get().words) == ("Dee Hartley", "I like maths")
    page = client.get(answer.url).content.decode()
    for words in ("6y 2m", "7y 0m", "Precision reading", "I like maths", "Reads slowly"):
        assert words in page


def test_nothing_typed_is_lost_when_something_is_wrong(client, sign_in, senco, pupil):
    sign_in(senco)
    typed = begin_form(senco, **FILLED | {"targets-0-aim": "much better", "review_on": "2020-01-01"})

    page = client.post(reverse("pupils:support-new", args=[pupil.pk]), typed)

    assert page.status_code == 422
    words = page.content.decode()
    assert "is not a number" in words
    for kept in ("much better", "Precision reading", "I like maths", "Single word reading"):
        assert kept in words
    assert not SupportPlan.objects.exists()


def test_what_is_known_is_filled_in(client, sign_in, senco, teacher, school, pupil):
    Concern.objects.create(
        school=school, pupil=pupil, raised_by=teacher, what="Loses the line", tried="A ruler", tried_for="a term",
        parent_told="told",
    )  # fmt: skip
    sign_in(senco)

    page = client.get(reverse("pupils:support-new", args=[pupil.pk])).content.decode()

    assert "Loses the line" in page
    assert "Tried: A ruler (a term)" in page


def test_a_first_cycle_needs_only_its_dates_and_lead(client, sign_in, senco, pupil):
    sign_in(senco)

    client.post(reverse("pupils:support-new", args=[pupil.pk]), begin_form(senco))

    assert not SupportPlan.objects.get().outcomes.exists()


def test_targets_without_an_outcome_get_one(client, sign_in, senco, pupil):
    sign_in(senco)
    client.post(reverse("pupils:support-new", args=[pupil.pk]), begin_form(senco, **FILLED | {"outcome": ""}))

    assert SupportPlan.objects.get().outcomes.get().text == "Reads a page aloud"


def test_half_filled_rows_are_asked_about(client, sign_in, senco, pupil):
    sign_in(senco)
    typed = begin_form(senco, **{"targets-1-aim": "12", "targets-1-measure": "count", "strategies-2-who": "TA"})

    page = client.post(reverse("pupils:support-new", args=[pupil.pk]), typed).content.decode()

    assert "Write the target, or empty the rest of this row." in page
    assert "Write the strategy, or empty the rest of this row." in page


def test_a_disclosure_is_not_kept_as_a_draft(client, sign_in, senco, pupil):
    sign_in(senco)
    typed = begin_form(senco, child_says="Dad hit me last night", method="talk")

    page = client.post(reverse("pupils:support-new", args=[pupil.pk]), typed)

    assert page.status_code == 422
    assert "safeguarding lead" in page.content.decode()
    assert not SupportPlan.objects.exists()
    assert not Draft.objects.exists()


# --- Who adds what -----------------------------------------------------------------------------------------------
@pytest.fixture
def plan(pupil, senco):
    return begin(pupil, senco)


def test_a_teacher_adds_and_changes_no_target(client, sign_in, teacher, plan):
    sign_in(teacher)
    target = targets_of(plan)[0]
    today = timezone.localdate().isoformat()
    added = {
        ("strategy-add", plan.pk): {"text": "Seat at the front", "version": 1},
        ("plan-note-add", plan.pk): {"kind": "note", "text": "Read well", "happened_on": today, "version": 1},
        ("voice-add", plan.pk): {
            "words": "I like it", "method": "talk", "stage": "plan", "said_on": today, "version": 1,
        },
        ("value-add", target.pk): {"typed": "52", "taken_on": today, "version": 1},
    }  # fmt: skip
    for (name, pk), typed in added.items():
        assert client.post(reverse(f"pupils:{name}", args=[pk]), typed).status_code == 302, name

    assert PlanStrategy.objects.get(text="Seat at the front").added_by == teacher
    assert PlanNote.objects.get().added_by == teacher
    assert PlanVoice.objects.get().taken_by == teacher
    assert TargetValue.objects.get().value == 52
    for name, pk in (
        ("target-edit", target.pk), ("target-end", target.pk), ("outcome-add", plan.pk), ("support-edit", plan.pk),
        ("support-close", plan.pk), ("support-stop", plan.pk), ("support-confidential", plan.pk),
    ):  # fmt: skip
        assert client.get(reverse(f"pupils:{name}", args=[pk])).status_code == 403, name


def test_what_a_teacher_added_they_change_and_nobody_elses(client, sign_in, teacher, senco, plan):
    sign_in(teacher)
    client.post(reverse("pupils:strategy-add", args=[plan.pk]), {"text": "Mine", "version": 1})
    mine = PlanStrategy.objects.get(text="Mine")
    theirs = PlanStrategy.objects.exclude(pk=mine.pk).get()

    assert client.get(reverse("pupils:strategy-edit", args=[mine.pk])).status_code == 200
    assert client.get(reverse("pupils:strategy-edit", args=[theirs.pk])).status_code == 403
    page = client.get(reverse("pupils:support-detail", args=[plan.pk])).content.decode()
    assert reverse("pupils:strategy-end", args=[mine.pk]) in page
    assert reverse("pupils:strategy-end", args=[theirs.pk]) not in page


def test_a_parents_name_is_for_who_sees_contacts(client, sign_in, teacher, senco, plan):
    contact = Contact.objects.create(pupil=plan.pupil, name="Ada Adeyemi", relation="Mother")
    PlanVoice.objects.create(plan=plan, contact=contact, words="We see it at home", taken_by=senco)
    url = reverse("pupils:support-detail", args=[plan.pk])

    for user, sees in ((teacher, False), (senco, True)):
        sign_in(user)
        page = client.get(url).content.decode()
        assert "We see it at home" in page
        assert ("Ada Adeyemi" in page) is sees
        assert ("Ada Adeyemi" in client.get(reverse("pupils:voice-add", args=[plan.pk])).content.decode()) is sees


def test_two_parents_are_two_answers(client, sign_in, senco, plan):
    first, second = (
        Contact.objects.create(pupil=plan.pupil, name=name, has_parental_responsibility=True)
        for name in ("Ada Adeyemi", "Ben Clarke")
    )
    sign_in(senco)
    url, today = reverse("pupils:voice-add", args=[plan.pk]), timezone.localdate().isoformat()
    typed = {"method": "talk", "stage": "plan", "said_on": today, "version": 1}
    client.post(url, typed | {"contact": first.pk, "words": "It is much better"})
    client.post(url, typed | {"contact": second.pk, "words": "I see no difference"})
    again = client.post(url, typed | {"contact": first.pk, "words": "Second thoughts"})

    assert again.status_code == 422
    assert "is here already" in again.content.decode()
    page = client.get(reverse("pupils:support-detail", args=[plan.pk])).content.decode()
    assert "It is much better" in page
    assert "I see no difference" in page
    assert "side by side" in page


def test_opening_a_plan_is_kept_in_the_log_of_reads(client, sign_in, teacher, plan):
    sign_in(teacher)
    client.get(reverse("pupils:support-detail", args=[plan.pk]))

    assert Read.objects.filter(what="support plan", user_id=teacher.pk, pupil_id=plan.pupil_id).exists()


# --- Evidence ----------------------------------------------------------------------------------------------------
def photo(size=(40, 30)):
    made, exif = BytesIO(), Image.Exif()
    exif[0x8825] = {1: "N", 2: (51.0, 30.0, 0.0)}  # where it was taken
    Image.new("RGB", size, "red").save(made, "JPEG", exif=exif)
    return SimpleUploadedFile("IMG_2041 Kezia.jpg", made.getvalue(), content_type="image/jpeg")


def send_note(client, plan, upload):
    typed = {"kind": "evidence", "text": "Her page", "happened_on": timezone.localdate().isoformat(), "version": 1}
    return client.post(reverse("pupils:plan-note-add", args=[plan.pk]), typed | {"upload": upload})


def test_a_photo_is_kept_without_its_place_and_name(client, sign_in, teacher, plan):
    sign_in(teacher)
    assert send_note(client, plan, photo()).status_code == 302

    note = PlanNote.objects.get()
    answer = client.get(reverse("pupils:plan-note-file", args=[note.pk]))
    kept = Image.open(BytesIO(b"".join(answer.streaming_content)))
    assert dict(kept.getexif()) == {}
    assert "Kezia" not in answer["Content-Disposition"]
    assert f"evidence-{note.happened_on}" in answer["Content-Disposition"]


def test_a_picture_of_90_megapixels_is_refused_and_the_words_stay(client, sign_in, teacher, plan):
    sign_in(teacher)

    page = send_note(client, plan, photo(size=(10000, 9000)))

    assert page.status_code == 422
    assert "Her page" in page.content.decode()
    assert not PlanNote.objects.exists()
    assert not StoredFile.objects.exists()


def test_the_file_of_a_confidential_plan_opens_for_those_named(client, sign_in, teacher, senco, pupil):
    plan = begin(pupil, senco, is_confidential=True)
    sign_in(senco)
    send_note(client, plan, photo())
    url = reverse("pupils:plan-note-file", args=[PlanNote.objects.get().pk])
    assert client.get(url).status_code == 200

    sign_in(teacher)
    assert client.get(url).status_code == 404
    assert reverse("pupils:support-detail", args=[plan.pk]) not in client.get(reverse("home")).content.decode()
    page = client.get(reverse("pupil-detail", args=[pupil.pk]) + "?tab=plans").content.decode()
    assert "Reads for pleasure" not in page
    assert "SEN support plan" not in page


# --- What works --------------------------------------------------------------------------------------------------
def test_a_strategy_begins_with_the_words_of_what_works(client, sign_in, school, teacher, plan):
    note = PracticeNote.objects.create(school=school, title="Word mat on the table", text="Before each topic", needs=[])
    other = PracticeNote.objects.create(school=school, title="Hearing loop", text="In the hall", needs=["HI"])
    sign_in(teacher)
    url = reverse("pupils:strategy-add", args=[plan.pk])
    page = client.get(url).content.decode()
    assert (f"?note={note.pk}" in page, f"?note={other.pk}" in page) == (True, False)

    form = client.get(f"{url}?note={note.pk}").context["form"]
    typed = {name: form[name].value() or "" for name in form.fields}
    client.post(url, typed | {"who": "Everybody"})

    kept = plan.strategies.get(note=note)
    assert (kept.text, kept.who) == ("Word mat on the table", "Everybody")


def test_a_strategy_goes_into_what_works_without_a_childs_name(client, sign_in, teacher, plan):
    sign_in(teacher)
    strategy = plan.strategies.get()
    url = reverse("pupils:strategy-share", args=[strategy.pk])
    typed = {"title": "Pre-teach words", "text": "For Kezia Adeyemi: three words"}

    refused = client.post(url, typed)
    assert refused.status_code == 422
    assert "It names Kezia Adeyemi" in refused.content.decode()

    client.post(url, typed | {"text": "Three words before the lesson"})
    note = PracticeNote.objects.get()
    strategy.refresh_from_db()
    assert (note.added_by, strategy.note) == (teacher, note)


# --- On paper ----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("wanted", "pages"), [("file", 2), ("parents", 1), ("large", 3)])
def test_a_plan_on_paper(client, sign_in, teacher, senco, plan, wanted, pages):
    PlanNote.objects.create(plan=plan, text="Staff only: hard week", added_by=senco)
    sign_in(teacher)

    answer = client.post(reverse("pupils:support-pdf", args=[plan.pk]), {"for": wanted})
    job = Job.objects.get()
    assert answer.url == reverse("job-detail", args=[job.pk])
    runner.run(job.pk)

    file = client.get(reverse("job-file", args=[job.pk]))
    document = pypdfium2.PdfDocument(b"".join(file.streaming_content))
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    assert len(document) <= pages
    assert "Reads a Year 3 page aloud" in text.replace("\r\n", " ")
    assert "Staff only" not in text
    assert Read.objects.filter(what__startswith="export", pupil_id=plan.pupil_id, user_id=teacher.pk).exists()


def test_a_job_of_an_older_release_makes_what_it_was_asked_for(client, sign_in, senco, plan):
    sign_in(senco)
    client.post(reverse("pupils:support-pdf", args=[plan.pk]), {"for": "parents"})
    job = Job.objects.get()
    Job.objects.update(params={"plan": plan.pk, "for_parents": True})
    runner.run(job.pk)

    document = pypdfium2.PdfDocument(b"".join(client.get(reverse("job-file", args=[job.pk])).streaming_content))
    assert "What we are working on" in document[0].get_textpage().get_text_range()


def test_nothing_in_large_print_is_small(client, sign_in, senco, plan):
    sign_in(senco)
    client.post(reverse("pupils:support-pdf", args=[plan.pk]), {"for": "large"})
    job = Job.objects.get()
    runner.run(job.pk)

    document = pypdfium2.PdfDocument(b"".join(client.get(reverse("job-file", args=[job.pk])).streaming_content))
    sizes = [
        part.get_font_size() for page in document for part in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_TEXT])
    ]
    assert min(sizes) * 72 / 96 >= 15.99  # the file counts in CSS pixels


def test_a_print_of_a_plan_one_may_not_read_any_more_is_not_made(client, sign_in, teacher, senco, plan):
    sign_in(teacher)
    client.post(reverse("pupils:support-pdf", args=[plan.pk]), {"for": "file"})
    plan.is_confidential = True
    plan.save()
    job = Job.objects.get()
    runner.run(job.pk)

    job.refresh_from_db()
    assert job.status == "failed"
    assert "may not read it any more" in job.error


# --- Lists -------------------------------------------------------------------------------------------------------
def test_pupils_on_support_without_a_plan_are_listed(client, sign_in, senco, pupil):
    entry = pupil.register_entries.get()
    entry.code = "K"
    entry.save()
    sign_in(senco)
    url = reverse("pupils:support-list") + "?show=without"

    assert pupil.name in client.get(url).content.decode()
    begin(pupil, senco)
    assert pupil.name not in client.get(url).content.decode()


def test_the_teachers_home_leads_to_the_plan(client, sign_in, teacher, plan):
    sign_in(teacher)

    assert reverse("pupils:support-detail", args=[plan.pk]) in client.get(reverse("home")).content.decode()


def test_a_cohort_writes_into_each_plan(client, sign_in, senco, teacher, plan, other_pupil):
    begin(other_pupil, senco)
    sign_in(senco)
    typed = {"version": 1, "title": "Phonics", "text": "Reads 30 of 40 words", "measure": "count", "aim": "30"}
    client.post(reverse("pupils:cohort-add"), typed)
    cohort = CohortTarget.objects.get()
    plans = list(SupportPlan.objects.values_list("pk", flat=True))

    client.post(reverse("pupils:cohort-give", args=[cohort.pk]), {"plans": plans})
    client.post(reverse("pupils:cohort-give", args=[cohort.pk]), {"plans": plans})

    assert Target.objects.filter(cohort=cohort).count() == 2
    sign_in(teacher)
    page = client.get(reverse("pupils:cohort-detail", args=[cohort.pk])).content.decode()
    assert plan.pupil.name in page
    assert other_pupil.name not in page


def test_kind_is_chosen_by_its_address(client, sign_in, senco, pupil):
    sign_in(senco)
    url = reverse("pupils:support-new", args=[pupil.pk])

    assert "What usually comes before" in client.get(f"{url}?kind={kind('behaviour').pk}").content.decode()
    assert "What we know" in client.get(f"{url}?kind={kind('isp').pk}").content.decode()  # not one that may begin
    assert client.get(f"{url}?kind=x").status_code == 200
