"""Cliffs: where a small change of one fact makes what an enterprise gets jump, and who stands just below."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from manyuan.engines import feel
from manyuan.engines.screening import Amount, Column, Condition, FactSheet, Policy, PolicySet, Schema, Text, cliffs, read_policies, read_schema
from manyuan.engines.screening.commands import run_check, run_cliffs
from manyuan.engines.screening.edges import edges_of, unseen
from manyuan.engines.screening.reference import judge

SCHEMA = Schema((
    Column("revenue", "money", "营业收入", "Revenue", "yuan"),
    Column("rd", "money", "研发费用", "R&D", "yuan"),
    Column("staff", "count", "职工人数", "Staff"),
    Column("share", "rate", "占比", "Share", scale=4),
    Column("sector", "category", "行业", "Sector", values=("software", "steel")),
    Column("since", "date", "成立日期", "Founded"),
))  # fmt: skip


def policy(*when: str, value: str | None = None, cap: int | None = None, code: str = "P") -> Policy:
    conditions = tuple(Condition(f"c{at}", text, f"第{at}条", Text("", "")) for at, text in enumerate(when, 1))
    amount = Amount(value, cap=None if cap is None else Decimal(cap), clause="第九条")
    return Policy(code, Text(code, code), "s", "example", date(2024, 1, 1), None, conditions, amount)


def firms(*rows: tuple[int | None, int | None, int | None, str]) -> FactSheet:
    return FactSheet(
        pa.table({
            "revenue": pa.array([None if r[0] is None else r[0] * 100 for r in rows], pa.int64()),
            "rd": pa.array([None if r[1] is None else r[1] * 100 for r in rows], pa.int64()),
            "staff": pa.array([r[2] for r in rows], pa.int64()),
            "share": pa.array([None for _ in rows], pa.int64()),
            "sector": pa.array([r[3] for r in rows], pa.string()),
            "since": pa.array([None for _ in rows], pa.date32()),
        }),
        SCHEMA,
    )  # fmt: skip


def test_a_threshold_before_a_fixed_amount_is_a_cliff_at_its_value_with_its_clause():
    (one,) = cliffs(policy("revenue >= 20000000", 'sector = "software"', value="500000"), SCHEMA)
    assert (one.fact, one.at, one.clause, one.jump, one.least, one.rises, one.decides) == (
        "revenue",
        Decimal(20_000_000),
        "第1条",
        50_000_000,
        50_000_000,
        True,
        True,
    )
    assert one.invented and one.below is None


@pytest.mark.parametrize(
    "value",
    [
        "revenue * 0.05",
        "if revenue <= 1000000 then revenue * 0.1 else 100000 + (revenue - 1000000) * 0.05",
        "min(revenue * 0.05, 500000)",
        "staff * 2000",
        "max(0, revenue - 1000000) * 0.1",
    ],
)
def test_what_grows_without_a_jump_is_no_cliff(value):
    assert cliffs(policy('sector = "software"', value=value), SCHEMA) == []


def test_a_bracket_that_pays_the_higher_rate_on_everything_is_a_cliff():
    (one,) = cliffs(policy('sector = "software"', value="if revenue > 1000000 then revenue * 0.10 else revenue * 0.05"), SCHEMA)
    assert (one.place, one.clause, one.at, one.decides) == ("amount", "第九条", Decimal("1000000.01"), False)
    assert one.jump == 5_000_000


def test_a_share_of_two_facts_is_a_cliff_of_each_one_rising_and_one_falling():
    found = {(one.fact, one.rises, one.at) for one in cliffs(policy("rd / revenue >= 0.03", value="100000"), SCHEMA)}
    assert found == {("rd", True, None), ("revenue", False, None)}


def test_the_demand_that_falls_as_revenue_grows_is_a_cliff():
    found = cliffs(policy("(revenue <= 50000000 and rd / revenue >= 0.05) or (revenue > 50000000 and rd / revenue >= 0.04)"), SCHEMA)
    assert any(one.fact == "revenue" and one.rises and one.comparison == "revenue <= 50000000" for one in found)


def test_every_step_of_a_score_is_found_through_the_names_of_its_context():
    score = "{part: if revenue > 0 then rd / revenue else 0, points: if part >= 0.05 then 20 else if part >= 0.03 then 10 else 0, passes: points + staff >= 30}.passes"
    texts = {edge.text for edge in edges_of(policy(score), SCHEMA)}
    assert {"rd / revenue >= 0.05", "rd / revenue >= 0.03"} <= texts
    found = {one.comparison for one in cliffs(policy(score), SCHEMA)}
    assert {"rd / revenue >= 0.05", "rd / revenue >= 0.03"} <= found


def test_so_much_for_every_ten_is_a_cliff_at_each_ten():
    (one,) = cliffs(policy('sector = "software"', value="floor(staff / 10) * 30000"), SCHEMA)
    assert one.fact == "staff" and one.jump == 3_000_000 and one.rises


def test_who_stands_just_below_and_just_above_is_counted_on_the_sheet():
    rule = policy("revenue >= 20000000", 'sector = "software"', value="500000")
    sheet = firms(
        (19_000_000, 0, 1, "software"),  # 5 % below: within
        (18_999_999, 0, 1, "software"),  # a yuan further: not
        (19_999_999, 0, 1, "steel"),  # another condition fails
        (None, 0, 1, "software"),
        (20_000_000, 0, 1, "software"),
        (21_000_000, 0, 1, "software"),
        (21_000_001, 0, 1, "software"),
    )
    (one,) = cliffs(rule, sheet=sheet, within=Decimal("0.05"))
    assert (one.below, one.above, one.gain, one.invented) == (1, 2, 50_000_000, False)
    (none,) = cliffs(rule, sheet=firms((1, 0, 1, "steel")))
    assert (none.below, none.above, none.gain, none.invented) == (0, 0, 0, True)


def test_one_whole_unit_is_near_for_a_count():
    (one,) = cliffs(policy("staff >= 10", value="500000"), sheet=firms((1, 1, 9, "steel"), (1, 1, 8, "steel"), (1, 1, 10, "steel")))
    assert (one.below, one.above) == (1, 1)


def test_a_title_has_a_cliff_without_money():
    (one,) = cliffs(policy("staff >= 10"), sheet=firms((1, 1, 9, "steel")))
    assert (one.jump, one.below, one.gain, one.decides) == (0, 1, 0, True)


def test_the_same_edge_in_condition_and_amount_is_one_cliff():
    (one,) = cliffs(policy("staff >= 10", value="if staff < 10 then 1000 else 500000"), SCHEMA)
    assert (one.place, one.clause, one.jump, one.decides) == ("c1", "第1条、第九条", 50_000_000, True)


def test_the_same_call_gives_the_same_cliffs():
    rules = PolicySet((policy("rd / revenue >= 0.03", "staff >= 3", value="100000", code="A"), policy("revenue > 5", value="1000", code="B")))
    assert cliffs(rules, SCHEMA) == cliffs(rules, SCHEMA)


def founded(*days: date | None) -> FactSheet:
    return FactSheet(
        pa.table({
            **{name: pa.array([None for _ in days], pa.int64()) for name in ("revenue", "rd", "staff", "share")},
            "sector": pa.array(["software" for _ in days], pa.string()),
            "since": pa.array(list(days), pa.date32()),
        }),
        SCHEMA,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("when", "at", "rises"),
    [
        ('since >= date("2023-01-01")', date(2023, 1, 1), True),
        ('since > date("2023-01-01")', date(2023, 1, 2), True),
        ('since <= date("2023-01-01")', date(2023, 1, 1), False),
        ('since < date("2023-01-01")', date(2022, 12, 31), False),
        ('date("2023-01-01") <= since', date(2023, 1, 1), True),
        ('since >= @"2023-01-01"', date(2023, 1, 1), True),
        ('years and months duration(since, date("2026-02-28")).years >= 3', date(2023, 2, 28), False),
    ],
)
def test_a_condition_on_a_date_is_a_cliff_at_the_day_from_which_it_holds(when, at, rises):
    (one,) = cliffs(policy(when, value="500000"), SCHEMA)
    assert (one.fact, one.at, one.rises, one.jump, one.worse, one.better) == ("since", at, rises, 50_000_000, 0, 50_000_000)


def test_a_span_of_days_has_a_cliff_at_each_end_though_no_year_has_a_day_tried_in_it():
    found = cliffs(policy('since in [date("2023-03-05")..date("2023-03-09")]', value="500000"), SCHEMA)
    assert {(one.at, one.rises) for one in found} == {(date(2023, 3, 5), True), (date(2023, 3, 9), False)}


def test_an_amount_that_turns_on_a_day_is_a_cliff_between_the_two_amounts():
    (one,) = cliffs(policy('sector = "software"', value='if since < date("2024-01-01") then 300000 else 100000'), SCHEMA)
    assert (one.place, one.at, one.rises, one.worse, one.better, one.jump) == ("amount", date(2023, 12, 31), False, 10_000_000, 30_000_000, 20_000_000)


def test_so_much_for_each_year_is_a_cliff_at_each_year():
    (one,) = cliffs(
        policy('sector = "software"', value='years and months duration(since, date("2026-11-25")).years * 10000'), sheet=founded(date(2020, 11, 26))
    )
    assert (one.fact, one.rises, one.jump, one.below) == ("since", False, 1_000_000, 1)


@pytest.mark.parametrize(
    ("day", "below", "above"),
    [
        (date(2022, 12, 1), 0, 0),  # 31 days early
        (date(2022, 12, 2), 1, 0),
        (date(2022, 12, 31), 1, 0),
        (date(2023, 1, 1), 0, 1),
        (date(2023, 1, 31), 0, 1),
        (date(2023, 2, 1), 0, 0),
        (None, 0, 0),
    ],
)
def test_within_thirty_days_of_the_day_one_stands_just_below_or_just_above_it(day, below, above):
    (one,) = cliffs(policy('since >= date("2023-01-01")', value="500000"), sheet=founded(day))
    assert (one.below, one.above, one.gain) == (below, above, below * 50_000_000)


def test_how_many_days_are_near_can_be_said():
    rule, sheet = policy('since >= date("2023-01-01")', value="500000"), founded(date(2022, 12, 25), date(2022, 12, 24))
    assert [one.below for one in cliffs(rule, sheet=sheet, days=7)] == [1]
    with pytest.raises(ValueError, match="days is 0, expected 1 or more"):
        cliffs(rule, sheet=sheet, days=0)


def test_a_policy_that_nobody_can_meet_has_none():
    assert cliffs(policy("staff >= 10", "staff < 10", value="1000"), SCHEMA) == []


def test_a_loop_is_named_as_not_looked_into():
    assert unseen(policy("staff >= 1", "some x in [1, 2] satisfies x > staff"), SCHEMA) == ["c2"]


def test_wrong_use_is_refused():
    with pytest.raises(ValueError, match="a schema or a sheet"):
        cliffs(policy("staff >= 1"))
    with pytest.raises(ValueError, match="within is 1, expected"):
        cliffs(policy("staff >= 1"), SCHEMA, within=Decimal(1))


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5_000), st.lists(st.tuples(st.integers(0, 6_000), st.sampled_from(["software", "steel"])), min_size=1, max_size=30))
def test_the_count_is_that_of_going_through_the_rows(bound, rows):
    """Slow twin: who is refused, and would be entitled with the bound, which is at most 5 % (of the bound) more than they have."""
    rule = policy(f"revenue >= {bound}", 'sector = "software"', value="1000")
    found = cliffs(rule, sheet=firms(*((revenue, 0, 1, sector) for revenue, sector in rows)))
    below = 0
    for revenue, sector in rows:
        row = {"revenue": Decimal(revenue), "rd": Decimal(0), "staff": Decimal(1), "share": None, "sector": sector, "since": None}
        now, then = judge(rule, row).outcome, judge(rule, {**row, "revenue": feel.from_python(max(bound, revenue))}).outcome
        below += now != "entitled" and then == "entitled" and bound - revenue <= bound * Decimal("0.05")
    assert [one.below for one in found] == [below]


FILES = {
    "facts.yaml": "key: id\ncolumns:\n  revenue: {kind: money, unit: yuan, zh: 营业收入, en: Revenue}\n",
    "policies.yaml": """policies:
  - code: A
    name: {zh: 甲, en: A}
    source: s
    mark: example
    start: 2024-01-01
    conditions:
      - {id: revenue, clause: 第一条, when: revenue >= 20000000, text: {zh: 达到, en: reached}}
    amount: {value: 500000, clause: 第二条}
