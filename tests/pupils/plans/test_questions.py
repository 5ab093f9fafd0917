"""Ask the SENDCo, and the challenge log: what is asked waits for an answer, and what is put to others for a reply."""

from datetime import timedelta

import pypdfium2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from pupils.challenges import jobs
from pupils.challenges import services as challenges
from pupils.challenges.refusals import ChallengeReason
from pupils.models import Agency, Challenge, ChallengeStep, PracticeNote, SencoQuestion
from pupils.practice.refusals import PracticeReason
from pupils.questions import services
from pupils.questions.refusals import QuestionReason
from pupils.record.services.pupils import hand_over
from sendco.audit.models import Event
from sendco.due.models import DueItem
from sendco.files.models import StoredFile
from sendco.files.services import open_stored
from sendco.jobs import runner
from sendco.jobs.models import Job
from sendco.refusals import ChangedMeanwhile
from staff.acting import acting_for
from staff.models import Membership

from .helping import refused

pytestmark = pytest.mark.postgresql("constraints and dates")


def days(count):
    return timezone.localdate() + timedelta(days=count)


def ask(by, school, pupil=None, words="Which seat is best?"):
    return services.ask(question=SencoQuestion(school=school, pupil=pupil, words=words), by=by)


def due(rule):
    return DueItem.objects.get(rule=rule)


# --- Questions ---------------------------------------------------------------------------------------------------
def test_a_question_waits_until_somebody_else_answers(school, teacher, senco, pupil):
    question = ask(teacher, school, pupil)
    assert (due("question.answer").owner_id, due("question.answer").pupil_id) == (None, pupil.pk)

    services.say(question=question, words="Also at lunch", by=teacher)
    assert due("question.answer").met_on is None
    services.say(question=question, words="By the door", by=senco)
    assert due("question.answer").met_on == timezone.localdate()

    row = services.say(question=question, words="And in the hall?", by=teacher)
    assert (row.answered_on, due("question.answer").met_on) == (None, None)


def test_a_closed_question_takes_no_word_until_it_is_opened(school, teacher, senco):
    question = services.set_closed(question=ask(teacher, school), closed=True, by=teacher)

    assert due("question.answer").closed_on == timezone.localdate()
    refused(QuestionReason.QUESTION_CLOSED, services.say, question=question, words="x", by=senco)
    services.set_closed(question=question, closed=False, by=teacher)
    assert services.say(question=question, words="x", by=senco).answered_on


def test_a_question_on_the_wrong_child_is_put_right(client, sign_in, school, teacher, senco, pupil):
    question = ask(teacher, school, pupil, words="Whihc seat?")
    services.say(question=question, words="By the dor", by=senco)
    reply = question.replies.get()
    sign_in(teacher)
    url = reverse("pupils:question-edit", args=[question.pk])
    assert url in client.get(reverse("pupils:question-detail", args=[question.pk])).content.decode()
    assert client.get(reverse("pupils:question-reply-edit", args=[reply.pk])).status_code == 302
    version = client.get(url).context["form"]["version"].value()

    assert client.post(url, {"words": "Which seat?", "pupil": "", "version": version}).status_code == 302

    question.refresh_from_db()
    assert (question.words, question.pupil, due("question.answer").pupil_id) == ("Which seat?", None, None)
    tab = client.get(reverse("pupil-detail", args=[pupil.pk]) + "?tab=meetings").content.decode()
    assert "Which seat?" not in tab
    assert client.post(url, {"words": "Other", "version": version}).status_code == 422
    sign_in(senco)
    client.post(reverse("pupils:question-reply-edit", args=[reply.pk]), {"words": "By the door", "version": 1})
    reply.refresh_from_db()
    assert (reply.words, reply.history.count()) == ("By the door", 2)
    services.set_closed(question=question, closed=True, by=teacher)
    refused(QuestionReason.QUESTION_CLOSED, services.put_right, row=reply, values={"words": "x"}, version=2, by=senco)


def test_an_answer_is_shared_once_and_names_no_child(school, teacher, senco, pupil):
    question = ask(teacher, school, pupil)
    values = {"title": "Seats", "text": "By the door", "needs": ["ASD"]}
    refused(QuestionReason.NOT_ANSWERED, services.share, question=question, values=values, by=senco)
    services.say(question=question, words="By the door", by=senco)
    named = values | {"text": f"{pupil.name} sits by the door"}
    refused(PracticeReason.NAMES_CHILD, services.share, question=question, values=named, by=senco)

    note = services.share(question=question, values=values, by=senco)

    question.refresh_from_db()
    assert (question.shared, PracticeNote.objects.count()) == (note, 1)
    refused(QuestionReason.SHARED_ALREADY, services.share, question=question, values=values, by=senco)


