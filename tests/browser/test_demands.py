"""From a park's code on a phone to the firm's own word: filed in a sentence, late, gone up, answered, not accepted, answered again, confirmed; the rates at each step."""

from __future__ import annotations

import re

import pytest
from tests.browser.conftest import City, wait_for

pytestmark = pytest.mark.browser
PHONE = 390
LATER = """
from datetime import timedelta
from django.utils import timezone
from manyuan.work.cases.models import Case, Clock
from manyuan.work.cases.services import sweep_clocks
case = Case.objects.get(number={number!r})
for clock in Clock.objects.filter(case=case, state="running"):
    for name in ("started_at", "yellow_at", "orange_at", "due_at", "escalate_at"):
        if getattr(clock, name):
            setattr(clock, name, getattr(clock, name) - timedelta(days=30))
    clock.save()
sweep_clocks(now=timezone.now())
"""
RATES = """
from django.utils import timezone
from manyuan.engines.analytics.five_rates import five_rates
from manyuan.work.cases.models import Case
from manyuan.work.demands.queries import counts_of
print({{name: (rate.part, rate.whole) for name, rate in five_rates(counts_of(Case.objects.filter(number={number!r}), timezone.localdate()))}})
"""


def rates(city: City, number: str) -> dict[str, tuple[int, int]]:
    import ast

    return ast.literal_eval(city.manyuan("python", RATES.format(number=number)))


def stands(responded: int, closed: int = 0, solved: int = 0, satisfied: tuple[int, int] = (0, 0)) -> dict[str, tuple[int, int]]:
    """The five rates of one demand: part and whole."""
    return {
        "responded": (responded, 1),
        "closed": (closed, 1),
        "solved": (solved, closed),
        "satisfied": satisfied,
        "recurred_30": (0, 0),
        "recurred_90": (0, 0),
    }


def test_from_a_parks_code_on_a_phone_to_the_firms_own_word(city: City) -> None:
    park = city.manyuan("python", "from manyuan.facts.accounts.models import User\nprint(User.objects.get(username='park1').organisation.park.code)").strip()
    poster = city.open("park1")
    poster.goto(f"{city.url}/parks/{park}/code/")
    address = poster.locator(".my-qr").get_attribute("aria-label")
    assert address == f"{city.url}/raise/{park}/" and poster.locator(".my-qr svg").count() == 1

    phone = city.open(width=PHONE)
    phone.goto(address)
    phone.fill("textarea[name=text]", "三车间每天下午供水压力不足，水压只有平时一半")
    phone.fill("input[name=firm]", "某精密机械厂")
    phone.reload()  # the connection was lost: what was written is still there
    assert phone.input_value("textarea[name=text]").startswith("三车间")
    phone.fill("input[name=phone]", "13800001234")
    phone.wait_for_timeout(2_500)
    phone.click("form[data-draft] button.btn-primary")
    phone.wait_for_url(re.compile(r"/raise/SQ-"))
    followed = phone.url.split("?")[0]
    number = followed.split("/raise/")[1].split("/")[0]
    assert "已提交" in phone.locator(".my-message.success").inner_text()
    assert rates(city, number) == stands(responded=0)

    officer = city.open("company")  # water is the park company's: the demand went straight to it
    officer.goto(f"{city.url}/cases/?q={number}&all=1")
    officer.click(f"td a:has-text('{number}')")
    officer.wait_for_url(re.compile(f"/cases/{number}/"))
    assert "水电气" in officer.inner_text("main")

    city.manyuan("python", LATER.format(number=number))
    officer.reload()
    assert "已超时" in officer.inner_text("main") and "市级园区主管部门" in officer.inner_text("h1")  # both clocks ran out: two levels
    overseer = city.open("city")
    overseer.goto(f"{city.url}/cases/?q={number}&all=1&phase=up")
    assert overseer.locator(f"td a:has-text('{number}')").count() >= 1
    assert rates(city, number) == stands(responded=0)

    _move(officer, "accept", "")
    assert rates(city, number) == stands(responded=1)
    officer.fill(".my-moves textarea[name=note]", "您好")
    officer.select_option("select[data-fills]", label="按政策答复")
    assert officer.input_value(".my-moves textarea[name=note]").startswith("您好\n按照［文件及条款］")  # a template is written after what stands there
    _move(officer, "answer", "已更换增压泵，请确认")
    assert rates(city, number) == stands(responded=1, closed=1)
    phone.goto(followed)
    _move(phone, "reject", "换泵后还是没有水")
    assert rates(city, number) == stands(responded=1, closed=1)  # reopened lowers what is solved, never what was closed
    officer.reload()
    assert "企业未认可" in officer.inner_text("h1")
    _move(officer, "resolve", "已接入备用管网")
    phone.goto(followed)
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    phone.check("input[name=satisfaction][value='5']")
    _move(phone, "confirm", "")
    assert "已解决" in phone.inner_text("h1")
    assert rates(city, number) == stands(responded=1, closed=1, solved=1, satisfied=(1, 1))


def _move(page: object, move: str, note: str) -> None:
    page.fill(".my-moves textarea[name=note]", note)  # type: ignore[attr-defined]
    page.click(f".my-moves button[value='move:{move}']")  # type: ignore[attr-defined]
    page.wait_for_selector(".my-message.success")  # type: ignore[attr-defined]


def test_a_firm_files_in_a_sentence_and_an_officer_hands_it_on(city: City) -> None:
    firm = city.open("firm1", width=PHONE)
    firm.goto(f"{city.url}/demands/new/")
    firm.fill("textarea[name=text]", "扩产缺厂房，想租标准厂房和仓库")
    wait_for(lambda: "厂房与用地" in firm.inner_text("#alike"))
    firm.click("form[data-draft] button.btn-primary")
    firm.wait_for_url(re.compile(r"/cases/SQ-"))
    number = firm.url.split("/cases/")[1].split("/")[0]
    assert firm.locator(".my-moves button").all_inner_texts() == ["撤回诉求"]
    officer = city.open("park1")
    officer.goto(f"{city.url}/cases/{number}/")
    _move(officer, "accept", "")
    officer.locator("summary", has_text="不属于本单位").click()
    officer.select_option("select[name=unit]", index=1)
    officer.fill("details[open] textarea[name=note]", "由园区公司提供标准厂房")
    officer.click("details[open] button.btn-primary")
    officer.wait_for_selector(".my-message.success")
    assert "由园区公司提供标准厂房" in officer.inner_text(".my-timeline")


def test_a_common_problem_is_gathered_from_what_is_alike(city: City) -> None:
    page = city.open("city")
    page.goto(f"{city.url}/demands/common/")
    first = page.locator("form.card").first
    chosen = first.locator("input[name=case]").count()
    assert chosen >= 3
    first.locator("button.btn-primary").click()
    page.wait_for_selector(".my-message.success")
    assert "已归并" in page.inner_text(".my-message.success")
