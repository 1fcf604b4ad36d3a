"""Spreadsheets in and out: messy workbooks become typed, checked values with the address of every cell; values become templates and exports.

Pure Python, no Django. Canonical values by kind are listed in `columns`.
"""

from manyuan.engines.workbooks.columns import INVALID, MISSING, Choice, Column, Language, Sheet, Text
from manyuan.engines.workbooks.exports import write_csv, write_table
from manyuan.engines.workbooks.faults import Fault, LimitExceeded, Remark, Unreadable, WorkbookError
from manyuan.engines.workbooks.identity import Identity
from manyuan.engines.workbooks.limits import Limits
from manyuan.engines.workbooks.marking import mark_faults
from manyuan.engines.workbooks.reading import Reading, Row, read_table
from manyuan.engines.workbooks.templates import write_template

__all__ = [
    "INVALID", "MISSING", "Choice", "Column", "Fault", "Identity", "Language", "LimitExceeded", "Limits", "Reading", "Remark", "Row", "Sheet", "Text", "Unreadable", "WorkbookError",
    "mark_faults", "read_table", "write_csv", "write_table", "write_template",
]  # fmt: skip
