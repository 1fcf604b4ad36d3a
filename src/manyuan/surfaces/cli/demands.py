"""`manyuan demands`: train the classifier of demands on one's own records, and ask it. Works offline; the model stays under DATA_DIR/models."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import click

from manyuan.engines.matching.model import Figures, Model
from manyuan.surfaces.cli import speaking

NAME = "demands.npz"


def _say(chinese: str, english: str) -> None:
    click.echo(chinese if speaking.chinese() else english)


def model_path() -> Path:
    """Where the running city keeps its classifier of demands."""
    from django.conf import settings

    return Path(settings.DATA_DIR) / "models" / NAME


@click.group()
def demands() -> None:
    """The classifier of demands: train, look at, ask."""


@demands.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--folds", default=5, show_default=True, type=click.IntRange(2, 10), help="Parts of the cross-validation.")
def train(file: Path, folds: int) -> None:
    """Train on FILE (CSV with the columns text and label, UTF-8 or GB18030), print cross-validated figures, keep the model.

    Exit 1 where the data are too few or the labels cannot be told from the texts: nothing is kept then, an older model stays.
    """
    from django.utils import timezone

    from manyuan.engines.matching import NoBetter, TooLittle
    from manyuan.engines.matching import train as learned_from

    texts, labels = _columns(file)
    try:
        model = learned_from(texts, labels, now=timezone.now(), folds=folds)
    except TooLittle as fault:
        click.echo(fault.message(speaking.language()), err=True)
        for label, count in sorted(fault.counts.items(), key=lambda one: (-one[1], one[0]))[:50]:
            click.echo(f"  {label}\t{count}", err=True)
        sys.exit(1)
    except NoBetter as fault:
        click.echo(fault.message(speaking.language()), err=True)
        sys.exit(1)
    path = model_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = path.with_name(f"demands-{model.trained_at[:10]}-{model.data[:12]}.npz")
    model.save(kept)
    model.save(path)
    _described(model)
    click.echo(f"{kept}")


@demands.command()
@click.argument("text")
@click.option("--top", default=3, show_default=True, type=click.IntRange(1, 20))
def propose(text: str, top: int) -> None:
    """The likeliest labels of TEXT: label, confidence, the words that spoke for it; tab-separated. Nothing known in the text: nothing proposed, exit 1."""
    found = Model.load(model_path()).propose(text, top)
    for one in found:
        click.echo(f"{one.label}\t{one.confidence:.2f}\t{' '.join(one.words)}")
    if not found:
        _say("文本中没有模型认识的词，不作推荐。", "The text holds no word that the model knows; nothing is proposed.")
        sys.exit(1)


@demands.command()
def model() -> None:
    """The model in use: its date, its data, its figures."""
    _described(Model.load(model_path()))


@demands.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--count", default=1000, show_default=True, type=click.IntRange(1, 100_000))
def sample(file: Path, count: int) -> None:
    """Write made-up labelled demands to FILE, to try the training with. Every text is marked as made up."""
    from manyuan.engines.matching.samples import made_up

    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([("text", "label"), *made_up(count)])
    _say(f"{file}：{count} 条虚构诉求", f"{file}: {count} made-up demands")


def _columns(file: Path) -> tuple[list[str], list[str]]:
    content = file.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise click.BadParameter(f"{file.name}: UTF-8 | GB18030")
    try:
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as fault:
        raise click.BadParameter(f"{file.name}: {fault}") from fault
    if not rows or not {"text", "label"} <= set(rows[0]):
        found = ", ".join(str(one) for one in (rows[0] if rows else ()) if one) or "—"
        raise click.BadParameter(
            f"{file.name}：首行应有 text 和 label 两列，得到 {found}。"
            if speaking.chinese()
            else f"{file.name}: the first row must name the columns text and label, found {found}."
        )
    return [row["text"] or "" for row in rows], [row["label"] or "" for row in rows]


def _described(model: Model) -> None:
    figures: Figures = model.figures
    versions = ", ".join(f"{name} {number}" for name, number in sorted(model.versions.items()))
    _say(
        f"训练于 {model.trained_at}，文本 {model.texts} 条，标签 {len(model.labels)} 个",
        f"trained {model.trained_at}, {model.texts} texts, {len(model.labels)} labels",
    )
    _say(f"数据摘要 sha256 {model.data}", f"data sha256 {model.data}")
    _say(f"所用库 {versions}", f"libraries {versions}")
    low, high = min(figures.macro_f1_by_fold), max(figures.macro_f1_by_fold)
    _say(f"{figures.folds} 折交叉验证（括号内为“总猜最常见”的基线）：", f"{figures.folds}-fold cross-validation (in parentheses: always the commonest):")
    _say(
        f"  宏平均 F1 {figures.macro_f1:.3f}（{figures.baseline_macro_f1:.3f}），各折 {low:.3f}～{high:.3f}",
        f"  macro-F1 {figures.macro_f1:.3f} ({figures.baseline_macro_f1:.3f}), by fold {low:.3f} to {high:.3f}",
    )
    _say(f"  准确率 {figures.accuracy:.3f}（{figures.baseline_accuracy:.3f}）", f"  accuracy {figures.accuracy:.3f} ({figures.baseline_accuracy:.3f})")
    _say(f"  前三命中率 {figures.top3:.3f}（{figures.baseline_top3:.3f}）", f"  top-3 hit rate {figures.top3:.3f} ({figures.baseline_top3:.3f})")
    _say(f"  置信度平均偏差 {figures.calibration_error:.3f}", f"  calibration error {figures.calibration_error:.3f}")
    _say("标签\t查准率\t查全率\tF1\t条数", "label\tprecision\trecall\tF1\ttexts")
    for label, row in figures.by_label.items():
        click.echo(f"{label}\t{row.precision:.3f}\t{row.recall:.3f}\t{row.f1:.3f}\t{row.support}")
    for label, count in model.left_out.items():
        _say(f"{label}\t文本太少（{count}），没有学习", f"{label}\ttoo few texts ({count}), not learned")


@demands.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def labelled(file: Path) -> None:
    """Write the city's own demands whose topic somebody chose or decided to FILE (text, label): what `train` learns from."""
    from manyuan.work.demands.learned import labelled as own_cases

    rows = list(own_cases())
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([("text", "label"), *rows])
    _say(f"{file}：{len(rows)} 条已定类别的诉求", f"{file}: {len(rows)} demands with a decided topic")


