from django.db import models


class Status(models.TextChoices):
    QUEUED = "queued", "Waiting to start"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Did not work"
    CANCELLED = "cancelled", "Stopped"


FINISHED = (Status.DONE, Status.FAILED, Status.CANCELLED)


class Job(models.Model):
    """One piece of background work. params and result hold ids and counts, never pupils' data."""

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=120)
    school_id = models.BigIntegerField(null=True)
    user_id = models.BigIntegerField(null=True)
    params = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    status = models.CharField(max_length=20, choices=Status, default=Status.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    message = models.CharField(max_length=300, blank=True)
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    token = models.CharField(max_length=32, blank=True)
    cancel_asked = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "-id"]),
            models.Index(
                "heartbeat_at", name="jobs_open", condition=models.Q(status__in=[Status.QUEUED, Status.RUNNING])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_finished(self) -> bool:
        return self.status in FINISHED

    @property
    def percent(self) -> int:
        return min(100, self.done * 100 // self.total) if self.total else 0


class Heartbeat(models.Model):
    """When a part of the running site last said that it is alive."""

    name = models.CharField(max_length=20, unique=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
