import re

from django.db import models
from simple_history.models import HistoricalRecords

from sendco import crypt
from sendco.audit.triggers import may_empty

from .pupil import Pupil
from .querysets import AboutPupilQuerySet

POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}")


class Contact(models.Model):
    """A parent or another adult. A hidden address is kept encrypted and leaves no list, letter or export."""

    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="contacts")
    name = models.CharField(max_length=150)
    relation = models.CharField(max_length=60, blank=True)
    priority = models.PositiveSmallIntegerField(default=1)
    has_parental_responsibility = models.BooleanField("has parental responsibility", default=False)
    lives_with = models.BooleanField("the child lives here", default=False)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    address = models.TextField(blank=True)
    postcode = models.CharField(max_length=8, blank=True)
    address_hidden = models.BooleanField("hide this address", default=False)
    sealed_address = models.TextField(blank=True, editable=False)
    do_not_contact = models.BooleanField("do not contact", default=False)
    order_with_dsl = models.BooleanField("a court order is held by the safeguarding lead", default=False)
    language = models.CharField(max_length=60, blank=True)
    needs_interpreter = models.BooleanField(default=False)
    note = models.CharField("how and when to reach", max_length=300, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    history = HistoricalRecords()

    objects = AboutPupilQuerySet.as_manager()

    class Meta:
        ordering = ["priority", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(address_hidden=False) | models.Q(address="", postcode=""),
                name="hidden_address_is_sealed",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def may_be_written_to(self):
        return not self.do_not_contact and self.ended_on is None

    def reveal_address(self):
        """Return the address in clear. The caller asks for a reason and keeps the read."""
        return crypt.decrypt(self.sealed_address) if self.address_hidden and self.sealed_address else self.full_address

    def as_seen(self, version):
        """The contact as somebody saw it, to compare with what they typed; None where that version is not known."""
        seen = self.history.filter(version=version).first()
        if seen is None:
            return None
        before = seen.instance
        if not before.address_hidden and before.sealed_address:
            lines = crypt.decrypt(before.sealed_address).split("\n")
            before.postcode = lines.pop() if POSTCODE.fullmatch(lines[-1]) else ""
            before.address = "\n".join(lines)
        return before

    @property
    def full_address(self):
        return "\n".join(part for part in (self.address, self.postcode) if part)


# An address that is hidden since must not stand in clear in what is kept of earlier days.
may_empty(Contact.history.model._meta.db_table, "address", "postcode", sealed="sealed_address")
