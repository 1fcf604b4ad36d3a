"""Secrets that the system makes: API tokens, of which only a digest is kept, and passwords that are shown once."""

from __future__ import annotations

import hashlib
import secrets

_MARK = "mny_"
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"


def new_secret() -> str:
    """256 random bits as text, marked so that a leaked one is recognised."""
    return _MARK + secrets.token_urlsafe(32)


def new_password() -> str:
    """A password to be handed over: four groups of four letters and digits that are not mistaken for each other (about 79 bits)."""
    return "-".join("".join(secrets.choice(_CLEAR) for _ in range(4)) for _ in range(4))


def digest_of(secret: str) -> str:
    """SHA-256 of the secret, 64 hex digits. A fast hash is right here: the secret is random, not chosen by a person."""
    return hashlib.sha256(secret.encode()).hexdigest()


def prefix_of(secret: str) -> str:
    """The eight characters by which people tell their tokens apart."""
    return secret.removeprefix(_MARK)[:8]
