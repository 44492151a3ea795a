"""What docs/simulator.md says is so."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import hamr
from hamr.api import dialect
from hamr_sim.command import command
from hamr_sim.lease import end_server
from hamr_sim.manner import FAULTS, Manner
from hamr_sim.models import NAMES

if TYPE_CHECKING:
    from hamr_testkit.colours import Colour

PAGE = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[str]:
    """The first column of the table with this heading."""
    table = PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0]
    return [name for row in table.splitlines()[2:] for name in re.findall(r"`([^`]+)`", row.split(" | ")[0])]


def test_every_model_and_fault_is_listed() -> None:
    listed = [name.removeprefix("sim/") for name in rows("model")]
    assert sorted(rows("model, and fault")) == sorted(FAULTS)
    assert sorted(listed + rows("model, and fault")) == sorted(NAMES)


def test_every_wish_is_listed() -> None:
    assert rows("wish") == [field.name for field in fields(Manner)]


def test_every_option_of_the_command_is_listed() -> None:
    listed = {option.split()[0] for option in rows("option of `hamr sim`")}
    assert listed == {name for option in command.params for name in option.opts}


def test_every_path_is_named() -> None:
    paths = [path.replace("*", "/v1", 1) for path in dialect("openai-completions").paths]
    assert [path for path in paths if f"`POST {path}`" not in PAGE] == []


def test_the_script_plays(colour: Colour, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert script is not None
    (tmp_path / "replies.toml").write_text(script.group(1), encoding="utf-8")
    monkeypatch.setenv("HAMR_SIM_SCRIPT", str(tmp_path / "replies.toml"))
    end_server()  # a test before this one may have left it running, with another script
    with hamr.Hamr(environ={}) as client:
        assert colour.call(client, "hello", "sim/script").text == "Hello. What can I do for you?"
        first = colour.call(client, "What is the weather?", "sim/script")
        (call,) = first.tool_calls
        assert (first.thinking, call.name, call.arguments) == ("I had better look it up.", "weather", {"city": "Rome"})
        result = hamr.Message("tool", (hamr.ToolResult(call.id, (hamr.Text("18 degrees"),)),))
        turns = ["What is the weather?", first.message, result]
        assert colour.call(client, turns, "sim/script").text == "It is warm in Rome."
        last = colour.call(client, "and now?", "sim/script")
        assert (last.text, last.finish_reason, last.timings.attempts) == ("Here I am again, and", "length", 2)
        with pytest.raises(hamr.BadRequest, match="all 3 replies of the script have been given"):
            colour.call(client, "and now?", "sim/script")
