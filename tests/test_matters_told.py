"""What an enterprise is told of its applications: once, and only what still matters."""

from __future__ import annotations

import yaml

from manyuan.facts.audit.models import Event
from manyuan.site.reactions import REACTIONS
from manyuan.work.matters import asking
from manyuan.work.matters.tests.conftest import BY, PACK, desk  # noqa: F401 -- the fixture
from manyuan.work.notices.models import Notice
from manyuan.work.notices.texts import install_templates


def tell(desk):  # noqa: F811
    for event in Event.objects.filter(name__startswith="matters."):
        for reaction in REACTIONS.get(event.name, []):
            reaction(event, desk.now())


def test_the_firm_hears_what_it_is_asked_for_and_how_it_ended_once(desk):  # noqa: F811
    install_templates(content=yaml.safe_load((PACK / "notices.yaml").read_text("utf-8")), by=BY, now=desk.now())
    desk.hold("investment-filing")
    row = desk.file()
    line = asking.ask_for(application=row, kind="field", key="investment", reason="金额存疑", by=desk["committee"], now=desk.now())
    tell(desk)
    told = Notice.objects.get(enterprise=desk.town.firm_east)
    assert told.template.code == "matter-asked" and told.data["reason"] == "金额存疑"
    asking.supply(asked=line, value="1", by=desk["enterprise"], now=desk.now())
    for code in ("accept", "review", "issue"):
        desk.do(row, code)
    tell(desk)
    tell(desk)
    assert sorted(Notice.objects.filter(enterprise=desk.town.firm_east).values_list("template__code", flat=True)) == ["matter-asked", "matter-ended"]
