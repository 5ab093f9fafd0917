from typing import Any

from django.db import models

from .fields import SealedJSONField


class Draft(models.Model):
    """What somebody has typed into a form and not saved yet."""

    user_id = models.BigIntegerField()
    school_id = models.BigIntegerField()
    form_key = models.CharField(max_length=120)
    data: dict[str, Any] = SealedJSONField()  # type: ignore[assignment]  # a field reads as its value
    updated_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user_id", "school_id", "form_key"], name="drafts_one_per_user_and_form")
        ]

    def __str__(self) -> str:
        return self.form_key
