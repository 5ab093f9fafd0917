"""What people really type and do: pasted words, far too many words, photos of phones, two at once, a colleague gone."""

from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from pupils.models import Profile, ReviewWindow, TargetReview
from pupils.plans.services import reviews, windows
from pupils.profiles import services as profiles
from sendco.files.models import StoredFile
from sendco.files.services import open_stored
from sendco.jobs import runner
from sendco.jobs.models import Job
from sendco.pdf.fit import fit_on_one_page
from staff.models import Membership
from tests.factories import PupilFactory
from tests.ground.samples import picture

from .helping import READS, begin, targets_of, write
from .test_grid import dates_of_window, post_cell
from .test_meetings import agree
from .test_meetings import plan as meet
from .test_profiles import WORDS, published, written

# As it arrives from a word processor: curly quotes, hard blanks and hyphens, bullets, line tabs, marks nobody sees.
FROM_WORD = "“Reads\u00a0aloud” – twice a\u2011day…\r\n\u2022\tWith Joe\v\u200b\u202eend\ufeff"
SHOWN = ("Reads", "aloud”", "twice a", "With Joe")


# --- Pasted from a word processor --------------------------------------------------------------------------------
def test_pasted_words_stand_in_a_cell_of_the_grid(client, sign_in, pupil, teacher, senco):
    plan = begin(pupil, senco)
    sign_in(teacher)

    answer = post_cell(client, targets_of(plan)[0], "comment", FROM_WORD)

    assert answer.status_code == 200
    kept = TargetReview.objects.get().comment
    assert all(words in kept for words in SHOWN)
    assert post_cell(client, targets_of(plan)[0], "comment", "Next", was=answer.json()["stands"]).status_code == 200


def test_pasted_words_print_in_a_profile_and_a_plan(client, sign_in, pupil, senco):
    plan = begin(pupil, senco, outcome=FROM_WORD.replace("\r\n", " "))
    sign_in(senco)
    typed = WORDS | {"version": 0, "method": "talk", "said_on": timezone.localdate().isoformat()}
    assert (
        client.post(reverse("pupils:profile-edit", args=[pupil.pk]), typed | {"support": FROM_WORD}).status_code == 302
    )
    client.post(reverse("pupils:profile-publish", args=[pupil.pk]), {})
    pages = [reverse("pupils:profile-pdf", args=[pupil.pk]), reverse("pupils:support-pdf", args=[plan.pk])]

    for url in pages:
        assert client.post(url, {"for": "file"}).status_code == 302
    for job in Job.objects.filter(kind__endswith="_pdf").order_by("pk"):
        runner.run(job.pk)
        job.refresh_from_db()
        content = open_stored(StoredFile.objects.get(pk=job.result["file"])).read()
        text = " ".join(one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(content))
        assert "With Joe" in text
        assert "\u202e" not in text


@pytest.mark.parametrize("route", ["contact-log-add", "meeting-plan"])
def test_pasted_words_are_kept_in_notes(client, sign_in, pupil, senco, route):
    sign_in(senco)
    today = timezone.localdate()
    typed = {
        "contact-log-add": {
            "name": "A neighbour", "way": "in", "means": "call", "happened_on": today.isoformat(), "version": 1,
            "words": FROM_WORD,
        },
        "meeting-plan": {
            "kind": "team", "planned_on": (today + timedelta(days=7)).isoformat(), "minutes": 30, "is_meant": "on",
            "others": FROM_WORD,
        },
    }[route]  # fmt: skip

    assert client.post(reverse(f"pupils:{route}", args=[pupil.pk]), typed).status_code == 302


# --- Far too many words ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("words", "published"), [(400, True), (1200, False)])
def test_many_words_in_one_box_fit_the_page_or_the_box_is_named(client, sign_in, pupil, senco, words, published):
    sign_in(senco)
    long = ("Give me time to think and then ask me again. " * 120).split()[:words]
    typed = WORDS | {"support": " ".join(long), "version": 0, "method": "talk"}
    typed["said_on"] = timezone.localdate().isoformat()
    assert client.post(reverse("pupils:profile-edit", args=[pupil.pk]), typed).status_code == 302

    page = client.post(reverse("pupils:profile-publish", args=[pupil.pk]), {})

    profile = Profile.objects.get()
    assert (page.status_code == 302, profile.versions.exists()) == (published, published)
    assert len(profile.support.split()) == words  # what was typed is kept either way
    if published:
        content = fit_on_one_page(profiles.TEMPLATE, profiles.context_of(profile.versions.get()))[1]
        assert len(pypdfium2.PdfDocument(content)) == 1
    else:
        assert "How best to support me" in page.content.decode()


