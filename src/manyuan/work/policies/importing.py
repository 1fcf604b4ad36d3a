"""Policies out of a pack's folder, as drafts: `policies/*.yaml` (one policy a file) and `delivery.yaml` (how each is delivered). A file publishes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language, gettext, gettext_noop

from manyuan.facts.audit.actors import Actor
from manyuan.facts.factsheet.queries import current_definition
from manyuan.work.money.errors import WrongFund
from manyuan.work.money.funds import open_funds
from manyuan.work.policies.drafting import change_draft, draft_policy
from manyuan.work.policies.errors import AtWork, PackFaulty, PolicyFaulty, TablesFaulty, WrongDelivery
from manyuan.work.policies.models import PolicyVersion
from manyuan.work.policies.rules import delivery_of, parse, read_delivery, text_hash
from manyuan.work.policies.tables import with_tables

POLICIES = "policies"
DELIVERY = "delivery.yaml"
WHAT_A_FILE_HOLDS = gettext_noop("one policy under the key `policies`")


@dataclass
class Imported:
    """What an import did: versions drafted or changed, and the codes that were there already, word for word."""

    drafted: list[PolicyVersion] = field(default_factory=list)
    changed: list[PolicyVersion] = field(default_factory=list)
    same: list[str] = field(default_factory=list)


@transaction.atomic
def import_policies(*, folder: Path, by: Actor, now: datetime) -> Imported:
    """Open the funds and draft every policy of a pack's folder; all or none.

    One that says what its newest version says is left alone; where a draft waits it is changed; else the next version is drafted.
    Raises PackFaulty with the file and every fault, NotAllowed, AtWork where a version is under review.
    """
    given = _delivery(folder)
    deliveries = {code: {**given["after"], **one} for code, one in given["policies"].items()}
    try:
        open_funds(given=given["funds"], year=timezone.localdate(now).year, by=by, now=now)
    except WrongFund as error:
        raise PackFaulty(file=DELIVERY, faults=error.message(get_language() or "zh-hans")) from error
    texts = {path: path.read_text(encoding="utf-8") for path in sorted((folder / POLICIES).glob("*.yaml"))}
    if not texts:
        raise PackFaulty(file=POLICIES, faults=f"0 *.yaml; {gettext(WHAT_A_FILE_HOLDS)}")
    definition = current_definition()
    out, seen = Imported(), set()
    for path, text in texts.items():
        try:
            text = with_tables(text, path.parent, definition.schema.names)
            code = parse(text, definition).code
            seen.add(code)
            _one(out, code, text, deliveries.get(code, given["after"]), by, now)
        except (PolicyFaulty, TablesFaulty, WrongDelivery, AtWork) as error:
            raise PackFaulty(file=f"{POLICIES}/{path.name}", faults=error.message(get_language() or "zh-hans")) from error
    if unknown := sorted(set(deliveries) - seen):
        raise PackFaulty(file=DELIVERY, faults=", ".join(unknown))
    return out


def _one(out: Imported, code: str, text: str, delivery: Mapping[str, Any], by: Actor, now: datetime) -> None:
    newest = PolicyVersion.objects.filter(policy__code=code).exclude(state=PolicyVersion.State.DROPPED).order_by("-number").first()
    if newest is not None and newest.text_hash == text_hash(text) and delivery_of(newest) == read_delivery(delivery, current_definition().asked()):
        out.same.append(code)
    elif newest is not None and newest.state == PolicyVersion.State.DRAFT:
        out.changed.append(change_draft(version=newest, text=text, delivery=delivery, by=by, now=now))
    else:
        out.drafted.append(draft_policy(text=text, delivery=delivery, by=by, now=now))


def _delivery(folder: Path) -> dict[str, Any]:
    """Funds and deliveries as the folder lists them; neither where it lists none."""
    path = folder / DELIVERY
    if not path.exists():
        return {"funds": [], "policies": {}, "after": {}}
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except yaml.YAMLError as error:
        raise PackFaulty(file=DELIVERY, faults=str(error)) from error
    found = content.get("policies") or {} if isinstance(content, dict) else None
    funds = content.get("funds") or [] if isinstance(content, dict) else None
    if not isinstance(found, dict) or not all(isinstance(one, dict) for one in found.values()):
        raise PackFaulty(file=DELIVERY, faults="policies: {CODE: {fund: …, budget: …}}")
    if not isinstance(funds, list) or not all(isinstance(one, dict) for one in funds):
        raise PackFaulty(file=DELIVERY, faults="funds: [{code: …, zh: …, budget: …}]")
    after = content.get("after") or {}
    if not isinstance(after, dict):
        raise PackFaulty(file=DELIVERY, faults="after: {check_share: …, check_days: …}")
    return {"funds": funds, "policies": found, "after": after}
