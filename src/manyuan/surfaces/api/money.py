"""Money over the API: funds and where their money stands, claims and their payments, and the treasury's results."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from ninja import File, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from manyuan.facts.audit.actors import NotAllowed
from manyuan.surfaces.api.shapes import WORDS, Page, PageParameters, Paging, page
from manyuan.surfaces.web import figures, money_words, policy_words
from manyuan.surfaces.web.acting import language
from manyuan.work.money import queries
from manyuan.work.money.funds import RUN
from manyuan.work.money.models import Claim, Fund
from manyuan.work.money.reconciling import reconcile
from manyuan.work.money.results import Reading, read_results, take_results

router = Router()


class StandingOut(Schema):
    """Where the money of a fund's year or of one line stands, in fen; budget = the sum of all the others."""

    budget: int
    free: int
    earmarked: int
    reserved: int
    approved: int
    paying: int
    paid: int
    returned: int
    receivable: int


class FundOut(Schema):
    """A fund. limit_fen: above it a third person approves."""

    code: str
    name: str = Field(..., description="Its name in the language asked for")
    name_zh: str
    name_en: str
    recipients: str = Field(..., description="enterprises | parks")
    recipients_words: str = WORDS
    limit_fen: int | None
    mark: str


class FundDetail(FundOut):
    """A fund's year: as a whole and by line (a policy's code; "" is what all share). differences: what does not agree, [] where all does."""

    year: int
    standing: StandingOut
    lines: dict[str, StandingOut]
    differences: list[dict[str, str | int]]


class PaymentOut(Schema):
    """A sum for one recipient and where it stands. Accounts are masked."""

    id: int
    reference: str
    fund: str
    year: int
    line: str
    title: str
    credit_code: str | None
    park: str | None
    title_words: str = Field(..., description="What it is for, a policy by its name, in the language asked for")
    amount_fen: int
    amount_words: str = Field(..., description="The amount as pages write it, in the language asked for")
    state: str
    state_words: str = WORDS
    account: str | None
    changed_at: datetime
    is_synthetic: bool


class PaymentFilter(Schema):
    fund: str = Field("", max_length=40)
    state: str = Field("", max_length=10)


class ResultsOut(Schema):
    """A file of the bank's results as read. paid, failed, returned: lines that change; same: known already; still_open: lines of the batch without a
    result; taken: whether it was written."""

    batch: str
    paid: int
    failed: int
    returned: int
    same: int
    still_open: int
    faults: list[str]
    taken: bool


def _fund(row: Fund) -> dict[str, Any]:
    return {name: getattr(row, name) for name in ("code", "name_zh", "name_en", "recipients", "limit_fen", "mark")} | {
        "name": figures.pick(row), "recipients_words": gettext("Parks") if row.recipients == Fund.Recipients.PARKS else gettext("Enterprises"),
    }  # fmt: skip


def _payment(row: Claim, policies: Mapping[str, str]) -> dict[str, Any]:
    newest = row.payments.select_related("account").order_by("-pk").first()
    return {name: getattr(row, name) for name in ("reference", "year", "line", "title", "amount_fen", "state", "changed_at")} | {
        "id": row.pk, "fund": row.fund.code, "credit_code": row.enterprise.uscc if row.enterprise else None, "park": row.park.code if row.park else None,
        "title_words": policy_words.claim_title(row.title, policies), "amount_words": str(figures.figure(row.amount_fen, "fen")),
        "state_words": money_words.state(row.state)[1], "account": newest.account.masked if newest else None, "is_synthetic": row.synthetic,
    }  # fmt: skip


@router.get("funds", response=Page[FundOut], operation_id="funds_list", summary="Funds that you may see")
def funds(request: HttpRequest, wanted: PageParameters = Paging) -> dict[str, Any]:
    return page(list(queries.visible_funds(request.actor)), wanted, _fund)


@router.get("funds/{code}", response=FundDetail, operation_id="funds_get", summary="A fund's year: budget, free, kept, approved, at the bank, paid; the city's")
def fund(request: HttpRequest, code: str, year: int | None = Query(None, ge=2000, le=2100)) -> dict[str, Any]:
    who = request.actor
    row = queries.fund_seen(who, code)
    if not who.sees_all:
        raise NotAllowed(RUN, who)
    chosen = year or timezone.localdate().year
    whole, lines = queries.standing(row, chosen)
    found = [{"kind": one.kind, "what": one.what, "ledger_fen": one.ledger_fen, "other_fen": one.other_fen} for one in reconcile(row)]
    return _fund(row) | {"year": chosen, "standing": vars(whole), "lines": {line: vars(one) for line, one in lines.items()}, "differences": found}


@router.get("payments", response=Page[PaymentOut], operation_id="payments_list", summary="Payments that you may see, newest first")
def payments(request: HttpRequest, chosen: PaymentFilter = Query(...), wanted: PageParameters = Paging) -> dict[str, Any]:  # noqa: B008
    names = {"fund": "fund__code", "state": "state"}
    rows = queries.visible_claims(request.actor).order_by("-changed_at", "-pk")
    return page(rows.filter(**{names[key]: value for key, value in chosen.dict().items() if value}), wanted, _saying())


@router.get("payments/{payment_id}", response=PaymentOut, operation_id="payments_get", summary="One payment")
def payment(request: HttpRequest, payment_id: int) -> dict[str, Any]:
    return _saying()(queries.claim_seen(request.actor, payment_id))


def _saying() -> Callable[[Claim], dict[str, Any]]:
    """A payment with policies by the names that they have in the language asked for."""
    policies = policy_words.policy_names(language())
    return lambda row: _payment(row, policies)


@router.post(
    "batches/{number}/results",
    response=ResultsOut,
    operation_id="batches_results",
    summary="The bank's results of a batch: looked at, or taken with take=true; the same file twice changes nothing",
)
def results(request: HttpRequest, number: str, take: bool = False, file: UploadedFile = File(...)) -> dict[str, Any]:  # noqa: B008
    who = request.actor
    batch = queries.batch_seen(who, number)
    given = {"batch": batch, "content": file.read(), "filename": str(file.name)[:120], "today": timezone.localdate(), "by": who}
    reading: Reading = take_results(**given, now=timezone.now()) if take else read_results(**given)
    return {
        "batch": number, "paid": reading.count("paid"), "failed": reading.count("failed"), "returned": reading.count("returned"), "same": reading.same,
        "still_open": reading.open, "faults": reading.faults, "taken": take,
    }  # fmt: skip
