"""A policy from the draft to the payment: who may do what, in which state, and what each step leaves behind."""

from __future__ import annotations

from datetime import date

import pytest

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import ANONYMOUS, NotAllowed, system
from manyuan.facts.audit.models import AuditRecord, Event
from manyuan.facts.factsheet.services import load_register
from manyuan.work.money.errors import SaidAlready
from manyuan.work.policies import delivering as deliver
from manyuan.work.policies.drafting import change_draft, draft_policy, publish_policy, review_policy, submit_draft
from manyuan.work.policies.errors import (
    AtWork,
    FactsAsked,
    NothingThere,
    ObjectionsOpen,
    OwnWork,
    PolicyFaulty,
    ReasonMissing,
    ReviewsMissing,
    StillOpen,
    TooLate,
    WrongDelivery,
    WrongState,
)  # fmt: skip
from manyuan.work.policies.mine import explained, mine
from manyuan.work.policies.models import Entitlement, EntitlementStep, FactRow, NearMiss, PolicyVersion
from manyuan.work.policies.queries import coverage, entitlement_seen, near_by_condition, visible
from manyuan.work.policies.tests.conftest import RULES
from manyuan.work.policies.verifying import verify_decisions

TEXT = RULES.format(code="RD", revenue=1000, amount="rd * 0.1", way="no-application", more="")


def ready(office):
    """East is entitled to 20 yuan, the sub-park's firm misses the revenue, the west's has filed nothing."""
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    office.file(office.town.firm_sub, revenue=900_00, rd_spend=200_00)
    version = office.published(objection_days=5, promised_days=10)
    office.screen(version)
    return version


def test_everybody_is_told_what_they_get_what_they_miss_and_what_is_not_known(office):
    version = ready(office)
    town = office.town
    east = office.entitlement(town.firm_east)
    assert (east.amount_fen, east.state, east.park_id) == (20_00, "listed", town.east.pk)
    assert [(near.enterprise_id, near.condition) for near in NearMiss.objects.all()] == [(town.firm_sub.pk, "revenue")]
    assert near_by_condition(version, office.drafter) == [("revenue", 1)]
    west = mine(town.firm_west, date(2026, 11, 23))
    assert [one.outcome for _, one in west.open] == ["undetermined"]
    sub = mine(town.firm_sub, date(2026, 11, 23))
    assert sub.near[0][1].change().distance == 100
    assert [(found.outcome, found.change().distance) for _, found in explained(town.firm_sub, [version], date(2026, 11, 23))] == [("near", 100)]
    assert {"revenue", "rd"} <= sub.read


def test_a_policy_that_cannot_be_checked_is_not_even_a_draft(office):
    with pytest.raises(PolicyFaulty) as caught:
        draft_policy(text=TEXT.replace("revenue >=", "revenu >="), delivery={"fund": "test"}, by=office.drafter, now=office.now())
    assert "revenu" in caught.value.faults and "revenue" in caught.value.faults
    with pytest.raises(WrongDelivery):
        draft_policy(text=TEXT, delivery={"shortfall": "lottery"}, by=office.drafter, now=office.now())
    with pytest.raises(WrongDelivery):
        draft_policy(text=TEXT, delivery={"budget": "-5"}, by=office.drafter, now=office.now())
    with pytest.raises(WrongDelivery):
        draft_policy(text=TEXT, delivery={"asks": ["revenue"]}, by=office.drafter, now=office.now())
    assert not PolicyVersion.objects.exists()


def test_nobody_reviews_or_publishes_what_they_drafted_and_all_three_sides_must_agree(office):
    version = draft_policy(text=TEXT, delivery={"fund": "test"}, by=office.drafter, now=office.now())
    with pytest.raises(WrongState):
        review_policy(version=version, kind="legal", agreed=True, note="", by=office.second, now=office.now())
    submit_draft(version=version, by=office.drafter, now=office.now())
    with pytest.raises(OwnWork):
        review_policy(version=version, kind="legal", agreed=True, note="", by=office.drafter, now=office.now())
    review_policy(version=version, kind="legal", agreed=True, note="", by=office.second, now=office.now())
    with pytest.raises(ReviewsMissing):
        publish_policy(version=version, by=office.second, now=office.now())
    with pytest.raises(ReasonMissing):
        review_policy(version=version, kind="finance", agreed=False, note=" ", by=office.second, now=office.now())
    review_policy(version=version, kind="finance", agreed=False, note="预算不足", by=office.second, now=office.now())
    version.refresh_from_db()
    assert version.state == "draft"
    version = change_draft(version=version, text=TEXT.replace("cap: 50", "cap: 10"), delivery={"fund": "test"}, by=office.drafter, now=office.now())
    submit_draft(version=version, by=office.drafter, now=office.now())
    assert version.reviews.count() == 0, "what was agreed to was another text"
    for kind in ("content", "legal", "finance"):
        review_policy(version=version, kind=kind, agreed=True, note="", by=office.second, now=office.now())
    with pytest.raises(OwnWork):
        publish_policy(version=version, by=office.drafter, now=office.now())
    assert publish_policy(version=version, by=office.second, now=office.now()).state == "published"
    assert Event.objects.filter(name="policy.published").count() == 1


