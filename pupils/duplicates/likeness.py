"""What makes two records look like one child: codes that decide, and the words that people read."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Likeness(models.TextChoices):
    SHARED_UPN = "shared_upn", _("One has the other's UPN, as its UPN or as a former one")
    SAME_NAME_SAME_BIRTH = "same_name_same_birth", _("Same name and same date of birth")
    SIMILAR_NAME_SAME_BIRTH = "similar_name_same_birth", _("Similar name and same date of birth")
    SAME_NAME_BIRTH_SWAPPED = (
        "same_name_birth_swapped",
        _("Same name, and day and month of birth are the other way round"),
    )
    SAME_NAME_BIRTH_MISSING = "same_name_birth_missing", _("Same name, and one has no date of birth")


# How sure each makes us, the surest 0; all others are less sure, and alike.
SURENESS = {Likeness.SHARED_UPN: 0, Likeness.SAME_NAME_SAME_BIRTH: 1}
LEAST_SURE = 2
