"""Pages of the measured environment, read as the people who use them; the reports, read back."""

from __future__ import annotations

import io

import openpyxl
import pytest
from django.utils import timezone, translation

from manyuan.facts.audit.models import AuditRecord
from manyuan.surfaces.web.environment.reports import report_of, written
from manyuan.surfaces.web.environment.showing import show
from manyuan.work.environment.models import Answer, Publication
from manyuan.work.environment.tests.conftest import measured  # noqa: F401  the fixture
from manyuan.work.environment.tests.test_survey import GOOD, draw, served, take


@pytest.fixture
def city(measured, client, monkeypatch):  # noqa: F811
    """Nine demands of the east in March, eight solved, one of them back; one of the west; surveyed; the city is signed in."""
    monkeypatch.setattr(timezone, "now", lambda: measured.at)
    served(measured, 8)
    measured.demand("firm_east")
    measured.demand("firm_west")
    measured.later(days=1)
    take(measured, draw(measured), text="办得快")
    measured.later(days=40)
    measured.compute()
    client.force_login(measured.town["city"])
    return measured


def page(client, address, status=200):
    answer = client.get(address)
    assert answer.status_code == status, answer.content.decode()[:400]
    return answer.content.decode()


def test_the_overview_ranks_the_park_with_enough_cases_and_shows_the_other_without_a_place(city, client):
    text = page(client, "/scorecards/?item=closed")
    assert "东园EASTPARK" in text and "西园WESTPARK" in text
    assert text.count("样本不足，不排名") == 1
    assert "88.9%" in text  # 8 of 9


def test_a_committee_sees_its_own_park_and_the_city_alone(city, client):
    client.force_login(city.town["committee"])
    text = page(client, "/scorecards/")
    assert "EASTPARK" in text and "WESTPARK" not in text
    page(client, "/scorecards/small/2026-03/east/")
    page(client, "/scorecards/small/2026-03/city/")
    for address in ("/scorecards/small/2026-03/west/", "/scorecards/small/2026-03/west/report/pdf/", "/scorecards/small/2026-03/west/items/closed/"):
        page(client, address, 404)


@pytest.mark.parametrize("address", ["/scorecards/small/2026-13/east/", "/scorecards/none/2026-03/east/", "/scorecards/small/2026-03/nowhere/", "/scorecards/small/2026-03/east/items/none/", "/scorecards/small/2026-03/east/report/exe/"])  # fmt: skip
def test_what_is_not_there_is_not_there(city, client, address):
    page(client, address, 404)


def test_from_the_score_down_to_the_case(city, client):
    text = page(client, "/scorecards/small/2026-03/east/")
    assert 'href="/scorecards/small/2026-03/east/items/closed/"' in text
    down = page(client, "/scorecards/small/2026-03/east/items/closed/")
    assert "供水压力不足" in down
    assert "8 / 9" in down
    assert "WESTFIRM" not in down
    assert "没有可展示的明细" in page(client, "/scorecards/small/2026-03/east/items/effect/")


def test_an_official_publishes_and_everybody_reads_it_until_it_is_withdrawn(city, client):
    address = "/scorecards/small/2026-03/east/act/"
    assert "已按您的名义发布" in client.post(address, {"act": "publish"}, follow=True).content.decode()
    made = Publication.objects.get()
    client.logout()
    assert "东园EASTPARK" in page(client, "/scorecards/published/")
    text = page(client, f"/scorecards/published/{made.pk}/")
    assert made.published_label in text and "items/closed" not in text  # nothing leads from here to the cases
    client.force_login(city.town["city"])
    assert "请填写原因" in client.post(address, {"act": "withdraw", "reason": " "}, follow=True).content.decode()
    client.post(address, {"act": "withdraw", "reason": "口径有误"})
    client.logout()
    page(client, f"/scorecards/published/{made.pk}/", 404)
    assert "EASTPARK" not in page(client, "/scorecards/published/")


@pytest.mark.parametrize("name", ["committee", "company"])
def test_a_park_does_not_publish_itself(city, client, name):
    client.force_login(city.town[name])
    records = AuditRecord.objects.count()
    assert client.post("/scorecards/small/2026-03/east/act/", {"act": "publish"}).status_code == 403
    assert not Publication.objects.exists()
    assert AuditRecord.objects.count() == records


@pytest.mark.parametrize("name", ["enterprise", "institute", "stray"])
def test_others_have_no_part_in_it(city, client, name):
    client.force_login(city.town[name])
    for address in ("/scorecards/", "/scorecards/small/2026-03/east/", "/surveys/"):
        page(client, address, 403)


def token_of(city):
    city.at = city.at.replace(month=4, day=25)
    served(city, 1, "Z")
    return next(iter(draw(city, "2026-04").links.values()))


