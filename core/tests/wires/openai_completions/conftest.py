from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.wires.openai_completions import NAME, OpenAICompletions
from hamr_testkit.fixtures import Shape


@pytest.fixture
def wire_class() -> type[OpenAICompletions]:
    return OpenAICompletions


@pytest.fixture
def wire_name() -> str:
    return NAME


@pytest.fixture
def base_url() -> str:
    return "https://models.test/v1"


@pytest.fixture
def sse() -> Callable[..., bytes]:
    """Chunks as a stream, ended unless told otherwise."""

    def write(*chunks: Any, done: bool = True) -> bytes:
        lines = [chunk if isinstance(chunk, str) else json.dumps(chunk, ensure_ascii=False) for chunk in chunks]
        return "".join(f"data: {line}\n\n" for line in [*lines, *(["[DONE]"] if done else [])]).encode()

    return write


@pytest.fixture
def chunk() -> Callable[..., dict[str, Any]]:
    """One chunk with one choice."""

    def make(finish: str | None = None, index: int = 0, **delta: Any) -> dict[str, Any]:
        choice = {"index": index, "delta": delta, "finish_reason": finish}
        return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 7, "model": "m", "choices": [choice]}

    return make


@pytest.fixture(scope="session")
def schema(shape: Shape) -> Callable[[str], Any]:
    """A validator for one root of OpenAI's published shapes; skips on a machine that has none."""
    return lambda root: shape("openai", root)
