"""Offers or needs of one category as a workbook: the template, and the file read back, whole or not at all."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from manyuan.engines.workbooks import INVALID, MISSING, Choice, Column, Language, Sheet, WorkbookError, read_table, write_template
from manyuan.facts.accounts.models import Organisation
from manyuan.facts.audit.actors import Actor
from manyuan.facts.audit.errors import DomainError
from manyuan.facts.enterprises.models import Enterprise
from manyuan.facts.enterprises.queries import visible
from manyuan.facts.scanning import refuse_infected
from manyuan.work.supply.errors import WrongFile
from manyuan.work.supply.models import Posting
from manyuan.work.supply.posting import Content, post
from manyuan.work.supply.scenes import Category

_SHOWN = 20
MOST_ROWS = 500


def sheet_of(category: Category, for_others: bool) -> Sheet:
    """The columns of a category. for_others: with the credit code of the owner, for people of a park or the city."""
    columns = [Column("title", "名称", "Title", required=True, minimum=2, maximum=120), Column("text", "说明", "Description", maximum=4_000)]
    if for_others:
        columns.insert(0, Column("uscc", "统一社会信用代码", "Credit code", kind="uscc", required=True))
    unit = category.unit["zh"]
    columns.append(
        Column(
            "quantity",
            f"数量（{unit}）" if unit else "数量",
            f"Quantity ({category.unit['en']})" if unit else "Quantity",
            kind="decimal",
            minimum=Decimal("0.01"),
        )
    )
    for one in category.attributes:
        kind, title = category.kinds[one.code], (f"{one.title[0]}（{one.unit[0]}）" if one.unit[0] else one.title[0])
        if kind == "choice":
            choices = tuple(Choice(code, *names) for code, names in one.names.items())
            columns.append(Column(f"a_{one.code}", title, one.title[1], kind="choice", choices=choices))
        else:
            columns.append(
                Column(f"a_{one.code}", title, one.title[1], kind="boolean" if kind == "yes-no" else "decimal", minimum=None if kind == "yes-no" else 0)
            )
    columns += [
        Column("until", "有效期至", "Valid until", kind="date"),
        Column("public", "对会员公开", "Public to members", kind="boolean"),
        Column("contact_name", "联系人", "Contact", maximum=60),
        Column("contact", "联系电话", "Telephone", maximum=40),
    ]
    return Sheet(category.code, category.name["zh"], category.name["en"], tuple(columns))


def template(*, category: Category, by: Actor, language: Language) -> tuple[bytes, str]:
    """An empty workbook for a category, and its name."""
    sheet = sheet_of(category, _for_others(by))
    return write_template(sheet, language=language, blank_rows=100), f"{sheet.title.said(language)}.xlsx"


@transaction.atomic
def take(
    *,
    side: str,
    category: Category,
    content: bytes,
    filename: str,
    organisation: Organisation | None = None,
    by: Actor,
    now: datetime,
    language: Language = "zh",
) -> list[Posting]:
    """Publish every row. One fault, and nothing is published. Raises WrongFile (with the places), FileInfected, and what `post` raises."""
    refuse_infected(filename, content)
    others = _for_others(by)
    try:
        reading = read_table(content, filename, sheet_of(category, others))
    except WorkbookError as fault:
        raise WrongFile(faults=fault.message(language)) from fault
    faults = [fault.message(language) for fault in reading.faults[:_SHOWN]]
    if faults or not 0 < len(reading) <= MOST_ROWS:
        raise WrongFile(faults="\n".join(faults) or f"0 < {len(reading)} ≤ {MOST_ROWS}")
    values = {column.key: reading.values(column.key) for column in reading.sheet.columns}
    own = Enterprise.objects.filter(pk__in=by.enterprise_ids).first() if not others else None
    firms = {firm.uscc: firm for firm in visible(by).filter(uscc__in=[str(one) for one in values["uscc"]])} if others else {}
    made = []
    for at, number in enumerate(reading.numbers):
        row = {key: None if column[at] in (MISSING, INVALID) else column[at] for key, column in values.items()}
        firm = firms.get(str(row["uscc"])) if others else own
        if others and firm is None:
            faults.append(f"{number}: {row['uscc']} ?")
            continue
        try:
            given = {"organisation": organisation} if firm is None else {"enterprise": firm}
            made.append(post(side=side, category=category.code, content=_content(row), by=by, now=now, **given))
        except DomainError as fault:
            faults.append(f"{number}: {fault.message('zh-hans' if language == 'zh' else 'en')}")
    if faults:
        raise WrongFile(faults="\n".join(faults[:_SHOWN]))
    return made


def _for_others(by: Actor) -> bool:
    return by.sees_all or bool(by.park_ids)


def _content(row: dict[str, Any]) -> Content:
    until = row["until"]
    return Content(
        title=str(row["title"]), text=str(row["text"] or ""), quantity=row["quantity"], until=until if isinstance(until, date) else None, is_public=row["public"] is True,
        attributes={key[2:]: value for key, value in row.items() if key.startswith("a_") and value is not None}, contact_name=str(row["contact_name"] or ""),
        contact=str(row["contact"] or ""),
    )  # fmt: skip
