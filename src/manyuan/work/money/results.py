"""What the bank said of a batch: a file read first and shown, then taken whole or not at all. The same file twice changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import get_language, gettext, gettext_noop, pgettext

from manyuan.engines.workbooks import MISSING, Choice, Column, Sheet, WorkbookError, read_table
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.work.money.claims import move_to
from manyuan.work.money.errors import WrongFile, WrongState
from manyuan.work.money.ledger import Kind, Move, hold, post, yuan
from manyuan.work.money.models import Batch, Claim, Payment
from manyuan.work.money.payments import PAY
from manyuan.work.money.recalls import held_by

MOST_FAULTS = 200
SHEET = Sheet(
    "bank-results", "支付结果", "Payment results",
    (
        Column("key", "付款编号", "Payment number", required=True, aliases=("编号", "支付编号", "业务编号")),
        Column("amount", "金额", "Amount", kind="money", unit="元", required=True, aliases=("支付金额", "实付金额")),
        Column("result", "结果", "Result", kind="choice", required=True, aliases=("支付结果", "状态", "处理结果"), choices=(
            Choice("paid", "成功", "paid", ("支付成功", "已支付", "交易成功", "success", "ok")),
            Choice("failed", "失败", "failed", ("支付失败", "交易失败", "fail", "error")),
            Choice("returned", "退汇", "returned", ("退票", "退回", "退款", "return")),
        )),
        Column("settled_on", "支付日期", "Date", kind="date", required=True, aliases=("日期", "交易日期", "入账日期")),
        Column("reference", "银行流水号", "Bank reference", aliases=("流水号", "交易流水号")),
        Column("note", "原因", "Reason", aliases=("备注", "失败原因", "退票原因", "退汇原因")),
    ),
    ("key",),
)  # fmt: skip
_NEXT = {("waiting", "paid"), ("waiting", "failed"), ("waiting", "returned"), ("paid", "returned")}
"""What a payment may become: a line that failed is never paid afterwards under the same number."""
UNKNOWN = gettext_noop("%(cell)s: found payment number %(found)s, expected one of batch %(batch)s")
AMOUNT = gettext_noop("%(cell)s: found %(found)s yuan, expected %(expected)s yuan for %(key)s")
AGAINST = gettext_noop("%(cell)s: %(key)s is %(expected)s already, the file says %(found)s. Ask the bank before anything is paid again.")
FUTURE = gettext_noop("%(cell)s: found %(found)s, expected a day up to today")


@dataclass(frozen=True)
class Line:
    """A line of the file that changes something: the payment, what it becomes, and what the bank wrote."""

    payment: Payment
    becomes: str
    settled_on: date
    reference: str
    note: str


@dataclass
class Reading:
    """A file of results against its batch. lines: what will change; same: how many say what is known; open: lines of the batch still without a
    result afterwards; faults: in the reader's language, each with its cell (at most MOST_FAULTS; fault_count is exact)."""

    lines: list[Line] = field(default_factory=list)
    same: int = 0
    open: int = 0
    faults: list[str] = field(default_factory=list)
    fault_count: int = 0

    def add(self, text: str) -> None:
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(text)

    def sum(self, becomes: str) -> int:
        return sum(one.payment.fen for one in self.lines if one.becomes == becomes)

    def count(self, becomes: str) -> int:
        return sum(one.becomes == becomes for one in self.lines)


def read_results(*, batch: Batch, content: bytes, filename: str, today: date, by: Actor) -> Reading:
    """Read a file of results (xlsx, xls or csv) and hold it against the batch; nothing is written. A file that cannot be read has one fault."""
    if not by.sees_all:
        raise NotAllowed(PAY, by)
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    out = Reading()
    try:
        table = read_table(content, filename, SHEET)
    except WorkbookError as error:
        out.add(error.message(language))
        return out
    for fault in table.faults:
        out.add(fault.message(language))
    out.fault_count = max(out.fault_count, table.fault_count)
    known = {one.key: one for one in batch.payments.select_related("claim")}
    for row in table.rows:
        if not row.is_wrong:
            _line(out, batch, known.get(str(row.values["key"]).strip()), row, today)
    out.open = sum(one.state == Payment.State.WAITING for one in known.values()) - sum(one.payment.state == Payment.State.WAITING for one in out.lines)
    return out


