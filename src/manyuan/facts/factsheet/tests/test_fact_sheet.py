"""The fact sheet holds what the register, titles, filings and declarations say of the day, and nothing where they say nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.utils.translation import override

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.accounts.tests.town import build_town
from manyuan.facts.audit.actors import NotAllowed, system
from manyuan.facts.enterprises.services import award_title
from manyuan.facts.factsheet.building import build_sheet, row_values, table_of
from manyuan.facts.factsheet.definition import read_definition
from manyuan.facts.factsheet.errors import FactsInvalid, NoFacts, NotDeclared, WrongFact
from manyuan.facts.factsheet.models import DeclaredFact
from manyuan.facts.factsheet.queries import current_definition, known_forms, known_titles, origins
from manyuan.facts.factsheet.services import declare_facts, install_facts, load_register
from manyuan.facts.filings.models import Filing, Form
from manyuan.facts.filings.services import NewValues, approve_filings, lock_filings, open_period, save_values, submit_filings
from manyuan.facts.programme.installing import install_pack
from manyuan.facts.programme.pack import read_pack

pytestmark = pytest.mark.django_db
BY = system("test")
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
PACK = Path(__file__).resolve().parents[5] / "packs" / "chengdu"
FACTS = yaml.safe_load((PACK / "facts.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pack():
    return read_pack(PACK)


@pytest.fixture
def town(pack):
    found = build_town()
    install_pack(pack=pack, by=BY, now=NOW)
    install_facts(content=FACTS, by=BY, now=NOW)
    return found


def file(firm, period, now=NOW, **values):
    open_period(form=Form.objects.get(code="enterprise-annual", is_current=True), period=period, by=BY, now=now)
    filing = Filing.objects.get(enterprise=firm, form_code="enterprise-annual", period=period)
    save_values(given=[NewValues(filing, {"tax": 100, "employees": 10, **values})], channel="form", by=BY, now=now)
    for step in (submit_filings, approve_filings, lock_filings):
        step(filings=[filing], by=BY, now=now)


def rows(as_of=TODAY, **more):
    sheet = build_sheet(current_definition(), as_of=as_of, **more)
    return {sheet.ids[at]: row_values(sheet, at) for at in range(len(sheet.ids))}


def test_a_row_holds_the_newest_year_and_the_year_before_it(town):
    file(town.firm_east, "2024", revenue=100_00)
    file(town.firm_east, "2025", revenue=250_00, land="12.34")
    file(town.firm_west, "2024", revenue=70_00)
    east, west = rows()[town.firm_east.pk], rows()[town.firm_west.pk]
    assert (east["revenue"], east["revenue_before"], east["land"], east["staff"]) == (250_00, 100_00, 1234, 10)
    assert (west["revenue"], west["revenue_before"]) == (None, 70_00), "no filing for the newest year: not known, not the year before's"
    assert east["park"] == "east" and rows()[town.firm_sub.pk]["park"] == "east-sub"


def test_a_year_that_is_not_over_does_not_count(town):
    file(town.firm_east, "2025", revenue=250_00)
    assert rows(as_of=date(2025, 12, 30))[town.firm_east.pk]["revenue"] is None
    assert rows(as_of=date(2026, 1, 1))[town.firm_east.pk]["revenue"] == 250_00


def test_as_known_on_a_day_a_later_lock_is_not_seen(town):
    later = NOW + timedelta(days=3)
    file(town.firm_east, "2025", now=later, revenue=250_00)
    assert rows(known_at=NOW)[town.firm_east.pk]["revenue"] is None
    assert rows(known_at=later)[town.firm_east.pk]["revenue"] == 250_00


def test_titles_hold_on_their_days(town):
    award_title(
        enterprise=town.firm_east,
        kind="high-tech",
        valid_from=date(2024, 1, 1),
        valid_to=date(2026, 11, 24),
        proof="x",
        source="t",
        mark="example",
        by=BY,
        now=NOW,
    )
    one = rows()[town.firm_east.pk]
    assert (one["high_tech"], one["high_tech_since"], one["high_tech_until"]) == (True, "2024-01-01", "2026-11-24")
    assert rows(as_of=date(2026, 11, 24))[town.firm_east.pk]["high_tech"] is False
    assert rows()[town.firm_west.pk]["high_tech"] is False


def test_a_declared_fact_is_held_from_its_day_and_corrected_without_loss(town):
    firm, by = town.firm_east, actor_of(town["enterprise"])
    declare_facts(enterprise=firm, values={"rent_paid": "12,000.50"}, on=date(2026, 5, 1), proof="合同", by=by, now=NOW)
    assert rows(as_of=date(2026, 4, 30))[firm.pk]["rent_paid"] is None
    assert rows()[firm.pk]["rent_paid"] == 1_200_050
    declare_facts(enterprise=firm, values={"rent_paid": "13000"}, on=date(2026, 5, 1), proof="合同", by=by, now=NOW + timedelta(hours=1))
    assert rows()[firm.pk]["rent_paid"] == 1_300_000
    assert rows(known_at=NOW)[firm.pk]["rent_paid"] == 1_200_050
    assert DeclaredFact.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "error"),
    [({"rent_paid": "lots"}, WrongFact), ({"rent_paid": "1.234"}, WrongFact), ({"drug_phase": "phase-9"}, WrongFact), ({"revenue": "5"}, NotDeclared), ({"nothing": "5"}, NotDeclared)],
)  # fmt: skip
def test_what_cannot_be_declared_is_refused_whole(town, values, error):
    with pytest.raises(error) as caught:
        declare_facts(enterprise=town.firm_east, values={"graduates_hired": 3, **values}, on=TODAY, proof="", by=BY, now=NOW)
    name = next(iter(values))
    assert (current_definition().schema[name].en if name in current_definition().schema else name) in str(caught.value)
    assert not DeclaredFact.objects.exists()


def test_nobody_declares_for_another(town):
    with pytest.raises(NotAllowed):
        declare_facts(enterprise=town.firm_west, values={"graduates_hired": 3}, on=TODAY, proof="", by=actor_of(town["enterprise"]), now=NOW)
    with pytest.raises(NotAllowed):
        declare_facts(enterprise=town.firm_west, values={"graduates_hired": 3}, on=TODAY, proof="", by=actor_of(town["committee"]), now=NOW)
    assert not DeclaredFact.objects.exists()


def test_before_a_register_is_loaded_nobody_knows_and_then_absence_means_no(town):
    assert rows()[town.firm_east.pk]["dishonest"] is None
    assert load_register(register="dishonesty", credit_codes=[town.firm_west.uscc, "91000000000000000X"], on=TODAY, source="test", by=BY, now=NOW) == (
        1,
        ["91000000000000000X"],
    )
    assert (rows()[town.firm_east.pk]["dishonest"], rows()[town.firm_west.pk]["dishonest"]) == (False, True)
    load_register(register="dishonesty", credit_codes=[town.firm_east.uscc], on=TODAY, source="test", by=BY, now=NOW + timedelta(hours=1))
    assert (rows()[town.firm_east.pk]["dishonest"], rows()[town.firm_west.pk]["dishonest"]) == (True, False)


def test_a_few_rows_are_the_same_as_in_the_whole(town):
    file(town.firm_east, "2025", revenue=250_00)
    declare_facts(enterprise=town.firm_east, values={"pilot_line": "是"}, on=TODAY, proof="x", by=BY, now=NOW)
    whole = rows()
    assert rows(only=[town.firm_east.pk]) == {town.firm_east.pk: whole[town.firm_east.pk]}


def test_kept_rows_give_back_the_same_table(town):
    file(town.firm_east, "2025", revenue=250_00)
    sheet = build_sheet(current_definition(), as_of=TODAY)
    again = table_of(sheet.definition, [row_values(sheet, at) for at in range(len(sheet.ids))])
    assert again.to_pylist() == sheet.table.to_pylist()


def test_the_origin_of_a_value_leads_to_the_filing(town):
    file(town.firm_east, "2025", revenue=250_00)
    found = origins(current_definition(), town.firm_east, TODAY)
    assert found["revenue"].filing_id == Filing.objects.get(enterprise=town.firm_east, period="2025").pk
    assert (found["revenue_before"].period, found["park"].what, found["high_tech"].name) == ("2024", "enterprise", "high-tech")


def test_every_fault_of_a_definition_is_named():
    content = {
        "columns": {
            "a": {"kind": "money"}, "b": {"kind": "money", "from": {"form": "enterprise-annual", "field": "revenu"}},
            "c": {"kind": "count", "from": {"form": "enterprise-annual", "field": "revenue"}}, "d": {"kind": "boolean", "from": {"title": "nobel"}},
            "e": {"kind": "date", "from": {"enterprise": "shoe"}}, "f": {"kind": "boolean", "from": {"planet": "x"}}, "g": {"kind": "money", "from": {"register": "x"}},
        }
    }  # fmt: skip
    with pytest.raises(FactsInvalid) as caught:
        read_definition(content, {"enterprise-annual": {"revenue": "money"}}, {"high-tech"})
    for name in "abcdefg":
        assert f"{name}: " in caught.value.faults


def test_without_a_definition_there_are_no_facts(db):
    with pytest.raises(NoFacts):
        current_definition()


def test_every_column_of_the_chengdu_pack_is_there(town):
    definition = read_definition(FACTS, known_forms(), known_titles())
    assert set(rows()[town.firm_east.pk]) == set(definition.schema.names)


def test_a_category_is_given_by_its_code_or_by_its_name_and_a_wrong_one_is_answered_in_names(town):
    for given in ("phase-2", "Ⅱ期临床试验", "phase II trial"):
        assert declare_facts(enterprise=town.firm_east, values={"drug_phase": given}, on=TODAY, proof="", by=BY, now=NOW)[0].value == "phase-2"
    with pytest.raises(WrongFact) as caught:
        declare_facts(enterprise=town.firm_east, values={"drug_phase": "phase-9"}, on=TODAY, proof="", by=BY, now=NOW)
    with override("zh-hans"):
        said = caught.value.message("zh-hans")
    assert "一类新药进展" in said and "获批上市" in said and "drug_phase" not in said and "approved" not in said


def test_codes_are_called_what_the_pack_the_form_or_the_register_calls_them(town):
    definition = current_definition()
    assert definition.schema["digital_stage"].called("partial", "zh") == "部分环节完成", "the form's choice"
    assert definition.schema["per_mu_grade"].called("A", "en") == "grade A", "the pack's"
    found = origins(definition, town.firm_east, TODAY)
    assert found.called("park", "east", "zh") == town.east.name_zh and found.called("park", "east", "en") == town.east.name_en
    assert found.called("revenue", "east", "zh") == found.called("park", "nowhere", "zh").replace("nowhere", "east") == "east"


@pytest.mark.parametrize("pack", ["chengdu", "standards", "nansha"])
def test_every_code_that_a_pack_lists_has_a_name_in_both_languages(pack):
    columns = yaml.safe_load((PACK.parent / pack / "facts.yaml").read_text(encoding="utf-8"))["columns"]
    listed = {name: one["values"] for name, one in columns.items() if "values" in one and "form" not in (one.get("from") or {})}
    assert listed and not [name for name, values in listed.items() if isinstance(values, list)]
    assert not [(name, code) for name, values in listed.items() for code, called in values.items() if not (called["zh"] and called["en"])]
