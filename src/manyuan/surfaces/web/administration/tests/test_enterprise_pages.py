"""Enterprises kept by hand on pages: registered, corrected, settled, titled; what is refused changes nothing."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from manyuan.facts.accounts.tests.town import build_town
from manyuan.facts.audit.actors import system
from manyuan.facts.audit.models import AuditRecord, Event
from manyuan.facts.enterprises.credit_codes import demo_code
from manyuan.facts.enterprises.industries import load_industries
from manyuan.facts.enterprises.models import Enterprise, EnterpriseName, Tenancy, Title
from manyuan.facts.enterprises.queries import holders_by_park, titles_on
from manyuan.facts.enterprises.services import award_title
from manyuan.facts.programme.installing import install_pack
from manyuan.facts.programme.pack import read_pack

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


@pytest.fixture
def town(db, monkeypatch, client):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    load_industries(by=system("test"), now=NOW)
    install_pack(pack=read_pack("packs/chengdu"), by=system("test"), now=NOW)
    made = build_town()
    _sign(client, made, "city")
    return made


def _sign(client, town, name):
    client.force_login(town[name], backend="django.contrib.auth.backends.ModelBackend")


def _all():
    tables = (Enterprise, EnterpriseName, Tenancy, Title)
    return [list(table.objects.order_by("pk").values()) for table in tables] + [AuditRecord.objects.count(), Event.objects.count()]


def _act(client, firm, act, **fields):
    return client.post(f"/enterprises/{firm.uscc}/act/", {"act": act, **fields}, follow=True)


def test_an_enterprise_is_registered_by_hand_and_sits_in_its_park(town, client):
    code = demo_code(77)
    answer = client.post(
        "/enterprises/new/", {"uscc": code.lower(), "name": "新芯科技", "industry": "3973", "capital": "1,234.5", "park": "west", "since": "2026-01-01"}
    )
    firm = Enterprise.objects.get(uscc=code)
    assert answer["Location"] == f"/enterprises/{code}/" and (firm.industry_id, firm.capital_fen, firm.park) == ("3973", 1_234_500_000, town.west)
    assert Tenancy.objects.get(enterprise=firm).valid_from == date(2026, 1, 1)


@pytest.mark.parametrize(
    "wrong",
    [{"uscc": "91510100000000001Y"}, {"uscc": "91510100000000001X"}, {"name": " "}, {"industry": "9999"}, {"capital": "abc"}, {"park": "nowhere"}, {"since": "2026-13-01"},
     {"since": "2026-11-24"}, {"registered_on": "2026-13-01"}],
)  # fmt: skip
def test_a_wrong_registration_is_refused_above_the_form_and_nothing_is_written(town, client, wrong):
    before = _all()
    page = client.post("/enterprises/new/", {"uscc": demo_code(77), "name": "留在表里", "park": "west", **wrong})
    assert page.status_code == 422 and "my-message error" in page.content.decode() and _all() == before


def test_a_committee_registers_firms_in_its_own_parks_only(town, client):
    _sign(client, town, "committee")
    before = _all()
    assert client.post("/enterprises/new/", {"uscc": demo_code(77), "name": "x", "park": "west"}).status_code == 422
    assert client.post("/enterprises/new/", {"uscc": demo_code(77), "name": "x"}).status_code == 403 and _all() == before
    client.post("/enterprises/new/", {"uscc": demo_code(77), "name": "x", "park": "east-sub"})
    assert Enterprise.objects.get(uscc=demo_code(77)).park == town.east_sub


def test_a_firm_is_renamed_aliased_corrected_moved_and_leaves(town, client):
    firm = town.firm_west
    _act(client, firm, "rename", name="西企新名", on="2026-06-01")
    _act(client, firm, "alias", name="西企简称")
    _act(client, firm, "alias", name="西企简称")
    _act(client, firm, "correct", address="天府大道1号", capital="0.5", reason="营业执照")
    _act(client, firm, "settle", park="east", on="2026-07-01", area="1,200.5", holding="rented")
    firm.refresh_from_db()
    assert (firm.name, firm.address, firm.capital_fen, firm.park) == ("西企新名", "天府大道1号", 500_000, town.east)
    assert sorted(EnterpriseName.objects.values_list("name", "kind")) == [("西企WESTFIRM", "former"), ("西企简称", "alias")]
    assert "天府大道" not in _act(client, firm, "leave", on="2026-08-01", reason="搬迁").context["firm"].name
    firm.refresh_from_db()
    assert firm.park is None and Tenancy.objects.get(enterprise=firm, park=town.east, superseded_at=None).valid_to == date(2026, 8, 1)


@pytest.mark.parametrize(
    ("act", "fields"),
    [("rename", {"name": "", "on": "2026-06-01"}), ("rename", {"name": "x", "on": ""}), ("rename", {"name": "x", "on": "2027-01-01"}), ("settle", {"park": "", "on": "2026-06-01"}),
     ("settle", {"park": "east", "on": "2019-01-01"}), ("settle", {"park": "east", "on": "2026-06-01", "area": "x"}), ("leave", {"on": "2026-06-01", "reason": ""}),
     ("correct", {"industry": "0000", "reason": "x"}), ("correct", {"registered_on": "2027-01-01", "reason": "x"}), ("correct", {"capital": "-1", "reason": "x"}),
     ("award", {"kind": "none", "valid_from": "2026-01-01", "proof": "x"}), ("award", {"kind": "high-tech", "valid_from": "2026-01-01", "proof": " "}),
     ("award", {"kind": "high-tech", "valid_from": "2026-01-01", "valid_to": "2026-01-01", "proof": "x"}), ("award", {"kind": "high-tech", "proof": "x"})],
)  # fmt: skip
def test_a_wrong_change_is_said_and_changes_nothing(town, client, act, fields):
    before = _all()
    page = _act(client, town.firm_west, act, **fields).content.decode()
    assert "my-message error" in page and _all() == before


@pytest.fixture
def held(town):
    return award_title(
        enterprise=town.firm_east, kind="high-tech", valid_from=date(2024, 1, 1), valid_to=date(2027, 1, 1), proof="川高企1号", source="t", mark="example",
        by=system(), now=datetime(2026, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def test_a_title_ends_on_a_day_and_was_held_before_it(town, held, client):
    _act(client, town.firm_east, "end_title", title=held.pk, on="2026-06-01", reason="取消资格1号")
    count = lambda day: holders_by_park("high-tech", day).get(town.east.pk, 0)  # noqa: E731
    assert (count(date(2026, 5, 31)), count(date(2026, 6, 1))) == (1, 0)
    assert AuditRecord.objects.filter(action="enterprises.title_end", reason="取消资格1号").exists()


def test_a_wrong_title_is_withdrawn_yet_readable_as_known_before(town, held, client):
    _act(client, town.firm_east, "withdraw_title", title=held.pk, reason="录错企业")
    assert holders_by_park("high-tech", TODAY) == {}
    assert Title.objects.filter(titles_on(TODAY, datetime(2026, 6, 1, tzinfo=UTC)), pk=held.pk).exists()
    assert Event.objects.filter(name="title.changed").count() == 2


@pytest.mark.parametrize(
    ("act", "fields"),
    [("end_title", {"on": "2024-01-01", "reason": "x"}), ("end_title", {"on": "2027-01-02", "reason": "x"}), ("end_title", {"on": "2026-06-01", "reason": ""}), ("withdraw_title", {"reason": " "})],
)  # fmt: skip
def test_a_title_does_not_end_outside_its_period_or_without_a_reason(town, held, client, act, fields):
    before = _all()
    assert "my-message error" in _act(client, town.firm_east, act, title=held.pk, **fields).content.decode() and _all() == before


def test_a_title_is_ended_once_and_only_on_its_own_firms_page(town, held, client):
    assert _act(client, town.firm_west, "withdraw_title", title=held.pk, reason="x").status_code == 404
    _act(client, town.firm_east, "withdraw_title", title=held.pk, reason="x")
    assert _act(client, town.firm_east, "withdraw_title", title=held.pk, reason="x").status_code == 404


def test_a_committee_keeps_its_firms_but_not_their_titles_and_sees_no_others(town, held, client):
    _sign(client, town, "committee")
    _act(client, town.firm_east, "alias", name="东企简称")
    assert EnterpriseName.objects.filter(name="东企简称").exists()
    before = _all()
    assert _act(client, town.firm_east, "withdraw_title", title=held.pk, reason="x").status_code == 403
    assert client.get(f"/enterprises/{town.firm_west.uscc}/change/").status_code == 404
    assert _act(client, town.firm_west, "alias", name="x").status_code == 404 and _all() == before
    assert _act(client, town.firm_east, "settle", park="west", on="2026-06-01").status_code == 200 and _all() == before, "not into another committee's park"


@pytest.fixture
def coded(town):
    """The town's firms with credit codes that bear their check character."""
    for number, firm in enumerate((town.firm_east, town.firm_sub, town.firm_west), 1):
        firm.uscc = demo_code(number)
        firm.save(update_fields=["uscc"])
    return town