def _line(out: Reading, batch: Batch, payment: Payment | None, row: Any, today: date) -> None:
    values, cells = row.values, row.cells
    fen, said, day = values["amount"], values["result"], values["settled_on"]
    if payment is None:
        out.add(gettext(UNKNOWN) % {"cell": cells["key"], "found": row.raw["key"], "batch": batch.number})
    elif fen != payment.fen:
        out.add(gettext(AMOUNT) % {"cell": cells["amount"], "found": row.raw["amount"], "expected": yuan(payment.fen), "key": payment.key})
    elif day > today:
        out.add(gettext(FUTURE) % {"cell": cells["settled_on"], "found": row.raw["settled_on"]})
    elif payment.state == said:
        out.same += 1
    elif (payment.state, said) not in _NEXT or (payment.state == Payment.State.PAID and held_by(payment.claim, Kind.PAID) != payment.fen):
        out.add(gettext(AGAINST) % {"cell": cells["result"], "key": payment.key, "expected": pgettext("money", payment.state), "found": row.raw["result"]})
    else:
        out.lines.append(Line(payment, said, day, _text(values["reference"], 80), _text(values["note"], 200)))


def _text(value: Any, longest: int) -> str:
    return "" if value is MISSING or value is None else str(value).strip()[:longest]


@transaction.atomic
def take_results(*, batch: Batch, content: bytes, filename: str, today: date, by: Actor, now: datetime) -> Reading:
    """Take a file of results whole; one fault and nothing is. Emits `money.paid` and `money.returned`.

    Each line counts once, however often the file is read: a killed run leaves nothing, a second run after a commit finds all known.
    Raises NotAllowed, WrongFile, WrongState for a batch that never went out.
    """
    if not by.sees_all:
        raise NotAllowed(PAY, by)
    fund = hold(batch.fund)
    batch = Batch.objects.select_for_update().get(pk=batch.pk)
    if batch.state not in (Batch.State.SENT, Batch.State.DONE):
        raise WrongState(what=batch.number, state=batch.state, expected=Batch.State.SENT)
    found = read_results(batch=batch, content=content, filename=filename, today=today, by=by)
    if found.fault_count:
        raise WrongFile(faults="\n".join(found.faults))
    if not found.lines:
        return found
    moves, outcome = [], {"paid": [], "returned": []}  # type: ignore[var-annotated]
    for line in found.lines:
        claim = line.payment.claim
        source = Kind.PAID if line.payment.state == Payment.State.PAID else Kind.PAYING
        target = Kind.PAID if line.becomes == "paid" else Kind.RETURNED
        moves.append(Move(claim.year, claim.line, source, target, line.payment.fen, claim))
        outcome["paid" if line.becomes == "paid" else "returned"].append(line)
    first = found.lines[0].payment
    post(
        fund=fund,
        key=f"results/{batch.number}/{first.key}/{first.state}/{len(found.lines)}/{now.isoformat()}",
        act="results",
        moves=moves,
        by=by,
        now=now,
        reason=filename,
    )
    for line in found.lines:
        payment = line.payment
        payment.state, payment.settled_on, payment.bank_reference, payment.bank_note, payment.changed_at = (
            line.becomes,
            line.settled_on,
            line.reference,
            line.note,
            now,
        )
    Payment.objects.bulk_update([line.payment for line in found.lines], ["state", "settled_on", "bank_reference", "bank_note", "changed_at"], batch_size=500)
    for name, lines in outcome.items():
        if lines:
            move_to([line.payment.claim for line in lines], Claim.State.PAID if name == "paid" else Claim.State.RETURNED, now)
            data = {"references": [line.payment.claim.reference for line in lines], "notes": [line.note or line.reference for line in lines]}
            audit.emit(name=f"money.{name}", data=data, now=now)
    state = Batch.State.SENT if batch.payments.filter(state=Payment.State.WAITING).exists() else Batch.State.DONE
    if state != batch.state:
        batch.state, batch.changed_at = state, now
        batch.save(update_fields=["state", "changed_at"])
    return found
