"""What the worker screens at its turn: published, nightly, changed; nothing twice, nothing lost."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from manyuan.facts.audit.outbox import drain
from manyuan.facts.enterprises.models import Enterprise
from manyuan.site.reactions import REACTIONS
from manyuan.work.policies import scheduling
from manyuan.work.policies.models import Changed, Entitlement, Screening
from manyuan.work.policies.scheduling import mark_changed, screen_due

EVENING = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)  # 01:30 of the 23rd in Chengdu: before the nightly hour


def causes(found: list[Screening]) -> list[str]:
    return [str(one.cause) for one in found]


def settle(office) -> None:
    """Hand out what waits, as the worker does."""
    while drain(REACTIONS, now=office.now() + timedelta(hours=2)):
        pass


def test_without_policies_nothing_is_due(office):
    mark_changed(enterprise_ids=[office.town.firm_east.pk], now=office.now())
    assert screen_due(now=office.now()) == []
    assert not Changed.objects.exists()


def test_a_published_policy_is_screened_once_and_the_night_comes_once(office):
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    office.clock[0] = EVENING
    office.published()
    assert causes(screen_due(now=office.now())) == ["publication"]
    assert Entitlement.objects.count() == 1
    assert screen_due(now=office.now()) == []
    office.clock[0] = EVENING + timedelta(hours=2)
    assert causes(screen_due(now=office.now())) == ["nightly"]
    assert screen_due(now=office.now()) == []
    office.later(1)
    assert causes(screen_due(now=office.now())) == ["nightly"]
    assert Entitlement.objects.count() == 1


def test_a_policy_that_starts_later_is_screened_on_its_first_day(office):
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    office.clock[0] = EVENING
    version = office.published()
    type(version).objects.filter(pk=version.pk).update(starts_on=timezone.localdate(EVENING) + timedelta(days=2))
    assert screen_due(now=office.now()) == []
    office.later(2)
    assert causes(screen_due(now=office.now())) == ["publication"]


def test_a_locked_filing_brings_its_firm_and_no_other(office):
    office.clock[0] = EVENING
    office.published()
    screen_due(now=office.now())
    settle(office)
    screen_due(now=office.now())
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    assert not Entitlement.objects.exists()
    settle(office)
    found = screen_due(now=office.now())
    assert causes(found) == ["changed"] and found[0].enterprises == 1
    assert list(Entitlement.objects.values_list("enterprise_id", flat=True)) == [office.town.firm_east.pk]
    assert not Changed.objects.exists()


def test_when_the_screening_dies_the_changed_firms_are_still_due(office, monkeypatch):
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    office.clock[0] = EVENING
    office.published()
    screen_due(now=office.now())
    Changed.objects.all().delete()
    mark_changed(enterprise_ids=[office.town.firm_east.pk], now=office.now())

    def die(*args, **kwargs):
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("manyuan.work.policies.screening.audit.record", die)
        with pytest.raises(RuntimeError):
            screen_due(now=office.now())
    assert Changed.objects.count() == 1
    assert Screening.objects.filter(cause="changed").count() == 0
    assert causes(screen_due(now=office.now())) == ["changed"]


def test_many_changed_firms_are_a_full_run(office, monkeypatch):
    office.clock[0] = EVENING
    office.published()
    screen_due(now=office.now())
    monkeypatch.setattr(scheduling, "AT_ONCE", 1)
    mark_changed(enterprise_ids=list(Enterprise.objects.values_list("pk", flat=True)), now=office.now())
    found = screen_due(now=office.now())
    assert causes(found) == ["changed"] and found[0].enterprises == Enterprise.objects.count()


def test_a_change_that_comes_while_screening_is_not_lost(office, monkeypatch):
    office.clock[0] = EVENING
    office.published()
    screen_due(now=office.now())
    Changed.objects.all().delete()
    mark_changed(enterprise_ids=[office.town.firm_east.pk], now=office.now())
    real = scheduling.screen_enterprises

    def meanwhile(**given):
        mark_changed(enterprise_ids=[office.town.firm_east.pk], now=given["now"])
        return real(**given)

    monkeypatch.setattr(scheduling, "screen_enterprises", meanwhile)
    screen_due(now=office.now())
    assert Changed.objects.count() == 1
