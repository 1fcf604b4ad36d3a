"""Pages of supply and demand: published by form, found to fit, both agree, a deal; nothing is shown as raw markup."""

from __future__ import annotations

import pytest
from django.test import Client

from manyuan.work.supply.models import Introduction, Posting
from manyuan.work.supply.tests.conftest import CONCRETE, Market, market

__all__ = ["market"]


def _as(market: Market, name: str) -> Client:
    client = Client()
    client.force_login(market.town.people[name])
    return client


def _publish(client: Client, side: str, **more: str) -> Posting:
    given = {"side": side, "category": CONCRETE, "title": "混凝土<b>", "a_strength": "30", "is_public": "1", "contact_name": "王", "contact": "028-1"}
    answer = client.post("/supply/new/", given | more)
    assert answer.status_code == 302, answer.content.decode()
    return Posting.objects.order_by("-pk")[0]


@pytest.mark.django_db
def test_from_the_form_to_the_confirmed_deal(market):
    east, west = _as(market, "enterprise"), _as(market, "enterprise_west")
    offer, need = _publish(east, "offer"), _publish(west, "need")
    page = west.get(f"/supply/{need.pk}/").content.decode()
    assert f'name="other" value="{offer.pk}"' in page and "028-1" not in page and "<b>" not in page
    west.post(f"/supply/{need.pk}/act/", {"act": "introduce", "other": offer.pk})
    made = Introduction.objects.get()
    where = f"/supply/introductions/{made.pk}/"
    assert west.get(where).content.decode().count("028-1") == 1  # one's own
    east.post(f"{where}act/", {"act": "yes", "side": "offer"})
    assert west.get(where).content.decode().count("028-1") == 2
    east.post(f"{where}act/", {"act": "deal", "value": "1,234.56"})
    west.post(f"{where}act/", {"act": "confirm"})
    made.refresh_from_db()
    assert (made.state, made.value_fen, made.confirmed_at is not None) == ("dealt", 123_456, True)
    for address in ("/supply/", "/supply/introductions/", "/supply/figures/"):
        page = west.get(address).content.decode()
        assert "&lt;span" not in page and "混凝土<b>" not in page


@pytest.mark.django_db
def test_a_wrong_form_comes_back_as_typed_and_nothing_is_kept(market):
    answer = _as(market, "enterprise").post("/supply/new/", {"side": "offer", "category": CONCRETE, "title": "混凝土", "quantity": "很多"})
    assert answer.status_code == 422 and 'value="很多"' in answer.content.decode() and not Posting.objects.exists()


@pytest.mark.django_db
def test_an_amount_that_is_none_is_refused_and_the_introduction_stays_open(market):
    made = market.pair()
    west = _as(market, "enterprise_west")
    west.post(f"/supply/introductions/{made.pk}/act/", {"act": "yes", "side": "need"})
    for value in ("", "abc", "-5", "0.001", "NaN"):
        west.post(f"/supply/introductions/{made.pk}/act/", {"act": "deal", "value": value})
    made.refresh_from_db()
    assert made.state == "agreed" and made.value_fen is None
