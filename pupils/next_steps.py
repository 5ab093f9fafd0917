"""What is next behind a date about a pupil, for lists that show many: one query for each kind."""

from sendco.due.models import DueItem
from sendco.due.pages import Step
from staff.acting import Acting

from .models import Letter, SupportPlan, Target
from .models.letters import LetterKind


def of_telling_parents(acting: Acting, items: list[DueItem]) -> dict[int, Step]:
    """A letter that is made has to go, and nobody writes it a second time."""
    entries = {item.source_id for item in items}
    waiting = Letter.objects.filter(register_entry__in=entries, kind=LetterKind.SEN_SUPPORT_STARTS, sent_on=None)
    made = dict(waiting.order_by("-pk").values_list("register_entry", "pk"))
    return {
        item.pk: Step("Send the letter", "pupils:letter-detail", (made[item.source_id],))
        for item in items
        if item.source_id in made
    }


def of_support_plans(acting: Acting, items: list[DueItem]) -> dict[int, Step]:
    """Only for who may open the plan: of a confidential one others see no more than its date."""
    seen = set(
        SupportPlan.objects.visible_to(acting)
        .filter(pk__in={item.source_id for item in items})
        .values_list("pk", flat=True)
    )
    return {
        item.pk: Step("Review the plan", "pupils:support-review", (item.source_id,))
        for item in items
        if item.source_id in seen
    }


def of_targets(acting: Acting, items: list[DueItem]) -> dict[int, Step]:
    seen = set(
        Target.objects.visible_to(acting).filter(pk__in={item.source_id for item in items}).values_list("pk", flat=True)
    )
    return {
        item.pk: Step("Review the target", "pupils:target-review", (item.source_id,))
        for item in items
        if item.source_id in seen
    }
