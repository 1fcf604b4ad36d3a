"""Pages on paper: no menu, source and day on top, nothing cut. Pages by keyboard: every stop is seen, none is a trap, the map can be followed."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser
PAGES = ("/", "/goals/", "/goals/parks-50bn/", "/parks/demo-bailu/", "/commitments/", "/quality/")
FORMS = ("/filings/", "/filings/upload/", "/periods/", "/surveys/", "/parks/merge/", "/parks/demo-bailu/change/split/", "/commitments/13/")
PAPER = 703  # A4 within its margins, in CSS pixels

SHOWN = "(selector) => [...document.querySelectorAll(selector)].filter((e) => e.checkVisibility()).map((e) => e.outerHTML.slice(0, 80))"
CUT = """(width) => [...document.querySelectorAll("table, canvas, .my-tile, .card, td")].filter((e) => e.checkVisibility())
  .filter((e) => e.getBoundingClientRect().right > width + 1 || (e.parentElement.scrollWidth > e.parentElement.clientWidth + 1 && getComputedStyle(e.parentElement).overflowX !== "visible"))
  .map((e) => e.tagName + " " + e.innerText.slice(0, 40))"""
FOCUS = """() => { const e = document.activeElement; if (!e || e === document.body) return null;
  const box = e.getBoundingClientRect(), style = getComputedStyle(e);
  const ring = (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  return { seen: box.width > 0 && box.height > 0 && ring, what: e.tagName + " " + (e.innerText || e.name || "").slice(0, 30), href: e.getAttribute("href") }; }"""


@pytest.fixture(scope="module")
def signed_in(city):
    found = city.open("city")
    yield found.context
    found.context.close()


@pytest.fixture
def page(signed_in):
    found = signed_in.new_page()
    yield found
    found.close()


def _firm(city, page):
    page.goto(city.url + "/enterprises/")
    return page.locator("tbody a").first.get_attribute("href")


def test_paper_shows_source_and_day_and_cuts_nothing(city, page):
    for address in (*PAGES, _firm(city, page)):
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(city.url + address)
        assert page.locator("[data-chart]").count() == 0 or page.locator("[data-chart][data-drawn=yes]").first.wait_for() is None
        assert not page.locator(".my-printed").is_visible()
        page.emulate_media(media="print")
        page.set_viewport_size({"width": PAPER, "height": 1000})
        head = page.locator(".my-printed").inner_text()
        assert address in head and page.evaluate("new Date().getFullYear().toString()") in head, address
        assert page.evaluate(SHOWN, ".my-top, .my-actions, .my-table-tools, .skip-link, button:not(.my-sort)") == [], address
        assert page.evaluate(CUT, PAPER) == [], address
        page.emulate_media(media="screen")


def test_every_stop_of_the_keyboard_is_seen_and_none_is_a_trap(city, page):
    page.set_viewport_size({"width": 1440, "height": 900})
    for address in (*PAGES, *FORMS):
        page.goto(city.url + address)
        stops = []
        for _ in range(400):
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUS)
            if stop is None:  # past the last one, out of the page
                break
            stops.append(stop)
        else:
            pytest.fail(f"{address}: the keyboard does not get out: {stops[-3:]}")
        assert stops[0]["href"] == "#content" and len(stops) > 15, address
        assert [stop["what"] for stop in stops if not stop["seen"]] == [], address


def test_the_menu_the_map_and_the_content_open_by_keyboard(city, page):
    page.goto(city.url + "/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    button = page.locator(".my-tools .dropdown > button")
    button.focus()
    page.keyboard.press("Enter")
    page.locator(".my-tools .dropdown-menu.show").wait_for()
    page.keyboard.press("Escape")
    page.locator(".my-tools .dropdown-menu.show").wait_for(state="detached")
    assert button.evaluate("(e) => e === document.activeElement")
    behind = page.locator("figure:has(#chart-map) details")
    behind.locator("summary").focus()
    page.keyboard.press("Enter")
    for _ in range(6):  # the export, the search, the three titles, the first park
        page.keyboard.press("Tab")
    assert page.evaluate(FOCUS)["href"].startswith("/parks/")
    page.keyboard.press("Enter")
    page.wait_for_url("**/parks/*/")


def test_a_small_table_sorts_by_keyboard_and_is_searched(city, page):
    page.goto(city.url + "/goals/parks-50bn/")
    table = page.locator("table[data-exported=parks]")
    head = table.locator("th").nth(1)
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    total = table.locator("tbody tr:visible").count()
    page.locator(".my-find").fill("白鹿")
    assert 1 == table.locator("tbody tr:visible").count() < total
