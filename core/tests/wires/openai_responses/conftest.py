from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from hamr.wires.openai_responses import NAME, OpenAIResponses
from hamr_testkit.fixtures import Shape


@pytest.fixture
def wire_class() -> type[OpenAIResponses]:
    return OpenAIResponses


@pytest.fixture
def wire_name() -> str:
    return NAME


@pytest.fixture
def base_url() -> str:
    return "https://models.test/v1"


@pytest.fixture
def sse() -> Callable[..., bytes]:
    """Events as a stream, each under the name that its type says."""

    def write(*events: dict[str, Any]) -> bytes:
        lines = [f"event: {each['type']}\ndata: {json.dumps(each, ensure_ascii=False)}\n\n" for each in events]
        return "".join(lines).encode()

    return write


@pytest.fixture(scope="session")
def schema(shape: Shape) -> Callable[[str], Any]:
    """A validator for one root of OpenAI's published shapes; skips on a machine that has none."""
    return lambda root: shape("openai", root)
