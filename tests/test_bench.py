"""The benchmarks run, and judge as they say; how quick anything is, no test asks."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def test_a_quick_run_gives_a_table_and_json(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench", "call", "--quick", f"--json={file}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["cores"] > 0
    names = [figure["name"] for figure in told["figures"]]
    assert names[0] == "sync call, 20 headers"
    assert all(figure["value"] > 0 and figure["floor"] > 0 for figure in told["figures"])
    assert [name for name in names if f"| {name} |" not in done.stdout] == []


@pytest.mark.parametrize(
    ("value", "peer", "why", "fine"),
    [
        (8.0, 20.0, {}, True),
        (9.0, 20.0, {}, False),
        (8.0, 7.0, {}, False),
        (8.0, 7.0, {"other": "it is written in Rust"}, True),
    ],
    ids=["ahead", "over the bound", "behind", "behind, and it is known why"],
)
def test_a_figure_is_judged_by_its_ratio_and_its_peers(
    monkeypatch: pytest.MonkeyPatch, value: float, peer: float, why: dict[str, str], *, fine: bool
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from bench.figure import Bound, Figure, Row

    row = Row("a call", "µs", "call", "hosted", bound=Bound(0.85), why=why)
    assert Figure(row, value, 10.0, value / 10, {"other": peer, "absent": "not installed"}).fine is fine


def test_an_absolute_bound_holds_as_a_ratio_and_one_on_bytes_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from bench.figure import Bound, Figure, Row

    elsewhere = Row("a start", "ms", "", "", bound=Bound.where(floor=20, told=50))
    anywhere = Row("growth", "MB", "", "", bound=Bound.anywhere(2))
    assert [Figure(elsewhere, 90.0, 40.0, ratio).holds for ratio in (2.25, 2.75)] == [True, False]
    assert [Figure(anywhere, value).holds for value in (1.9, 2.1)] == [True, False]
