"""Ask one person outside one thing by link, keep what they type and send, and hand a child's facts over."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.files import services as files
from sendco.files.models import StoredFile
from sendco.jobs import services as jobs
from sendco.links import services as links
from sendco.links.models import Link
from sendco.refusals import Refused
from sendco.typed import clean, mark_of
from staff.models import User
from staff.owed import bring_up_to_date

from ..agencies import services as agencies
from ..models import Document, HandoverPack, OutsideAsk, OutsideFile, PlanVoice, Pupil
from ..record.services import documents
from ..seeing import sees
from .people import PURPOSE, address_of, asks, why_not
from .refusals import OutsideReason

FILE_PURPOSE, PACK_PURPOSE = "outside", "handover"
LONGEST = 10_000
MOST_FILES, MOST_MB = 5, 30
MOST_PAGES = 8  # phones and pages whose texts are kept apart
PACK_KEPT = timedelta(weeks=57)  # a school year and some weeks: until the next handover


# --- Asking ------------------------------------------------------------------------------------------------------
@transaction.atomic
def ask(*, row: OutsideAsk, by: User) -> OutsideAsk:
    """Ask, and send the link. Raises Refused where the person or the subject does not allow it."""
    if row.answer_by < timezone.localdate():
        raise Refused(OutsideReason.BY_IN_PAST, field="answer_by")
    if refusal := why_not(row):
        raise refusal
    if not address_of(row):
        raise Refused(OutsideReason.NO_EMAIL, field="contact" if row.contact else "email")
    row.asked_by = by
    _save(row, by=by)
    _note(row, "outside.asked", f"{row.get_kind_display()}: {row.who} asked by link", by=by)
    _mail(row, by)
    return row


def _save(row: Any, *, by: User | None) -> Any:
    with audit.saving(row, by=by):
        row.save()
    return row


def _note(row: OutsideAsk, code: str, text: str, *, by: User | None) -> None:
    audit.record(code, row, text=text[:300], by=by, school_id=row.pupil.school_id, pupil_id=row.pupil_id)
    bring_up_to_date(row)


def _mail(row: OutsideAsk, by: User) -> None:
    school_id, params = row.pupil.school_id, {"ask": row.pk}
    jobs.enqueue("pupils.outside_mail", title="Send a link", by=by, school_id=school_id, params=params)


def _locked(row: OutsideAsk) -> OutsideAsk:
    return asks().select_for_update(of=("self",)).get(pk=row.pk)


@transaction.atomic
def ask_again(*, row: OutsideAsk, answer_by: date, by: User) -> OutsideAsk:
    """Send a new link; the old one closes, what they typed stays."""
    row = _locked(row)
    if refusal := why_not(row):
        raise refusal
    if answer_by < timezone.localdate():
        raise Refused(OutsideReason.BY_IN_PAST, field="answer_by")
    row.answer_by, row.mailed_at, row.mail_problem = answer_by, None, ""
    row.asked_again, row.version = row.asked_again + 1, row.version + 1
    _save(row, by=by)
    _note(row, "outside.asked_again", f"{row.get_kind_display()}: {row.who} asked again", by=by)
    _mail(row, by)
    return row


@transaction.atomic
def withdraw(*, row: OutsideAsk, by: User) -> OutsideAsk:
    """Close the link at once. What was typed and not sent is kept by nobody's page."""
    row = _locked(row)
    if row.is_open:
        row.withdrawn_on, row.version = timezone.localdate(), row.version + 1
        _save(row, by=by)
        _note(row, "outside.withdrawn", f"{row.get_kind_display()}: link of {row.who} closed", by=by)
    links.revoke(purpose=PURPOSE, subject_id=row.pk)
    return row


@transaction.atomic
def close_all(*, pupil: Pupil, by: User) -> int:
    """Close every open link of this room about this child. Returns how many."""
    rows = list(OutsideAsk.objects.filter(pupil=pupil).open())
    for row in rows:
        withdraw(row=row, by=by)
    return len(rows)


# --- Typing, by somebody without an account ----------------------------------------------------------------------
def _open(row: OutsideAsk) -> OutsideAsk:
    row = _locked(row)
    if refusal := why_not(row):
        raise refusal
    return row


