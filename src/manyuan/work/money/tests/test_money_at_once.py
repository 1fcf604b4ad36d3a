"""Under concurrency and killing: no overdraft, nobody paid twice, nothing lost."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from manyuan.facts.audit.errors import DomainError
from manyuan.work.money import claims as claiming
from manyuan.work.money import payments, recalls
from manyuan.work.money.errors import Short
from manyuan.work.money.ledger import balances
from manyuan.work.money.models import Batch, Claim, Posting
from manyuan.work.money.queries import standing
from manyuan.work.money.reconciling import reconcile
from manyuan.work.money.results import take_results
from manyuan.work.money.tests.conftest import BY, results

TODAY = date(2026, 11, 23)


@pytest.mark.django_db(transaction=True)
def test_no_overdraft_when_many_reserve_at_once(treasury):
    """Eight at once, each wants 100 of 600 yuan: six get it."""
    got, barrier = [], threading.Barrier(8)

    def work(number: int) -> None:
        barrier.wait()
        try:
            treasury.reserve(treasury.ask(f"t{number}"))
            got.append(True)
        except Short:
            got.append(False)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(60)
    assert sorted(got) == [False] * 2 + [True] * 6
    assert standing(treasury.fund, 2026)[1]["P"].free == 0
    assert not reconcile(treasury.fund)


@pytest.mark.django_db(transaction=True)
def test_two_batches_at_once_pay_a_claim_once(treasury):
    treasury.account()
    treasury.approved(treasury.ask("a"), treasury.ask("b", 50_00))
    made, barrier = [], threading.Barrier(2)

    def work() -> None:
        barrier.wait()
        try:
            made.append(payments.make_batch(fund=treasury.fund, year=2026, by=treasury.drafter, now=treasury.now()).pk)
        except DomainError:
            made.append(None)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(60)
    assert sum(one is not None for one in made) == 1
    assert standing(treasury.fund, 2026)[1]["P"].paying == 150_00 and not reconcile(treasury.fund)


_TAKER = """
import os, signal, sys
from datetime import UTC, date, datetime
from pathlib import Path
import django
django.setup()
from manyuan.facts.audit.actors import system
from manyuan.work.money import results
from manyuan.work.money.models import Batch
when = sys.argv[2]
def die(*args, **more):
    os.kill(os.getpid(), signal.SIGKILL)
if when == "posted":       # the ledger has moved, claims have not
    results.Payment.objects.bulk_update = die
elif when == "claims":     # claims are written, the event is not
    results.audit.emit = die
batch = Batch.objects.get()
results.take_results(batch=batch, content=Path(sys.argv[1]).read_bytes(), filename="r.csv", today=date(2026, 11, 23), by=system(), now=datetime.now(UTC))
print("taken", flush=True)
if when == "committed":
    die()
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_at_any_point_twice_nothing_is_lost_and_nobody_is_paid_twice(treasury, tmp_path):
    if connection.vendor != "sqlite":
        address = connection.settings_dict
        host = address["HOST"].replace("/", "%2F") if address["HOST"] else ""
        database = f"postgresql://{address['USER']}:{address['PASSWORD']}@{host}:{address['PORT']}/{address['NAME']}"
    else:
        database = f"sqlite:///{connection.settings_dict['NAME']}"
    batch = treasury.sent(*(treasury.ask(f"c{number}", 10_00) for number in range(20)))
    file = tmp_path / "r.csv"
    file.write_bytes(results(batch, {"c3": "失败"}))
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "manyuan.site.settings", "PYTHONPATH": str(Path(__file__).resolve().parents[4]), "MANYUAN_DATABASE": database,
        "MANYUAN_SECRET_KEY": "x" * 50, "MANYUAN_FIELD_KEY": "y" * 50,
    }  # fmt: skip
    postings = Posting.objects.count()
    connections.close_all()
    for when, expected in (("posted", "paying"), ("claims", "paying"), ("posted", "paying"), ("committed", "paid"), ("never", "paid")):
        done = subprocess.run([sys.executable, "-c", _TAKER, str(file), when], env=environment, capture_output=True, text=True, timeout=60)
        assert (done.returncode == 0) == (when == "never"), done.stderr
        assert treasury.claim("c0").state == expected
        assert not reconcile(treasury.fund)
        connections.close_all()
    assert Posting.objects.count() == postings + 1
    line = standing(treasury.fund, 2026)[1]["P"]
    assert (line.paid, line.returned, line.paying) == (190_00, 10_00, 0)


