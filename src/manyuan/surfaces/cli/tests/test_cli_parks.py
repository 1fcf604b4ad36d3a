"""`manyuan parks`: what a change does is said, with --dry-run nothing is written, what is refused changes nothing and has its exit code."""

from __future__ import annotations

import os
import sys

import pytest

from manyuan.facts.accounts.tests.town import build_town
from manyuan.facts.audit.models import AuditRecord
from manyuan.facts.enterprises.models import Tenancy
from manyuan.facts.parks.models import Park, ParkBoundary, ParkChange, ParkParent
from manyuan.surfaces.cli.main import main


@pytest.fixture
def town(db):
    return build_town()


@pytest.fixture
def run(capsys, monkeypatch):
    def call(*arguments, code=0, language="en"):
        monkeypatch.setattr(sys, "argv", ["manyuan", "--language", language, "parks", *map(str, arguments)])
        monkeypatch.setitem(os.environ, "MANYUAN_LANGUAGE", language)
        got, said = main(), capsys.readouterr()
        assert got == code, said
        return said.err if code else said.out

    return call


def _all():
    return [list(table.objects.order_by("pk").values()) for table in (Park, ParkChange, Tenancy, ParkParent, ParkBoundary)] + [AuditRecord.objects.count()]


WHY = ("--effective", "2026-11-01", "--reason", "川办〔2026〕1号")


def test_the_parks_of_a_day_are_listed_below_their_parents(town, run):
    assert run("list", language="zh").splitlines() == [
        "east\t东园EASTPARK\tmunicipal\tpark\t",
        "east-sub\t东园分园EASTPARK\tmunicipal\tpark\teast",
        "west\t西园WESTPARK\tmunicipal\tpark\t",
    ]
    assert run("list", "--on", "1999-01-01") == ""


def test_a_merge_is_rehearsed_then_done_and_can_be_read(town, run):
    before = _all()
    seen = run("merge", "west", "--into", "east", *WHY, "--dry-run")
    assert "1 enterprises\twest → east" in seen and "closed\t– → 2026-11-01" in seen and "nothing was written" in seen
    assert _all() == before
    done = run("merge", "west", "--into", "east", *WHY, language="zh")
    assert "1 家企业\twest → east" in done and "西园管委会WESTBODY 将没有负责的园区" in done and "已完成" in done
    assert Tenancy.objects.get(enterprise=town.firm_west, valid_to=None, superseded_at=None).park == town.east
    said = run("show", "west", language="zh")
    assert "2026-11-01\t合并\teast, west → east\t川办〔2026〕1号" in said and "无此园区" in said
    assert "name\t" in run("show", "west", "--on", "2026-10-31") and ParkChange.objects.get().actor_label == "cli"


def test_a_split_reads_its_firms_from_a_file_of_either_encoding(town, run, tmp_path):
    file = tmp_path / "firms.txt"
    file.write_bytes("东企EASTFIRM\n".encode("gb18030"))
    arguments = (
        "split",
        "east",
        "--new",
        "north=北园=North",
        "--new",
        "south=南园",
        "--firms",
        f"north={file}",
        "--rest",
        "south",
        "--below",
        "east-sub=south",
    )
    run(*arguments, *WHY)
    assert Tenancy.objects.get(enterprise=town.firm_east, valid_to=None, superseded_at=None).park.code == "north"
    assert (Park.objects.get(code="north").name_en, Park.objects.get(code="south").name_en) == ("North", "南园")


def test_the_other_changes(town, run, tmp_path):
    outline = tmp_path / "o.json"
    outline.write_text('{"type":"Polygon","coordinates":[[[104,30],[104.1,30],[104.1,30.1],[104,30]]]}')
    run("found", "north", "--name-zh", "北园", "--under", "west", *WHY)
    run("rename", "north", "--name-zh", "新北园", "--effective", "2026-11-02", "--reason", "x")
    run("move", "north", "--top", "--effective", "2026-11-03", "--reason", "x")
    run("boundary", "north", "--outline", outline, "--area-m2", "1,000", "--effective", "2026-11-04", "--reason", "x")
    run("close", "north", "--effective", "2026-11-05", "--reason", "x")
    assert list(ParkChange.objects.order_by("pk").values_list("kind", flat=True)) == ["found", "rename", "move", "boundary", "close"]


REFUSED = [
    (("close", "east", *WHY), 3, "东园分园EASTPARK"),
    (("close", "west", "--effective", "2999-01-01", "--reason", "x"), 3, "2999-01-01"),
    (("close", "west", "--effective", "2026-02-30", "--reason", "x"), 2, "2026-02-30"),
    (("close", "west", "--effective", "23.11.2026", "--reason", "x"), 2, "2026-11-23"),
    (("close", "west"), 2, "--reason"),
    (("close", "nowhere", *WHY), 2, "east-sub"),
    (("merge", "west", *WHY), 2, "--into"),
    (("merge", "west", "--into", "nowhere", *WHY), 3, "nowhere"),
    (("move", "west", *WHY), 2, "--top"),
    (("found", "a b", "--name-zh", "x", *WHY), 3, "a b"),
    (("split", "west", "--new", "north", *WHY), 2, "CODE=…"),
    (("split", "west", "--new", "n=N", "--new", "s=S", "--firms", "n=/no/file", *WHY), 2, "/no/file"),
    (("split", "west", "--new", "n=N", "--new", "s=S", "--industries", "q=39", *WHY), 2, "n, s"),
    (("boundary", "west", "--point", "104", *WHY), 2, "LON,LAT"),
    (("boundary", "west", "--area-m2", "12O", *WHY), 2, "12O"),
    (("boundary", "west", *WHY), 3, "found –"),
    (("history", "west", "--indicator", "none"), 2, "none"),
]


@pytest.mark.parametrize(("arguments", "code", "says"), REFUSED)
def test_what_is_refused_says_why_and_changes_nothing(town, run, arguments, code, says):
    before = _all()
    assert says in run(*arguments, code=code) and _all() == before
