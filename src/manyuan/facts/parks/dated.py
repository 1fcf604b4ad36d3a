"""Dated rows about a park: which row holds, and how one is ended or replaced without being overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Model, Q

from manyuan.facts.parks.errors import TooEarly
from manyuan.facts.parks.models import Park


def known(known_at: datetime | None) -> Q:
    """Rows as recorded at the moment `known_at`; None: as recorded now."""
    if known_at is None:
        return Q(superseded_at=None)
    return Q(recorded_at__lte=known_at) & (Q(superseded_at=None) | Q(superseded_at__gt=known_at))


def holding(on: date, known_at: datetime | None = None) -> Q:
    """Rows that hold on the date `on` (half-open: the day of `valid_to` is out), as known at `known_at`."""
    return known(known_at) & Q(valid_from__lte=on) & (Q(valid_to=None) | Q(valid_to__gt=on))


def end(model: type[Model], park: Park, on: date, now: datetime) -> None:
    """End the open rows of `park` on `on`: each is superseded by one that stops there; a row that began that day leaves nothing.

    Raises TooEarly when a row, open or ended, reaches past `on` and does not start before or on it.
    """
    rows = list(model.objects.filter(known(None), park=park).filter(Q(valid_to=None) | Q(valid_to__gt=on)))
    for row in rows:
        if row.valid_from > on or (row.valid_to is not None):
            raise TooEarly(park=park.name_zh, found=on, since=row.valid_to or row.valid_from)
    for row in rows:
        model.objects.filter(pk=row.pk).update(superseded_at=now)
        if row.valid_from < on:
            row.pk, row.valid_to, row.recorded_at = None, on, now
            row._state.adding = True
            row.save()


def replace(model: type[Model], park: Park, on: date, now: datetime, source: str, *rows: Mapping[str, Any]) -> None:
    """End what holds and let `rows` hold from `on` onwards. Raises TooEarly as `end` does."""
    end(model, park, on, now)
    for fields in rows:
        model.objects.create(park=park, valid_from=on, recorded_at=now, source=source, **fields)
