"""What somebody has typed and not saved, kept encrypted: it may be a private note or a child's story."""

import json
from typing import Any

from cryptography.fernet import InvalidToken
from django.db import models

from sendco.crypt import decrypt, encrypt


class SealedJSONField(models.TextField):
    """Reads and writes JSON values; the database holds them under the site's field keys. They cannot be searched.

    What was kept under keys that are gone reads as nothing: a form opens without its draft.
    """

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        try:
            return json.loads(decrypt(value)) if value else {}
        except InvalidToken:
            return {}

    def get_prep_value(self, value: Any) -> str:
        return encrypt(json.dumps(value, ensure_ascii=False))
