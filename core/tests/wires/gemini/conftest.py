from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pytest

from hamr.fold import Fold
from hamr.types import Event, Failed, Model, Provider, Request, Response, Route, Timings
from hamr.wires.gemini import Gemini
from hamr_testkit.fixtures import Shape

Decode = Callable[..., list[Event]]


@pytest.fixture
def route() -> Callable[..., Route]:
    """A route with these flags."""

    def make(base_url: str = "https://models.test", model: str = "a-model", **compat: Any) -> Route:
        provider = Provider("test", "Test", base_url, "gemini", compat=compat)
        return Route(provider, Model(model), lambda: None)

    return make


@pytest.fixture
def decode(route: Callable[..., Route]) -> Decode:
    """All events of one reply, given whole or in pieces."""

    def run(data: bytes | Sequence[bytes], **compat: Any) -> list[Event]:
        decoder = Gemini(route(**compat)).decoder()
        events: list[Event] = []
        for piece in [data] if isinstance(data, bytes) else data:
            events.extend(decoder.feed(piece))
        events.extend(decoder.finish())
        assert not decoder.feed(b"data: {}\n\n")
        assert not decoder.finish()
        return events

    return run


@pytest.fixture
def sse() -> Callable[..., bytes]:
    """Chunks as a stream."""

    def write(*chunks: Any) -> bytes:
        return "".join(f"data: {json.dumps(chunk, ensure_ascii=False)}\r\n\r\n" for chunk in chunks).encode()

    return write


@pytest.fixture
def chunk() -> Callable[..., dict[str, Any]]:
    """One chunk with one candidate of these parts."""

    def make(*parts: dict[str, Any], finish: str | None = None, **more: Any) -> dict[str, Any]:
        candidate = {"content": {"role": "model", "parts": list(parts)}, "index": 0, **more}
        if finish is not None:
            candidate["finishReason"] = finish
        return {"candidates": [candidate], "modelVersion": "m", "responseId": "r1"}

    return make


@pytest.fixture
def folded() -> Callable[[Iterable[Event]], Response]:
    """The response that the events fold into; fails the test where they end in a failure."""

    def fold(events: Iterable[Event]) -> Response:
        whole = Fold()
        for event in events:
            assert not isinstance(event, Failed), event.error
            whole.add([event])
        return whole.response("test", "a-model", request_id=None, adaptations=(), timings=Timings())

    return fold


@pytest.fixture(scope="session")
def schema(shape: Shape) -> Callable[[str], Any]:
    """A validator for one root of Vertex AI's published shapes; skips on a machine that has none."""
    return lambda root: shape("vertex", root)


@pytest.fixture
def encode(route: Callable[..., Route]) -> Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]:
    """The body of a request's call, and what was told of it: kind and field."""

    def run(request: Request, **flags: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        there = route(**flags)
        call = Gemini(there).encode(request, there)
        return json.loads(call.body), [(each.kind, each.field) for each in call.adaptations]

    return run
