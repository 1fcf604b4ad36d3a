"""Claims: reserved within the money, approved by two people (three above a limit), given up."""

from __future__ import annotations

import dataclasses

import pytest

from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.audit.models import Event
from manyuan.work.money import claims as service
from manyuan.work.money.errors import OwnWork, ReasonMissing, SaidAlready, Short, Taken, WrongRecipient, WrongState
from manyuan.work.money.funds import earmark
from manyuan.work.money.models import Approval, Claim
from manyuan.work.money.queries import standing, visible_claims
from manyuan.work.money.reconciling import reconcile
from manyuan.work.money.tests.conftest import BY


def test_a_claim_takes_what_was_earmarked_first(treasury):
    earmark(fund=treasury.fund, year=2026, line="P", wanted_fen=80_00, by=BY, now=treasury.now())
    treasury.reserve(treasury.ask("a", 50_00), treasury.ask("b", 50_00))
    line = standing(treasury.fund, 2026)[1]["P"]
    assert (line.earmarked, line.reserved, line.free) == (0, 100_00, 500_00)
    assert not reconcile(treasury.fund)


def test_the_same_reference_is_one_claim(treasury):
    first = treasury.reserve(treasury.ask("a"))
    again = treasury.reserve(treasury.ask("a"), treasury.ask("b"))
    assert again[0].pk == first[0].pk and len(again) == 2
    assert standing(treasury.fund, 2026)[1]["P"].reserved == 200_00
    with pytest.raises(Taken):
        treasury.reserve(treasury.ask("a", firm="firm_west"))


@pytest.mark.parametrize(("rule", "given"), [("pro-rata", [300_00, 300_00]), ("queue", [400_00]), ("priority", [400_00])])
def test_when_money_runs_short_the_rule_decides(treasury, rule, given):
    made = treasury.reserve(treasury.ask("a", 400_00), treasury.ask("b", 400_00), rule=rule)
    assert [one.amount_fen for one in made] == given
    assert not reconcile(treasury.fund)


def test_refuse_gives_nobody_anything(treasury):
    with pytest.raises(Short) as found:
        treasury.reserve(treasury.ask("a", 400_00), treasury.ask("b", 400_00))
    assert "600.00" in found.value.message("en") and "800.00" in found.value.message("zh-hans")
    assert not Claim.objects.exists()


def test_a_recipient_is_what_the_fund_pays_and_there_is_one(treasury):
    for wrong in ({"park_id": treasury.town.east.pk}, {"enterprise_id": None}, {"enterprise_id": None, "park_id": treasury.town.east.pk}):
        with pytest.raises(WrongRecipient):
            treasury.reserve(dataclasses.replace(treasury.ask(), **wrong))


def test_two_different_people_approve(treasury):
    claims = treasury.reserve(treasury.ask())
    assert service.approve_claims(claims=claims, by=treasury.second, now=treasury.now()) == []
    assert treasury.claim().state == "reserved"
    with pytest.raises(SaidAlready):
        service.approve_claims(claims=claims, by=treasury.second, now=treasury.now())
    done = service.approve_claims(claims=claims, by=treasury.third, now=treasury.now())
    assert [one.state for one in done] == ["approved"] and treasury.claim().approved_at is not None
    assert standing(treasury.fund, 2026)[1]["P"].approved == 100_00
    with pytest.raises(WrongState):
        service.approve_claims(claims=claims, by=treasury.fourth, now=treasury.now())


def test_above_the_limit_a_third_is_needed(treasury):
    claims = treasury.reserve(treasury.ask(needs=3))
    treasury.approve(claims)
    assert treasury.claim().state == "reserved"
    service.approve_claims(claims=claims, by=treasury.fourth, now=treasury.now())
    assert treasury.claim().state == "approved"


def test_nobody_approves_what_they_drafted_or_receive_and_no_machine_does(treasury):
    claims = treasury.reserve(treasury.ask())
    with pytest.raises(OwnWork):
        service.approve_claims(claims=claims, by=treasury.drafter, now=treasury.now())
    receiving = dataclasses.replace(treasury.second, enterprise_ids=frozenset({treasury.town.firm_east.pk}))
    with pytest.raises(OwnWork):
        service.approve_claims(claims=claims, by=receiving, now=treasury.now())
    for by in (BY, treasury.firm(), Actor(id=7, label="park", role=Role.COMMITTEE)):
        with pytest.raises(NotAllowed):
            service.approve_claims(claims=claims, by=by, now=treasury.now())
    assert not Approval.objects.exists()


def test_one_wrong_claim_among_many_and_nobody_has_said_yes(treasury):
    claims = treasury.reserve(treasury.ask("a"), treasury.ask("b", drafted_by_id=treasury.second.id))
    with pytest.raises(OwnWork):
        service.approve_claims(claims=claims, by=treasury.second, now=treasury.now())
    assert not Approval.objects.exists()


def test_a_claim_given_up_frees_its_money_and_its_reference_is_spent(treasury):
    claims = treasury.approved(treasury.ask())
    with pytest.raises(ReasonMissing):
        service.release_claims(claims=claims, reason=" ", by=BY, now=treasury.now())
    assert service.release_claims(claims=claims, reason="企业注销", by=BY, now=treasury.now()) == 1
    assert standing(treasury.fund, 2026)[1]["P"].free == 600_00
    assert Event.objects.get(name="money.released").data["references"] == ["a"]
    with pytest.raises(Taken):
        treasury.reserve(treasury.ask("a"))
    with pytest.raises(WrongState):
        service.release_claims(claims=claims, reason="x", by=BY, now=treasury.now())
    assert not reconcile(treasury.fund)


def test_everybody_sees_their_own_claims(treasury):
    treasury.reserve(treasury.ask("a"), treasury.ask("b", firm="firm_west"))
    assert [one.reference for one in visible_claims(treasury.firm())] == ["a"]
    assert visible_claims(treasury.second).count() == 2
    assert not visible_claims(Actor(id=1, label="institute", role=Role.INSTITUTE)).exists()