def test_only_the_city_drafts_and_one_version_at_a_time(office):
    with pytest.raises(NotAllowed):
        draft_policy(text=TEXT, delivery={"fund": "test"}, by=actor_of(office.town["committee"]), now=office.now())
    draft_policy(text=TEXT, delivery={"fund": "test"}, by=office.drafter, now=office.now())
    with pytest.raises(AtWork):
        draft_policy(text=TEXT, delivery={"fund": "test"}, by=office.drafter, now=office.now())


def test_the_whole_way_to_the_payment(office):
    version = ready(office)
    firm, by = office.town.firm_east, office.firm_actor()
    assert not visible(by).exists(), "what is only listed is not told yet"
    assert deliver.notify_listed(version=version, by=office.drafter, now=office.now()) == 1
    row = entitlement_seen(by, office.entitlement(firm).pk)
    row = deliver.accept_entitlement(entitlement=row, by=by, now=office.now())
    assert row.promised_on == date(2026, 12, 7), "ten working days after Monday the 23rd"
    notice = deliver.open_public_notice(version=version, by=office.drafter, now=office.now())
    assert notice.closes_on == date(2026, 11, 30)
    with pytest.raises(StillOpen):
        deliver.close_notice(notice=notice, by=office.drafter, now=office.now())
    objection = deliver.object_to(notice=notice, entitlement=row, text="不符", contact="", by=ANONYMOUS, now=office.now())
    assert office.entitlement(firm).state == "objected"
    office.later(8)
    with pytest.raises(ObjectionsOpen):
        deliver.close_notice(notice=notice, by=office.drafter, now=office.now())
    with pytest.raises(TooLate):
        deliver.object_to(notice=notice, entitlement=row, text="迟了", contact="", by=ANONYMOUS, now=office.now())
    with pytest.raises(OwnWork):
        deliver.decide_objection(objection=objection, upheld=False, reason="已核", by=office.drafter, now=office.now())
    deliver.decide_objection(objection=objection, upheld=False, reason="已核，属实", by=office.second, now=office.now())
    assert deliver.close_notice(notice=notice, by=office.drafter, now=office.now()) == 1
    row = office.entitlement(firm)
    with pytest.raises(OwnWork):
        deliver.approve_entitlements(entitlements=[row], by=office.drafter, now=office.now())
    with pytest.raises(NotAllowed):
        deliver.approve_entitlements(entitlements=[row], by=system(), now=office.now())
    assert deliver.approve_entitlements(entitlements=[row], by=office.second, now=office.now()) == 0
    with pytest.raises(SaidAlready):
        deliver.approve_entitlements(entitlements=[row], by=office.second, now=office.now())
    assert not Event.objects.filter(name="entitlements.approved").exists()
    assert deliver.approve_entitlements(entitlements=[row], by=office.third, now=office.now()) == 1
    assert Event.objects.get(name="entitlements.approved").data == {"ids": [row.pk]}
    assert deliver.note_payment(references=[f"entitlement/{row.pk}", "other"], what="paid", by=system(), now=office.now()) == 1
    assert deliver.note_payment(references=[f"entitlement/{row.pk}", "other"], what="paid", by=system(), now=office.now()) == 0
    found = coverage(version.entitlements.all())
    assert (found.entitled, found.told, found.accepted, found.paid, found.paid_fen, found.rate) == (1, 1, 1, 1, 20_00, 1.0)
    states = list(EntitlementStep.objects.filter(entitlement=row).values_list("to_state", flat=True))
    assert states == ["listed", "notified", "accepted", "public", "objected", "public", "cleared", "approved", "paid"]
    assert AuditRecord.objects.filter(action__startswith="policies.").count() >= 12


