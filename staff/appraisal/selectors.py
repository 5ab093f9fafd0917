"""Reads about appraisals: how far each is, what was signed, and what is missing."""

import hashlib
import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from ..acting import Acting
from ..models import (
    Appraisal,
    AppraisalScheme,
    AppraisalView,
    Evidence,
    Objective,
    Post,
    Signature,
    SignedStage,
    Stage,
)
from ..models.people import current_on
from ..models.posts import StaffGroup, StaffMember
from ..owing import is_statutory
from .stages import newest, signature_of, signed_on, stage_days

STATUTORY = "Law: a yearly cycle with a written report for teachers of maintained schools (SI 2012/115)"
OWN_POLICY = "School policy: no national rule asks for it"


def basis_words(staff_group: str, setting_type: str) -> str:
    return STATUTORY if is_statutory(staff_group, setting_type) else OWN_POLICY


def whole(rows: QuerySet[Appraisal]) -> QuerySet[Appraisal]:
    """With all that a page of an appraisal shows. Seven queries."""
    evidence = Evidence.objects.select_related("by").order_by("on", "pk")
    objectives = Objective.objects.order_by("number", "pk").prefetch_related(Prefetch("evidence", queryset=evidence))
    signatures = Signature.objects.select_related("user").order_by("signed_at", "pk")
    signed = SignedStage.objects.order_by("stage", "number").prefetch_related(
        Prefetch("signatures", queryset=signatures)
    )
    views = AppraisalView.objects.filter(withdrawn_on=None).select_related("asked_of").order_by("asked_on", "pk")
    return rows.select_related("member", "scheme", "appraiser", "school").prefetch_related(
        Prefetch("objectives", queryset=objectives),
        Prefetch("signed", queryset=signed),
        Prefetch("views", queryset=views),
    )


def appraisals_of(acting: Acting, member: StaffMember) -> QuerySet[Appraisal]:
    return whole(Appraisal.objects.visible_to(acting).filter(member=member)).order_by("-scheme__starts_in", "-pk")


def year_before(acting: Acting, appraisal: Appraisal) -> Appraisal | None:
    rows = Appraisal.objects.visible_to(acting).filter(
        member=appraisal.member, scheme__starts_in__lt=appraisal.scheme.starts_in
    )
    return whole(rows).order_by("-scheme__starts_in", "-pk").first()


# --- What a stage says ---
def content_of(appraisal: Appraisal, stage: str) -> dict[str, Any]:
    """All that somebody signs with this stage, as plain values: nothing of it is hidden from its subject."""
    judged = stage == Stage.END_YEAR
    said: dict[str, Any] = {
        "objectives": [
            {"number": one.number, "text": one.text, "measure": one.measure, "support": one.support}
            | ({"judgement": one.judgement, "note": one.judgement_note} if judged else {})
            for one in appraisal.objectives.all()
        ],
        "none_set": appraisal.none_set,
    }
    if stage != Stage.OBJECTIVES:
        said["evidence"] = [
            [one.number, row.by.name, row.on.isoformat(), row.text]
            for one in appraisal.objectives.all()
            for row in one.evidence.all()
        ]
        said["review"], said["member"] = appraisal.text_of(stage), appraisal.comment_of(stage)
    if judged:
        said["views"] = [[view.asked_of.name, view.text] for view in appraisal.views.all() if view.answered_at]
    return said


