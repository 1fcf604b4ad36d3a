"""Every enterprise's rung by dated rules on the facts of the city: the same as `manyuan rules` says, with what would change it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from manyuan.facts.audit.actors import NotAllowed
from manyuan.surfaces.cli.rules import rules
from manyuan.work.cultivation.errors import LaddersInvalid
from manyuan.work.cultivation.ladders import current_ladders, install_ladders, read_ladders
from manyuan.work.cultivation.models import LadderSet, Place, Run, Standing
from manyuan.work.cultivation.running import judge_due, judge_on
from manyuan.work.cultivation.tests.conftest import BY, NOW, PACK


def test_a_firm_that_meets_the_rules_in_force_stands_on_its_rung_by_rule(nursery):
    firm = nursery.town.firm_east
    nursery.grow(firm)
    nursery.title(firm, "innovative-sme")
    run = nursery.judge()
    assert nursery.standing(firm, "SRDI-2026").outcome == "meets"
    place = nursery.place(firm)
    assert (place.held, place.by_rule, place.next, place.next_outcome) == ("innovative", "srdi", "srdi", "meets")
    assert (run.as_of, run.engine_version) == (date(2026, 11, 23), "1")
    assert nursery.standing(firm, "SRDI-2026").mark == "C"


@pytest.mark.parametrize(
    ("facts", "outcome", "failing", "lever", "needed"),
    [
        ({"rd_spend_2025": 1_800_000}, "meets", [], "", None),
        ({"rd_spend_2025": 1_799_999}, "near", ["rd-share"], "rd", 180_000_000),
        ({"main_revenue": 48_000_000}, "meets", [], "", None),
        ({"main_revenue": 47_999_999}, "near", ["main"], "main_revenue", 4_800_000_000),
        ({"liabilities": 64_000_001}, "near", ["debt"], "liabilities", 6_400_000_000),
        ({"patents_2025": 0}, "near", ["ip"], "ip_class1", 1),
        ({"development_score": 49}, "near", ["development"], "", None),  # nobody can move the authority's score
        ({"patents_2025": 0, "liabilities": 64_000_001}, "not", ["debt", "ip"], "", None),
        ({"rd_spend_2025": 900_000}, "not", ["rd-amount", "rd-share"], "rd", 180_000_000),  # two conditions, one fact
    ],
)
def test_what_a_rung_says_at_each_boundary_and_the_one_fact_that_would_do(nursery, facts, outcome, failing, lever, needed):
    firm = nursery.town.firm_east
    nursery.grow(firm, **facts)
    nursery.title(firm, "innovative-sme")
    nursery.judge()
    row = nursery.standing(firm, "SRDI-2026")
    assert (row.outcome, row.failing, row.lever, row.needed) == (outcome, failing, lever, needed)


def test_a_fact_that_no_form_holds_leaves_the_rung_undetermined_and_names_it(nursery):
    firm = nursery.town.firm_east
    nursery.grow(firm)
    nursery.title(firm, "innovative-sme")
    nursery.judge()
    assert nursery.standing(nursery.town.firm_west, "SRDI-2026").outcome == "not"  # it does not hold the innovative title, whatever else
    nursery.title(nursery.town.firm_west, "innovative-sme")
    nursery.judge()
    row = nursery.standing(nursery.town.firm_west, "SRDI-2026")
    assert row.outcome == "undetermined"
    assert {"years_in_field", "liabilities", "development_score", "rd"} <= set(row.missing)


def test_a_title_that_ends_moves_the_rung(nursery):
    firm = nursery.town.firm_east
    nursery.grow(firm)
    nursery.title(firm, "innovative-sme")
    nursery.title(firm, "srdi-sme", until=date(2026, 11, 24))
    nursery.judge()
    assert (nursery.place(firm).held, nursery.place(firm).held_until, nursery.place(firm).next) == ("srdi", date(2026, 11, 24), "giant")
    nursery.judge(now=datetime(2026, 11, 24, 2, tzinfo=UTC))
    assert (nursery.place(firm).held, nursery.place(firm).held_until, nursery.place(firm).next) == ("innovative", date(2028, 1, 1), "srdi")
    assert nursery.standing(firm, "GIANT-2026").failing == ["prior"]


@pytest.mark.parametrize(("on", "srdi"), [(date(2026, 3, 31), "SRDI-2022"), (date(2026, 4, 1), "SRDI-2026")])
def test_the_rules_of_2022_judge_days_before_april_2026(nursery, on, srdi):
    nursery.grow(nursery.town.firm_east)
    ladders = current_ladders()
    assert ladders.rung("srdi").in_force(on).code == srdi
    when = {one.policy.code: one.when for one in judge_on(ladders, on).bound}
    assert when[srdi] == "current"
    assert when["SRDI-2026" if srdi == "SRDI-2022" else "SRDI-2022"] == ("coming" if srdi == "SRDI-2022" else "ended")
    assert ladders.rung("innovative").in_force(date(2026, 3, 31)) is not None
    assert ladders.rung("innovative").in_force(date(2026, 4, 1)) is None  # the pack has no later numbers and says so


def test_the_running_city_says_the_same_as_the_rules_on_the_command_line(nursery, tmp_path):
    for firm, facts in (
        (nursery.town.firm_east, {"patents_2025": 2, "certified": True, "own_brand": True, "core_systems": 1, "rd_body": "city"}),
        (nursery.town.firm_sub, {"certified": True, "own_brand": True, "core_systems": 1, "rd_body": "city"}),
        (nursery.town.firm_west, {"certified": True, "own_brand": True, "core_systems": 1, "rd_body": "city", "liabilities": 70_000_000}),
    ):
        nursery.grow(firm, **facts)
        nursery.title(firm, "little-giant")
    judged = judge_on(current_ladders(), date(2026, 11, 23))
    pq.write_table(judged.sheet.table, tmp_path / "facts.parquet")
    said = CliRunner().invoke(
        rules, ["differ", str(tmp_path / "facts.parquet"), "--passes", "GIANT-2022", "--fails", "GIANT-2026-REVIEW"], env={"MANYUAN_LANGUAGE": "zh"}
    )
    assert said.exit_code == 0, said.output
    keys = judged.sheet.table.column("id").to_pylist()
    mine = [
        keys[at]
        for at in range(len(keys))
        if judged.judgements["GIANT-2022"][at].outcome == "meets" and judged.judgements["GIANT-2026-REVIEW"][at].outcome in ("near", "not")
    ]
    assert mine == [nursery.town.firm_east.uscc]
    assert [line.split("\t")[0] for line in said.output.splitlines()[:-1]] == mine
    nursery.judge()
    stored = {(row.enterprise.uscc, row.outcome, tuple(row.failing)) for row in Standing.objects.filter(rules="GIANT-2026-REVIEW").select_related("enterprise")}
    assert (nursery.town.firm_east.uscc, "near", ("ip",)) in stored


def test_a_score_of_many_parts_says_how_much_of_one_fact_would_do(nursery):
    firm = nursery.town.firm_east
    nursery.grow(firm, patents_2025=0, ip_class2=0, cost=55_000_000, rd_spend_2025=1_500_000)
    nursery.judge()
    row = nursery.standing(firm, "TECH-SME-2017")
    # 12 points for R&D staff; 10 for R&D of 2.5 % of sales: a class-I right brings 30, R&D of 6 % of sales brings 50
    assert (row.outcome, row.failing) == ("near", ["score"])
    assert (row.lever, row.found, row.needed) == ("rd", 150_000_000, 360_000_000)


def test_the_nightly_judging_runs_once_a_day_and_from_three_o_clock(nursery):
    early, night = datetime(2026, 11, 23, 18, 30, tzinfo=UTC), datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
    assert judge_due(now=early) == []
    assert [run.cause for run in judge_due(now=night)] == ["nightly"]
    assert judge_due(now=night) == []
    assert Place.objects.count() == 3 * 3


def test_a_night_writes_what_is_not_written_so_already(nursery):
    firm = nursery.town.firm_east
    nursery.grow(firm)
    nursery.title(firm, "innovative-sme")
    first = nursery.judge()
    before = {kind: dict(kind.objects.values_list("pk", "run_id")) for kind in (Standing, Place)}
    assert set(before[Standing].values()) == {first.pk}
    nursery.judge()
    assert {kind: dict(kind.objects.values_list("pk", "run_id")) for kind in (Standing, Place)} == before
    nursery.declare(firm, liabilities=64_000_001)
    second = nursery.judge()
    written = Standing.objects.filter(run=second)
    assert {row.enterprise_id for row in written} == {firm.pk} and nursery.standing(firm, "SRDI-2026").failing == ["debt"]
    assert Standing.objects.exclude(run=second).count() == len(before[Standing]) - written.count()


def test_a_committee_judges_its_own_park_only(nursery):
    from manyuan.work.cultivation.running import judge_tiers

    town = nursery.town
    whole = nursery.judge()
    for firm in (town.firm_east, town.firm_west):
        nursery.grow(firm)
        nursery.title(firm, "innovative-sme")
    run = judge_tiers(cause="demand", by=nursery.actor("committee"), now=nursery.now())
    assert (nursery.place(town.firm_east).held, nursery.place(town.firm_east).run) == ("innovative", run)
    assert (nursery.place(town.firm_west).held, nursery.place(town.firm_west).run) == ("", whole)
    runs = Run.objects.count()
    with pytest.raises(NotAllowed):
        judge_tiers(cause="demand", by=nursery.actor("enterprise"), now=nursery.now())
    assert Run.objects.count() == runs


def test_the_same_ladders_again_change_nothing_and_wrong_ones_are_refused_with_every_fault(nursery):
    install_ladders(content=PACK / "ladders", by=BY, now=NOW)
    assert LadderSet.objects.count() == 1
    wrong = read_ladders(PACK / "ladders")
    wrong["ladders"][0]["rungs"][1]["rules"] = ["SRDI-2021"]
    wrong["ladders"][0]["rungs"][2]["title"] = "giant"
    wrong["facts"]["profit"] = "net profit +"
    with pytest.raises(LaddersInvalid) as found:
        install_ladders(content=wrong, by=BY, now=NOW)
    for part in ("SRDI-2021", "rungs[2].title", "facts.profit"):
        assert part in str(found.value)
    assert LadderSet.objects.get().is_current


def test_a_rule_decided_without_a_fact_is_still_searched_for_what_would_do(nursery):
    firm = nursery.town.firm_east
    nursery.grow(firm, patents_2025=0)
    from manyuan.facts.factsheet.models import DeclaredFact

    DeclaredFact.objects.filter(enterprise=firm, fact="equity_two_years").delete()  # the size is met by revenue
    nursery.title(firm, "innovative-sme")
    nursery.judge()
    row = nursery.standing(firm, "SRDI-2026")
    assert (row.outcome, row.lever, row.needed, row.share) == ("near", "ip_class1", 1, 10_000)


def test_who_changed_is_judged_again_unless_everybody_was_since(nursery):
    from manyuan.work.cultivation.queries import newest_run
    from manyuan.work.cultivation.running import judge_changed, judge_tiers

    firm, early = nursery.town.firm_east, nursery.now()
    whole = nursery.judge()
    assert judge_changed(enterprise_ids=[firm.pk], since=early, now=nursery.now()) is None
    late = nursery.now()
    judge_tiers(cause="demand", by=nursery.actor("committee_west"), now=nursery.now())  # of one park only
    nursery.title(firm, "innovative-sme")
    run = judge_changed(enterprise_ids=[firm.pk], since=late, now=nursery.now())
    assert (run.cause, run.enterprises, newest_run()) == ("changed", 1, whole)
    assert nursery.place(firm).run == run
    assert nursery.place(nursery.town.firm_sub).run == whole


def test_the_self_check_finds_each_threshold_of_research_and_what_it_brings(nursery):
    from manyuan.engines.screening import read_policy_text
    from manyuan.facts.factsheet.queries import current_definition
    from manyuan.work.cultivation.research import self_check

    firm = nursery.town.firm_east
    nursery.grow(firm, rd_spend_2025=1_500_000)
    nursery.title(firm, "innovative-sme")
    rule = """policies:
  - {code: CUT, name: {zh: 研发奖, en: R&D award}, source: example, mark: example, start: 2026-01-01, conditions: [{id: rd, clause: 一, when: rd >= 3000000, text: {zh: 研发不低于三百万, en: three million}}], amount: {value: rd * 0.1, clause: 二}}
  - {code: GROWS, name: {zh: 研发补助, en: R&D grant}, source: example, mark: example, start: 2026-01-01, conditions: [{id: rd, clause: 一, when: rd >= 1000000, text: {zh: 研发不低于一百万, en: one million}}], amount: {value: rd * 0.1, clause: 二}}
  - {code: OTHER, name: {zh: 税收奖, en: Tax award}, source: example, mark: example, start: 2026-01-01, conditions: [{id: tax, clause: 一, when: tax >= 1, text: {zh: 纳税, en: tax}}], amount: {value: "1000", clause: 二}}
