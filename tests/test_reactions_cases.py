"""What happens to a demand is told: the unit hears of it, the firm of the answer, the unit of the firm's no, both of what is late; each once."""

from __future__ import annotations

import yaml

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.services import drain
from manyuan.site.reactions import REACTIONS
from manyuan.work.cases.models import Case
from manyuan.work.cases.services import comment, hand_over, sweep_clocks, watch
from manyuan.work.cases.tests.conftest import BY, KINDS, office
from manyuan.work.demands.services import ask_again
from manyuan.work.demands.tests.conftest import Desk, desk
from manyuan.work.notices.models import Notice
from manyuan.work.notices.texts import install_templates, said

__all__ = ["desk", "office"]


def react(desk: Desk) -> list[str]:
    """Let everything react; what is told since, each as (to whom: subject), the oldest first."""
    before = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    while drain(REACTIONS, now=desk.at):
        pass
    rows = Notice.objects.filter(pk__gt=before).select_related("template", "park", "enterprise").order_by("pk")
    return [
        f"{one.park.code if one.park else one.enterprise.name[:2] if one.enterprise else 'city'}: {said(one.template, one.data, 'zh')[0].split('：')[0]}"
        for one in rows
    ]


def test_from_the_first_word_to_the_question_after_thirty_days(desk):
    install_templates(content=yaml.safe_load((KINDS.parent / "notices.yaml").read_text("utf-8")), by=BY, now=desk.at)
    case = desk.file()
    assert react(desk) == ["east: 新企业诉求"]
    desk.now(hours=1, seconds=1)
    sweep_clocks(now=desk.at)
    assert sorted(react(desk)) == ["city: 已上报至园区主要负责人", "east: 已上报至园区主要负责人", "east: 已超时"]
    desk.does(case, "answer" if case.state == "handling" else "resolve", "company", note="已换泵")
    assert react(desk) == ["东企: 已答复，请您确认"]
    desk.does(case, "reject", "enterprise", note="还是没水")
    assert react(desk) == ["east: 企业未认可"]
    desk.does(case, "resolve", "company", note="换了大泵")
    desk.does(case, "confirm", "enterprise")
    assert react(desk) == ["东企: 已答复，请您确认"]
    assert react(desk) == []
    desk.now(days=30)
    ask_again(now=desk.at)
    assert react(desk) == ["东企: 30 天回访"]


def test_what_goes_past_the_park_is_not_told_to_it(desk):
    install_templates(content=yaml.safe_load((KINDS.parent / "notices.yaml").read_text("utf-8")), by=BY, now=desk.at)
    desk.file("管委会推诿、不作为，还有摊派")
    assert react(desk) == ["city: 新企业诉求"]


def test_a_difficulty_heard_on_a_visit_is_a_demand_once(desk):
    data = {"visit_id": 1, "enterprise_id": desk.town.firm_east.pk, "text": "车间缺技工，招工困难", "by_id": desk.town["committee"].pk}
    audit.emit(name="visit.difficulty", data=data, now=desk.at)
    react(desk)
    case = Case.objects.get()
    assert (case.channel, case.enterprise, case.demand.topic) == ("visit", desk.town.firm_east, "workers")


def heard(desk: Desk, name: str) -> list[str]:
    """What one person was told."""
    rows = Notice.objects.filter(person=desk.town[name]).select_related("template").order_by("pk")
    return [said(one.template, one.data, "zh")[1].split("：", 1)[1] for one in rows]


def test_who_watches_a_case_hears_of_everything_but_what_they_did_and_may_not_read(desk):
    install_templates(content=yaml.safe_load((KINDS.parent / "notices.yaml").read_text("utf-8")), by=BY, now=desk.at)
    case = desk.file()
    for name in ("city", "committee", "enterprise", "company"):
        watch(case=case, on=True, by=desk.who(name), now=desk.at)
    desk.does(case, "accept", "company", note="")
    comment(case=case, text="泵已订货", by=desk.who("committee"), now=desk.now(minutes=1))
    comment(case=case, text="内部：费用待定", public=False, by=desk.who("city"), now=desk.now(minutes=1))
    hand_over(case=case, unit=desk.unit("committee"), note="需园区牵头", by=desk.who("company"), now=desk.now(minutes=1))
    watch(case=case, on=False, by=desk.who("committee"), now=desk.at)
    desk.does(case, "answer", "committee", note="已换泵")
    react(desk)
    react(desk)  # told once
    unit = desk.unit("committee").name_zh
    everything = sorted(["办理中。", "泵已订货。", f"{unit}。", "已答复，待企业确认。"])
    assert sorted(heard(desk, "city")) == sorted(heard(desk, "enterprise")) == everything  # and not what is said within the house
    assert heard(desk, "company") == []  # it did the first itself, and the case is with another unit when the rest is told
    assert heard(desk, "committee") == []


def test_each_side_hears_what_the_other_said_and_the_firm_nothing_said_within_the_house(desk):
    install_templates(content=yaml.safe_load((KINDS.parent / "notices.yaml").read_text("utf-8")), by=BY, now=desk.at)
    case = desk.file()
    react(desk)
    comment(case=case, text="今天还能来吗", by=desk.who("enterprise"), now=desk.now(minutes=1))
    assert react(desk) == ["east: 有新留言"]
    comment(case=case, text="下午三点到", by=desk.who("company"), now=desk.now(minutes=1))
    assert react(desk) == ["东企: 有新留言"]
    comment(case=case, text="费用待定", public=False, by=desk.who("company"), now=desk.now(minutes=1))
    assert react(desk) == []
