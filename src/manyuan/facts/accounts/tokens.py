"""Tokens for programs: the secret is shown once, only its digest is kept."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.errors import TokenAlreadyRevoked, TokenNameMissing, TokenTermUnfit
from manyuan.facts.accounts.models import ApiToken, User
from manyuan.facts.accounts.people import may_administer
from manyuan.facts.accounts.secrets import digest_of, new_secret, prefix_of
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.audit.services import record

LONGEST_DAYS = 366
_USE_NOTED_EVERY = timedelta(minutes=5)


@transaction.atomic
def issue_token(*, user: User, name: str, days: int = 90, read_only: bool = True, by: Actor, now: datetime) -> tuple[ApiToken, str]:
    """Give a person a token for their programs; returns it and its secret, which is nowhere kept and cannot be shown again.

    Only oneself (and the system, on the command line) may: a token speaks with its owner's rights.
    Raises NotAllowed, TokenNameMissing, TokenTermUnfit (1 to 366 days).
    """
    if not (by.is_system or by.id == user.pk):
        raise NotAllowed(gettext_noop("take a token in the name of another person"), by)
    name = name.strip()
    if not 1 <= len(name) <= 80:
        raise TokenNameMissing()
    if not 1 <= days <= LONGEST_DAYS:
        raise TokenTermUnfit(found=days, longest=LONGEST_DAYS)
    secret = new_secret()
    token = ApiToken.objects.create(
        user=user,
        name=name,
        prefix=prefix_of(secret),
        digest=digest_of(secret),
        read_only=read_only,
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    after = {"name": name, "read_only": read_only, "expires_at": token.expires_at, "user": user.pk}
    record(by=by, now=now, action="accounts.issue_token", subject_kind="token", subject_id=token.pk, after=after)
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, by: Actor, now: datetime) -> ApiToken:
    """End a token at once: by its owner or who administers them. Raises NotAllowed, TokenAlreadyRevoked."""
    if by.id != token.user_id and not may_administer(by, token.user.organisation):
        raise NotAllowed(gettext_noop("revoke this token"), by)
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if token.revoked_at is not None:
        raise TokenAlreadyRevoked(name=token.name)
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    after = {"name": token.name, "user": token.user_id}
    record(by=by, now=now, action="accounts.revoke_token", subject_kind="token", subject_id=token.pk, after=after)
    return token


def note_use(*, token: ApiToken, now: datetime) -> None:
    """Remember that a token was used, to five minutes (a technical mark, not audited)."""
    stale = Q(last_used_at=None) | Q(last_used_at__lte=now - _USE_NOTED_EVERY)
    if token.last_used_at is None or token.last_used_at <= now - _USE_NOTED_EVERY:
        ApiToken.objects.filter(stale, pk=token.pk).update(last_used_at=now)
