"""One-page profiles: always one page, read by version, and asked of every adult who teaches the child."""

import random
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
import weasyprint
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from pupils.models import Profile, ProfileReading, ProfileVersion, Pupil, PupilSupport
from pupils.models.profiles import BOXES
from pupils.profiles import jobs, plain, selectors, services
from pupils.profiles.refusals import ProfileReason
from sendco.due.models import DueItem
from sendco.files.models import StoredFile
from sendco.files.services import open_stored
from sendco.jobs import runner
from sendco.jobs.models import Job
from sendco.pdf.fit import fit_on_one_page
from sendco.pdf.fit_child import SIZES
from sendco.pdf.render import with_breaks
from staff.acting import acting_for
from staff.models import GroupStaff
from tests.factories import PupilFactory

from .helping import begin, refused

WORDS = {
    "admire": "Funny and kind", "matters": "Football and my dog", "support": "Tell me what comes next",
    "do": "Give me time", "dont": "Do not make me read aloud", "card": "Time-out card: let me go",
}  # fmt: skip
SHEET = Path(__file__).resolve().parents[3] / "static" / "css" / "report.css"


@pytest.fixture
def quick(monkeypatch):
    """Publishing without drawing the page: measuring is tested by itself."""
    monkeypatch.setattr(services, "_fit", lambda version: 2)


def written(pupil, by, **more):
    profile = Profile.objects.filter(pupil=pupil).first() or Profile(pupil=pupil)
    values = {"method": "talk", "said_on": timezone.localdate()} | WORDS | more
    return services.save(profile=profile, values=values, version=profile.version, by=by)


def published(pupil, by, *, is_minor=False, minor_reason="", **more):
    profile = written(pupil, by, **more)
    return services.publish(profile=profile, is_minor=is_minor, minor_reason=minor_reason, by=by)


def names(readings):
    return sorted(one.user.name for one in readings)


# --- Reading by version ------------------------------------------------------------------------------------------
@pytest.fixture
def four_adults(group, pupil, teacher, teaching_assistant, senco, head):
    """The teacher of the class, two who support it, and one who supports the child."""
    for user in (teaching_assistant, head):
        GroupStaff.objects.create(group=group, user=user, kind="supports", starts_on="2025-09-01")
    PupilSupport.objects.create(pupil=pupil, user=senco)
    return [teacher, teaching_assistant, head, senco]


@pytest.mark.postgresql("constraints and dates")
def test_a_new_way_to_help_asks_everybody_again(quick, four_adults, pupil, senco):
    first = published(pupil, senco)
    for user in four_adults:
        services.say_read(profile=first.profile, number=1, by=user)
    assert len(selectors.readers_of(first.profile, first).current) == 4

    second = published(pupil, senco, dont="Never touch my bag")

    found = selectors.readers_of(second.profile, second)
    assert (len(found.current), len(found.older), len(found.never)) == (0, 4, 0)
    assert {reading.read_number for reading in found.older} == {1}
    assert DueItem.objects.filter(rule="profile.read").open().count() == 4


def test_a_small_change_asks_nobody_and_says_why(quick, four_adults, pupil, senco, teacher):
    first = published(pupil, senco)
    services.say_read(profile=first.profile, number=1, by=teacher)
    profile = written(pupil, senco, support="Tell me what comes next.")
    refused(ProfileReason.MINOR_WHY, services.publish, profile=profile, is_minor=True, minor_reason="", by=senco)

    second = services.publish(profile=profile, is_minor=True, minor_reason="A full stop", by=senco)

    assert (second.number, second.asks, second.minor_reason) == (2, 1, "A full stop")
    assert names(selectors.readers_of(profile, second).current) == [teacher.name]
    assert len(selectors.readers_of(profile, second).never) == 3


def test_what_people_admire_may_change_without_asking(quick, four_adults, pupil, senco):
    published(pupil, senco)

    assert published(pupil, senco, admire="A great goalkeeper").asks == 1


def test_each_adult_is_asked_and_knows_of_it_alone(quick, four_adults, pupil, senco, teacher):
    version = published(pupil, senco)

    items = DueItem.objects.filter(rule="profile.read")
    assert {item.owner_id for item in items} == {user.pk for user in four_adults}
    assert all(item.is_personal and item.pupil_id == pupil.pk for item in items)
    services.say_read(profile=version.profile, number=1, by=teacher)
    assert [item.met_on for item in items.filter(owner_id=teacher.pk)] == [timezone.localdate()]


