"""Out of core: Parquet in, Parquet out, block by block, memory bounded by the block. Every block is written aside and renamed, and a manifest
says what belongs together, so that an interrupted run resumes without a wrong or a missing block.

Output folder: manifest.json, and part-00000.parquet … with one row per enterprise and policy that is not refused outright:
key, policy, outcome, net_fen, gross_fen, sorted by row and policy. `refused` pairs are all the others.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from manyuan.engines.screening.factsheet import FactSheet, FactSheetInvalid, Schema
from manyuan.engines.screening.faults import Said
from manyuan.engines.screening.parquet_places import placed
from manyuan.engines.screening.policy import PolicySet
from manyuan.engines.screening.screen import ENTITLED, NEAR, SET_ASIDE, UNDETERMINED, VERSION, Compiled, compile_set, exact_sum, screen

ROWS_IN_MEMORY = 1 << 19
OUT = pa.schema([("key", pa.string()), ("policy", pa.string()), ("outcome", pa.string()), ("net_fen", pa.int64()), ("gross_fen", pa.int64())])


class OutputInUse(Said):
    """The output folder holds another run (other input, policies or block size). Nothing was written."""


@dataclass(frozen=True)
class Summary:
    """What a run wrote: rows read, blocks in all and how many of them were done before, pairs by outcome, fen in all."""

    rows: int
    blocks: int
    resumed: int
    outcomes: dict[str, int]
    net_fen: int


def fingerprint(policies: PolicySet) -> str:
    """A hash of everything in a set that can change a result."""
    text = json.dumps(
        [asdict(policy) | {"file": "", "line": 0} for policy in policies.policies] + [asdict(c) for c in policies.ceilings], default=str, sort_keys=True
    )
    return hashlib.sha256(f"{VERSION}:{text}".encode()).hexdigest()


def screen_parquet(source: Path, target: Path, policies: PolicySet, schema: Schema, *, block: int = ROWS_IN_MEMORY,
                   progress: Callable[[int, int], None] | None = None, threads: int | None = None) -> Summary:  # fmt: skip
    """Screen a Parquet file into a folder. Call it again after an interruption: finished blocks are kept. Raises OutputInUse where the folder
    holds another run, FactSheetInvalid where the input does not fit the schema."""
    file = pq.ParquetFile(source)
    refuse_what_does_not_fit(source, file.schema_arrow, schema)
    total = file.metadata.num_rows
    plan = {
        "version": VERSION, "source": source.name, "source_size": source.stat().st_size, "source_rows": total, "content": _content(source), "schema_hash": _hash(repr(schema)),
        "policies": fingerprint(policies), "block": block,
    }  # fmt: skip
    target.mkdir(parents=True, exist_ok=True)
    _claim(target, plan)
    compiled = compile_set(policies, schema)
    done, resumed, outcomes, net = 0, 0, {ENTITLED: 0, NEAR: 0, UNDETERMINED: 0, SET_ASIDE: 0}, 0
    count = 0
    names = [*dict.fromkeys([schema.key, *schema.names])]
    wanted = [name for name in names if name in file.schema_arrow.names]
    for number, table in enumerate(_tables(file, wanted, block)):
        part = target / f"part-{number:05d}.parquet"
        if part.exists():
            resumed += 1
            out = pq.read_table(part)
        else:
            out = _pairs_or_nothing(compiled, table, schema, source, target, threads)
            _write(out, part)
        for outcome, found in zip(*np.unique(out.column("outcome").to_numpy(zero_copy_only=False).astype(str), return_counts=True)):
            outcomes[str(outcome)] += int(found)
        net += exact_sum(out.column("net_fen").to_numpy(zero_copy_only=False))
        done += table.num_rows
        count += 1
        if progress:
            progress(done, total)
    return Summary(total, count, resumed, outcomes, net)


def refuse_what_does_not_fit(source: Path, found: pa.Schema, schema: Schema) -> None:
    """Raises FactSheetInvalid before anything is written where the columns of a file are not of the schema's kinds."""
    try:
        FactSheet(found.empty_table(), schema)
    except FactSheetInvalid as error:
        raise FactSheetInvalid(placed(error.faults, source, schema), str(source)) from None


