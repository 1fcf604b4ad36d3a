"""A building permit without a walk through offices: an agent files under a mandate, the green channel sets three checks side by side, one of them lies outside the park;
the trips are counted."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from tests.browser.conftest import City

pytestmark = pytest.mark.browser
MATTER, NAME = "construction-permit", "工业项目施工许可联合办理"
CHECKS = ("规划核验", "消防审查", "环保核查")
GIVEN = {"contact_phone": "028-0000-0000", "project_name": "二期厂房", "floor_area": "12000", "start_on": (date.today() + timedelta(days=90)).isoformat()}


def test_an_agent_files_the_green_channel_speeds_it_up_and_trips_are_counted(city: City) -> None:
    firm, agent, park, office = (city.open(person, width) for person, width in (("firm1", 390), ("company", 1440), ("park1", 1440), ("city", 1440)))
    uscc = city.manyuan(
        "python", "from manyuan.facts.accounts.models import User\nprint(User.objects.get(username='firm1').organisation.enterprise.uscc)"
    ).strip()
    form = f"{city.url}/matters/{MATTER}/apply/?firm={uscc}"
    assert agent.goto(form).status == 404  # without a mandate nobody acts for the firm
    _mandate(firm, city)

    agent.goto(form)
    assert "代办" in agent.inner_text("main")
    _fill(agent)
    agent.get_by_role("button", name="提交申请").click()
    agent.wait_for_url(re.compile(r"/applications/[^/]+/$"))
    url = agent.url
    assert _steps(agent) == {"受理": "待办"} and _tile(agent, "出园次数") == "0"
    agent_acts = agent.inner_text(".my-timeline")
    assert "代为申请" in agent_acts and "→" in agent_acts  # who did it, and for whom

    park.goto(url)
    before = _tile(park, "承诺办结日")
    park.locator("summary", has_text="绿色通道").click()
    park.fill("form:has([value=green]) textarea[name=reason]", "市级重大产业化项目")
    park.click("button[value=green]")
    park.wait_for_selector(".my-message.success")
    lane = park.locator(".card", has_text="市级重大产业化项目").inner_text()
    granted = city.manyuan("python", "from manyuan.facts.accounts.models import User\nprint(User.objects.get(username='park1').display_name)").strip()
    assert granted in lane and "并联办理" in lane  # why, by whom, and what it speeds up
    assert _tile(park, "承诺办结日") != before
    _pass(park, "受理")
    assert {name: state for name, state in _steps(park).items() if name in CHECKS} == dict.fromkeys(CHECKS, "待办")  # all three at once

    _asked(park, agent, url)
    _pass(park, "消防审查")  # in whatever order
    assert "规划核验" in park.inner_text("main") and _steps(park)["规划核验"] == "待办"
    office.goto(url)
    assert "园区未获赋权" in office.inner_text("main")
    _pass(office, "环保核查", trips="2")
    park.reload()
    assert "审定" not in _steps(park)  # the three are waited for
    _pass(park, "规划核验")
    _pass(park, "审定")
    _pass(park, "发证送达")

    firm.goto(url)
    assert "已办结" in firm.inner_text("h1")
    assert _tile(firm, "出园次数") == "2" and _foot(firm, "出园次数") == "改革前 7 次"
    assert _tile(firm, "出园步骤") == "1"
    firm.goto(f"{city.url}/mandates/")
    firm.locator(".my-evidence", has_text=url.split("/")[-2]).get_by_role("button", name="立即撤销").click()
    firm.wait_for_selector(".my-message.success")
    assert agent.goto(form).status == 404


def _mandate(firm: Any, city: City) -> None:
    firm.goto(f"{city.url}/mandates/")
    firm.select_option("select[name=agent]", value=firm.locator("select[name=agent] option", has_text="园区公司").first.get_attribute("value"))
    firm.check("input[name=acts][value=file]")
    firm.check("input[name=acts][value=supply]")
    firm.check(f"input[name=matters][value={MATTER}]")
    firm.fill("input[name=until]", (date.today() + timedelta(days=30)).isoformat())
    firm.locator("form", has=firm.locator("select[name=agent]")).locator("button.btn-primary").click()
    firm.wait_for_selector(".my-message.success")


def _fill(page: Any) -> None:
    """What is held stands there and is not asked; the rest is filled in."""
    assert page.locator("[name=f-firm_name]:visible, [name=f-credit_code]:visible, [name=p-business-licence]:visible").count() == 0
    for key, value in GIVEN.items():
        if page.locator(f"[name=f-{key}]").is_visible():
            page.fill(f"[name=f-{key}]", value)
    for key in ("land-certificate", "construction-drawings", "contract"):
        if page.locator(f"[name=p-{key}]").is_visible():
            page.fill(f"[name=p-{key}]", f"示例文件 {key}")


def _asked(park: Any, agent: Any, url: str) -> None:
    """What was handed in is asked again with a reason only, and that is counted; the agent may hand it in."""
    for reason in ("", "图纸缺少签章"):
        park.locator("summary", has_text="向企业").click()
        park.select_option("select[name=what]", value="material:construction-drawings")
        park.fill("form:has([value=ask]) input[name=reason]", reason)
        park.click("button[value=ask]")
        park.wait_for_selector(f".my-message.{'success' if reason else 'error'}[role=status]")
    agent.goto(url)
    agent.fill("input[name=value]", "施工图（签章版）")
    agent.click("button[value=supply]")
    agent.wait_for_selector(".my-message.success")
    assert _foot(agent, "已有，未再要") == "1 项已有仍再要"


def _pass(page: Any, step: str, trips: str = "") -> None:
    card = page.locator(".card", has=page.locator("h2", has_text=step)).first
    if trips:
        card.locator("input[name=trips]").fill(trips)
    card.locator("button[name=outcome][value=ok]").click()
    page.wait_for_selector(".my-message.success")


def _steps(page: Any) -> dict[str, str]:
    """Step to state, as they stand on the page."""
    card = page.locator(".card", has=page.get_by_role("heading", name="步骤", exact=True))
    return {row.locator("strong").inner_text(): row.locator(".my-status").first.inner_text().strip() for row in card.locator(".my-evidence").all()}


def _tile(page: Any, label: str) -> str:
    return str(page.locator(".my-tile", has_text=label).first.locator(".value").inner_text()).strip()


def _foot(page: Any, label: str) -> str:
    return str(page.locator(".my-tile", has_text=label).first.locator(".foot").inner_text())
