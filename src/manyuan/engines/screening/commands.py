"""What `manyuan screen`, `explain`, `simulate` and `policy` do, without the command line around it: plain arguments in, lines out, exit code back.

Exit codes: 0 done; 1 faults found; 2 wrong use.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from manyuan.engines import dmn
from manyuan.engines.screening import blocks, registrations
from manyuan.engines.screening.cliffs import WITHIN_DAYS, Cliff, cliffs, quickly_found
from manyuan.engines.screening.csv_places import not_a_table, place_of, wanted_of
from manyuan.engines.screening.decision_files import Doubt, beside, check_models, models_among
from manyuan.engines.screening.edges import unseen
from manyuan.engines.screening.explain import explain, value_in_words
from manyuan.engines.screening.factsheet import Column, FactSheet, FactSheetInvalid, Schema
from manyuan.engines.screening.faults import PoliciesInvalid, PolicyFault, Said, SchemaInvalid
from manyuan.engines.screening.parquet_places import placed
from manyuan.engines.screening.policy import Policy, PolicySet
from manyuan.engines.screening.policy_file import check_policies, files_of, read_policies
from manyuan.engines.screening.schema_file import read_schema
from manyuan.engines.screening.screen import OUTCOMES, screen
from manyuan.engines.screening.simulate import ChangeInvalid, changed, compare, fit

Write = Callable[[str], None]
Progress = Callable[[int, int], None]


load_schema = read_schema


def schema_beside(paths: Sequence[Path]) -> Path | None:
    """The facts.yaml in the folder of some policies, or in the folder above it."""
    folders = [path if path.is_dir() else path.parent for path in paths]
    places = [place / "facts.yaml" for folder in folders for place in (folder, folder.resolve().parent)]
    return next((place for place in places if place.is_file()), None)


def load_sheet(facts: Path, schema_path: Path | None, *, as_of: date | None = None) -> FactSheet:
    """A fact sheet from Parquet with a schema, or straight from a list of registrations (csv, csv.gz)."""
    if schema_path is None:
        if as_of is None:
            raise Said("登记名单需要 --as-of（计算成立年数的日期）", "a list of registrations needs --as-of, the day on which ages are counted")
        return registrations.from_registrations(facts, as_of=as_of)
    schema = load_schema(schema_path)
    table = pq.read_table(facts) if facts.suffix == ".parquet" else _read_csv(facts)
    try:
        return FactSheet(table, schema)
    except FactSheetInvalid as error:
        if facts.suffix != ".parquet" and (wrong := not_a_table(facts)) is not None:
            raise wrong from None
        faults = placed(error.faults, facts, schema) if facts.suffix == ".parquet" else [_placed(facts, fault, schema) for fault in error.faults]
        raise FactSheetInvalid(faults, str(facts)) from None


def _read_csv(facts: Path) -> pa.Table:
    try:
        return pa.csv.read_csv(facts)
    except (pa.ArrowInvalid, UnicodeDecodeError):
        wrong = not_a_table(facts)
        if wrong is None:
            raise
        raise wrong from None


def _placed(facts: Path, fault: tuple[str, str, str], schema: Schema) -> tuple[str, str, str]:
    """A fault of a csv file with line and column."""
    name, zh, en = fault
    line, column, found = place_of(facts, name, schema)
    if not column:
        return name, f"第 {line} 行：{zh}；得到：{found}", f"line {line}: {en}; found {found}"
    if line > 1:
        wanted_zh, wanted_en = wanted_of(schema[name])
        return name, f"第 {line} 行第 {column} 列得到“{found}”，应为{wanted_zh}", f"line {line}, column {column}: found {found!r}, expected {wanted_en}"
    return name, f"第 {line} 行第 {column} 列得到“{found}”；{zh}", f"line {line}, column {column}: found {found!r}; {en}"


def _trouble(error: Exception, language: str, write: Write) -> int:
    message = getattr(error, "message", None)
    write(message(language) if callable(message) else str(error))
    return 1


def run_check(paths: Sequence[Path], schema: Path | None, *, language: str, write: Write, notes: bool = True) -> int:
    """Check policy files and decision models (`.dmn`), those under folders too. 1 where there is an error; warnings of the linter alone give 0, and so do
    cliffs, which are no fault: with `notes` they are named where the policies are right, as far as they are found in a moment."""
    schema = schema or schema_beside(paths)
    listed = [path for path in paths if path.suffix != ".dmn"]
    try:
        known = load_schema(schema) if schema else None
    except (SchemaInvalid, OSError) as error:
        return _trouble(error, language, write)
    faults = check_policies(listed, known)
    doubts = check_models(models_among(paths))
    found: list[PolicyFault | Doubt] = [*faults, *doubts]
    for one in found:
        write(one.message(language))
    warnings = sum(doubt.severity == "warning" for doubt in doubts)
    errors = len(found) - warnings
    files = len({one.file for one in found})
    zh = language.startswith("zh")
    if known is None and files_of(listed):
        write(
            "没有 facts.yaml，未检查条件和金额中的 FEEL；请用 --schema 指定"
            if zh
            else "no facts.yaml: the FEEL of conditions and amounts was not checked; give --schema"
        )
    if not errors and not warnings:
        write("没有发现错误" if zh else "no faults found")
    elif not warnings:
        write(f"{errors} 处错误，涉及 {files} 个文件" if zh else f"{errors} faults in {files} files")
    else:
        write(f"{errors} 处错误、{warnings} 处提醒，涉及 {files} 个文件" if zh else f"{errors} faults and {warnings} warnings in {files} files")
    if notes and known is not None and not faults:
        _note_cliffs(read_policies(listed, known), known, zh, write)
    return 1 if errors else 0


def _note_cliffs(policies: PolicySet, schema: Schema, zh: bool, write: Write) -> None:
    quick = [policy for policy in policies.policies if quickly_found(policy, schema)]
    found = [cliff for policy in quick for cliff in cliffs(policy, schema)]
    for cliff in found:
        policy = policies[cliff.policy]
        write(f"{policy.file}:{policy.line}: {'提示：断崖：' if zh else 'note: a cliff: '}" + _cliff_line(cliff, schema, zh))
    if found:
        write(f"{len(found)} 处断崖（不是错误）" if zh else f"{len(found)} cliffs (no faults)")
    if left := [policy.code for policy in policies.policies if policy not in quick]:
        write(
            ("未测断崖（测算较慢，请用 manyuan policy cliffs）：" if zh else "cliffs not looked for here, it takes longer (manyuan policy cliffs): ")
            + ", ".join(left)
        )


def _policies(paths: Sequence[Path], schema: Schema, on: date | None) -> PolicySet:
    found = read_policies(paths, schema)
    return found.on(on) if on else found


def run_screen(facts: Path, paths: Sequence[Path], *, schema: Path | None, out: Path | None, on: date | None, as_of: date | None, engine: str, block: int,
               language: str, write: Write, progress: Progress | None = None) -> int:  # fmt: skip
    """Screen a fact sheet; print counts and sums by policy; with `out`, write the pairs as Parquet block by block."""
    try:
        if out is not None and schema is not None and facts.suffix == ".parquet":
            known = load_schema(schema)
            policies = _policies(paths, known, on)
            if engine == "spark":
                from manyuan.engines.screening import spark

                session = spark.local_session()
                try:
                    count = spark.screen_parquet(facts, out, policies, known, session)
                finally:
                    session.stop()
                write(f"{out}: {count} pairs")
                return 0
            done = blocks.screen_parquet(facts, out, policies, known, block=block, progress=progress)
            write(f"{out}: {done.rows} rows, {done.blocks} blocks ({done.resumed} resumed), {done.outcomes}, {done.net_fen / 100:.2f} yuan")
            return 0
        sheet = load_sheet(facts, schema, as_of=as_of)
        policies = _policies(paths, sheet.schema, on)
        result = screen(policies, sheet, progress=progress)
    except (PoliciesInvalid, FactSheetInvalid, blocks.OutputInUse, ValueError, OSError) as error:
        return _trouble(error, language, write)
    _print_counts(result, policies, language, write)
    return 0


def _print_counts(result: Any, policies: PolicySet, language: str, write: Write) -> None:
    zh = language.startswith("zh")
    heads = (
        {"entitled": "应享", "near": "差一步", "refused": "不符合", "undetermined": "待定", "set aside": "已并入"} if zh else {name: name for name in OUTCOMES}
    )
    write("\t".join(["政策" if zh else "policy", *(heads[name] for name in OUTCOMES), "金额（元）" if zh else "yuan", "标记" if zh else "mark"]))
    totals = result.totals()
    for code, counts in result.counts().items():
        write("\t".join([code, *(str(counts[name]) for name in OUTCOMES), f"{totals[code] / 100:,.2f}", policies[code].mark]))
    report = result.compiled.report()
    if report["interpreted conditions"] or report["interpreted amounts"]:
        write(("由解释器逐行计算：" if zh else "run by the interpreter: ") + "; ".join([*report["interpreted conditions"], *report["interpreted amounts"]]))


def _one(policies: PolicySet, code: str) -> Policy:
    try:
        return policies[code]
    except KeyError:
        known = ", ".join(p.code for p in policies.policies)
        raise Said(f"没有政策“{code}”，应为：{known}", f"no policy {code!r}; expected one of: {known}") from None


def run_explain(facts: Path, paths: Sequence[Path], code: str, row: int, *, schema: Path | None, as_of: date | None, language: str, write: Write) -> int:
    """Explain one pair in words."""
    try:
        sheet = load_sheet(facts, schema, as_of=as_of)
        policy = _one(read_policies(paths, sheet.schema), code)
        if not 0 <= row < sheet.rows:
            raise Said(f"没有第 {row} 行，应为 0 至 {sheet.rows - 1}", f"there is no row {row}; expected 0 to {sheet.rows - 1}")
        write(explain(policy, sheet, row).in_words(language))
    except (PoliciesInvalid, FactSheetInvalid, ValueError, OSError) as error:
        return _trouble(error, language, write)
    return 0


def run_simulate(facts: Path, paths: Sequence[Path], code: str, *, changes: Sequence[str], budget: int | None, condition: str | None, by: Sequence[str], on: date | None = None,
                 schema: Path | None, as_of: date | None, language: str, write: Write) -> int:  # fmt: skip
    """Compare a policy with a changed one, or fit the threshold of a condition to a budget (yuan)."""
    zh = language.startswith("zh")
    try:
        sheet = load_sheet(facts, schema, as_of=as_of)
        policy = _one(read_policies(paths, sheet.schema), code)
        if budget is not None:
            found = fit(policy, sheet, condition or policy.conditions[0].id, budget * 100)
            if found is None:
                write("即使最严的门槛也超出预算" if zh else "even the strictest threshold costs more than the budget")
                return 1
            bound, outcome = found
            write(
                f"门槛 {bound}：{outcome.count} 家，{outcome.cost / 100:,.2f} 元"
                if zh
                else f"threshold {bound}: {outcome.count} enterprises, {outcome.cost / 100:,.2f} yuan"
            )
            return 0
        after = policy
        for change in changes:
            after = changed(after, change, sheet.schema.names)
        both = compare(policy, after, sheet, by=by, on=on)
    except (PoliciesInvalid, FactSheetInvalid, ChangeInvalid, ValueError, OSError) as error:
        return _trouble(error, language, write)
    for title, outcome in (("现行" if zh else "before", both.before), ("调整后" if zh else "after", both.after)):
        write(f"{title}: {outcome.count} {'家' if zh else 'enterprises'}, {outcome.cost / 100:,.2f} {'元' if zh else 'yuan'}")
        for name, spread in outcome.by.items():
            for key, (count, cost) in sorted(spread.items(), key=lambda item: -item[1][1]):
                write(f"  {sheet.schema[name].label(language)} = {_group(key, sheet.schema[name], language)}: {count}, {cost / 100:,.2f}")
    write(f"{'受益' if zh else 'winners'}: {len(both.winners)}; {'受损' if zh else 'losers'}: {len(both.losers)}")
    return 0


def _group(key: str | None, column: Column, language: str) -> str:
    truth = {"true": True, "false": False}.get(key or "") if column.kind == "boolean" else None
    return value_in_words(key if truth is None else truth, column, language)


def run_cliffs(paths: Sequence[Path], *, schema: Path | None, facts: Path | None, as_of: date | None, codes: Sequence[str], within: Decimal, language: str,
               write: Write, days: int = WITHIN_DAYS) -> int:  # fmt: skip
    """Where one smallest step of a fact makes what policies give jump; with facts also how many enterprises stand just below and just above."""
    try:
        sheet = load_sheet(facts, schema, as_of=as_of) if facts is not None else None
        known = sheet.schema if sheet is not None else load_schema(schema) if schema is not None else registrations.SCHEMA
        policies = read_policies(paths, known)
        chosen = PolicySet(tuple(_one(policies, code) for code in codes)) if codes else policies
        found = cliffs(chosen, known, sheet=sheet, within=within, days=days)
    except (PoliciesInvalid, FactSheetInvalid, ValueError, OSError) as error:
        return _trouble(error, language, write)
    zh = language.startswith("zh")
    for cliff in found:
        write(_cliff_line(cliff, known, zh))
    looked = [f"{policy.code}: {place}" for policy in chosen.policies for place in unseen(policy, known)]
    if looked:
        write(("未检查（含循环、筛选或函数）：" if zh else "not looked into (a loop, filter or function): ") + "; ".join(looked))
    write(f"{len(found)} 处断崖" if zh else f"{len(found)} cliffs")
    return 0


def _cliff_line(cliff: Cliff, schema: Schema, zh: bool) -> str:
    label = schema[cliff.fact].label("zh" if zh else "en")
    if schema[cliff.fact].kind == "date":
        up, down = ("晚一天", "早一天") if zh else ("a day later", "a day earlier")
    else:
        up, down = ("增加", "减少") if zh else ("more of it", "less of it")
    money = f"{cliff.jump / 100:,.2f}" if cliff.least == cliff.jump else f"{cliff.least / 100:,.2f}–{cliff.jump / 100:,.2f}"
    gives = ("资格" if zh else "the title") if not cliff.jump else f"{money} 元" if zh else f"{money} yuan"
    sign = up if cliff.rises else down
    sides = (f"{cliff.worse / 100:,.2f}", f"{cliff.better / 100:,.2f}")
    if cliff.jump:
        gives += f"（{sides[0]} → {sides[1]}）" if zh else f" ({sides[0]} → {sides[1]})"
    parts = [cliff.policy, f"{label}{sign}：{gives}" if zh else f"{label}, {sign}: {gives}", cliff.comparison, cliff.clause]
    if cliff.below is not None:
        parts.append(f"差一点 {cliff.below} 家，刚够 {cliff.above} 家" if zh else f"{cliff.below} just below, {cliff.above} just above")
    if cliff.invented:
        parts.append("虚拟企业上测得" if zh else "seen on an invented enterprise only")
    return "\t".join(parts)


def run_table(source: Path, target: Path, *, schema: Path | None = None, language: str, write: Write) -> int:
    """Decision models between DMN and Excel: the two endings say which way. What the model holds beside its tables goes with it. schema: names and types
    that the cells of a workbook made by hand may use. What is wrong or doubtful about the tables is said; 1 where nothing was written."""
    try:
        resolve = beside([source, target])
        if source.suffix == ".dmn" and target.suffix == ".xlsx":
            definitions = dmn.read_dmn(source, file=str(source))
            content = dmn.write_workbook(definitions, resolve=resolve)
        elif source.suffix == ".xlsx" and target.suffix == ".dmn":
            columns = load_schema(schema).columns if schema else ()
            variables = [dmn.Variable(column.name, type_ref=column.feel_type.name) for column in columns]
            definitions = dmn.read_workbook(source, variables=variables, name=source.stem)
            content = dmn.write_dmn(definitions)
            definitions = dmn.read_dmn(content, file=str(target))
        else:
            names = f"{source.name} → {target.name}"
            raise Said(f"{names}：应为 .dmn → .xlsx 或 .xlsx → .dmn", f"{names}: expected .dmn → .xlsx or .xlsx → .dmn")
        aside = target.with_suffix(target.suffix + ".tmp")
        aside.write_bytes(content)
        aside.replace(target)
    except dmn.SheetInvalid as error:
        write(error.message(language, str(source)))
        return 1
    except (dmn.ModelInvalid, ValueError, OSError) as error:
        return _trouble(error, language, write)
    for fault in dmn.check(definitions, resolve=resolve):
        write(fault.message(language))
    for path, finding in dmn.lint_model(definitions, resolve=resolve):
        cells = ", ".join(dmn.cells_of(source, path, finding.rows, finding.columns)) if source.suffix == ".xlsx" else ""
        write(f"{path}: [{cells}] {finding.message(language)}" if cells else f"{path}: {finding.message(language)}")
    count = len(dmn.tables_of(definitions))
    write(f"{target}：{count} 张决策表" if language.startswith("zh") else f"{target}: {count} tables")
    return 0
