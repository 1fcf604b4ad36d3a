"""Screening: every enterprise against every policy, with the reason for every yes and no.

>>> from manyuan.engines import screening
>>> sheet = screening.FactSheet(table, schema)
>>> policies = screening.read_policies(["packs/nansha/policies"], schema)
>>> result = screening.screen(policies, sheet)
>>> print(screening.explain(policies["NS-M-03"], sheet, row=0).in_words("zh"))
"""

from manyuan.engines.screening.cliffs import Cliff, cliffs, quickly_found
from manyuan.engines.screening.explain import Explanation, explain, explain_row
from manyuan.engines.screening.factsheet import Column, FactSheet, FactSheetInvalid, Schema
from manyuan.engines.screening.faults import PoliciesInvalid, PolicyFault, SchemaInvalid
from manyuan.engines.screening.glance import Glance, glance
from manyuan.engines.screening.policy import Amount, Ceiling, Condition, Policy, PolicySet, Text
from manyuan.engines.screening.policy_file import check_policies, read_policies, read_policy_text
from manyuan.engines.screening.registrations import SCHEMA as REGISTRATIONS
from manyuan.engines.screening.registrations import from_registrations
from manyuan.engines.screening.schema_file import read_schema
from manyuan.engines.screening.screen import OUTCOMES, Compiled, Screening, compile_set, screen

__all__ = [
    "OUTCOMES",
    "REGISTRATIONS",
    "Amount",
    "Ceiling",
    "Cliff",
    "Column",
    "Compiled",
    "Condition",
    "Explanation",
    "FactSheet",
    "FactSheetInvalid",
    "Glance",
    "PoliciesInvalid",
    "Policy",
    "PolicyFault",
    "PolicySet",
    "Schema",
    "SchemaInvalid",
    "Screening",
    "Text",
    "check_policies",
    "cliffs",
    "compile_set",
    "explain",
    "explain_row",
    "from_registrations",
    "glance",
    "quickly_found",
    "read_policies",
    "read_policy_text",
    "read_schema",
    "screen",
]  # fmt: skip
