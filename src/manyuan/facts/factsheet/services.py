"""Writing what the fact sheet stands on: the definition of its columns, facts declared once, registers loaded."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from manyuan.engines.screening import Column
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed, Role
from manyuan.facts.audit.errors import named
from manyuan.facts.audit.once import forget
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.factsheet.definition import read_definition
from manyuan.facts.factsheet.errors import NotDeclared, WrongFact
from manyuan.facts.factsheet.models import DeclaredFact, FactDefinitions
from manyuan.facts.factsheet.queries import current_definition, known_forms, known_titles

BATCH = 2_000
INSTALL = gettext_noop("install the definition of facts")
DECLARE = gettext_noop("declare a fact of this enterprise")
LOAD = gettext_noop("load a register")
ASSIGN = gettext_noop("assign a fact to enterprises")


@transaction.atomic
def install_facts(*, content: Mapping[str, Any], by: Actor, now: datetime) -> FactDefinitions:
    """Make this the current definition of the fact sheet (a pack's facts.yaml). The same again changes nothing. Raises NotAllowed, FactsInvalid."""
    if not by.sees_all:
        raise NotAllowed(INSTALL, by)
    read_definition(content, known_forms(), known_titles())
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    content_hash = hashlib.sha256(text.encode()).hexdigest()
    known = FactDefinitions.objects.filter(content_hash=content_hash).first()
    if known is not None and known.is_current:
        return known
    forget("facts")
    FactDefinitions.objects.filter(is_current=True).update(is_current=False)
    if known is None:
        known = FactDefinitions.objects.create(content=json.loads(text), content_hash=content_hash, installed_at=now)
    else:
        FactDefinitions.objects.filter(pk=known.pk).update(is_current=True)
        known.refresh_from_db()
    audit.record(by=by, now=now, action="factsheet.install", subject_kind="facts", subject_id=known.pk, after={"content_hash": content_hash})
    return known


@transaction.atomic
def declare_facts(
    *, enterprise: Enterprise, values: Mapping[str, Any], on: date, proof: str, by: Actor, now: datetime, mark: str = "reported"
) -> list[DeclaredFact]:
    """Enter facts that no form holds, valid from the day; an earlier value stays readable. Values as a person writes them (yuan, not fen).

    Raises NotAllowed (the enterprise itself, its park's committee and the city may), NotDeclared, WrongFact; then nothing is written.
    """
    own = by.role is Role.ENTERPRISE and enterprise.pk in by.enterprise_ids
    if not (by.sees_all or own or (by.role is Role.COMMITTEE and enterprise.park_id in by.park_ids)):
        raise NotAllowed(DECLARE, by)
    definition = current_definition()
    asked = set(definition.asked())
    out = []
    for name, given in values.items():
        if name not in asked:
            source = definition.sources.get(name)
            column = definition.schema[name] if name in definition.schema else Column(name, "category")
            raise NotDeclared(
                fact=named({"zh": column.label("zh"), "en": column.label("en")}), source=f"{source.what} {source.name}".strip() if source else "–"
            )
        value = stored(definition.schema[name], given)
        DeclaredFact.objects.filter(enterprise=enterprise, fact=name, superseded_at=None, valid_from__gte=on).update(superseded_at=now)
        source = str(by.role)
        out.append(
            DeclaredFact(
                enterprise=enterprise, fact=name, value=value, valid_from=on, proof=proof, source=source, mark=mark, actor_label=by.label, recorded_at=now
            )
        )
    DeclaredFact.objects.bulk_create(out)
    after = {one.fact: one.value for one in out}
    audit.record(by=by, now=now, action="factsheet.declare", subject_kind="enterprise", subject_id=enterprise.pk, after=after, reason=proof)
    audit.emit(name="enterprise.changed", data={"enterprise_ids": [enterprise.pk]}, now=now)
    return out


@transaction.atomic
def load_register(
    *, register: str, credit_codes: Sequence[str], on: date, source: str, by: Actor, now: datetime, mark: str = "reported"
) -> tuple[int, list[str]]:
    """Replace a register (of dishonesty, say) by these credit codes, from the day. Returns how many enterprises are in it and the codes not known here."""
    if not by.sees_all:
        raise NotAllowed(LOAD, by)
    ids = dict(_ids(credit_codes))
    fact = f"register:{register}"
    DeclaredFact.objects.filter(fact=fact, superseded_at=None, valid_from__gte=on).update(superseded_at=now)
    for row in DeclaredFact.objects.filter(fact=fact, superseded_at=None, valid_to=None):
        DeclaredFact.objects.filter(pk=row.pk).update(superseded_at=now)
        row.pk, row.valid_to, row.recorded_at = None, on, now
        row._state.adding = True
        row.save(force_insert=True)
    rows = (
        DeclaredFact(enterprise_id=pk, fact=fact, value=True, valid_from=on, source=source, mark=mark, actor_label=by.label, recorded_at=now)
        for pk in ids.values()
    )
    DeclaredFact.objects.bulk_create(rows, batch_size=BATCH)
    unknown = [code for code in dict.fromkeys(credit_codes) if code not in ids]
    audit.record(
        by=by,
        now=now,
        action="factsheet.load_register",
        subject_kind="register",
        subject_id=register,
        after={"in": len(ids), "unknown": len(unknown), "source": source},
    )
    audit.emit(name="enterprise.changed", data={"enterprise_ids": sorted(ids.values())}, now=now)
    return len(ids), unknown


@transaction.atomic
def assign_facts(
    *,
    name: str,
    values: Mapping[int, str],
    on: date,
    until: date | None,
    proof: str,
    source: str,
    by: Actor,
    now: datetime,
    synthetic: frozenset[int] = frozenset(),
) -> int:
    """Give enterprises (primary key to value) what an evaluation found of them, from the day up to `until` (half-open); what was given before under the
    name ends where the new value begins. synthetic: invented enterprises. Returns how many. Raises NotAllowed."""
    if not by.sees_all:
        raise NotAllowed(ASSIGN, by)
    fact, ids = f"assigned:{name}", list(values)
    for start in range(0, len(ids), BATCH):
        there = DeclaredFact.objects.filter(fact=fact, superseded_at=None, enterprise__in=ids[start : start + BATCH])
        open_ones = list(there.filter(valid_from__lt=on).exclude(valid_to__lte=on))
        there.filter(valid_from__gte=on).update(superseded_at=now)
        DeclaredFact.objects.filter(pk__in=[row.pk for row in open_ones]).update(superseded_at=now)
        for row in open_ones:
            row.pk, row.valid_to, row.recorded_at = None, on, now
            row._state.adding = True
        DeclaredFact.objects.bulk_create(open_ones)
    made = [
        DeclaredFact(
            enterprise_id=pk, fact=fact, value=value, valid_from=on, valid_to=until, proof=proof[:300], source=source, actor_label=by.label[:200], recorded_at=now,
            mark="synthetic" if pk in synthetic else "reported",
        )
        for pk, value in values.items()
    ]  # fmt: skip
    DeclaredFact.objects.bulk_create(made, batch_size=BATCH)
    audit.record(
        by=by,
        now=now,
        action="factsheet.assign",
        subject_kind="fact",
        subject_id=name,
        after={"enterprises": len(made), "on": on, "until": until},
        reason=proof,
    )
    for start in range(0, len(ids), BATCH):
        audit.emit(name="enterprise.changed", data={"enterprise_ids": sorted(ids[start : start + BATCH])}, now=now)
    return len(made)


def _ids(credit_codes: Iterable[str]) -> Iterable[tuple[str, int]]:
    codes = list(dict.fromkeys(credit_codes))
    for start in range(0, len(codes), BATCH):
        yield from Enterprise.objects.filter(uscc__in=codes[start : start + BATCH]).values_list("uscc", "pk")


def stored(column: Column, given: Any) -> Any:
    """What a person gave, as it is kept: yuan to fen, a number to text, a day to ISO. Raises WrongFact naming what was found and expected."""
    text, name = str(given).strip().replace(",", "").replace("，", ""), named({"zh": column.label("zh"), "en": column.label("en")})
    if column.kind == "boolean":
        if isinstance(given, bool) or text.lower() in ("true", "false", "是", "否", "yes", "no", "1", "0"):
            return given if isinstance(given, bool) else text.lower() in ("true", "是", "yes", "1")
        raise WrongFact(fact=name, found=given, expected=gettext_noop("yes or no"))
    if column.kind == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise WrongFact(fact=name, found=given, expected=gettext_noop("a day such as 2026-11-23")) from None
    if column.kind == "category":
        if column.values and text not in column.values:
            code = next((code for code, zh, en in column.names if text in (zh, en)), None)
            if code is None:
                each = [{"zh": column.called(one, "zh"), "en": column.called(one, "en")} for one in column.values]
                raise WrongFact(
                    fact=name, found=given, expected=named({"zh": "、".join(one["zh"] for one in each), "en": ", ".join(one["en"] for one in each)})
                )
            return code
        return text
    try:
        number = Decimal(text)
        scaled = number.scaleb(column.decimals)
        if not number.is_finite() or scaled != scaled.to_integral_value() or abs(scaled) >= 10**17:
            raise InvalidOperation
    except InvalidOperation:
        expected = gettext_noop("a whole number") if column.kind == "count" else gettext_noop("a number with as many decimals as its unit has")
        raise WrongFact(fact=name, found=given, expected=expected) from None
    return int(scaled) if column.kind in ("money", "count") else format(number, "f")
