"""The main job, as people do it: template, messy workbook, preview, marked workbook, fixed workbook, submit, approve, lock; the goal tile
moves, and its lineage leads back to the cell. Then two parks merge, and history is read on both boundaries."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.browser.conftest import City, wait_for

pytestmark = pytest.mark.browser
FORM, PERIOD, PARK = "enterprise-annual", "2025", "demo-bailu"  # the park of demo person park1


def _tile(city: City, goal: str) -> int:
    page = city.open("city")
    text = page.locator(f"a.my-tile[href='/goals/{goal}/'] .value").inner_text()
    page.context.close()
    return int("".join(c for c in text if c.isdigit()))


def _unlock_one(city: City) -> tuple[str, str]:
    """The city unlocks one locked annual report of the park for a correction; returns its address and the firm's name."""
    page = city.open("city")
    page.goto(f"{city.url}/filings/?form={FORM}&period={PERIOD}&state=locked&park={PARK}")
    page.locator("tbody a").first.click()
    name, address = page.locator("h1").inner_text().split("\n")[0].split(" ")[0], page.url
    page.locator("details.my-drop > summary").click()
    page.fill("details.my-drop textarea", "营业收入漏报了新厂区")
    page.locator("details.my-drop button").click()
    assert page.locator(".my-message.success").count() == 1
    page.context.close()
    return address, name


def _template(page: Any, city: City) -> list[tuple[Any, ...]]:
    page.goto(f"{city.url}/filings/upload/?form={FORM}&period={PERIOD}")
    with page.expect_download() as got:
        page.get_by_role("link", name="模板").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(got.value.path()).read_bytes()))
    return [tuple(row) for row in book.active.iter_rows(values_only=True)]


def _messy(code: str, name: str, revenue: object, employees: object) -> bytes:
    """A workbook as people make them: a title over merged cells, other order, a blank row, full-width digits, a total row, a note."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["2025 年度企业报表（园区汇总）"])
    sheet.merge_cells("A1:F1")
    sheet.append(["企业名称", "统一社会信用代码", "从业人员平均人数（人）", "营业收入", "实缴税金（万元）", "备注"])
    sheet.append([None] * 6)
    sheet.append([name, code, employees, revenue, "１２００", "含新厂区"])
    sheet.append(["合计", None, None, None, 1200, None])
    sheet.append(["填表人：演示"])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _upload(page: Any, city: City, tmp_path: Path, content: bytes, file_name: str) -> None:
    path = tmp_path / file_name
    path.write_bytes(content)
    page.goto(f"{city.url}/filings/upload/?form={FORM}&period={PERIOD}")
    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="预览").click()
    page.wait_for_url("**/uploads/*/")


def _counts(page: Any) -> dict[str, int]:
    return {tile.locator(".my-status").inner_text().strip(): int(tile.locator(".value").inner_text()) for tile in page.locator("a.my-tile").all()}


def test_from_a_messy_workbook_to_the_goal_tile_and_back_to_the_cell(city, tmp_path):
    before = _tile(city, "parks-50bn")
    address, name = _unlock_one(city)

    park = city.open("park1")
    rows = _template(park, city)
    code = next(str(row[0]) for row in rows[1:] if row[1] == name)
    assert any("万元" in str(head) for head in rows[0]), "units stand in the headings"

    _upload(park, city, tmp_path, _messy(code, name, "很多", "三百"), "messy.xlsx")
    assert _counts(park)["有误"] == 1
    assert "D4" in park.locator(".my-faults").inner_text()
    with park.expect_download() as got:
        park.get_by_role("link", name="下载标出错误的表格").click()
    marked = openpyxl.load_workbook(io.BytesIO(Path(got.value.path()).read_bytes()))
    assert marked.worksheets[0]["D4"].comment is not None, "the wrong cell is explained where it stands"

    _upload(park, city, tmp_path, _messy(code, name, "9000000(万元人民币)", 3500), "fixed.xlsx")
    counts = _counts(park)
    assert (counts["变更"], counts["有误"]) == (1, 0)
    park.locator("button[value=commit]").click()
    park.locator("button[value=submit]").click()
    assert "已提交 1 份" in park.get_by_role("status").inner_text()
    _upload(park, city, tmp_path, _messy(code, name, "9000000(万元人民币)", 3500), "fixed.xlsx")
    assert _counts(park)["未变"] == 1, "the same workbook again changes nothing"
    park.goto(address)
    park.locator("button[value=approve]").click()
    park.context.close()

    chief = city.open("city")
    chief.goto(address)
    assert "9,000,000 万元" in chief.locator("#f-revenue").inner_text()
    chief.locator("button[value=lock]").click()
    assert chief.locator(".my-message.success").count() == 1
    wait_for(lambda: _tile(city, "parks-50bn") == before + 1)

    chief.goto(f"{city.url}/goals/parks-50bn/")
    chief.locator("tbody a[href*='/indicators/'][href*='demo-bailu']").click()
    chief.fill("#filings input[type=search]", name)
    chief.press("#filings input[type=search]", "Enter")
    row = chief.locator("#filings tbody tr").first
    assert "D4" in row.inner_text(), "the lineage names the cell"
    row.locator("a").first.click()
    assert "fixed.xlsx" in chief.locator("main").inner_text()
    assert "D4" in chief.locator("#f-revenue").inner_text()
    chief.context.close()


def test_a_merge_of_two_parks_redraws_history(city):
    page = city.open("city")
    page.goto(city.url + "/parks/merge/")
    for park in ("demo-linxi", "demo-meiyuan"):
        page.check(f"input[name=sources][value={park}]")
    page.fill("input[name=new_code]", "merged")
    page.fill("input[name=new_name_zh]", "临梅合并园区（演示）")
    page.fill("input[name=new_name_en]", "Merged park (demo)")
    page.fill("textarea[name=reason]", "优化整合")
    page.get_by_role("button", name="预览").click()
    preview = page.locator("#preview").inner_text()
    assert "新设" in preview and "逐家查看（12 家）" in preview
    page.get_by_role("button", name="确认办理").click()
    assert page.locator(".my-message.success").count() == 1
    page.goto(city.url + "/parks/merged/history/")
    text = page.locator("main").inner_text()
    assert "临溪" in text and "梅源" in text and "优化整合" in text
    then_and_now = page.locator("details table tbody tr").last.locator("td").all_text_contents()
    assert then_and_now[1] == "–" and then_and_now[2] != "–", "the merged park had no figure on the old boundary, and has one on today's"
    page.goto(city.url + "/parks/demo-linxi/")
    assert "临梅合并园区" in page.locator("main").inner_text()
    page.context.close()


def test_a_newcomer_takes_the_tour(city):
    page = city.open()
    page.goto(city.url + "/")
    page.wait_for_url("**/public/")
    assert page.locator("h1").count() == 1
    page.get_by_role("link", name="登录").click()
    page.context.close()
    chief = city.open("city")
    for address, words in (("/goals/", "目标"), ("/commitments/", "88"), ("/parks/", "园区"), ("/quality/", "数据质量")):
        entry = chief.locator(f".my-nav a[href='{address}']")
        if not entry.is_visible():
            chief.locator(".my-nav .my-head-item", has=chief.locator(f"a[href='{address}']")).locator("button").click()
        entry.click()
        chief.wait_for_url("**" + address)
        assert words in chief.locator("h1").inner_text()
    chief.context.close()
