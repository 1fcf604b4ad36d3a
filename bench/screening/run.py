"""`make bench-screening`: the kernel against other engines on the same generated rows and policies, answers compared first, medians of five,
everything in one run; writes its part of docs/benchmarks.md."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))

import engines  # noqa: E402
import generate  # noqa: E402

from manyuan.engines import feel  # noqa: E402
from manyuan.engines.screening import blocks, compile_set, screen  # noqa: E402

RUNS = 5


def timed(action: Callable[[], object], runs: int = RUNS, warm: int = 1) -> tuple[float, float]:
    """Median wall and CPU seconds of several runs after a warm-up."""
    for _ in range(warm):
        action()
    wall, cpu = [], []
    for _ in range(runs):
        w, c = time.perf_counter(), time.process_time()
        action()
        wall.append(time.perf_counter() - w)
        cpu.append(time.process_time() - c)
    return statistics.median(wall), statistics.median(cpu)


def kernel_answer(result) -> list[tuple[int, int]]:  # type: ignore[no-untyped-def]
    counts, totals = result.counts(), result.totals()
    return [(counts[code]["entitled"], totals[code]) for code in counts]


def floor_of(sheet: generate.FactSheet) -> Callable[[], object]:
    """Touch every input byte once, one thread."""
    views = [data.values.view(np.uint8)[: len(data.values.view(np.uint8)) // 8 * 8].view(np.uint64) for data in sheet.columns.values()]
    views += [data.known.view(np.uint8)[: len(data.known) // 8 * 8].view(np.uint64) for data in sheet.columns.values()]
    return lambda: [int(np.bitwise_xor.reduce(view)) for view in views]


def interpreter_ratio() -> tuple[float, float, int]:
    """How many times faster the interpreter is than pySFeel on expressions that both evaluate alike, text to value each time."""
    import pySFeel

    parser = pySFeel.SFeelParser()
    candidates = [
        "1 + 2 * 3", "10 / 4", "2 ** 3", "5 > 3", '"a" < "b"', "1 = 1", "1 != 2", "true and false", "true or false", "5 in [1..10]", "not(true)", "abs(-5)",
        "floor(1.6)", "ceiling(1.2)", "sum([1, 2, 3])", "min([3, 1, 2])", "max([3, 1, 2])", "count([1, 2, 3])", "mean([1, 2, 3])", 'upper case("abc")',
        'lower case("ABC")', 'string length("abcd")', 'substring("foobar", 3)', 'contains("foobar", "ob")', 'starts with("foobar", "fo")',
        "list contains([1, 2, 3], 2)", "reverse([1, 2, 3])", "distinct values([1, 2, 2])", "if 1 > 2 then 3 else 4", "for i in [1, 2, 3] return i * 2",
        "some i in [1, 2, 3] satisfies i > 2", "every i in [1, 2, 3] satisfies i > 0", "[1, 2, 3][2]", "{a: 1, b: 2}.b", "decimal(1.115, 2)", "modulo(12, 5)",
    ]  # fmt: skip
    both = []
    for text in candidates:
        try:
            status, theirs = parser.sFeelParse(text)
            ours = feel.evaluate(text)
        except Exception:
            continue
        try:
            same = not (status or {}).get("errors") and (ours == theirs or abs(float(ours) - float(theirs)) < 1e-9)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            same = False
        if same:
            both.append(text)

    def ours_all() -> None:
        for text in both:
            feel.evaluate(text)

    def ours_cold() -> None:
        for text in both:
            feel.Program(feel.parse(text)).run()

    def theirs_all() -> None:
        for text in both:
            parser.sFeelParse(text)

    theirs = timed(theirs_all)[0]
    return theirs / timed(ours_all)[0], theirs / timed(ours_cold)[0], len(both)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--policies", type=int, default=500)
    options.add_argument("--big", type=int, default=10_000_000, help="rows of the out-of-core run (0: leave it out)")
    given = options.parse_args()
    rows, count = given.rows, given.policies
    print(f"{rows:,} rows x {count} policies", flush=True)
    table = generate.table(rows)
    sheet = generate.FactSheet(table, generate.SCHEMA)
    made = generate.atoms_of(count)
    policies = generate.policies(count)
    began = time.perf_counter()
    compiled = compile_set(policies, generate.SCHEMA)
    screen(compiled, sheet)
    first = time.perf_counter() - began
    wall, cpu = timed(lambda: screen(compiled, sheet))
    floor_wall, floor_cpu = timed(floor_of(sheet))
    hundred = compile_set(generate.policies(100), generate.SCHEMA)
    wall100, cpu100 = timed(lambda: screen(hundred, sheet))
    half = generate.FactSheet(table.slice(0, rows // 2), generate.SCHEMA)
    wall_half, _ = timed(lambda: screen(compiled, half))
    answer = kernel_answer(screen(compiled, sheet))
    lines: list[tuple[str, str, str, str, str]] = []
    ns = wall * 1e9 / rows / count
    report = compiled.report()
    lines.append(("kernel, warm", f"{wall:.3f} s", f"{ns:.2f}", "1", "–"))
    lines.append(("kernel, first call with compilation", f"{first:.2f} s", "", f"{first / wall:.1f}", "–"))
    print(lines, flush=True)
    for name, make, part_rows in (
        ("Polars", engines.polars_engine, min(rows, 20_000)), ("DuckDB", engines.duckdb_engine, min(rows, 20_000)), ("OpenFisca-core", engines.openfisca_engine, min(rows, 20_000)),
        ("zen-engine, one graph", engines.zen_engine, 200),
    ):  # fmt: skip
        try:
            run = make(table.slice(0, part_rows), made)
            found = run()
        except Exception as error:
            lines.append((name, f"could not be run: {type(error).__name__}: {str(error)[:80]}", "", "", ""))
            print(lines[-1], flush=True)
            continue
        small = answer if part_rows == rows else kernel_answer(screen(compiled, generate.FactSheet(table.slice(0, part_rows), generate.SCHEMA)))
        differing = sum(a != b for a, b in zip(found, small))
        off = sum(abs(a[1] - b[1]) for a, b in zip(found, small))
        exact = "yes" if not differing else f"no: {differing} policies differ, {off / 100:,.2f} yuan in all"
        theirs, _ = timed(run, runs=RUNS, warm=0)
        per = theirs * 1e9 / part_rows / count
        ratio = per / ns
        lines.append((f"{name}{'' if part_rows == rows else f' ({part_rows} rows)'}", f"{theirs:.2f} s", f"{per:,.1f}", f"{ratio:,.0f}", exact))
        print(lines[-1], flush=True)
    feel_ratio, cold_ratio, expressions = interpreter_ratio()
    big = ""
    if given.big:
        big = _big(given.big, compiled, policies)
    atoms = report["distinct elementary conditions"]
    text = [
        "", f"Machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; medians of {RUNS} runs in one process, other work on the machine not excluded.",
        "", f"{rows:,} rows × {len(generate.SCHEMA.columns)} columns, {count} policies, {report['conditions']} conditions, {atoms} distinct elementary ones; exact amounts, near misses, unknowns and the bits that explain every pair included.",
        "", "| engine | wall | ns per pair | × kernel | same answers as the kernel |", "|---|---|---|---|---|",
        *(f"| {' | '.join(line)} |" for line in lines), "",
        f"- Floor (every input byte touched once, one thread): {floor_wall * 1000:.1f} ms. Kernel CPU at 100 policies ÷ floor CPU: {cpu100 / floor_cpu:.1f} (bar: ≤ 10). Kernel wall at 100 policies: {wall100 * 1000:.0f} ms.",
        f"- Linear in rows: {rows:,} rows take {wall / wall_half:.2f} × as long as half of them.",
        f"- Kernel CPU at {count} policies: {cpu:.3f} s.",
        f"- FEEL interpreter against pySFeel on {expressions} expressions on which both agree: `evaluate` of the same text again and again (parsed once) {feel_ratio:.0f} × as fast (bar: ≥ 20); parsing anew each time {cold_ratio:.1f} ×.",
        *([big] if big else []), "",
    ]  # fmt: skip
    write("\n".join(text))
    print("\n".join(text))
    return 0


def _big(rows: int, compiled, policies) -> str:  # type: ignore[no-untyped-def]
    """Out of core: many rows by blocks of one million, each screened and let go; peak memory of the process."""
    import resource

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = 0.0
    entitled = 0
    for at in range(0, rows, 1_000_000):
        part = generate.sheet(min(1_000_000, rows - at), seed=at + 7)
        began = time.perf_counter()
        result = screen(compiled, part)
        seconds += time.perf_counter() - began
        entitled += sum(len(block.grants.row) for block in result.blocks)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with tempfile.TemporaryDirectory() as folder:
        import pyarrow.parquet as pq

        source = Path(folder) / "facts.parquet"
        pq.write_table(generate.table(200_000, seed=3), source)
        began = time.perf_counter()
        done = blocks.screen_parquet(source, Path(folder) / "out", policies, generate.SCHEMA, block=1 << 17)
        parquet = time.perf_counter() - began
    return (
        f"- {rows:,} rows × {len(policies.policies)} policies by blocks of a million: {seconds:.1f} s of screening, {entitled:,} entitled pairs, peak memory of this whole"
        f" process {peak:,.0f} MB ({before:,.0f} MB before). Parquet to Parquet, {done.rows:,} rows, all pairs but the refused ones written: {parquet:.1f} s."
    )


def write(text: str) -> None:
    """Put the text between its markers in docs/benchmarks.md."""
    target = ROOT / "docs" / "benchmarks.md"
    begin, end = "<!-- screening:begin -->", "<!-- screening:end -->"
    whole = (
        target.read_text(encoding="utf-8")
        if target.exists()
        else f"# Benchmarks\n\nWritten by the commands themselves.\n\n## Screening (`make bench-screening`)\n\n{begin}\n{end}\n"
    )
    head, _, rest = whole.partition(begin)
    _, _, tail = rest.partition(end)
    target.write_text(f"{head}{begin}\n{text}\n{end}{tail}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
