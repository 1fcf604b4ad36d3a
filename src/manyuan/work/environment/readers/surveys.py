"""The survey's grades by question, 1 to 5, where enough answered: few are counted nowhere, so that nothing of what they said shows through a score."""

from __future__ import annotations

from decimal import Decimal

from manyuan.work.environment.readers.shapes import ByPark, Counted, Reader, Span
from manyuan.work.environment.survey_results import results

PREFIX = "survey."


def reader(question: str) -> Reader:
    """The reader of one question. A park's figure holds what lies below it already."""

    def read(span: Span) -> ByPark:
        found = results(span.period)
        return {
            park: Counted(Decimal(one.sums[question]), one.answers, one.answers if one.synthetic else 0) for park, one in found.items() if question in one.sums
        }

    return Reader("grade", read)