def test_who_comes_later_is_asked_and_who_goes_is_not(quick, group, pupil, senco, teacher, teaching_assistant, school):
    published(pupil, senco)
    assert names(ProfileReading.objects.filter(closed_on=None)) == [teacher.name]

    GroupStaff.objects.create(group=group, user=teaching_assistant, kind="supports", starts_on="2025-09-01")
    GroupStaff.objects.filter(user=teacher).update(ends_on="2026-01-01")
    assert services.ask_new_readers(school) == 1

    assert names(ProfileReading.objects.filter(closed_on=None)) == [teaching_assistant.name]
    assert services.ask_new_readers(school) == 0


def test_the_older_text_cannot_be_ticked(quick, pupil, senco, teacher, client, sign_in):
    published(pupil, senco)
    sign_in(teacher)
    published(pupil, senco, do="Wait for me")

    page = client.post(reverse("pupils:profile-read", args=[pupil.pk]), {"number": 1}, follow=True).content.decode()

    assert "published again while you read" in page
    assert ProfileReading.objects.get(user=teacher).read_number is None
    for number in ("", "x", "9" * 30):
        client.post(reverse("pupils:profile-read", args=[pupil.pk]), {"number": number})
    client.post(reverse("pupils:profile-read", args=[pupil.pk]), {"number": 2})
    assert ProfileReading.objects.get(user=teacher).read_number == 2


def test_a_version_taken_back_leaves_the_one_before(quick, pupil, senco, teacher):
    first = published(pupil, senco)
    services.say_read(profile=first.profile, number=1, by=teacher)
    second = published(pupil, senco, do="Wrong child's words")

    services.withdraw(version=second, by=senco)

    assert selectors.published(first.profile) == first
    assert names(selectors.readers_of(first.profile, first).current) == [teacher.name]
    third = published(pupil, senco, do="The right words")
    assert (third.number, third.asks) == (3, 3)


def test_nothing_is_published_twice_or_empty(quick, pupil, senco):
    version = published(pupil, senco)
    refused(
        ProfileReason.NO_CHANGE, services.publish, profile=version.profile, is_minor=False, minor_reason="", by=senco
    )
    other = PupilFactory(school=pupil.school)
    empty = services.save(profile=Profile(pupil=other), values={"said_on": timezone.localdate()}, version=1, by=senco)
    refused(ProfileReason.NOTHING_WRITTEN, services.publish, profile=empty, is_minor=False, minor_reason="", by=senco)


# --- One page ----------------------------------------------------------------------------------------------------
def test_too_many_words_are_kept_and_not_published(pupil, senco):
    pasted = "word " * 1100
    profile = written(pupil, senco, matters=pasted)

    refusal = refused(
        ProfileReason.TOO_LONG, services.publish, profile=profile, is_minor=False, minor_reason="", by=senco
    )

    assert refusal.data["field"] == "What matters to me"
    assert Profile.objects.get().matters == pasted
    assert not ProfileVersion.objects.exists()


SCRIPTS = (
    "abcdefghijklmnopqrstuvwxyz ", "ąćęłńóśźż gęślą jaźń ", "محمد يحب القراءة ", "小明喜欢足球 ",
    "🙂⚽🐶 ", "Wolfeschlegelsteinhausenbergerdorff ", "W" * 40 + " ", "- Give me time to answer\n",
)  # fmt: skip


def any_profile(dice, school, number):
    """A profile of any length within its boxes, in any script, of somebody with any name."""
    name = (dice.choice(SCRIPTS) * 3).strip()[: dice.randint(1, 90)] or "A"
    pupil = Pupil(school=school, legal_forename=name[: dice.randint(1, 60)], legal_surname=name, pk=number)
    version = ProfileVersion(profile=Profile(pupil=pupil), number=number, published_on=timezone.localdate())
    for box, most in BOXES.items():
        setattr(version, box, (dice.choice(SCRIPTS) * most)[: dice.randint(0, most)])
    return version


def pages_of(versions, size):
    """{number of the version: on how many pages it stands at this size}."""
    context = {
        "title": "Profiles", "school_name": versions[0].profile.pupil.school.name,
        "profiles": [services.page_of(version, fit=size) for version in versions],
    }  # fmt: skip
    html = weasyprint.HTML(string=with_breaks(render_to_string(services.TEMPLATE, context)))
    found = html.render(stylesheets=[weasyprint.CSS(filename=SHEET)], pdf_variant="pdf/ua-1").pages
    starts = {}
    for page, one in enumerate(found):
        for anchor in one.anchors:  # each page that holds a part of it has its anchor
            starts.setdefault(int(anchor[1:]), page)
    ends = [*sorted(starts.values())[1:], len(found)]
    return {number: end - starts[number] for number, end in zip(sorted(starts, key=starts.get), ends, strict=True)}


