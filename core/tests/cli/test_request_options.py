"""How an answer is wanted, from the command line to the request."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from hamr.cli.request_options import LEVELS, NAMES
from hamr.options import Options
from hamr.types import ThinkingLevel


def test_the_levels_are_those_of_the_library() -> None:
    assert get_args(ThinkingLevel) == LEVELS
    assert set(NAMES) <= set(Options.__annotations__)


def test_each_reaches_the_request(server: Any, hamr: Any) -> None:
    ran = hamr(
        *("-m", "loop/m", "--top-p", "0.9", "--seed", "7", "--stop", "END", "--stop", "\n"),
        *("--frequency-penalty", "-0.5", "--presence-penalty", "1", "--thinking", "High", "hi"),
    )
    assert ran.code == 0
    asked = server.asked[0]
    assert (asked["top_p"], asked["seed"], asked["stop"]) == (0.9, 7, ["END", "\n"])
    assert (asked["frequency_penalty"], asked["presence_penalty"]) == (-0.5, 1.0)
    assert asked["reasoning_effort"] == "high"


def test_what_is_not_given_is_not_sent(server: Any, hamr: Any) -> None:
    assert hamr("-m", "loop/m", "hi").code == 0
    assert server.asked[0].keys() <= {"model", "messages", "stream", "stream_options"}


def test_zero_is_a_value(server: Any, hamr: Any) -> None:
    assert hamr("-m", "loop/m", "--temperature", "0", "--seed", "0", "hi").code == 0
    assert (server.asked[0]["temperature"], server.asked[0]["seed"]) == (0.0, 0)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--thinking", "very"],
        ["--thinking", "0"],
        ["--thinking", "-1"],
        ["--top-p", "nan"],
        ["--top-k", "0"],
        ["--seed", "x"],
        ["--frequency-penalty", "inf"],
        ["--max-rounds", "0"],
        ["--dry-run=perl"],
    ],
)
def test_a_wrong_value_is_a_mistake_of_the_user(server: Any, hamr: Any, arguments: list[str]) -> None:
    ran = hamr("-m", "loop/m", *arguments, "hi")
    assert (ran.code, ran.out, server.asked) == (2, "", [])
    assert "Try 'hamr call --help'" in ran.err
