"""`manyuan demands`: trained on a file in either encoding, figures printed, the model kept; too little data leaves everything as it was."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from manyuan.engines.matching.samples import made_up
from manyuan.surfaces.cli.demands import demands


def _file(folder: Path, rows: list[tuple[str, str]], encoding: str = "utf-8") -> Path:
    out = io.StringIO()
    csv.writer(out).writerows([("text", "label"), *rows])
    path = folder / "demands.csv"
    path.write_bytes(out.getvalue().encode(encoding))
    return path


@pytest.fixture
def run(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setenv("MANYUAN_LANGUAGE", "zh")

    def call(*arguments: object) -> Result:
        return CliRunner().invoke(demands, [str(one) for one in arguments])

    return call


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_trained_kept_with_its_date_and_asked(run, tmp_path, encoding):
    done = run("train", _file(tmp_path, made_up(200), encoding), "--folds", 2)
    assert done.exit_code == 0, done.output
    assert "宏平均 F1" in done.output and "前三命中率" in done.output and "水电气网" in done.output
    kept = sorted(path.name for path in (tmp_path / "data" / "models").iterdir())
    assert len(kept) == 2 and kept[0].startswith("demands-20") and kept[1] == "demands.npz"
    assert run("propose", "车间水压太低，经常停水").output.split("\t")[0] == "水电气网"
    assert run("model").output == done.output.rsplit("\n", 2)[0] + "\n"


def test_too_little_data_says_what_is_needed_and_the_older_model_stays(run, tmp_path):
    run("train", _file(tmp_path, made_up(200)), "--folds", 2)
    before = (tmp_path / "data" / "models" / "demands.npz").read_bytes()
    done = run("train", _file(tmp_path, made_up(20)))
    assert done.exit_code == 1 and "数据太少" in done.output
    assert (tmp_path / "data" / "models" / "demands.npz").read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"text\nx\n", b"\xff\xff\xff"])
def test_a_wrong_file_is_refused(run, tmp_path, content):
    path = tmp_path / "wrong.csv"
    path.write_bytes(content)
    assert run("train", path).exit_code == 2 and not (tmp_path / "data").exists()
