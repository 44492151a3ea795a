"""A route made up for a test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hamr.api import AuthSpec, Model, Provider, Route, Secret


def route(
    wire: str = "openai-completions",
    *,
    base_url: str = "http://127.0.0.1:9/v1",
    compat: Mapping[str, Any] | None = None,
    key: str | None = None,
    model: str = "a-model",
) -> Route:
    """A route of the provider `test`, whose key, if there is one, goes in a bearer header."""
    auth = AuthSpec("bearer" if key else "none", ("TEST_API_KEY",))
    provider = Provider("test", "Test", base_url, wire, auth=auth, compat=compat or {})
    return Route(provider, Model(model), lambda: Secret(key, "the test") if key else None)
