"""An explanation is in one language throughout: units, sources and labels too."""

from decimal import Decimal

from manyuan.engines import feel
from manyuan.engines.screening import Schema, explain_row, read_policy_text

SCHEMA = Schema.from_dict({"key": "id", "columns": {
    "revenue": {"kind": "money", "unit": "yuan", "zh": "营业收入", "en": "Revenue", "source": {"zh": "2025 年年报", "en": "annual report 2025"}},
    "land": {"kind": "count", "unit": "m2", "zh": "用地面积", "en": "Land", "source": "cadastre"},
    "founded": {"kind": "date", "zh": "成立日期", "en": "Founded"},
}})  # fmt: skip
TEXT = """policies:
  - code: A
    name: {zh: 甲, en: A}
    source: s
    mark: MARK
    start: 2024-01-01
    conditions:
      - {id: dense, clause: 一, when: revenue / land >= 100, text: {zh: 每平方米收入不低于 100 元, en: at least 100 yuan a square metre}}
      - {id: old, clause: 二, when: 'founded <= date("2020-01-01")', text: {zh: 2020 年前成立, en: founded before 2020}}
"""


def explained(language: str, mark: str = "C") -> str:
    policies, faults = read_policy_text(TEXT.replace("MARK", mark), SCHEMA)
    assert faults == []
    row = {"revenue": Decimal(500), "land": Decimal(10), "founded": feel.Date(2019, 5, 1)}
    return explain_row(policies["A"], row, SCHEMA).in_words(language)


def test_units_and_sources_are_in_the_readers_language():
    zh, en = explained("zh"), explained("en")
    assert "营业收入 = 500 元，来自2025 年年报；用地面积 = 10 平方米，来自cadastre" in zh
    assert "差 50 元/平方米：须不低于 100 元/平方米" in zh
    assert "Revenue = 500 yuan, from annual report 2025; Land = 10 m2, from cadastre" in en
    assert "Short by 50 yuan/m2" in en


def test_marks_that_are_not_official_stand_in_the_explanation_and_official_ones_need_none():
    assert "二手来源，非官方" in explained("zh", "C") and "not verified" in explained("en", "GK")
    assert "Basis" not in explained("en", "V")


def test_codes_and_truths_are_said_in_words():
    schema = Schema.from_dict({"key": "id", "columns": {
        "stage": {"kind": "category", "zh": "阶段", "en": "Stage", "values": {"phase-1": {"zh": "Ⅰ期", "en": "phase I"}, "approved": {"zh": "获批", "en": "approved"}}},
        "listed": {"kind": "boolean", "zh": "在册", "en": "Listed"},
        "city": {"kind": "category", "zh": "城市", "en": "City", "values": ["成都"]},
    }})  # fmt: skip
    given = """policies:
  - code: A
    name: {zh: 甲, en: A}
    source: s
    mark: V
    start: 2024-01-01
    conditions:
      - {id: one, clause: 一, when: 'stage = "approved" and not(listed) and city = "成都"', text: {zh: 获批, en: approved}}
"""
    policies, faults = read_policy_text(given, schema)
    assert faults == []
    row = {"stage": "phase-1", "listed": True, "city": "成都"}
    zh, en = (explain_row(policies["A"], row, schema).in_words(tongue) for tongue in ("zh", "en"))
    assert "阶段 = Ⅰ期；在册 = 是；城市 = 成都" in zh
    assert "Stage = phase I; Listed = yes; City = 成都" in en
    assert schema["stage"].values == ("phase-1", "approved") and schema["stage"].called("unheard", "zh") == "unheard"
