"""Reading a file of registrations: CSV, plain or gzipped, UTF-8 or GB18030, under the headings that registers use."""

from __future__ import annotations

import csv
import gzip
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from stdnum.cn import uscc
from stdnum.exceptions import ValidationError

from manyuan.facts.enterprises.errors import ColumnMissing, FileUnreadable

LARGEST = 2 * 1024**3
HEADINGS = {
    "name": ("企业名称", "单位名称", "名称", "name"),
    "uscc": ("统一社会信用代码", "信用代码", "社会信用代码", "uscc"),
    "registered_on": ("注册日期", "成立日期", "登记日期", "registered on"),
    "kind": ("企业类型", "类型", "type"),
    "capital": ("注册资金", "注册资本", "capital"),
    "scope": ("经营范围", "scope"),
    "address": ("注册地址", "住所", "地址", "address"),
}
REQUIRED = ("name", "uscc")
_NOTHING = {"", "n/a", "na", "无", "-", "—", "null", "none"}
_CURRENCIES = {
    "美元": "USD",
    "美金": "USD",
    "港": "HKD",
    "香港": "HKD",
    "日元": "JPY",
    "欧元": "EUR",
    "新加坡": "SGD",
    "英镑": "GBP",
    "台币": "TWD",
    "澳": "AUD",
}
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@dataclass(frozen=True)
class Row:
    """A registration as read. problem: code of what is wrong ('' if nothing); found: the text that is wrong. raw: the cells as they stood."""

    line: int
    uscc: str
    name: str
    registered_on: date | None
    kind: str
    capital_fen: int | None
    capital_text: str
    currency: str
    scope: str
    address: str
    raw: tuple[str, ...]
    problem: str = ""
    found: str = ""


def read(path: Path) -> tuple[list[str], Iterator[Row]]:
    """(the headings, the rows). Raises FileUnreadable, ColumnMissing before any row is given."""
    text = _text(path)
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        headings = next(reader)
    except (StopIteration, csv.Error):
        raise FileUnreadable(file=path.name, found="0", expected="CSV") from None
    places = _places(path.name, headings)
    return headings, _rows(reader, headings, places)


def _text(path: Path) -> str:
    content = path.read_bytes()
    if content[:2] == b"\x1f\x8b":
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
                content = packed.read(LARGEST + 1)
        except (OSError, EOFError):
            raise FileUnreadable(file=path.name, found="gzip", expected="gzip, CSV") from None
    if len(content) > LARGEST:
        raise FileUnreadable(file=path.name, found=f"{len(content)} B", expected=f"<= {LARGEST} B")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            line, found = content.count(b"\n", 0, error.start) + 1, content[error.start : error.start + 2].hex(" ")
    raise FileUnreadable(file=f"{path.name}:{line}", found=found, expected="UTF-8, GB18030")


def _places(file: str, headings: list[str]) -> dict[str, int]:
    known = [unicodedata.normalize("NFKC", heading).strip().lower() for heading in headings]
    places = {key: known.index(name) for key, names in HEADINGS.items() for name in reversed(names) if name in known}
    for key in REQUIRED:
        if key not in places:
            raise ColumnMissing(file=file, expected=HEADINGS[key][0], found="、".join(headings)[:200])
    return places


def _rows(reader: Iterator[list[str]], headings: list[str], places: dict[str, int]) -> Iterator[Row]:
    line = 1
    for cells in reader:
        line = getattr(reader, "line_num", line + 1)
        if not any(cell.strip() for cell in cells):
            continue
        yield _row(line, cells, len(headings), places)


def _row(line: int, cells: list[str], width: int, places: dict[str, int]) -> Row:
    def cell(key: str) -> str:
        at = places.get(key)
        text = cells[at].strip() if at is not None and at < len(cells) else ""
        return "" if text.lower() in _NOTHING else text

    capital_text = cell("capital")
    fen, currency = capital(capital_text)
    day = _day(cell("registered_on"))
    code = unicodedata.normalize("NFKC", cell("uscc")).upper().replace(" ", "")
    problem, found = "", ""
    if len(cells) != width:
        problem, found = "columns", str(len(cells))
    elif not code:
        problem = "code_missing"
    else:
        try:
            code = uscc.validate(code)
        except ValidationError:
            problem, found = "code_wrong", code[:40]
    if not problem and not cell("name"):
        problem = "name_missing"
    if not problem and cell("registered_on") and day is None:
        problem, found = "date_wrong", cell("registered_on")[:40]
    return Row(
        line, code, cell("name")[:200], day, cell("kind")[:80], fen, capital_text[:80], currency, cell("scope"), cell("address")[:300], tuple(cells), problem, found
    )  # fmt: skip


def capital(text: str) -> tuple[int | None, str]:
    """(fen, currency) of a registered capital such as 66(万元人民币) or 24.7万人民币; fen only for yuan, and only when exact."""
    plain = unicodedata.normalize("NFKC", text)
    number = _NUMBER.search(plain)
    if number is None:
        return None, ""
    currency = next((code for word, code in _CURRENCIES.items() if word in plain), "CNY")
    if currency != "CNY":
        return None, currency
    unit = 10**8 if "亿" in plain else 10**4 if "万" in plain else 1
    try:
        fen = Decimal(number[0].replace(",", "")) * unit * 100
    except InvalidOperation:
        return None, ""
    return (int(fen), "CNY") if fen == fen.to_integral_value() and fen < 2**62 else (None, "")


def _day(text: str) -> date | None:
    found = re.match(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", unicodedata.normalize("NFKC", text))
    if found is None:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None