def test_above_the_limit_a_third_person_is_needed(office):
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    version = office.published(objection_days=0, limit="10")
    office.screen(version)
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    row = deliver.accept_entitlement(entitlement=office.entitlement(office.town.firm_east), by=office.firm_actor(), now=office.now())
    deliver.open_public_notice(version=version, by=office.drafter, now=office.now())
    assert deliver.approve_entitlements(entitlements=[row], by=office.second, now=office.now()) == 0
    assert deliver.approve_entitlements(entitlements=[row], by=office.third, now=office.now()) == 0
    assert office.entitlement(office.town.firm_east).state == "cleared"


def test_an_objection_that_is_upheld_ends_it(office):
    version = ready(office)
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    row = deliver.accept_entitlement(entitlement=office.entitlement(office.town.firm_east), by=office.firm_actor(), now=office.now())
    notice = deliver.open_public_notice(version=version, by=office.drafter, now=office.now())
    objection = deliver.object_to(notice=notice, entitlement=row, text="数据不实", contact="13x", by=ANONYMOUS, now=office.now())
    deliver.decide_objection(objection=objection, upheld=True, reason="核查属实", by=office.second, now=office.now())
    assert office.entitlement(office.town.firm_east).state == "rejected"
    with pytest.raises(WrongState):
        deliver.decide_objection(objection=objection, upheld=False, reason="x", by=office.second, now=office.now())


def test_yes_twice_is_one_yes_and_no_stranger_answers(office):
    version = ready(office)
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    row = office.entitlement(office.town.firm_east)
    with pytest.raises(NotAllowed):
        deliver.accept_entitlement(entitlement=row, by=actor_of(office.town["enterprise_west"]), now=office.now())
    with pytest.raises(NotAllowed):
        deliver.accept_entitlement(entitlement=row, by=office.drafter, now=office.now())
    first = deliver.accept_entitlement(entitlement=row, by=office.firm_actor(), now=office.now())
    assert deliver.accept_entitlement(entitlement=row, by=office.firm_actor(), now=office.now()).promised_on == first.promised_on
    assert EntitlementStep.objects.filter(to_state="accepted").count() == 1


def test_facts_that_change_before_the_yes_move_it_and_after_the_yes_do_not(office):
    version = ready(office)
    firm = office.town.firm_east
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    refile(office, firm, rd_spend=300_00)
    office.screen(version, "changed", [firm.pk])
    assert (office.entitlement(firm).amount_fen, office.entitlement(firm).state) == (30_00, "notified")
    refile(office, firm, rd_spend=50_00)
    office.screen(version, "changed", [firm.pk])
    assert office.entitlement(firm).state == "lapsed"
    assert not visible(office.firm_actor()).exists()
    refile(office, firm, rd_spend=250_00)
    office.screen(version, "nightly")
    assert (office.entitlement(firm).amount_fen, office.entitlement(firm).state) == (25_00, "listed")
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    deliver.accept_entitlement(entitlement=office.entitlement(firm), by=office.firm_actor(), now=office.now())
    refile(office, firm, rd_spend=50_00)
    office.screen(version, "nightly")
    assert (office.entitlement(firm).amount_fen, office.entitlement(firm).state) == (25_00, "accepted")


def refile(office, firm, **values):
    from manyuan.facts.filings.models import Filing
    from manyuan.facts.filings.services import NewValues, approve_filings, lock_filings, save_values, submit_filings, unlock_filings

    filing = Filing.objects.get(enterprise=firm, form_code="enterprise-annual", period="2025")
    unlock_filings(filings=[filing], reason="更正", by=system(), now=office.now())
    filing.refresh_from_db()
    save_values(given=[NewValues(filing, {"tax": 100, "employees": 10, "revenue": 2000_00, **values})], channel="form", by=system(), now=office.now())
    for step in (submit_filings, approve_filings, lock_filings):
        step(filings=[filing], by=system(), now=office.now())


def test_screening_again_changes_nothing(office):
    version = ready(office)
    before = (list(Entitlement.objects.values()), EntitlementStep.objects.count(), FactRow.objects.count())
    office.screen(version, "nightly")
    assert (list(Entitlement.objects.values()), EntitlementStep.objects.count(), FactRow.objects.count()) == before


def test_who_is_in_the_register_is_held_until_somebody_looked(office):
    load_register(register="dishonesty", credit_codes=[office.town.firm_east.uscc], on=date(2026, 11, 1), source="test", by=system(), now=office.now())
    version = ready(office)
    row = office.entitlement(office.town.firm_east)
    assert row.state == "held"
    with pytest.raises(NothingThere):
        deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    with pytest.raises(ReasonMissing):
        deliver.release_held(entitlement=row, reason="", by=office.drafter, now=office.now())
    deliver.release_held(entitlement=row, reason="已修复信用", by=office.drafter, now=office.now())
    assert deliver.notify_listed(version=version, by=office.drafter, now=office.now()) == 1