def others_of(row: OutsideAsk, page: str) -> list[str]:
    """Texts of other phones and pages that are not part of this page's own."""
    own = row.drafts.get(page, "")
    return [text for name, text in row.drafts.items() if name != page and text and text not in own]


@transaction.atomic
def keep_typed(*, row: OutsideAsk, page: str, words: str, shown: Collection[str] = ()) -> OutsideAsk:
    """Keep what one page types, beside what others typed. `shown` are the marks of the texts that this page was opened
    with: they are replaced. Raises Refused for more than can be kept.
    """
    row = _open(row)
    words = clean(words)
    if len(words) > LONGEST:
        raise Refused(OutsideReason.ANSWER_TOO_LONG, most=LONGEST)
    drafts = {
        name: text
        for name, text in row.drafts.items()
        if name != page and text and text != words and mark_of(text) not in shown
    }
    if len(drafts) >= MOST_PAGES:  # the oldest are joined, not dropped
        oldest = list(drafts)[:2]
        drafts = {oldest[0]: "\n\n".join(drafts[name] for name in oldest)} | {
            name: text for name, text in drafts.items() if name not in oldest
        }
    row.drafts = drafts | {page: words}
    # By statement and so without a history row: what somebody typed and took back is nobody's business.
    OutsideAsk.objects.filter(pk=row.pk).update(drafts=row.drafts)
    return row


@transaction.atomic
def add_file(*, row: OutsideAsk, upload: UploadedFile) -> OutsideFile:
    row = _open(row)
    sizes = list(row.files.values_list("size", flat=True))
    if len(sizes) >= MOST_FILES:
        raise Refused(OutsideReason.MOST_FILES_SENT, most=MOST_FILES)
    if sum(sizes) + (upload.size or 0) > MOST_MB * 1024 * 1024:
        raise Refused(OutsideReason.MOST_BYTES_SENT, most=MOST_MB)
    stored = files.store(
        upload=upload, by=None, purpose=FILE_PURPOSE, school_id=row.pupil.school_id, pupil_id=row.pupil_id
    )
    there = StoredFile.objects.filter(pk__in=row.files.values("file_id"), sha256=stored.sha256).first()
    if there is not None:
        files.delete(stored=stored, by=None)  # the same once more, as when a button is pressed twice
        return row.files.get(file_id=there.pk)
    return OutsideFile.objects.create(ask=row, file_id=stored.pk, name=stored.name, size=stored.size)


@transaction.atomic
def remove_file(*, row: OutsideAsk, pk: int) -> None:
    row = _open(row)
    attached = row.files.filter(pk=pk).first()
    if attached is None:
        return
    stored = stored_of(attached)
    attached.delete()
    if stored:
        files.delete(stored=stored, by=None)


def stored_of(attached: OutsideFile) -> StoredFile | None:
    """The stored file: of the same child, or None."""
    pupil = attached.ask.pupil
    return StoredFile.objects.filter(pk=attached.file_id, school_id=pupil.school_id, purpose=FILE_PURPOSE).first()


@transaction.atomic
def answer(
    *, row: OutsideAsk, link: Link, page: str, words: str, name: str = "", shown: Collection[str] = ()
) -> OutsideAsk:
    """Send it: texts of several phones one below the other. The link ends here.

    A parent's words become that parent's view in the plan; a report's arrival is noted with its referral; whoever
    received a pack is named with it.
    """
    row = keep_typed(row=_open(row), page=page, words=words, shown=shown)
    text = "\n\n".join(filter(None, [row.drafts.get(page, ""), *others_of(row, page)]))
    if row.kind == OutsideAsk.Kind.HANDOVER:
        if not name.strip():
            raise Refused(OutsideReason.NAME_UNSAID)
    elif not text and not row.files.exists():
        raise Refused(OutsideReason.NOTHING_SENT)
    if not links.use_up(link):
        raise Refused(OutsideReason.SENT_ELSEWHERE)
    row.words, row.drafts, row.answered_at, row.version = text, {}, timezone.now(), row.version + 1
    _save(row, by=None)
    _note(row, "outside.answered", f"{row.get_kind_display()}: answer of {row.who} received", by=None)
    if row.kind == OutsideAsk.Kind.PARENT and text:
        _to_plan(row, text)
    if row.pack is not None:
        _received(row.pack, name.strip()[:150], by=None)
    return row


