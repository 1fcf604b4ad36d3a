from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.services import issue_token
from manyuan.facts.accounts.tests.town import Town, build_town


class Program:
    """A program that calls the API with a token, or without."""

    def __init__(self, secret: str | None = None) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {secret}"} if secret else {}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str):
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(self.client, method)(f"/api/v1/{path}", headers={"Accept-Language": "en", **self.headers, **headers}, **sent)


@pytest.fixture
def town(db) -> Town:
    return build_town()


@pytest.fixture
def program():
    from django.utils import timezone

    def make(user: User | None = None, read_only: bool = True) -> Program:
        if user is None:
            return Program()
        return Program(issue_token(user=user, name="test", read_only=read_only, by=actor_of(user), now=timezone.now())[1])

    return make


@pytest.fixture(autouse=True)
def served(settings):
    settings.WHITENOISE_AUTOREFRESH = True
    ours = "manyuan.facts.accounts.middleware.ActorMiddleware"
    if ours not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, ours]
    locale = Path(__file__).resolve().parents[1] / "locale"
    if locale not in settings.LOCALE_PATHS:
        settings.LOCALE_PATHS = [*settings.LOCALE_PATHS, locale]
    cache.clear()
    yield
    cache.clear()
