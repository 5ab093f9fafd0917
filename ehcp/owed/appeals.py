"""What an appeal owes: mediation, the Tribunal, and what the authority must do after an order."""

from ..deadlines import appeals, deadline
from ..models import Appeal
from .shared import agreed_time_words, earliest, first, item

OUTCOMES = {
    Appeal.Outcome.ORDERED: appeals.ORDER,
    Appeal.Outcome.DISMISSED: appeals.ORDER,
    Appeal.Outcome.CONCEDED: appeals.UNOPPOSED,
    Appeal.Outcome.AGREED: appeals.AGREED,
}


def of_appeal(row, calendar):
    over = first(row.order_on if row.outcome else None, row.closed_on, row.pupil.left_on)
    placement_only = row.about == Appeal.About.PLACEMENT
    lodging = appeals.lodging_end(row.letter_on, row.certificate_on, calendar, placement_only=placement_only)
    return [
        *([] if placement_only else _mediation(row, calendar, over)),
        *item(lodging, met_on=row.lodged_on, closed_on=over),
        *item(deadline(appeals.RESPONSE, row.sent_to_la_on, calendar), met_on=row.la_responded_on, closed_on=over),
        *item(
            deadline(appeals.EVIDENCE, row.school_evidence_by, calendar),
            met_on=row.school_evidence_on,
            closed_on=over,
        ),
        *_after_order(row, calendar),
    ]


def _mediation(row, calendar, over):
    settled = first(row.certificate_on, row.lodged_on, over)
    contact = deadline(appeals.MEDIATION, row.letter_on, calendar)
    items = item(contact, met_on=row.contacted_on, closed_on=settled)
    if row.wants_mediation is False:
        declined = deadline(appeals.CERTIFICATE, row.told_on, calendar)
        items += item(declined, met_on=row.certificate_on, closed_on=first(row.lodged_on, over))
    elif row.wants_mediation:
        arranged = deadline(appeals.ARRANGE, row.told_on, calendar)
        items += item(arranged, met_on=row.mediation_on, closed_on=settled)
    after = deadline(appeals.CERTIFICATE_AFTER, row.mediation_on, calendar)
    return items + item(after, met_on=row.certificate_on, closed_on=first(row.lodged_on, over))


def _after_order(row, calendar):
    """Owed by the appeal, unless the request it is about keeps the new dates."""
    ended = earliest(row.closed_on, row.pupil.left_on)
    items = _other_steps(row, calendar, ended)
    if not row.order or not row.order_on or (row.assessment and row.assessment.reversed_on):
        return items
    outcome = OUTCOMES.get(row.outcome, appeals.ORDER)
    agreed_by = deadline(appeals.AGREED_TIME, row.agreed_by_on, calendar)
    items += item(agreed_by, met_on=row.complied_on, closed_on=ended)
    replaced = agreed_time_words(row.agreed_by_on)
    for rows in appeals.ORDERS[row.order]:
        if outcome in rows:
            due = deadline(rows[outcome], row.order_on, calendar)
            items += item(due, **_done(row, rows[outcome], ended, replaced))
    return items


def _done(row, rule, ended, replaced):
    if replaced:
        return {"closed_on": row.order_on, "replaced_by": replaced}
    if rule.code == "order.assess_no_plan":
        return {"closed_on": first(row.complied_on, ended), "lapses": True}
    done = first(row.draft_on, row.complied_on) if rule.code in EARLY_STEPS else row.complied_on
    return {"met_on": done, "closed_on": ended}


def _other_steps(row, calendar, ended):
    """What an agreement holds that no appeal could order, unless another time was agreed in writing."""
    if row.outcome != Appeal.Outcome.AGREED or not row.other_steps:
        return []
    health = row.other_by == Appeal.OtherBy.HEALTH
    due = deadline(appeals.OTHER_STEPS_HEALTH if health else appeals.OTHER_STEPS, row.order_on, calendar)
    if replaced := agreed_time_words(row.agreed_by_on):
        return item(due, closed_on=row.order_on, replaced_by=replaced)
    return item(due, met_on=row.other_done_on, closed_on=ended)


EARLY_STEPS = {"order.assess_notify", "order.make_draft"}
