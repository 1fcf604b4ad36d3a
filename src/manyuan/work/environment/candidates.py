"""Who may be asked in the survey of a month: enterprises that were served in it. One function a kind of service: month -> (enterprise, park)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from manyuan.facts.filings.periods import Period
from manyuan.work.environment.readers.shapes import midnight
from manyuan.work.policies.models import Entitlement, EntitlementStep


def received(period: Period) -> Iterable[tuple[int, int]]:
    """Firms that were paid something in the month."""
    rows = EntitlementStep.objects.filter(
        to_state=Entitlement.State.PAID, at__gte=midnight(period.start), at__lt=midnight(period.end), entitlement__park__isnull=False
    )
    return rows.order_by("entitlement__enterprise__uscc").values_list("entitlement__enterprise_id", "entitlement__park_id")


CANDIDATES: list[Callable[[Period], Iterable[tuple[int, int]]]] = [received]
