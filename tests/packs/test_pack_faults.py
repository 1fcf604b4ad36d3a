"""The checker against a list of broken packs: each fault is found, at its place, alone; nothing that a file holds makes it fall."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from manyuan.facts.programme.pack import PackInvalid, check_pack, read_pack
from manyuan.facts.programme.pack.messages import SENTENCES
from manyuan.facts.programme.pack.nodes import MAX_BYTES, MAX_DEPTH

HERE = Path(__file__).parent
LAKESIDE = HERE / "lakeside"
CASES = yaml.safe_load((HERE / "faults" / "cases.yaml").read_text(encoding="utf-8"))
# faults that a one-line change cannot bring about; each has a test of its own below
BY_HAND = {"file.encoding", "file.size", "file.many", "file.link", "faults.many", "yaml.depth", "yaml.nodes", "value.long"}


@pytest.fixture
def lakeside(tmp_path: Path) -> Path:
    return shutil.copytree(LAKESIDE, tmp_path / "pack")


def _apply(case: dict, folder: Path) -> None:
    path = folder / case["file"]
    if case.get("remove"):
        path.unlink()
    elif "copy" in case:
        shutil.copy(folder / case["copy"], path)
    elif "text" in case:
        path.write_text(case["text"], encoding="utf-8")
    else:
        text = path.read_text(encoding="utf-8")
        assert case["change"]["from"] in text, "the case no longer fits the pack"
        path.write_text(text.replace(case["change"]["from"], case["change"]["to"], 1), encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['fault']}-{case['file']}-{case.get('path', '')}")
def test_a_broken_pack_gets_exactly_its_fault(case: dict, lakeside: Path) -> None:
    _apply(case, lakeside)
    faults = check_pack(lakeside)
    listing = "\n".join(fault.message("en") for fault in faults)
    assert sorted(fault.code for fault in faults) == sorted([case["fault"], *case.get("also", [])]), listing
    fault = next(fault for fault in faults if fault.code == case["fault"] and (fault.path == case.get("path", "") or "path" not in case))
    assert fault.file == case.get("at_file", case["file"])
    if "line" in case:
        assert fault.line == case["line"], listing
    assert case["says"] in fault.message("en"), listing
    assert fault.message("zh") != fault.message("en")


def test_every_kind_of_fault_has_a_case() -> None:
    assert set(SENTENCES) - BY_HAND == {case["fault"] for case in CASES}


def test_a_sound_pack_has_no_fault() -> None:
    assert check_pack(LAKESIDE) == []


def test_all_faults_are_reported_together_in_the_order_of_files_and_lines(lakeside: Path) -> None:
    """Cases that touch different files and do not hide one another are applied at once: every one is found."""
    chosen: dict[str, dict] = {}
    for case in CASES:
        if "change" in case and not case.get("also"):
            chosen.setdefault(case["file"], case)
    for case in chosen.values():
        _apply(case, lakeside)
    faults = check_pack(lakeside)
    assert {(case["fault"], case["file"]) for case in chosen.values()} <= {(fault.code, fault.file) for fault in faults}
    assert len(chosen) >= 8
    assert [(f.file, f.line) for f in faults] == sorted((f.file, f.line) for f in faults)
    with pytest.raises(PackInvalid) as refused:
        read_pack(lakeside)
    assert list(refused.value.faults) == faults


def test_a_file_in_another_encoding_is_named_with_the_place(lakeside: Path) -> None:
    (lakeside / "titles.yaml").write_bytes("# 一\n- 大企业".encode("gb18030"))
    (fault,) = check_pack(lakeside)
    assert (fault.code, fault.file, fault.line) == ("file.encoding", "titles.yaml", 2)


def test_a_huge_file_is_not_read(lakeside: Path) -> None:
    (lakeside / "titles.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    assert [fault.code for fault in check_pack(lakeside)] == ["file.size"]


def test_deep_and_wide_files_are_refused_quickly(lakeside: Path) -> None:
    (lakeside / "titles.yaml").write_text("[" * 100_000, encoding="utf-8")
    (lakeside / "demo.yaml").write_text("[" + "a," * 300_000 + "]", encoding="utf-8")
    (lakeside / "districts.geojson").write_text("[" * 100_000, encoding="utf-8")
    found = {(fault.code, fault.file) for fault in check_pack(lakeside)}
    assert found == {("yaml.depth", "titles.yaml"), ("yaml.nodes", "demo.yaml"), ("map.json", "districts.geojson")}


def test_nesting_up_to_the_limit_is_read(lakeside: Path) -> None:
    (lakeside / "titles.yaml").write_text("[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1), encoding="utf-8")
    assert "yaml.depth" not in {fault.code for fault in check_pack(lakeside)}
    (lakeside / "titles.yaml").write_text("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), encoding="utf-8")
    assert "yaml.depth" in {fault.code for fault in check_pack(lakeside)}


def test_links_and_too_many_files_are_refused(lakeside: Path) -> None:
    os.symlink("/etc/passwd", lakeside / "forms" / "link.yaml")
    assert [fault.code for fault in check_pack(lakeside)] == ["file.link"]
    (lakeside / "forms" / "link.yaml").unlink()
    for number in range(600):
        (lakeside / "forms" / f"x{number}.yaml").touch()
    assert "file.many" in {fault.code for fault in check_pack(lakeside)}


def test_a_text_that_is_too_long_for_its_column_is_refused(lakeside: Path) -> None:
    path = lakeside / "titles.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("大企业", "大" * 121), encoding="utf-8")
    (fault,) = check_pack(lakeside)
    assert (fault.code, fault.found, fault.expected) == ("value.long", "121", "120")
    path.write_text(path.read_text(encoding="utf-8").replace("大" * 121, "大" * 120), encoding="utf-8")
    assert check_pack(lakeside) == []


def test_a_thousand_faults_are_listed_and_the_rest_counted(lakeside: Path) -> None:
    (lakeside / "titles.yaml").write_text("- x\n" * 1500, encoding="utf-8")
    faults = check_pack(lakeside)
    assert len(faults) == 1001
    assert faults[-1].code == "faults.many" and int(str(faults[-1].found)) >= 500


def test_a_file_that_cannot_be_read_does_not_bring_a_flood_of_dangling_references(lakeside: Path) -> None:
    (lakeside / "sources.yaml").write_text("{", encoding="utf-8")
    assert [fault.code for fault in check_pack(lakeside)] == ["yaml.syntax"]


def test_no_such_folder_is_a_fault_too(tmp_path: Path) -> None:
    (fault,) = check_pack(tmp_path / "nowhere")
    assert fault.code == "file.missing" and "nowhere" in fault.message("zh")


FILES = sorted(path.relative_to(LAKESIDE).as_posix() for path in LAKESIDE.rglob("*") if path.is_file())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=st.sampled_from(FILES), content=st.binary(max_size=200))
def test_random_bytes_never_make_the_checker_fall(file: str, content: bytes, lakeside: Path) -> None:
    before = (lakeside / file).read_bytes()
    (lakeside / file).write_bytes(content)
    check_pack(lakeside)
    (lakeside / file).write_bytes(before)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(file=st.sampled_from(FILES), data=st.data())
def test_a_file_with_a_piece_cut_out_or_put_in_never_makes_the_checker_fall(file: str, data: st.DataObject, lakeside: Path) -> None:
    before = (lakeside / file).read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(before)))
    end = data.draw(st.integers(start, min(len(before), start + 30)))
    piece = data.draw(st.sampled_from(["", "[", "{", "- ", ": ", "\n", "~", "null", '"', "[]", "{}", "x", "-1", "9" * 40, "&a ", "!!x ", "# "]))
    (lakeside / file).write_text(before[:start] + piece + before[end:], encoding="utf-8")
    faults = check_pack(lakeside)
    for fault in faults:
        assert fault.message("zh") and fault.message("en")
    if not faults:
        read_pack(lakeside).content_hash()
    (lakeside / file).write_text(before, encoding="utf-8")
