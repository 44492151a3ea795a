from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.types import Request
from hamr.wires.anthropic_messages import NAME, AnthropicMessages
from hamr_testkit.fixtures import Shape
from hamr_testkit.spoken import Spoken


@pytest.fixture
def wire_class() -> type[AnthropicMessages]:
    return AnthropicMessages


@pytest.fixture
def wire_name() -> str:
    return NAME


@pytest.fixture
def sse() -> Callable[..., bytes]:
    """Events as a stream."""

    def write(*events: dict[str, Any]) -> bytes:
        lines = [f"event: {event['type']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n" for event in events]
        return "".join(lines).encode()

    return write


@pytest.fixture
def message(sse: Callable[..., bytes]) -> Callable[..., bytes]:
    """A whole stream: its blocks are lists of a start and its deltas."""

    def write(*blocks: list[dict[str, Any]], stop: str | None = "end_turn", **said: Any) -> bytes:
        usage = {"input_tokens": 10, "output_tokens": 1}
        head = {"id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": usage}
        events: list[dict[str, Any]] = [{"type": "message_start", "message": head}, {"type": "ping"}]
        for place, (start, *deltas) in enumerate(blocks):
            events.append({"type": "content_block_start", "index": place, "content_block": start})
            events += [{"type": "content_block_delta", "index": place, "delta": delta} for delta in deltas]
            events.append({"type": "content_block_stop", "index": place})
        delta = {"stop_reason": stop, "stop_sequence": None, **said}
        events.append({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 7}})
        return sse(*events, {"type": "message_stop"})

    return write


@pytest.fixture(scope="session")
def schema(shape: Shape) -> Callable[[str], Any]:
    """A validator for one root of Anthropic's published shapes; skips on a machine that has none."""
    return lambda root: shape("anthropic", root)


@pytest.fixture
def encode(spoken: Callable[..., Spoken]) -> Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]:
    """The body of a request's call, and what was told of it: kind and field; but for the length that is injected."""

    def run(request: Request, **flags: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        body, told = spoken(**flags).body(request)
        return body, [each for each in told if each != ("injected", "max_tokens")]

    return run
