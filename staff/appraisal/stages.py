"""How far an appraisal is: its stages, their days, and what of it both people signed."""

from collections.abc import Iterator
from datetime import date

from django.utils import timezone

from ..models.appraisal import Appraisal, Signature, SignedStage, Stage


def stage_days(appraisal: Appraisal) -> Iterator[tuple[Stage, date]]:
    """The stages of the scheme with the day by which each is done. One that began after a day begins with the next:
    what lay before the beginning is nobody's to do any more, but for the objectives."""
    scheme = appraisal.scheme
    days = (
        (Stage.OBJECTIVES, max(scheme.objectives_by, appraisal.began_on)),
        (Stage.MID_YEAR, scheme.mid_year_by),
        (Stage.END_YEAR, scheme.end_year_by),
    )
    for stage, on in days:
        if on and (stage == Stage.END_YEAR or on >= appraisal.began_on):
            yield stage, on


def newest(appraisal: Appraisal, stage: str) -> SignedStage | None:
    """The last version of a stage that somebody signed. Reads what was prefetched."""
    rows = [row for row in appraisal.signed.all() if row.stage == stage]
    return max(rows, key=lambda row: row.number, default=None)


def signature_of(signed: SignedStage | None, role: str) -> Signature | None:
    if signed is None:
        return None
    return next((row for row in signed.signatures.all() if row.role == role), None)


def signed_on(appraisal: Appraisal, stage: str) -> date | None:
    """The day on which the second of the two signed the stage, in any version of it; None before."""
    days = []
    for row in appraisal.signed.all():
        if row.stage == stage and {one.role for one in row.signatures.all()} == {"member", "appraiser"}:
            days.append(max(one.signed_at for one in row.signatures.all()))
    return timezone.localdate(min(days)) if days else None


def begins_mid_year(appraisal: Appraisal) -> bool:
    """Whether it began after the day by which objectives are set."""
    return appraisal.began_on > appraisal.scheme.objectives_by


def next_step(appraisal: Appraisal) -> tuple[Stage, date] | None:
    """The first step that the two have not signed, with its day."""
    return next(((stage, on) for stage, on in stage_days(appraisal) if signed_on(appraisal, stage) is None), None)
