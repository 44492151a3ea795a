"""ChatGPT subscriptions, by way of the backend that OpenAI's Codex uses."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING

from hamr.api import hookimpl

if TYPE_CHECKING:
    from hamr.api import Auth, Route, ToolWire


@hookimpl
def hamr_auth(route: Route) -> Auth | None:
    """The login, with OpenAI's own way of logging in with a code, and the import of the Codex CLI's."""
    if route.provider.auth.style != "oauth":
        return None
    from hamr_provider_codex.login import CodexLogin

    return CodexLogin(route)


@hookimpl(wrapper=True)
def hamr_toolwire(route: Route) -> Generator[None, ToolWire | None, ToolWire | None]:
    """The core's wire, with the backend's list of models and the time at which a used-up plan is there again."""
    wire = yield
    if wire is None or route.wire != "openai-responses":
        return wire
    from hamr_provider_codex.wire import CodexWire

    return CodexWire(wire)
