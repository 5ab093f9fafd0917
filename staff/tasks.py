"""Mail about accounts. Sent after commit in the background so that an unknown address takes no less time to answer."""

import re

from django.db import transaction
from django.utils import timezone

from sendco.jobs import services as jobs
from sendco.jobs.registry import handler

from .mailing import answers_to, compose
from .models import Membership, OutgoingMail, School
from .models.people import current_on


@transaction.atomic
def send_account_mail(*, to, subject, text, html="", calendar="", school=None):
    """Queue one mail. The row holds the address and the words until it is sent, then the words are emptied.

    An answer goes to the school; where none is named, to the one at which the person works today.
    """
    reply_to = answers_to(school or _only_school_of(to))
    mail = OutgoingMail.objects.create(
        to=to, subject=subject[:200], text=text, html=html, calendar=calendar, reply_to=reply_to
    )
    jobs.enqueue("staff.send_mail", title="Send a mail", by=None, params={"mail": mail.pk})
    return mail


def _only_school_of(address):
    held = Membership.objects.filter(current_on(timezone.localdate()), user__email__iexact=address)
    schools = School.objects.filter(pk__in=held.values("school"))[:2]
    return schools[0] if len(schools) == 1 else None


@handler("staff.send_mail")
def send_mail(run):
    mail = OutgoingMail.objects.filter(pk=run.params["mail"], sent_at=None).first()
    if mail is None:
        return {}
    message = compose(
        to=mail.to, subject=mail.subject, text=mail.text, html=mail.html, reply_to=mail.reply_to, automatic=True
    )
    if mail.calendar:
        # Named in the type too: some mail programs look nowhere else for what to do with it.
        method = re.search(r"^METHOD:(\w+)", mail.calendar, re.MULTILINE)
        kind = f"text/calendar; method={method[1]}" if method else "text/calendar"
        message.attach("meeting.ics", mail.calendar, kind)
    message.send()
    mail.mark_sent()
    return {"message": "Sent."}