def _pairs_or_nothing(compiled: Compiled, table: pa.Table, schema: Schema, source: Path, target: Path, threads: int | None) -> pa.Table:
    """The pairs of a block. Values that turn out not to fit (a decimal beyond 64 bits) end the run for good: what it wrote is taken away."""
    try:
        return pairs(compiled, table, schema, threads=threads)
    except FactSheetInvalid as error:
        for written in [*target.glob("part-*.parquet"), target / "manifest.json"]:
            written.unlink(missing_ok=True)
        raise FactSheetInvalid(placed(error.faults, source, schema), str(source)) from None


def _content(source: Path) -> str:
    """A hash of the bytes of the input."""
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _claim(target: Path, plan: dict[str, Any]) -> None:
    """Write the manifest, or find the same one."""
    manifest = target / "manifest.json"
    if manifest.exists():
        found = json.loads(manifest.read_text(encoding="utf-8"))
        if found != plan:
            differing = sorted(key for key in plan if found.get(key) != plan[key])
            named = ", ".join(differing)
            raise OutputInUse(
                f"{target} 里是另一次运行的结果，{named} 不同；应换一个文件夹或删去它",
                f"{target} holds a run with other {named}; give another folder or remove it",
            )
    else:
        leftovers = [path.name for path in target.iterdir() if not path.name.endswith(".tmp")]
        if leftovers:
            zh = f"{target} 里已有其他文件（{leftovers[0]}），没有 manifest.json；应换一个文件夹"
            raise OutputInUse(zh, f"{target} is not empty and holds no manifest ({leftovers[0]}); give another folder")
        aside = target / "manifest.json.tmp"
        aside.write_text(json.dumps(plan, indent=1), encoding="utf-8")
        os.replace(aside, manifest)
    for stale in target.glob("*.tmp"):
        stale.unlink()


def _write(table: pa.Table, part: Path) -> None:
    aside = part.with_suffix(".tmp")
    pq.write_table(table, aside, compression="zstd")
    with aside.open("rb+") as written:
        os.fsync(written.fileno())
    os.replace(aside, part)


def _tables(file: pq.ParquetFile, names: list[str], block: int) -> Iterator[pa.Table]:
    """Tables of exactly `block` rows (the last one shorter)."""
    waiting: list[pa.Table] = []
    held = 0
    for batch in file.iter_batches(batch_size=min(block, 1 << 17), columns=names):
        waiting.append(pa.Table.from_batches([batch]))
        held += batch.num_rows
        while held >= block:
            whole = pa.concat_tables(waiting)
            yield whole.slice(0, block)
            waiting = [whole.slice(block)]
            held -= block
    if held:
        yield pa.concat_tables(waiting)


def pairs(compiled: Compiled, table: pa.Table, schema: Schema, *, threads: int | None = None) -> pa.Table:
    """All pairs that are not refused, as a table (see the module). The same input gives the same rows in the same order."""
    sheet = FactSheet(table, schema)
    result = screen(compiled, sheet, threads=threads)
    codes = np.array([policy.code for policy in compiled.policies.policies])
    rows: list[np.ndarray] = []
    policies: list[np.ndarray] = []
    outcomes: list[np.ndarray] = []
    net: list[np.ndarray] = []
    gross: list[np.ndarray] = []
    for block in result.blocks:
        grants = block.grants
        aside = np.isin(grants.status, (1, 3, 4))
        rows.append(grants.row)
        policies.append(grants.policy.astype(np.int64))
        outcomes.append(np.where(aside, 2, 0))
        net.append(grants.net)
        gross.append(grants.gross)
        for kind, planes in ((1, block.near), (3, block.open)):
            bits = np.unpackbits(planes.view(np.uint8), axis=1, bitorder="little")[:, : block.rows]
            where, inside = np.nonzero(bits)
            rows.append(inside + block.first)
            policies.append(where)
            outcomes.append(np.full(len(where), kind))
            net.append(np.zeros(len(where), np.int64))
            gross.append(np.zeros(len(where), np.int64))
    row, policy, kind_, net_, gross_ = (np.concatenate(one) if one else np.zeros(0, np.int64) for one in (rows, policies, outcomes, net, gross))
    order = np.lexsort((policy, row))
    keys = sheet.keys.cast(pa.string())
    words = np.array([ENTITLED, NEAR, SET_ASIDE, UNDETERMINED])
    return pa.table(
        [
            keys.take(pa.array(row[order])),
            pa.array(codes[policy[order]].astype(str) if len(order) else [], pa.string()),
            pa.array(words[kind_[order]].astype(str) if len(order) else [], pa.string()),
            pa.array(net_[order], pa.int64()),
            pa.array(gross_[order], pa.int64()),
        ],
        schema=OUT,
    )
