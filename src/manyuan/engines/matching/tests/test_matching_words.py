"""Words and search terms: what is indexed and what is asked fit each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manyuan.engines.matching.words import Segmenter, normal, query_terms, search_terms, standard

TEXT = "成都示例精密机械有限公司反映 ＳＱ－20261124－0001：产业园区水压不足，ERP系统停用，联系电话 02812345678"


def finds(question: str, text: str = TEXT) -> bool:
    asked = query_terms(question)
    return bool(asked) and set(asked) <= set(search_terms(text))


@pytest.mark.parametrize(
    "question",
    ["水压", "sy", "SY", "sybz", "SQ-20261124-0001", "sq-20261124", "20261124", "0001", "精密机械", "密机", "示例精密", "产业园区", "cyyq", "erp", "ＥＲＰ", "5678",
     "水压 不足", "水压，erp", "jmjx", "cdsl"],
)  # fmt: skip
def test_a_question_finds_its_text(question):
    assert finds(question)


@pytest.mark.parametrize("question", ["电压", "dy", "SQ-20261124-0002", "精密仪器", "压水", "水压 电压", "2611", "力", "", "，。"])
def test_a_question_does_not_find_another_text(question):
    assert not finds(question)


HAN = st.text(alphabet="水压不足用电招工人融资贷款厂房园区企业成都高新的了在", min_size=1, max_size=12)


@given(HAN, HAN.filter(lambda one: len(one) > 1), HAN)
def test_every_part_of_a_text_finds_it(before, part, after):
    assert finds(part, f"{before}{part}{after}") and finds(part, f"{before} {part}，{after}")


@given(st.text(max_size=60))
def test_a_whole_text_finds_itself_whatever_it_holds(text):
    assert {one for one in query_terms(text) if len(one) < 40} <= set(search_terms(text))


@given(st.text(max_size=60))
def test_normal_is_a_resting_place(text):
    assert normal(normal(text)) == normal(text)


def test_words_of_ours_stay_whole_and_a_pack_may_add_some():
    assert standard().words("专精特新企业申请免申即享政策") == ["专精特新", "申请", "免申即享", "政策"]
    assert "蓉城码上办" in Segmenter(["蓉城码上办"]).words("请问蓉城码上办怎么登录")
    assert "蓉城码上办" not in standard().words("请问蓉城码上办怎么登录")


def test_stop_words_numbers_and_punctuation_are_no_words():
    assert standard().words("我们公司的问题，请问 3.5 是什么？") == []


def test_a_long_text_is_cut_and_does_not_explode():
    assert len(search_terms("水压不足" * 100_000)) < 2_000
    assert len(search_terms("a-" * 10_000)) < 10_000
