from __future__ import annotations

import pytest
from django.core.cache import cache

from manyuan.facts.accounts.tests.town import Town, build_town


@pytest.fixture
def town(db) -> Town:
    return build_town()


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture(autouse=True)
def served(settings):
    """The middleware of the product, and no need of collected static files."""
    settings.WHITENOISE_AUTOREFRESH = True
    ours = "manyuan.facts.accounts.middleware.ActorMiddleware"
    if ours not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, ours]
