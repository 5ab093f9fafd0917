from django.db import models

from .pupil import Pupil


class SearchKey(models.Model):
    """What a pupil can be found by: folded words of the names, their skeletons for typing slips, and the UPN."""

    class Kind(models.TextChoices):
        WORD = "w", "Word of a name"
        SKELETON = "s", "Skeleton of a word"
        NUMBER = "n", "UPN"

    school_id = models.BigIntegerField()
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="search_keys")
    kind = models.CharField(max_length=1, choices=Kind)
    key = models.CharField(max_length=60)

    class Meta:
        indexes = [models.Index("school_id", "kind", "key", "pupil", name="search_by_key")]

    def __str__(self):
        return f"{self.kind} of {self.pupil_id}"
