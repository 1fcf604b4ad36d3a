"""The demo city's meetings of some months: service days with items solved on the spot, later or on the level above; and campaigns. Everything is synthetic."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.utils import timezone

from manyuan.facts.accounts.models import User
from manyuan.facts.accounts.queries import actor_of
from manyuan.facts.audit.actors import Actor, Role
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.parks.models import Park
from manyuan.work.cases.models import Case
from manyuan.work.cases.services import move_case
from manyuan.work.meetings.carrying import carry_up
from manyuan.work.meetings.errors import NoNextMeeting
from manyuan.work.meetings.holding import Point, answer_invitation, clerk, hold_meeting, raise_item, set_agenda
from manyuan.work.meetings.installing import current_kinds
from manyuan.work.meetings.models import Invitation, Meeting, MeetingItem, Outreach, Reached
from manyuan.work.meetings.outreach import audience_of, draft_outreach, send_outreach
from manyuan.work.meetings.scheduling import schedule

_THEMES = (("用工专场", "人社部门"), ("智转数改专场", "数字化服务商"), ("融资对接专场", "合作银行"), ("设备更新政策专场", "产业部门"))
_RAISED = ("希望开通早晚高峰班车", "厂房消防整改标准不清楚", "希望协调大客户付款周期", "申请人才公寓名额", "用气价格能否优惠", "希望增设充电桩")
_CAMPAIGNS = (
    (
        "智转数改：先诊断、再改造、有奖补",
        "Digital transformation: diagnosis, renewal, award",
        'digital_stage = "none" or digital_stage = "planned"',
        "CD-DIGITAL",
    ),
    ("研发费用加计与研发奖补一览", "R&D deductions and awards at a glance", "rd > 0", "CD-RD"),
)


@transaction.atomic
def play_meetings(*, folder: Path, now: datetime) -> int:
    """Play the demo's meetings once. Returns how many there are; 0 where some were held already or nobody could hold them."""
    committee = User.objects.filter(username="park1", is_demo=True).select_related("organisation").first()
    kinds = current_kinds().kinds
    if Meeting.objects.filter(state=Meeting.State.HELD).exists() or committee is None or not kinds:
        return 0
    dice = random.Random(20_261_116)  # noqa: S311  a demo that is the same each time
    by, today = actor_of(committee), timezone.localdate(now)
    schedule(first=today - timedelta(days=75), last=today, by=by, now=now - timedelta(days=80), synthetic=True)
    schedule(first=today + timedelta(days=1), last=today + timedelta(days=92), by=by, now=now, synthetic=True)
    firms = list(Enterprise.objects.filter(park_id__in=by.park_ids, status="active").order_by("uscc")[:60])
    held = Meeting.objects.filter(park_id__in=by.park_ids, starts_at__lt=now - timedelta(hours=4)).order_by("starts_at")
    for number, meeting in enumerate(held):
        _held(dice, meeting, firms, by, number)
    coming = Meeting.objects.filter(park_id__in=by.park_ids, starts_at__gt=now).order_by("starts_at")[:2]
    for number, meeting in enumerate(coming):
        _prepared(dice, meeting, firms, by, now, number)
    _carried(by, now)
    _informed(dice, now)
    return Meeting.objects.count()


def _prepared(dice: random.Random, meeting: Meeting, firms: list[Enterprise], by: Actor, at: datetime, number: int) -> list[Enterprise]:
    theme, speaker = _THEMES[number % len(_THEMES)]
    points = [Point(f"{theme}政策解读", "", speaker, 30), Point("企业提问与现场答复", "", "", 90)]
    set_agenda(meeting=meeting, theme=theme, place="园区企业服务中心", points=points, seats=30, by=by, now=at)
    guests = dice.sample(firms, min(12, len(firms)))
    Invitation.objects.bulk_create((Invitation(meeting=meeting, enterprise=one, made_at=at) for one in guests), ignore_conflicts=True)
    Meeting.objects.filter(pk=meeting.pk).update(state=Meeting.State.ANNOUNCED)
    meeting.refresh_from_db()
    for place, one in enumerate(guests[:7]):
        own = Actor(id=None, label=one.name, role=Role.ENTERPRISE, enterprise_ids=frozenset({one.pk}), at="demo")
        question = dice.choice(_RAISED) if place % 3 == 0 else ""
        answer_invitation(
            meeting=meeting,
            enterprise=one,
            comes=place != 6,
            people=1 + place % 2,
            question=question,
            by=own,
            now=min(at, meeting.starts_at - timedelta(hours=5)),
        )
    return guests


