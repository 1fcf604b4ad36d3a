"""The page of reporting periods opens the next one, for the city alone; the command says the same."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from django.utils import timezone

from manyuan.facts.accounts.tests.town import build_town
from manyuan.facts.audit.actors import system
from manyuan.facts.filings.models import Filing
from manyuan.facts.programme.installing import install_pack
from manyuan.facts.programme.pack import read_pack
from manyuan.surfaces.cli.periods import periods

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


@pytest.fixture
def town(db, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    made = build_town()
    install_pack(pack=read_pack("packs/chengdu"), by=system("test"), now=NOW)
    return made


def test_the_city_opens_the_last_year_from_the_page(town, client):
    client.force_login(town["city"])
    page = client.get("/periods/").content.decode()
    assert 'value="enterprise-annual"' in page and 'value="2025"' in page
    client.post("/periods/", {"form": "enterprise-annual", "period": "2025"})
    assert Filing.objects.filter(form_code="enterprise-annual", period="2025").count() > 0
    assert 'value="2026"' not in client.get("/periods/").content.decode()


def test_a_period_that_is_not_over_is_refused_with_a_message(town, client):
    client.force_login(town["city"])
    page = client.post("/periods/", {"form": "enterprise-annual", "period": "2027"}, follow=True).content.decode()
    assert "my-message error" in page
    assert not Filing.objects.exists()


def test_a_committee_does_not_open_periods(town, client):
    client.force_login(town["committee"])
    assert client.post("/periods/", {"form": "enterprise-annual", "period": "2025"}).status_code == 403
    assert not Filing.objects.exists()


def test_the_command_opens_and_lists(town, monkeypatch):
    monkeypatch.setenv("MANYUAN_LANGUAGE", "en")
    done = CliRunner().invoke(periods, ["open", "enterprise-annual", "2025"])
    assert done.exit_code == 0 and "added" in done.output and not done.output.startswith("0 ")
    assert "enterprise-annual\t2025" in CliRunner().invoke(periods, ["list"]).output
    assert CliRunner().invoke(periods, ["open", "none", "2025"]).exit_code == 2
