"""`manyuan money`: what funds hold, reconciliation with its exit code, a batch to a file and the bank's results back."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from manyuan.surfaces.cli.money import money
from manyuan.work.money.models import Batch, Claim
from manyuan.work.money.payments import make_batch
from manyuan.work.money.tests.conftest import results, treasury

__all__ = ["treasury"]


def run(*arguments, code=0):
    done = CliRunner().invoke(money, [str(one) for one in arguments], env={"MANYUAN_LANGUAGE": "zh"})
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def test_funds_and_reconciliation(treasury):
    treasury.approved(treasury.ask())
    assert "sme\t中小企业发展资金\t1,000.00\t900.00\t0.00\t0.00\t100.00" in run("funds", "--year", 2026)
    assert "sme：1 笔款项，一致" in run("reconcile")
    Claim.objects.update(state="paid")
    assert "state\ta paid\t100.00\t100.00" in run("reconcile", code=1)


def test_a_batch_goes_out_as_a_file_and_the_results_come_back(treasury, tmp_path):
    treasury.account()
    treasury.approved(treasury.ask())
    batch = make_batch(fund=treasury.fund, year=2026, by=treasury.drafter, now=treasury.now())
    file, answer = tmp_path / "out.csv", tmp_path / "in.csv"
    run("export", batch.number, file)
    assert "6222000123456789" in file.read_text("utf-8-sig") and file.stat().st_mode & 0o777 == 0o600
    answer.write_bytes(results(Batch.objects.get()))
    assert "--take" in run("results", batch.number, answer)
    assert Claim.objects.get().state == "paying"
    assert run("results", batch.number, answer, "--take").startswith("成功 1，失败 0")
    assert Claim.objects.get().state == "paid"
    assert "此前已登记 1" in run("results", batch.number, answer, "--take")


def test_what_cannot_be_is_said(treasury, tmp_path):
    batch = treasury.sent(treasury.ask())
    answer = tmp_path / "in.csv"
    answer.write_bytes(results(batch, amount="1"))
    assert "B2" in run("results", batch.number, answer, "--take", code=1)
    assert "SME-2026-001" in run("export", "NONE", tmp_path / "x.csv", code=2)
    assert ".xlsx | .csv" in run("export", batch.number, tmp_path / "x.pdf", code=2)


@pytest.mark.parametrize("command", ["funds", "reconcile"])
def test_an_empty_city_has_nothing_to_say(db, command):
    assert run(command) == ""
