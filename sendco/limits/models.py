from django.db import models


class Hit(models.Model):
    """How often one key was used in one window of time."""

    key = models.CharField(max_length=200)
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window_start"], name="limits_one_row_per_window")]
        indexes = [models.Index(fields=["window_start"], name="limits_hit_window")]

    def __str__(self) -> str:
        return f"{self.key} from {self.window_start:%H:%M}: {self.count}"
