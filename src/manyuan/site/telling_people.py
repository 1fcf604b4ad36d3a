"""What waits for people of the city office, told to each in person: drafts to review, drafts to publish, payments to approve; and to the drafter what came back.

Who drafted a policy is never asked to review or to approve it, who said yes already is not asked again. Of payments each is told once a day and policy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import override, pgettext

from manyuan.facts.accounts.models import Organisation, User
from manyuan.site.told import STALE, tell
from manyuan.work.money.models import Claim
from manyuan.work.notices.services import Told
from manyuan.work.policies.drafting import reviews_missing
from manyuan.work.policies.models import Entitlement, PolicyVersion, Review


def _city(without: Iterable[int | None]) -> list[int]:
    """Everybody of the city office who can sign in, without these."""
    rows = User.objects.filter(is_active=True, organisation__kind=Organisation.Kind.CITY).exclude(pk__in=[one for one in without if one])
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _name(version: PolicyVersion) -> dict[str, str]:
    return {"zh": version.name_zh, "en": version.name_en or version.name_zh}


def _link(version: PolicyVersion) -> str:
    return f"/policies/{version.policy.code}/?version={version.number}"


def _kinds(kinds: list[str]) -> dict[str, str]:
    out = {}
    for tongue, language, comma in (("zh", "zh-hans", "、"), ("en", "en", ", ")):
        with override(language):
            out[tongue] = comma.join(pgettext("policies", kind) for kind in kinds)
    return out


def handed_in(event: Any, now: datetime) -> None:
    """A draft waits for its reviewers: everybody who may review it."""
    version = PolicyVersion.objects.select_related("policy").get(pk=event.data["version_id"])
    missing = reviews_missing(version)
    if now - event.created_at > STALE or version.state != PolicyVersion.State.REVIEW or not missing:
        return
    data = {"policy": _name(version), "who": version.drafted_label, "kinds": _kinds(missing)}
    people = _city([version.drafted_by_id])
    tell("review-wanted", [Told(f"review-wanted/{event.pk}/{person}", data, _link(version), person_id=person) for person in people], now)


def reviewed(event: Any, now: datetime) -> None:
    """A reviewer spoke: a no goes to the drafter; with the last yes the colleagues can publish."""
    review = Review.objects.select_related("version__policy").filter(pk=event.data["review_id"]).first()
    if review is None or now - event.created_at > STALE:
        return
    version = review.version
    if not review.agreed:
        if version.drafted_by_id:
            data = {"policy": _name(version), "who": review.reviewer_label, "reason": review.note}
            tell("draft-back", [Told(f"draft-back/{event.pk}", data, _link(version), person_id=version.drafted_by_id)], now)
    elif version.state == PolicyVersion.State.REVIEW and not reviews_missing(version):
        people, last = _city([version.drafted_by_id]), version.reviews.order_by("pk").values_list("pk", flat=True).last()
        tell(
            "publish-wanted",
            [Told(f"publish-wanted/{version.pk}/{last}/{person}", {"policy": _name(version)}, _link(version), person_id=person) for person in people],
            now,
        )


def cleared(event: Any, now: datetime) -> None:
    """Payments of a policy wait for a yes: each who may still give it, how many wait for them."""
    if now - event.created_at > STALE:
        return
    version = PolicyVersion.objects.select_related("policy").get(pk=event.data["version_id"])
    rows = version.entitlements.filter(state=Entitlement.State.CLEARED)
    whole, day, told = rows.count(), timezone.localdate(now), []
    for person in _city([version.drafted_by_id]) if whole else ():
        said = rows.filter(Q(claim__approvals__approver=person) | Q(application__assessments__assessor=person)).values("pk").distinct().count()
        if whole > said:
            key = f"approval-wanted/{version.pk}/{day}/{person}"
            told.append(Told(key, {"policy": _name(version), "n": whole - said}, f"/policies/{version.policy.code}/", person_id=person))
    tell("approval-wanted", told, now)


def awards_drafted(event: Any, now: datetime) -> None:
    """Awards for parks wait for a yes."""
    rows = Claim.objects.filter(reference__in=event.data["references"], state=Claim.State.RESERVED)
    first, count = rows.order_by("pk").first(), rows.count()
    if first is None or now - event.created_at > STALE:
        return
    people = _city([first.drafted_by_id])
    data = {"title": first.title, "n": count}
    tell("award-approval-wanted", [Told(f"award-approval/{event.pk}/{one}", data, f"/money/payments/{first.pk}/", person_id=one) for one in people], now)


HEARD: dict[str, Callable[[Any, datetime], None]] = {
    "policy.submitted": handed_in,
    "policy.reviewed": reviewed,
    "entitlements.cleared": cleared,
    "awards.drafted": awards_drafted,
}
