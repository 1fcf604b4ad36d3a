"""Policies as readable YAML, one file or a folder of them; and the checker that names every fault with file, line and column.

policies:
  - code: NS-M-03
    name: {zh: 落户奖, en: Settling award}
    source: nansha-2017-manufacturing        # a source of the pack
    mark: V                                   # V | C | GK | example
    start: 2017-01-01
    end: 2020-01-01                           # left out: open
    delivery: application                     # no-application | short-form | application
    group: settling                           # of one group the highest only
    ceiling: yearly                           # the name of a ceiling below
    requires: [NS-M-02]
    judged: [经专家评审]                        # what no rule can decide
    score: {above: 70, clause: …, text: {…}, items: [{id: ip, points: 30, least: FEEL, most: FEEL, text: {…}}]}   # what experts judge in points
    conditions:
      - {id: sector, clause: 第三条, when: 'sector in ("制造业", "建筑业")', text: {zh: …, en: …}}
    amount: {value: 'min(revenue * 0.05, 5000000)', rounding: half-up, scale: 2, cap: 5000000, clause: 第三条}
ceilings:
  yearly: 10000000                            # yuan for one enterprise and year
tables: {Pays: {…}}                           # decision tables (`written_tables`), named by `table: "#Pays"` where a condition has its `when`, an amount its `value`
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from manyuan.engines.screening.factsheet import Schema
from manyuan.engines.screening.faults import PoliciesInvalid, PolicyFault, SchemaInvalid
from manyuan.engines.screening.places import read_yaml
from manyuan.engines.screening.policy import Ceiling, PolicySet
from manyuan.engines.screening.policy_reader import MARKS, Placed, PolicyReader

__all__ = ["MARKS", "PoliciesInvalid", "PolicyFault", "SchemaInvalid", "check_policies", "files_of", "read_policies", "read_policy_text"]


def files_of(paths: Iterable[str | Path]) -> list[Path]:
    """The YAML files among paths and under folders, in order."""
    found: list[Path] = []
    for path in map(Path, paths):
        found += sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    return [path for path in found if path.name not in ("facts.yaml", "sources.yaml", "cases.yaml")]


def read_policies(paths: Iterable[str | Path], schema: Schema | None = None) -> PolicySet:
    """Read policies; with a schema, conditions and amounts are checked too. Raises PoliciesInvalid with every fault."""
    policies, faults = _read(paths, schema)
    if faults:
        raise PoliciesInvalid(faults)
    return policies


def check_policies(paths: Iterable[str | Path], schema: Schema | None = None) -> list[PolicyFault]:
    """Every fault of policy files."""
    return _read(paths, schema)[1]


def read_policy_text(text: str, schema: Schema | None = None, name: str = "policy.yaml") -> tuple[PolicySet, list[PolicyFault]]:
    """The policies in a text of the same shape, and every fault of it; tables beside it are not to be had, and policies that it requires may stand elsewhere."""
    reader = PolicyReader(read_yaml(name, text), schema, Path(name).parent)
    policies = reader.policies()
    ceilings = reader.ceilings()
    faults = reader.faults + _references(policies, ceilings, alone=True)
    return PolicySet(tuple(one.policy for one in policies), tuple(ceilings[one] for one in sorted(ceilings))), faults


def _read(paths: Iterable[str | Path], schema: Schema | None) -> tuple[PolicySet, list[PolicyFault]]:
    found: dict[str, Placed] = {}
    ceilings: dict[str, Ceiling] = {}
    faults: list[PolicyFault] = []
    for file in files_of(paths):
        if not file.is_file():
            faults.append(PolicyFault(str(file), 1, 1, "没有这个文件，应为政策文件（YAML）", "there is no such file; expected a file of policies (YAML)"))
            continue
        reader = PolicyReader(read_yaml(file), schema, file.parent)
        for one in reader.policies():
            code = one.policy.code
            if code in found:
                other = f"{found[code].policy.file}:{found[code].policy.line}"
                reader.fault((*one.path, "code"), f"编号“{code}”在 {other} 已有，应各不相同", f"the code {code!r} is also in {other}; expected each code once")
            found.setdefault(code, one)
        ceilings |= reader.ceilings()
        faults += reader.faults
    faults += _references(list(found.values()), ceilings)
    policies = sorted((one.policy for one in found.values()), key=lambda policy: policy.code)
    return PolicySet(tuple(policies), tuple(ceilings[name] for name in sorted(ceilings))), sorted(faults, key=lambda f: (f.file, f.line, f.column))


def _references(placed: list[Placed], ceilings: dict[str, Ceiling], *, alone: bool = False) -> list[PolicyFault]:
    """Requirements and ceilings that lead nowhere, and requirements that come back to where they began. alone: what is required may stand elsewhere."""
    faults: list[PolicyFault] = []
    requires = {one.policy.code: one.policy.requires for one in placed}
    for one in placed:
        policy = one.policy
        for at, other in enumerate(policy.requires):
            place = (*one.path, "requires", at)
            if other not in requires:
                if not alone:
                    known_zh, known_en = _some(requires, policy.code)
                    zh = f"“{policy.code}”要求的政策“{other}”不存在，应为已有政策的编号（{known_zh}）"
                    faults.append(one.fault(place, zh, f"{policy.code!r} requires {other!r}, which does not exist; expected the code of a policy ({known_en})"))
            elif (way := _back_to(policy.code, other, requires)) is not None:
                cycle = " → ".join([policy.code, *way])
                zh = f"前置要求成环：{cycle}，应有不要求其他政策的起点"
                faults.append(one.fault(place, zh, f"the requirements form a cycle: {cycle}; expected a beginning that requires none of them"))
        if policy.ceiling and policy.ceiling not in ceilings:
            known = ", ".join(sorted(ceilings))
            zh = f"没有名为“{policy.ceiling}”的年度上限，应为 ceilings 下的名称（{known or '尚无'}）"
            faults.append(
                one.fault((*one.path, "ceiling"), zh, f"there is no ceiling named {policy.ceiling!r}; expected a name under ceilings ({known or 'none yet'})")
            )
    return faults


def _some(codes: Iterable[str], but: str) -> tuple[str, str]:
    """Some of the codes in words."""
    others = sorted(code for code in codes if code != but)
    shown = ", ".join(others[:8]) + (" …" if len(others) > 8 else "")
    return shown or "尚无", shown or "none yet"


def _back_to(goal: str, start: str, requires: dict[str, tuple[str, ...]]) -> list[str] | None:
    """The way of requirements from one policy to another, both ends named; None where there is none."""
    ways, seen = [[start]], {start}
    while ways:
        way = ways.pop(0)
        if way[-1] == goal:
            return way
        for other in requires.get(way[-1], ()):
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return None
