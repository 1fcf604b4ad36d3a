from __future__ import annotations

import pytest
from django.core.cache import cache
from tests.rolewalk.world import build


@pytest.fixture
def town(db, settings):
    settings.WHITENOISE_AUTOREFRESH = True
    settings.API_RATE = 1_000_000
    settings.ACCOUNT_RATE_LIMITS = False
    ours = "manyuan.facts.accounts.middleware.ActorMiddleware"
    if ours not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, ours]
    cache.clear()
    return build()