def test_a_question_is_seen_by_its_asker_and_who_leads(school, teacher, teaching_assistant, senco, pupil, outsider):
    question = ask(teacher, school, pupil)

    for user, sees in ((teacher, True), (senco, True), (teaching_assistant, False), (outsider, False)):
        assert SencoQuestion.objects.visible_to(acting_for(user)).filter(pk=question.pk).exists() is sees


def test_a_question_through_its_pages(client, sign_in, school, teacher, senco, pupil):
    sign_in(teacher)
    url = reverse("pupils:question-ask-pupil", args=[pupil.pk])
    assert client.get(url).status_code == 200
    held = client.post(url, {"words": "Mum says dad hit him"})
    assert (held.status_code, SencoQuestion.objects.count()) == (422, 0)
    assert client.post(url, {"words": ""}).status_code == 422
    client.post(url, {"words": "Which seat is best?"})
    question = SencoQuestion.objects.get()
    sign_in(senco)
    detail = reverse("pupils:question-detail", args=[question.pk])
    assert "Which seat is best?" in client.get(reverse("pupils:question-list")).content.decode()
    client.post(detail, {"words": "By the door"})
    client.post(
        reverse("pupils:question-share", args=[question.pk]), {"title": "Seats", "text": "By the door", "needs": []}
    )
    sign_in(teacher)

    page = client.get(detail).content.decode()

    assert "By the door" in page
    assert "Seats" in page
    assert client.get(reverse("pupils:question-share", args=[question.pk])).status_code == 403
    client.post(reverse("pupils:question-close", args=[question.pk]))
    question.refresh_from_db()
    assert question.closed_on == timezone.localdate()
    assert client.post(detail, {"words": "Thanks"}).status_code == 422


# --- Challenges --------------------------------------------------------------------------------------------------
def raise_it(school, by, pupil=None, **more):
    values = {
        "body": "la", "agency": None, "name": "Westmarch SEND team", "about": "Plan not sent", "words": "It is late",
        "raised_on": days(-20), "reply_by": days(-6), "owner": by,
    }  # fmt: skip
    return challenges.save_challenge(
        challenge=Challenge(school=school, pupil=pupil), values=values | more, version=1, by=by
    )


def test_the_days_to_a_reply_are_counted_and_chased(school, senco, pupil):
    row = raise_it(school, senco, pupil)
    item = due("challenge.reply")
    assert (row.waits(days(0)), item.due_on, item.owner_id) == (20, days(-6), senco.pk)

    challenges.add_step(challenge=row, done_on=days(-1), words="Rang the manager", reply_by=days(5), by=senco)
    assert due("challenge.reply").due_on == days(5)
    row = challenges.note_reply(challenge=row, replied_on=days(-2), reply="Next week", by=senco)
    assert (row.waits(days(0)), due("challenge.reply").met_on) == (18, days(-2))

    row = challenges.note_reply(challenge=row, replied_on=None, reply="", by=senco)
    assert due("challenge.reply").met_on is None
    row = challenges.end(challenge=row, ended_on=days(0), outcome="refused", end_note="", by=senco)
    assert due("challenge.reply").closed_on == days(0)
    refused(
        ChallengeReason.CHALLENGE_ENDED, challenges.note_reply, challenge=row, replied_on=days(0), reply="", by=senco
    )
    assert challenges.reopen(challenge=row, by=senco).ended_on is None
    refused(ChallengeReason.CHALLENGE_OPEN, challenges.reopen, challenge=row, by=senco)


def test_the_list_says_how_long_each_takes(sign_in, school, senco):
    for ago in (3, 20, 41):
        raise_it(school, senco, raised_on=days(-ago), reply_by=days(5))
    mistake = raise_it(school, senco, raised_on=days(-300))
    challenges.end(challenge=mistake, ended_on=days(0), outcome="mistake", end_note="", by=senco)
    slow = raise_it(school, senco, name="Another council", raised_on=days(-50))
    challenges.note_reply(challenge=slow, replied_on=days(-5), reply="Sorry", by=senco)

    page = sign_in(senco).get(reverse("pupils:challenge-list"))

    assert page.context["waits"] == [("Another council", 1, 0, 45), ("Westmarch SEND team", 3, 3, 20)]