def _held(dice: random.Random, meeting: Meeting, firms: list[Enterprise], by: Actor, number: int) -> None:
    at = meeting.starts_at - timedelta(days=5)
    guests = _prepared(dice, meeting, firms, by, at, number)
    for place, one in enumerate(guests[1:4]):
        answer = "现场已协调责任部门，当场答复" if place == 0 else ""
        text = dice.choice(_RAISED)
        asked = meeting.invitations.filter(enterprise=one).values_list("question", flat=True).first()
        item = raise_item(meeting=meeting, enterprise=one, text=asked or text, answer=answer, synthetic=True, by=by, now=meeting.starts_at)
        _followed(dice, item, one, by, meeting.ends_at, place)
    hold_meeting(
        meeting=meeting, minutes="会议按议程进行，企业逐一发言，责任部门现场答复。（演示）", attended=[one.pk for one in guests[:6]], by=by, now=meeting.ends_at
    )


def _followed(dice: random.Random, item: MeetingItem, firm: Enterprise, by: Actor, at: datetime, place: int) -> None:
    own = Actor(id=None, label=firm.name, role=Role.ENTERPRISE, enterprise_ids=frozenset({firm.pk}), at="demo")
    case = Case.objects.get(pk=item.case_id)
    if place == 0:
        if dice.random() < 0.8:
            move_case(case=case, move="confirm-on-spot", by=own, now=at + timedelta(days=1))
        return
    if place == 2 and dice.random() < 0.5:
        return  # still open
    case = move_case(case=case, move="accept", by=clerk(by), now=at)
    case = move_case(case=case, move="answer", note="已会同责任部门办理并书面答复", by=clerk(by), now=at + timedelta(days=3))
    if dice.random() < 0.75:
        move_case(case=case, move="confirm", by=own, now=at + timedelta(days=4))


def _carried(by: Actor, now: datetime) -> None:
    """Two items that the park could not solve go to the next level's meeting."""
    open_ = MeetingItem.objects.filter(meeting__park_id__in=by.park_ids, case__state="raised", meeting__state=Meeting.State.HELD, carried_to=None).order_by(
        "-pk"
    )
    for item in list(open_[:2]):
        try:
            carry_up(item=item, note="涉及市级部门职责，提交上一级会议研究", by=by, now=now - timedelta(days=1))
        except NoNextMeeting:
            return


def _informed(dice: random.Random, now: datetime) -> None:
    """Campaigns sent some weeks ago, with some firms further than others."""
    clerk_ = User.objects.filter(username="clerk", is_demo=True).select_related("organisation").first()
    park = Park.objects.filter(organisations__people__username="park1").first()
    if clerk_ is None:
        return
    for number, (zh, en, condition, policy) in enumerate(_CAMPAIGNS):
        at = now - timedelta(days=28 - 10 * number)
        made = draft_outreach(
            title_zh=zh, title_en=en, text="政策要点、适用对象和办理方式见链接；如需上门辅导，请联系园区专员。（演示）", condition=condition, park=park if number else None, policy_code=policy,
            synthetic=True, by=actor_of(clerk_), now=at,
        )  # fmt: skip
        if not _some(made, at):
            continue
        send_outreach(outreach=made, by=actor_of(clerk_), now=at)
        rows = list(made.reached.order_by("pk"))
        for row in rows:
            luck = dice.random()
            if luck < 0.45:
                row.clicked_at = at + timedelta(days=1, minutes=int(luck * 1000))
            if luck < 0.18:
                row.acted_at, row.act = at + timedelta(days=4), "said"
        Reached.objects.bulk_update([row for row in rows if row.clicked_at], ["clicked_at", "acted_at", "act"], batch_size=500)


def _some(made: Outreach, at: datetime) -> bool:
    """Whether anybody fits: a small demo city may hold none."""
    return bool(audience_of(made, at).enterprises)
