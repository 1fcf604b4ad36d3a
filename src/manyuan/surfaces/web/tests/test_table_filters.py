"""The drop-downs of a list: every text escaped, the chosen one marked, those without a choice left out."""

from __future__ import annotations

from django.test import RequestFactory

from manyuan.surfaces.web.tables import Column, Filter, Table


def table(address: str, name: str = "") -> Table:
    filters = [
        Filter("park", '园区 "A" & <B>', [("east", "东园 <script>"), ('we"st', "西园")], lambda rows, value: [row for row in rows if row == value]),
        Filter("empty", "没有可选", [], lambda rows, value: rows),
    ]
    return Table(name, [Column("it", "它", str)], ["east", 'we"st'], filters=filters).read(RequestFactory().get(address))


def test_texts_and_values_of_choices_are_escaped() -> None:
    shown = table("/").filters_markup
    assert "<script>" not in shown and "东园 &lt;script&gt;" in shown
    assert 'value="we&quot;st"' in shown
    assert 'aria-label="园区 &quot;A&quot; &amp; &lt;B&gt;"' in shown


def test_the_chosen_one_is_marked_and_narrows_the_list() -> None:
    found = table("/?park=east")
    assert '<option value="east" selected>' in found.filters_markup
    assert found.filters_markup.count(" selected") == 1
    assert found.shown == ["east"]


def test_nothing_is_marked_where_nothing_or_something_unknown_is_chosen() -> None:
    assert " selected" not in table("/").filters_markup
    assert " selected" not in table("/?park=north").filters_markup


def test_a_filter_without_choices_is_left_out_and_tables_of_one_page_keep_apart() -> None:
    shown = table("/?firms-park=east", name="firms").filters_markup
    assert shown.count("<select") == 1
    assert 'name="firms-park"' in shown and '<option value="east" selected>' in shown