def test_the_survey_takes_a_minute_without_login_and_once(city, client):
    client.logout()
    address = f"/survey/{token_of(city)}/"
    before = Answer.objects.count()
    answer = client.get(address)
    assert answer["Cache-Control"] == "no-store" and answer["Referrer-Policy"] == "same-origin" and answer["X-Robots-Tag"] == "noindex"
    assert answer.content.decode().count("<fieldset") == 3
    faulty = client.post(address, {"clear": "5"})
    assert faulty.status_code == 422 and "请为每个问题选择一个评分" in faulty.content.decode()
    assert Answer.objects.count() == before
    assert "谢谢" in client.post(address, GOOD | {"text": "<script>alert(1)</script>"}).content.decode()
    assert client.get(address).status_code == 409
    assert client.post(address, GOOD).status_code == 409
    assert Answer.objects.count() == before + 1
    client.force_login(city.town["city"])
    assert "&lt;script&gt;" in page(client, "/surveys/2026-04/")


def test_links_cannot_be_guessed_by_the_thousand(city, client):
    client.logout()
    seen = [client.get(f"/survey/{'x' * 22}{number:02d}/").status_code for number in range(61)]
    assert (seen[0], seen[59], seen[60]) == (404, 404, 429)


def test_the_city_reads_the_rounds_and_the_texts_and_a_park_does_not(city, client):
    assert "8" in page(client, "/surveys/")
    text = page(client, "/surveys/2026-03/")
    assert "办得快" in text and "东园EASTPARK" in text and "WESTPARK" not in text
    client.force_login(city.town["committee"])
    page(client, "/surveys/", 403)
    page(client, "/surveys/2026-03/", 403)
    own = page(client, "/scorecards/small/2026-03/east/")
    assert "3.00" in own and "办得快" not in own


def test_the_lists_are_taken_along_as_workbooks_with_the_rights_of_their_pages(city, client):
    def table(address):
        answer = client.get(address)
        assert "spreadsheet" in answer["Content-Type"]
        return list(openpyxl.load_workbook(io.BytesIO(answer.content)).active.values)

    assert table("/surveys/?export=1")[1][1] == 8
    client.post("/scorecards/small/2026-03/east/act/", {"act": "publish"})
    client.logout()
    row = table("/scorecards/published/?export=1")[1]
    assert "EASTPARK" in row[0] and round(row[3], 4) == float(Publication.objects.get().scorecard.points)
    client.force_login(city.town["committee"])
    page(client, "/surveys/?export=1", 403)


def made(city, language="zh-hans", park="east"):
    with translation.override(language):
        card = city.card(getattr(city.town, park) if park else None)
        return show(card), report_of(show(card), city.who("city"))


def words_of(content):
    import docx

    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [paragraph.text for paragraph in document.paragraphs] + cells, document


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_word_report_says_what_the_page_says(city, client, language):
    shown, report = made(city, language)
    texts, document = words_of(written(report, "docx"))
    for row in shown.rows:
        assert row.name in texts or f"{row.name}（样本较少）" in texts or f"{row.name} (few cases)" in texts
        assert row.value in texts
        assert row.points in texts
    assert any(shown.points in text for text in texts)
    assert document.core_properties.language == ("zh-CN" if language == "zh-hans" else "en")
    assert len(document.inline_shapes) >= 1
    page(client, "/scorecards/small/2026-03/east/")
    assert all(row.value in page(client, "/scorecards/small/2026-03/east/") for row in made(city)[0].rows)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_pdf_report_says_what_the_page_says_with_its_own_font(city, language):
    import pypdfium2

    shown, report = made(city, language)
    content = written(report, "pdf")
    document = pypdfium2.PdfDocument(content)
    text = "".join(document[number].get_textpage().get_text_range() for number in range(len(document)))
    flat = "".join(text.split())
    for wanted in (shown.place, shown.points, *(row.name for row in shown.rows), *(row.value for row in shown.rows)):
        assert "".join(wanted.split()) in flat, wanted
    assert b"/FontFile2" in content  # the font travels with it
    assert b"/Subtype /Image" not in content  # the pictures are vectors


def test_the_pictures_in_word_show_chinese_without_a_font_of_the_machine(city):
    from PIL import Image

    _, report = made(city)
    _, document = words_of(written(report, "docx"))
    blob = next(part.blob for part in document.part.package.iter_parts() if part.partname.startswith("/word/media/"))
    picture = Image.open(io.BytesIO(blob)).convert("L")
    band = picture.crop((0, 0, 200, 50))  # where the title stands
    assert band.getextrema()[0] < 128


def test_the_citys_report_holds_the_parks_side_by_side_and_a_committees_only_its_own(city, client):
    report = made(city, park=None)[1]
    grid = next(section.grid for section in report.sections if section.title == "各园区对比")
    assert [row[1] for row in grid.rows] == ["东园EASTPARK", "西园WESTPARK"]
    client.force_login(city.town["committee"])
    answer = client.get("/scorecards/small/2026-03/city/report/docx/")
    texts, _ = words_of(answer.content)
    assert any("EASTPARK" in text for text in texts) and not any("WESTPARK" in text for text in texts)
    assert "attachment" in answer["Content-Disposition"]


def test_a_report_is_the_same_twice(city):
    assert written(made(city)[1], "pdf") == written(made(city)[1], "pdf")


def test_a_page_asks_the_database_the_same_number_of_times_for_many_cases(city, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(40):
        page(client, "/scorecards/small/2026-03/east/")
    with django_assert_max_num_queries(45):
        page(client, "/scorecards/")
