"""A firm changes its own figures as it likes: what it would gain or lose is said, nothing is stored, what is no number is told."""

from __future__ import annotations

import pytest

from manyuan.facts.filings.models import Filing
from manyuan.work.policies.models import Entitlement
from manyuan.work.policies.tests.conftest import office  # noqa: F401 -- a fixture


@pytest.fixture
def firm(office, client):  # noqa: F811
    """It has 900 yuan of revenue where the policy asks for 1000, and 200 of R&D."""
    office.file(office.town.firm_east, revenue=900_00, rd_spend=200_00)
    office.published()
    client.force_login(office.town["enterprise"], backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["manyuan_language"] = "zh-hans"
    return office.town.firm_east


def answer(client, firm, **figures):
    got = client.get(f"/enterprises/{firm.uscc}/what-if/", {f"w-{name}": value for name, value in figures.items()})
    return got.status_code, got.content.decode()


@pytest.mark.parametrize(("revenue", "changes"), [("1000", True), ("999.99", False), ("1,000", True), ("900", False)])
def test_a_figure_at_the_threshold_gains_the_policy_and_below_it_nothing_changes(firm, client, revenue, changes):
    status, page = answer(client, firm, revenue=revenue)
    assert status == 200
    assert ("只差一步" in page and "20元" in page) == changes
    assert ("各项政策的结果都不变。" in page) == (revenue == "999.99"), "unchanged figures try nothing"


def test_nothing_of_it_is_stored(firm, client):
    before = Filing.objects.get(enterprise=firm, form_code="enterprise-annual", period="2025").changed_at
    answer(client, firm, revenue="5000")
    assert Filing.objects.get(enterprise=firm, form_code="enterprise-annual", period="2025").changed_at == before
    assert not Entitlement.objects.filter(enterprise=firm).exists()
    assert "5000" not in answer(client, firm)[1]


@pytest.mark.parametrize("given", ["lots", "NaN", "1e99"])
def test_what_is_no_number_is_told_and_tried_as_it_was(firm, client, given):
    status, page = answer(client, firm, revenue=given)
    assert status == 422 and "is-invalid" in page


def test_another_firms_figures_are_not_to_be_had(office, firm, client):  # noqa: F811
    assert answer(client, office.town.firm_west)[0] == 404
