"""A visit written down on a telephone without a network: kept on the device, sent once when the network is back; and pages of visits and meetings."""

from __future__ import annotations

import re

import pytest
from tests.browser.conftest import wait_for

pytestmark = pytest.mark.browser


def _visits(page, city, text):
    """How many visits the list shows that hold the text."""
    found = page.evaluate("async (url) => (await (await fetch(url)).text())", f"{city.url}/visits/list/?q={text}")
    return len(set(re.findall(r'href="/visits/(\d+)/"', found)))


def test_a_visit_is_written_down_offline_and_sent_once_when_the_network_is_back(city):
    page = city.open("park1", width=390)
    page.goto(city.url + "/visits/capture/")
    page.wait_for_selector("#capture[data-ready=yes]")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()  # from now on the worker answers for the page
    page.wait_for_selector("#capture[data-ready=yes]")
    firm = page.locator("#firms option").first.get_attribute("value")

    page.context.set_offline(True)
    page.goto(city.url + "/visits/capture/")
    page.wait_for_selector("#capture[data-ready=yes]")
    assert page.locator("#net").get_attribute("data-state") == "offline"
    page.fill("input[name=firm]", firm)
    page.fill("textarea[name=text]", "离线走访甲乙丙")
    page.click("#add-finding")
    page.fill("[data-of=text]", "离线了解到缺少技工")
    page.reload()  # the telephone went to sleep: what was typed is still there
    page.wait_for_selector("#capture[data-ready=yes]")
    assert page.input_value("textarea[name=text]") == "离线走访甲乙丙"
    assert page.input_value("[data-of=text]") == "离线了解到缺少技工"
    page.click(".my-capture-save")
    page.wait_for_selector("[data-queued]")
    assert page.locator("#waiting").inner_text() == "1"

    page.context.set_offline(False)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_selector("#queue a[href^='/visits/']")
    assert page.locator("#waiting").inner_text() == "0" and page.locator("[data-queued]").count() == 0
    page.reload()
    page.wait_for_selector("#capture[data-ready=yes]")
    assert _visits(page, city, "离线走访甲乙丙") == 1

    page.click("#queue a[href^='/visits/']")
    page.wait_for_url(re.compile(r"/visits/\d+/"))
    assert "离线填写" in page.content() and "离线了解到缺少技工" in page.content()
    wait_for(lambda: page.reload() and "SQ-" in page.content())  # the difficulty became a demand
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.context.close()


def test_a_capture_of_somebody_else_waits_for_them(city):
    page = city.open("park1", width=390)
    page.goto(city.url + "/visits/capture/")
    page.wait_for_selector("#capture[data-ready=yes]")
    page.evaluate("""() => new Promise((done) => { const asked = indexedDB.open("manyuan-visits", 1); asked.onsuccess = () => {
        const work = asked.result.transaction("queue", "readwrite");
        work.objectStore("queue").put({ key: "6b0f2f0e-0d0f-4f9e-9a51-2f6d0b6f0a99", firm: "SECRETFIRM", firm_id: 1, on: "2026-01-01", text: "x", found: [], heard: {}, photos: [], person: 999999, state: "waiting" });
        work.oncomplete = done; }; })""")
    page.reload()
    page.wait_for_selector("#capture[data-ready=yes]")
    page.wait_for_selector("[data-queued]")
    assert "SECRETFIRM" not in page.locator("#queue").inner_text() and page.locator("[data-queued] button").count() == 0
    page.context.close()
