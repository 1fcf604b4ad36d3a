"""Powers and the meter of delegation on paper; duties and their conflicts; posts; reforms."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from manyuan.facts.audit.actors import NotAllowed
from manyuan.work.matters import duties, reforms
from manyuan.work.matters.errors import CauseMissing, HeldByPark, ReasonMissing, WrongInput, WrongState
from manyuan.work.matters.models import Application, Duty, DutyRole, Kpi, Power, Reform
from manyuan.work.matters.powers import hold_power, leaving, meters, months_between, take_back, wanted_powers
from manyuan.work.matters.stepping import send_up
from manyuan.work.matters.tests.conftest import BY


def rules(park=None):
    return sorted((one.rule, one.what["en"]) for one in duties.conflicts(park) if one.rule not in ("no-post", "no-company"))


def test_a_power_is_counted_by_the_steps_that_were_done_with_it(desk):
    desk.hold("investment-filing")
    for days in (1, 2):
        row = desk.file()
        desk.do(row, "accept")
        desk.do(row, "review", days=days)
    one = meters(desk["city"], desk.clock[0].date())[0]
    assert (one.holding.power.code, one.used, one.open, one.days, one.sent_up, one.on_paper) == ("investment-filing", 2, 0, 1.5, 0, False)


@pytest.mark.parametrize(("days", "on_paper"), [(-1, False), (0, True), (40, True)])
def test_a_power_that_nobody_uses_is_flagged_after_its_months(desk, days, on_paper):
    holding = desk.hold("investment-filing")[0]
    day = date(2026, 7, 1) + timedelta(days=days)  # six months after the first of January
    one = meters(desk["city"], day)[0]
    assert holding.power.unused_months == 6 and one.on_paper is on_paper and one.last_used is None


def test_a_use_puts_the_flag_off(desk):
    desk.hold("investment-filing")
    row = desk.file()
    desk.do(row, "accept")
    desk.do(row, "review")
    assert not meters(desk["city"], date(2027, 5, 22))[0].on_paper
    assert meters(desk["city"], date(2027, 5, 23))[0].on_paper


def test_months_are_whole():
    assert [months_between(date(2026, 1, 31), day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31))] == [0, 1, 2]


def test_sent_up_although_the_park_holds_the_power_is_counted_with_its_cause(desk):
    desk.hold("investment-filing")
    row = desk.file()
    desk.do(row, "accept")
    step = desk.step(row, "review")
    with pytest.raises(CauseMissing):
        send_up(step=step, cause="no-power", reason="x", by=desk["committee"], now=desk.now())
    with pytest.raises(ReasonMissing):
        send_up(step=step, cause="no-capacity", reason=" ", by=desk["committee"], now=desk.now())
    with pytest.raises(NotAllowed):
        send_up(step=step, cause="no-capacity", reason="缺人", by=desk["company"], now=desk.now())
    send_up(step=step, cause="no-capacity", reason="审核人员未到岗", by=desk["committee"], now=desk.now())
    with pytest.raises(NotAllowed):
        desk.do(row, "review")
    desk.do(row, "review", by="city")
    row = desk.do(row, "issue")
    one = meters(desk["committee"], desk.clock[0].date())[0]
    assert (one.used, one.sent_up, one.causes) == (0, 1, (("no-capacity", 1),))
    assert (row.left_park, row.trips) == (1, 1)
    out = leaving(Application.objects.all())
    assert (out.applications, out.stayed, out.trips, out.causes, out.share) == (1, 0, 1, (("no-capacity", 1),), 0.0)


def test_a_step_without_a_power_cannot_be_sent_up(desk):
    row = desk.file()
    with pytest.raises(WrongState):
        send_up(step=desk.step(row, "accept"), cause="no-capacity", reason="x", by=desk["committee"], now=desk.now())


def test_powers_that_parks_lack_are_named_the_most_wanted_first(desk):
    for _ in range(2):
        row = desk.file()
        desk.do(row, "accept")
    row = desk.file("production-permit")
    desk.do(row, "accept")
    found = [(one.park.code, one.power.code, one.steps) for one in wanted_powers(desk["city"])]
    assert found == [("east", "investment-filing", 2), ("east", "site-inspection", 1)]
    assert not wanted_powers(desk["committee_west"]) and not wanted_powers(desk["enterprise"])


def test_a_park_holds_a_power_once_and_from_its_document_on(desk):
    desk.hold("investment-filing")
    power = Power.objects.get(code="investment-filing")
    with pytest.raises(HeldByPark):
        desk.hold("investment-filing")
    for wrong in ({"since": date(2024, 11, 30)}, {"staff": 0}):
        with pytest.raises(WrongInput):
            hold_power(power=power, park=desk.town.west, **{"since": date(2026, 1, 1), "staff": 1, **wrong}, by=BY, now=desk.now())
    with pytest.raises(NotAllowed):
        hold_power(power=power, park=desk.town.east, since=date(2026, 1, 1), staff=1, by=desk["committee"], now=desk.now())


def test_a_power_taken_back_sends_what_comes_later_out(desk):
    holding = desk.hold("investment-filing")[0]
    early, late = desk.file(), desk.file()
    desk.do(early, "accept")
    take_back(holding=holding, until=desk.clock[0].date(), reason="承接能力不足", by=BY, now=desk.now())
    desk.do(late, "accept")
    assert not desk.step(early, "review").outside and desk.step(late, "review").outside
    with pytest.raises(WrongState):
        take_back(holding=holding, until=date(2027, 1, 1), reason="x", by=BY, now=desk.now())


def test_the_packs_matrix_breaks_one_rule_by_its_own_words(desk):
    """Land is answered for by the committee and by the city: the proposal shows what a conflict looks like."""
    assert rules() == [("two-accountable", "Admission to land and quotas")]


@pytest.mark.parametrize(
    ("duty", "body", "letter", "broken"),
    [
        ("financing", "committee", "A", {("two-accountable", "Investment and finance of the park")}),
        ("financing", "company", "R", {("none-accountable", "Investment and finance of the park")}),
        ("financing", "company", "A", {("nobody-does-it", "Investment and finance of the park")}),
        ("financing", "company", "", {("none-accountable", "Investment and finance of the park"), ("nobody-does-it", "Investment and finance of the park")}),
        ("safety", "company", "R", {("company-regulates", "Supervision of work safety and environment")}),
        ("safety", "company", "I", set()),
        ("demands", "company", "R", set()),
    ],
)
def test_conflicts_of_duties_are_found(desk, duty, body, letter, broken):
    usual = set(rules())
    duties.set_role(duty=Duty.objects.get(code=duty), park=desk.town.east, body=body, letter=letter, by=desk["committee"], now=desk.now())
    assert set(rules(desk.town.east)) - usual == broken
    assert set(rules(desk.town.west)) == usual, "another park is as the pack proposes"


def test_the_same_measure_for_both_bodies_is_a_conflict(desk):
    Kpi.objects.create(body="company", code="tax-too", order=9, name_zh="税收", name_en="Tax", indicator="tax", mark="example")
    assert ("same-measure", "Tax") in rules()


def test_a_park_without_company_or_posts_is_flagged(desk):
    found = {one.rule for one in duties.conflicts(desk.town.west)}
    assert {"no-company", "no-post"} <= found
    assert "no-company" not in {one.rule for one in duties.conflicts(desk.town.east)}


def test_each_stage_has_one_holder_and_gaps_are_shown(desk):
    name = {"park": desk.town.east, "stage": "attract", "body": "company", "title": "招商部长", "by": desk["company"]}
    duties.name_post(**name, holder="示例甲", since=date(2026, 1, 1), now=desk.now())
    duties.name_post(**name, holder="示例乙", since=date(2026, 6, 1), now=desk.now())
    held = {stage.value: post for stage, post in duties.posts(desk.town.east)}
    assert held["attract"].holder == "示例乙" and list(held) == ["attract", "invest", "finance", "build", "manage", "operate"]
    assert sum(one.rule == "no-post" for one in duties.conflicts(desk.town.east)) == 5
    with pytest.raises(WrongInput):
        duties.name_post(**name, holder="示例丙", since=date(2026, 6, 1), now=desk.now())
    with pytest.raises(NotAllowed):
        duties.name_post(**{**name, "park": desk.town.west}, holder="x", since=date(2026, 7, 1), now=desk.now())


def test_roles_are_set_by_the_parks_committee_or_the_city(desk):
    duty = Duty.objects.get(code="financing")
    for who in ("company", "committee_west", "enterprise"):
        with pytest.raises(NotAllowed):
            duties.set_role(duty=duty, park=desk.town.east, body="company", letter="A", by=desk[who], now=desk.now())
    for wrong in ({"body": "bank"}, {"letter": "Z"}):
        with pytest.raises(WrongInput):
            duties.set_role(**{"duty": duty, "park": desk.town.east, "body": "company", "letter": "A", **wrong}, by=desk["city"], now=desk.now())
    assert not DutyRole.objects.exists()


def test_a_reform_goes_forward_with_its_paper_and_never_back(desk):
    row, today = Reform.objects.get(code="value-added"), desk.clock[0].date()
    with pytest.raises(NotAllowed):
        reforms.move_reform(reform=row, state="pilot", on=today, title="试点", by=desk["committee"], now=desk.now())
    row = reforms.move_reform(reform=row, state="pilot", on=today, title="两个园区试点", by=desk["city"], now=desk.now())
    with pytest.raises(ReasonMissing):
        reforms.move_reform(reform=row, state="in-force", on=today, title="全面推行", by=desk["city"], now=desk.now())
    with pytest.raises(WrongState):
        reforms.move_reform(reform=row, state="planned", on=today, title="x", by=desk["city"], now=desk.now())
    with pytest.raises(WrongInput):
        reforms.lay_reform_evidence(reform=row, title="通知", document="示例〔2026〕1号", on=today + timedelta(days=1), by=desk["city"], now=desk.now())
    reforms.lay_reform_evidence(reform=row, title="通知", document="示例〔2026〕1号", on=today, by=desk["city"], now=desk.now())
    row = reforms.move_reform(reform=row, state="in-force", on=today, title="全面推行", by=desk["city"], now=desk.now())
    assert row.state == "in-force" and row.notes.count() == 4
