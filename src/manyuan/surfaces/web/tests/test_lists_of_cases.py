"""Lists escape what people wrote; and what is like a demand is fetched beside its page, by those who handle it only."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import RequestFactory
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import override

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.tests.town import build_town
from manyuan.facts.audit.actors import system
from manyuan.surfaces.web.tables import Column, Table
from manyuan.surfaces.web.templatetags.manyuan import mark, status
from manyuan.work.cases.services import install_kinds
from manyuan.work.demands.services import file_demand

KINDS = Path(__file__).resolve().parents[5] / "packs" / "chengdu" / "cases"


def test_what_people_wrote_is_escaped_and_ready_markup_is_not():
    columns = [
        Column("a", '标题 "引号"', lambda row: row, url=lambda row: f"/x/?q={row}"),
        Column("b", "状态", lambda row: row, cell=lambda row: status("good", row), wrap=True),
        Column("c", "数", lambda row: None, unit="count", cell=lambda row: ""),
    ]
    shown = Table("", columns, ["<b>&"]).read(RequestFactory().get("/")).body_markup
    assert shown == (
        '<tr><td data-label="标题 &quot;引号&quot;" class=""><a href="/x/?q=&lt;b&gt;&amp;">&lt;b&gt;&amp;</a></td>'
        f'<td data-label="状态" class="wrap">{status("good", "<b>&")}</td><td data-label="数" class="num nil">–</td></tr>'
    )
    assert "&lt;b&gt;&amp;</span>" in status("good", "<b>&") and "<b>&</span>" in status("good", SafeString("<b>&"))


def test_a_mark_speaks_the_readers_language_each_time():
    with override("en"):
        english = mark("synthetic")
    with override("zh-hans"):
        assert mark("synthetic") != english
    with override("en"):
        assert mark("synthetic") == english


@pytest.mark.django_db
def test_what_is_like_a_demand_is_shown_to_those_who_handle_it_only(client):
    town = build_town()
    install_kinds(content=KINDS, by=system("test"), now=timezone.now())
    first, second = (
        file_demand(text="三车间下午供水压力不足，影响生产", enterprise=town.firm_east, by=actor_of(town["enterprise"]), now=timezone.now()).demand.case
        for _ in range(2)
    )
    for name, code in (("city", 200), ("committee", 200), ("committee_west", 404), ("enterprise", 404)):
        client.force_login(town[name], backend="django.contrib.auth.backends.ModelBackend")
        answer = client.get(f"/cases/{first.number}/alike/")
        assert answer.status_code == code, name
        assert (second.number in answer.content.decode()) == (code == 200)
        page = client.get(f"/cases/{first.number}/")
        assert (f"/cases/{first.number}/alike/" in page.content.decode()) == (code == 200)
