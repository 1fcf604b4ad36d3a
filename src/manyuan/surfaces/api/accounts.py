"""Who I am, and my tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema, Status
from pydantic import Field

from manyuan.facts.accounts.queries import Bearer, park_codes, tokens_of
from manyuan.facts.accounts.services import issue_token, revoke_token
from manyuan.facts.accounts.tokens import LONGEST_DAYS
from manyuan.facts.audit.errors import NotFound
from manyuan.surfaces.api.problems import SessionNeeded
from manyuan.surfaces.api.shapes import Body, Page, PageParameters, Paging, page

router = Router()


class OrganisationOut(Schema):
    kind: str
    name_zh: str
    name_en: str


class Me(Schema):
    """The person who calls. parks: codes of the parks they answer for; sees_all: whether every row is open to them."""

    username: str
    display_name: str
    role: str
    organisation: OrganisationOut | None
    language: str
    may_release: bool
    sees_all: bool
    parks: list[str]
    enterprise_uscc: str | None
    by_token: bool
    may_write: bool


class TokenOut(Schema):
    """A token without its secret."""

    id: int
    name: str
    prefix: str
    read_only: bool
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


class TokenIn(Body):
    name: str = Field(min_length=1, max_length=80, description="What the token is for")
    days: int = Field(90, ge=1, le=LONGEST_DAYS)
    read_only: bool = True


class TokenMade(TokenOut):
    """A new token. `secret` is shown this once and kept nowhere."""

    secret: str


@router.get("me", response=Me, operation_id="me", summary="Who I am")
def me(request: HttpRequest) -> dict[str, Any]:
    actor, user = request.actor, request.user
    body = user.organisation
    by_token = isinstance(request.auth, Bearer)
    return {
        "username": user.username,
        "display_name": user.display_name,
        "role": actor.role,
        "organisation": body,
        "language": user.language,
        "may_release": user.may_release,
        "sees_all": actor.sees_all,
        "parks": park_codes(actor),
        "enterprise_uscc": body.enterprise.uscc if body and body.enterprise_id else None,
        "by_token": by_token,
        "may_write": not (by_token and request.auth.token.read_only),
    }


@router.get("tokens", response=Page[TokenOut], operation_id="tokens_list", summary="My tokens")
def tokens(request: HttpRequest, paging: PageParameters = Paging) -> dict[str, Any]:
    return page(tokens_of(request.user), paging)


@router.post("tokens", response={201: TokenMade}, operation_id="tokens_issue", summary="A new token (by session only)")
def issue(request: HttpRequest, body: TokenIn) -> Status:
    if isinstance(request.auth, Bearer):
        raise SessionNeeded()
    token, secret = issue_token(user=request.user, by=request.actor, now=timezone.now(), **body.model_dump())
    return Status(201, {**TokenOut.from_orm(token).model_dump(), "secret": secret})


@router.delete("tokens/{int:token_id}", response=TokenOut, operation_id="tokens_revoke", summary="Revoke one of my tokens")
def revoke(request: HttpRequest, token_id: int) -> Any:
    token = tokens_of(request.user).filter(pk=token_id).first()
    if token is None:
        raise NotFound()
    return revoke_token(token=token, by=request.actor, now=timezone.now())
