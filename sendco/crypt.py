"""Encrypt short texts at rest. Keys come from SENDCO_FIELD_KEYS, newest first; a local copy derives one."""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def _fernet():
    keys = settings.FIELD_KEYS
    if not keys:
        digest = hashlib.sha256(b"sendco field key " + settings.SECRET_KEY.encode()).digest()
        keys = [base64.urlsafe_b64encode(digest)]
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text):
    return _fernet().encrypt(text.encode()).decode()


def decrypt(token):
    return _fernet().decrypt(token.encode()).decode()
