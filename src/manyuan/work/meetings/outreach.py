"""Information campaigns (智转数改): drafted for a condition, sent as notices, and followed: read, clicked, acted upon."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.factsheet.queries import current_hash
from manyuan.facts.parks.models import Park
from manyuan.facts.parks.queries import descendants
from manyuan.work.meetings.audience import Audience, check_condition, find_audience
from manyuan.work.meetings.errors import NobodyFits, SentAlready, TextNeeded
from manyuan.work.meetings.models import Outreach, Reached, ReachedBody
from manyuan.work.meetings.queries import body_key, notice_key
from manyuan.work.notices.models import Template
from manyuan.work.notices.services import Told, notify

INFORM = gettext_noop("inform firms of this park")
_BATCH = 2_000


@transaction.atomic
def draft_outreach(
    *, title_zh: str, title_en: str = "", text: str, condition: str, park: Park | None, policy_code: str = "", institutes: bool = False, synthetic: bool = False, by: Actor, now: datetime
) -> Outreach:  # fmt: skip
    """Draft a campaign for the firms of a park (None: of the city). institutes: told to the institutes and service bodies (of the park) too. Raises NotAllowed, TextNeeded, WrongCondition, NoFacts."""
    _may(by, park.pk if park else None)
    if not 0 < len(title_zh.strip()) <= 120 or len(title_en) > 160:
        raise TextNeeded(limit=120)
    if not 0 < len(text.strip()) <= 4_000:
        raise TextNeeded(limit=4_000)
    check_condition(condition)
    made = Outreach.objects.create(
        title_zh=title_zh.strip(), title_en=title_en.strip(), text=text.strip(), condition=condition.strip(), park=park, policy_code=policy_code.strip()[:40],
        made_at=now, made_label=by.label[:200], institutes=institutes, synthetic=synthetic,
    )  # fmt: skip
    audit.record(by=by, now=now, action="outreach.draft", subject_kind="outreach", subject_id=made.pk, after={"condition": made.condition})
    return made


def audience_of(outreach: Outreach, now: datetime) -> Audience:
    """Whom it would reach today."""
    on = timezone.localdate(now)
    parks = None if outreach.park_id is None else {outreach.park_id, *descendants(outreach.park_id, on)}
    return find_audience(outreach.condition, on=on, parks=parks)


def bodies_of(outreach: Outreach) -> QuerySet[Organisation]:
    """The institutes and service bodies that it would be told to: all of the city's, or those in the park."""
    rows = Organisation.objects.filter(kind=Organisation.Kind.INSTITUTE).order_by("pk")
    return rows if outreach.park_id is None else rows.filter(park_id=outreach.park_id)


@transaction.atomic
def send_outreach(*, outreach: Outreach, by: Actor, now: datetime) -> int:
    """Send it to the firms that meet the condition today, each once; returns how many. Raises NotAllowed, SentAlready, NobodyFits."""
    row = Outreach.objects.select_for_update().get(pk=outreach.pk)
    _may(by, row.park_id)
    if row.state != Outreach.State.DRAFT:
        raise SentAlready()
    found = audience_of(row, now)
    if not found.enterprises:
        raise NobodyFits()
    Reached.objects.bulk_create((Reached(outreach=row, enterprise_id=pk, told_at=now) for pk in found.enterprises), batch_size=_BATCH)
    bodies = list(bodies_of(row)) if row.institutes else []
    ReachedBody.objects.bulk_create((ReachedBody(outreach=row, organisation=one, told_at=now) for one in bodies), batch_size=_BATCH)
    row.state, row.sent_at, row.unknown, row.facts_hash = Outreach.State.SENT, now, found.unknown, current_hash()
    row.save()
    if Template.objects.filter(code="outreach", is_current=True).exists():
        data = {"title": {"zh": row.title_zh, "en": row.title_en or row.title_zh}, "text": row.text[:500]}
        notify(template="outreach", told=(Told(notice_key(row.pk, pk), data, f"/outreach/{row.pk}/", enterprise_id=pk) for pk in found.enterprises), now=now)
        notify(template="outreach", told=(Told(body_key(row.pk, one.pk), data, f"/outreach/{row.pk}/", organisation_id=one.pk) for one in bodies), now=now)
    after = {"reached": len(found.enterprises), "unknown": found.unknown, "institutes": len(bodies)}
    audit.record(by=by, now=now, action="outreach.send", subject_kind="outreach", subject_id=row.pk, after=after)
    return len(found.enterprises)


@transaction.atomic
def note_clicked(*, outreach: Outreach, by: Actor, now: datetime) -> None:
    """Somebody of a firm or an institute followed the link; the first time counts. Raises NotFound."""
    rows = _own(outreach, by)
    rows.filter(clicked_at=None).update(clicked_at=now)


@transaction.atomic
def note_acted(*, outreach: Outreach, by: Actor, now: datetime) -> None:
    """The firm says that it has acted upon it. Twice is once. Raises NotFound."""
    rows = _own(outreach, by)
    said = {"acted_at": now} if by.role is Role.INSTITUTE else {"acted_at": now, "act": "said"}
    if rows.filter(acted_at=None).update(**said):
        after = {"enterprise_ids": sorted(by.enterprise_ids), "organisation": by.organisation_id}
        audit.record(by=by, now=now, action="outreach.acted", subject_kind="outreach", subject_id=outreach.pk, after=after)


@transaction.atomic
def note_approved(*, enterprise_ids: Iterable[int], policy_code: str, now: datetime) -> int:
    """Entitlements to a policy were approved: firms that a campaign for it had reached have acted. Returns how many."""
    rows = Reached.objects.filter(outreach__policy_code=policy_code, outreach__sent_at__lte=now, acted_at=None)
    ids, done = list(enterprise_ids), 0
    for start in range(0, len(ids), 500):
        done += rows.filter(enterprise_id__in=ids[start : start + 500]).update(acted_at=now, act="approved")
    return done


def _own(outreach: Outreach, by: Actor):  # type: ignore[no-untyped-def]
    if by.role is Role.INSTITUTE:
        rows = ReachedBody.objects.filter(outreach=outreach, organisation_id=by.organisation_id)
    else:
        rows = Reached.objects.filter(outreach=outreach, enterprise_id__in=by.enterprise_ids)
    if not rows.exists():
        raise NotFound()
    return rows


def _may(by: Actor, park_id: int | None) -> None:
    if not (by.sees_all or (by.role is Role.COMMITTEE and park_id is not None and park_id in by.park_ids)):
        raise NotAllowed(INFORM, by)
