"""Meetings told to the firms and institutes that they concern: invited, moved, cancelled; exchanges told to the institute; and what campaigns led to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from manyuan.site.told import STALE, tell
from manyuan.work.meetings.installing import kind_names
from manyuan.work.meetings.models import Invitation, Meeting
from manyuan.work.meetings.outreach import note_approved
from manyuan.work.notices.services import Told
from manyuan.work.policies.models import Entitlement
from manyuan.work.visits.models import Visit


def _data(meeting: Meeting) -> dict[str, Any]:
    at = timezone.localtime(meeting.starts_at).strftime("%Y-%m-%d %H:%M")
    return {
        "kind": kind_names().get(meeting.kind, {"zh": meeting.kind, "en": meeting.kind}),
        "theme": meeting.theme,
        "at": at,
        "place": meeting.place,
        "reason": meeting.reason,
    }


def announced(event: Any, now: datetime) -> None:
    """Firms were invited to a meeting."""
    meeting = Meeting.objects.get(pk=event.data["meeting_id"])
    data, link = _data(meeting), f"/meetings/{meeting.pk}/"
    tell("meeting-invited", (Told(f"meeting/{meeting.pk}/{pk}", data, link, enterprise_id=pk) for pk in event.data["enterprise_ids"]), now)


def guests_invited(event: Any, now: datetime) -> None:
    """Institutes and service bodies were invited to a meeting."""
    meeting = Meeting.objects.get(pk=event.data["meeting_id"])
    data, link = _data(meeting), f"/meetings/{meeting.pk}/"
    tell("meeting-invited", (Told(f"meeting/{meeting.pk}/body/{pk}", data, link, organisation_id=pk) for pk in event.data["organisation_ids"]), now)


def changed(event: Any, now: datetime) -> None:
    """A meeting was moved or cancelled after firms and institutes had been invited: those that did not decline read it."""
    meeting = Meeting.objects.get(pk=event.data["meeting_id"])
    template = "meeting-moved" if event.name == "meeting.moved" else "meeting-cancelled"
    firms = meeting.invitations.exclude(state=Invitation.State.DECLINED).values_list("enterprise_id", flat=True)
    data, link = _data(meeting), f"/meetings/{meeting.pk}/"
    tell(template, (Told(f"{template}/{event.pk}/{pk}", data, link, enterprise_id=pk) for pk in firms), now)
    bodies = meeting.guests.exclude(state=Invitation.State.DECLINED).values_list("organisation_id", flat=True)
    tell(template, (Told(f"{template}/{event.pk}/body/{pk}", data, link, organisation_id=pk) for pk in bodies), now)


def exchanged(event: Any, now: datetime) -> None:
    """A firm and an institute visited each other: the institute reads what was noted. A service visit is the officer's own note and told to nobody."""
    visit = Visit.objects.select_related("enterprise", "partner").filter(pk=event.data["visit_id"]).exclude(partner=None).first()
    if visit is None or now - event.created_at > STALE:
        return
    data = {"enterprise": visit.enterprise.name, "on": visit.done_on.isoformat(), "text": visit.text[:200]}
    tell("exchange-noted", [Told(f"exchange/{visit.pk}", data, f"/visits/{visit.pk}/", organisation_id=visit.partner_id)], now)


def approved(event: Any, now: datetime) -> None:
    """Entitlements were approved: firms that a campaign for the policy had reached have acted upon it."""
    ids = event.data["ids"]
    by_policy: dict[str, list[int]] = {}
    for start in range(0, len(ids), 500):
        for code, firm in Entitlement.objects.filter(pk__in=ids[start : start + 500]).values_list("version__policy__code", "enterprise_id"):
            by_policy.setdefault(code, []).append(firm)
    for code, firms in by_policy.items():
        note_approved(enterprise_ids=firms, policy_code=code, now=now)
