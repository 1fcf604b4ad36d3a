"""Every page in a real Chromium: both languages, three widths, keyboard; nothing overflows, nothing fails to load."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
WIDTHS = (390, 768, 1440)
SHOTS = os.environ.get("MANYUAN_SHOTS")
VISITOR = (
    "/public/",
    "/matters/",
    "/matters/construction-permit/",
    "/scorecards/published/",
    "/public/parks/xindu-hitech/",
    "/raise/",
    "/raise/demo-bailu/",
    "/lists/",
    "/rules/",
    "/rules/SRDI-2022/",
    "/accounts/login/",
)
CITY = (
    "/", "/applications/", "/powers/", "/duties/", "/duties/?park=demo-bailu", "/reforms/", "/goals/", "/goals/parks-50bn/", "/goals/integration/", "/commitments/", "/commitments/13/", "/commitments/70/", "/parks/", "/parks/demo-bailu/",
    "/parks/xindu-hitech/", "/parks/demo-bailu/history/", "/parks/merge/", "/parks/new/", "/parks/demo-bailu/change/split/", "/parks/demo-bailu/change/boundary/", "/parks/demo-bailu/directions/", "/people/", "/people/new/", "/people/1/", "/organisations/", "/organisations/new/", "/organisations/2/", "/tokens/", "/titles/", "/enterprises/new/", "/enterprises/", "/filings/", "/filings/?form=enterprise-annual&period=2025&state=locked",
    "/filings/1/", "/indicators/", "/indicators/revenue/", "/indicators/revenue/?park=demo-bailu&known=2026-06-30", "/indicators/high-tech-enterprises/", "/quality/",
    "/filings/upload/", "/policies/", "/policies/new/", "/policies/CD-RD/", "/policies/CD-FIRSTSET/edit/", "/policies/CD-REVENUE/try/", "/entitlements/", "/entitlements/1/",
    "/policies/CD-PILOT/", "/policies/CD-REVENUE/report/", "/policies/CD-REVENUE/", "/policies/CD-ABOVESCALE/edit/", "/policies/CD-NEWDRUG-MADE/edit/", "/policies-applied/", "/policies-applied/5/", "/policies-applied/6/", "/periods/", "/supply/", "/supply/new/", "/supply/new/?side=need&category=medicine.drug", "/supply/introductions/", "/supply/figures/", "/cases/", "/cases/?all=1", "/demands/", "/demands/new/", "/demands/upload/", "/demands/rates/?by=topic", "/demands/common/",
    "/parks/demo-bailu/code/",
    "/tiers/", "/tiers/enterprises/", "/tiers/turns/?to=GIANT-2026", "/tiers/pool/", "/tiers/pool/1/", "/plans/", "/plans/CP-2026-0003/", "/anchors/", "/anchors/1/",
)  # fmt: skip
CITY += ("/demands/rates/", "/demands/institutes/", "/working-days/")
LISTS_WHOLE = ("/demands/rates/", "/demands/", "/cases/", "/powers/", "/working-days/")  # nothing of these lists lies beyond the right edge of a desk's screen
CITY += ("/scorecards/", "/scorecards/?item=closed", "/surveys/")
OTHERS = {
    "park1": (
        "/",
        "/applications/",
        "/mandates/",
        "/cases/",
        "/demands/",
        "/filings/",
        "/filings/upload/",
        "/quality/",
        "/visits/",
        "/visits/list/",
        "/visits/plan/",
        "/officers/",
        "/calendar/",
        "/meetings/",
        "/outreach/",
        "/policies-applied/",
    ),
    "firm1": (
        "/",
        "/matters/production-permit/apply/",
        "/applications/",
        "/mandates/",
        "/plans/",
        "/demands/",
        "/demands/new/",
        "/enterprises/",
        "/filings/",
        "/policies/",
        "/policies/CD-RD/",
        "/entitlements/",
    ),
    "company": ("/", "/filings/"),
    "institute": ("/", "/cases/", "/demands/"),
}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_fits_every_width_in_both_languages(city, width, language):
    for person, addresses in {"": VISITOR, "city": CITY, **OTHERS}.items():
        page = city.open(person, width, language)
        broken: list[str] = []
        page.on("pageerror", lambda error, found=broken: found.append(str(error)))
        page.on("response", lambda response, found=broken: found.append(f"{response.status} {response.url}") if response.status >= 400 else None)
        for address in addresses:
            page.goto(city.url + address)
            where = (person, address, width, language)
            assert page.locator("h1").count() == 1, where
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), where
            if width == 768 or (width > 768 and address in LISTS_WHOLE):
                assert page.evaluate("[...document.querySelectorAll('.table-responsive:has(.wide)')].every(e => e.scrollWidth <= e.clientWidth)"), where
            assert page.locator("html").get_attribute("lang") == ("zh-CN" if language == "zh-hans" else "en")
            assert page.locator("[data-chart]").count() == 0 or page.locator("[data-chart][data-drawn=yes]").first.wait_for() is None, where
            if SHOTS:
                name = f"{person or 'visitor'}-{address.strip('/').replace('/', '-').replace('?', '_').replace('&', '_') or 'home'}"
                Path(SHOTS).mkdir(parents=True, exist_ok=True)
                page.wait_for_timeout(400)
                page.screenshot(path=f"{SHOTS}/{name}-{language}-{width}.png", full_page=True)
        assert broken == []
        page.context.close()


def test_the_language_is_one_click_away_and_the_list_sorts_filters_and_opens_by_keyboard(city):
    page = city.open()
    page.goto(city.url + "/rules/")
    assert "标准规则" in page.locator("h1").inner_text()
    page.get_by_role("button", name="English").click()
    assert page.locator("h1").inner_text() == "Standard rule sets"
    page.get_by_role("link", name="Conditions").click()
    assert "sort=" in page.url
    page.locator("select").select_option("C")
    page.wait_for_url("**mark=C**")
    assert page.locator("tbody tr").count() == 3
    page.locator("tbody a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/rules/*2026*/")
    assert page.locator(".my-mark").count() == 1
    page.context.close()


def test_every_made_up_figure_on_the_first_page_says_so(city):
    page = city.open("city")
    tiles = page.locator("a.my-tile[href^='/goals/']")
    assert tiles.count() == 5
    assert page.locator("a.my-tile[href^='/goals/'] .my-mark").count() == 5
    page.context.close()
