"""How much the model should think, as `thinking` and `output_config.effort`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wires.thinking_levels import LEVELS, asked_level, fitting_level

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import ThinkingConfig
    from hamr.wires.anthropic_messages.compat import Compat
    from hamr.wires.told import Told

LEAST = 1024
"""The smallest budget (Anthropic, "Extended thinking", 2026-11)."""
_MEDIUM = 10240
# What each level stands for is a choice of this project; `level_of` reads each as the level it came from.
_BUDGETS: Mapping[str, int] = {
    "minimal": LEAST,
    "low": 4096,
    "medium": _MEDIUM,
    "high": 20480,
    "xhigh": 40960,
    "max": 96000,
}


def thinking_fields(wanted: ThinkingConfig | None, compat: Compat, told: Told) -> dict[str, Any]:
    """`thinking`, and `output_config` where the model takes an effort; a budget is not yet fitted to the answer."""
    if wanted is None:
        return {}
    kinds = [kind for kind in compat.thinking_types if kind in ("enabled", "adaptive")]
    if not kinds:
        told("dropped", "thinking", "this model does not take it")
        return {}
    if wanted.level == "off" or (wanted.level is None and wanted.tokens == 0):
        return _off(compat, told)
    display = {"display": compat.thinking_display} if compat.thinking_display else {}
    if kinds[0] == "adaptive" and (wanted.tokens is None or "enabled" not in kinds):
        return {"thinking": {"type": "adaptive", **display}, **_effort(_level(wanted, told), compat, told)}
    thinking = {"type": "enabled", "budget_tokens": _budget(wanted, compat, told), **display}
    if wanted.tokens is None or wanted.level is None:
        return {"thinking": thinking}
    return {"thinking": thinking, **_effort(wanted.level, compat, told)}


def _off(compat: Compat, told: Told) -> dict[str, Any]:
    """Not at all, or as little as the model takes."""
    if "disabled" in compat.thinking_types:
        return {"thinking": {"type": "disabled"}}
    if "between_tools" in compat.thinking_types:
        told("clamped", "thinking.level", "this model always thinks; sent as between_tools")
        return {"thinking": {"type": "between_tools"}}
    least = next((level for level in LEVELS if level in compat.thinking_levels), None)
    if least is None:
        told("dropped", "thinking.level", "this model always thinks")
        return {}
    told("clamped", "thinking.level", f"this model always thinks; sent as {least}")
    return {"output_config": {"effort": least}}


def _level(wanted: ThinkingConfig, told: Told) -> str | None:
    if wanted.level is not None and wanted.tokens is not None:
        told("dropped", "thinking.tokens", "this model takes levels; the level is sent")
    return asked_level(wanted, told)


def _effort(level: str | None, compat: Compat, told: Told) -> dict[str, Any]:
    if level is None:
        return {}
    if not compat.thinking_levels:
        told("dropped", "thinking.level", "this model takes none")
        return {}
    return {"output_config": {"effort": fitting_level(level, compat.thinking_levels, told)}}


def _budget(wanted: ThinkingConfig, compat: Compat, told: Told) -> int:
    if wanted.tokens is None:
        level = wanted.level or "medium"
        return int(compat.thinking_budgets.get(level, _BUDGETS[level]))
    if wanted.tokens < LEAST:
        told("clamped", "thinking.tokens", f"the smallest budget is {LEAST}")
    return max(wanted.tokens, LEAST)
