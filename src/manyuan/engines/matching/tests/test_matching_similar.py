"""Alike texts: duplicates are found, nothing that is alike is left out, groups hold together."""

import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyuan.engines.matching.samples import made_up
from manyuan.engines.matching.similar import Texts, grouped

KNOWN = [
    (1, "一号标准厂房水压不足，早班经常停水，影响正常生产"),
    (2, "员工招聘困难，缺少数控技工"),
    (3, "标准厂房水压低，早班停水，影响生产"),
    (4, "申请贷款缺少抵押物"),
    (5, "一号厂房早班经常停水，水压不足，希望解决"),
]


def test_a_likely_duplicate_is_found_with_the_words_that_both_share():
    found = Texts(KNOWN).nearest("我们一号厂房水压不足，早班停水", k=3)
    assert [one.key for one in found] == [5, 1, 3] and {"水压", "停水"} <= set(found[0].words)
    assert all(1 >= one.score >= 0.35 for one in found)


def test_the_same_text_is_wholly_alike_and_another_is_not_found():
    texts = Texts(KNOWN)
    assert texts.nearest(KNOWN[1][1])[0].key == 2 and texts.nearest(KNOWN[1][1])[0].score == pytest.approx(1)
    assert texts.nearest("食堂太远") == [] and texts.nearest("") == [] and Texts(()).nearest("水压") == []


def test_a_text_added_later_is_found():
    texts = Texts(KNOWN)
    texts.nearest("水压")
    texts.add(9, "园区到地铁站没有通勤班车")
    assert len(texts) == 6 and texts.nearest("没有到地铁站的通勤班车")[0].key == 9


def test_equal_ones_stand_in_the_order_in_which_they_became_known():
    assert [one.key for one in Texts([(n, "水压不足影响生产") for n in (7, 3, 5)]).nearest("水压不足影响生产")] == [7, 3, 5]


def test_alike_demands_gather_around_the_first_and_strangers_stay_alone():
    (group,) = grouped(KNOWN)
    assert [one.key for one in group] == [1, 3, 5] and group[0].score == 1.0 and "停水" in group[1].words


def _plain(texts: Texts, text: str, at_least: float) -> set[int]:
    """Every text compared with every other, without an index."""
    asked = texts._vector(Counter(texts._segmenter.features(text)))
    out = set()
    for key, known in SOME:
        mine = texts._vector(Counter(texts._segmenter.features(known)))
        if math.fsum(value * mine.get(term, 0) for term, value in asked.items()) >= at_least:
            out.add(key)
    return out


SOME = [(n, text) for n, (text, _) in enumerate(made_up(120))]
INDEX = Texts(SOME)


@given(st.integers(0, 119), st.sampled_from([0.1, 0.35, 0.6, 0.9]))
def test_the_index_leaves_nothing_out(at, at_least):
    found = INDEX.nearest(SOME[at][1], k=200, at_least=at_least)
    assert {one.key for one in found} == _plain(INDEX, SOME[at][1], at_least)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


@given(st.lists(st.sampled_from(SOME), max_size=15, unique=True))
def test_every_text_is_in_one_group_at_most_and_like_its_first(some):
    groups = grouped(some, at_least=0.5)
    keys = [one.key for group in groups for one in group]
    assert len(keys) == len(set(keys)) and all(one.score >= 0.5 - 1e-9 for group in groups for one in group)
    assert all(len(group) > 1 for group in groups)
