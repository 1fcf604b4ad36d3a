"""`make bench-screening`: the kernel against other engines on the same generated rows and policies, answers compared first, medians of five,
everything in one run; writes its part of docs/benchmarks.md."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))

import engines  # noqa: E402
import generate  # noqa: E402

from manyuan.engines import feel  # noqa: E402
from manyuan.engines.screening import blocks, compile_set, screen  # noqa: E402
from manyuan.engines.screening.memory import Memory  # noqa: E402

RUNS = 5


@dataclass(frozen=True)
class Times:
    """Seconds of several runs after a warm-up: median and best of the wall, median and best of the CPU time of all threads."""

    wall: float
    best_wall: float
    cpu: float
    best_cpu: float


def timed(action: Callable[[], object], runs: int = RUNS, warm: int = 1) -> Times:
    """Run an action again and again; what it gives is let go each time, before the clock starts again."""
    for _ in range(warm):
        action()
    wall, cpu = [], []
    for _ in range(runs):
        w, c = time.perf_counter(), time.process_time()
        action()
        wall.append(time.perf_counter() - w)
        cpu.append(time.process_time() - c)
    return Times(statistics.median(wall), min(wall), statistics.median(cpu), min(cpu))


def first_call(rows: int, count: int) -> list[tuple[float, float]]:
    """Seconds, wall and CPU, of the first call in a process of its own, policies compiled and a sheet of `rows` rows screened: with nothing compiled on the disk, and
    again with the machine code found there."""
    with tempfile.TemporaryDirectory() as cache:
        found = []
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, __file__, "--first-call", "--rows", str(rows), "--policies", str(count)],
                env={**os.environ, "NUMBA_CACHE_DIR": cache}, capture_output=True, text=True, check=True,
            )  # fmt: skip
            wall, cpu = json.loads(done.stdout)
            found.append((wall, cpu))
    return found


def _first_call(rows: int, count: int) -> None:
    sheet, policies = generate.sheet(rows), generate.policies(count)
    began, cpu = time.perf_counter(), time.process_time()
    screen(compile_set(policies, generate.SCHEMA), sheet)
    print(json.dumps([time.perf_counter() - began, time.process_time() - cpu]))


def kernel_answer(result) -> list[tuple[int, int]]:  # type: ignore[no-untyped-def]
    counts, totals = result.counts(), result.totals()
    return [(counts[code]["entitled"], totals[code]) for code in counts]


def floor_of(sheet: generate.FactSheet) -> Callable[[], object]:
    """Touch every input byte once, one thread."""
    views = [data.values.view(np.uint8)[: len(data.values.view(np.uint8)) // 8 * 8].view(np.uint64) for data in sheet.columns.values()]
    views += [data.known.view(np.uint8)[: len(data.known) // 8 * 8].view(np.uint64) for data in sheet.columns.values()]
    return lambda: [int(np.bitwise_xor.reduce(view)) for view in views]


def floor_and_hundred(sheet: generate.FactSheet, hundred) -> tuple[Times, Times]:  # type: ignore[no-untyped-def]
    """The floor and the kernel at 100 policies, turn by turn."""
    touch = floor_of(sheet)
    found: tuple[list[Times], list[Times]] = ([], [])
    for _ in range(9):
        found[0].append(timed(touch, runs=1))
        found[1].append(timed(lambda: screen(hundred, sheet), runs=1))
    made = []
    for some in found:
        walls, cpus = [one.wall for one in some], [one.cpu for one in some]
        made.append(Times(statistics.median(walls), min(walls), statistics.median(cpus), min(cpus)))
    return made[0], made[1]


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

    best = [float("inf")] * 3
    turns = ((theirs_all, 1), (ours_all, 20), (ours_cold, 2))  # about as long each
    for _ in range(25):  # turn by turn, the best of each: other work on the machine hits all alike
        for at, (action, times) in enumerate(turns):
            began = time.perf_counter()
            for _ in range(times):
                action()
            best[at] = min(best[at], (time.perf_counter() - began) / times)
    return best[0] / best[1], best[0] / best[2], len(both)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--policies", type=int, default=500)
    options.add_argument("--big", type=int, default=10_000_000, help="rows of the out-of-core run, a multiple of a million (0: leave it out)")
    options.add_argument("--write", type=Path, help="only write generated facts to a Parquet file")
    options.add_argument("--screen-file", type=Path, help="only screen such a file")
    options.add_argument("--pairs-of-file", type=Path, help="only screen Parquet to Parquet, into this folder")
    options.add_argument("--first-call", action="store_true", help="only say how long the first call takes")
    given = options.parse_args()
    rows, count = given.rows, given.policies
    if given.first_call or given.write or given.screen_file or given.pairs_of_file:  # a part of the whole, in a process of its own
        if given.first_call:
            _first_call(rows, count)
        elif given.write:
            _write_facts(given.write, rows)
        elif given.screen_file:
            _screen_file(given.screen_file, count)
        else:
            _pairs_of_file(given.pairs_of_file, count)
        return 0
    print(f"{rows:,} rows x {count} policies", flush=True)
    table = generate.table(rows)
    sheet = generate.FactSheet(table, generate.SCHEMA)
    made = generate.atoms_of(count)
    policies = generate.policies(count)
    compiled = compile_set(policies, generate.SCHEMA)
    full = timed(lambda: screen(compiled, sheet), warm=2)
    memory = Memory()
    again = timed(lambda: screen(compiled, sheet, memory=memory), warm=2)
    wall = full.wall
    hundred = compile_set(generate.policies(100), generate.SCHEMA)
    floor, small_set = floor_and_hundred(sheet, hundred)
    one_thread = timed(lambda: screen(hundred, sheet, threads=1))
    half = generate.FactSheet(table.slice(0, rows // 2), generate.SCHEMA)
    halves = timed(lambda: screen(compiled, half), warm=2)
    cold, cached = first_call(rows, count)
    answer = kernel_answer(screen(compiled, sheet))
    lines: list[tuple[str, ...]] = []
    ns, cpu_ns = (1e9 * seconds / rows / count for seconds in (wall, full.cpu))
    report = compiled.report()

    def line(name: str, seconds: float, cpu: float, pairs: int, exact: str = "–") -> None:
        per, cpu_per = seconds * 1e9 / pairs, cpu * 1e9 / pairs
        digits = 2 if per < 100 else 0
        lines.append((name, f"{seconds:.3f} s", f"{per:,.{digits}f}", f"{per / ns:,.1f}", f"{cpu_per:,.{digits}f}", f"{cpu_per / cpu_ns:,.1f}", exact))

    pairs = rows * count
    line("kernel, warm", wall, full.cpu, pairs)
    line("kernel, warm, best run", full.best_wall, full.best_cpu, pairs)
    line("kernel, warm, room of an earlier result", again.wall, again.cpu, pairs)
    line("kernel, first call, machine code on disk", *cached, pairs)
    line("kernel, first call, nothing compiled yet", *cold, pairs)
    print(lines, flush=True)
    for name, make, part_rows in (
        ("Polars", engines.polars_engine, min(rows, 20_000)), ("DuckDB", engines.duckdb_engine, min(rows, 20_000)), ("OpenFisca-core", engines.openfisca_engine, min(rows, 20_000)),
        ("zen-engine, one graph", engines.zen_engine, 200),
    ):  # fmt: skip
        try:
            run = make(table.slice(0, part_rows), made)
            found = run()
        except Exception as error:
            lines.append((name, f"could not be run: {type(error).__name__}: {str(error)[:80]}", "", "", "", "", ""))
            print(lines[-1], flush=True)
            continue
        small = answer if part_rows == rows else kernel_answer(screen(compiled, generate.FactSheet(table.slice(0, part_rows), generate.SCHEMA)))
        differing = sum(a != b for a, b in zip(found, small))
        off = sum(abs(a[1] - b[1]) for a, b in zip(found, small))
        exact = "yes" if not differing else f"no: {differing} policies differ, {off / 100:,.2f} yuan in all"
        theirs = timed(run, runs=RUNS, warm=0)
        line(f"{name}{'' if part_rows == rows else f' ({part_rows} rows)'}", theirs.wall, theirs.cpu, part_rows * count, exact)
        print(lines[-1], flush=True)
    feel_ratio, cold_ratio, expressions = interpreter_ratio()
    large = big(given.big, count) if given.big else ""
    atoms = report["distinct elementary conditions"]
    text = [
        "", f"Machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; medians of {RUNS} runs in one process, other work on the machine not excluded.",
        "", f"{rows:,} rows × {len(generate.SCHEMA.columns)} columns, {count} policies, {report['conditions']} conditions, {atoms} distinct elementary ones; exact amounts, near misses, unknowns and the bits that explain every pair included.",
        "", "| engine | wall | ns per pair | × kernel | CPU ns per pair | × kernel | same answers as the kernel |", "|---|---|---|---|---|---|---|",
        *(f"| {' | '.join(one)} |" for one in lines), "",
        f"- CPU at 100 policies ÷ the floor (every input byte touched once by one thread; both measured turn by turn, the best of each): {small_set.best_cpu * 1000:.1f} ms ÷ {floor.best_cpu * 1000:.1f} ms = {small_set.best_cpu / floor.best_cpu:.1f} (bar: ≤ 10); medians {small_set.cpu * 1000:.1f} ÷ {floor.cpu * 1000:.1f} = {small_set.cpu / floor.cpu:.1f}; on one thread {one_thread.best_cpu * 1000:.1f} ms. Wall at 100 policies: {small_set.wall * 1000:.0f} ms.",
        f"- Linear in rows: {rows:,} rows take {wall / halves.wall:.2f} × as long as half of them (best runs: {full.best_wall / halves.best_wall:.2f} ×; CPU time, best runs: {full.best_cpu / halves.best_cpu:.2f} ×).",
        f"- Kernel CPU at {count} policies: {full.cpu:.3f} s (best {full.best_cpu:.3f} s).",
        f"- FEEL interpreter against pySFeel on {expressions} expressions on which both agree: `evaluate` of the same text again and again (parsed once) {feel_ratio:.0f} × as fast (bar: ≥ 20); parsing anew each time {cold_ratio:.1f} ×.",
        *([large] if large else []), "",
    ]  # fmt: skip
    write("\n".join(text))
    print("\n".join(text))
    return 0


def big(rows: int, count: int) -> str:
    """Out of core: many rows from Parquet, a million at a time, in a process of its own whose peak memory counts for nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "facts.parquet", Path(folder) / "out"
        for option, path in (("--write", source), ("--screen-file", source), ("--pairs-of-file", target)):
            done = subprocess.run(
                [sys.executable, __file__, option, str(path), "--rows", str(rows), "--policies", str(count)], capture_output=True, text=True, check=True
            )
            if option == "--screen-file":
                found = json.loads(done.stdout)
        pairs = json.loads(done.stdout)
    return (
        f"- {rows:,} rows × {count} policies from Parquet by blocks of a million, in a process of its own: {found['seconds']:.1f} s of screening"
        f" ({found['seconds'] * 1e9 / rows / count:.2f} ns per pair), {found['whole']:.1f} s with reading, counts and sums of every policy; {found['entitled']:,} entitled pairs;"
        f" peak memory of the process {found['peak']:,.0f} MB (bar: ≤ 4,096). Parquet to Parquet, {PAIRS_ROWS:,} rows, each of the {pairs['pairs']:,} pairs that are not"
        f" refused written: {pairs['seconds']:.1f} s, peak {pairs['peak']:,.0f} MB."
    )


