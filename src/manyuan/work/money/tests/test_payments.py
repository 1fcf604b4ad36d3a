"""Accounts, batches, the bank's results, money that comes back, and reconciliation to the fen."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
from django.db import connection

from manyuan.engines.workbooks import Column, Sheet, read_table
from manyuan.facts.accounts.errors import SealBroken
from manyuan.facts.audit.actors import NotAllowed
from manyuan.facts.audit.models import AuditRecord, Event
from manyuan.work.money import accounts, payments, recalls
from manyuan.work.money.claims import release_claims
from manyuan.work.money.errors import AccountIncomplete, NothingToPay, ReasonMissing, TooMuch, WrongFile, WrongNumber, WrongState
from manyuan.work.money.models import BankAccount, Batch, Claim, Payment
from manyuan.work.money.queries import standing
from manyuan.work.money.reconciling import reconcile
from manyuan.work.money.results import read_results, take_results
from manyuan.work.money.tests.conftest import BY, results

TODAY = date(2026, 11, 23)
NUMBER = "6222000123456789"


def take(treasury, batch, content, filename="结果.csv"):
    return take_results(batch=batch, content=content, filename=filename, today=TODAY, by=treasury.drafter, now=treasury.now())


def test_a_number_is_sealed_at_rest_and_every_sight_is_recorded(treasury):
    account = treasury.account()
    assert account.masked == "**** 6789"
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM money_bankaccount")
        assert NUMBER not in str(cursor.fetchall())
    assert not AuditRecord.objects.filter(after__icontains=NUMBER).exists()
    with pytest.raises(ReasonMissing):
        accounts.reveal_number(account=account, reason="", by=treasury.second, now=treasury.now())
    assert accounts.reveal_number(account=account, reason="核对退汇", by=treasury.second, now=treasury.now()) == NUMBER
    seen = AuditRecord.objects.get(action="money.reveal_number")
    assert (seen.actor_label, seen.reason) == (treasury.second.label, "核对退汇")
    for by in (BY, treasury.firm("firm_west")):
        with pytest.raises(NotAllowed):
            accounts.reveal_number(account=account, reason="x", by=by, now=treasury.now())


def test_a_lost_key_says_so(treasury, settings):
    account = treasury.account()
    settings.FIELD_KEYS = ["another" * 8]
    with pytest.raises(SealBroken) as found:
        accounts.reveal_number(account=account, reason="x", by=treasury.second, now=treasury.now())
    assert "MANYUAN_FIELD_KEY" in found.value.message("zh-hans")


def test_a_new_key_seals_and_the_old_one_still_opens(treasury, settings):
    account, old = treasury.account(), settings.FIELD_KEYS
    settings.FIELD_KEYS = ["new" * 20, *old]
    assert accounts.reveal_number(account=account, reason="x", by=treasury.second, now=treasury.now()) == NUMBER
    assert treasury.account().pk == account.pk  # the same number is still known as the same


@pytest.mark.parametrize(("number", "error"), [("1234567", WrongNumber), ("62220001234X6789", WrongNumber), ("1" * 33, WrongNumber), (" ", AccountIncomplete)])
def test_a_number_that_is_none_is_refused_and_not_repeated(treasury, number, error):
    with pytest.raises(error) as found:
        treasury.account(number=number)
    assert number.strip() == "" or number not in found.value.message("zh-hans")


def test_only_the_recipient_says_where_to_pay(treasury):
    for by in (treasury.second, BY, treasury.firm("firm_west")):
        with pytest.raises(NotAllowed):
            accounts.give_account(owner=treasury.town.firm_east, holder="x", bank="y", number=NUMBER, by=by, now=treasury.now())


def test_who_has_no_account_waits_and_the_others_are_paid(treasury):
    treasury.approved(treasury.ask("a"), treasury.ask("b", firm="firm_west"))
    with pytest.raises(NothingToPay):
        payments.make_batch(fund=treasury.fund, year=2026, by=treasury.drafter, now=treasury.now())
    treasury.account()
    batch = payments.make_batch(fund=treasury.fund, year=2026, by=treasury.drafter, now=treasury.now())
    assert [one.claim.reference for one in batch.payments.all()] == ["a"]
    assert [one.why_not for one in payments.payable(treasury.fund, 2026)] == ["no_account"]


def test_an_account_changed_after_the_approval_is_not_paid_until_it_is_confirmed(treasury, client):
    treasury.account()
    treasury.approved(treasury.ask())
    changed = treasury.account(number="6222 0009 9999 9999")
    assert [one.why_not for one in payments.payable(treasury.fund, 2026)] == ["changed"]
    with pytest.raises(NothingToPay):
        payments.make_batch(fund=treasury.fund, year=2026, by=treasury.drafter, now=treasury.now())
    client.force_login(treasury.town["enterprise"], backend="django.contrib.auth.backends.ModelBackend")
    for language, text in (("zh-hans", "审定后账户有变更"), ("en", "The account was changed after the approval")):
        client.cookies["manyuan_language"] = language
        assert text in client.get(f"/money/payments/{treasury.claim().pk}/").content.decode()
    with pytest.raises(NotAllowed):
        accounts.confirm_account(account=changed, reason="x", by=treasury.firm(), now=treasury.now())
    accounts.confirm_account(account=changed, reason="电话核实", by=treasury.second, now=treasury.now())
    assert payments.make_batch(fund=treasury.fund, year=2026, by=treasury.drafter, now=treasury.now()).payments.get().account == changed


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_the_file_for_the_treasury_has_whole_numbers_as_text_and_is_recorded(treasury, format):
    treasury.account(holder="=东企")
    treasury.approved(treasury.ask("a", 123_45))
    batch = payments.make_batch(fund=treasury.fund, year=2026, by=treasury.drafter, now=treasury.now())
    content = payments.export_batch(batch=batch, format=format, by=treasury.second, now=treasury.now())
    sheet = Sheet(
        "t", "t", columns=(Column("key", "付款编号"), Column("number", "收款账号"), Column("amount", "金额", kind="money"), Column("holder", "收款人户名"))
    )
    row = read_table(content, f"x.{format}", sheet).rows[0].values
    assert (row["key"], row["number"], row["amount"]) == (f"{batch.number}-00001", NUMBER, 123_45)
    assert row["holder"] == "=东企" and (format == "xlsx" or "'=东企".encode() in content)  # no formula in anybody's spreadsheet
    assert Batch.objects.get().state == "sent"
    record = AuditRecord.objects.get(action="money.export_batch")
    assert record.after["accounts_seen"] == [BankAccount.objects.get().pk]
    assert payments.export_batch(batch=batch, format=format, by=treasury.second, now=treasury.now()) == content


def test_paid_lines_are_paid_once_however_often_the_file_is_read(treasury):
    batch = treasury.sent()
    content = results(batch)
    found = take(treasury, batch, content)
    assert (found.count("paid"), found.sum("paid"), found.same, found.open) == (2, 150_00, 0, 0)
    for _ in range(2):
        again = take(treasury, batch, content)
        assert (again.lines, again.same) == ([], 2)
    assert standing(treasury.fund, 2026)[1]["P"].paid == 150_00
    assert Batch.objects.get().state == "done"
    assert [one.data["references"] for one in Event.objects.filter(name="money.paid")] == [["a", "b"]]
    assert not reconcile(treasury.fund)


def test_a_part_of_the_results_leaves_the_rest_waiting(treasury):
    batch = treasury.sent()
    found = take(treasury, batch, results(batch, {"b": ""}))
    assert found.open == 1 and Batch.objects.get().state == "sent"
    assert take(treasury, batch, results(batch)).count("paid") == 1


def test_what_the_bank_sent_back_is_paid_again_under_a_new_number(treasury):
    batch = treasury.sent()
    take(treasury, batch, results(batch, {"b": "失败"}))
    assert (treasury.claim("a").state, treasury.claim("b").state) == ("paid", "returned")
    assert Event.objects.get(name="money.returned").data == {"references": ["b"], "notes": ["账号有误"]}
    take(treasury, batch, results(batch, {"a": "退汇", "b": "失败"}))  # the bank returns a payment days later
    assert treasury.claim("a").state == "returned" and not reconcile(treasury.fund)
    changed = treasury.account(number="6222 0001 2345 6780")
    accounts.confirm_account(account=changed, reason="电话核实", by=treasury.second, now=treasury.now())
    assert payments.pay_again(claims=Claim.objects.all(), reason="账号已更正", by=treasury.drafter, now=treasury.now()) == 2
    second = payments.make_batch(fund=treasury.fund, year=2026, by=treasury.drafter, now=treasury.now())
    assert second.number == "SME-2026-002" and {one.account_id for one in second.payments.all()} == {changed.pk}
    payments.export_batch(batch=second, format="csv", by=treasury.drafter, now=treasury.now())
    take(treasury, second, results(second))
    assert standing(treasury.fund, 2026)[1]["P"].paid == 150_00 and not reconcile(treasury.fund)
    with pytest.raises(WrongFile) as found:  # the first file again, now with the bank's late yes: nobody is paid twice
        take(treasury, batch, results(batch))
    assert "SME-2026-001-00001" in str(found.value)
    assert standing(treasury.fund, 2026)[1]["P"].paid == 150_00


@pytest.mark.parametrize(
    ("columns", "place"),
    [({"key": "SME-2026-009-00001"}, "A2"), ({"amount": "100.01"}, "B2"), ({"day": "2027-01-01"}, "D2"), ({"amount": "abc"}, "第 2 行")],
)
def test_a_wrong_file_changes_nothing_and_names_its_cells(treasury, columns, place):
    batch = treasury.sent(treasury.ask("a"))
    content = results(batch, **columns)
    assert read_results(batch=batch, content=content, filename="x.csv", today=TODAY, by=treasury.drafter).fault_count
    with pytest.raises(WrongFile) as found:
        take(treasury, batch, content)
    assert place in found.value.faults
    assert treasury.claim().state == "paying" and not reconcile(treasury.fund)


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", "甲,乙\n1,2".encode(), b"PK\x03\x04broken"])
def test_a_file_that_is_none_is_refused(treasury, content):
    batch = treasury.sent(treasury.ask("a"))
    with pytest.raises(WrongFile):
        take(treasury, batch, content)


def test_a_line_twice_in_a_file_is_a_fault(treasury):
    batch = treasury.sent(treasury.ask("a"))
    content = results(batch)
    with pytest.raises(WrongFile):
        take(treasury, batch, content + b"\n" + content.splitlines()[1])


def test_results_of_a_batch_that_never_went_out_are_refused(treasury):
    treasury.account()
    treasury.approved(treasury.ask())
    batch = payments.make_batch(fund=treasury.fund, year=2026, by=treasury.drafter, now=treasury.now())
    with pytest.raises(WrongState):
        take(treasury, batch, results(batch))


def test_a_batch_is_taken_back_only_before_it_went_out(treasury):
    treasury.account()
    treasury.approved(treasury.ask())
    batch = payments.make_batch(fund=treasury.fund, year=2026, by=treasury.drafter, now=treasury.now())
    payments.cancel_batch(batch=batch, reason="多选了一户", by=treasury.drafter, now=treasury.now())
    assert treasury.claim().state == "approved" and not reconcile(treasury.fund)
    with pytest.raises(WrongState):
        payments.export_batch(batch=batch, format="csv", by=treasury.drafter, now=treasury.now())
    second = payments.make_batch(fund=treasury.fund, year=2026, by=treasury.drafter, now=treasury.now())
    payments.export_batch(batch=second, format="csv", by=treasury.drafter, now=treasury.now())
    with pytest.raises(WrongState):
        payments.cancel_batch(batch=second, reason="x", by=treasury.drafter, now=treasury.now())
    with pytest.raises(WrongState):
        release_claims(claims=[treasury.claim()], reason="x", by=BY, now=treasury.now())


def test_money_is_asked_back_in_parts_and_is_free_again_when_it_came(treasury):
    batch = treasury.sent(treasury.ask("a"))
    take(treasury, batch, results(batch))
    with pytest.raises(TooMuch):
        recalls.recall_claim(claim=treasury.claim(), fen=100_01, reason="x", by=treasury.second, now=treasury.now())
    recalls.recall_claim(claim=treasury.claim(), fen=40_00, reason="研发费用更正", by=treasury.second, now=treasury.now())
    assert treasury.claim().state == "recalled" and not reconcile(treasury.fund)
    with pytest.raises(WrongFile):  # the bank cannot return whole what was asked back in part
        take(treasury, batch, results(batch, {"a": "退汇"}))
    for _ in range(2):  # the same bank number counts once
        recalls.record_recovery(claim=treasury.claim(), fen=15_00, bank_reference="S1", by=treasury.second, now=treasury.now())
    assert treasury.claim().state == "recalled"
    with pytest.raises(TooMuch):
        recalls.record_recovery(claim=treasury.claim(), fen=25_01, bank_reference="S2", by=treasury.second, now=treasury.now())
    recalls.record_recovery(claim=treasury.claim(), fen=25_00, bank_reference="S2", by=treasury.second, now=treasury.now())
    assert treasury.claim().state == "paid" and not reconcile(treasury.fund)
    recalls.recall_claim(claim=treasury.claim(), fen=60_00, reason="不符合条件", by=treasury.second, now=treasury.now())
    recalls.record_recovery(claim=treasury.claim(), fen=60_00, bank_reference="S3", by=treasury.second, now=treasury.now())
    line = standing(treasury.fund, 2026)[1]["P"]
    assert (treasury.claim().state, line.free, line.paid, line.receivable) == ("recovered", 600_00, 0, 0)
    assert not reconcile(treasury.fund)


def test_what_was_paid_too_little_is_a_claim_of_its_own(treasury):
    batch = treasury.sent(treasury.ask("a"))
    take(treasury, batch, results(batch))
    more = recalls.supplement(claim=treasury.claim(), fen=20_00, reason="更正后应补", by=treasury.fourth, now=treasury.now())
    assert (more.reference, more.amount_fen, more.drafted_by_id) == ("a+1", 20_00, treasury.fourth.id)
    treasury.approve([more])
    assert treasury.claim("a+1").state == "approved" and not reconcile(treasury.fund)


def test_reconciliation_names_every_difference(treasury):
    batch = treasury.sent()
    take(treasury, batch, results(batch))
    Claim.objects.filter(reference="a").update(state="returned")
    Payment.objects.filter(claim__reference="b").update(fen=49_99)
    assert {(one.kind, one.what.split()[0]) for one in reconcile(treasury.fund)} == {("state", "a"), ("paid", "b")}


def test_only_the_city_pays(treasury):
    batch = treasury.sent(treasury.ask("a"))
    park = dataclasses.replace(treasury.firm(), id=5)
    for act in (
        lambda: payments.make_batch(fund=treasury.fund, year=2026, by=park, now=treasury.now()),
        lambda: payments.export_batch(batch=batch, format="csv", by=park, now=treasury.now()),
        lambda: take_results(batch=batch, content=b"", filename="x", today=TODAY, by=park, now=treasury.now()),
        lambda: recalls.recall_claim(claim=treasury.claim(), fen=1, reason="x", by=park, now=treasury.now()),
        lambda: payments.pay_again(claims=[treasury.claim()], reason="x", by=park, now=treasury.now()),
    ):
        with pytest.raises(NotAllowed):
            act()
