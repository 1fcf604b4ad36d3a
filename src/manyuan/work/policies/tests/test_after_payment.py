"""After the payment: checked by lot or all, recalled where wrong; evaluated with who was not reached and why; ended without taking anything away."""

from __future__ import annotations

from datetime import date

import pytest

from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import NotAllowed
from manyuan.work.money.accounts import give_account
from manyuan.work.money.errors import TooMuch
from manyuan.work.money.funds import fund_named
from manyuan.work.money.models import Batch
from manyuan.work.money.payments import export_batch, make_batch
from manyuan.work.money.recalls import record_recovery
from manyuan.work.money.results import take_results
from manyuan.work.money.tests.conftest import results
from manyuan.work.policies import delivering as deliver
from manyuan.work.policies.after_payment import (
    checks_seen,
    draw_checks,
    evaluate_policy,
    evaluation_due,
    recall_checked,
    record_check,
    stages_of,
)
from manyuan.work.policies.drafting import end_policy
from manyuan.work.policies.errors import CheckerInvolved, NothingThere, ReasonMissing, WrongState
from manyuan.work.policies.models import AfterCheck, Entitlement, PolicyReport
from manyuan.work.policies.queries import visible
from manyuan.work.policies.reporting import claw_backs, payment_times, report_figures, unreached
from manyuan.work.policies.screening import in_force
from manyuan.work.policies.tests.conftest import BY


@pytest.fixture
def paid(office):
    """East and the sub-park's firm were paid 20 and 18 yuan."""
    for firm, revenue, rd in ((office.town.firm_east, 2000_00, 200_00), (office.town.firm_sub, 1500_00, 180_00)):
        office.file(firm, revenue=revenue, rd_spend=rd)
    version = office.published(objection_days=0, check_share=50, check_days=20, check_by="committee")
    office.screen(version)
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    for firm in (office.town.firm_east, office.town.firm_sub):
        pay_ready(office, firm)
    deliver.open_public_notice(version=version, by=office.drafter, now=office.now())
    for who in (office.second, office.third):
        deliver.approve_entitlements(entitlements=list(Entitlement.objects.all()), by=who, now=office.now())
    batch = make_batch(fund=fund_named("test"), year=2026, by=office.drafter, now=office.now())
    export_batch(batch=batch, format="csv", by=office.drafter, now=office.now())
    said = {one.claim.reference: "成功" for one in batch.payments.select_related("claim")}
    take_results(
        batch=Batch.objects.get(pk=batch.pk), content=results(batch, said), filename="x.csv", today=date(2027, 1, 1), by=office.drafter, now=office.now()
    )
    deliver.note_payment(references=list(said), what="paid", by=BY, now=office.now())
    office.version = version
    return office


def pay_ready(office, firm):
    from manyuan.facts.audit.actors import Actor, Role

    by = Actor(id=None, label=firm.name, role=Role.ENTERPRISE, enterprise_ids=frozenset({firm.pk}))
    deliver.accept_entitlement(entitlement=office.entitlement(firm), by=by, now=office.now())
    give_account(owner=firm, holder=firm.name, bank="y", number=f"6222{firm.pk:08d}", by=by, now=office.now())


def fresh(office, number=4):
    from manyuan.facts.accounts.models import Organisation
    from manyuan.facts.accounts.services import make_user
    from manyuan.facts.accounts.tests.town import PASSWORD

    return actor_of(make_user(username=f"checker{number}", organisation=Organisation.objects.get(kind="city"), password=PASSWORD, by=BY, now=office.now()))


def test_the_lot_draws_the_policys_share_once_with_the_clock_of_the_policy(paid):
    drawn = draw_checks(version=paid.version, year=2026, by=paid.drafter, now=paid.now())
    assert len(drawn) == 1 and drawn[0].due_on == date(2026, 12, 21), "half of two; twenty working days"
    with pytest.raises(NothingThere):
        draw_checks(version=paid.version, year=2026, by=paid.drafter, now=paid.now())
    rest = draw_checks(version=paid.version, year=2026, everybody=True, by=paid.drafter, now=paid.now())
    assert len(rest) == 1 and AfterCheck.objects.count() == 2
    with pytest.raises(NotAllowed):
        draw_checks(version=paid.version, year=2026, by=actor_of(paid.town["committee"]), now=paid.now())


