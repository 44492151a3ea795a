"""The model of a request whose path names it, as Azure's deployments do."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from hamr.types import Call
from hamr.wires.body_shape import read_body, text

BEFORE = "deployments"


def body_with_model(call: Call) -> dict[str, Any]:
    """The body, with the model of its path where it names none itself; raises BadRequest where neither does.

    Source: Azure OpenAI, `POST {endpoint}/openai/deployments/{deployment-id}/chat/completions` (2024-10-21).
    """
    body = read_body(call)
    if body.get("model") is None and (named := _named(call.url)):
        body["model"] = named
    text(body.get("model"), "model")
    return body


def _named(url: str) -> str | None:
    steps = urlsplit(url).path.split("/")
    place = steps.index(BEFORE) + 1 if BEFORE in steps else len(steps)
    return unquote(steps[place]) if place < len(steps) - 1 else None
