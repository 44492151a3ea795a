"""What no JSON can hold, from a call to its error."""

from __future__ import annotations

import pytest

import hamr
from hamr.calls.unwritable import unwritable
from hamr.errors import ConfigError
from hamr.types import Message, Request, Text

HALF = "a\ud83d"
WIRES = ("chat", "openai-responses", "anthropic-messages", "gemini")


@pytest.mark.parametrize("mode", WIRES)
def test_half_a_character_is_named(mode: str) -> None:
    with pytest.raises(ConfigError, match=r"half a character .*\n.*UTF-8"):
        hamr.call(HALF, "sim/echo", api_mode=mode)
    with pytest.raises(ConfigError, match="half a character"), hamr.stream(HALF, "sim/echo", api_mode=mode) as stream:
        list(stream)


@pytest.mark.parametrize("mode", WIRES[1:])
def test_half_a_character_to_be_counted_is_named(mode: str) -> None:
    with pytest.raises(ConfigError, match="half a character"):
        hamr.count_tokens(HALF, "sim/echo", api_mode=mode)


def test_half_a_character_to_be_embedded_is_named() -> None:
    with pytest.raises(ConfigError, match=r"cannot be sent: .*\n.*"):
        hamr.embed(HALF, "sim/embed")


@pytest.mark.parametrize("mode", WIRES)
def test_what_json_cannot_hold_is_named(mode: str) -> None:
    with pytest.raises(ConfigError, match=r"cannot be sent: .*<class 'object'>"):
        hamr.call("hi", "sim/echo", api_mode=mode, options={"field": object()})


def test_a_fault_of_a_wire_stays_one() -> None:
    fault = ValueError("a fault")
    assert unwritable(fault, Request((Message("user", (Text("hi"),)),))) is fault