class AnyOrder(RuleBasedStateMachine):
    """Whatever is done in whatever order: the ledger agrees with everything, and what was granted is what there is."""

    treasury = None

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.drawn = f"{datetime.now(UTC).timestamp():.6f}"

    def _try(self, act) -> None:
        try:
            act()
        except DomainError:
            pass

    def _some(self, state: str, pick: int) -> list[Claim]:
        found = list(Claim.objects.filter(state=state).order_by("pk"))
        return [found[pick % len(found)]] if found else []

    @rule(fen=st.integers(1, 400_00), how=st.sampled_from(["refuse", "pro-rata", "queue"]))
    def reserve(self, fen, how):
        self.number += 1
        self._try(lambda: self.treasury.reserve(self.treasury.ask(f"{self.drawn}/{self.number}", fen), rule=how))

    @rule(pick=st.integers(0, 50))
    def approve(self, pick):
        if found := self._some("reserved", pick):
            self._try(lambda: self.treasury.approve(found))

    @rule(pick=st.integers(0, 50), state=st.sampled_from(["reserved", "approved", "returned", "paid"]))
    def release(self, pick, state):
        if found := self._some(state, pick):
            self._try(lambda: claiming.release_claims(claims=found, reason="x", by=BY, now=self.treasury.now()))

    @rule(send=st.booleans())
    def batch(self, send):
        def act():
            made = payments.make_batch(fund=self.treasury.fund, year=2026, by=self.treasury.drafter, now=self.treasury.now())
            if send:
                payments.export_batch(batch=made, format="csv", by=self.treasury.drafter, now=self.treasury.now())
            else:
                payments.cancel_batch(batch=made, reason="x", by=self.treasury.drafter, now=self.treasury.now())

        self._try(act)

    @precondition(lambda self: Batch.objects.filter(state__in=("sent", "done")).exists())
    @rule(pick=st.integers(0, 50), word=st.sampled_from(["成功", "失败", "退汇"]))
    def bank(self, pick, word):
        found = list(Batch.objects.filter(state__in=("sent", "done")).order_by("pk"))
        batch = found[pick % len(found)]
        said = {one.claim.reference: word for one in batch.payments.select_related("claim")}
        content = results(batch, said)
        self._try(lambda: take_results(batch=batch, content=content, filename="x.csv", today=TODAY, by=BY, now=self.treasury.now()))

    @rule(pick=st.integers(0, 50), fen=st.integers(1, 400_00))
    def recall(self, pick, fen):
        if found := self._some("paid", pick):
            self._try(lambda: recalls.recall_claim(claim=found[0], fen=fen, reason="x", by=self.treasury.second, now=self.treasury.now()))

    @rule(pick=st.integers(0, 50), fen=st.integers(1, 400_00), number=st.integers(0, 9))
    def recover(self, pick, fen, number):
        if found := self._some("recalled", pick):
            by, now = self.treasury.second, self.treasury.now()
            self._try(lambda: recalls.record_recovery(claim=found[0], fen=fen, bank_reference=str(number), by=by, now=now))

    @rule(pick=st.integers(0, 50))
    def again(self, pick):
        if found := self._some("returned", pick):
            self._try(lambda: payments.pay_again(claims=found, reason="x", by=BY, now=self.treasury.now()))

    @invariant()
    def agrees(self):
        if self.treasury is not None:
            assert not reconcile(self.treasury.fund)
            held = balances(self.treasury.fund)
            assert all(fen >= 0 for kinds in held.values() for fen in kinds.values())
            assert sum(fen for kinds in held.values() for kind, fen in kinds.items() if kind != "granted") == 1_000_00


@pytest.mark.slow
@pytest.mark.django_db
def test_whatever_is_done_in_whatever_order_the_ledger_agrees(treasury):
    treasury.account()
    AnyOrder.treasury = treasury
    try:
        checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
        run_state_machine_as_test(AnyOrder, settings=settings(max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=checks))
    finally:
        AnyOrder.treasury = None