def test_two_hundred_profiles_are_each_one_page_or_refused(school, monkeypatch):
    """Long names, emoji, Arabic and Polish. What is too long at the smallest size is not published."""
    dice = random.Random(15)  # noqa: S311  (the same two hundred each time)
    monkeypatch.setattr(services, "photo_of", lambda version: "")
    versions = [any_profile(dice, school, number) for number in range(1, 201)]

    spans = pages_of(versions, SIZES - 1)

    fitting = [version for version in versions if spans[version.number] == 1]
    too_long = [version for version in versions if spans[version.number] > 1]
    assert len(spans) == 200
    assert len(fitting) > 180
    for version in fitting[:4]:
        size, content = fit_on_one_page(services.TEMPLATE, services.context_of(version))
        assert len(pypdfium2.PdfDocument(content)) == 1
        assert pages_of([version], size) == {version.number: 1}
        assert size == 0 or pages_of([version], size - 1)[version.number] > 1  # no smaller than it has to be
    for version in too_long[:2]:
        refused(ProfileReason.TOO_LONG, services._fit, version=version)


def test_the_senco_sees_the_classes_in_which_nobody_has_read(quick, client, sign_in, pupil, senco, teacher, group):
    version = published(pupil, senco)
    sign_in(senco)
    page = client.get(reverse("pupils:profile-list"))
    assert page.context["unread"] == [(group.pk, group.name, 1)]
    only = client.get(reverse("pupils:profile-list") + f"?group={group.pk}&read=nobody").content.decode()
    assert pupil.name in only

    services.say_read(profile=version.profile, number=version.number, by=teacher)

    page = client.get(reverse("pupils:profile-list"))
    assert (page.context["unread"], "as it stands now" in page.content.decode()) == ([], False)
    sign_in(teacher)
    assert "Read by nobody" not in client.get(reverse("pupils:profile-list")).content.decode()


def test_nothing_on_a_lanyard_card_is_cut_off(quick, school, group, senco):
    """Eight cards of the widest letters and long names: the foot of each stands above the next row's name."""
    pupils = []
    for number in range(4):
        pupil = PupilFactory(
            school=school, form_group=group, legal_forename=f"Maximiliana {number}",
            legal_surname="Featherstonehaugh-Cholmondeley of Somewhere",
        )  # fmt: skip
        published(pupil, senco, card="W" * 240)
        pupils.append(pupil)

    job = jobs.start(pupils, as_cards=True, acting=acting_for(senco))
    runner.run(job.pk)
    job.refresh_from_db()

    page = pypdfium2.PdfDocument(open_stored(StoredFile.objects.get(pk=job.result["file"])).read())[0].get_textpage()
    text = page.get_text_range()
    foot = page.get_charbox(text.index("The whole profile"))
    below = page.get_charbox(text.index("Maximiliana 2"))
    assert foot[1] > below[3]


def test_a_page_stays_one_page_when_the_name_grows(client, sign_in, school, pupil, senco):
    words = {name: ("Likes calm words and a plan. " * 90)[: most - 1] for name, most in BOXES.items()}
    version = published(pupil, senco, **words)
    published_at = version.fit
    pupil.preferred_forename, pupil.preferred_surname = "Maximiliana " * 6, "Featherstonehaugh " * 4
    pupil.save()
    ProfileVersion.objects.filter(pk=version.pk).update(fit=0)  # as after a change of the sheet

    job = jobs.start([pupil], as_cards=False, acting=acting_for(senco))
    runner.run(job.pk)
    job.refresh_from_db()

    stored = StoredFile.objects.get(pk=job.result["file"])
    assert published_at > 0
    assert len(pypdfium2.PdfDocument(open_stored(stored).read())) == 1


@pytest.mark.parametrize(("wanted", "pages"), [("pages", 3), ("cards", 1)])
def test_a_class_in_one_file(client, sign_in, school, group, teacher, senco, other_pupil, wanted, pages):
    for number in range(3):
        child = PupilFactory(school=school, form_group=group, legal_forename=f"Child{number}", legal_surname="Frith")
        published(child, senco)
    published(other_pupil, senco)
    sign_in(teacher)

    client.post(reverse("pupils:profile-class-pdf", args=[group.pk]), {"as": wanted})
    job = Job.objects.get()
    runner.run(job.pk)

    file = client.get(reverse("job-file", args=[job.pk]))
    document = pypdfium2.PdfDocument(b"".join(file.streaming_content))
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    assert len(document) == pages
    assert "Child2 Frith" in text
    assert other_pupil.name not in text


