"""Encrypt short texts at rest. Keys come from SENDCO_FIELD_KEYS, newest first; a local copy derives one."""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_LENGTH = 32  # bytes: AES-256


def _keys():
    if settings.FIELD_KEYS:
        return list(settings.FIELD_KEYS)
    digest = hashlib.sha256(b"sendco field key " + settings.SECRET_KEY.encode()).digest()
    return [base64.urlsafe_b64encode(digest)]


def _fernet():
    return MultiFernet([Fernet(key) for key in _keys()])


def encrypt(text):
    return _fernet().encrypt(text.encode()).decode()


def decrypt(token):
    return _fernet().decrypt(token.encode()).decode()


def derived(purpose):
    """A key of its own for this purpose out of each of the site's keys: {a short name of it: 32 bytes}, newest first.

    What was sealed before the site's key was changed stays open under the older name.
    """
    found = {}
    for key in _keys():
        raw = key.encode() if isinstance(key, str) else key
        own = HKDF(algorithm=SHA256(), length=KEY_LENGTH, salt=None, info=purpose.encode()).derive(raw)
        found[hashlib.sha256(own).hexdigest()[:12]] = own
    return found
