"""Sealing and opening what must not be read in a copy of the database: account numbers, addresses of messengers. Fernet (AES-128-CBC with HMAC-SHA-256) by `cryptography`.

The keys are in MANYUAN_FIELD_KEY (several with commas: the first seals, all open) or in a file of the data directory that is not part of a backup.
"""

from __future__ import annotations

import base64
import hmac
from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from manyuan.facts.accounts.errors import SealBroken


def seal(text: str) -> str:
    """The text, encrypted; the same text twice gives two different seals."""
    return _keys(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode("ascii")


def opened(sealed: str) -> str:
    """The text of a seal. Raises SealBroken where the key is not there or the seal was changed."""
    try:
        return _keys(tuple(settings.FIELD_KEYS)).decrypt(sealed.encode("ascii")).decode()
    except InvalidToken:
        raise SealBroken() from None


def fingerprint(text: str) -> str:
    """A keyed digest: equal texts have equal ones, and nobody without the key learns more."""
    return hmac.new(_derived(settings.FIELD_KEYS[-1], b"manyuan fingerprint"), text.encode(), sha256).hexdigest()


@lru_cache(maxsize=4)
def _keys(given: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(one, b"manyuan field"))) for one in given])


@lru_cache(maxsize=16)
def _derived(key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key.encode())
