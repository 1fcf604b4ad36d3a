"""A pack's matters, powers, duties and reforms become those of this deployment: whole or not at all; the same again changes nothing."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils.translation import get_language, gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.factsheet.errors import NoFacts
from manyuan.facts.factsheet.queries import current_definition
from manyuan.facts.programme.models import Indicator
from manyuan.facts.programme.pack.faults import Fault
from manyuan.work.matters.definition import Catalogue, Definition, read_matters
from manyuan.work.matters.errors import WrongMatters
from manyuan.work.matters.models import Duty, Kpi, MatterVersion, Power, Reform, ReformNote
from manyuan.work.matters.registers import Registers, read_registers

INSTALL = gettext_noop("install the pack's matters")


def check_matters(pack: Path) -> list[Fault]:
    """Every fault of a pack's matters and their processes, powers, duties and reforms, by file and line; needs no database."""
    facts, indicators = _content(pack / "facts.yaml"), _content(pack / "indicators.yaml")
    columns = facts.get("columns") if isinstance(facts, dict) else None
    codes = frozenset(str(one.get("code")) for one in indicators if isinstance(one, dict)) if isinstance(indicators, list) else None
    registers, catalogue = _read(pack, frozenset(columns) if isinstance(columns, dict) else None, codes)
    return [*registers.faults, *catalogue.faults]


def _content(path: Path) -> Any:
    """A file that others check, as far as it can be read."""
    try:
        return yaml.safe_load(path.read_bytes()) if path.is_file() else None
    except yaml.YAMLError:
        return None


def _read(pack: Path, facts: frozenset[str] | None, indicators: frozenset[str] | None) -> tuple[Registers, Catalogue]:
    registers = read_registers(pack, indicators)
    return registers, read_matters(pack / "matters", frozenset(one["code"] for one in registers.powers), facts)


@transaction.atomic
def install_matters(*, content: Path, by: Actor, now: datetime) -> int:
    """Take the matters of a pack (content: its folder `matters/`) and the powers.yaml, duties.yaml and reforms.yaml beside it.

    A matter that changed gets a new version; applications stay on theirs. Returns how many things are new or changed. Raises NotAllowed, WrongMatters.
    """
    if not by.sees_all:
        raise NotAllowed(INSTALL, by)
    registers, catalogue = _read(content.parent, _facts(), frozenset(Indicator.objects.values_list("code", flat=True)) or None)
    faults = [*registers.faults, *catalogue.faults]
    if faults:
        raise WrongMatters(faults="\n".join(one.message(get_language() or "zh") for one in faults))
    changed = _powers(registers) + _duties(registers) + _reforms(registers, by, now) + _matters(catalogue, now)
    if changed:
        audit.record(by=by, now=now, action="matters.install", subject_kind="matters", subject_id="pack", after={"changed": changed})
    return changed


def _facts() -> frozenset[str] | None:
    try:
        return frozenset(current_definition().sources)
    except NoFacts:
        return None


def _matters(catalogue: Catalogue, now: datetime) -> int:
    changed = 0
    for one in catalogue.matters:
        code, digest = one.content["code"], _hash(one)
        newest = MatterVersion.objects.filter(code=code).order_by("-number").first()
        if newest is not None and newest.is_current and newest.content_hash == digest:
            continue
        MatterVersion.objects.filter(code=code, is_current=True).update(is_current=False)
        MatterVersion.objects.create(
            code=code, number=(newest.number if newest else 0) + 1, name_zh=one.content["name"]["zh"], name_en=one.content["name"]["en"], group=one.content["group"],
            mark=one.content["mark"], content=dict(one.content), process=one.process.decode("utf-8"), content_hash=digest, installed_at=now,
        )  # fmt: skip
        changed += 1
    codes = [one.content["code"] for one in catalogue.matters]
    return changed + MatterVersion.objects.filter(is_current=True).exclude(code__in=codes).update(is_current=False)


def _hash(one: Definition) -> str:
    text = json.dumps(one.content, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode() + b"\0" + one.process).hexdigest()


def _put(model: Any, key: dict[str, Any], values: dict[str, Any]) -> int:
    """Write a row if it is new or changed; 1 if it was."""
    row = model.objects.filter(**key).first()
    if row is not None and all(getattr(row, name) == value for name, value in values.items()):
        return 0
    model.objects.update_or_create(**key, defaults=values)
    return 1


def _powers(registers: Registers) -> int:
    changed = 0
    for one in registers.powers:
        values = {
            "name_zh": one["name"]["zh"], "name_en": one["name"]["en"], "from_zh": one["from"]["zh"], "from_en": one["from"]["en"],
            "document_zh": one["document"]["zh"], "document_en": one["document"]["en"], "granted_on": date.fromisoformat(one["granted_on"]),
            "unused_months": one.get("unused_months") or 6, "mark": one["mark"], "is_current": True,
        }  # fmt: skip
        changed += _put(Power, {"code": one["code"]}, values)
    return changed + Power.objects.filter(is_current=True).exclude(code__in=[one["code"] for one in registers.powers]).update(is_current=False)


def _duties(registers: Registers) -> int:
    changed = 0
    for order, one in enumerate(registers.duties, 1):
        values = {
            "order": order, "name_zh": one["name"]["zh"], "name_en": one["name"]["en"], "kind": one["kind"], "roles": one["roles"], "mark": one["mark"],
            "is_current": True,
        }  # fmt: skip
        changed += _put(Duty, {"code": one["code"]}, values)
    changed += Duty.objects.filter(is_current=True).exclude(code__in=[one["code"] for one in registers.duties]).update(is_current=False)
    for body, kpis in registers.kpis.items():
        for order, one in enumerate(kpis, 1):
            values = {"order": order, "name_zh": one["name"]["zh"], "name_en": one["name"]["en"], "indicator": one.get("indicator") or "", "mark": one["mark"]}
            changed += _put(Kpi, {"body": body, "code": one["code"]}, values)
        changed += Kpi.objects.filter(body=body).exclude(code__in=[one["code"] for one in kpis]).delete()[0]
    return changed


def _reforms(registers: Registers, by: Actor, now: datetime) -> int:
    """Texts follow the pack; the state is the pack's only until somebody moved the item here."""
    changed = 0
    for one in registers.reforms:
        texts = {
            "name_zh": one["name"]["zh"],
            "name_en": one["name"]["en"],
            "about_zh": one["about"]["zh"],
            "about_en": one["about"]["en"],
            "mark": one["mark"],
        }
        row = Reform.objects.filter(code=one["code"]).first()
        if row is not None:
            changed += _put(Reform, {"code": one["code"]}, texts)
            continue
        since, due = date.fromisoformat(one["since"]), date.fromisoformat(one["due_on"]) if one.get("due_on") else None
        row = Reform.objects.create(code=one["code"], state=one["state"], since=since, due_on=due, changed_at=now, **texts)
        ReformNote.objects.create(reform=row, state=row.state, title=row.name_zh, on=since, label=by.label, at=now)
        changed += 1
    return changed
