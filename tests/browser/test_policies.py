"""Policy finds the enterprise, as people do it: draft with the checker, try-out, fit to the budget, review, publish, screened, told, accepted by a click,
approved by two; a public list with an objection; and a firm that sees how far it is from the next step."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import openpyxl
import pytest
from tests.browser.conftest import City, wait_for

pytestmark = pytest.mark.browser
CODE = "BR-STAFF"


def _draft(page: Any, city: City) -> None:
    page.goto(f"{city.url}/policies/")
    page.get_by_role("link", name="起草政策").click()
    for name, value in {
        "code": CODE, "name_zh": "用工企业奖励（测试）", "name_en": "Award for employers (test)", "source": "example", "note_zh": "测试用示例", "amount-value": "1000",
        "amount-clause": "第二条", "d-budget": "100000000", "d-objection_days": "0",
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", value)
    page.select_option("[name=d-fund]", "industry")
    page.fill("[name=start]", "2026-01-01")
    page.fill("[name=c-clause]", "第一条")
    page.fill("[name=c-zh]", "从业人员不少于 1 人")
    page.fill("[name=c-en]", "At least one employee")
    page.fill("[name=c-when]", "stafff >= 1")
    page.locator("#faults code", has_text="条件 1").wait_for()
    assert "staff" in page.locator("#faults").inner_text()
    page.fill("[name=c-when]", "staff >= 1")
    page.locator("#faults .my-status.good").wait_for()
    _press(page, "保存并试算")


def _press(page: Any, name: str, within: Any = None) -> None:
    """Press a button that leads to a page, and wait for it. A name that is the whole text of another button's beginning is taken exactly first."""
    place = within or page
    button = place.get_by_role("button", name=name, exact=True)
    with page.expect_navigation():
        (button if button.count() else place.get_by_role("button", name=name)).first.click()


def _number(text: str) -> int:
    return int("".join(one for one in text if one.isdigit()) or 0)


def _entitled(page: Any) -> int:
    return _number(page.locator(".my-tile .value").first.inner_text())


def test_from_a_clause_to_the_approval(city):
    clerk = city.open("clerk")
    _draft(clerk, city)
    everybody = _entitled(clerk)
    assert everybody > 200
    clerk.fill("[name=budget]", "20000")
    _press(clerk, "求门槛")
    assert 0 < _entitled(clerk) < everybody
    clerk.goto(f"{city.url}/policies/{CODE}/try/")
    clerk.fill("input[name^='m-']", "2")
    _press(clerk, "重新计算")
    _press(clerk, "写入草稿")
    assert clerk.locator(".my-message.success").count() == 1
    clerk.goto(f"{city.url}/policies/{CODE}/")
    assert "从业人员平均人数 ≥ 2" in clerk.locator("main").inner_text()
    _press(clerk, "提交审核")
    assert clerk.get_by_text("您是起草人").count() == 1
    assert clerk.get_by_role("button", name="发布").count() == 0

    lead = city.open("city")
    lead.goto(f"{city.url}/policies/{CODE}/")
    for _ in range(3):
        _press(lead, "同意")
    _press(lead, "发布")

    def told() -> bool:
        clerk.goto(f"{city.url}/policies/{CODE}/")
        return bool(clerk.get_by_role("button", name="告知").count())

    wait_for(told, 180)
    _press(clerk, "告知")
    assert _entitled(clerk) > 200

    firm = city.open("firm1")
    firm.get_by_role("link", name="我的政策").click()
    row = firm.locator(f"#{CODE}")
    assert "已告知" in row.inner_text()
    _press(firm, "确认", row)
    assert "已确认" in firm.locator(f"#{CODE}").inner_text()
    assert "/policies/" in firm.url
    firm.locator(f"#{CODE} a").first.click()
    firm.wait_for_url("**/entitlements/**")
    assert "从业人员不少于 1 人" in firm.content() and firm.locator(".my-why .good").count() == 1
    assert "承诺办结日" in firm.content()

    clerk.goto(f"{city.url}/policies/{CODE}/")
    _press(clerk, "公示")
    lead.goto(f"{city.url}/policies/{CODE}/")
    _press(lead, "审定")
    assert lead.get_by_role("button", name="审定").count() == 0
    finance = city.open("finance")
    finance.goto(f"{city.url}/policies/{CODE}/")
    _press(finance, "审定")
    firm.reload()
    assert "已审定" in firm.locator("h1").inner_text()
    _paid(city, firm, finance)
    for page in (clerk, lead, firm, finance):
        page.context.close()


