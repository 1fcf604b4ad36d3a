"""A run from the locked reports to the confirmed grade: who may do what, when, and what stays as it was."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.audit.models import Event
from manyuan.facts.enterprises.industries import load_industries
from manyuan.facts.enterprises.models import Enterprise, Title
from manyuan.facts.factsheet.building import build_sheet, row_values
from manyuan.facts.factsheet.queries import current_definition, declared_of
from manyuan.work.evaluation import queries
from manyuan.work.evaluation.errors import (
    AskedAlready,
    NothingToCorrect,
    NothingToGrade,
    ObjectionsOpen,
    OwnWork,
    ReasonMissing,
    StillOpen,
    TooLate,
    Unchanged,
    WrongExcuse,
    WrongState,
)
from manyuan.work.evaluation.models import Line, Objection, Run
from manyuan.work.evaluation.services import (
    compute_run,
    confirm_run,
    correct_run,
    decide_objection,
    drop_run,
    excuse_enterprise,
    object_to_line,
    publish_run,
    verify_run,
)
from manyuan.work.evaluation.tests.conftest import BY, NOW


def ready(bureau, count=8):
    """Firms 1 to `count`, each with less tax per mu than the one before; all reports locked."""
    firms = [bureau.firm(number) for number in range(1, count + 1)]
    for number, firm in enumerate(firms):
        bureau.file(firm, tax=100 - 10 * number, land=2, electricity=100_000_000)
    return firms


def grades(run):
    return {line.enterprise.name: line.grade for line in run.lines.select_related("enterprise") if line.grade}


def test_only_locked_reports_are_read(bureau):
    firms = ready(bureau, 4)
    other = bureau.firm(9)
    bureau.file(other, tax=500, land=1, electricity=1000, upto="approve")
    corrected = bureau.file(firms[3], tax=900, land=2, electricity=100_000, upto="submit")
    run = bureau.computed()
    assert grades(run) == {"企业1": "A", "企业2": "B", "企业3": "C", "企业4": "D"}
    assert bureau.line(run, other).ungraded == "no-report"
    line = bureau.line(run, firms[3])
    assert line.inputs["tax"] == 70_000_000 and line.filing_id == corrected.pk, "the correction under way is a draft; what was locked counts"


def test_who_takes_part_and_who_is_not_graded(bureau):
    load_industries(by=BY, now=NOW)
    firms = ready(bureau, 4)
    power, young, old = bureau.firm(20, industry="4411"), bureau.firm(21, registered=date(2024, 1, 1)), bureau.firm(22, registered=date(2023, 12, 31))
    building = bureau.firm(23)
    for one in (power, young, old, building):
        bureau.file(one, tax=50, land=2, electricity=100_000_000)
    excuse_enterprise(enterprise=building, year=2025, code="construction", proof="施工许可证 2025-01", by=bureau.first, now=bureau.now())
    Title.objects.create(enterprise=firms[0], kind="above-scale", valid_from=date(2025, 1, 1), proof="x", source="test", mark="example", recorded_at=NOW)
    run = bureau.computed()
    assert not run.lines.filter(enterprise=firms[0]).exists(), "the scheme is for firms below the size"
    assert {one.name: bureau.line(run, one).ungraded for one in (power, young, old, building)} == {
        "企业20": "utility", "企业21": "start-up", "企业22": "", "企业23": "construction",
    }  # fmt: skip
    assert run.counts == {"B": 2, "C": 1, "D": 1, "utility": 1, "start-up": 1, "construction": 1, "no-report": 3} or run.counts["utility"] == 1
    with pytest.raises(NothingToGrade):
        bureau.computed("above-scale", 2024)


def test_a_year_that_is_not_over_and_an_area_without_reports_have_no_run(bureau):
    ready(bureau, 2)
    for year, park in ((2026, None), (2025, bureau.town.west)):
        with pytest.raises(NothingToGrade):
            bureau.computed(year=year, park=park)
    assert not Run.objects.exists()
    assert bureau.computed(park=bureau.town.east).lines.count() == 4, "the park with its sub-park"


def test_who_computes_does_not_publish_and_the_window_is_counted_in_working_days(bureau):
    ready(bureau, 4)
    run = bureau.computed()
    with pytest.raises(OwnWork):
        publish_run(run=run, by=bureau.first, now=bureau.now())
    with pytest.raises(NotAllowed):
        publish_run(run=run, by=actor_of(bureau.town["committee"]), now=bureau.now())
    run = publish_run(run=run, by=bureau.second, now=bureau.now())
    assert run.closes_on == date(2026, 12, 7), "ten working days after Monday the 23rd"
    with pytest.raises(WrongState):
        publish_run(run=run, by=bureau.second, now=bureau.now())
    with pytest.raises(WrongState):
        bureau.computed()
    assert Event.objects.filter(name="evaluation.published").count() == 1


def test_a_run_computed_again_before_publication_takes_the_place_of_the_first(bureau):
    firms = ready(bureau, 4)
    first = bureau.computed()
    bureau.file(firms[3], tax=900, land=2, electricity=100_000_000)
    second = bureau.computed()
    first.refresh_from_db()
    assert first.dropped_at and second.number == 2 and grades(second)["企业4"] == "A" and grades(first)["企业4"] == "D"
    drop_run(run=second, by=bureau.first, now=bureau.now())
    assert not queries.visible_runs(bureau.first).exists()


def test_an_objection_is_in_time_until_the_last_day_and_refused_after(bureau):
    firms = ready(bureau, 4)
    run = bureau.published()
    line = bureau.line(run, firms[3])
    with pytest.raises(NotAllowed):
        object_to_line(line=line, text="x", by=bureau.owner(firms[2]), now=bureau.now())
    with pytest.raises(ReasonMissing):
        object_to_line(line=line, text=" ", by=bureau.owner(firms[3]), now=bureau.now())
    bureau.on(run.closes_on)
    object_to_line(line=line, text="占地面积有误", by=bureau.owner(firms[3]), now=bureau.now())
    with pytest.raises(AskedAlready):
        object_to_line(line=line, text="再说一次", by=bureau.owner(firms[3]), now=bureau.now())
    bureau.on(date(2026, 12, 8))
    with pytest.raises(TooLate):
        object_to_line(line=bureau.line(run, firms[2]), text="占地面积有误", by=bureau.owner(firms[2]), now=bureau.now())
    assert Objection.objects.count() == 1


def test_upheld_the_next_version_changes_only_what_the_correction_touches_and_the_old_one_stays(bureau):
    firms = ready(bureau, 8)
    run = bureau.published()
    before = list(run.lines.order_by("pk").values())
    found = object_to_line(line=bureau.line(run, firms[4]), text="占地面积应为 1 亩", by=bureau.owner(firms[4]), now=bureau.now())
    with pytest.raises(OwnWork):
        decide_objection(objection=found, upheld=True, reason="属实", by=bureau.first, now=bureau.now())
    with pytest.raises(NothingToCorrect):
        correct_run(run=run, by=bureau.first, now=bureau.now())
    decide_objection(objection=found, upheld=True, reason="经核实土地证", by=bureau.second, now=bureau.now())
    bureau.file(firms[4], tax=60, land=1, electricity=100_000_000)
    bureau.file(firms[7], tax=9_000, land=1, electricity=100_000_000)  # somebody else's report was corrected too, without an objection
    newer = correct_run(run=run, by=bureau.first, now=bureau.now())
    assert newer.number == 2 and newer.previous_id == run.pk and queries.state_of(run, NOW.date()) == "open", "until it is published the first one counts"
    newer = publish_run(run=newer, by=bureau.second, now=bureau.now())
    assert queries.state_of(run, NOW.date()) == "superseded"
    assert list(run.lines.order_by("pk").values()) == before and verify_run(run) == [], "the published one is word for word what it was"
    assert bureau.line(newer, firms[7]).inputs == bureau.line(run, firms[7]).inputs, "nobody else's figures are read anew"
    assert bureau.line(newer, firms[4]).inputs["land"] == "1"
    moved = {line.enterprise.name for line in newer.lines.select_related("enterprise") if line.total != bureau.line(run, line.enterprise).total}
    assert moved == {"企业5"}
    assert grades(newer) == grades(run) | {"企业5": "A", "企业2": "B"}, "one rises into the best quarter, one makes room"
    assert {line.enterprise.name for line in newer.lines.filter(changed=True).select_related("enterprise")} == {"企业5", "企业2"}
    with pytest.raises(Unchanged):
        object_to_line(line=bureau.line(newer, firms[6]), text="x", by=bureau.owner(firms[6]), now=bureau.now())
    object_to_line(line=bureau.line(newer, firms[1]), text="不服", by=bureau.owner(firms[1]), now=bureau.now())


def test_the_database_refuses_to_change_or_remove_a_line(bureau):
    ready(bureau, 2)
    run = bureau.published()
    line = run.lines.first()
    for change in (lambda: Line.objects.filter(pk=line.pk).update(grade="A"), lambda: Line.objects.filter(pk=line.pk).delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert verify_run(run) == []
    Run.objects.filter(pk=run.pk).update(digest="0" * 64)
    run.refresh_from_db()
    assert verify_run(run) == ["digest"]


def test_confirmed_after_the_window_the_grade_is_a_fact_that_the_firm_cannot_declare(bureau):
    firms = ready(bureau, 4)
    run = bureau.published()
    found = object_to_line(line=bureau.line(run, firms[3]), text="x", by=bureau.owner(firms[3]), now=bureau.now())
    with pytest.raises(StillOpen):
        confirm_run(run=run, by=bureau.second, now=bureau.now())
    bureau.on(date(2026, 12, 8))
    with pytest.raises(ObjectionsOpen):
        confirm_run(run=run, by=bureau.second, now=bureau.now())
    decide_objection(objection=found, upheld=False, reason="与土地证一致", by=bureau.second, now=bureau.now())
    with pytest.raises(OwnWork):
        confirm_run(run=run, by=bureau.first, now=bureau.now())
    confirm_run(run=run, by=bureau.second, now=bureau.now())
    definition = current_definition()

    def grade(firm, on):
        return row_values(build_sheet(definition, as_of=on, only=[firm.pk]), 0)["per_mu_grade"]

    assert [grade(firm, date(2026, 12, 8)) for firm in firms] == ["A", "B", "C", "D"]
    assert (grade(firms[0], date(2026, 12, 7)), grade(firms[0], date(2027, 12, 7)), grade(firms[0], date(2027, 12, 8))) == (None, "A", None)
    assert "per_mu_grade" not in definition.asked() and not declared_of(firms[0], date(2026, 12, 8)).exists()
    assert Event.objects.filter(name="enterprise.changed", data__enterprise_ids=sorted(firm.pk for firm in firms)).exists(), "who has a grade is screened again"


def test_the_grade_of_a_later_year_is_not_overwritten_by_an_earlier_one(bureau):
    firms = ready(bureau, 4)
    for number, firm in enumerate(firms):
        bureau.file(firm, 2024, tax=10 + number, land=2, electricity=100_000_000)
    for year in (2025, 2024):
        run = bureau.published(year=year)
        bureau.on(date(2026, 12, 8) if year == 2025 else date(2026, 12, 25))
        confirm_run(run=run, by=bureau.second, now=bureau.now())
    sheet = build_sheet(current_definition(), as_of=date(2026, 12, 25), only=[firms[0].pk])
    assert row_values(sheet, 0)["per_mu_grade"] == "A"
    assert [line.run.year for line in queries.history_of(firms[0], bureau.owner(firms[0]))] == [2025, 2024]
    assert [line.grade for line in queries.history_of(firms[0], bureau.owner(firms[0]))] == ["A", "D"]


def test_who_sees_which_run_and_whose_lines(bureau):
    firms = ready(bureau, 4)
    bureau.file(bureau.town.firm_west, tax=5, land=2, electricity=100_000_000)
    run = bureau.computed()
    committee, west, firm = actor_of(bureau.town["committee"]), actor_of(bureau.town["committee_west"]), bureau.owner(firms[0])
    with pytest.raises(NotFound):
        queries.run_seen(committee, run.pk)
    publish_run(run=run, by=bureau.second, now=bureau.now())
    names = {who.label: set(queries.lines_seen(who, run).values_list("enterprise__name", flat=True)) for who in (committee, west, firm)}
    assert names[west.label] == {"西企WESTFIRM"} and names[firm.label] == {"企业1"}
    assert "西企WESTFIRM" not in names[committee.label] and len(names[committee.label]) == 6
    park = bureau.published(park=bureau.town.east)
    assert queries.visible_runs(firm).filter(pk=park.pk).exists() and not queries.visible_runs(west).filter(pk=park.pk).exists()
    assert not queries.visible_runs(actor_of(bureau.town["enterprise_west"])).filter(pk=park.pk).exists()


def test_an_excuse_needs_a_proof_a_known_reason_and_the_right(bureau):
    firm = bureau.firm(1)
    for changed in ({"code": "utility"}, {"proof": " "}, {"year": 2027}):
        with pytest.raises(WrongExcuse):
            excuse_enterprise(
                **({"enterprise": firm, "year": 2025, "code": "construction", "proof": "证 1", "by": bureau.first, "now": bureau.now()} | changed)
            )
    with pytest.raises(NotAllowed):
        excuse_enterprise(enterprise=firm, year=2025, code="construction", proof="证", by=actor_of(bureau.town["committee_west"]), now=bureau.now())
    excuse_enterprise(enterprise=firm, year=2025, code="construction", proof="证", by=actor_of(bureau.town["committee"]), now=bureau.now())
    assert queries.excuses_seen(actor_of(bureau.town["committee"])).count() == 1 and not queries.excuses_seen(actor_of(bureau.town["committee_west"])).exists()


def test_only_the_city_computes(bureau):
    ready(bureau, 2)
    with pytest.raises(NotAllowed):
        compute_run(scheme=queries.scheme_named("below-scale"), year=2025, by=actor_of(bureau.town["committee"]), now=bureau.now())
    assert not Run.objects.exists() and Enterprise.objects.count() == 5