def test_dates_of_a_challenge_lie_in_order(school, senco):
    refused(ChallengeReason.WHOM_UNSAID, raise_it, school=school, by=senco, name=" ")
    refused(ChallengeReason.BY_BEFORE_RAISED, raise_it, school=school, by=senco, reply_by=days(-21))
    row = raise_it(school, senco)
    early = days(-21)
    refused(
        ChallengeReason.REPLIED_BEFORE_RAISED,
        challenges.note_reply,
        challenge=row,
        replied_on=early,
        reply="",
        by=senco,
    )
    facts = {"challenge": row, "done_on": early, "words": "x", "by": senco}
    refused(ChallengeReason.STEP_BEFORE_RAISED, challenges.add_step, **facts)
    facts = {"challenge": row, "ended_on": early, "outcome": "right", "end_note": "", "by": senco}
    refused(ChallengeReason.ENDED_BEFORE_RAISED, challenges.end, **facts)
    with pytest.raises(ChangedMeanwhile):
        challenges.save_challenge(
            challenge=row, values={"agency": None, "name": "x", "raised_on": days(-20), "reply_by": days(1)}, version=9,
            by=senco,
        )  # fmt: skip


def test_an_agency_can_be_challenged_and_its_owner_hands_it_on(school, senco, head, pupil):
    agency = Agency.objects.create(school=school, name="Clinic", kind="ot")
    row = raise_it(school, senco, pupil, body="agency", agency=agency, name="")
    assert row.whom == "Clinic"

    hand_over(user=senco, to=head, school=school, by=head)

    row.refresh_from_db()
    assert (row.owner, due("challenge.reply").owner_id) == (head, head.pk)


def test_a_step_keeps_its_paper(client, sign_in, school, senco, teacher, pupil):
    row = raise_it(school, senco, pupil)
    sign_in(senco)
    url = reverse("pupils:challenge-step", args=[row.pk])
    typed = {"done_on": days(-1).isoformat(), "words": "Wrote again", "version": row.version}
    script = SimpleUploadedFile("letter.exe", b"MZ" + b"0" * 50)
    refused_page = client.post(url, typed | {"upload": script})
    assert (refused_page.status_code, ChallengeStep.objects.count()) == (422, 0)
    assert "Wrote again" in refused_page.content.decode()
    # Of a file that was right beside a field that was wrong, the page says that it has to be chosen again.
    wrong = typed | {"done_on": "2099-01-01", "upload": SimpleUploadedFile("letter.txt", b"Dear council")}
    again = client.post(url, wrong)
    assert (again.status_code, ChallengeStep.objects.count()) == (422, 0)
    assert "Choose this file again" in again.content.decode()

    client.post(url, typed | {"upload": SimpleUploadedFile("Kezia's letter.txt", b"Dear council")})
    step = ChallengeStep.objects.get()
    paper = reverse("pupils:challenge-step-file", args=[step.pk])
    assert paper in client.get(reverse("pupils:challenge-detail", args=[row.pk])).content.decode()
    answer = client.get(paper)
    assert b"".join(answer.streaming_content) == b"Dear council"
    assert "Kezia" not in answer["Content-Disposition"]
    assert StoredFile.objects.get(pk=step.file_id).pupil_id == pupil.pk

    edit = reverse("pupils:challenge-step-edit", args=[step.pk])
    changed = {"done_on": days(-1).isoformat(), "words": "Wrote a second time", "version": 1, "in_letter": "on"}
    client.post(edit, changed)
    step.refresh_from_db()
    assert (step.words, step.file_id is None) == ("Wrote a second time", False)
    client.post(edit, changed | {"version": 2, "upload": SimpleUploadedFile("b.txt", b"The right one")})
    assert b"".join(client.get(paper).streaming_content) == b"The right one"

    assert Event.objects.filter(code="challenge.step_changed", text__contains="Paper").exists()

    # Of another child: taken away, and no way leads to it.
    client.post(edit, changed | {"version": 3, "no_paper": "on"})
    assert client.get(paper).status_code == 404
    assert paper not in client.get(reverse("pupils:challenge-detail", args=[row.pk])).content.decode()
    ChallengeStep.objects.update(file_id=99999)
    assert client.get(paper).status_code == 404
    sign_in(teacher)
    assert client.get(paper).status_code == 403


def test_a_challenge_of_the_school_keeps_a_paper_of_no_child(client, sign_in, school, senco):
    row = raise_it(school, senco)
    upload = SimpleUploadedFile("minutes.txt", b"Minutes")
    challenges.add_step(challenge=row, done_on=days(0), words="Met them", by=senco, upload=upload)

    assert challenges.file_of(ChallengeStep.objects.get()).pupil_id is None


