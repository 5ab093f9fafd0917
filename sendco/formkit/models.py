from django.db import models


class SentForm(models.Model):
    """One form that was sent and saved: sent again, it leads to where the first time went."""

    user_id = models.BigIntegerField()
    key = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    went_to = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="formkit_one_row_per_form_sent")]

    def __str__(self) -> str:
        return self.key
