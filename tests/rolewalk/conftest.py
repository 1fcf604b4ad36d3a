from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from tests.rolewalk.world import build

from manyuan.facts.accounts.tests.town import Town


@pytest.fixture(scope="module")
def _built(django_db_setup: Any, django_db_blocker: Any) -> Iterator[Town]:
    """The town, built once for all tests of the walk in a transaction that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def town(_built: Town, settings: Any, db: None) -> Town:
    """The town; whatever a test changes in it is undone."""
    settings.WHITENOISE_AUTOREFRESH = True
    settings.API_RATE = 1_000_000
    settings.ACCOUNT_RATE_LIMITS = False
    ours = "manyuan.facts.accounts.middleware.ActorMiddleware"
    if ours not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, ours]
    cache.clear()
    return _built
