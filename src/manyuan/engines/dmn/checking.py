"""Everything that is wrong with a model, before anything runs."""

from __future__ import annotations

from pathlib import Path

from manyuan.engines.dmn import model as m
from manyuan.engines.dmn.errors import Fault, ModelInvalid
from manyuan.engines.dmn.running import Model, Resolver
from manyuan.engines.dmn.xml_reader import read_dmn


def check(definitions: m.Definitions, *, resolve: Resolver | None = None) -> list[Fault]:
    """Every fault of a model and of those it imports, without running it: references, cycles, syntax errors, types that do not exist, names that are
    not in scope and what else FEEL's checker finds. Nothing found is an empty list. resolve: as for `Model`."""
    return Model.as_written(definitions, resolve=resolve).check()


def check_dmn(source: str | Path | bytes, *, file: str = "", resolve: Resolver | None = None) -> list[Fault]:
    """As `check`, of a file or of bytes; a file that cannot be read gives the faults of reading."""
    try:
        definitions = read_dmn(source, file=file)
    except ModelInvalid as error:
        return error.faults
    return check(definitions, resolve=resolve)
