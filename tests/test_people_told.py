"""What waits for somebody of the city office is told to them in person: a draft to its reviewers, its answer to the drafter, payments to who may still approve."""

from __future__ import annotations

import pytest
import yaml
from django.db import IntegrityError, transaction

from manyuan.facts.audit.services import drain
from manyuan.site.reactions import REACTIONS
from manyuan.work.money.awards import draft_awards
from manyuan.work.money.funds import open_fund, set_budget
from manyuan.work.notices.models import Delivery, Notice
from manyuan.work.notices.queries import visible
from manyuan.work.notices.sending import send_due
from manyuan.work.notices.services import add_channel
from manyuan.work.notices.texts import install_templates, said
from manyuan.work.policies import delivering as deliver
from manyuan.work.policies.drafting import draft_policy, review_policy, submit_draft
from manyuan.work.policies.models import Entitlement
from manyuan.work.policies.tests.conftest import BY, NOW, PACK, RULES, office
from manyuan.work.policies.tests.test_after_payment import pay_ready

__all__ = ["office"]
KINDS = ("review-wanted", "publish-wanted", "draft-back", "approval-wanted", "award-approval-wanted")


def react(office):
    install_templates(content=yaml.safe_load((PACK / "notices.yaml").read_text("utf-8")), by=BY, now=NOW)
    while drain(REACTIONS, now=office.now()):
        pass


def told(who, *kinds):
    rows = visible(who).filter(person=who.id, template__code__in=kinds or KINDS).order_by("pk")
    return [one.template.code for one in rows]


def awards_fund():
    fund = open_fund(code="awards", name_zh="奖补资金", recipients="parks", by=BY, now=NOW)
    set_budget(fund=fund, year=2026, fen=100_000_00, by=BY, now=NOW)
    return fund


def handed_in(office):
    text = RULES.format(code="RD", revenue=1000, amount="rd * 0.1", way="no-application", more="")
    version = draft_policy(text=text, delivery={"fund": "test"}, by=office.drafter, now=office.now())
    return submit_draft(version=version, by=office.drafter, now=office.now())


def test_a_draft_is_told_to_its_reviewers_its_answer_to_the_drafter_and_the_last_yes_to_who_can_publish(office):
    version = handed_in(office)
    react(office)
    assert [told(who) for who in (office.drafter, office.second, office.third)] == [[], ["review-wanted"], ["review-wanted"]]
    assert not visible(office.third).filter(person=office.second.id).exists(), "a colleague's own is not theirs to read"
    one = Notice.objects.filter(template__code="review-wanted").first()
    assert (
        said(one.template, one.data, "zh")[1].endswith("待审：业务审核、合法性审核、资金审核。")
        and "content, legal" in said(one.template, one.data, "en")[1].lower()
    )
    review_policy(version=version, kind="legal", agreed=False, note="第二条缺依据", by=office.second, now=office.now())
    react(office)
    assert told(office.drafter) == ["draft-back"] and told(office.third) == ["review-wanted"]
    back = Notice.objects.get(template__code="draft-back")
    assert "第二条缺依据" in said(back.template, back.data, "zh")[1]
    submit_draft(version=version, by=office.drafter, now=office.now())
    for kind in ("content", "legal", "finance"):
        review_policy(version=version, kind=kind, agreed=True, note="", by=office.second, now=office.now())
    react(office)
    react(office)
    assert told(office.second) == ["review-wanted", "publish-wanted"], "handed in again and reviewed before anybody told: nothing to review any more"
    assert told(office.drafter) == ["draft-back"]


def test_payments_are_told_to_who_may_still_approve_once_a_day(office):
    for firm, revenue, rd in ((office.town.firm_east, 2000_00, 200_00), (office.town.firm_sub, 1500_00, 180_00)):
        office.file(firm, revenue=revenue, rd_spend=rd)
    version = office.published(objection_days=0)
    office.screen(version)
    deliver.notify_listed(version=version, by=office.drafter, now=office.now())
    for firm in (office.town.firm_east, office.town.firm_sub):
        pay_ready(office, firm)
    deliver.open_public_notice(version=version, by=office.drafter, now=office.now())
    react(office)
    assert [told(who, "approval-wanted") for who in (office.drafter, office.second, office.third)] == [[], ["approval-wanted"], ["approval-wanted"]]
    one = Notice.objects.filter(template__code="approval-wanted").first()
    assert one.data["n"] == 2 and "2 笔待您审定" in said(one.template, one.data, "zh")[1]
    deliver.approve_entitlements(entitlements=list(Entitlement.objects.all()), by=office.second, now=office.now())
    react(office)
    assert len(told(office.third, "approval-wanted")) == 1, "the same day and policy: told already"
    office.later(1)
    deliver.audit.emit(name="entitlements.cleared", data={"version_id": version.pk}, now=office.now())
    react(office)
    assert (len(told(office.second, "approval-wanted")), len(told(office.third, "approval-wanted"))) == (1, 2), "who said yes is not asked again"


def test_awards_for_parks_are_told_to_who_did_not_draft_them(office):
    draft_awards(
        fund=awards_fund(),
        year=2026,
        awards=[(office.town.east, 500_00), (office.town.west, 700_00)],
        title="园区奖补",
        by=office.drafter,
        now=office.now(),
    )
    react(office)
    assert [told(who) for who in (office.drafter, office.second)] == [[], ["award-approval-wanted"]]
    assert "2 笔" in (lambda one: said(one.template, one.data, "zh")[1])(Notice.objects.filter(template__code="award-approval-wanted").first())


def test_what_is_told_in_person_goes_by_that_persons_channels_only_and_into_their_digest(office):
    install_templates(content=yaml.safe_load((PACK / "notices.yaml").read_text("utf-8")), by=BY, now=NOW)
    for who, robot in ((office.second, "second-robot-0123456789"), (office.drafter, "drafter-robot-0123456789")):
        add_channel(kind="wecom", address=robot, rhythm="daily", by=who, now=NOW)
    handed_in(office)
    draft_awards(fund=awards_fund(), year=2026, awards=[(office.town.east, 500_00)], title="园区奖补", by=office.drafter, now=office.now())
    react(office)
    assert {one.channel.user_id for one in Delivery.objects.select_related("channel")} == {office.second.id}

    class Out:
        sent: list[tuple[str, str]] = []

        def send(self, kind, address, subject, body):
            self.sent.append((address, body))

    send_due(now=office.now(), gateway=Out(), is_open=lambda moment: True)
    [(address, body)] = Out.sent
    assert address.startswith("second") and "请审核：研发奖补RD" in body and "请审定：园区奖补" in body


def test_a_notice_has_one_recipient(office):
    react(office)
    template = install_templates and Notice._meta.get_field("template").related_model.objects.filter(is_current=True).first()
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(key="two", template=template, person_id=office.second.id, park=office.town.east, made_at=NOW)