def test_hard_words_are_hinted_at_where_they_are_typed(client, sign_in, pupil, senco):
    written(pupil, senco, support="He is dysregulated after transitions")
    sign_in(senco)

    page = client.get(reverse("pupils:profile-edit", args=[pupil.pk])).content.decode()

    assert "dysregulated" in page.split("<form")[0] + page.split("</form>")[-1] or page.count("dysregulated") > 1


def test_who_read_the_older_version_is_listed_with_its_day(client, sign_in, pupil, senco, teacher, monkeypatch):
    monkeypatch.setattr(profiles, "_fit", lambda version: 2)
    first = published(pupil, senco)
    profiles.say_read(profile=first.profile, number=1, by=teacher)
    published(pupil, senco, dont="Never touch my bag")
    sign_in(senco)

    page = " ".join(client.get(reverse("pupils:profile", args=[pupil.pk])).content.decode().split())

    assert "older version" in page
    assert teacher.name in page


# --- Photos of phones --------------------------------------------------------------------------------------------
def test_a_photo_on_a_profile_loses_its_place(client, sign_in, pupil, senco):
    written(pupil, senco)
    sign_in(senco)
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (51.0, 30.0, 0.0)
    upload = SimpleUploadedFile("kezia.jpg", picture(exif=exif), content_type="image/jpeg")
    typed = {"upload": upload, "consent": "Her mother, on paper"}

    answer = client.post(reverse("pupils:profile-photo", args=[pupil.pk]), typed)

    assert answer.status_code == 302, answer.context["form"].errors
    stored = StoredFile.objects.get(pk=Profile.objects.get().photo_id)
    assert dict(Image.open(open_stored(stored)).getexif().get_ifd(0x8825)) == {}


def test_a_photo_of_90_megapixels_on_a_profile_is_refused_in_words(client, sign_in, pupil, senco):
    written(pupil, senco)
    sign_in(senco)
    made = BytesIO()
    Image.new("RGB", (10000, 9000)).save(made, "JPEG")
    upload = SimpleUploadedFile("huge.jpg", made.getvalue(), content_type="image/jpeg")

    page = client.post(reverse("pupils:profile-photo", args=[pupil.pk]), {"upload": upload, "consent": "Her mother"})

    assert page.status_code == 422
    assert "Her mother" in page.content.decode()
    assert Profile.objects.get().photo_id is None


# --- Dates, cycles and people ------------------------------------------------------------------------------------
def test_a_short_cycle_inside_a_term_is_closed_alone(school, group, pupil, senco, teacher):
    today = timezone.localdate()
    plan = begin(pupil, senco)
    other = PupilFactory(school=school, form_group=group, legal_forename="Tom", legal_surname="Frith")
    begin(other, senco)
    window = windows.save_window(
        window=ReviewWindow(school=school), name="Autumn", opens_on=today, due_on=today + timedelta(days=30), version=1,
        by=senco,
    )  # fmt: skip
    for target in targets_of(plan):
        write(target, senco, value="5", judgement="not_met", next_step="change")
    following = reviews.close_cycle(plan=plan, by=senco, review_on=today + timedelta(days=21))

    assert following.review_on == today + timedelta(days=21)
    assert dates_of_window() == [(teacher.pk, None, None)]
    assert window.classes.get().done_on is None


def test_the_third_cycle_is_said_on_the_page_and_in_the_grid(client, sign_in, pupil, senco, group):
    plan = begin(pupil, senco)
    for _ in range(2):
        for target in targets_of(plan):
            write(target, senco, value="5", judgement="partly", next_step="carry", carry_reason="on_track")
        plan = reviews.close_cycle(plan=plan, by=senco)
    sign_in(senco)

    for url in (
        reverse("pupils:support-detail", args=[plan.pk]),
        f"{reverse('pupils:review-grid')}?group={group.pk}",
    ):
        assert "Third cycle of this target" in client.get(url).content.decode()


def test_a_target_without_a_date_is_named(client, sign_in, pupil, senco):
    plan = begin(pupil, senco, targets=[READS])
    target = targets_of(plan)[0]
    target.by_on = None
    target.save()

    page = sign_in(senco).get(reverse("pupils:support-detail", args=[plan.pk])).content.decode()

    assert "has no date" in " ".join(page.split())


def test_what_somebody_without_an_heir_had_agreed_goes_to_the_senco(sign_in, pupil, senco, teacher, school):
    action = agree(meet(pupil, senco), senco, owner=teacher)
    action.due_on = timezone.localdate() - timedelta(days=3)
    action.save()
    Membership.objects.filter(user=teacher).update(ends_on=timezone.localdate() - timedelta(days=1))

    page = sign_in(senco).get(reverse("due-list")).content.decode()

    assert reverse("pupils:meeting-action-settle", args=[action.pk]) in page
