"""Before money goes out the city sees who has given no bank account: on the policy's page, and as a list."""

from __future__ import annotations

import pytest

from manyuan.work.money.accounts import give_account
from manyuan.work.policies import delivering as deliver
from manyuan.work.policies.queries import without_account
from manyuan.work.policies.tests.conftest import BY, office  # noqa: F401 -- a fixture


@pytest.fixture
def listed(office):  # noqa: F811
    for firm in (office.town.firm_east, office.town.firm_sub):
        office.file(firm, revenue=2000_00, rd_spend=200_00)
    version = office.published()
    office.screen(version)
    deliver.notify_listed(version=version, by=BY, now=office.now())
    return version


def open_(client, person, address):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["manyuan_language"] = "en"
    return client.get(address).content.decode().replace("\xa0", " ")


def test_who_gave_an_account_or_said_no_is_not_among_those_without(office, listed, client):  # noqa: F811
    firm, rows = office.town.firm_east, listed.entitlements.all()
    assert without_account(rows).count() == 2
    page = open_(client, office.town["city"], "/policies/RD/")
    assert "2 firms have given no bank account yet" in page and "/entitlements/?policy=RD&amp;account=none" in page
    give_account(owner=firm, holder=firm.name, bank="示范银行", number="6222000011112222", by=office.firm_actor(), now=office.now())
    assert [row.enterprise for row in without_account(rows)] == [office.town.firm_sub]
    listed_ = open_(client, office.town["city"], "/entitlements/?policy=RD&account=none")
    assert office.town.firm_sub.name in listed_ and firm.name not in listed_
    rows.filter(enterprise=office.town.firm_sub).update(state="refused")
    assert not without_account(rows).exists()
    assert "bank account yet" not in open_(client, office.town["city"], "/policies/RD/")


def test_a_firm_does_not_see_how_many_others_gave_none(office, listed, client):  # noqa: F811
    assert "bank account yet" not in open_(client, office.town["enterprise"], "/policies/RD/")
