"""Spreadsheets in and out: messy workbooks become typed, checked values with the address of every cell; values become templates and exports.

Pure Python, no Django. Canonical values by kind are listed in `columns`.
"""

from manyuan.engines.workbooks.columns import INVALID, MISSING, Choice, Column, Sheet, Text
from manyuan.engines.workbooks.faults import Fault, LimitExceeded, Remark, Unreadable, WorkbookError
from manyuan.engines.workbooks.identity import Identity
from manyuan.engines.workbooks.limits import Limits
from manyuan.engines.workbooks.reading import Reading, Row, read_table

__all__ = [
    "INVALID", "MISSING", "Choice", "Column", "Fault", "Identity", "LimitExceeded", "Limits", "Reading", "Remark", "Row", "Sheet", "Text", "Unreadable", "WorkbookError",
    "read_table",
]  # fmt: skip
