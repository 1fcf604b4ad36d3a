"""`manyuan policy check` on decision models: what is wrong, where, what is expected, and the exit code."""

from pathlib import Path

import pytest

from manyuan.engines.screening.commands import run_check
from manyuan.engines.screening.decision_files import check_models, models_among

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
SCALE = ("&lt; 20", "&gt;= 20")


def rows(cells: tuple[str, ...]) -> str:
    one = "<rule>\n<inputEntry><text>{}</text></inputEntry><outputEntry><text>{}</text></outputEntry></rule>"
    return "\n".join(one.format(cell, at) for at, cell in enumerate(cells, 1))


def model(cells: tuple[str, ...], *, policy: str = "UNIQUE", name: str = "tiers", head: str = "", column: str = "Revenue") -> str:
    return (
        f'<definitions xmlns="{NAMESPACE}" name="{name}" namespace="urn:{name}">{head}\n'
        '<inputData name="Revenue" id="revenue"><variable name="Revenue" typeRef="number"/></inputData>\n'
        '<decision name="Tier" id="tier">\n<informationRequirement><requiredInput href="#revenue"/></informationRequirement>\n'
        f'<decisionTable hitPolicy="{policy}">\n<input><inputExpression typeRef="number"><text>{column}</text></inputExpression></input><output name="tier"/>\n'
        f"{rows(cells)}\n</decisionTable></decision></definitions>"
    )


def checked(folder: Path, language: str = "en", *more: Path, **files: str) -> tuple[int, list[str]]:
    for name, text in files.items():
        (folder / f"{name}.dmn").write_text(text, encoding="utf-8")
    lines: list[str] = []
    code = run_check([folder, *more], None, language=language, write=lines.append)
    return code, lines


def test_a_sound_model_has_no_fault(tmp_path):
    assert checked(tmp_path, tiers=model(SCALE)) == (0, ["no faults found"])


@pytest.mark.parametrize(
    ("cells", "policy", "code", "says", "expected"),
    [
        (("&lt;= 20", "&gt;= 20"), "UNIQUE", 1, "line 9: error: Tier: rows 1, 2 overlap, for instance at Revenue: 20", "one row for each case"),
        (("&lt; 20", "&gt; 20"), "UNIQUE", 0, "line 5: warning: Tier: no rule covers Revenue: 20", "a default output"),
        (("-", "&gt; 20"), "FIRST", 1, "line 9: error: Tier: row 2 can never match: FIRST", "earlier rows cover it"),
        (("&lt; 20 + x", "&gt; 20"), "UNIQUE", 1, "there is no variable named 'x'", ""),
        (("&lt; Revenue", "&gt; 20"), "UNIQUE", 0, "the column 'Revenue' has conditions that cannot be judged", "by eye"),
    ],
)
def test_a_table_that_overlaps_or_hides_a_row_is_an_error_and_a_gap_is_a_warning(tmp_path, cells, policy, code, says, expected):
    found, lines = checked(tmp_path, tiers=model(cells, policy=policy))
    assert found == code
    line = next(line for line in lines if says in line)
    assert expected in line and line.startswith(f"{tmp_path / 'tiers.dmn'}: line ")
    assert lines[-1] == {1: "1 faults in 1 files", 0: "0 faults and 1 warnings in 1 files"}[code] or code == 1


def test_in_chinese_too(tmp_path):
    code, lines = checked(tmp_path, "zh", tiers=model(("&lt; 20", "&gt; 20")))
    assert (code, lines[-1]) == (0, "0 处错误、1 处提醒，涉及 1 个文件")
    assert "第 5 行：提醒：“Tier”没有规则覆盖 Revenue: 20；应补一行规则或给出缺省输出" in lines[0]


def test_a_fault_stands_at_its_line_and_column_and_the_linter_is_not_asked_of_what_cannot_be_read(tmp_path):
    code, lines = checked(tmp_path, tiers=model(SCALE, column="Revenu"), broken="<definitions")
    assert code == 1
    assert any(line.startswith(f"{tmp_path / 'tiers.dmn'}: line 6, column ") and "Revenu" in line for line in lines)
    assert any(line.startswith(f"{tmp_path / 'broken.dmn'}: line 1") and "not well-formed" in line for line in lines)


def test_an_import_is_found_beside_the_file_and_its_faults_are_named_once(tmp_path):
    head = f'<import name="other" namespace="urn:other" importType="{NAMESPACE}"/>'
    sound = {"main": model(SCALE, name="main", head=head), "other": model(SCALE, name="other")}
    assert checked(tmp_path, **sound) == (0, ["no faults found"])
    code, lines = checked(tmp_path, **(sound | {"other": model(("&lt; y", "&gt;= 20"), name="other")}))
    assert (code, sum("no variable named 'y'" in line for line in lines)) == (1, 1)
    (tmp_path / "other.dmn").unlink()
    assert any("urn:other" in line for line in checked(tmp_path)[1])


def test_models_and_policies_are_checked_together_and_a_model_named_twice_counts_once(tmp_path):
    (tmp_path / "p.yaml").write_text("policies:\n  - code: A\n    colour: red\n", encoding="utf-8")
    code, lines = checked(tmp_path, "en", tmp_path / "tiers.dmn", tiers=model(("&lt; 20", "&gt; 20")))
    assert code == 1 and any("colour" in line for line in lines)
    assert sum("no rule covers" in line for line in lines) == 1
    assert models_among([tmp_path, tmp_path / "tiers.dmn"]) == [tmp_path / "tiers.dmn"]


def test_a_file_that_is_not_there_is_a_fault():
    assert [(doubt.severity, "no such file" in doubt.en) for doubt in check_models([Path("nowhere.dmn")])] == [("error", True)]