def test_who_drafted_or_approved_does_not_check_and_another_parks_committee_may_not(paid):
    draw_checks(version=paid.version, year=2026, everybody=True, by=paid.drafter, now=paid.now())
    check = AfterCheck.objects.first()
    for who in (paid.drafter, paid.second):
        with pytest.raises(CheckerInvolved):
            record_check(check=check, wrong=False, finding="属实", by=who, now=paid.now())
    for who in (actor_of(paid.town["committee_west"]), actor_of(paid.town["company"]), paid.firm_actor()):
        with pytest.raises(NotAllowed):
            record_check(check=check, wrong=False, finding="属实", by=who, now=paid.now())
    with pytest.raises(ReasonMissing):
        record_check(check=check, wrong=False, finding=" ", by=actor_of(paid.town["committee"]), now=paid.now())
    record_check(check=check, wrong=False, finding="现场核对属实", by=actor_of(paid.town["committee"]), now=paid.now())
    with pytest.raises(WrongState):
        record_check(check=check, wrong=True, finding="x", recall_fen=1, by=fresh(paid), now=paid.now())
    assert checks_seen(actor_of(paid.town["committee"])).count() == 2 and not checks_seen(actor_of(paid.town["committee_west"])).exists()


def test_what_is_wrong_is_asked_back_through_the_fund(paid):
    draw_checks(version=paid.version, year=2026, everybody=True, by=paid.drafter, now=paid.now())
    check = AfterCheck.objects.get(entitlement=paid.entitlement(paid.town.firm_east))
    who = fresh(paid)
    for fen in (0, 20_01, None):
        with pytest.raises(TooMuch):
            record_check(check=check, wrong=True, finding="研发费用虚报", recall_fen=fen, by=who, now=paid.now())
    check = record_check(check=check, wrong=True, finding="研发费用虚报", recall_fen=12_00, by=actor_of(paid.town["committee"]), now=paid.now())
    with pytest.raises(NotAllowed):
        recall_checked(check=check, by=actor_of(paid.town["committee"]), now=paid.now())
    recall_checked(check=check, by=who, now=paid.now())
    claim = paid.entitlement(paid.town.firm_east).claim
    assert claim.state == "recalled"
    deliver.note_payment(references=[claim.reference], what="recalled", notes=["研发费用虚报"], by=BY, now=paid.now())
    assert paid.entitlement(paid.town.firm_east).state == "recalled"
    figures = report_figures(paid.version, 2026)
    assert (figures["recalled_fen"], figures["checks"], figures["cost_fen"]) == (12_00, {"open": 1, "recalled": 1}, 38_00)
    with pytest.raises(WrongState):
        recall_checked(check=check, by=who, now=paid.now())


def test_the_report_says_who_was_not_reached_and_why_and_stays_as_it_was(paid):
    paid.file(paid.town.firm_west, revenue=3000_00, rd_spend=300_00)
    paid.screen(paid.version, cause="nightly")
    west = paid.entitlement(paid.town.firm_west)
    deliver.notify_listed(version=paid.version, by=paid.drafter, now=paid.now())
    deliver.refuse_entitlement(entitlement=west, reason="今年不需要", by=actor_of(paid.town["enterprise_west"]), now=paid.now())
    assert [(one.state, one.why, one.count, one.fen) for one in unreached(Entitlement.objects.all())] == [("refused", "今年不需要", 1, 30_00)]
    for wrong in ({"done": " "}, {"conclusion": "perhaps"}, {"year": 2025}):
        with pytest.raises((ReasonMissing, NothingThere)):
            evaluate_policy(
                **({"version": paid.version, "year": 2026, "done": "逐户走访", "conclusion": "keep", "by": paid.drafter, "now": paid.now()} | wrong)
            )
    assert not PolicyReport.objects.exists()
    report = evaluate_policy(version=paid.version, year=2026, done="逐户走访", conclusion="keep", by=paid.drafter, now=paid.now())
    kept = dict(report.figures)
    assert (kept["coverage"]["entitled"], kept["coverage"]["paid"], kept["cost_fen"], round(kept["rate"], 2)) == (3, 2, 38_00, 0.67)
    Entitlement.objects.filter(pk=west.pk).update(state="lapsed")
    report.refresh_from_db()
    assert report.figures == kept, "later changes do not rewrite a report"
    with pytest.raises(NotAllowed):
        evaluate_policy(version=paid.version, year=2026, done="x", conclusion="keep", by=actor_of(paid.town["committee"]), now=paid.now())


