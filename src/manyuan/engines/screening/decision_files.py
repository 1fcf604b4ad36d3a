"""What is wrong with decision models on disk: faults of the checker, then findings of the linter, each with file, line, what and what is expected.

An import is looked for by its namespace among the `.dmn` files of the same folder and those named together with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from manyuan.engines import dmn
from manyuan.engines.dmn.logic import typed_tables


@dataclass(frozen=True)
class Doubt:
    """One fault or finding. severity: error (the model is wrong) or warning (it runs, but look at it); line: from 1, 0 where there is none."""

    file: str
    line: int
    severity: str
    zh: str
    en: str

    def message(self, language: str = "en") -> str:
        return self.zh if language.startswith("zh") else self.en


def models_among(paths: Iterable[Path]) -> list[Path]:
    """The `.dmn` files among paths and under folders, in order, each once."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.dmn")) if path.is_dir() else [path] if path.suffix == ".dmn" else []
    return list(dict.fromkeys(found))


def check_models(files: Sequence[Path]) -> list[Doubt]:
    """Every fault of decision models, and what is doubtful about the tables of those that can be read; in order of file and line."""
    resolve = beside(files)
    doubts: list[Doubt] = []
    for file in files:
        doubts += _of_file(file, resolve)
    return sorted(dict.fromkeys(doubts), key=lambda one: (one.file, one.line, one.severity != "error"))


def beside(files: Iterable[Path]) -> dmn.Resolver:
    """Finds imports by namespace among the models of the folders of some files and the files themselves; one that cannot be read is none."""
    given = set(files)
    known: dict[str, dmn.Definitions] = {}
    for path in sorted({other for file in given for other in file.parent.glob("*.dmn")} | {file for file in given if file.suffix == ".dmn"}):
        try:
            found = dmn.read_dmn(path, file=str(path))
        except (dmn.ModelInvalid, OSError):
            continue
        known.setdefault(found.namespace, found)
    return lambda wanted: known.get(wanted.namespace)


def _of_file(file: Path, resolve: dmn.Resolver) -> list[Doubt]:
    if not file.is_file():
        return [Doubt(str(file), 1, "error", f"{file}: 没有这个文件", f"{file}: there is no such file")]
    doubts = [
        Doubt(fault.file, fault.line, "error", fault.message("zh"), fault.message("en")) for fault in dmn.check_dmn(file, file=str(file), resolve=resolve)
    ]
    try:
        definitions = dmn.read_dmn(file, file=str(file))
    except dmn.ModelInvalid:
        return doubts
    tables = {typed.path: typed.table for typed in typed_tables(dmn.Model.as_written(definitions, resolve=resolve))}
    for path, finding in dmn.lint_model(definitions, resolve=resolve):
        table = tables[path]
        line = (table.rules[finding.rows[-1] - 1].line if finding.rows else 0) or table.line
        zh_sort, en_sort = ("错误", "error") if finding.severity == "error" else ("提醒", "warning")
        zh = f"{file}: 第 {line} 行：{zh_sort}：“{path}”{finding.message('zh')}；{finding.expected('zh')}"
        en = f"{file}: line {line}: {en_sort}: {path}: {finding.message('en')}; {finding.expected('en')}"
        doubts.append(Doubt(str(file), line, finding.severity, zh, en))
    return doubts
