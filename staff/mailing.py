"""How every mail of the site is made up: an answer goes to the school, and what a machine sent says so."""

from django.core.mail import EmailMultiAlternatives

from .models import School


def compose(
    *,
    to: str,
    subject: str,
    text: str,
    html: str = "",
    reply_to: str = "",
    automatic: bool,
    headers: dict[str, str] | None = None,
) -> EmailMultiAlternatives:
    """Make up one mail. `automatic` keeps out-of-office notes from answering it (RFC 3834)."""
    said = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"} if automatic else {}
    message = EmailMultiAlternatives(
        subject=" ".join(subject.split()),
        body=text,
        to=[to],
        reply_to=[reply_to] if reply_to else None,
        headers=said | (headers or {}),
    )
    if html:
        message.attach_alternative(html, "text/html")
    return message


def answers_to(school: School | None) -> str:
    """Where an answer goes: the school's own address, where it has entered one."""
    return school.email if school else ""
