"""Registrations come in: dirty rows, districts, rejects; twice is once; stopped in the middle ends where it would have ended."""

from __future__ import annotations

import csv
import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from manyuan.facts.audit.actors import Actor, NotAllowed, Role, system
from manyuan.facts.enterprises.credit_codes import demo_code
from manyuan.facts.enterprises.errors import ColumnMissing, FileUnreadable
from manyuan.facts.enterprises.models import Enterprise, EnterpriseName, ImportRun
from manyuan.facts.enterprises.registrations import import_registrations, importing
from manyuan.facts.enterprises.registrations.reading import capital
from manyuan.facts.parks.models import District
from manyuan.facts.programme.pack import read_pack

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
HEAD = "企业名称,统一社会信用代码,注册日期,企业类型,注册资金,经营范围,所在省份,地区,注册地址"


@pytest.fixture
def districts():
    for entry in read_pack("packs/chengdu").districts:
        District.objects.create(
            adcode=entry.adcode, name_zh=entry.name.zh, name_en=entry.name.en, former_names=list(entry.former_names), former_codes=list(entry.former_codes)
        )  # fmt: skip


def _row(n: int, name: str = "", address: str = "", day: str = "2001-02-03", fund: str = "66(万元人民币)") -> str:
    return f"{name or f'企业{n}'},{demo_code(n)},{day},N/A,{fund},批发,四川,成都,{address}"


def _file(folder: Path, *rows: str, head: str = HEAD, name: str = "r.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    content = "\n".join([head, *rows]).encode(encoding)
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def _import(path: Path, **more: object):
    return import_registrations(path=path, by=system(), now=NOW, **more)


def test_twice_changes_nothing_and_a_new_name_keeps_the_old_one(districts, tmp_path):
    path = _file(tmp_path, _row(1), _row(2))
    assert (_import(path).new, _import(path).unchanged) == (2, 2)
    counts = _import(_file(tmp_path, _row(1, name="改名企业"), _row(2)))
    assert (counts.changed, counts.unchanged) == (1, 1)
    firm = Enterprise.objects.get(uscc=demo_code(1))
    assert firm.name == "改名企业"
    assert EnterpriseName.objects.get(enterprise=firm).name == "企业1"
    assert ImportRun.objects.count() == 3


def test_what_is_wrong_is_rejected_with_line_and_reason(districts, tmp_path):
    wrong = [
        "短,行",
        f"无码,,2001-01-01,,,,,,{''}",
        "错码企业,91510100201920161Y,2001-01-01,,,,,,",
        _row(4, day="昨天"),
        _row(5, day="2030-01-01"),
        _row(6),
        _row(6, name="又一家"),
    ]
    reject = tmp_path / "rejects.csv"
    counts = _import(_file(tmp_path, *wrong), reject_to=reject)
    assert (counts.read, counts.new, counts.wrong, counts.duplicate) == (7, 1, 5, 1)
    rows = list(csv.reader(reject.read_text(encoding="utf-8-sig").splitlines()))
    assert [(row[0], row[1]) for row in rows[1:]] == [
        ("2", "columns"), ("3", "code_missing"), ("4", "code_wrong"), ("5", "date_wrong"), ("6", "date_ahead"), ("8", "duplicate")
    ]  # fmt: skip
    assert all(row[2] and row[3] for row in rows[1:]), "the reason stands in both languages"
    assert rows[3][4] == "91510100201920161Y"
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("address", "name", "code", "basis"),
    [
        ("成都市锦江区中新街80号", "甲", "510104", "address"),
        ("四川省双流县东升镇", "乙", "510116", "address"),
        ("郫县郫筒镇成都市武侯区对面", "丙", "510117", "address"),
        ("成都锦江工业园", "丁", "510104", "address"),
        ("某路1号", "成都市新津县第八建筑工程公司", "510118", "name"),
        ("成都高新区桂溪工业园", "戊", None, ""),
    ],
)
def test_districts_are_found_in_dirty_addresses_and_old_names(districts, tmp_path, address, name, code, basis):
    _import(_file(tmp_path, _row(1, name=name, address=address)))
    firm = Enterprise.objects.get()
    assert (firm.district.adcode if firm.district else None, firm.district_basis) == (code, basis)


@pytest.mark.parametrize(
    ("text", "fen", "currency"),
    [
        ("66(万元人民币)", 66_000_000, "CNY"), ("24.7万人民币", 24_700_000, "CNY"), ("1,000(万元人民币)", 1_000_000_000, "CNY"), ("５０（万元人民币）", 50_000_000, "CNY"),
        ("100(万美元)", None, "USD"), ("N/A", None, ""), ("ABOURICHEH", None, ""), ("1.2亿元", 12_000_000_000, "CNY"),
    ],
)  # fmt: skip
def test_capital_is_exact_or_unknown(text, fen, currency):
    assert capital(text) == (fen, currency)


def test_gb18030_and_gzip_are_read_alike(districts, tmp_path):
    first = _import(_file(tmp_path, _row(1, address="成都市成华区"), name="a.csv.gz", encoding="gb18030"))
    assert first.new == 1 and Enterprise.objects.get().district.adcode == "510108"


def test_a_wrong_file_writes_nothing_and_names_what_is_missing(districts, tmp_path):
    with pytest.raises(ColumnMissing, match="统一社会信用代码"):
        _import(_file(tmp_path, "x", head="企业名称,地址"))
    broken = tmp_path / "b.csv.gz"
    broken.write_bytes(b"\x1f\x8bnot gzip")
    with pytest.raises(FileUnreadable):
        _import(broken)
    assert not Enterprise.objects.exists() and not ImportRun.objects.exists()


def test_only_the_city_imports(districts, tmp_path):
    park = Actor(id=1, label="p", role=Role.COMMITTEE)
    with pytest.raises(NotAllowed):
        import_registrations(path=_file(tmp_path, _row(1)), by=park, now=NOW)


def test_stopped_in_the_middle_and_run_again_ends_equal(districts, tmp_path, monkeypatch):
    path = _file(tmp_path, *(_row(n) for n in range(1, 8)))
    monkeypatch.setattr(importing, "BATCH", 3)

    def stop(done: int) -> None:
        if done >= 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _import(path, progress=stop)
    assert Enterprise.objects.count() == 3
    assert ImportRun.objects.get().finished_at is None, "a run that was stopped says so"
    counts = _import(path)
    assert (counts.new, counts.unchanged, Enterprise.objects.count()) == (4, 3, 7)


def test_the_real_registrations(districts, shared_folder, tmp_path):
    path = shared_folder / "data" / "enterprises" / "chengdu_registrations.csv.gz"
    counts = _import(path, reject_to=tmp_path / "r.csv")
    assert counts.read == 41_346
    assert (counts.new, counts.duplicate, counts.wrong) == (41_280, 13, 53)
    assert counts.matched > 0.85
    assert Enterprise.objects.filter(registered_on__lt=date(1980, 1, 1)).exists()
