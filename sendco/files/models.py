from django.db import models

from .kinds import Kind


class ScanState(models.TextChoices):
    UNSCANNED = "unscanned", "Not scanned"
    CLEAN = "clean", "Clean"
    INFECTED = "infected", "Infected"


class StoredFile(models.Model):
    """One file's facts; its bytes lie in the data folder under a random name."""

    school_id = models.BigIntegerField(db_index=True)
    pupil_id = models.BigIntegerField(null=True, blank=True, db_index=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    storage_path = models.CharField(max_length=100, unique=True)
    scan_state = models.CharField(max_length=10, choices=ScanState.choices, default=ScanState.UNSCANNED)
    active_content = models.BooleanField(default=False)
    # Empty for what came in through a secret link: its sender has no account.
    uploaded_by_id = models.BigIntegerField(null=True, blank=True)
    uploaded_at = models.DateTimeField()
    purpose = models.CharField(max_length=60)
    expires_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        return self.name
