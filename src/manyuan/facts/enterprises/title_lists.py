"""Titles by workbook: the yearly lists of 高新技术企业, 专精特新 … read, held against the register, and entered whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext, gettext_noop

from manyuan.engines.workbooks import MISSING, Choice, Column, Language, Sheet, WorkbookError, read_table, write_template
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.enterprises.errors import TitleListFaulty
from manyuan.facts.enterprises.models import Enterprise, Title
from manyuan.facts.enterprises.services import CHANGE
from manyuan.facts.scanning import refuse_infected

MOST_FAULTS = 200
UNKNOWN = gettext_noop("%(cell)s: found %(found)s, expected the credit code of an enterprise of the register. Register it first, or correct the code.")
ENDS_EARLY = gettext_noop("%(cell)s: found %(found)s, expected a day after the start %(since)s.")


@dataclass(frozen=True)
class Line:
    """A row of the list: the firm, the title, and whether it is new or changes one that is held (`old`)."""

    firm: Enterprise
    kind: str
    valid_from: date
    valid_to: date | None
    proof: str
    old: Title | None = None


@dataclass
class TitleList:
    """What a list would write. same: rows that are on record like that already; faults: sentences with their cell, the first ones."""

    lines: list[Line] = field(default_factory=list)
    same: int = 0
    faults: list[str] = field(default_factory=list)
    fault_count: int = 0

    def add(self, text: str) -> None:
        self.fault_count += 1
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(text)

    @property
    def new(self) -> int:
        return sum(line.old is None for line in self.lines)

    @property
    def changed(self) -> int:
        return len(self.lines) - self.new


def title_template(kinds: Mapping[str, Mapping[str, str]], language: Language) -> bytes:
    """An empty list to fill in; kinds: code to {"zh", "en"}."""
    return write_template(_sheet(kinds), language=language)


def read_titles(*, content: bytes, file_name: str, kinds: Mapping[str, Mapping[str, str]], by: Actor, language: Language) -> TitleList:
    """Read a list (xlsx, xls, csv) and hold it against the register; nothing is written. Raises NotAllowed, FileInfected, ScannerFailed."""
    if not by.sees_all:
        raise NotAllowed(CHANGE, by)
    refuse_infected(file_name, content)
    return _read(content, file_name, kinds, language)


@transaction.atomic
def enter_titles(*, content: bytes, file_name: str, kinds: Mapping[str, Mapping[str, str]], by: Actor, now: datetime, language: Language = "zh") -> TitleList:
    """Enter a list whole; one fault and nothing is (TitleListFaulty). The same list twice changes nothing. Raises NotAllowed."""
    if not by.sees_all:
        raise NotAllowed(CHANGE, by)
    found = _read(content, file_name, kinds, language)
    if found.fault_count:
        raise TitleListFaulty(count=found.fault_count, first=found.faults[0])
    if not found.lines:
        return found
    old = [line.old.pk for line in found.lines if line.old is not None]
    for start in range(0, len(old), 500):
        Title.objects.filter(pk__in=old[start : start + 500]).update(superseded_at=now)
    Title.objects.bulk_create(
        (
            Title(enterprise=line.firm, kind=line.kind, valid_from=line.valid_from, valid_to=line.valid_to, proof=line.proof, source="list", mark="reported", recorded_at=now)
            for line in found.lines
        ),
        batch_size=500,
    )  # fmt: skip
    firms = sorted({line.firm.pk for line in found.lines})
    after = {"file": file_name[-100:], "new": found.new, "changed": found.changed, "same": found.same, "firms": len(firms)}
    audit.record(by=by, now=now, action="enterprises.title_list", subject_kind="enterprise", subject_id="batch", after=after)
    since = min(line.valid_from for line in found.lines)
    audit.emit(name="title.changed", data={"enterprise_ids": firms, "since": since.isoformat()}, now=now)
    return found


def _sheet(kinds: Mapping[str, Mapping[str, str]]) -> Sheet:
    choices = tuple(Choice(code, name["zh"], name["en"]) for code, name in kinds.items())
    return Sheet(
        "titles", "称号名单", "Titles",
        (
            Column("uscc", "统一社会信用代码", "Credit code", kind="uscc", required=True, aliases=("社会信用代码", "信用代码")),
            Column("name", "企业名称", "Enterprise", aliases=("单位名称", "名称")),
            Column("kind", "称号", "Title", kind="choice", required=True, choices=choices, aliases=("资质", "类别", "称号类别")),
            Column("valid_from", "起始日期", "Since", kind="date", required=True, aliases=("认定日期", "生效日期", "发证日期", "有效期起")),
            Column("valid_to", "终止日期", "Until", kind="date", aliases=("到期日期", "有效期至", "有效期止")),
            Column("proof", "依据", "Proof", required=True, aliases=("文号", "证书编号", "认定文件")),
        ),
        ("uscc", "kind", "valid_from"),
    )  # fmt: skip


def _read(content: bytes, file_name: str, kinds: Mapping[str, Mapping[str, str]], language: Language) -> TitleList:
    out = TitleList()
    try:
        table = read_table(content, file_name, _sheet(kinds))
    except WorkbookError as error:
        out.add(error.message(language))
        return out
    for fault in table.faults:
        out.add(fault.message(language))
    out.fault_count = max(out.fault_count, table.fault_count)
    rows = [row for row in table.rows if not row.is_wrong]
    codes = sorted({str(row.values["uscc"]) for row in rows})
    firms: dict[str, Enterprise] = {}
    held: dict[tuple[int, str, date], Title] = {}
    for start in range(0, len(codes), 500):
        part = codes[start : start + 500]
        firms |= {firm.uscc: firm for firm in Enterprise.objects.filter(uscc__in=part).only("id", "uscc", "name")}
        held |= {(t.enterprise_id, t.kind, t.valid_from): t for t in Title.objects.filter(superseded_at=None, enterprise__uscc__in=part)}
    for row in rows:
        _line(out, row, firms.get(str(row.values["uscc"])), held)
    return out


def _line(out: TitleList, row: Any, firm: Enterprise | None, held: dict[tuple[int, str, date], Title]) -> None:
    values, cells = row.values, row.cells
    stop = None if values["valid_to"] is MISSING else values["valid_to"]
    if firm is None:
        out.add(gettext(UNKNOWN) % {"cell": cells["uscc"], "found": row.raw["uscc"]})
        return
    if stop is not None and stop <= values["valid_from"]:
        out.add(gettext(ENDS_EARLY) % {"cell": cells["valid_to"], "found": row.raw["valid_to"], "since": values["valid_from"]})
        return
    proof = str(values["proof"]).strip()[:200]
    old = held.get((firm.pk, values["kind"], values["valid_from"]))
    if old is not None and (old.valid_to, old.proof) == (stop, proof):
        out.same += 1
    else:
        out.lines.append(Line(firm, values["kind"], values["valid_from"], stop, proof, old))
