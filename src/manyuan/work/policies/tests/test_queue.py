"""The queue is told truthfully: who is ahead is who said yes before and waits still; what is left is what remains after them; usual days are those that others waited."""

from __future__ import annotations

import pytest

from manyuan.facts.audit.actors import Actor, Role, system
from manyuan.work.policies import delivering as deliver
from manyuan.work.policies.queries import queue_of


@pytest.fixture
def two(office):
    """The firm of the east said yes to 20 yuan a day before its subsidiary did to 30; the policy has 100."""
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    office.file(office.town.firm_sub, revenue=2000_00, rd_spend=300_00)
    version = office.published(objection_days=0, budget="100")
    office.screen(version)
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    for firm in (office.town.firm_east, office.town.firm_sub):
        by = Actor(id=None, label="firm", role=Role.ENTERPRISE, enterprise_ids=frozenset({firm.pk}))
        deliver.accept_entitlement(entitlement=office.entitlement(firm), by=by, now=office.later(1))
    return version


def rows(office):
    return office.entitlement(office.town.firm_east), office.entitlement(office.town.firm_sub)


def approve(office, version):
    deliver.open_public_notice(version=version, by=office.drafter, now=office.now())
    for who in (office.second, office.third):
        deliver.approve_entitlements(entitlements=list(rows(office)), by=who, now=office.now())


def test_who_said_yes_first_stands_first_and_takes_its_money_first(office, two):
    first, second = (queue_of(row) for row in rows(office))
    assert (first.place, first.ahead_fen, first.left_fen) == (1, 0, 100_00)
    assert (second.place, second.ahead_fen, second.left_fen) == (2, 20_00, 80_00)
    assert first.usual_days is None and second.usual_days is None, "nothing was paid yet"


def test_who_is_rejected_stands_in_nobodys_way(office, two):
    deliver.reject_entitlement(entitlement=rows(office)[0], reason="不符", by=office.second, now=office.now())
    found = queue_of(rows(office)[1])
    assert (found.place, found.ahead_fen, found.left_fen) == (1, 0, 100_00)


def test_what_was_paid_is_ahead_of_nobody_and_says_how_long_it_took(office, two):
    approve(office, two)
    first = rows(office)[0]
    now = office.later(9)
    assert deliver.note_payment(references=[f"entitlement/{first.pk}"], what="paid", by=system(), now=now) == 1
    paid, waits = (queue_of(row) for row in rows(office))
    assert paid.place is None and (waits.place, waits.ahead_fen) == (1, 0)
    assert waits.usual_days == paid.usual_days == 10, "said yes a day before the other, paid nine days after it"


def test_what_is_asked_back_after_the_payment_is_ahead_of_nobody_either(office, two):
    approve(office, two)
    reference = [f"entitlement/{rows(office)[0].pk}"]
    for what in ("paid", "recalled"):
        assert deliver.note_payment(references=reference, what=what, by=system(), now=office.now()) == 1
    recalled, waits = (queue_of(row) for row in rows(office))
    assert recalled.place is None and waits.place == 1


def test_what_the_bank_sent_back_still_waits(office, two):
    approve(office, two)
    assert deliver.note_payment(references=[f"entitlement/{rows(office)[0].pk}"], what="returned", by=system(), now=office.now()) == 1
    returned, waits = (queue_of(row) for row in rows(office))
    assert (returned.place, waits.place, waits.ahead_fen) == (1, 2, 0), "its money is reserved already"
