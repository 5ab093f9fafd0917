"""What people say before a review: kept as it is typed, closed when it is sent, opened again by the school.

Nothing that somebody typed is thrown away for them. Two phones at once: each text replaces the one that its page showed
or wrote, and any other stays beside it until a person decides.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from pupils.models import Document, Pupil
from pupils.record.services import documents
from sendco.audit import services as audit
from sendco.files import services as files
from sendco.files.models import StoredFile
from sendco.links import services as links
from sendco.links.models import Link
from sendco.refusals import ChangedMeanwhile, Refused
from sendco.typed import clean, mark_of
from staff.models import User

from ...models import AnnualReview, Contribution, ContributionFile, Invitee
from ..questions import LONGEST, picked_code
from ..refusals import ContributionReason
from ..selectors.invitees import (
    PURPOSE,
    TALK_FIRST,
    asks_to_talk_first,
    contribution_of,
    days_open,
    kind_of,
    others_of,
    why_not,
)
from . import inviting

FILE_PURPOSE = "contribution"
MOST_FILES, MOST_MB = 5, 30
MOST_OTHERS = 4


def _locked(invitee: Invitee) -> Contribution:
    """Take this person's contribution for the transaction. Raises Refused when they sent it, or it is too late."""
    Invitee.objects.select_for_update(of=("self",)).get(pk=invitee.pk)
    if refusal := why_not(invitee):
        raise refusal
    row, _ = Contribution.objects.get_or_create(invitee=invitee, defaults={"kind": kind_of(invitee)})
    row.invitee = invitee
    if row.sent_at:
        raise Refused(ContributionReason.SENT_BY_YOU)
    return row


def _keep(row: Contribution, **values: Any) -> Contribution:
    # By statement and so without a history row: what somebody typed and took back before sending is nobody's business.
    now = timezone.now()
    Contribution.objects.filter(pk=row.pk).update(saved_at=now, version=row.version + 1, **values)
    for name, value in values.items():
        setattr(row, name, value)
    row.saved_at, row.version = now, row.version + 1
    return row


# --- Typing ------------------------------------------------------------------------------------------------------
@transaction.atomic
def save_answer(
    *, invitee: Invitee, code: str, words: str, page: str = "", before: str = "", picked: Sequence[str] | None = None
) -> tuple[Contribution, bool]:
    """Keep one answer. Returns (contribution, is there a text of another phone that this page did not know).

    `page` names the page that types, `before` is the mark of the text it showed: that text is replaced, any other is
    kept beside. Longer than LONGEST: the beginning is kept, and the caller shows the rest.
    """
    row = _locked(invitee)
    words = clean(words)[:LONGEST]
    state = row.drafts.get(code, {})
    known = [{"page": state.get("page", ""), "words": row.answers.get(code, "")}, *state.get("others", [])]
    others = [other for other in known if _is_of_another(other, words, page, before)]
    told_before = {other["words"] for other in state.get("others", [])}
    news = any(other["words"] not in told_before for other in others)
    answers = row.answers | {code: words}
    if picked is not None:
        answers[picked_code(code)] = clean("; ".join(picked))[:1000]
    drafts = row.drafts | {code: {"page": page, "others": _bounded(others)}}
    return _keep(row, answers={key: text for key, text in answers.items() if text}, drafts=drafts), news


def _is_of_another(other: Mapping[str, str], text: str, page: str, before: str) -> bool:
    same_page = bool(page) and other["page"] == page
    return bool(other["words"]) and not same_page and mark_of(other["words"]) != before and other["words"] not in text


def _bounded(others: list[dict[str, str]]) -> list[dict[str, str]]:
    """A few texts at most: the oldest ones are joined, not dropped."""
    if len(others) <= MOST_OTHERS:
        return others
    joined = "\n\n".join(other["words"] for other in others[MOST_OTHERS - 1 :])
    return [*others[: MOST_OTHERS - 1], {"page": "", "words": joined}]


@transaction.atomic
def settle(*, invitee: Invitee, code: str, join: bool) -> Contribution:
    """End a difference between two phones: put the texts below each other, or keep only the one in the box."""
    row = _locked(invitee)
    answers = row.answers
    if join:
        parts = [row.answers.get(code, ""), *others_of(row, code)]
        answers = answers | {code: "\n\n".join(part for part in parts if part)}
    return _keep(row, answers=answers, drafts=row.drafts | {code: {"page": "", "others": []}})