# --- Pages -------------------------------------------------------------------------------------------------------
def test_a_profile_begins_with_the_plans_words(client, sign_in, senco, pupil):
    begin(
        pupil, senco, assessed={"strengths": "Loves building"},
        child_says={"words": "I like to know what comes", "method": "draw", "said_on": timezone.localdate()},
    )  # fmt: skip
    sign_in(senco)

    page = client.get(reverse("pupils:profile-edit", args=[pupil.pk])).content.decode()

    for words in ("Loves building", "I like to know what comes", "Pre-teach three words"):
        assert words in page


def test_a_teacher_writes_and_a_lead_publishes(quick, client, sign_in, teacher, senco, pupil):
    sign_in(teacher)
    typed = WORDS | {"version": 0, "method": "talk", "said_on": timezone.localdate().isoformat()}
    assert client.post(reverse("pupils:profile-edit", args=[pupil.pk]), typed).status_code == 302
    assert client.get(reverse("pupils:profile-publish", args=[pupil.pk])).status_code == 403
    page = client.get(reverse("pupils:profile", args=[pupil.pk])).content.decode()
    assert "Tell me what comes next" not in page  # nobody reads it before a lead has published it

    sign_in(senco)
    client.post(reverse("pupils:profile-publish", args=[pupil.pk]), {})

    sign_in(teacher)
    assert reverse("pupils:profile", args=[pupil.pk]) in client.get(reverse("home")).content.decode()
    assert "Tell me what comes next" in client.get(reverse("pupils:profile", args=[pupil.pk])).content.decode()


def test_two_who_write_meet_each_others_words(client, sign_in, teacher, senco, pupil):
    written(pupil, senco)
    typed = {"version": 1, "method": "talk", "said_on": timezone.localdate().isoformat()}
    sign_in(teacher)
    client.post(reverse("pupils:profile-edit", args=[pupil.pk]), WORDS | typed | {"do": "The teacher's words"})
    sign_in(senco)

    page = client.post(reverse("pupils:profile-edit", args=[pupil.pk]), WORDS | typed | {"do": "The SENCo's words"})

    assert page.status_code == 422
    assert "The teacher&#x27;s words" in page.content.decode()
    assert "The SENCo&#x27;s words" in page.content.decode()


def photo(name="photo.jpg", size=(60, 80)):
    made = BytesIO()
    Image.new("RGB", size, "blue").save(made, "JPEG")
    return SimpleUploadedFile(name, made.getvalue(), content_type="image/jpeg")


def test_a_photo_needs_somebody_who_agreed_and_stands_on_the_page(client, sign_in, senco, pupil):
    written(pupil, senco)
    sign_in(senco)
    url = reverse("pupils:profile-photo", args=[pupil.pk])

    page = client.post(url, {"upload": photo(), "consent": ""})
    assert "Say who agreed to the photo" in page.content.decode()
    client.post(url, {"upload": photo(), "consent": "The mother, 3 November 2026"})
    version = services.publish(profile=Profile.objects.get(), is_minor=False, minor_reason="", by=senco)

    _, content = fit_on_one_page(services.TEMPLATE, services.context_of(version))
    document = pypdfium2.PdfDocument(content)
    assert any(thing.type == 3 for thing in document[0].get_objects())  # an image
    assert 'src="data:image/jpeg' in client.get(reverse("pupils:profile", args=[pupil.pk])).content.decode()
    client.post(reverse("pupils:profile-photo-off", args=[pupil.pk]))
    assert Profile.objects.get().photo_id is None
    assert version.photo_id


def test_unread_profiles_are_counted(quick, client, sign_in, four_adults, pupil, senco, teacher):
    version = published(pupil, senco)
    services.say_read(profile=version.profile, number=1, by=teacher)
    sign_in(senco)

    page = client.get(reverse("pupils:profile-list")).content.decode()

    assert "1 of 4" in " ".join(page.split())
    assert [reading.profile.pupil for reading in selectors.to_read(acting_for(senco))] == [pupil]
    assert selectors.to_read(acting_for(teacher)) == []


# --- Plain English -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Tell me what comes next.", []),
        ("He is dysregulated after transitions", ["trade", "trade"]),
        ("Uses PECS and AAC", ["letters", "letters"]),
        ("incomprehensibilities", ["long"]),
        ("one " * 30, ["sentence"]),
        ("PE is fun. TV too.", []),
        ("EHCP " * 40, ["trade", "sentence"]),
    ],
)
def test_plain_english_is_hinted_at(text, kinds):
    assert [hint.kind for hint in plain.hints(text)] == kinds
