"""What a text is kept by answers what it is asked by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyuan.engines.matching.words import query_terms, search_terms, words

TEXT = "SQ-20261124-0001 厂区供水压力不足，三车间每天下午水压低于０．２ＭＰａ"


@pytest.mark.parametrize("asked", ["水压", "供水压力", "三车间", "sq-20261124-0001", "ＳＱ－20261124－0001", "sy", "0.2mpa", "水压 车间"])
def test_a_text_is_found_by_words_pairs_initials_and_numbers(asked):
    assert query_terms(asked) and set(query_terms(asked)) <= set(search_terms(TEXT))


@pytest.mark.parametrize("asked", ["电压", "四车间", "SQ-20261124-0002", "bdz"])
def test_a_text_is_not_found_by_what_is_not_in_it(asked):
    assert not set(query_terms(asked)) <= set(search_terms(TEXT))


@pytest.mark.parametrize("asked", ["", "，。！", "  "])
def test_signs_ask_for_nothing(asked):
    assert query_terms(asked) == []


def test_words_leave_out_what_says_nothing():
    assert words("我们公司的厂区水压不足") == ["厂区", "水压", "不足"]


@given(st.text(alphabet="供水压力不足三车间园区abc019-", min_size=2, max_size=40), st.data())
def test_every_part_of_a_chinese_text_finds_it(text, data):
    run = max(("".join(c if c > "\u2fff" else " " for c in text)).split() or [""], key=len)
    if len(run) >= 2:
        start = data.draw(st.integers(0, len(run) - 2))
        end = data.draw(st.integers(start + 2, len(run)))
        assert set(query_terms(run[start:end])) <= set(search_terms(text))
