"""What happens in one app is answered in another: from the entitlement to the payment, each step told once to whom it concerns."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from manyuan.facts.audit.actors import ANONYMOUS, Actor, Role
from manyuan.facts.audit.services import drain
from manyuan.facts.filings.models import Filing
from manyuan.facts.filings.services import return_filings, submit_filings
from manyuan.site.reactions import REACTIONS
from manyuan.work.money.accounts import give_account
from manyuan.work.money.funds import fund_named
from manyuan.work.money.models import Batch
from manyuan.work.money.payments import export_batch, make_batch
from manyuan.work.money.recalls import recall_claim, record_recovery
from manyuan.work.money.results import take_results
from manyuan.work.money.tests.conftest import results
from manyuan.work.notices.models import Notice
from manyuan.work.notices.texts import install_templates, said
from manyuan.work.policies import delivering as deliver
from manyuan.work.policies.tests.conftest import BY, NOW, office

__all__ = ["office"]
TODAY = date(2027, 1, 1)


def react(office):
    while drain(REACTIONS, now=office.now()):
        pass


def told(office):
    """Subjects of what the firm was told, in Chinese, the oldest first."""
    return [said(one.template, one.data, "zh")[0].split("：")[0] for one in Notice.objects.filter(enterprise=office.town.firm_east).order_by("pk")]


@pytest.fixture
def firm(office):
    install_templates(content=yaml.safe_load(Path("packs/chengdu/notices.yaml").read_text("utf-8")), by=BY, now=NOW)
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    react(office)
    return Actor(id=None, label="firm", role=Role.ENTERPRISE, enterprise_ids=frozenset({office.town.firm_east.pk}))


def listed(office, firm, **delivery):
    version = office.published(**delivery)
    office.screen(version)
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    row = deliver.accept_entitlement(entitlement=office.entitlement(office.town.firm_east), by=firm, now=office.now())
    return version, row


def approved(office, firm):
    version, row = listed(office, firm, objection_days=0)
    deliver.open_public_notice(version=version, by=office.drafter, now=office.now())
    for who in (office.second, office.third):
        deliver.approve_entitlements(entitlements=[office.entitlement(office.town.firm_east)], by=who, now=office.now())
    give_account(owner=office.town.firm_east, holder="x", bank="y", number="62220000", by=firm, now=office.now())
    batch = make_batch(fund=fund_named("test"), year=2026, by=office.drafter, now=office.now())
    export_batch(batch=batch, format="csv", by=office.drafter, now=office.now())
    return row, batch


def bank(office, batch, word):
    said = {one.claim.reference: word for one in batch.payments.select_related("claim")}
    take_results(batch=Batch.objects.get(pk=batch.pk), content=results(batch, said), filename="x.csv", today=TODAY, by=office.drafter, now=office.now())
    react(office)


def state(office):
    return office.entitlement(office.town.firm_east).state


def test_from_the_entitlement_to_the_payment_and_back(office, firm):
    row, batch = approved(office, firm)
    react(office)
    bank(office, batch, "成功")
    assert (state(office), told(office)) == ("paid", ["您可享受政策", "已审定", "已支付"])
    claim = office.entitlement(office.town.firm_east).claim
    recall_claim(claim=claim, fen=5_00, reason="研发费用更正", by=office.second, now=office.now())
    react(office)
    assert state(office) == "recalled" and told(office)[-1] == "需退回款项"
    record_recovery(claim=claim, fen=5_00, bank_reference="S1", by=office.second, now=office.now())
    react(office)
    assert state(office) == "paid", "the rest stays paid"
    recall_claim(claim=claim, fen=15_00, reason="不符合条件", by=office.second, now=office.now())
    record_recovery(claim=claim, fen=15_00, bank_reference="S2", by=office.second, now=office.now())
    react(office)
    assert state(office) == "recovered"
    assert Notice.objects.exclude(enterprise=office.town.firm_east).count() == 0
    assert row.pk == office.entitlement(office.town.firm_east).pk


def test_what_the_bank_sends_back_is_told_with_its_reason(office, firm):
    _, batch = approved(office, firm)
    bank(office, batch, "失败")
    assert state(office) == "returned"
    last = Notice.objects.order_by("-pk").first()
    assert "账号有误" in said(last.template, last.data, "zh")[1] and "20 yuan" in said(last.template, last.data, "en")[1]
    assert last.data["title"] == {"zh": "研发奖补RD", "en": "R&D award RD"}, "by its name in both languages, not by its code"
    assert last.link == f"/money/payments/{office.entitlement(office.town.firm_east).claim_id}/"


def test_the_same_event_twice_tells_once(office, firm):
    approved(office, firm)
    react(office)
    before = Notice.objects.count()
    from manyuan.facts.audit.models import Event

    Event.objects.filter(name="entitlements.notified").update(done_at=None)
    react(office)
    assert Notice.objects.count() == before


def test_an_objection_upheld_is_told_with_the_reason(office, firm):
    version, row = listed(office, firm)
    notice = deliver.open_public_notice(version=version, by=office.drafter, now=office.now())
    found = deliver.object_to(notice=notice, entitlement=row, text="不符", contact="", by=ANONYMOUS, now=office.now())
    deliver.decide_objection(objection=found, upheld=True, reason="营业收入不属实", by=office.second, now=office.now())
    react(office)
    last = Notice.objects.order_by("-pk").first()
    assert "营业收入不属实" in said(last.template, last.data, "zh")[1]


def test_a_filing_that_came_back_is_told(office, firm):
    from manyuan.facts.filings.models import Form
    from manyuan.facts.filings.opening import open_period
    from manyuan.facts.filings.services import NewValues, save_values

    open_period(form=Form.objects.get(code="enterprise-annual", is_current=True), period="2024", by=BY, now=office.now())
    filing = Filing.objects.get(enterprise=office.town.firm_east, form_code="enterprise-annual", period="2024")
    save_values(given=[NewValues(filing, {"tax": 100, "employees": 10, "revenue": 5, "rd_spend": 1})], channel="form", by=BY, now=office.now())
    submit_filings(filings=[filing], by=BY, now=office.now())
    return_filings(filings=[filing], reason="请补充研发费用", by=office.drafter, now=office.now())
    react(office)
    last = Notice.objects.order_by("-pk").first()
    assert said(last.template, last.data, "zh")[0].endswith("2024年") and "请补充研发费用" in said(last.template, last.data, "zh")[1]


def test_a_pack_without_texts_tells_nothing_and_stops_nothing(office):
    office.file(office.town.firm_east, revenue=2000_00, rd_spend=200_00)
    firm = Actor(id=None, label="firm", role=Role.ENTERPRISE, enterprise_ids=frozenset({office.town.firm_east.pk}))
    _, batch = approved(office, firm)
    bank(office, batch, "成功")
    assert state(office) == "paid" and not Notice.objects.exists()
