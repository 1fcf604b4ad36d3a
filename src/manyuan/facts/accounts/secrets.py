"""The secret of an API token: how it looks, and the digest that is kept of it."""

from __future__ import annotations

import hashlib
import secrets

_MARK = "mny_"


def new_secret() -> str:
    """256 random bits as text, marked so that a leaked one is recognised."""
    return _MARK + secrets.token_urlsafe(32)


def digest_of(secret: str) -> str:
    """SHA-256 of the secret, 64 hex digits. A fast hash is right here: the secret is random, not chosen by a person."""
    return hashlib.sha256(secret.encode()).hexdigest()


def prefix_of(secret: str) -> str:
    """The eight characters by which people tell their tokens apart."""
    return secret.removeprefix(_MARK)[:8]