# --- Files -------------------------------------------------------------------------------------------------------
@transaction.atomic
def add_file(*, invitee: Invitee, upload: UploadedFile, by: User | None = None) -> Contribution:
    """Keep a photo or a report. Raises FileRefused, or Refused when there are too many."""
    row = _locked(invitee)
    kept = list(row.files.values_list("size", flat=True))
    if len(kept) >= MOST_FILES:
        raise Refused(ContributionReason.TOO_MANY_FILES, most=MOST_FILES)
    if sum(kept) + (upload.size or 0) > MOST_MB * 1024 * 1024:
        raise Refused(ContributionReason.FILES_TOO_LARGE, most=MOST_MB)
    review = invitee.review
    stored = files.store(
        upload=upload, school_id=review.school_id, pupil_id=review.pupil_id, by=by, purpose=FILE_PURPOSE
    )
    if StoredFile.objects.filter(pk__in=row.files.values("file_id"), sha256=stored.sha256).exists():
        files.delete(stored=stored, by=by)  # the same once more, as when a button is pressed twice
        return row
    ContributionFile.objects.create(contribution=row, file_id=stored.pk, name=stored.name, size=stored.size)
    return _keep(row, file_id=row.file_id or stored.pk)


@transaction.atomic
def remove_file(*, invitee: Invitee, pk: int, by: User | None = None) -> Contribution:
    """Take a file out that was not sent yet; its bytes go too. An unknown one changes nothing."""
    row = _locked(invitee)
    attached = row.files.filter(pk=pk).first()
    if attached is None:
        return row
    stored = stored_of(attached)
    attached.delete()
    if stored:
        files.delete(stored=stored, by=by)
    return _keep(row, file_id=row.files.values_list("file_id", flat=True).first())


def stored_of(attached: ContributionFile) -> StoredFile | None:
    """The stored file: of the same school and child, or None."""
    review = attached.contribution.invitee.review
    return StoredFile.objects.filter(
        pk=attached.file_id, school_id=review.school_id, pupil_id=review.pupil_id, purpose=FILE_PURPOSE
    ).first()


@transaction.atomic
def keep_file(
    *, attached: ContributionFile, title: str, kind: str, dated_on: date, by: User, author: str = ""
) -> Document:
    """File a copy of what came with somebody's words among the child's documents, once. Returns the document."""
    file_row = ContributionFile.objects.select_for_update(of=("self",)).select_related("document").get(pk=attached.pk)
    row = Contribution.objects.select_related("invitee__review__pupil").get(pk=file_row.contribution_id)
    file_row.contribution = row
    if row.sent_at is None:
        raise Refused(ContributionReason.FILE_MAY_CHANGE)
    if asks_to_talk_first(row):
        raise Refused(ContributionReason.TALK_FIRST)
    if file_row.kept:
        raise Refused(ContributionReason.FILE_KEPT_ALREADY, title=file_row.kept.title)
    stored = stored_of(file_row)
    if stored is None:
        raise Refused(ContributionReason.FILE_GONE)
    facts: dict[str, Any] = {"title": title, "kind": kind, "dated_on": dated_on, "author": author}
    document = documents.add_copy(pupil=row.invitee.review.pupil, stored=stored, by=by, **facts)
    file_row.document = document
    file_row.save(update_fields=["document"])
    _record("ehcp.contribution_file_kept", row, f"File of {row.invitee.name} kept: {title}", by=by)
    return document


# --- Sending -----------------------------------------------------------------------------------------------------
@transaction.atomic
def send(
    *, invitee: Invitee, by: User | None = None, link: Link | None = None, talk_first: bool = False
) -> Contribution:
    """Close the contribution. `link` is the secret address it came by, which ends here."""
    row = _locked(invitee)
    if not row.answers and not row.files.exists():
        raise Refused(ContributionReason.NOTHING_WRITTEN)
    if link is not None and not links.use_up(link):
        raise Refused(ContributionReason.SENT_BY_LINK)
    if link is None:
        links.revoke(purpose=PURPOSE, subject_id=invitee.pk)
    row.answers = {
        code: "\n\n".join([answer, *others_of(row, code)]) if answer else answer for code, answer in row.answers.items()
    }
    row.drafts = {TALK_FIRST: True} if talk_first else {}
    row.sent_at = row.saved_at = timezone.now()
    row.entered_by = by if by is not None and by.pk != invitee.user_id else None
    row.version += 1
    _save(row, "answers", "drafts", "sent_at", "saved_at", "entered_by", "version", by=by)
    how = f", typed in by {row.entered_by.name}" if row.entered_by else ""
    _record("ehcp.contribution_sent", row, f"Contribution of {invitee.name} received{how}", by=by)
    return row


