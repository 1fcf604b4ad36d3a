"""Importing registrations: what is new is entered, what changed is changed (a new name keeps the old one), what is wrong is rejected with its reason.

Rows go in by batches, each whole; an import that was stopped is simply run again and ends where it would have ended.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor, NotAllowed
from manyuan.facts.enterprises.models import Enterprise, EnterpriseName, ImportRun
from manyuan.facts.enterprises.registrations.districts import Districts
from manyuan.facts.enterprises.registrations.reading import Row, read

BATCH = 2_000
SOURCE = "registrations"
IMPORT = gettext_noop("import registrations")
REASONS = {
    "columns": ("这一行的列数与表头不符", "the row has another number of cells than the header"),
    "code_missing": ("没有统一社会信用代码", "no unified social credit code"),
    "code_wrong": ("统一社会信用代码的校验位或格式不对（GB 32100-2015）", "check character or shape of the credit code is wrong (GB 32100-2015)"),
    "name_missing": ("没有企业名称", "no name"),
    "date_wrong": ("注册日期不能识别，应形如 2007-04-12", "the date cannot be read; expected a date as 2007-04-12"),
    "date_ahead": ("注册日期晚于今天", "the date lies ahead of today"),
    "duplicate": ("信用代码在本文件中重复", "the credit code stands in this file twice"),
}
_FIELDS = ("name", "registered_on", "kind", "capital_fen", "capital_text", "capital_currency", "scope", "district_id", "district_basis", "address")


@dataclass
class ImportCounts:
    """What an import found. read = new + changed + unchanged + duplicate + wrong. by_address, by_name, by_code: valid rows whose district was
    found by that; no_district: valid rows without one; disagrees: valid rows whose credit code names another district than the address or name."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicate: int = 0
    wrong: int = 0
    by_address: int = 0
    by_name: int = 0
    by_code: int = 0
    no_district: int = 0
    disagrees: int = 0
    no_capital: int = 0
    foreign_capital: int = 0

    @property
    def valid(self) -> int:
        return self.new + self.changed + self.unchanged

    @property
    def matched(self) -> float:
        """Share of valid rows with a district, from 0 to 1."""
        return (self.by_address + self.by_name + self.by_code) / self.valid if self.valid else 0.0


def import_registrations(
    *, path: Path, by: Actor, now: datetime, reject_to: Path | None = None, progress: Callable[[int], None] = lambda done: None
) -> ImportCounts:
    """Import a file. reject_to: where the rejected rows go, with line and reason (written aside, then renamed).

    Raises NotAllowed, FileUnreadable, ColumnMissing; then nothing was written.
    """
    if not by.sees_all:
        raise NotAllowed(IMPORT, by)
    headings, rows = read(path)
    run = ImportRun.objects.create(file_name=path.name[:200], sha256=hashlib.sha256(path.read_bytes()).hexdigest(), actor_label=by.label[:200], started_at=now)
    counts, rejects, seen = ImportCounts(), [], {}
    districts, today = Districts(), timezone.localdate(now)
    for batch in _batches(rows):
        valid = []
        for row in batch:
            counts.read += 1
            reason, found = _reason(row, seen, today)
            if reason:
                rejects.append((row, reason, found))
                counts.duplicate += reason == "duplicate"
                counts.wrong += reason != "duplicate"
            else:
                seen[row.uscc] = row.line
                valid.append(row)
        _enter(valid, districts, counts, by, now)
        progress(counts.read)
    if reject_to is not None:
        _write_rejects(reject_to, headings, rejects)
    ImportRun.objects.filter(pk=run.pk).update(finished_at=timezone.now(), counts=asdict(counts), reject_file=str(reject_to.name if reject_to else "")[:300])
    return counts


def _batches(rows: Iterable[Row]) -> Iterable[list[Row]]:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _reason(row: Row, seen: dict[str, int], today: date) -> tuple[str, str]:
    if row.problem:
        return row.problem, row.found
    if row.registered_on is not None and row.registered_on > today:
        return "date_ahead", row.registered_on.isoformat()
    if row.uscc in seen:
        return "duplicate", f"{row.uscc} ({seen[row.uscc]})"
    return "", ""


@transaction.atomic
def _enter(rows: list[Row], districts: Districts, counts: ImportCounts, by: Actor, now: datetime) -> None:
    known = {
        firm.uscc: firm for start in range(0, len(rows), 500) for firm in Enterprise.objects.filter(uscc__in=[row.uscc for row in rows[start : start + 500]])
    }
    new, changed, names = [], [], []
    for row in rows:
        fields = _fields(row, districts, counts)
        firm = known.get(row.uscc)
        if firm is None:
            new.append(Enterprise(uscc=row.uscc, source=SOURCE, mark="reported", recorded_at=now, changed_at=now, **fields))
        elif any(getattr(firm, name) != fields[name] for name in _FIELDS):
            if firm.name != fields["name"]:
                names.append(EnterpriseName(enterprise=firm, name=firm.name, kind=EnterpriseName.Kind.FORMER, recorded_at=now, source=SOURCE))
            for name in _FIELDS:
                setattr(firm, name, fields[name])
            firm.changed_at = now
            changed.append(firm)
    Enterprise.objects.bulk_create(new, batch_size=500)
    Enterprise.objects.bulk_update(changed, [*_FIELDS, "changed_at"], batch_size=200)
    EnterpriseName.objects.bulk_create(names, batch_size=500)
    counts.new += len(new)
    counts.changed += len(changed)
    counts.unchanged += len(rows) - len(new) - len(changed)
    if new or changed:
        after = {"new": len(new), "changed": len(changed), "first": rows[0].uscc, "last": rows[-1].uscc}
        audit.record(by=by, now=now, action="enterprises.import", subject_kind="enterprise", subject_id="batch", after=after)


def _fields(row: Row, districts: Districts, counts: ImportCounts) -> dict[str, Any]:
    found = districts.of(row.address, row.name, row.uscc)
    if found is None:
        counts.no_district += 1
    else:
        setattr(counts, f"by_{found.basis}", getattr(counts, f"by_{found.basis}") + 1)
        counts.disagrees += found.agrees is False
    counts.no_capital += row.capital_fen is None and row.currency in ("", "CNY")
    counts.foreign_capital += row.currency not in ("", "CNY")
    return {
        "name": row.name, "registered_on": row.registered_on, "kind": row.kind, "capital_fen": row.capital_fen, "capital_text": row.capital_text,
        "capital_currency": row.currency, "scope": row.scope, "district_id": found.district_id if found else None, "district_basis": found.basis if found else "",
        "address": row.address,
    }  # fmt: skip


def _write_rejects(path: Path, headings: list[str], rejects: list[tuple[Row, str, str]]) -> None:
    aside = path.with_name(path.name + ".part")
    with aside.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(["行号 line", "原因代码 code", "原因", "reason", "现值 found", *headings])
        for row, reason, found in rejects:
            out.writerow([row.line, reason, *REASONS[reason], found, *(_harmless(cell) for cell in row.raw)])
    os.replace(aside, path)


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula gets an apostrophe in front."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell
