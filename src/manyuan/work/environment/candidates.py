"""Who may be asked in the survey of a month: enterprises that were served in it. One function a kind of service: month -> (enterprise, park)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from manyuan.facts.filings.periods import Period
from manyuan.work.cases.models import Case
from manyuan.work.environment.readers.cases import DEMAND
from manyuan.work.environment.readers.shapes import midnight
from manyuan.work.policies.models import Entitlement, EntitlementStep


def received(period: Period) -> Iterable[tuple[int, int]]:
    """Firms that were paid something in the month."""
    rows = EntitlementStep.objects.filter(
        to_state=Entitlement.State.PAID, at__gte=midnight(period.start), at__lt=midnight(period.end), entitlement__park__isnull=False
    )
    return rows.order_by("entitlement__enterprise__uscc").values_list("entitlement__enterprise_id", "entitlement__park_id")


def closed(period: Period) -> Iterable[tuple[int, int]]:
    """Firms whose demand was closed in the month."""
    rows = Case.objects.filter(
        kind_code=DEMAND, closed_at__gte=midnight(period.start), closed_at__lt=midnight(period.end), enterprise__isnull=False, park__isnull=False
    )
    return rows.filter(demand__counted=True).order_by("enterprise__uscc").values_list("enterprise_id", "park_id")


CANDIDATES: list[Callable[[Period], Iterable[tuple[int, int]]]] = [closed, received]
