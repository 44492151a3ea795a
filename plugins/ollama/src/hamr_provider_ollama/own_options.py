"""What a user passes through in `options`, laid over a body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import ConfigError
from hamr_provider_ollama.keep_alive import keep_alive
from hamr_provider_ollama.runtime import context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.wirekit import Told

RUNNER = frozenset(
    {
        *("num_ctx", "num_predict", "num_keep", "num_batch", "num_gpu", "num_thread", "main_gpu", "use_mmap"),
        *("temperature", "top_k", "top_p", "min_p", "typical_p", "repeat_last_n", "repeat_penalty", "seed", "stop"),
        *("presence_penalty", "frequency_penalty", "draft_num_predict"),
    }
)
"""What stands in the body's `options`; the server passes over it anywhere else (Ollama, api/types.go, 2026-08)."""


def lay_own_options(body: dict[str, Any], given: Mapping[str, Any], told: Told) -> None:
    """Lay them over: those of the runner into `options`, a table `ollama` as if its fields stood here (N-156).

    The route decides the model. Raises ConfigError for a context or a time that is none.
    """
    own = given.get("ollama")
    if own is not None and not isinstance(own, dict):
        raise ConfigError("options.ollama: it must be a table", hint="It may hold num_ctx, keep_alive and options.")
    for place, fields in (("options", given), ("options.ollama", own or {})):
        _lay(body, {name: each for name, each in fields.items() if name not in ("model", "ollama")}, place, told)


def _lay(body: dict[str, Any], fields: Mapping[str, Any], place: str, told: Told) -> None:
    runner = fields.get("options")
    if runner is not None and not isinstance(runner, dict):
        raise ConfigError(f"{place}.options: it must be a table", hint="It holds options of the runner.")
    moved = {name: value for name, value in fields.items() if name in RUNNER}
    for name in moved:
        if place == "options":
            told("renamed", name, f"it goes as options.{name}")
    runner = {**(runner or {}), **moved}
    if "num_ctx" in runner:
        runner["num_ctx"] = context(runner["num_ctx"], f"{place}.num_ctx")
    if runner:
        body["options"] = {**body.get("options", {}), **runner}
    for name, value in fields.items():
        if name == "keep_alive":
            if (time := keep_alive(value, f"{place}.keep_alive")) is not None:
                body[name] = time
        elif name == "tools" and isinstance(value, list):
            body[name] = [*body.get(name, ()), *value]
        elif name != "options" and name not in RUNNER:
            body[name] = value
