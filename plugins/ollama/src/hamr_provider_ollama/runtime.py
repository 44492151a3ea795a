"""What a model is loaded with: how much context, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hamr.api import ConfigError
from hamr_provider_ollama.keep_alive import DEFAULT, keep_alive

if TYPE_CHECKING:
    from hamr.api import Route
    from hamr_provider_ollama.compat import Compat

DEFAULT_NUM_CTX = 32768


@dataclass(frozen=True, slots=True)
class Runtime:
    """The settings of a route, which a call's own `options` replace."""

    num_ctx: int
    keep_alive: str | int | float

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
        return cls(DEFAULT_NUM_CTX if found is None else found, DEFAULT if time is None else time)


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


def _place(route: Route, name: str) -> str:
    """Where a parameter was said."""
    return route.provider.origins.get(f"parameters.{name}", f"parameters.{name} of {route.provider.id}")
