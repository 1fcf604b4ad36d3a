"""A firm that is entitled to much says yes once: to all that waits for no more than a yes, all of them or none."""

from __future__ import annotations

import pytest

from manyuan.work.policies import delivering as deliver
from manyuan.work.policies.models import Entitlement
from manyuan.work.policies.tests.conftest import BY, office  # noqa: F401 -- a fixture


@pytest.fixture
def entitled(office):  # noqa: F811
    """Two policies without application and a short form that asks for a fact."""
    for firm in (office.town.firm_east, office.town.firm_sub):
        office.file(firm, revenue=2000_00, rd_spend=200_00)
    for code, more in (("ONE", {}), ("TWO", {}), ("ASKS", {"way": "short-form", "asks": ["graduates_hired"]})):
        version = office.published(code, **more)
        office.screen(version)
        deliver.notify_listed(version=version, by=BY, now=office.now())
    return {code: office.entitlement(office.town.firm_east, code) for code in ("ONE", "TWO", "ASKS")}


def send(client, office, rows, person="enterprise"):  # noqa: F811
    client.force_login(office.town[person], backend="django.contrib.auth.backends.ModelBackend")
    address = f"/enterprises/{office.town.firm_east.uscc}/policies/accept-all/"
    return client.post(address, {"entitlement": [row.pk for row in rows]})


def state(row):
    return Entitlement.objects.get(pk=row.pk).state


def test_the_page_offers_one_yes_to_those_that_need_no_more(office, entitled, client):  # noqa: F811
    client.force_login(office.town["enterprise"], backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["manyuan_language"] = "zh-hans"
    page = client.get(f"/enterprises/{office.town.firm_east.uscc}/policies/").content.decode()
    assert "全部确认（2 项）" in page
    sent = [row for row in entitled.values() if f'name="entitlement" value="{row.pk}"' in page]
    assert sent == [entitled["ONE"], entitled["TWO"]]
    assert send(client, office, sent).status_code == 302
    assert [state(row) for row in entitled.values()] == ["accepted", "accepted", "notified"]
    assert "全部确认" not in client.get(f"/enterprises/{office.town.firm_east.uscc}/policies/").content.decode()


def test_where_one_of_them_cannot_be_accepted_none_is(office, entitled, client):  # noqa: F811
    assert send(client, office, entitled.values()).status_code == 302
    assert [state(row) for row in entitled.values()] == ["notified", "notified", "notified"]


def test_nobody_says_yes_for_another(office, entitled, client):  # noqa: F811
    others = Entitlement.objects.filter(enterprise=office.town.firm_sub)
    assert send(client, office, [entitled["ONE"], *others]).status_code == 404
    assert send(client, office, [entitled["ONE"], entitled["TWO"]], person="city").status_code == 403
    assert send(client, office, []).status_code == 404
    assert set(Entitlement.objects.values_list("state", flat=True)) == {"notified"}