def _paid(city: City, firm: Any, finance: Any) -> None:
    """The firm gives its account, the batch goes out, the bank's file comes back, the money is there and coverage has risen."""
    address = firm.url
    firm.get_by_role("link", name="填报账户").click()
    firm.fill("[name=bank]", "示范银行高新支行")
    firm.fill("[name=number]", "6222 0000 1111 2222")
    _press(firm, "保存")
    assert "**** 2222" in firm.locator("main").inner_text() and "6222000011112222" not in firm.content()

    finance.goto(f"{city.url}/money/funds/industry/")
    _press(finance, "生成支付批次")
    number = finance.locator("h1").inner_text().split()[0]
    with finance.expect_download() as taken:
        finance.get_by_role("button", name="CSV").click()
    with open(taken.value.path(), encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    assert any(one["收款账号"] == "6222000011112222" for one in lines)
    amount = next(name for name in lines[0] if name.startswith("金额"))
    today = date.today().isoformat()
    answer = "付款编号,金额,结果,支付日期,银行流水号\n" + "".join(f"{one['付款编号']},{one[amount]},成功,{today},B{at}\n" for at, one in enumerate(lines))
    finance.goto(f"{city.url}/money/batches/{number}/")
    wrong = {"name": "回单.csv", "mimeType": "text/csv", "buffer": answer.replace("成功", "不明", 1).encode()}
    finance.set_input_files("[name=file]", wrong)
    _press(finance, "先预览")
    assert "文件不能接收" in finance.locator("main").inner_text() and finance.get_by_role("button", name="接收以上结果").count() == 0
    finance.goto(f"{city.url}/money/batches/{number}/")
    finance.set_input_files("[name=file]", {"name": "回单.csv", "mimeType": "text/csv", "buffer": answer.encode()})
    _press(finance, "先预览")
    _press(finance, "接收以上结果")
    assert "已办结" in finance.locator("h1").inner_text()

    def there() -> bool:
        firm.goto(address)
        return "已兑付" in firm.locator("h1").inner_text()

    wait_for(there, 180)
    finance.goto(f"{city.url}/policies/{CODE}/")
    assert _number(finance.locator(".my-tile .value").nth(3).inner_text()) >= 1
    finance.goto(f"{city.url}/money/funds/industry/")
    assert "核对一致" in finance.locator("main").inner_text()


def test_a_visitor_objects_and_the_city_upholds_it(city):
    visitor = city.open()
    visitor.goto(f"{city.url}/lists/")
    visitor.locator("a.my-row", has_text="公示中").first.click()
    visitor.wait_for_url("**/lists/*/")
    address = visitor.url
    name = visitor.locator("tbody td").nth(4).inner_text()
    visitor.fill("[name=enterprise]", "没有这家企业")
    visitor.fill("[name=text]", "参展费用与实际不符")
    _press(visitor, "提出异议")
    assert "没有这家企业" in visitor.locator(".my-message.error").last.inner_text()
    visitor.fill("[name=enterprise]", name)
    visitor.fill("[name=text]", "参展费用与实际不符")
    _press(visitor, "提出异议")
    assert visitor.locator("#object .my-message.success").count() == 1

    lead = city.open("city")
    lead.goto(address)
    box = lead.locator(".my-evidence", has_text="参展费用与实际不符")
    box.locator("[name=reason]").fill("核实属实")
    _press(lead, "异议成立", box)
    assert "异议成立" in lead.locator(".my-evidence", has_text="参展费用与实际不符").inner_text()
    lead.goto(f"{city.url}/entitlements/?policy=CD-EXHIBIT&state=rejected")
    assert name in lead.locator("tbody").inner_text()
    for page in (visitor, lead):
        page.context.close()


def test_a_firm_sees_how_far_it_is_tries_what_if_and_gives_a_fact_once(city):
    firm = city.open("firm1")
    firm.get_by_role("link", name="我的政策").click()
    name = firm.locator(".my-crumbs a").inner_text()
    firm.get_by_role("link", name="假如").click()
    firm.fill("[name=w-patents]", "100000")
    _press(firm, "重新计算")
    assert firm.locator("h2", has_text="会有的变化").count() == 1
    firm.go_back()
    firm.go_back()
    firm.get_by_role("link", name="一次申报的信息").click()
    firm.fill("[name=f-graduates_hired]", "17")
    firm.fill("[name=proof]", "社保缴费清单（演示）")
    _press(firm, "保存")
    assert "社保缴费清单（演示）" in firm.content()

    def listed() -> bool:
        lead = city.open("city")
        lead.goto(f"{city.url}/entitlements/?policy=CD-GRADUATES&q={name}")
        found = lead.locator("tbody tr", has_text="3.4万元").count() == 1
        lead.context.close()
        return found

    wait_for(listed, 180)
    firm.context.close()


def test_a_firm_one_step_away_gets_a_plan_with_an_officer_and_a_date_by_one_click(city):
    firm = city.open("firm2")
    firm.get_by_role("link", name="我的政策").click()
    address, name = firm.url, firm.locator(".my-crumbs a").inner_text()
    assert _number(firm.locator(".my-tile .value").nth(2).inner_text()) > 0
    assert firm.get_by_role("button", name="制定方案").count() == 0
    policy = firm.locator("details.my-case strong").first.inner_text()

    lead = city.open("city")
    lead.goto(address)
    case = lead.locator("details.my-case").first
    case.locator("summary").click()
    _press(lead, "制定方案", case)
    assert "/plans/" in lead.url and policy in lead.locator("h1").inner_text()
    plan, page = lead.url, lead.locator("main").inner_text()
    assert (name in page and "市级负责人" in page and str(date.today().year) in page) or str(date.today().year + 1) in page

    def told() -> bool:
        firm.goto(f"{city.url}/notices/")
        return "请确认一企一策方案" in firm.locator("main").inner_text()

    wait_for(told, 180)
    firm.goto(address)
    assert policy in firm.locator(".card", has_text="一企一策").first.inner_text()
    firm.goto(plan)
    _press(firm, "确认方案")
    lead.goto(plan)
    assert "实施中" in lead.locator("h1").inner_text() or "实施中" in lead.locator("main").inner_text()
    for one in (firm, lead):
        one.context.close()


def test_the_tables_of_a_draft_go_to_excel_and_back_with_a_preview(city):
    clerk = city.open("clerk")
    clerk.goto(f"{city.url}/policies/CD-ABOVESCALE/edit/")
    assert clerk.locator("[name=amount-value]").input_value() == "#Award"
    with clerk.expect_download() as taken:
        clerk.get_by_role("button", name="Excel").click()
    with open(taken.value.path(), "rb") as file:
        book = openpyxl.load_workbook(file)
    book["Award"]["C10"] = "90000"
    changed, broken = io.BytesIO(), io.BytesIO()
    book.save(changed)
    book["Award"]["C10"] = "90 000x"
    book.save(broken)
    _look(clerk, broken.getvalue())
    clerk.locator("#tables .my-faults").wait_for()
    assert "Award!C10" in clerk.locator("#tables .my-faults").inner_text()
    assert clerk.get_by_role("button", name="采用到草稿").count() == 0
    _look(clerk, changed.getvalue())
    clerk.get_by_role("button", name="采用到草稿").click()
    clerk.wait_for_function("[...document.querySelectorAll('[name=t0-cell]')].some(one => one.value === '90000')")
    clerk.locator("#faults .my-status.good").wait_for()
    _press(clerk, "保存草稿")
    changes = clerk.locator("table", has=clerk.locator(".my-cell-changed")).inner_text()
    assert "Award.2" in changes and "80000" in changes and "90000" in changes
    clerk.get_by_text("作废", exact=True).first.click()
    clerk.fill("[name=reason]", "测试")
    _press(clerk, "作废")
    clerk.context.close()


def _look(page: Any, content: bytes) -> None:
    page.set_input_files("[name=tables-file]", {"name": "决策表.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": content})
    page.get_by_role("button", name="先预览").click()


def test_the_demo_citys_first_policy_was_paid_in_time_but_for_a_few(city):
    code = (
        "import json\n"
        "from django.utils import timezone\n"
        "from manyuan.work.policies.models import PolicyVersion\n"
        "from manyuan.work.policies.reporting import report_figures\n"
        "version = PolicyVersion.objects.get(policy__code='CD-REVENUE', state='published')\n"
        "print(json.dumps(report_figures(version, version.entitlements.first().year)['times']))"
    )
    times = json.loads(city.manyuan("python", code).splitlines()[-1])
    assert times["promised"] >= 10 and 0.7 * times["promised"] <= times["kept"] < times["promised"]
