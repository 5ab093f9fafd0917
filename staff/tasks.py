"""Mail about accounts. Sent after commit in the background so that an unknown address takes no less time to answer."""

from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from sendco.jobs import services as jobs
from sendco.jobs.registry import handler

from .models import OutgoingMail


@transaction.atomic
def send_account_mail(*, to, subject, text, html=""):
    """Queue one mail. The row holds the address and the words until it is sent, then the words are emptied."""
    mail = OutgoingMail.objects.create(to=to, subject=subject[:200], text=text, html=html)
    jobs.enqueue("staff.send_mail", title="Send a mail", by=None, params={"mail": mail.pk})
    return mail


@handler("staff.send_mail")
def send_mail(run):
    mail = OutgoingMail.objects.filter(pk=run.params["mail"], sent_at=None).first()
    if mail is None:
        return {}
    message = EmailMultiAlternatives(subject=mail.subject, body=mail.text, to=[mail.to])
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    message.send()
    mail.mark_sent()
    return {"message": "Sent."}
