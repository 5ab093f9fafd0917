from typing import Any, NoReturn

from django.db import models


class AppendOnlyError(Exception):
    """The audit record can be added to, never changed."""


class AppendOnlyQuerySet(models.QuerySet):
    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Audit rows are never changed.")

    def delete(self) -> NoReturn:
        raise AppendOnlyError("Audit rows are never deleted here.")

    def bulk_update(self, objs: Any, fields: Any, batch_size: int | None = None) -> NoReturn:
        raise AppendOnlyError("Audit rows are never changed.")


class AppendOnly(models.Model):
    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnlyError("Audit rows are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError("Audit rows are never deleted here.")


class Audience(models.TextChoices):
    """Who may meet an event: those who may read the child's record, only those who may see confidential flags, those
    who manage accounts, or those who lead every adult."""

    RECORD = "record", "Everyone who may read the record"
    CONFIDENTIAL = "confidential", "Those who may see confidential facts"
    ACCOUNTS = "accounts", "Those who manage accounts"
    STAFF = "staff", "Those who lead every adult"


class Event(AppendOnly):
    """Something a person did. Text, not foreign keys, so that history survives what it is about.

    happened_on is the day it happened at school, recorded_at the moment it was typed.
    """

    school_id = models.BigIntegerField(null=True)
    pupil_id = models.BigIntegerField(null=True)
    code = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    text = models.TextField()
    audience = models.CharField(max_length=20, choices=Audience, default=Audience.RECORD)
    happened_on = models.DateField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)

    class Meta:
        indexes = [
            models.Index(fields=["school_id", "pupil_id", "-happened_on", "-id"]),
            models.Index(fields=["school_id", "subject_type", "subject_id", "-id"]),
            models.Index(fields=["school_id", "-recorded_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.subject_type} {self.subject_id}"


# What is said of a read that was an export begins so.
EXPORT = "export: "


class Read(AppendOnly):
    """Somebody opened a child's record: one row a person, a record and an hour."""

    school_id = models.BigIntegerField()
    pupil_id = models.BigIntegerField()
    what = models.CharField(max_length=40)
    user_id = models.BigIntegerField()
    user_name = models.CharField(max_length=200)
    hour_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pupil_id", "user_id", "what", "hour_at"], name="one_read_an_hour")
        ]
        indexes = [
            models.Index(fields=["school_id", "pupil_id", "-hour_at"]),
            models.Index(fields=["hour_at", "school_id", "user_id"], name="audit_read_by_hour"),
        ]

    def __str__(self) -> str:
        return f"user {self.user_id} read {self.what} of pupil {self.pupil_id}"


class Seal(AppendOnly):
    """What stood in the tables that are kept for ever at the end of a day, as sums, chained to the day before."""

    day = models.DateField(unique=True)
    # {table: {"rows", "columns", "sha256"}} of what was written since the seal before.
    tables = models.JSONField()
    head = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"seal of {self.day}"
