"""Reading and checking a 200,000-row, 30-column xlsx against python-calamine reading it alone: time ratio and peak memory, as JSON on stdout.

Each measurement is a fresh process, so that its peak memory is its own. The two alternate, and the medians are compared.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from random import Random

from manyuan.engines.workbooks import Column, Sheet, read_table
from manyuan.engines.workbooks.credit_codes import ALPHABET, check_character

ROWS = 200_000
_TITLES = 20  # columns of numbers after the ten others


def bench_sheet() -> Sheet:
    """30 columns of every common kind."""
    first = (
        Column("uscc", "统一社会信用代码", "Credit code", "uscc", required=True),
        Column("name", "企业名称", "Name", required=True, minimum=2, maximum=100),
        Column("sector", "行业", "Sector"),
        Column("scope", "主营产品", "Product"),
        Column("large", "是否规上", "Above scale", "boolean"),
        Column("level", "梯队", "Tier", "choice", choices=("领军", "骨干", "成长", "种子")),
        Column("founded", "成立日期", "Founded", "date"),
        Column("moved", "入园日期", "Moved in", "date"),
        Column("month", "报告月份", "Month", "month"),
        Column("staff", "从业人数", "Staff", "integer", "人", minimum=0),
    )
    money = tuple(Column(f"money{at}", f"金额{at}", f"Amount {at}", "money", "万元", minimum=-1_000_000) for at in range(12))
    decimals = tuple(Column(f"decimal{at}", f"数值{at}", f"Quantity {at}", "decimal", "吨", minimum=0) for at in range(6))
    shares = tuple(Column(f"share{at}", f"占比{at}", f"Share {at}", "percent") for at in range(2))
    return Sheet("bench", "基准", "Benchmark", (*first, *money, *decimals, *shares), ("uscc",))


def write_sample(path: Path, rows: int) -> None:
    """A workbook as a spreadsheet program writes it, deterministic; one row in a thousand has an odd cell."""
    import xlsxwriter

    chance = Random(7)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    page = book.add_worksheet("数据")
    day, share = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "0.00%"})
    for at, column in enumerate(bench_sheet().columns):
        page.write_string(0, at, column.heading("zh"))
    start = date(2001, 1, 1)
    for row in range(1, rows + 1):
        body = f"9151010{row % 10}{''.join(chance.choice(ALPHABET) for _ in range(3))}{row:06d}"
        cells = [
            body + check_character(body), f"成都第{row}号制造有限公司", f"C{3000 + row % 700}", f"产品{row % 5000}", "是否"[row % 2], ("领军", "骨干", "成长", "种子")[row % 4],
        ]  # fmt: skip
        for at, text in enumerate(cells):
            page.write_string(row, at, text)
        page.write_datetime(row, 6, start + timedelta(days=row % 8000), day)
        page.write_datetime(row, 7, start + timedelta(days=row % 7000), day)
        page.write_string(row, 8, f"2025-{row % 12 + 1:02d}")
        page.write_number(row, 9, row % 3000)
        for at in range(10, 22):
            page.write_number(row, at, chance.randrange(10**10) / 1_000_000)
        for at in range(22, 28):
            page.write_number(row, at, chance.randrange(10**8) / 1000)
        for at in range(28, 30):
            page.write_number(row, at, chance.randrange(10_000) / 10_000, share)
        if row % 1000 == 0:
            page.write_string(row, 10, "１，２３４.５")
            page.write_string(row, 11, "66(万元人民币)")
            page.write_string(row, 12, "12,3O0")
    book.close()


def measure(what: str, path: str) -> dict[str, float]:
    """Run in a fresh process: seconds and peak megabytes of one way to read the file."""
    began = time.perf_counter()
    found = 0
    if what == "alone":
        import python_calamine

        sheet = python_calamine.load_workbook(path).get_sheet_by_index(0)
        cells = sheet.to_python()
        seconds, rows = time.perf_counter() - began, len(cells) - 1
    else:
        reading = read_table(path, Path(path).name, bench_sheet())
        seconds, rows, found = time.perf_counter() - began, len(reading), reading.fault_count
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)
    return {"seconds": seconds, "peak_mb": peak, "rows": rows, "faults": found}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rows", type=int, default=ROWS)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--one", nargs=2, metavar=("WHAT", "PATH"), help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.one:
        json.dump(measure(*given.one), sys.stdout)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.xlsx"
        print(f"writing {given.rows:,} rows …", file=sys.stderr)
        write_sample(path, given.rows)
        results: dict[str, list[dict[str, float]]] = {"alone": [], "checked": []}
        for run in range(given.runs):
            for what, found in results.items():
                out = subprocess.run([sys.executable, __file__, "--one", what, str(path)], check=True, capture_output=True, text=True).stdout
                found.append(json.loads(out))
            print(f"run {run + 1} of {given.runs}: " + ", ".join(f"{what} {found[-1]['seconds']:.1f} s" for what, found in results.items()), file=sys.stderr)
        size = path.stat().st_size
    alone, checked = (statistics.median(one["seconds"] for one in results[what]) for what in ("alone", "checked"))
    report = {
        "rows": given.rows, "columns": 30, "file_mb": round(size / 1e6, 1), "runs": given.runs, "python": platform.python_version(),
        "calamine_alone_s": round(alone, 2), "read_and_checked_s": round(checked, 2), "ratio": round(checked / alone, 2), "ratio_goal": 3.0,
        "peak_mb": round(max(one["peak_mb"] for one in results["checked"])), "peak_mb_goal": 1500,
        "calamine_alone_peak_mb": round(max(one["peak_mb"] for one in results["alone"])), "faults": int(results["checked"][0]["faults"]),
    }  # fmt: skip
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
