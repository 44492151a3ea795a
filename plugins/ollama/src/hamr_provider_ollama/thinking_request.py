"""How much the model should think, as `think`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.wirekit import fitting_level, level_of

if TYPE_CHECKING:
    from hamr.api import ThinkingConfig
    from hamr.wirekit import Told
    from hamr_provider_ollama.compat import Compat


def think(wanted: ThinkingConfig | None, compat: Compat, told: Told) -> bool | str | None:
    """True, false or a level; None where nothing is asked for.

    Most models take true and false; those that take levels say so (Ollama documentation, "Thinking", 2026-08).
    """
    if wanted is None or (wanted.level is None and wanted.tokens is None):
        return None
    level: str = wanted.level if wanted.level is not None else level_of(wanted.tokens or 0)
    if not compat.thinking_levels:
        if wanted.level is None:
            told("changed", "thinking.tokens", f"this model's thinking is on or off; sent as {_on(level)}")
        elif level != "off":
            told("changed", "thinking.level", "this model's thinking is on or off; sent as on")
        return level != "off"
    if wanted.level is None:
        told("changed", "thinking.tokens", f"this wire takes levels; sent as {level}")
    level = fitting_level(level, compat.thinking_levels, told)
    return False if level == "off" else level


def _on(level: str) -> str:
    return "off" if level == "off" else "on"