@demands.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--commit", is_flag=True, help="File what the preview says; without it nothing is written.")
def import_(file: Path, commit: bool) -> None:
    """Demands from a workbook (xlsx, xls, csv). Exit 1 where a row is wrong: nothing is filed then. The same file again files nothing."""
    from django.utils import timezone

    from manyuan.facts.audit.actors import system
    from manyuan.work.demands.services import import_demands, preview_demands

    by, language = system("cli", at="cli"), speaking.language()
    content = file.read_bytes()
    found = import_demands(name=file.name, content=content, by=by, now=timezone.now()) if commit else preview_demands(name=file.name, content=content, by=by)
    for fault in found.faults:
        click.echo(fault.message(language), err=True)
    _say(f"新增 {len(found.new)}，已存在 {found.known}，有误 {len(found.faults)}", f"new {len(found.new)}, known {found.known}, wrong {len(found.faults)}")
    sys.exit(1 if found.faults else 0)


@demands.command()
@click.argument("file", type=click.File("rb"), default="-")
def receive(file: io.BufferedReader) -> None:
    """A mail (RFC 5322) from FILE or standard input becomes a demand; the same mail twice is one. For a mail server's pipe."""
    from django.utils import timezone

    from manyuan.work.demands.services import receive_mail

    click.echo(receive_mail(raw=file.read(), now=timezone.now()).demand.case.number)
