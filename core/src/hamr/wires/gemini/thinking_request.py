"""How much the model should think, as `thinkingConfig`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wires.thinking_levels import asked_level, fitting_level

if TYPE_CHECKING:
    from hamr.types import ThinkingConfig
    from hamr.wires.gemini.compat import Compat
    from hamr.wires.told import Told

# Where a manifest does not say how many tokens a level is worth (pi-ai 1.5.2, api/google-shared, 2026-11).
_BUDGETS = {"off": 0, "minimal": 128, "low": 2048, "medium": 8192, "high": 24576, "xhigh": 24576, "max": 24576}

# What there is a word for: models that are asked in words cannot be told not to think.
_LEVELS = ("minimal", "low", "medium", "high")


def thinking_fields(wanted: ThinkingConfig | None, compat: Compat, told: Told) -> dict[str, Any]:
    """The table; empty where nothing is asked for."""
    if wanted is None or (wanted.level is None and wanted.tokens is None):
        return {}
    if compat.thinking_levels == ():
        told("dropped", "thinking", "this model does not think")
        return {}
    fields = _levelled(wanted, compat, told) if compat.thinking_control == "level" else _budgeted(wanted, compat, told)
    if compat.includes_thoughts and fields.get("thinkingBudget") != 0 and not _is_off(wanted):
        fields["includeThoughts"] = True
    return fields


def _is_off(wanted: ThinkingConfig) -> bool:
    return wanted.level == "off" or (wanted.level is None and wanted.tokens == 0)


def _levelled(wanted: ThinkingConfig, compat: Compat, told: Told) -> dict[str, Any]:
    return {
        "thinkingLevel": fitting_level(str(asked_level(wanted, told)), compat.thinking_levels or _LEVELS, told).upper()
    }


def _budgeted(wanted: ThinkingConfig, compat: Compat, told: Told) -> dict[str, Any]:
    if wanted.level is None and wanted.tokens is not None:
        return {"thinkingBudget": _clamped(wanted.tokens, compat, told)}
    level = fitting_level(str(wanted.level), compat.thinking_levels, told)
    tokens = compat.thinking_budgets.get(level, _BUDGETS[level])
    return {"thinkingBudget": tokens}


def _clamped(tokens: int, compat: Compat, told: Told) -> int:
    """Within what the model takes; 0 turns thinking off, -1 leaves it to the model ("Thinking", ai.google.dev)."""
    off = compat.thinking_levels is None or "off" in compat.thinking_levels
    if tokens == -1 or (tokens == 0 and off):
        return tokens
    most = compat.thinking_budget_max
    fitting = max(tokens, compat.thinking_budget_min)
    fitting = fitting if most is None else min(fitting, most)
    if fitting != tokens:
        told(
            "clamped", "thinking.tokens", f"this model takes {compat.thinking_budget_min} to {most}; sent as {fitting}"
        )
    return fitting
