"""What the tests of every wire start from; each says in `wire_class` which it is, and what is its own besides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from hamr.types import Event, Model, Provider, Request, Response, Route
from hamr_testkit.reading import fold
from hamr_testkit.spoken import Spoken


@pytest.fixture
def base_url() -> str:
    """Where the provider is that is made up."""
    return "https://models.test"


@pytest.fixture
def route(wire_name: str, base_url: str) -> Callable[..., Route]:
    """A route with these flags."""

    def make(base_url: str = base_url, model: str = "a-model", **compat: Any) -> Route:
        return Route(Provider("test", "Test", base_url, wire_name, compat=compat), Model(model), lambda: None)

    return make


@pytest.fixture
def compat(wire_class: Callable[[Route], Any], route: Callable[..., Route]) -> Callable[..., Any]:
    """Flags as a provider's manifest would set them."""
    return lambda **flags: wire_class(route(**flags)).compat


@pytest.fixture
def spoken(wire_class: Callable[[Route], Any], route: Callable[..., Route]) -> Callable[..., Spoken]:
    """The wire on a route with these flags."""

    def make(**flags: Any) -> Spoken:
        there = route(**flags)
        return Spoken(wire_class(there), there)

    return make


@pytest.fixture
def decode(spoken: Callable[..., Spoken]) -> Callable[..., list[Event]]:
    """All events of one reply, given whole or in pieces."""

    def run(data: bytes | Sequence[bytes], **flags: Any) -> list[Event]:
        return spoken(**flags).events(data)

    return run


@pytest.fixture
def encode(spoken: Callable[..., Spoken]) -> Callable[..., tuple[dict[str, Any], list[tuple[str, str]]]]:
    """The body of a request's call, and what was told of it: kind and field."""

    def run(request: Request, **flags: Any) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        return spoken(**flags).body(request)

    return run


@pytest.fixture
def folded() -> Callable[..., Response]:
    """The response that the events come to; raises the error where they end in one."""
    return fold
