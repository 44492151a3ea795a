"""What holds for any reply that is read as a whole: it is understood, or it is a CallError."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.errors import CallError
from hamr.types import Head, Model, Provider, Route
from hamr.wires.openai_completions import OpenAICompletions

Value = TypeVar("Value")
ROUTE = Route(Provider("test", "Test", "https://models.test/v1", "openai-completions"), Model(""), lambda: None)
WIRE = OpenAICompletions(ROUTE)
NAMES = st.sampled_from(
    [
        *("data", "models", "object", "model", "usage", "error", "id", "name", "index", "embedding", "links", "next"),
        *("has_more", "last_id", "prompt_tokens", "cost", "total_cost", "created", "meta", "capabilities", "providers"),
        *("architecture", "input_modalities", "context_length", "n_ctx", "thinking_levels", "supported_parameters"),
        *("supports_tools", "pricing", "status", "next_page_token", "cost_in_usd_ticks", "is_byok", "cost_details"),
    ]
)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.just(10**400)
    | st.floats()
    | st.text(max_size=4)
    | st.sampled_from(["text", "true", "live", "AACAPw==", "tools", "/?a=1"])
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=20
)
REPLIES = VALUES | st.fixed_dictionaries({"data": st.lists(VALUES, max_size=3)}) | st.lists(VALUES, max_size=3)


def head(value: Any) -> Head:
    return Head(200, body=json.dumps(value).encode())


def understood(decode: Callable[[Head, Route], Value], head: Head) -> Value | None:
    """What the reply says; None where it is refused in the way that is allowed."""
    with suppress(CallError):
        return decode(head, ROUTE)
    return None


@settings(deadline=None)
@given(REPLIES)
def test_any_list_of_models(value: Any) -> None:
    """Pain 18."""
    page = understood(WIRE.decode_models, head(value))
    for info in page.models if page else ():
        assert info.id
        assert info.name
        assert info.context_window is None or info.context_window > 0
        assert info.input is None or all(isinstance(each, str) for each in info.input)


@settings(deadline=None)
@given(REPLIES)
def test_any_embeddings(value: Any) -> None:
    """Pain 18."""
    found = understood(WIRE.decode_embeddings, head(value))
    assert all(vector.typecode == "f" for vector in (found.vectors if found else ()))


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes(data: bytes) -> None:
    understood(WIRE.decode_models, Head(200, body=data))
    understood(WIRE.decode_embeddings, Head(200, body=data))


def test_what_makes_sense_is_not_refused() -> None:
    assert understood(WIRE.decode_models, head({"data": [{"id": "a"}]}))
    assert understood(WIRE.decode_embeddings, head({"data": [{"embedding": [1]}]}))
