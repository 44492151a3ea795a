"""How much a model may be asked to think, as levels."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import ThinkingConfig, ThinkingLevel
    from hamr.wires.told import Told

LEVELS: tuple[ThinkingLevel, ...] = ("off", "minimal", "low", "medium", "high", "xhigh", "max")
"""All of them, in order."""

# A budget stands for the highest level that leaves it room; where each begins is a choice of this project.
_BUDGETS = ((0, "off"), (1024, "minimal"), (4096, "low"), (16384, "medium"), (32768, "high"), (65536, "xhigh"))


def level_of(tokens: int) -> str:
    """The level that a budget in tokens stands for."""
    return next((level for most, level in _BUDGETS if tokens <= most), "max")


def asked_level(wanted: ThinkingConfig, told: Told) -> str | None:
    """The level that is asked for, also where it is asked for in tokens, which is told."""
    if wanted.level is None and wanted.tokens is not None:
        level = level_of(wanted.tokens)
        told("changed", "thinking.tokens", f"this model takes levels; sent as {level}")
        return level
    return wanted.level


def fitting_level(level: str, accepted: Sequence[str] | None, told: Told) -> str:
    """The level itself, else the next one up that the model accepts, else the next one down."""
    if not accepted or level in accepted:
        return level
    place = LEVELS.index(level)
    order = (*LEVELS[place:], *reversed(LEVELS[:place]))
    fitting = next((other for other in order if other in accepted), level)
    told("clamped", "thinking.level", f"this model takes {', '.join(accepted)}; sent as {fitting}")
    return fitting
