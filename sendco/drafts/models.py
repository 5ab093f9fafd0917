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


class Presence(models.Model):
    """Somebody has a page open on which a record is changed. `page` is a hash of the school and the page's address."""

    page = models.CharField(max_length=64)
    user_id = models.BigIntegerField()
    name = models.CharField(max_length=150)
    seen_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["page", "user_id"], name="presence_once_a_person_and_page")]

    def __str__(self) -> str:
        return f"user {self.user_id} on a page"
