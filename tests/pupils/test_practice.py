"""The practice library: what works, found by words and need, rated by use, about no child."""

import pytest
from django.urls import reverse

from pupils.models import NeedType, PracticeNote, PracticeUse
from pupils.practice import selectors, services
from pupils.practice.refusals import PracticeReason
from sendco.refusals import ChangedMeanwhile
from staff.acting import acting_for
from tests.factories import PupilFactory
from tests.staff.test_posts import refused

pytestmark = pytest.mark.postgresql("constraints and icontains")


def values(**more):
    return {"title": "Now and next board", "text": "Show two pictures.", "needs": [], "source": ""} | more


def add(school, by, **more):
    return services.save_note(note=PracticeNote(school=school), values=values(**more), version=1, by=by)


def test_what_helped_most_stands_first(school, teacher, teaching_assistant, senco):
    quiet, loud = add(school, teacher, title="Quiet corner"), add(school, teacher, title="Loud bell")
    for user, note, helped in (
        (teacher, loud, "no"), (senco, loud, "yes"), (teacher, quiet, "yes"), (senco, quiet, "yes"),
        (teaching_assistant, quiet, "partly"),
    ):  # fmt: skip
        services.say(note=note, helped=helped, comment="", by=user)

    found = selectors.notes(acting_for(teacher))

    assert [(note.title, note.helped, note.partly, note.not_helped) for note in found] == [
        ("Quiet corner", 2, 1, 0), ("Loud bell", 1, 0, 1),
    ]  # fmt: skip


def test_who_says_so_again_replaces_what_they_said(school, teacher):
    note = add(school, teacher)
    services.say(note=note, helped="no", comment="", by=teacher)

    services.say(note=note, helped="yes", comment="After a week", by=teacher)

    use = PracticeUse.objects.get()
    assert (use.helped, use.comment) == ("yes", "After a week")
    assert use.history.count() == 2


def test_a_need_finds_its_own_and_what_is_for_everybody(school, teacher):
    code = NeedType.objects.filter(valid_to=None).order_by("code").first().code
    add(school, teacher, title="For all")
    add(school, teacher, title="For one", needs=[code])
    add(school, teacher, title="For another", needs=["ZZZ"])

    found = {note.title for note in selectors.notes(acting_for(teacher), need=code)}

    assert found == {"For all", "For one"}


@pytest.mark.parametrize(("words", "number"), [("board", 1), ("BOARD two", 1), ("board three", 0), ("%", 0), ("", 1)])
def test_all_words_have_to_be_there(school, teacher, words, number):
    add(school, teacher)

    assert len(selectors.notes(acting_for(teacher), words=words)) == number


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        ("Show it to Mia Hartley first.", True),
        ("show it to MIA  HARTLEY", True),
        ("Mia-Hartley's board", True),
        ("Hartley, Mia", True),
        ("Mia Rose Hartley sits here", True),
        ("Mia sat down beside the Hartley board", False),
        ("Mia likes it", False),
        ("A Hartley board", False),
        ("Amia Hartleys", False),
    ],
)
def test_no_child_is_named(school, teacher, text, is_refused):
    PupilFactory(school=school, legal_forename="Mia", legal_surname="Hartley")
    if is_refused:
        refused(PracticeReason.NAMES_CHILD, add, school=school, by=teacher, text=text)
        note = add(school, teacher)
        refused(PracticeReason.NAMES_CHILD, services.say, note=note, helped="yes", comment=text, by=teacher)
    else:
        assert add(school, teacher, text=text).pk


def test_whoever_wrote_it_and_the_senco_change_it(client, school, teacher, teaching_assistant, senco):
    note = add(school, teacher)

    refused(PracticeReason.NOT_YOURS, services.save_note, note=note, values=values(), version=1, by=teaching_assistant)
    refused(PracticeReason.NOT_YOURS, services.set_archived, note=note, archived=True, by=teaching_assistant)
    client.force_login(teaching_assistant)
    assert client.get(reverse("pupils:practice-edit", args=[note.pk])).status_code == 404
    services.save_note(note=note, values=values(title="Now, next, then"), version=1, by=senco)
    note.refresh_from_db()
    assert (note.title, note.added_by) == ("Now, next, then", teacher)
    with pytest.raises(ChangedMeanwhile):
        services.save_note(note=note, values=values(), version=1, by=senco)


def test_what_was_put_away_comes_back(school, teacher, senco):
    note = add(school, teacher)
    services.say(note=note, helped="yes", comment="", by=teacher)
    services.set_archived(note=note, archived=True, by=senco)

    assert not selectors.notes(acting_for(teacher))
    refused(PracticeReason.ARCHIVED, services.say, note=note, helped="no", comment="", by=teacher)

    services.set_archived(note=note, archived=False, by=senco)
    assert selectors.notes(acting_for(teacher))[0].helped == 1


def test_accents_written_in_two_ways_are_one_name(school, teacher):
    PupilFactory(school=school, legal_forename="Zo\u00eb", legal_surname="Quick")

    refused(PracticeReason.NAMES_CHILD, add, school=school, by=teacher, source="Zoe\u0308 Quick, Tuesday")


def test_what_names_a_child_all_the_same_is_taken_back_by_a_lead(client, school, teacher, teaching_assistant, senco):
    note = add(school, teacher)
    use = services.say(note=note, helped="yes", comment="The boy in 4B with the red coat", by=teacher)

    refused(PracticeReason.NOT_YOURS, services.unsay, use=use, by=teaching_assistant)
    client.force_login(teaching_assistant)
    assert client.get(reverse("pupils:practice-unsay", args=[use.pk])).status_code == 404
    client.force_login(senco)
    client.post(reverse("pupils:practice-unsay", args=[use.pk]))
    assert not note.uses.exists()


def test_a_note_put_away_opens_for_its_author_and_for_leads(client, school, teacher, teaching_assistant, senco):
    note = add(school, teacher)
    services.set_archived(note=note, archived=True, by=senco)
    answers = {}
    for name, person in (("author", teacher), ("lead", senco), ("other", teaching_assistant)):
        client.force_login(person)
        answers[name] = client.get(reverse("pupils:practice-detail", args=[note.pk])).status_code

    assert answers == {"author": 200, "lead": 200, "other": 404}


def test_through_the_pages(client, school, teacher, teaching_assistant):
    client.force_login(teacher)
    typed = {"version": 1, "title": "Wobble cushion", "text": "Five minutes before writing."}
    assert client.post(reverse("pupils:practice-add"), typed | {"title": ""}).status_code == 422
    assert client.post(reverse("pupils:practice-add"), typed).status_code == 302
    note = PracticeNote.objects.get()

    client.force_login(teaching_assistant)
    assert client.post(reverse("pupils:practice-say", args=[note.pk]), {"helped": "yes"}).status_code == 302
    page = client.get(reverse("pupils:practice-list"), {"q": "wobble", "need": "no such"}).content.decode()
    assert "Wobble cushion" in page
    assert "helped 1" in page
    assert "Nothing found" in client.get(reverse("pupils:practice-list"), {"q": "trampoline"}).content.decode()
    assert "It helped" in client.get(reverse("pupils:practice-detail", args=[note.pk])).content.decode()
