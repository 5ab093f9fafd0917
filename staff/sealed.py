"""A text that is kept encrypted: in its table, in its history and in every backup."""

from django.db import models

from sendco.crypt import decrypt, encrypt


class SealedTextField(models.TextField):
    """Reads and writes plain text; the database holds it under the site's field keys. It cannot be searched."""

    def from_db_value(self, value, expression, connection):
        return decrypt(value) if value else value

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return encrypt(value) if value else value
