"""Keep, open and delete files. Who may do so is for the caller to decide, before calling."""

import hashlib
import logging
import secrets
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from sendco.people import Someone

from . import scan
from .check import Inspected, inspect
from .kinds import MADE_HERE, Kind, extension_of
from .models import ScanState, StoredFile
from .names import clean_name
from .refusals import FileNotAvailable, FileRefused, StoredFileReason, UploadReason

logger = logging.getLogger(__name__)


def storage() -> FileSystemStorage:
    """The folder of stored bytes: readable by the site's own user only, and never served by itself."""
    return FileSystemStorage(
        location=settings.DATA_DIR / "files", file_permissions_mode=0o600, directory_permissions_mode=0o700
    )


def store(
    *,
    upload: UploadedFile,
    school_id: int,
    by: Someone | None,
    purpose: str,
    pupil_id: int | None = None,
    keep_original: bool = False,
    expires_at: datetime | None = None,
) -> StoredFile:
    """Check and keep an upload; raises FileRefused. `by` is None for an upload through a secret link."""
    inspected = inspect(upload, keep_original=keep_original)
    about = {"school_id": school_id, "pupil_id": pupil_id, "purpose": purpose, "expires_at": expires_at}
    return _keep(inspected, by=by, **about)


def store_bytes(
    *,
    name: str,
    content: bytes,
    school_id: int,
    by: Someone | None,
    purpose: str,
    pupil_id: int | None = None,
    expires_at: datetime | None = None,
) -> StoredFile:
    """Keep a file that the site itself made, such as a letter or an export."""
    name = clean_name(name)
    inspected = Inspected(name, MADE_HERE[extension_of(name)], content)
    about = {"school_id": school_id, "pupil_id": pupil_id, "purpose": purpose, "expires_at": expires_at}
    return _keep(inspected, by=by, **about)


def copy(*, stored: StoredFile, by: Someone | None, purpose: str) -> StoredFile:
    """Keep the same bytes a second time, for another use that outlives the first. Raises FileNotAvailable for a file
    that may not be opened now, and FileRefused when the scanner finds something by today's lists.
    """
    with open_stored(stored) as file:
        inspected = Inspected(stored.name, Kind(stored.kind), file.read(), active_content=stored.active_content)
    return _keep(inspected, by=by, school_id=stored.school_id, pupil_id=stored.pupil_id, purpose=purpose)


def _keep(inspected: Inspected, *, by: Someone | None, **about: Any) -> StoredFile:
    state = _scanned([inspected.content])
    if state == ScanState.INFECTED:
        raise FileRefused(UploadReason.INFECTED)
    token = secrets.token_hex(20)
    path = f"{token[:2]}/{token}"
    try:
        # Where the disk is full, the storage leaves what it could write.
        path = storage().save(path, ContentFile(inspected.content))
        return StoredFile.objects.create(
            name=inspected.name,
            kind=inspected.kind,
            size=inspected.size,
            sha256=inspected.sha256,
            storage_path=path,
            scan_state=state,
            active_content=inspected.active_content,
            uploaded_by_id=by.pk if by else None,
            uploaded_at=timezone.now(),
            **about,
        )
    except Exception:
        storage().delete(path)
        raise


@transaction.atomic
def delete(*, stored: StoredFile, by: Someone | None) -> None:
    """Delete the row now and the bytes once that is certain."""
    logger.info("Stored file %s deleted by user %s", stored.pk, by.pk if by else None)
    path = stored.storage_path
    stored.delete()
    transaction.on_commit(partial(storage().delete, path))


def open_stored(stored: StoredFile, *, now: datetime | None = None) -> File:
    """The file, open for reading; raises FileNotAvailable."""
    if stored.expires_at and stored.expires_at <= (now or timezone.now()):
        raise FileNotAvailable(StoredFileReason.EXPIRED)
    if stored.scan_state == ScanState.INFECTED:
        raise FileNotAvailable(StoredFileReason.INFECTED)
    if scan.is_configured() and stored.scan_state != ScanState.CLEAN:
        raise FileNotAvailable(StoredFileReason.NOT_SCANNED)
    try:
        return storage().open(stored.storage_path)
    except FileNotFoundError:
        logger.error("Stored file %s has lost its bytes", stored.pk)
        raise FileNotAvailable(StoredFileReason.BYTES_LOST) from None


def has_its_bytes(stored: StoredFile) -> bool:
    """Whether the stored bytes are still the ones that were kept, by size and SHA-256."""
    digest = hashlib.sha256()
    try:
        with storage().open(stored.storage_path) as file:
            for chunk in file.chunks():
                digest.update(chunk)
    except FileNotFoundError:
        return False
    return digest.hexdigest() == stored.sha256


def scan_waiting(limit: int = 100) -> int:
    """Scan what the scanner has not seen yet; returns how many it judged. Nothing happens without a scanner."""
    judged = 0
    for stored in StoredFile.objects.filter(scan_state=ScanState.UNSCANNED).order_by("pk")[:limit]:
        state = _scan_stored(stored) if scan.is_configured() else ScanState.UNSCANNED
        if state != ScanState.UNSCANNED:
            stored.scan_state = state
            stored.save(update_fields=["scan_state"])
            judged += 1
    return judged


def _scan_stored(stored: StoredFile) -> ScanState:
    try:
        with storage().open(stored.storage_path) as file:
            return _scanned(file.chunks())
    except FileNotFoundError:
        logger.error("Stored file %s has lost its bytes", stored.pk)
        return ScanState.UNSCANNED


def _scanned(chunks: Iterable[bytes]) -> ScanState:
    if not scan.is_configured():
        return ScanState.UNSCANNED
    try:
        return ScanState.INFECTED if scan.is_infected(chunks) else ScanState.CLEAN
    except scan.ScannerUnavailable as error:
        logger.warning("The virus scanner did not answer: %s", error)
        return ScanState.UNSCANNED


def delete_expired(now: datetime | None = None) -> int:
    """Delete files past their time; returns how many."""
    gone = StoredFile.objects.filter(expires_at__lte=now or timezone.now())
    count = 0
    for stored in gone:
        delete(stored=stored, by=None)
        count += 1
    return count


def remove_orphans(now: datetime | None = None) -> int:
    """Delete bytes without a row, which a rolled-back save leaves; returns how many. Saves under way get a day."""
    folder, before, count = storage(), (now or timezone.now()) - timedelta(days=1), 0
    for path in _paths(folder):
        if folder.get_modified_time(path) < before and not StoredFile.objects.filter(storage_path=path).exists():
            folder.delete(path)
            count += 1
    return count


def _paths(folder: FileSystemStorage) -> Iterator[str]:
    if not folder.exists(""):
        return
    for part in folder.listdir("")[0]:
        for name in folder.listdir(part)[1]:
            yield f"{part}/{name}"
