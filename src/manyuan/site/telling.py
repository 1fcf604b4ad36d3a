"""What happened, told to whom it concerns: events of policies, money and filings become notices. Each is told once, by its key."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import override

from manyuan.facts.filings.models import Filing
from manyuan.site.told import amount, knows, tell
from manyuan.surfaces.web import words
from manyuan.surfaces.web.policy_words import claim_title, policy_names
from manyuan.work.evaluation.models import Objection as PerMuObjection
from manyuan.work.evaluation.models import Run
from manyuan.work.money.models import Claim
from manyuan.work.notices.services import Told
from manyuan.work.policies.models import Entitlement, Objection, PolicyVersion

_CHUNK = 2_000
_BY_WAY = {"no-application": "entitled", "short-form": "entitled-form", "application": "entitled-apply"}
"""What is told to who is entitled: what it takes to get the money."""
_NO_MONEY = {"zh": "入库或称号", "en": "an entry or a title"}


def entitled(event: Any, now: datetime) -> None:
    """Enterprises were told what they are entitled to."""
    way = PolicyVersion.objects.values_list("way", flat=True).get(pk=event.data["version_id"])
    template = _BY_WAY.get(way, "entitled")
    tell(template if knows(template) else "entitled", _entitlements("entitled", event.data["ids"]), now)


def approved(event: Any, now: datetime) -> None:
    """Entitlements were approved for payment."""
    tell("approved", _entitlements("approved", event.data["ids"]), now)


def _entitlements(what: str, ids: list[int]) -> Iterator[Told]:
    known: dict[int, dict[str, str]] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = Entitlement.objects.filter(pk__in=ids[start : start + _CHUNK]).select_related("version", "claim")
        for row in rows:
            policy = {"zh": row.version.name_zh, "en": row.version.name_en or row.version.name_zh}
            if row.due_fen not in known:
                known[row.due_fen] = amount(row.due_fen)
            worth = known[row.due_fen] if row.version.kind == "money" else _NO_MONEY
            yield Told(f"{what}/{row.pk}", {"policy": policy, "amount": worth}, f"/entitlements/{row.pk}/", enterprise_id=row.enterprise_id)


def objection(event: Any, now: datetime) -> None:
    """An objection was upheld: the enterprise reads why it is not paid."""
    found = Objection.objects.select_related("entitlement__version").get(pk=event.data["objection_id"])
    row = found.entitlement
    policy = {"zh": row.version.name_zh, "en": row.version.name_en or row.version.name_zh}
    tell(
        "objection-upheld",
        iter([Told(f"objection/{found.pk}", {"policy": policy, "reason": found.reason}, f"/entitlements/{row.pk}/", enterprise_id=row.enterprise_id)]),
        now,
    )


def money(event: Any, now: datetime) -> None:
    """Payments were made, came back or are asked back; a park that was paid an award is to report its use."""
    template = {"money.paid": "paid", "money.returned": "payment-returned", "money.recalled": "recalled"}[event.name]
    references, notes = event.data["references"], dict(zip(event.data["references"], event.data.get("notes", []), strict=False))
    tell(template, _claims(template, references, notes, event), now)
    if event.name == "money.paid":
        tell("use-report-due", (one for one in _claims("use-report-due", references, notes, event) if one.park_id), now)


def _claims(template: str, references: list[str], notes: dict[str, str], event: Any) -> Iterator[Told]:
    names = {tongue: policy_names(tongue) for tongue in ("zh", "en")}
    for start in range(0, len(references), 500):
        for claim in Claim.objects.filter(reference__in=references[start : start + 500]):
            reason = notes.get(claim.reference) or event.data.get("reason", "")
            title = {tongue: claim_title(claim.title, known) for tongue, known in names.items()}
            data = {"title": title, "amount": amount(event.data.get("fen", claim.amount_fen)), "reason": reason}
            yield Told(f"{template}/{claim.pk}/{event.pk}", data, f"/money/payments/{claim.pk}/", claim.enterprise_id, claim.park_id)


def filings_returned(event: Any, now: datetime) -> None:
    """Filings were sent back to who filed them."""

    def told() -> Iterator[Told]:
        ids = event.data["ids"]
        for start in range(0, len(ids), 500):
            for row in Filing.objects.filter(pk__in=ids[start : start + 500]).select_related("form"):
                form = {"zh": row.form.name_zh, "en": row.form.name_en}
                period = {}
                for tongue, language in (("zh", "zh-hans"), ("en", "en")):
                    with override(language):
                        period[tongue] = words.period(row.period)
                park = None if row.enterprise_id else row.park_id
                yield Told(
                    f"returned/{row.pk}/{event.pk}",
                    {"form": form, "period": period, "reason": event.data["reason"]},
                    f"/filings/{row.pk}/",
                    row.enterprise_id,
                    park,
                )

    tell("filing-returned", told(), now)


_GRADE = {"zh": "{} 类", "en": "grade {}"}
_UNGRADED = {"zh": "不评级", "en": "not graded"}
_DECISIONS = {"upheld": {"zh": "成立", "en": "upheld"}, "dismissed": {"zh": "不成立", "en": "dismissed"}}


def evaluated(event: Any, now: datetime) -> None:
    """A per-mu evaluation was published: each enterprise reads its grade, of a corrected version those whose line changed."""
    run = Run.objects.get(pk=event.data["run_id"])
    rows = run.lines.filter(changed=True).exclude(ungraded="no-report").select_related("enterprise")

    def told() -> Iterator[Told]:
        for line in rows.iterator(chunk_size=_CHUNK):
            grade = {tongue: text.format(line.grade) for tongue, text in _GRADE.items()} if line.grade else _UNGRADED
            total = "–" if line.total is None else f"{line.total:,.2f}"
            data = {"year": run.year, "grade": grade, "total": total, "until": run.closes_on.isoformat() if run.closes_on else "–"}
            yield Told(f"per-mu/{line.pk}", data, f"/enterprises/{line.enterprise.uscc}/per-mu/?run={run.pk}", enterprise_id=line.enterprise_id)

    tell("per-mu-published", told(), now)


def per_mu_decided(event: Any, now: datetime) -> None:
    """An objection to a per-mu line was decided."""
    found = PerMuObjection.objects.select_related("line__run", "line__enterprise").get(pk=event.data["objection_id"])
    line = found.line
    data = {"year": line.run.year, "decision": _DECISIONS[found.state], "reason": found.reason}
    link = f"/enterprises/{line.enterprise.uscc}/per-mu/?run={line.run_id}"
    tell("per-mu-decided", iter([Told(f"per-mu-decided/{found.pk}", data, link, enterprise_id=line.enterprise_id)]), now)