"""
    policies, faults = read_policy_text(rule, current_definition().schema)
    assert not faults
    check = self_check(firm, current_ladders(), policies.policies, date(2026, 11, 23))
    assert (check.rd_fen, check.revenue_fen, check.rd_staff) == (150_000_000, 6_000_000_000, 20)
    found = {(one.kind, one.policy.code): one for one in [*check.rungs, *check.policies]}
    assert ("policy", "OTHER") not in found  # it asks for no research
    cut = found["policy", "CUT"]
    assert (cut.state, cut.change.needed, cut.then_fen) == ("open", 300_000_000, 30_000_000)
    grows = found["amount", "GROWS"]
    assert (found["policy", "GROWS"].state, grows.now_fen, grows.then_fen) == ("met", 15_000_000, 16_500_000)
    assert (found["rung", "SRDI-2026"].state, found["rung", "SRDI-2026"].change.needed) == ("open", 180_000_000)
    assert found["rung", "GIANT-2026"].state == "far"  # it lacks the title before it
    assert found["rung", "HIGHTECH-2016"].state == "unknown"


def test_the_cheapest_upgrades_come_nearest_first_and_each_enterprise_once(nursery):
    from manyuan.work.cultivation.queries import cheapest_upgrades, may_apply

    for firm, rd in ((nursery.town.firm_east, 1_600_000), (nursery.town.firm_sub, 1_700_000), (nursery.town.firm_west, 1_800_000)):
        nursery.grow(firm, rd_spend_2025=rd, cost=55_000_000, ip_class2=0)
        nursery.title(firm, "innovative-sme")
    nursery.judge()
    city, committee = nursery.actor("city"), nursery.actor("committee")
    got = [(row.enterprise_id, row.share) for row in cheapest_upgrades(city, rung="srdi")]
    assert got == [(nursery.town.firm_sub.pk, 556), (nursery.town.firm_east.pk, 1112)]  # 10 and 20 of 180, rounded up
    assert [row.enterprise_id for row in may_apply(city).filter(rung="srdi")] == [nursery.town.firm_west.pk]
    assert {row.enterprise_id for row in cheapest_upgrades(committee)} <= {nursery.town.firm_east.pk, nursery.town.firm_sub.pk}
    assert [row.enterprise_id for row in cheapest_upgrades(committee, park_ids=[nursery.town.east_sub.pk], rung="srdi")] == [nursery.town.firm_sub.pk]
    assert len({row.enterprise_id for row in cheapest_upgrades(city)}) == len(cheapest_upgrades(city))
    assert len(cheapest_upgrades(city, limit=1)) == 1
