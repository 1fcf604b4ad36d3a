"""Windows and promises are told 60, 30 and 7 days before, each once, to whom they concern."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from manyuan.work.notices.models import Notice
from manyuan.work.notices.texts import install_templates
from manyuan.work.policies import delivering as deliver
from manyuan.work.policies.drafting import end_policy
from manyuan.work.policies.reminding import remind_windows
from manyuan.work.policies.tests.conftest import BY, NOW


@pytest.fixture
def told(office):
    """East is entitled and was told; a promise runs for ten working days from its yes."""
    install_templates(content=yaml.safe_load(Path("packs/chengdu/notices.yaml").read_text("utf-8")), by=BY, now=NOW)
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    version = office.published(promised_days=10)
    office.screen(version)
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    office.version = version
    return office


def codes(*, firm=None):
    return sorted(Notice.objects.filter(enterprise=firm).values_list("template__code", flat=True))


def test_a_window_that_closes_is_told_to_who_has_not_answered_at_each_step_once(told):
    end_policy(version=told.version, on=date(2027, 1, 22), reason="到期", by=told.drafter, now=told.now())
    east = told.town.firm_east
    for days, number in ((0, 1), (1, 1), (28, 1), (1, 2), (22, 2), (1, 3), (1, 3)):
        told.later(days)
        remind_windows(now=told.now())
        assert codes(firm=east) == ["policy-closes"] * number, (days, number)
    assert Notice.objects.filter(enterprise=told.town.firm_west).count() == 0


def test_a_promise_is_told_to_the_firm_and_counted_for_the_city(told):
    deliver.accept_entitlement(entitlement=told.entitlement(told.town.firm_east), by=told.firm_actor(), now=told.now())
    assert remind_windows(now=told.now()) == [2] and remind_windows(now=told.now()) == []
    assert codes(firm=told.town.firm_east) == ["promise-near"] and codes() == ["promises-near"]
    assert Notice.objects.get(enterprise=None).data["count"] == 1
    told.later(10)
    assert remind_windows(now=told.now()) == [2], "seven days before once more"
    told.later(5)
    assert remind_windows(now=told.now()) == [], "what is over is not announced"


def test_a_window_that_opens_is_told_to_those_who_would_be_entitled(told):
    from manyuan.work.policies.models import PolicyVersion

    PolicyVersion.objects.filter(pk=told.version.pk).update(starts_on=date(2026, 12, 20))
    remind_windows(now=told.now())
    assert codes(firm=told.town.firm_east) == ["policy-opens"]
    assert not Notice.objects.exclude(enterprise=told.town.firm_east).exists()


def test_a_pack_without_these_texts_tells_nothing(office):
    assert remind_windows(now=office.now()) == []
