"""Requests that are too large for some of several candidates."""

from __future__ import annotations

from pathlib import Path

import pytest

from hamr import Hamr
from hamr.errors import ConfigError
from hamr_testkit.colours import Colour

LONG = "word " * 400
BOTH = "sim/echo, ollama/llama3.2"


def client(tmp_path: Path, **environ: str) -> Hamr:
    return Hamr(environ={"HAMR_STATE_DIR": str(tmp_path), **environ}, folder=None)


@pytest.mark.parametrize("name", ["OLLAMA_SKIP_TOKENS_OVER", "HAMR_OLLAMA_SKIP_TOKENS_OVER"])
def test_who_is_too_small_for_a_request_is_not_asked(tmp_path: Path, colour: Colour, name: str) -> None:
    """R-48, R-82; a server that is not there is not even tried."""
    with client(tmp_path, **{name: "100"}) as hamr:
        answer = colour.call(hamr, LONG, ["ollama/llama3.2", "sim/echo"])
    assert answer.choice is not None
    assert (answer.choice.selector, answer.timings.attempts) == ("sim/echo", 1)
    (passed,) = answer.choice.passed_over
    assert passed.selector == "ollama/llama3.2"
    assert passed.why.endswith(f"over 100 ({name})")
    assert ("changed", "model") in [(each.kind, each.field) for each in answer.adaptations]


def test_the_others_are_asked_for_what_is_small_enough(tmp_path: Path, colour: Colour) -> None:
    with client(tmp_path, SIM_SKIP_TOKENS_OVER="100") as hamr:
        answer = colour.call(hamr, "hi", BOTH)
    assert answer.choice is not None
    assert (answer.choice.selector, answer.choice.passed_over) == ("sim/echo", ())


@pytest.mark.parametrize("environ", [{"SIM_SKIP_TOKENS_OVER": "100"}, {"SIM_SKIP_TOKENS_OVER": "0"}])
def test_where_nobody_would_be_left_all_are_asked(tmp_path: Path, colour: Colour, environ: dict[str, str]) -> None:
    """M-72; and 0 is never."""
    with client(tmp_path, OLLAMA_SKIP_TOKENS_OVER="100", **environ) as hamr:
        answer = colour.call(hamr, LONG, BOTH)
        assert answer.choice is not None
        assert answer.choice.selector == "sim/echo"
        assert colour.call(hamr, LONG, "sim/echo").text


def test_what_is_no_number_is_told(tmp_path: Path, colour: Colour) -> None:
    with client(tmp_path, SIM_SKIP_TOKENS_OVER="many") as hamr, pytest.raises(ConfigError, match="SIM_SKIP_TOKENS"):
        colour.call(hamr, LONG, BOTH)
