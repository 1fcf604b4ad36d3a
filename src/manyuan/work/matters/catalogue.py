"""Reading the catalogue: current matters, a version's definition, what each asks before and after the reform."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.db.models import QuerySet

from manyuan.facts.audit.errors import NotFound
from manyuan.work.matters.definition import Counts, Definition
from manyuan.work.matters.models import MatterVersion


@lru_cache(maxsize=256)
def _definition(pk: int) -> Definition:
    row = MatterVersion.objects.get(pk=pk)
    return Definition(row.content, row.process.encode("utf-8"))


def definition_of(version: MatterVersion) -> Definition:
    """What a version says. Versions never change; each is read once."""
    return _definition(version.pk)


def current_matters() -> QuerySet[MatterVersion]:
    """The catalogue."""
    return MatterVersion.objects.filter(is_current=True)


def matter_by_code(code: str) -> MatterVersion:
    """The current version of a matter. Raises NotFound."""
    found = current_matters().filter(code=code).first()
    if found is None:
        raise NotFound()
    return found


@dataclass(frozen=True)
class Reform:
    """What a matter asked before and asks now, in a park that holds these powers."""

    before: Counts
    after: Counts


def reform_of(version: MatterVersion, held: frozenset[str] = frozenset()) -> Reform:
    """Counted from the lists of the version, never stated."""
    definition = definition_of(version)
    return Reform(definition.before, definition.after(held))


def total(reforms: list[Reform]) -> Reform:
    """The sums over matters."""

    def of(counts: list[Counts]) -> Counts:
        return Counts(*(sum(getattr(one, name) for one in counts) for name in ("materials", "fields", "steps", "days", "trips")))

    return Reform(of([one.before for one in reforms]), of([one.after for one in reforms]))
