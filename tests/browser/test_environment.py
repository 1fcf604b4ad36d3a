"""A scorecard from the list to the public: looked into down to a case, published under a name, its report opened as Word and as PDF."""

from __future__ import annotations

import io
import re

import pytest

pytestmark = pytest.mark.browser


def _text_of_word(content):
    from docx import Document

    document = Document(io.BytesIO(content))
    return "\n".join([*(p.text for p in document.paragraphs), *(cell.text for table in document.tables for row in table.rows for cell in row.cells)])


def _text_of_pdf(content):
    import pypdfium2

    book = pypdfium2.PdfDocument(content)
    return "\n".join(page.get_textpage().get_text_bounded() for page in book), len(book)


def _saved(page, name):
    with page.expect_download() as waits:
        page.get_by_role("link", name=name, exact=True).click()
    with open(waits.value.path(), "rb") as file:
        return file.read()


def test_a_scorecard_is_looked_into_published_by_name_and_its_report_opened(city):
    page = city.open("city")
    page.goto(city.url + "/scorecards/")
    page.locator("a.my-tile[href$='/city/']").click()
    page.wait_for_url("**/city/")
    periods = page.locator(".btn-list a[href^='/scorecards/']").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    for address in periods:  # the newest month of the whole city that nobody has published
        page.goto(city.url + address)
        button = page.get_by_role("button", name="以我的名义发布")
        if button.count() and button.is_enabled():
            break
    points = page.locator(".my-amount").first.inner_text().split("/")[0].strip()
    assert float(points) > 0

    item = page.locator("a[href*='/items/responded/']")
    item.click()
    page.wait_for_url("**/items/**")
    case = page.locator("main a[href^='/cases/']").first
    assert case.count() == 1, "an item leads to the cases behind it"
    number = case.get_attribute("href").strip("/").split("/")[1]
    case.click()
    page.wait_for_url(f"**/cases/{number}/")
    page.goto(city.url + address)

    word, pdf = _saved(page, "Word"), _saved(page, "PDF")
    assert points in _text_of_word(word)
    text, pages = _text_of_pdf(pdf)
    assert points in text and pages >= 1

    page.get_by_role("button", name="以我的名义发布").click()
    page.wait_for_selector(".my-message.success")
    page.get_by_role("link", name="查看公开页面").click()
    page.wait_for_url(re.compile(r"/scorecards/published/\d+/"))
    shown = page.url
    page.context.close()

    visitor = city.open(width=390)
    visitor.goto(shown)
    content = visitor.locator("main").inner_text()
    assert points in content and "市级负责人" in content, "the figure stands under the name of who published it"
    assert visitor.locator("main a[href^='/cases/']").count() == 0, "the public sees figures, not cases"
    assert visitor.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    visitor.context.close()
