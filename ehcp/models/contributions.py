from django.db import models

from .reviews import Contribution, Invitee


class ReviewMail(models.Model):
    """One mail to somebody invited to a review: to which address, when it was asked for and when it went."""

    class Kind(models.TextChoices):
        INVITATION = "invitation", "Invitation"
        REQUEST = "request", "Asked for a contribution"
        REMINDER = "reminder", "Reminded"
        CALLED_OFF = "called_off", "Told that the meeting is called off"

    invitee = models.ForeignKey(Invitee, on_delete=models.CASCADE, related_name="mails")
    kind = models.CharField(max_length=10, choices=Kind)
    to = models.EmailField()
    made_by = models.ForeignKey("staff.User", on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    # The secret address that stands in it: opened or not, it says when.
    link_id = models.BigIntegerField(null=True)
    problem = models.CharField(max_length=200, blank=True)
    # For a reminder that went by itself: the set day before the meeting that it was for.
    set_on = models.DateField(null=True)
    # The day of a meeting that was called off: the review has none any more.
    about_on = models.DateField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["invitee", "set_on"], name="one_reminder_an_invitee_and_set_day")
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.pk}"


class ContributionFile(models.Model):
    """A photo or report that came with somebody's words. Taken out by its sender, or part of what was sent."""

    contribution = models.ForeignKey(Contribution, on_delete=models.CASCADE, related_name="files")
    file_id = models.BigIntegerField()
    name = models.CharField(max_length=200)
    size = models.PositiveIntegerField()
    added_at = models.DateTimeField(auto_now_add=True)
    # The copy of it among the child's documents, once somebody filed one.
    document = models.ForeignKey("pupils.Document", on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["pk"]

    def __str__(self):
        return f"file {self.pk} of contribution {self.contribution_id}"

    @property
    def kept(self):
        """The document that is still there; None where nobody filed one or it was removed."""
        return self.document if self.document_id and self.document.removed_on is None else None
