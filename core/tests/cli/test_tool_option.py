"""`hamr call --tool`: the tools run, and the answer comes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

CODE = '''
def weather(city: str) -> str:
    """The weather in a city."""
    return f"18 degrees in {city}"

def broken(city: str) -> str:
    """Always fails."""
    raise RuntimeError("the sensor is gone")
'''


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "run_weather.py").write_text(CODE)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("way", ["--stream", "--no-stream"])
def test_the_tool_runs_and_the_answer_is_printed(hamr: Any, way: str) -> None:
    ran = hamr("-m", "sim/tools", way, "--tool", "run_weather:weather", "weather?")
    assert ran.code == 0
    assert "18 degrees in " in ran.out
    assert "weather(" not in ran.out
    called, gave = ran.err.splitlines()
    assert called.startswith('tool: weather({"city": ')
    assert gave.startswith("  gave: 18 degrees in ")


@pytest.mark.parametrize("way", ["--stream", "--no-stream"])
def test_json_tells_the_rounds(hamr: Any, way: str) -> None:
    told = hamr("-m", "sim/tools", way, "--json", "-T", "run_weather:weather", "weather?").json
    assert "18 degrees in " in told["text"]
    assert (told["run"]["rounds"], told["run"]["stopped"]) == (2, "finished")
    (step,) = told["run"]["tools"]
    assert (step["round"], step["name"], step["is_error"]) == (1, "weather", False)
    assert step["result"].startswith("18 degrees in ")
    assert told["run"]["usage"]["total"] > told["usage"]["total"]


def test_a_tool_that_fails_is_told_and_the_model_answers(hamr: Any) -> None:
    ran = hamr("-m", "sim/tools", "--tool", "run_weather:broken", "broken?")
    assert ran.code == 0
    assert "  failed: " in ran.err
    assert "the sensor is gone" in ran.err


def test_the_rounds_are_bounded(server: Any, hamr: Any) -> None:
    call = {
        "index": 0,
        "id": "t1",
        "type": "function",
        "function": {"name": "weather", "arguments": '{"city": "Rome"}'},
    }
    server.pieces, server.reason = [{"tool_calls": [call]}], "tool_calls"
    ran = hamr("-m", "loop/m", "--tool", "run_weather:weather", "--max-rounds", "2", "weather?")
    assert len(server.asked) == 2
    assert "(see --max-rounds)" in ran.err
    assert json.dumps(server.asked[1]["messages"]).count("18 degrees in Rome") == 1


def test_json_is_of_its_schema(hamr: Any) -> None:
    schema = json.loads((Path(__file__).parents[3] / "docs" / "schemas" / "call.json").read_text(encoding="utf-8"))
    for tool in ("weather", "broken"):
        jsonschema.validate(hamr("-m", "sim/tools", "--json", "-T", f"run_weather:{tool}", tool).json, schema)