def _workbook(*rows):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (("2026年高新技术企业名单",), ("统一社会信用代码", "企业名称", "称号", "认定日期", "有效期至", "证书编号"), *rows):
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _read_in(client, content):
    return client.post("/titles/", {"act": "preview", "file": SimpleUploadedFile("名单.xlsx", content)}).content.decode()


def _enter(client, page):
    kept = re.search(r'name="kept" value="([^"]+)"', page)
    return client.post("/titles/", {"act": "commit", "kept": kept[1]}, follow=True) if kept else None


def test_a_list_of_titles_is_entered_whole_and_twice_changes_nothing(coded, held, client):
    content = _workbook(
        (coded.firm_east.uscc, "东企", "高新技术企业", "2024年1月1日", "2027.1.1", "川高企1号"),
        (coded.firm_sub.uscc, "分园", "高新技术企业", datetime(2026, 1, 1), datetime(2029, 1, 1), "川高企2号"),
        (coded.firm_west.uscc, "西企", "高新技术企业", "2026-01-01", None, "川高企3号"),
    )  # fmt: skip
    page = _read_in(client, content)
    assert "新增 2 条，变更 0 条，已有 1 条，错误 0 处" in page and Title.objects.count() == 1
    _enter(client, page)
    assert holders_by_park("high-tech", TODAY) == {coded.east.pk: 1, coded.east_sub.pk: 1, coded.west.pk: 1}
    before = _all()
    again = _read_in(client, content)
    assert "已有 3 条" in again and _enter(client, again) is None and _all() == before


def test_one_fault_of_a_list_and_nothing_of_it_is_entered(coded, client):
    page = _read_in(
        client,
        _workbook(
            (coded.firm_east.uscc, "", "高新技术企业", "2026-01-01", "", "1号"),
            (demo_code(99), "不在册", "高新技术企业", "2026-01-01", "", "2号"),
            (coded.firm_west.uscc, "", "高新技术企业", "2026-01-01", "2025-01-01", "3号"),
            (coded.firm_sub.uscc, "", "没有这种", "2026-01-01", "", "4号"),
            (coded.firm_east.uscc, "", "高新技术企业", "2026-01-01", "", "5号"),
        ),
    )  # fmt: skip
    assert "错误 5 处" in page and "A4" in page and "E5" in page and _enter(client, page) is None and not Title.objects.exists()


def test_the_template_is_read_back_and_only_the_city_reads_lists_in(town, client):
    template = client.get("/titles/?template=1").content
    assert "错误 0 处" in _read_in(client, template)
    _sign(client, town, "committee")
    assert client.post("/titles/", {"act": "preview", "file": SimpleUploadedFile("a.xlsx", template)}).status_code == 403
    assert client.post("/titles/", {"act": "commit", "kept": "x"}).status_code == 403
