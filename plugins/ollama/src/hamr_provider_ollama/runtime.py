"""What a model is loaded with: how much context, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hamr.api import ConfigError, Notice
from hamr_provider_ollama.keep_alive import DEFAULT, keep_alive

if TYPE_CHECKING:
    from hamr.api import Route
    from hamr_provider_ollama.compat import Compat

DEFAULT_NUM_CTX = 32768
GRACE = 10.0
"""Seconds of silence before it is said that the model may be loading."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """The settings of a route, which a call's own `options` replace."""

    num_ctx: int
    keep_alive: str | int | float
    notice: Notice | None = None

    @classmethod
    def of(cls, route: Route, compat: Compat) -> Runtime:
        """What the user, the model's rule and Ollama's own variables say, in this order; raises ConfigError.

        The order is Harn's ("LLM providers", July 2026). In OLLAMA_CONTEXT_LENGTH 0 leaves the choice to the server
        (Ollama, envconfig/config.go, 2026-08), so it says nothing here.
        """
        own = _said(route, "num_ctx")
        found = own if own is not None else compat.num_ctx
        for name in ("context_length", "default_num_ctx"):
            found = found if found is not None else _said(route, name, zero_is_nothing=True)
        parameters = route.provider.parameters
        time = keep_alive(parameters.get("keep_alive", ""), _place(route, "keep_alive"))
        return cls(
            DEFAULT_NUM_CTX if found is None else found, DEFAULT if time is None else time, _notice(route, compat)
        )


def context(value: Any, place: str) -> int:
    """A size of context: a whole number above 0, also as a text; raises ConfigError, naming `place`."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
        raise ConfigError(
            f"{place}: {value!r} is no number of tokens above 0", hint="Write a whole number, such as 32768."
        )
    return value


def _said(route: Route, name: str, *, zero_is_nothing: bool = False) -> int | None:
    value = route.provider.parameters.get(name)
    if value is None or (zero_is_nothing and value.strip() == "0"):
        return None
    return context(value, _place(route, name))


def _notice(route: Route, compat: Compat) -> Notice | None:
    """What is said of a model that is slow to answer (N-152); 0 says nothing."""
    said = route.provider.parameters.get("unload_grace_ms", "").strip()
    if said and not said.isdecimal():
        raise ConfigError(f"{_place(route, 'unload_grace_ms')}: {said!r} is no number of milliseconds")
    after = int(said) / 1000 if said else GRACE
    if not after or not compat.runs_here:
        return None
    return Notice(after, f"no answer for {after:g} s; the model may still be loading")


def _place(route: Route, name: str) -> str:
    """Where a parameter was said."""
    return route.provider.origins.get(f"parameters.{name}", f"parameters.{name} of {route.provider.id}")
