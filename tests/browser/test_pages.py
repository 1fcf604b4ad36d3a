"""The pages in a real Chromium: both languages, three widths, keyboard; nothing overflows, nothing fails to load."""

import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
PAGES = ("/", "/rules/", "/rules/SRDI-2022/", "/accounts/login/")
WIDTHS = (390, 768, 1440)
SHOTS = os.environ.get("MANYUAN_SHOTS")


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    path = os.environ.get("MANYUAN_CHROMIUM")
    if not path:
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium: set MANYUAN_CHROMIUM or install Debian's chromium")
        pytest.skip("no Chromium here; MANYUAN_CHROMIUM names one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        yield browser
        browser.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_fits_every_width_in_both_languages(chromium, live_server, width, language):
    context = chromium.new_context(viewport={"width": width, "height": 900})
    context.add_cookies([{"name": "manyuan_language", "value": language, "url": live_server.url}])
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("response", lambda response: broken.append(response.url) if response.status >= 400 else None)
    for address in PAGES:
        page.goto(live_server.url + address)
        assert page.locator("h1").count() == 1, address
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (address, width, language)
        assert page.locator("html").get_attribute("lang") == ("zh-CN" if language == "zh-hans" else "en")
        if SHOTS:
            name = address.strip("/").replace("/", "-") or "home"
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{SHOTS}/{name}-{language}-{width}.png", full_page=True)
    assert broken == []
    context.close()


@pytest.mark.django_db(transaction=True)
def test_the_language_is_one_click_away_and_the_list_sorts_filters_and_opens_by_keyboard(chromium, live_server):
    page = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN").new_page()
    page.goto(live_server.url + "/rules/")
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
