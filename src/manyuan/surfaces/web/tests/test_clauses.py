"""A clause is said in the reader's language."""

import pytest
from django.utils.translation import override

from manyuan.surfaces.web.clauses import clause, in_english, number


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("第一条", "art. 1"), ("第十条", "art. 10"), ("第十一条", "art. 11"), ("第二十条", "art. 20"), ("第二十四条第（二）项", "art. 24 (2)"), ("第八条第（二）项第1目", "art. 8 (2) item 1"),
        ("第三章第一百零五条第二款", "ch. 3 art. 105 para. 2"), ("第六条（二）", "art. 6 (2)"), ("第一条、第九条", "art. 1, art. 9"), ("示例（五）", "example (5)"),
        ("修订办法（C）", "revised rules (C)"), ("63号 附件2（二）", "no. 63 annex 2 (2)"), ("第三条之一", "art. 3-1"), ("art. 7", "art. 7"), ("", ""), ("工业", "工业"),
    ],
)  # fmt: skip
def test_the_parts_of_a_document_are_said_in_english_and_the_rest_stays(written, read):
    assert in_english(written) == read


def test_in_chinese_a_clause_stays_as_it_is():
    with override("zh-hans"):
        assert clause("第三条第（二）项") == "第三条第（二）项"
    with override("en"):
        assert clause("第三条第（二）项") == "art. 3 (2)"


@pytest.mark.parametrize(("text", "value"), [("十", 10), ("十九", 19), ("九十九", 99), ("一百", 100), ("一百一十", 110), ("二〇", 20), ("7", 7)])
def test_chinese_numbers(text, value):
    assert number(text) == value
