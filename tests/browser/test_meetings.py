"""A Wednesday service day from the agenda to the last item: invited and registered on a phone, one question answered on the spot, one followed afterwards, both ended by the
firm's own word; the minutes as a Word document, for the park with everybody and for the firm with its own."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from docx import Document
from tests.browser.conftest import City

pytestmark = pytest.mark.browser
KIND = "周三企业服务日"
NEXT = """
from django.utils import timezone
from manyuan.facts.accounts.models import User
from manyuan.work.meetings.models import Meeting
park = User.objects.get(username="park1").organisation.park
print(Meeting.objects.filter(kind="service-day", park=park, state="planned", starts_at__gt=timezone.now()).order_by("starts_at").first().pk)
"""
BEGINS = """
from datetime import timedelta
from django.utils import timezone
from manyuan.work.meetings.models import Meeting
found = Meeting.objects.get(pk={pk})
found.starts_at, found.ends_at = timezone.now() - timedelta(hours=1), timezone.now() + timedelta(hours=2)
found.save()
"""
QUESTION, RAISED = "申请人才公寓名额的条件是什么", "希望开通早晚高峰班车"


def test_a_service_day_from_the_agenda_to_the_last_item(city: City) -> None:
    pk = city.manyuan("python", NEXT).strip()
    name = city.manyuan(
        "python", "from manyuan.facts.accounts.models import User\nprint(User.objects.get(username='firm1').organisation.enterprise.name)"
    ).strip()
    park, firm = city.open("park1"), city.open("firm1", width=390)
    url = f"{city.url}/meetings/{pk}/"
    assert firm.goto(url).status == 404  # nobody is told before it stands

    park.goto(url)
    assert KIND in park.inner_text("h1")
    _agenda(park)
    assert "用工政策解读 · 人社部门" in park.inner_text(".my-clauses") and park.locator(".my-clauses li").count() == 2
    park.click("button[value=invite]")
    park.wait_for_selector(".my-message.success")
    assert name in park.locator(".card", has_text="邀请名单").inner_text()

    firm.goto(f"{city.url}/meetings/")
    assert firm.locator(f"a[href='/meetings/{pk}/']").count() >= 1
    firm.goto(url)
    firm.fill("input[name=people]", "2")
    firm.fill("textarea[name=question]", QUESTION)
    firm.click("button[value=come]")
    firm.wait_for_selector(".my-message.success")
    assert "已报名" in firm.inner_text("main")
    park.reload()
    assert QUESTION in park.locator(".my-evidence", has_text=name).first.inner_text()
    assert park.locator("button[value=hold]").count() == 0  # not before it begins

    city.manyuan("python", BEGINS.format(pk=pk))
    park.reload()
    _raise(park, name, RAISED)
    park.locator(".my-evidence", has_text=RAISED).locator("summary", has_text="现场答复").click()
    park.fill("textarea[name=answer]:visible", "下周一起加开两班")
    park.click("button[value=answer]:visible")
    park.wait_for_selector(".my-message.success")
    park.fill("textarea[name=minutes_text]", "企业逐一发言，责任部门现场答复。")
    assert park.locator("input[name=attended]").all()[0].is_checked()
    park.click("button[value=hold]")
    park.wait_for_selector(".my-message.success")
    assert "已召开" in park.inner_text("h1")
    spot, later = _item(park, RAISED), _item(park, QUESTION)  # what it wanted to ask is not lost
    assert "现场已解决，待企业确认" in spot.inner_text() and "会上提出" in later.inner_text()
    number = str(re.search(r"HY-\S+", later.inner_text())[0])  # type: ignore[index]

    firm.goto(url)
    _confirm(firm, RAISED)
    assert "现场解决（企业确认）" in _item(firm, RAISED).inner_text()
    case = f"{city.url}/cases/{number}/"
    for move, note in (("accept", ""), ("answer", "名额按用工人数分配")):
        park.goto(case)
        _move(park, move, note)
    firm.goto(url)
    _item(firm, QUESTION).locator("input[name=note]").fill("没有说明申请时间")
    _item(firm, QUESTION).locator("button[value=reject]").click()
    firm.wait_for_selector(".my-message.success")
    assert "企业未认可，重新办理" in _item(firm, QUESTION).inner_text()
    park.goto(case)
    _move(park, "answer", "每季度首月 10 日前提交申请")
    firm.goto(url)
    assert "每季度首月 10 日前提交申请" in _item(firm, QUESTION).inner_text()
    _confirm(firm, QUESTION)
    park.goto(url)
    assert all("企业确认）" in one.inner_text() for one in park.locator("[id^=item-]").filter(has_text=name).all())

    said = _minutes(park)
    assert [row[1:] for row in said["rows"]] == [
        [name, RAISED, "下周一起加开两班", "现场解决（企业确认）"],
        [name, QUESTION, "每季度首月 10 日前提交申请", "已解决（企业确认）"],
    ]
    assert f"{KIND} 会议纪要" in said["text"] and "用工专场" in said["text"] and "参会企业" in said["text"] and "责任部门现场答复" in said["text"]
    own = _minutes(firm)
    assert len(own["rows"]) == 2 and "参会企业" not in own["text"]  # a firm does not read who else was there


def _agenda(park: Any) -> None:
    if not park.locator("input[name=theme]").is_visible():
        park.locator("summary", has_text="议程").click()
    park.fill("input[name=theme]", "用工专场")
    park.fill("input[name=place]", "园区企业服务中心")
    for at, (point, speaker) in enumerate((("用工政策解读", "人社部门"), ("企业提问与现场答复", ""))):
        park.locator("input[name=point]").nth(at).fill(point)
        park.locator("input[name=speaker]").nth(at).fill(speaker)
    park.click("button[value=agenda]")
    park.wait_for_selector(".my-message.success")


def _raise(park: Any, firm: str, text: str) -> None:
    park.locator("summary", has_text="记录事项").click()
    park.fill("input[name=firm]:visible", firm)
    park.fill("textarea[name=text]", text)
    park.click("button[value=raise]")
    park.wait_for_selector(".my-message.success")


def _item(page: Any, text: str) -> Any:
    return page.locator("[id^=item-]", has_text=text)


def _confirm(firm: Any, text: str) -> None:
    _item(firm, text).get_by_role("button", name="确认已解决", exact=True).click()
    firm.wait_for_selector(".my-message.success")


def _move(page: Any, move: str, note: str) -> None:
    page.fill(".my-moves textarea[name=note]", note)
    page.click(f".my-moves button[value='move:{move}']")
    page.wait_for_selector(".my-message.success")


def _minutes(page: Any) -> dict[str, Any]:
    """The document: its paragraphs, and the rows of its table without the head."""
    with page.expect_download() as waiting:
        page.click("a[href$='/minutes/']")
    assert waiting.value.suggested_filename.endswith(".docx")
    with open(waiting.value.path(), "rb") as file:
        made = Document(io.BytesIO(file.read()))
    return {"text": "\n".join(one.text for one in made.paragraphs), "rows": [[cell.text for cell in row.cells] for row in made.tables[0].rows[1:]]}
