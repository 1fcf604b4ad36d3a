"""What opens and what closes within sixty days, as one enterprise sees it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from manyuan.facts.accounts.queries import actor_of
from manyuan.work.policies import delivering as deliver
from manyuan.work.policies.models import PolicyVersion
from manyuan.work.policies.queries import near_by_condition
from manyuan.work.policies.windows import windows_of


@pytest.mark.parametrize(("days", "seen"), [(0, False), (1, True), (60, True), (61, False)])
def test_a_policy_that_begins_within_sixty_days_is_shown_with_what_it_says_of_the_firm(office, days, seen):
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    version, on = office.published(), office.now().date()
    PolicyVersion.objects.filter(pk=version.pk).update(starts_on=on + timedelta(days=days))
    found = windows_of(office.town.firm_east, on)
    assert [(one.opens, one.outcome) for one in found] == ([(True, "entitled")] if seen else [])


@pytest.mark.parametrize(("days", "seen"), [(0, False), (1, True), (60, True), (61, False)])
def test_a_policy_that_ends_within_sixty_days_is_shown_until_it_is_answered(office, days, seen):
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    version = office.published()
    office.screen(version)
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    on = office.now().date()
    PolicyVersion.objects.filter(pk=version.pk).update(ends_on=on + timedelta(days=days))
    assert len(windows_of(office.town.firm_east, on)) == seen and windows_of(office.town.firm_west, on) == []
    deliver.accept_entitlement(entitlement=office.entitlement(office.town.firm_east), by=office.firm_actor(), now=office.now())
    assert windows_of(office.town.firm_east, on) == []


def test_the_page_of_a_firm_names_the_window_and_a_park_counts_its_own_near_misses(office, client):
    office.file(office.town.firm_east, revenue=900_00, rd_spend=200_00)
    version = office.published()
    office.screen(version)
    PolicyVersion.objects.filter(pk=version.pk).update(ends_on=None)
    assert near_by_condition(version, actor_of(office.town["committee"])) == [("revenue", 1)]
    assert near_by_condition(version, actor_of(office.town["committee_west"])) == []
    later = office.published(code="LATER")
    PolicyVersion.objects.filter(pk=later.pk).update(starts_on=timezone.localdate() + timedelta(days=20))
    client.force_login(office.town["enterprise"], backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["manyuan_language"] = "zh-hans"
    page = client.get(f"/enterprises/{office.town.firm_east.uscc}/policies/").content.decode()
    assert "还有 20 天开始施行" in page and "长期有效" in page and "企业年度报表" in page