PAIRS_ROWS = 200_000


def _write_facts(path: Path, rows: int) -> None:
    import pyarrow.parquet as pq

    with pq.ParquetWriter(path, generate.table(1).schema) as writer:
        for at in range(0, rows, 1_000_000):
            writer.write_table(generate.table(min(1_000_000, rows - at), seed=at + 7))


def _peak() -> float:
    """Megabytes this program has held at most. (What getrusage says begins with the memory of whoever started it.)"""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("VmHWM: not told by this system")


def _screen_file(path: Path, count: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    compiled, memory = compile_set(generate.policies(count), generate.SCHEMA), Memory()
    screen(compiled, generate.sheet(10_000))
    began, seconds, entitled, paid = time.perf_counter(), 0.0, 0, 0
    waiting: list[pa.RecordBatch] = []
    batches = pq.ParquetFile(path).iter_batches(batch_size=250_000, columns=generate.SCHEMA.names)
    for batch in batches:
        waiting.append(batch)
        if len(waiting) < 4:
            continue
        sheet = generate.FactSheet(pa.Table.from_batches(waiting), generate.SCHEMA)
        waiting = []
        start = time.perf_counter()
        result = screen(compiled, sheet, memory=memory)
        seconds += time.perf_counter() - start
        entitled += sum(one["entitled"] for one in result.counts().values())
        paid += sum(result.totals().values())
        del result
    assert not waiting, "rows: a multiple of a million"
    print(json.dumps({"seconds": seconds, "whole": time.perf_counter() - began, "entitled": entitled, "paid": paid, "peak": _peak()}))


def _pairs_of_file(target: Path, count: int) -> None:
    import pyarrow.parquet as pq

    source = target.with_name("small.parquet")
    pq.write_table(generate.table(PAIRS_ROWS, seed=3), source)
    began = time.perf_counter()
    blocks.screen_parquet(source, target, generate.policies(count), generate.SCHEMA, block=1 << 16)
    seconds = time.perf_counter() - began
    pairs = sum(pq.ParquetFile(part).metadata.num_rows for part in target.glob("*.parquet"))
    print(json.dumps({"seconds": seconds, "pairs": pairs, "peak": _peak()}))


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
