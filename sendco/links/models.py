from datetime import datetime

from django.db import models


class Link(models.Model):
    """One way in for one outsider to one question. The secret itself is kept nowhere, only its hash."""

    secret_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    school_id = models.BigIntegerField()
    pupil_id = models.BigIntegerField(null=True)
    made_by_id = models.BigIntegerField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    first_opened_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)
    opened = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    # The six digits sent to the address on file, before anything is shown.
    code_hash = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    # Over all codes of this link: whoever asks for a new one does not start to count again.
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    codes_sent = models.PositiveSmallIntegerField(default=0)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["purpose", "subject_id"])]

    def __str__(self) -> str:
        return f"{self.purpose} link {self.pk}"

    def is_open(self, now: datetime) -> bool:
        return self.revoked_at is None and self.used_at is None and now < self.expires_at
