"""Ask the SENDCo, answer, ask further, and share what may help others."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from sendco.audit import services as audit
from sendco.refusals import Refused
from staff.models import User
from staff.owed import bring_up_to_date
from staff.saving import save_versioned
from staff.tasks import send_account_mail

from ..models import PracticeNote, QuestionReply, SencoQuestion
from ..practice.services import save_note
from .refusals import QuestionReason


def _save(row: Any, *, by: User) -> Any:
    with audit.saving(row, by=by):
        row.save()
    return row


def _note(question: SencoQuestion, code: str, text: str, *, by: User) -> None:
    audit.record(code, question, text=text, by=by, school_id=question.school_id, pupil_id=question.pupil_id)
    bring_up_to_date(question)


@transaction.atomic
def ask(*, question: SencoQuestion, by: User) -> SencoQuestion:
    question.asked_by = by
    _save(question, by=by)
    _note(question, "question.asked", "Question to the SENDCo", by=by)
    return question


def _locked(question: SencoQuestion) -> SencoQuestion:
    rows = SencoQuestion.objects.select_for_update(of=("self",)).select_related("school", "pupil", "asked_by")
    return rows.get(pk=question.pk)


@transaction.atomic
def say(*, question: SencoQuestion, words: str, by: User) -> SencoQuestion:
    """Answer; or, by who asked, ask further: then it waits for an answer again."""
    row = _locked(question)
    if row.closed_on:
        raise Refused(QuestionReason.QUESTION_CLOSED, day=row.closed_on)
    _save(QuestionReply(question=row, words=words, by=by), by=by)
    today = timezone.localdate()
    if by.pk == row.asked_by_id:
        if row.answered_on is not None:
            row.asked_on, row.answered_on = today, None
    elif row.answered_on is None:
        row.answered_on = today
    row.version += 1
    _save(row, by=by)
    answered = by.pk != row.asked_by_id
    code = "question.answered" if answered else "question.asked_further"
    _note(row, code, "Question to the SENDCo answered" if answered else "Question to the SENDCo, further", by=by)
    if answered and row.asked_by.is_active:
        _tell(row)
    return row


def _tell(question: SencoQuestion) -> None:
    """Tell whoever asked that an answer is there. The mail names no child and says none of it."""
    page = settings.SITE_URL + reverse("pupils:question-detail", args=[question.pk])
    text = (
        f"Hello {question.asked_by.first_name},\n\nYour question to the SENDCo was answered. Read it here:\n{page}\n\n"
        f"{question.school.name}\n"
    )
    send_account_mail(
        to=question.asked_by.email, subject="Your question was answered", text=text, school=question.school
    )


@transaction.atomic
def put_right(*, row: SencoQuestion | QuestionReply, values: dict[str, Any], version: int, by: User) -> SencoQuestion:
    """Change one's own question or reply, or take a question off the wrong child. Raises ChangedMeanwhile."""
    question = _locked(row.question if isinstance(row, QuestionReply) else row)
    if question.closed_on:
        raise Refused(QuestionReason.QUESTION_CLOSED, day=question.closed_on)
    was_about = question.pupil_id
    _, changed = save_versioned(row, values, version=version, by=by)
    if changed:
        question = _locked(question)
        _note(question, "question.put_right", "Question to the SENDCo put right", by=by)
        if was_about and was_about != question.pupil_id:
            audit.record(
                "question.moved", question, text="A question is not about this pupil after all", by=by,
                school_id=question.school_id, pupil_id=was_about,
            )  # fmt: skip
    return question


@transaction.atomic
def set_closed(*, question: SencoQuestion, closed: bool, by: User) -> SencoQuestion:
    """Close it, as when it was settled in the corridor; or open it again."""
    row = _locked(question)
    row.closed_on, row.version = (timezone.localdate() if closed else None), row.version + 1
    _save(row, by=by)
    _note(row, "question.closed" if closed else "question.opened", "Question to the SENDCo", by=by)
    return row


@transaction.atomic
def share(*, question: SencoQuestion, values: dict[str, Any], by: User) -> PracticeNote:
    """Put what was answered into What works, in words that name no child. Refused where one is named."""
    row = _locked(question)
    if row.shared_id and row.shared is not None:
        raise Refused(QuestionReason.SHARED_ALREADY, title=row.shared.title)
    if not row.replies.exclude(by=row.asked_by).exists():
        raise Refused(QuestionReason.NOT_ANSWERED)
    kept = save_note(note=PracticeNote(school=row.school), values={"source": ""} | values, version=1, by=by)
    row.shared, row.version = kept, row.version + 1
    _save(row, by=by)
    return kept
