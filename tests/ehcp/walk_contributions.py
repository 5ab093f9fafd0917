"""What was said before a review, for the walk of every address as every role."""

from django.utils import timezone

from ehcp.models import AnnualReview, Contribution, ContributionFile, Invitee
from sendco.files.services import store_bytes


def contribution_things(school, user, pupil):
    """Made after the review's own things: it is said before that review."""
    review = AnnualReview.objects.get(pupil=pupil)
    people = review.invitees
    now = timezone.now()
    sender = people.create(role=Invitee.Role.HEALTH, name="Nurse One", email="nurse@example.org", asked_on=now.date())
    sent = Contribution.objects.create(invitee=sender, kind="professional", answers={"needs": "Rest"}, sent_at=now)
    stored = store_bytes(
        name="report.txt", content=b"words", school_id=school.pk, by=None, purpose="contribution", pupil_id=pupil.pk
    )
    return {
        "contribution": sender.pk,
        "contribution_file": ContributionFile.objects.create(
            contribution=sent, file_id=stored.pk, name="report.txt", size=5
        ).pk,
        "own_view": people.create(role=Invitee.Role.STAFF, name="Colleague", user=user, asked_on=now.date()).pk,
    }


ABOUT_A_CONTRIBUTION = {"contribution", "contribution_file"}
# The pages for people without an account: they ask for a pass, and no role opens them.
WITH_A_PASS = {f"ehcp:answer{part}" for part in ("", "-question", "-file-remove", "-check", "-sent")}


def contribution_routes(record, classroom):
    """{route: (thing, roles)} of the school's side."""
    on_one = ("detail", "enter", "preview", "reopen", "talked", "here")
    return {
        "ehcp:contribution-list": ("review", record),
        "ehcp:links-end": ("review", record),
        **{f"ehcp:contribution-{name}": ("contribution", record) for name in on_one},
        "ehcp:contribution-file": ("contribution_file", record),
        "ehcp:contribution-file-keep": ("contribution_file", record),
        "ehcp:my-view": ("own_view", classroom),
    }
