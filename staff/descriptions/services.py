"""Writing a job description, and agreeing to it once a year."""

from django.db import transaction
from django.utils import timezone

from sendco.audit import services as audit
from sendco.refusals import ChangedMeanwhile, Refused

from ..acting import acting_for
from ..models import JobDescription, Post, StaffMember, User
from ..owed import bring_up_to_date
from ..saving import record
from .refusals import DescriptionReason


def current_of(post: Post) -> JobDescription | None:
    return post.descriptions.order_by("-number").first()


@transaction.atomic
def write(*, post: Post, text: str, number: int, by: User) -> JobDescription:
    """Write the description anew, or for the first time. `number` is that of the text which was on the screen, 0 for
    none. Earlier texts stay, with who agreed to them. Raises ChangedMeanwhile."""
    Post.objects.select_for_update(of=("self",)).get(pk=post.pk)
    before = current_of(post)
    if before and before.number != number:
        raise ChangedMeanwhile(before)
    if before and before.text == text:
        return before
    row = JobDescription(post=post, number=(before.number if before else 0) + 1, text=text, written_by=by)
    if before:
        before.superseded_on = timezone.localdate()
        with audit.saving(before, by=by):
            before.save(update_fields=["superseded_on"])
        bring_up_to_date(before)
    with audit.saving(row, by=by):
        row.save()
    bring_up_to_date(row)
    record(post.member, "description.written", f"Job description of {post.title} written", by=by)
    return row


@transaction.atomic
def agree(*, description: JobDescription, by: User) -> JobDescription:
    """The adult, or whoever leads the adult, says that it is right today. Raises Refused."""
    rows = JobDescription.objects.select_for_update(of=("self",)).select_related("post__member")
    row = rows.get(pk=description.pk)
    if row.superseded_on:
        raise Refused(DescriptionReason.CHANGED)
    member, today = row.post.member, timezone.localdate()
    if member.user_id == by.pk:
        row.member_agreed_on = today
    elif StaffMember.objects.led_by(acting_for(by, member.school_id)).filter(pk=member.pk).exists():
        row.manager_agreed_on, row.manager = today, by
    else:
        raise Refused(DescriptionReason.NOT_THE_TWO, person=member.name)
    with audit.saving(row, by=by):
        row.save(update_fields=["member_agreed_on", "manager_agreed_on", "manager"])
    bring_up_to_date(row)
    record(member, "description.agreed", f"Job description of {row.post.title} agreed by {by.name}", by=by)
    return row