""",
    "facts.csv": "id,revenue\n1,1990000000\n2,2000000000\n3,100\n",
}


def run(folder: Path, language: str, *, facts: str = "", within: str = "0.05", codes: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    lines: list[str] = []
    sheet = folder / facts if facts else None
    code = run_cliffs(
        [folder / "policies.yaml"], schema=folder / "facts.yaml", facts=sheet, as_of=None, codes=codes, within=Decimal(within), language=language, write=lines.append
    )  # fmt: skip
    return code, lines


def test_the_command_names_value_clause_and_who_is_near(tmp_path):
    zh = ["A\t营业收入增加：500,000.00 元（0.00 → 500,000.00）\trevenue >= 20000000\t第一条\t差一点 1 家，刚够 1 家", "1 处断崖"]
    assert run(tmp_path, "zh", facts="facts.csv") == (0, zh)
    en = "A\tRevenue, more of it: 500,000.00 yuan (0.00 → 500,000.00)\trevenue >= 20000000\t第一条"
    assert run(tmp_path, "en") == (0, [f"{en}\tseen on an invented enterprise only", "1 cliffs"])
    assert run(tmp_path, "en", facts="facts.csv", within="0.001")[1][0] == f"{en}\t0 just below, 1 just above"


def test_at_each_bracket_of_an_amount_the_value_just_below_and_at_it_stand_beside_the_jump(tmp_path):
    brackets = "if revenue >= 50000000 then 1000000 else if revenue >= 30000000 then 700000 else 500000"
    (tmp_path / "brackets").mkdir()
    text_of_policies = FILES["policies.yaml"].replace("{value: 500000,", f"{{value: {brackets},")
    for name, text in {**FILES, "policies.yaml": text_of_policies}.items():
        (tmp_path / "brackets" / name).write_text(text, encoding="utf-8")
    policies = read_policies([tmp_path / "brackets" / "policies.yaml"], read_schema(tmp_path / "brackets" / "facts.yaml"))
    found = {one.at: (one.worse, one.better, one.jump) for one in cliffs(policies, read_schema(tmp_path / "brackets" / "facts.yaml"))}
    assert found == {
        Decimal(20000000): (0, 500_000_00, 500_000_00),
        Decimal(30000000): (500_000_00, 700_000_00, 200_000_00),
        Decimal(50000000): (700_000_00, 1_000_000_00, 300_000_00),
    }


def test_the_command_names_a_policy_that_is_not_there(tmp_path):
    assert run(tmp_path, "en", codes=("B",)) == (1, ["no policy 'B'; expected one of: A"])


def dated(folder: Path) -> None:
    (folder / "facts.yaml").write_text(FILES["facts.yaml"] + "  since: {kind: date, zh: 成立日期, en: Founded}\n", encoding="utf-8")
    text = FILES["policies.yaml"].replace("when: revenue >= 20000000", "when: 'since >= date(\"2023-01-01\")'")
    (folder / "policies.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("language", "line", "last"),
    [
        ("zh", 'A\t成立日期晚一天：500,000.00 元（0.00 → 500,000.00）\tsince >= date("2023-01-01")\t第一条\t虚拟企业上测得', "1 处断崖"),
        (
            "en",
            'A\tFounded, a day later: 500,000.00 yuan (0.00 → 500,000.00)\tsince >= date("2023-01-01")\t第一条\tseen on an invented enterprise only',
            "1 cliffs",
        ),
    ],
)
def test_the_command_says_that_one_day_decides(tmp_path, language, line, last):
    dated(tmp_path)
    lines: list[str] = []
    given = {"schema": tmp_path / "facts.yaml", "facts": None, "as_of": None, "codes": (), "within": Decimal("0.05")}
    assert run_cliffs([tmp_path / "policies.yaml"], language=language, write=lines.append, **given) == 0
    assert lines == [line, last]


def test_the_check_of_a_right_policy_names_its_cliffs_as_notes_with_their_place_and_is_content(tmp_path):
    dated(tmp_path)
    lines: list[str] = []
    assert run_check([tmp_path / "policies.yaml"], tmp_path / "facts.yaml", language="en", write=lines.append) == 0
    assert lines[0] == "no faults found" and lines[-1] == "1 cliffs (no faults)"
    assert lines[1].startswith("policies.yaml:2: note: a cliff: A\tFounded, a day later: 500,000.00 yuan")
    lines.clear()
    assert run_check([tmp_path / "policies.yaml"], tmp_path / "facts.yaml", language="en", write=lines.append, notes=False) == 0
    assert lines == ["no faults found"]


def test_a_wrong_policy_has_faults_and_no_notes(tmp_path):
    dated(tmp_path)
    wrong = (tmp_path / "policies.yaml").read_text(encoding="utf-8").replace("since >=", "sinse >=")
    (tmp_path / "policies.yaml").write_text(wrong, encoding="utf-8")
    lines: list[str] = []
    assert run_check([tmp_path / "policies.yaml"], tmp_path / "facts.yaml", language="zh", write=lines.append) == 1
    assert not any("断崖" in line for line in lines)


def test_the_check_only_names_a_policy_whose_cliffs_take_longer(tmp_path):
    dated(tmp_path)
    slow = (tmp_path / "policies.yaml").read_text(encoding="utf-8").replace("when: 'since", "when: 'some x in [1, 2] satisfies x * revenue > 5 and since")
    (tmp_path / "policies.yaml").write_text(slow, encoding="utf-8")
    lines: list[str] = []
    assert run_check([tmp_path / "policies.yaml"], tmp_path / "facts.yaml", language="en", write=lines.append) == 0
    assert lines == ["no faults found", "cliffs not looked for here, it takes longer (manyuan policy cliffs): A"]
