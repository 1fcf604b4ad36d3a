"""Read a pack, or say everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from manyuan.facts.programme.pack.building import build_pack
from manyuan.facts.programme.pack.faults import Fault, PackInvalid
from manyuan.facts.programme.pack.folder import Drafts, read_folder
from manyuan.facts.programme.pack.formulas import check_formulas
from manyuan.facts.programme.pack.geometry import check_map
from manyuan.facts.programme.pack.goals import check_goals
from manyuan.facts.programme.pack.honesty import check_honesty
from manyuan.facts.programme.pack.model import At, Pack
from manyuan.facts.programme.pack.references import check_references

MAX_FAULTS: Final = 1000


def read_pack(path: str | Path) -> Pack:
    """The pack in a folder. Raises PackInvalid with every fault; a pack with faults is never half-read."""
    drafts, district_map = _read(path)
    faults = _listed(drafts)
    if faults:
        raise PackInvalid(faults)
    return build_pack(drafts, district_map)


def check_pack(path: str | Path) -> list[Fault]:
    """Every fault of a pack, by file and line; empty when there is none. Beyond 1,000 the rest is counted in one last fault."""
    return _listed(_read(path)[0])


def _read(path: str | Path) -> tuple[Drafts, dict[str, Any]]:
    drafts = read_folder(path)
    check_references(drafts)
    check_goals(drafts)
    check_formulas(drafts)
    check_honesty(drafts)
    return drafts, check_map(drafts)


def _listed(drafts: Drafts) -> list[Fault]:
    faults = sorted(drafts.faults, key=lambda fault: (fault.file, fault.line, fault.column, fault.code))
    if len(faults) > MAX_FAULTS:
        rest = len(faults) - MAX_FAULTS
        faults = [*faults[:MAX_FAULTS], Fault("faults.many", At("."), str(rest))]
    return faults
