"""Spreadsheets in and out: messy workbooks become typed, checked values with the address of every cell; values become templates and exports.

Pure Python, no Django. Canonical values by kind are listed in `columns`.
"""

from manyuan.engines.workbooks.columns import INVALID, MISSING, Choice, Column, Sheet, Text
from manyuan.engines.workbooks.faults import Fault, LimitExceeded, Remark, Unreadable, WorkbookError
from manyuan.engines.workbooks.limits import Limits

__all__ = ["INVALID", "MISSING", "Choice", "Column", "Fault", "LimitExceeded", "Limits", "Remark", "Sheet", "Text", "Unreadable", "WorkbookError"]
