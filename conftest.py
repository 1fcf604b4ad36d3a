"""Fixtures for the whole suite."""

import os

import pytest
from hypothesis import HealthCheck, settings

# How long an example takes says something of the machine, nothing of the code: no test may fail for it.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# The real data beside the project; tests that need it say so (marker shared_data).
os.environ.setdefault("MANYUAN_SHARED", os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "shared"))
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def shared_folder():
    """../shared, the real data for tests; a test that asks for it fails in CI where it is absent, and says so elsewhere."""
    from pathlib import Path

    folder = Path(os.environ["MANYUAN_SHARED"])
    if not folder.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"the shared data are not at {folder}; set MANYUAN_SHARED")
        pytest.skip(f"the shared data are not at {folder}")
    return folder


@pytest.fixture(autouse=True)
def _nothing_kept():
    """No test finds what an earlier one kept in the cache, nor speaks the language of an earlier one's reader."""
    yield
    from django.conf import settings

    if settings.configured:
        from django.utils import translation

        translation.deactivate()
        from django.core.cache import cache

        try:
            cache.clear()
        except RuntimeError:  # a cache in the database, in a test without one
            pass