def test_ended_nobody_is_newly_entitled_and_open_ones_go_on(paid):
    paid.file(paid.town.firm_west, revenue=3000_00, rd_spend=300_00)
    end_policy(version=paid.version, on=date(2026, 12, 1), reason="到期", by=paid.drafter, now=paid.now())
    assert [one.pk for one in in_force(date(2026, 11, 30))] == [paid.version.pk] and in_force(date(2026, 12, 1)) == []
    paid.screen(paid.version, cause="nightly")
    west = paid.entitlement(paid.town.firm_west)
    assert west.state == "listed", "until its last day it still holds"
    deliver.notify_listed(version=paid.version, by=paid.drafter, now=paid.now())
    paid.later(20)
    assert deliver.accept_entitlement(entitlement=west, by=actor_of(paid.town["enterprise_west"]), now=paid.now()).state == "accepted", (
        "who was on the list goes on"
    )


def test_the_stages_tell_role_day_and_clock(paid):
    draw_checks(version=paid.version, year=2026, by=paid.drafter, now=paid.now())
    found = {one.code: one for one in stages_of(paid.version, date(2026, 11, 25), visible(paid.drafter))}
    assert (found["paid"].state, found["paid"].count, found["checked"].state, found["checked"].by) == ("done", 2, "here", "committee")
    assert found["checked"].due == date(2026, 12, 21) and found["ended"].state == "ahead" and found["notified"].count == 2
    assert evaluation_due(paid.version, 2026) > date(2027, 4, 30) and found["evaluated"].state == "ahead"


def test_a_report_tells_the_days_to_the_payment_and_what_was_asked_back_and_came(paid):
    rows = Entitlement.objects.filter(version=paid.version)
    times = payment_times(rows)
    assert (times["paid"], times["promised"], times["kept"]) == (2, 2, 2) and times["median"] == times["longest"] == 0
    draw_checks(version=paid.version, year=2026, everybody=True, by=paid.drafter, now=paid.now())
    check = AfterCheck.objects.get(entitlement__enterprise=paid.town.firm_east)
    found = record_check(check=check, wrong=True, finding="重复", recall_fen=500, by=actor_of(paid.town["committee"]), now=paid.now())
    recall_checked(check=found, by=paid.drafter, now=paid.now())
    assert claw_backs(rows) == {"count": 1, "asked_fen": 500, "came_fen": 0}
    record_recovery(claim=found.entitlement.claim, fen=300, bank_reference="B1", by=paid.drafter, now=paid.now())
    figures = report_figures(paid.version, 2026)
    assert figures["claw_backs"] == {"count": 1, "asked_fen": 500, "came_fen": 300}
    assert figures["objections"] == {} and figures["budget_fen"] is None and figures["times"]["paid"] == 2


def test_a_payment_after_the_day_promised_is_not_kept(paid):
    Entitlement.objects.update(promised_on=date(2020, 1, 1))
    times = payment_times(Entitlement.objects.filter(version=paid.version))
    assert (times["promised"], times["kept"]) == (2, 0)


def test_the_report_is_a_page_to_print_and_keeps_what_was_on_record(paid, client):
    made = evaluate_policy(version=paid.version, year=2026, done="逐户联系", conclusion="keep", by=paid.drafter, now=paid.now())
    client.force_login(paid.town["city"], backend="django.contrib.auth.backends.ModelBackend")
    page = client.get(f"/policies/RD/report/?report={made.pk}", HTTP_ACCEPT_LANGUAGE="zh-hans").content.decode()
    assert "逐户联系" in page and "data-print" in page
    Entitlement.objects.update(state="rejected")
    kept, today = (client.get(f"/policies/RD/report/{query}").content.decode() for query in (f"?report={made.pk}", "?year=2026"))
    assert "38" in kept and kept != today
    assert client.get("/policies/RD/report/?report=999").status_code == 404
    client.force_login(paid.town["committee"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/policies/RD/report/").status_code == 403


def test_a_committee_counts_only_its_own_park_in_the_life_of_a_policy(paid):
    counts = {name: _counts(paid, paid.town[name]) for name in ("city", "committee", "committee_west")}
    assert counts["city"]["paid"] == 2 and counts["committee"]["paid"] == 2
    assert counts["committee_west"]["paid"] is None and counts["committee_west"]["notified"] is None


def _counts(paid, person):
    return {one.code: one.count for one in stages_of(paid.version, date(2026, 11, 25), visible(actor_of(person)))}
