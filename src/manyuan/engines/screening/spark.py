"""The same kernel inside Apache Spark: Arrow batches in, Arrow batches out, by `mapInArrow` over Parquet. PySpark is an extra
(requirements/spark.txt) and is imported only here."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.dataset as pa_dataset

from manyuan.engines.screening.blocks import OutputInUse, pairs, refuse_what_does_not_fit
from manyuan.engines.screening.factsheet import Schema
from manyuan.engines.screening.policy import PolicySet
from manyuan.engines.screening.screen import compile_set

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

RESULT = "key string, policy string, outcome string, net_fen bigint, gross_fen bigint"


def screen_frame(frame: DataFrame, policies: PolicySet, schema: Schema) -> DataFrame:
    """A lazy frame of all pairs that are not refused (columns as in `blocks`). Each worker compiles the set once per partition."""

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        compiled = compile_set(policies, schema)
        for batch in batches:
            if batch.num_rows:
                yield from pairs(compiled, pa.Table.from_batches([batch]), schema, threads=1).to_batches()

    return frame.mapInArrow(run, RESULT)


def local_session(**settings: str) -> SparkSession:
    """A session on this machine, for trials and tests. Loopback only."""
    from pyspark.sql import SparkSession

    for name in ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON"):  # the workers must be this Python, with this package
        os.environ[name] = sys.executable
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(Path(__file__).resolve().parents[3]), os.environ.get("PYTHONPATH", "")]))
    builder: Any = SparkSession.builder.master("local[2]").appName("manyuan-screening")
    fixed = {
        "spark.ui.enabled": "false",
        "spark.pyspark.python": sys.executable,
        "spark.pyspark.driver.python": sys.executable, "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "65536", "spark.sql.shuffle.partitions": "2",
    }  # fmt: skip
    for key, value in {**fixed, **settings}.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def screen_parquet(source: Path, target: Path, policies: PolicySet, schema: Schema, session: SparkSession) -> int:
    """Screen a Parquet file with Spark into a folder of Parquet; how many pairs were written. The folder appears when it is whole. Raises OutputInUse
    where it is there already, FactSheetInvalid where the input does not fit the schema."""
    if target.exists():
        raise OutputInUse(f"{target} 已存在，应换一个文件夹", f"{target} exists; give another folder")
    refuse_what_does_not_fit(source, pa_dataset.dataset(source, format="parquet").schema, schema)
    aside = target.with_name(f"{target.name}.tmp")
    shutil.rmtree(aside, ignore_errors=True)
    frame = session.read.parquet(str(source))
    result = screen_frame(frame.select(*[name for name in dict.fromkeys([schema.key, *schema.names]) if name in frame.columns]), policies, schema)
    try:
        result.write.parquet(str(aside))
    except Exception:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    aside.rename(target)
    return session.read.parquet(str(target)).count()