@pytest.mark.parametrize(
    ("reply_by", "there", "not_there"),
    [(5, "Please reply by", "none on record"), (-6, "20 days ago", "Please reply by")],
)
def test_a_challenge_is_written_as_a_letter_and_then_as_a_reminder(
    client, sign_in, school, senco, pupil, reply_by, there, not_there
):
    row = raise_it(school, senco, pupil, reply_by=days(reply_by))
    challenges.add_step(challenge=row, done_on=days(-7), words="Rang the manager", by=senco, in_letter=True)
    challenges.add_step(challenge=row, done_on=days(-6), words="Asked our solicitor", by=senco)
    sign_in(senco)

    client.post(reverse("pupils:challenge-letter", args=[row.pk]))
    job = Job.objects.get()
    runner.run(job.pk)

    job.refresh_from_db()
    document = pypdfium2.PdfDocument(open_stored(StoredFile.objects.get(pk=job.result["file"])).read())
    text = " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())
    for words in ("Westmarch SEND team", "Kezia Adeyemi", "It is late", "Rang the manager", senco.name, there):
        assert words in text
    assert not_there not in text
    assert "solicitor" not in text


def test_nobody_who_has_left_signs_a_letter(client, sign_in, school, senco, head, pupil):
    row = raise_it(school, senco, pupil)
    Membership.objects.filter(user=senco).update(starts_on="2019-01-01", ends_on="2020-01-01")
    job = jobs.start(row, acting=acting_for(head))
    runner.run(job.pk)

    job.refresh_from_db()
    document = pypdfium2.PdfDocument(open_stored(StoredFile.objects.get(pk=job.result["file"])).read())
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    assert (head.name in text, senco.name in text) == (True, False)
    page = sign_in(head).get(reverse("pupils:challenge-detail", args=[row.pk])).content.decode()
    assert "has left" in " ".join(page.split())


def test_no_letter_asks_for_what_has_come(client, sign_in, school, senco, pupil):
    row = raise_it(school, senco, pupil)
    job = jobs.start(row, acting=acting_for(senco))
    challenges.note_reply(challenge=row, replied_on=days(0), reply="Sorry", by=senco)

    runner.run(job.pk)

    job.refresh_from_db()
    assert (job.status, "They have replied" in job.error) == ("failed", True)
    page = sign_in(senco).get(reverse("pupils:challenge-detail", args=[row.pk])).content.decode()
    assert reverse("pupils:challenge-letter", args=[row.pk]) not in page


def test_a_letter_is_not_made_for_who_leads_no_more(client, sign_in, school, senco, pupil):
    row = raise_it(school, senco, pupil)
    job = jobs.start(row, acting=acting_for(senco))
    Membership.objects.filter(user=senco).update(role="teacher")

    runner.run(job.pk)

    job.refresh_from_db()
    assert (job.status, job.result.get("file")) == ("failed", None)


def test_a_challenge_through_its_pages(client, sign_in, school, senco, pupil, teacher):
    sign_in(senco)
    typed = {
        "body": "la", "name": "SEND team", "about": "Plan not sent", "words": "Twelve weeks are over",
        "raised_on": days(-9).isoformat(), "reply_by": days(5).isoformat(), "owner": senco.pk, "version": 1,
    }  # fmt: skip
    url = reverse("pupils:pupil-challenge-add", args=[pupil.pk])
    assert client.get(url).status_code == 200
    assert client.post(url, typed | {"name": ""}).status_code == 422
    client.post(url, typed)
    row = Challenge.objects.get()
    for name, values in (
        ("step", {"done_on": days(-1).isoformat(), "words": "Rang"}),
        ("reply", {"replied_on": days(0).isoformat(), "reply": "Sorry"}),
    ):
        row.refresh_from_db()
        url = reverse(f"pupils:challenge-{name}", args=[row.pk])
        assert client.post(url, values | {"version": row.version}).status_code == 302
    step = row.steps.get()
    changed = {"done_on": days(-1).isoformat(), "words": "Wrote", "version": step.version}
    client.post(reverse("pupils:challenge-step-edit", args=[step.pk]), changed)

    page = client.get(reverse("pupils:challenge-detail", args=[row.pk])).content.decode()

    for words in ("Twelve weeks are over", "Wrote", "Sorry", "after 9 days"):
        assert words in page
    for url in (reverse("pupils:challenge-list"), reverse("pupil-detail", args=[pupil.pk]) + "?tab=meetings"):
        assert "Plan not sent" in client.get(url).content.decode()
    row.refresh_from_db()
    ended = {"ended_on": days(0).isoformat(), "outcome": "right", "version": row.version}
    assert client.post(reverse("pupils:challenge-end", args=[row.pk]), ended).status_code == 302
    sign_in(teacher)
    assert not Challenge.objects.visible_to(acting_for(teacher)).exists()
