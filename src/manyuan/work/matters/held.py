"""What is held of an enterprise already, and where: so that it is not asked again (数据多跑路)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Q

from manyuan.facts.enterprises.models import Enterprise, Title
from manyuan.facts.enterprises.queries import titles_on
from manyuan.facts.factsheet.building import build_sheet
from manyuan.facts.factsheet.errors import NoFacts
from manyuan.facts.factsheet.queries import Origin, current_definition, origins
from manyuan.facts.filings.models import Filing, Form
from manyuan.facts.programme.programme import title_names
from manyuan.work.matters.definition import Definition
from manyuan.work.matters.models import Application, Asked

_MONTH = timedelta(days=31)
_REGISTER = {"zh": "企业登记信息", "en": "Enterprise register"}
_ORIGIN = {
    "declared": {"zh": "企业申报事实", "en": "Declared fact"},
    "title": {"zh": "企业资格称号", "en": "Title held"},
    "register": {"zh": "名单登记", "en": "Register"},
    "enterprise": _REGISTER,
}


@dataclass(frozen=True)
class Held:
    """A value that is held. value: as applications keep it (numbers and days as text); source: {what, name {zh, en}, period, on, number}."""

    value: Any
    source: dict[str, Any]


def held_fields(definition: Definition, enterprise: Enterprise, on: date) -> dict[str, Held]:
    """Fields of the matter that need not be asked, by key."""
    out: dict[str, Held] = {}
    wanted = {one["key"]: one["from"] for one in definition.fields if one.get("from")}
    facts = _facts(enterprise, {of["fact"] for of in wanted.values() if "fact" in of}, on)
    for key, of in wanted.items():
        if "enterprise" in of:
            value = _line(enterprise, of["enterprise"])
            if value:
                out[key] = Held(value, {"what": "register", "name": _REGISTER, "on": enterprise.changed_at.date().isoformat()})
        elif "fact" in of and of["fact"] in facts:
            out[key] = facts[of["fact"]]
    earlier = [key for key, of in wanted.items() if of.get("earlier")]
    out.update(_earlier(enterprise, Asked.Kind.FIELD, dict.fromkeys(earlier, on - 12 * _MONTH)))
    return out


def held_materials(definition: Definition, enterprise: Enterprise, on: date) -> dict[str, Held]:
    """Papers that need not be asked, by code. Their value is how they are referred to."""
    out: dict[str, Held] = {}
    earlier: dict[str, date] = {}
    for one in definition.materials:
        of, code = one.get("from") or {}, one["code"]
        if of.get("register"):
            out[code] = Held(enterprise.uscc, {"what": "register", "name": _REGISTER, "on": enterprise.changed_at.date().isoformat()})
        elif "filing" in of:
            row = Filing.objects.filter(enterprise=enterprise, form_code=of["filing"], in_force__isnull=False).order_by("-period").first()
            if row is not None:
                out[code] = Held(row.period, {"what": "filing", "name": _form(of["filing"]), "period": row.period, "on": row.changed_at.date().isoformat()})
        elif "title" in of:
            title = Title.objects.filter(titles_on(on), enterprise=enterprise, kind=of["title"]).first()
            if title is not None:
                name = title_names().get(of["title"], {"zh": of["title"], "en": of["title"]})
                out[code] = Held(title.proof, {"what": "title", "name": dict(name), "on": title.valid_from.isoformat()})
        if of:  # a paper handed in before is as good as one that should stand in a register
            earlier[code] = on - int(one.get("keep_months") or 12) * _MONTH
    for code, found in _earlier(enterprise, Asked.Kind.MATERIAL, earlier).items():
        out.setdefault(code, found)
    return out


def _earlier(enterprise: Enterprise, kind: str, since: Mapping[str, date]) -> dict[str, Held]:
    """The newest of each that the enterprise gave with an earlier application, not older than its day."""
    if not since:
        return {}
    rows = Asked.objects.filter(Q(value__isnull=False), application__enterprise=enterprise, kind=kind, key__in=since, given_at__isnull=False)
    rows = rows.exclude(how=Asked.How.REUSED).exclude(application__state=Application.State.WITHDRAWN)
    out: dict[str, Held] = {}
    for row in rows.select_related("application__version").order_by("given_at", "pk"):
        if row.given_at.date() >= since[row.key]:
            version = row.application.version
            name = {"zh": version.name_zh, "en": version.name_en}
            out[row.key] = Held(row.value, {"what": "earlier", "name": name, "number": row.application.number, "on": row.given_at.date().isoformat()})
    return out


def _line(enterprise: Enterprise, what: str) -> str:
    if what == "credit_code":
        return enterprise.uscc
    if what == "park":
        return enterprise.park.name_zh if enterprise.park else ""
    if what == "capital":
        return number_text(Decimal(enterprise.capital_fen) / 100) if enterprise.capital_fen is not None else ""
    value = getattr(enterprise, what)
    return value.isoformat() if isinstance(value, date) else value or ""


def _facts(enterprise: Enterprise, columns: set[str], on: date) -> dict[str, Held]:
    if not columns:
        return {}
    try:
        definition = current_definition().narrowed(columns)
    except NoFacts:
        return {}
    sheet = build_sheet(definition, as_of=on, only=[enterprise.pk])
    if not sheet.ids:
        return {}
    known, out = origins(definition, enterprise, on), {}
    for name in columns & set(definition.sources):
        value, column = sheet.table.column(name)[0].as_py(), definition.schema[name]
        if value is None:
            continue
        if column.kind in ("money", "rate"):
            value = number_text(Decimal(value).scaleb(-column.decimals))
        elif column.kind == "count":
            value = str(value)
        elif column.kind == "date":
            value = value.isoformat()
        out[name] = Held(value, _source(known[name]))
    return out


def _source(origin: Origin) -> dict[str, Any]:
    name = _form(origin.name) if origin.what == "form" else _ORIGIN.get(origin.what, _REGISTER)
    return {"what": origin.what, "name": name, "period": origin.period, "on": origin.on.isoformat() if origin.on else ""}


def _form(code: str) -> dict[str, str]:
    form = Form.objects.filter(code=code, is_current=True).first()
    return {"zh": form.name_zh, "en": form.name_en} if form else {"zh": code, "en": code}


def number_text(value: Decimal) -> str:
    """A number as applications keep it: plain digits, no trailing zeros."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def stored(field: Mapping[str, Any], given: Any) -> Any:
    """What a person gave for a field, as it is kept. Raises ValueError with what was expected."""
    kind, text = field.get("type") or "text", str(given).strip()
    if kind == "yes-no":
        if text.lower() in ("true", "yes", "是", "1", "on", "false", "no", "否", "0"):
            return text.lower() in ("true", "yes", "是", "1", "on")
        raise ValueError("是 / 否")
    if kind == "date":
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            raise ValueError("2026-11-23") from None
    if kind == "choice":
        codes = [one["code"] for one in field["choices"]]
        if text not in codes:
            raise ValueError(" | ".join(codes))
        return text
    if kind == "number":
        try:
            number = Decimal(text.replace(",", "").replace("，", ""))
            if not number.is_finite() or abs(number) >= Decimal(10) ** 18:
                raise InvalidOperation
        except InvalidOperation:
            raise ValueError("1200.5") from None
        return number_text(number)
    if len(text) > 1000:
        raise ValueError("≤ 1000")
    return text


def for_feel(definition: Definition, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of an application as conditions read them; what is not known is null."""
    out: dict[str, Any] = {}
    for field in definition.fields:
        value, kind = values.get(field["key"]), field.get("type") or "text"
        if value is not None and kind == "number":
            value = Decimal(value)
        elif value is not None and kind == "date":
            value = date.fromisoformat(value)
        out[field["key"]] = value
    return out