def _save(row: Contribution, *fields: str, by: User | None) -> None:
    with audit.saving(row, by=by):
        row.save(update_fields=list(fields))


def _record(code: str, row: Contribution, text: str, *, by: User | None) -> None:
    review = row.invitee.review
    audit.record(code, row, text=text[:300], by=by, school_id=review.school_id, pupil_id=review.pupil_id)


@transaction.atomic
def enter(
    *,
    invitee: Invitee,
    answers: Mapping[str, str],
    version: int,
    by: User,
    sending: bool = True,
    talk_first: bool = False,
) -> Contribution:
    """Words that came on paper or by telephone, or a colleague's own. Raises ChangedMeanwhile for another version."""
    row = _locked(invitee)
    if row.version != version:
        raise ChangedMeanwhile(row)
    cleaned = {code: clean(answer) for code, answer in answers.items()}
    if too_long := [code for code, answer in cleaned.items() if len(answer) > LONGEST]:
        raise Refused(ContributionReason.TOO_LONG, count=len(too_long), most=LONGEST)
    if row.answers and by.pk != invitee.user_id:
        # What somebody began to write is replaced by what they said; their own words stay in the history.
        _save(row, "answers", by=by)
    _keep(row, answers={code: answer for code, answer in cleaned.items() if answer}, drafts={})
    return send(invitee=invitee, by=by, talk_first=talk_first) if sending else row


@transaction.atomic
def reopen(*, contribution: Contribution, by: User) -> Contribution:
    """Let somebody change what they sent. They need a new address, since theirs is used up."""
    row = Contribution.objects.select_for_update(of=("self",)).select_related("invitee__review").get(pk=contribution.pk)
    if row.sent_at is None:
        raise Refused(ContributionReason.OPEN_ALREADY)
    if why := why_not(row.invitee):
        raise Refused(ContributionReason.NOT_OPENED_AGAIN, why=why)
    row.sent_at, row.version = None, row.version + 1
    _save(row, "sent_at", "version", by=by)
    _record("ehcp.contribution_reopened", row, f"Contribution of {row.invitee.name} opened again", by=by)
    return row


@transaction.atomic
def talked(*, contribution: Contribution, by: User) -> Contribution:
    """A child asked to be spoken to before others read this. Somebody did; now the others may."""
    row = Contribution.objects.select_for_update(of=("self",)).select_related("invitee__review").get(pk=contribution.pk)
    row.drafts = {key: value for key, value in row.drafts.items() if key != TALK_FIRST}
    row.version += 1
    _save(row, "drafts", "version", by=by)
    _record("ehcp.contribution_talked", row, "Spoke with the child about what they wrote", by=by)
    return row


# --- Addresses ---------------------------------------------------------------------------------------------------
@transaction.atomic
def start_here(*, invitee: Invitee, by: User) -> Link:
    """Make a way in that is never sent: the pages open on this device at once. Returns the link."""
    if refusal := why_not(invitee):
        raise refusal
    if contribution_of(invitee).sent_at:
        raise Refused(ContributionReason.SENT_BY_THEM, name=invitee.name)
    review = invitee.review
    if invitee.asked_on is None:
        inviting.record_asked(invitees=[invitee], asked_on=timezone.localdate(), by=by)
    link, _ = links.make(
        purpose=PURPOSE,
        subject_id=invitee.pk,
        school_id=review.school_id,
        pupil_id=review.pupil_id,
        by=by,
        days=min(days_open(review), 1),
    )
    _record_opened(review, invitee, by)
    return link


def _record_opened(review: AnnualReview, invitee: Invitee, by: User) -> None:
    text = f"Pages of {invitee.name} opened on a device of the school"
    audit.record("ehcp.contribution_here", review, text=text[:300], by=by)


@transaction.atomic
def revoke_all(*, pupil: Pupil, by: User) -> int:
    """Close every open address of this child's reviews. Returns how many."""
    people = Invitee.objects.filter(review__pupil=pupil).values_list("pk", flat=True)
    closed = links.revoke(purpose=PURPOSE, subject_id__in=list(people))
    text = f"{closed} open link{'' if closed == 1 else 's'} of reviews closed"
    audit.record("ehcp.links_revoked", pupil, text=text, by=by, pupil_id=pupil.pk)
    return closed
