"""DMN 1.5: read, write, check and run decision models.

>>> from manyuan.engines import dmn
>>> model = dmn.Model(dmn.read_dmn("tier.dmn"))
>>> model.decide("Tier", {"Revenue": 30_000_000}).value
"""

from manyuan.engines.dmn import model
from manyuan.engines.dmn.as_feel import NoExpression, table_as_feel
from manyuan.engines.dmn.checking import check, check_dmn
from manyuan.engines.dmn.errors import Fault, ModelInvalid
from manyuan.engines.dmn.lint import Finding, lint_model, lint_table
from manyuan.engines.dmn.model import DecisionTable, Definitions
from manyuan.engines.dmn.nested_tables import tables_of
from manyuan.engines.dmn.running import Model, Resolver
from manyuan.engines.dmn.tables_excel import SheetInvalid, cells_of, read_tables, write_tables
from manyuan.engines.dmn.trace import Decided, Trace
from manyuan.engines.dmn.variables import Variable
from manyuan.engines.dmn.workbook import read_workbook, write_workbook
from manyuan.engines.dmn.xml_reader import read_dmn
from manyuan.engines.dmn.xml_writer import write_dmn

__all__ = [
    "Decided", "DecisionTable", "Definitions", "Fault", "Finding", "Model", "ModelInvalid", "NoExpression", "Resolver", "SheetInvalid", "Trace", "Variable",
    "cells_of", "check", "check_dmn", "lint_model", "lint_table", "model", "read_dmn", "read_tables", "read_workbook", "table_as_feel", "tables_of", "write_dmn",
    "write_tables", "write_workbook",
]  # fmt: skip