def test_of_an_exclusive_pair_only_the_higher_is_listed_and_never_both_over_time(office):
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    low = office.published("LOW", amount="10", more="group: rd", objection_days=0)
    office.screen(low)
    deliver.notify_listed(version=low, by=office.drafter, now=office.now())
    deliver.accept_entitlement(entitlement=office.entitlement(office.town.firm_east, "LOW"), by=office.firm_actor(), now=office.now())
    high = office.published("HIGH", amount="40", more="group: rd")
    office.screen(high)
    held = office.entitlement(office.town.firm_east, "HIGH")
    assert held.state == "held", "the lower one was accepted already: somebody must decide"
    assert held.steps.get().note == "group:LOW"
    assert verify_decisions()[1] == []


def test_of_an_exclusive_pair_both_open_the_lower_lapses(office):
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    low = office.published("LOW", amount="10", more="group: rd")
    office.screen(low)
    high = office.published("HIGH", amount="40", more="group: rd")
    office.screen(high)
    assert office.entitlement(office.town.firm_east, "LOW").state == "lapsed"
    assert office.entitlement(office.town.firm_east, "HIGH").state == "listed"


def test_a_new_version_takes_the_place_of_the_old(office):
    version = ready(office)
    newer = office.published(revenue=500, objection_days=5)
    version.refresh_from_db()
    assert (version.state, newer.number) == ("superseded", 2)
    office.screen(newer)
    assert newer.entitlements.filter(state="listed").count() == 2
    assert version.entitlements.get().state == "lapsed"


def test_who_said_yes_to_the_old_version_is_not_paid_by_the_new_one_too(office):
    version = ready(office)
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    deliver.accept_entitlement(entitlement=office.entitlement(office.town.firm_east), by=office.firm_actor(), now=office.now())
    newer = office.published(revenue=500, objection_days=5)
    office.screen(newer)
    assert [row.enterprise_id for row in newer.entitlements.all()] == [office.town.firm_sub.pk]
    assert version.entitlements.get().state == "accepted"


def test_the_short_form_asks_only_what_is_not_held(office):
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    version = office.published(way="short-form", asks=["graduates_hired"])
    office.screen(version)
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    row, by = office.entitlement(office.town.firm_east), office.firm_actor()
    with pytest.raises(FactsAsked):
        deliver.accept_entitlement(entitlement=row, by=by, now=office.now())
    assert office.entitlement(office.town.firm_east).state == "notified"
    deliver.accept_entitlement(entitlement=row, facts={"graduates_hired": "4"}, by=by, now=office.now())
    assert office.entitlement(office.town.firm_east).state == "accepted"


def test_a_disputed_fact_is_corrected_and_the_amount_follows(office):
    version = ready(office)
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    row = deliver.dispute_entitlement(
        entitlement=office.entitlement(office.town.firm_east), text="研发费用应为 400 元", by=office.firm_actor(), now=office.now()
    )
    refile(office, office.town.firm_east, rd_spend=400_00)
    assert deliver.settle_dispute(entitlement=row, note="已更正", by=office.drafter, now=office.now()).amount_fen == 40_00


def test_committees_see_their_parks_and_enterprises_themselves(office):
    version = ready(office)
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    row = office.entitlement(office.town.firm_east)
    assert row in visible(actor_of(office.town["committee"])) and row in visible(office.firm_actor())
    for name in ("committee_west", "enterprise_west", "institute"):
        assert row not in visible(actor_of(office.town[name])), name


def test_every_decision_comes_out_again_and_an_altered_one_is_found(office):
    version = ready(office)
    assert verify_decisions() == (1, [])
    Entitlement.objects.update(amount_fen=20_01)
    (found,) = verify_decisions()[1]
    assert (found.found, found.expected) == ("2001", "2000 (entitled)")
    Entitlement.objects.update(amount_fen=20_00)
    row = FactRow.objects.get(enterprise=office.town.firm_east)
    row.values["rd"] = 90_00
    row.save()
    assert verify_decisions()[1][0].expected.startswith("0 (near")
    row.values["rd"] = 200_00
    row.save()
    PolicyVersion.objects.filter(pk=version.pk).update(text=version.text + "\n# x")
    assert verify_decisions()[1][0].what == "text"


def test_a_run_that_dies_in_the_middle_leaves_nothing(office, monkeypatch):
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    version = office.published()
    from manyuan.work.policies import screening

    monkeypatch.setattr(screening._Run, "_near", lambda self, made: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        office.screen(version)
    assert not Entitlement.objects.exists() and not EntitlementStep.objects.exists()
