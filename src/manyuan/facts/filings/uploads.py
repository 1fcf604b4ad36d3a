"""Spreadsheets in: a workbook is kept as it came, previewed, and committed. What the preview says is exactly what a commit writes.

A commit plans the file again; when anything it would touch has changed since the preview, nothing is written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from manyuan.engines.workbooks import INVALID, MISSING, Fault, Language, Limits, Reading, Text, WorkbookError, mark_faults, read_table
from manyuan.facts.audit import services as audit
from manyuan.facts.audit.actors import Actor
from manyuan.facts.audit.errors import NotFound
from manyuan.facts.filings.definition import Definition, stored
from manyuan.facts.filings.errors import STATE_NAMES, UploadChanged, UploadIsDone, WrongFile, WrongTemplate
from manyuan.facts.filings.models import Filing, FilingVersion, Form, Upload
from manyuan.facts.filings.opening import definition_for, form_of_period
from manyuan.facts.filings.periods import parse_period
from manyuan.facts.filings.rights import fillable
from manyuan.facts.filings.services import NewValues, hold, save_values
from manyuan.facts.scanning import refuse_infected

SHOWN_ROWS = 2_000
STATUSES = ("new", "changed", "unchanged", "wrong")
_OPEN = (Filing.State.DRAFT, Filing.State.RETURNED)
_MINE = Text("本账号可填报、且该期应报的对象", "a subject that owes this form for the period and that you may fill in")
_ASK = Text("核对代码；确属本园区的，请市级先录入并打开该期", "check the code; if it is right, ask the city to enter it and open the period")


@dataclass
class PlannedRow:
    """What a row of the file would do. changes: (field key, stored value before or None, stored value after or None)."""

    at: int
    number: int
    code: str
    name: str
    status: str
    filing: Filing | None = None
    values: dict[str, Any] = field(default_factory=dict)
    changes: list[tuple[str, Any, Any]] = field(default_factory=list)


@dataclass
class Plan:
    """What the whole file would do. warnings: (row number, name, check's text zh, en)."""

    reading: Reading
    definition: Definition
    rows: list[PlannedRow]
    warnings: list[tuple[int, str, str, str]]

    def counts(self) -> dict[str, int]:
        out = dict.fromkeys(STATUSES, 0)
        for row in self.rows:
            out[row.status] += 1
        return out

    def digest(self) -> str:
        """What a commit would write, and on what."""
        said = [(row.number, row.status, row.filing.pk if row.filing else None, row.filing.latest_id if row.filing else None, row.values) for row in self.rows]
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def preview_upload(
    *, form: Form, period: str, file_name: str, content: bytes, by: Actor, now: datetime, park_id: int | None = None, limits: Limits | None = None
) -> Upload:
    """Keep the file and say what a commit would do. Raises WrongFile, WrongTemplate, WrongPeriodKind, FileInfected, ScannerFailed; then nothing is kept."""
    parse_period(period, form.period_kind)
    refuse_infected(file_name, content)
    form = form_of_period(form, period)
    plan = _plan(form, period, file_name, content, by, limits)
    with transaction.atomic():
        upload = Upload.objects.create(
            form=form, period=period, file_name=file_name[:200], content=content, sha256=hashlib.sha256(content).hexdigest(), size=len(content),
            uploaded_by_id=by.id, uploaded_at=now, park_id=park_id, counts=plan.counts(), preview=_preview(plan),
        )  # fmt: skip
        audit.record(
            by=by, now=now, action="filings.upload", subject_kind="upload", subject_id=upload.pk,
            after={"file": file_name, "sha256": upload.sha256, "form": form.code, "period": period, **upload.counts},
        )  # fmt: skip
    return upload


@transaction.atomic
def commit_upload(*, upload: Upload, by: Actor, now: datetime, channel: str = FilingVersion.Channel.WORKBOOK) -> Upload:
    """Write what the preview said: a version for every new and changed row. Raises UploadChanged, UploadIsDone, NotFound."""
    upload = _pending(upload, by)
    hold(fillable(by).filter(form_code=upload.form.code, period=upload.period).values_list("pk", flat=True))
    plan = _plan(upload.form, upload.period, upload.file_name, bytes(upload.content), by, None)
    if plan.digest() != upload.preview["digest"]:
        raise UploadChanged(file=upload.file_name)
    save_values(given=_writes(plan), channel=channel, by=by, now=now, upload=upload)
    upload.state, upload.committed_at = Upload.State.COMMITTED, now
    upload.save(update_fields=["state", "committed_at"])
    audit.record(by=by, now=now, action="filings.commit", subject_kind="upload", subject_id=upload.pk, after=upload.counts)
    return upload


@transaction.atomic
def renew_preview(*, upload: Upload, by: Actor) -> Upload:
    """Plan a kept file again, after somebody changed what it would touch. Raises UploadIsDone, NotFound."""
    upload = _pending(upload, by)
    plan = _plan(upload.form, upload.period, upload.file_name, bytes(upload.content), by, None)
    upload.counts, upload.preview = plan.counts(), _preview(plan)
    upload.save(update_fields=["counts", "preview"])
    return upload


@transaction.atomic
def discard_upload(*, upload: Upload, by: Actor, now: datetime) -> None:
    """Put the upload aside; nothing of it is written. Raises UploadIsDone, NotFound."""
    upload = _pending(upload, by)
    Upload.objects.filter(pk=upload.pk).update(state=Upload.State.DISCARDED)
    audit.record(by=by, now=now, action="filings.discard", subject_kind="upload", subject_id=upload.pk)


def marked_workbook(*, upload: Upload, by: Actor, language: Language) -> bytes:
    """The uploaded workbook with each wrong cell marked and explained, as xlsx. Raises NotFound."""
    _known_to(upload, by)
    plan = _plan(upload.form, upload.period, upload.file_name, bytes(upload.content), by, None)
    return mark_faults(bytes(upload.content), plan.reading, language)


def visible_uploads(actor: Actor) -> Any:
    """The uploads that the actor may open: the city all, others their own."""
    rows = Upload.objects.select_related("form", "uploaded_by", "park").defer("content")
    return rows if actor.sees_all else rows.filter(uploaded_by_id=actor.id) if actor.id else rows.none()


def _known_to(upload: Upload, by: Actor) -> None:
    if not by.is_system and (by.id is None or upload.uploaded_by_id != by.id):
        raise NotFound()


def _pending(upload: Upload, by: Actor) -> Upload:
    """The upload as stored now, held until the transaction ends; it must be the actor's and neither committed nor discarded."""
    upload = Upload.objects.select_for_update(of=("self",)).select_related("form").get(pk=upload.pk)
    _known_to(upload, by)
    if upload.state != Upload.State.PREVIEWED:
        raise UploadIsDone(file=upload.file_name)
    return upload


def _plan(form: Form, period: str, file_name: str, content: bytes, by: Actor, limits: Limits | None) -> Plan:
    definition = definition_for(form)
    try:
        reading = read_table(content, file_name, definition.sheet(by), limits)
    except WorkbookError as error:
        raise WrongFile(zh=error.message("zh"), en=error.message("en")) from error
    own = reading.identity
    if own is not None and (own.form, own.period or period, own.version or str(form.version)) != (form.code, period, str(form.version)):
        raise WrongTemplate(found=f"{own.form} v{own.version} {own.period}", expected=f"{form.code} v{form.version} {period}")
    return _Planner(definition, reading, form, period, by).plan()


class _Planner:
    def __init__(self, definition: Definition, reading: Reading, form: Form, period: str, by: Actor) -> None:
        self.definition, self.reading, self.by = definition, reading, by
        rows = fillable(by).filter(form_code=form.code, period=period).select_related("enterprise", "park", "latest")
        self.filings = {(f.enterprise.uscc if f.enterprise else f.park.code): f for f in rows}  # type: ignore[union-attr]
        self.given = [f for f in definition.fields if f.key in reading.letters]
        self.warnings: list[tuple[int, str, str, str]] = []

    def plan(self) -> Plan:
        codes, names = self.reading.values("subject_code"), self.reading.values("subject_name")
        columns = {f.key: self.reading.values(f.key) for f in self.given}
        rows = []
        for at, code in enumerate(codes):
            name = names[at] or ""
            row = PlannedRow(at, int(self.reading.numbers[at]), code if isinstance(code, str) else "", name if isinstance(name, str) else "", "wrong")
            self._decide(row, columns)
            rows.append(row)
        return Plan(self.reading, self.definition, rows, self.warnings)

    def _decide(self, row: PlannedRow, columns: Mapping[str, list[Any]]) -> None:
        filing = self.filings.get(row.code)
        if filing is None:
            if row.code:
                self._fault(row, "row.subject_unknown", "subject_code", row.code, _MINE, _ASK)
            return
        row.filing = filing
        row.name = filing.enterprise.name if filing.enterprise else filing.park.name_zh  # type: ignore[union-attr]
        before = filing.latest.values if filing.latest else {}
        row.values = dict(before)
        for key, values in columns.items():
            value = values[row.at]
            if value is MISSING:
                row.values.pop(key, None)
            elif value is not INVALID:
                row.values[key] = stored(value)
        row.changes = [(f.key, before.get(f.key), row.values.get(f.key)) for f in self.definition.fields if before.get(f.key) != row.values.get(f.key)]
        if self.reading.wrong[row.at]:
            return
        if filing.latest is not None and not row.changes:
            row.status = "unchanged"
            return
        if filing.state not in _OPEN:
            found = Text(*(_state(filing.state, language) for language in ("zh-hans", "en")))
            need = Text("草稿或已退回", "a draft or returned")
            self._fault(
                row,
                "row.filing_closed",
                "subject_code",
                found.zh,
                need,
                Text("需要更正的，请先由园区或市级退回", "have it returned first if it must be corrected"),
            )
            return
        wrong = False
        for fault in self.definition.faults(row.values):
            if fault.level == "warning":
                self.warnings.append((row.number, row.name, fault.zh, fault.en))
            elif fault.code != "required":  # the reading says so of missing values already
                key = next((key for key in fault.keys if key in self.reading.letters), "subject_code")
                self._fault(
                    row, f"check.{fault.code}", key, self._raw(row.at, key), Text(fault.zh, fault.en), Text("改正后重新上传", "correct it and upload again")
                )
                wrong = True
        if not wrong:
            row.status = "changed" if filing.latest is not None else "new"

    def _raw(self, at: int, key: str) -> str:
        return str(self.reading.columns[key].raw[at])[:200]

    def _fault(self, row: PlannedRow, code: str, key: str, found: str, expected: Text, next_step: Text) -> None:
        self.reading.fault_count += 1
        self.reading.wrong[row.at] = True
        if len(self.reading.faults) < 1_000:
            title = self.reading.sheet.column(key).title
            cell = self.reading.cell(row.at, key)
            self.reading.faults.append(Fault(code, self.reading.sheet_name, row.number, key, cell, found, expected, next_step, title))


def _state(state: str, language: str) -> str:
    from django.utils.translation import gettext, override

    with override(language):
        return gettext(STATE_NAMES[state])


def _writes(plan: Plan) -> Iterator[NewValues]:
    keys = [f.key for f in plan.definition.fields if f.key in plan.reading.letters]
    for row in plan.rows:
        if row.status in ("new", "changed") and row.filing is not None:
            cells = {key: f"{plan.reading.sheet_name}!{plan.reading.cell(row.at, key)}" for key in keys if key in row.values}
            yield NewValues(row.filing, row.values, cells, row.number)


def _preview(plan: Plan) -> dict[str, Any]:
    order = {"wrong": 0, "changed": 1, "new": 2, "unchanged": 3}
    shown = sorted(plan.rows, key=lambda row: (order[row.status], row.number))[:SHOWN_ROWS]
    return {
        "digest": plan.digest(), "sheet": plan.reading.sheet_name, "format": plan.reading.format, "fault_count": plan.reading.fault_count,
        "rows": [
            {"row": r.number, "code": r.code, "name": r.name, "status": r.status, "filing": r.filing.pk if r.filing else None, "changes": r.changes} for r in shown
        ],
        "faults": [fault.as_json() for fault in plan.reading.faults],
        "remarks": _remarks(plan),
        "warnings": [list(warning) for warning in plan.warnings[:500]],
    }  # fmt: skip


def _remarks(plan: Plan) -> list[list[str]]:
    """What the reader noticed; columns that the file does not have in one sentence: what is held of them stays."""
    said = [[remark.message("zh"), remark.message("en")] for remark in plan.reading.remarks if remark.code != "remark.absent_column"]
    absent = [one.data["title"] for one in plan.reading.remarks if one.code == "remark.absent_column"]
    if absent:
        zh, en = "、".join(title.zh for title in absent[:6]), ", ".join(title.en for title in absent[:6])
        more = (f" 等 {len(absent)} 列", f" ({len(absent)} columns in all)") if len(absent) > 6 else ("", "")
        said.append([f"文件中没有：{zh}{more[0]}。已有的数据保持不变。", f"Not in the file: {en}{more[1]}. What is held of them stays."])
    return said