def _to_plan(row: OutsideAsk, text: str) -> None:
    """This parent's view; what the same parent said before stays in the history, the other parent's is untouched."""
    voices = PlanVoice.objects.select_for_update(of=("self",)).filter(plan=row.plan, contact=row.contact)
    voice = voices.filter(stage=PlanVoice.Stage.PLAN, removed_on=None).first()
    if voice is None:
        voice = PlanVoice(plan=row.plan, contact=row.contact, taken_by=row.asked_by)
    else:
        voice.version += 1
    voice.words, voice.method, voice.said_on = text, PlanVoice.Method.WROTE, timezone.localdate()
    _save(voice, by=None)


@transaction.atomic
def file_it(*, attached: OutsideFile, facts: Mapping[str, Any], by: User) -> Document:
    """File a copy of what came among the child's documents, once; of an agency's report note that it came."""
    attached = (
        OutsideFile.objects.select_for_update(of=("self",))
        .select_related("ask__pupil", "ask__referral", "document")
        .get(pk=attached.pk)
    )
    kept = attached.document
    if kept is not None and kept.removed_on is None:
        raise Refused(OutsideReason.FILED_ALREADY, title=kept.title)
    stored = stored_of(attached)
    if stored is None:
        raise files.FileNotAvailable(files.StoredFileReason.BYTES_LOST)
    document = documents.add_copy(pupil=attached.ask.pupil, stored=stored, by=by, **facts)
    attached.document = document
    attached.save(update_fields=["document"])
    referral = attached.ask.referral
    if referral is not None and referral.report_id is None and referral.ended_on is None:
        answered = attached.ask.answered_at
        came_on = timezone.localdate(answered) if answered else timezone.localdate()
        agencies.file_report(referral=referral, report=document, came_on=came_on, by=by)
    if not attached.ask.files.filter(document=None).exists():
        note_read(row=attached.ask, by=by)
    return document


@transaction.atomic
def note_read(*, row: OutsideAsk, by: User) -> OutsideAsk:
    """Somebody of the school has looked at what came."""
    row = _locked(row)
    if row.answered_at is None:
        raise Refused(OutsideReason.NOTHING_CAME)
    if row.read_on is None:
        row.read_on, row.version = timezone.localdate(), row.version + 1
        _save(row, by=by)
        _note(row, "outside.read", f"{row.get_kind_display()}: answer of {row.who} read", by=by)
    return row


# --- Handover ----------------------------------------------------------------------------------------------------
@transaction.atomic
def make_pack(*, pack: HandoverPack, by: User) -> HandoverPack:
    """Choose what is handed over and to whom. The PDF is made in the background; a link to somebody outside goes when
    somebody has looked at it.
    """
    if not pack.parts:
        raise Refused(OutsideReason.NO_PART, field="parts")
    if pack.to_user is None and not (pack.to_name.strip() and pack.to_email):
        raise Refused(OutsideReason.RECEIVER_UNSAID, field="to_user")
    if pack.to_user is not None and not sees(pack.to_user, pack.pupil):
        raise Refused(OutsideReason.RECEIVER_BLIND, person=pack.to_user.name, field="to_user")
    pack.made_by = by
    _save(pack, by=by)
    audit.record(
        "handover.made", pack, text=f"Handover pack for {pack.to}", by=by, school_id=pack.pupil.school_id,
        pupil_id=pack.pupil_id,
    )  # fmt: skip
    jobs.enqueue(
        "pupils.handover_pdf", title="Handover pack", by=by, school_id=pack.pupil.school_id, params={"pack": pack.pk}
    )
    bring_up_to_date(pack)
    return pack


def _locked_pack(pack: HandoverPack) -> HandoverPack:
    rows = HandoverPack.objects.select_for_update(of=("self",)).select_related("pupil__school", "to_user", "made_by")
    return rows.get(pk=pack.pk)


@transaction.atomic
def pack_made(*, pack: HandoverPack, content: bytes, by: User) -> HandoverPack:
    """Keep the PDF with the pack. A second run changes nothing."""
    pack = _locked_pack(pack)
    if pack.file_id is not None or pack.withdrawn_on:
        return pack
    stored = files.store_bytes(
        name=f"handover-{pack.made_on:%Y-%m-%d}.pdf", content=content, school_id=pack.pupil.school_id, by=by,
        purpose=PACK_PURPOSE, pupil_id=pack.pupil_id, expires_at=timezone.now() + PACK_KEPT,
    )  # fmt: skip
    pack.file_id, pack.version = stored.pk, pack.version + 1
    _save(pack, by=by)
    return pack


@transaction.atomic
def send_pack(*, pack: HandoverPack, by: User) -> HandoverPack:
    """Send the link to the school outside, once somebody has looked at what goes."""
    pack = _locked_pack(pack)
    file_of(pack)
    if pack.withdrawn_on:
        raise Refused(OutsideReason.WITHDRAWN, day=pack.withdrawn_on)
    if pack.to_user is not None or pack.outside_asks.filter(withdrawn_on=None).exists():
        raise Refused(OutsideReason.SENT_ALREADY)
    row = OutsideAsk(
        pupil=pack.pupil, kind=OutsideAsk.Kind.HANDOVER, name=pack.to_name, organisation=pack.to_place,
        email=pack.to_email, pack=pack, answer_by=timezone.localdate() + timedelta(days=links.DAYS - 1),
    )  # fmt: skip
    ask(row=row, by=by)
    bring_up_to_date(pack)
    return pack


def _kept(pack: HandoverPack) -> StoredFile | None:
    kept = StoredFile.objects.filter(school_id=pack.pupil.school_id, purpose=PACK_PURPOSE)
    return kept.filter(pk=pack.file_id).first() if pack.file_id else None


def file_of(pack: HandoverPack) -> StoredFile:
    """The PDF of a pack. Raises Refused where it is not made yet, or not kept any more."""
    stored = _kept(pack)
    if stored is None:
        raise Refused(OutsideReason.NOT_KEPT if pack.file_id else OutsideReason.NOT_MADE_YET)
    return stored


def note_opened(row: OutsideAsk) -> None:
    """The pack was opened by its link: one event each time, so that the school knows how often."""
    audit.record(
        "handover.opened", row, text=f"Handover pack opened by link: {row.who}"[:300], by=None,
        school_id=row.pupil.school_id, pupil_id=row.pupil_id,
    )  # fmt: skip


@transaction.atomic
def receive(*, pack: HandoverPack, by: User) -> HandoverPack:
    """The colleague who takes over has it."""
    return _received(pack, by.name, by=by)


def _received(pack: HandoverPack, name: str, *, by: User | None) -> HandoverPack:
    pack = _locked_pack(pack)
    if pack.withdrawn_on:
        raise Refused(OutsideReason.WITHDRAWN, day=pack.withdrawn_on)
    if pack.received_on:
        raise Refused(OutsideReason.RECEIVED, day=pack.received_on, person=pack.received_by)
    pack.received_on, pack.received_by, pack.version = timezone.localdate(), name, pack.version + 1
    _save(pack, by=by)
    audit.record(
        "handover.received", pack, text=f"Handover pack received by {name}", by=by, school_id=pack.pupil.school_id,
        pupil_id=pack.pupil_id,
    )  # fmt: skip
    bring_up_to_date(pack)
    return pack


@transaction.atomic
def withdraw_pack(*, pack: HandoverPack, by: User) -> HandoverPack:
    """Close a pack that nobody has confirmed: its links end, and its file goes."""
    pack = _locked_pack(pack)
    if pack.received_on:
        raise Refused(OutsideReason.RECEIVED, day=pack.received_on, person=pack.received_by)
    if pack.withdrawn_on is None:
        for row in pack.outside_asks.open():
            withdraw(row=row, by=by)
        if (stored := _kept(pack)) is not None:
            files.delete(stored=stored, by=by)
        pack.withdrawn_on, pack.file_id, pack.version = timezone.localdate(), None, pack.version + 1
        _save(pack, by=by)
        audit.record(
            "handover.withdrawn", pack, text="Handover pack withdrawn", by=by, school_id=pack.pupil.school_id,
            pupil_id=pack.pupil_id,
        )  # fmt: skip
        bring_up_to_date(pack)
    return pack
