from typing import Self

from django.db import models

from staff.acting import Acting


class SavedViewQuerySet(models.QuerySet):
    def visible_to(self, acting: Acting) -> Self:
        return self.filter(user=acting.user, school=acting.school) if acting.school else self.none()


class SavedView(models.Model):
    """A person's own filter of the register, kept as its query string."""

    user = models.ForeignKey("staff.User", on_delete=models.CASCADE, related_name="+")
    school = models.ForeignKey("staff.School", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=500)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["user", "school", "name"], name="saved_view_name_once")]

    def __str__(self):
        return self.name