def sum_of(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


# What a stage asks both to sign anew once both have signed it: what is added in the course of the year (evidence, a
# changed objective) does not undo the mid-year review.
OWN_WORDS = {Stage.MID_YEAR: ("review", "member")}


def standing(appraisal: Appraisal, stage: str, content: dict[str, Any]) -> SignedStage | None:
    """The newest version that was signed, where it says what stands there now; None after a change."""
    last = newest(appraisal, stage)
    if last is None or last.sha256 == sum_of(content):
        return last
    own = OWN_WORDS.get(Stage(stage))
    is_whole = all(signature_of(last, role) for role in Signature.Role)
    if own and is_whole and all(last.content[key] == content[key] for key in own):
        return last
    return None


def is_ready(appraisal: Appraisal, stage: str) -> bool:
    """Whether there is something to sign: what has to be written for the stage is."""
    objectives = list(appraisal.objectives.all())
    agreed = bool(objectives or appraisal.none_set) or stage == Stage.MID_YEAR
    written = stage == Stage.OBJECTIVES or bool(appraisal.text_of(stage).strip())
    judged = stage != Stage.END_YEAR or all(one.judgement for one in objectives)
    return agreed and written and judged


@dataclass(frozen=True)
class StageState:
    """How one stage stands. `member` and `appraiser` are the signatures of the newest version, where it is the one that
    stands there now; `changed` says that something was changed after signing."""

    stage: Stage
    due_on: date
    sum: str
    versions: list[SignedStage]
    changed: bool
    member: Signature | None
    appraiser: Signature | None
    signed_on: date | None
    is_ready: bool

    @property
    def is_signed(self) -> bool:
        return self.signed_on is not None

    @property
    def is_done(self) -> bool:
        """Signed by both, as it reads now."""
        return not self.changed and self.member is not None and self.appraiser is not None

    def is_late(self, today: date) -> bool:
        return not self.is_signed and self.due_on < today


def states_of(appraisal: Appraisal) -> list[StageState]:
    """Each stage of the scheme that is this appraisal's to do. No query where `whole` read it."""
    found = []
    for stage, on in stage_days(appraisal):
        content = content_of(appraisal, stage)
        last, stands = newest(appraisal, stage), standing(appraisal, stage, content)
        found.append(
            StageState(
                stage=stage,
                due_on=on,
                sum=sum_of(content),
                versions=[row for row in appraisal.signed.all() if row.stage == stage],
                changed=last is not None and stands is None,
                member=signature_of(stands, Signature.Role.MEMBER),
                appraiser=signature_of(stands, Signature.Role.APPRAISER),
                signed_on=signed_on(appraisal, stage),
                is_ready=is_ready(appraisal, stage),
            )
        )
    return found


@dataclass(frozen=True)
class Line:
    """One line of the list: an appraisal, its stages, and the next one that is not signed."""

    appraisal: Appraisal
    states: list[StageState]

    @property
    def next(self) -> StageState | None:
        return next((state for state in self.states if not state.is_done), None)

    @property
    def is_done(self) -> bool:
        return self.next is None


def lines(rows: QuerySet[Appraisal]) -> list[Line]:
    return [Line(row, states_of(row)) for row in whole(rows)]


def completion(found: list[Line]) -> list[tuple[str, int, int]]:
    """(stage, signed, of how many whose stage it is): an appraisal without the stage counts in neither."""
    return [
        (
            stage.label,
            sum(state.is_done for line in found for state in line.states if state.stage == stage),
            sum(state.stage == stage for line in found for state in line.states),
        )
        for stage in Stage
    ]


def without_appraisal(acting: Acting, scheme: AppraisalScheme) -> QuerySet[StaffMember]:
    """The adults of this kind of post, whom the person leads, who have no appraisal of the scheme."""
    posts = Post.objects.filter(current_on(acting.today), staff_group=scheme.staff_group)
    held = StaffMember.objects.led_by(acting).filter(pk__in=posts.values("member"))
    return held.exclude(appraisals__scheme=scheme).order_by("name", "pk")


def schemes_for(acting: Acting, member: StaffMember) -> QuerySet[AppraisalScheme]:
    """The schemes under which this adult may be appraised and is not yet."""
    groups = member.posts.values("staff_group")
    rows = AppraisalScheme.objects.visible_to(acting).filter(staff_group__in=groups)
    return rows.exclude(appraisals__member=member)


def views_asked_of(acting: Acting) -> QuerySet[AppraisalView]:
    rows = AppraisalView.objects.filter(
        asked_of=acting.user, answered_at=None, withdrawn_on=None, appraisal__school=acting.school
    )
    return rows.select_related("appraisal__member").order_by("due_on", "pk")


def groups_without_scheme(acting: Acting, starts_in: int) -> list[StaffGroup]:
    there = set(
        AppraisalScheme.objects.visible_to(acting).filter(starts_in=starts_in).values_list("staff_group", flat=True)
    )
    return [group for group in StaffGroup if group not in there]
