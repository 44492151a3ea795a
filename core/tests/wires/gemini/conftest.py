from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.wires.gemini import NAME, Gemini
from hamr_testkit.fixtures import Shape


@pytest.fixture
def wire_class() -> type[Gemini]:
    return Gemini


@pytest.fixture
def wire_name() -> str:
    return NAME


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


@pytest.fixture(scope="session")
def schema(shape: Shape) -> Callable[[str], Any]:
    """A validator for one root of Vertex AI's published shapes; skips on a machine that has none."""
    return lambda root: shape("vertex", root)
