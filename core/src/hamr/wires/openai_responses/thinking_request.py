"""How much the model should think, as `reasoning`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wires.thinking_levels import asked_level, fitting_level

if TYPE_CHECKING:
    from hamr.types import ThinkingConfig
    from hamr.wires.openai_responses.compat import Compat
    from hamr.wires.told import Told


def thinking_fields(wanted: ThinkingConfig | None, compat: Compat, told: Told) -> dict[str, Any]:
    """The table `reasoning`; empty where nothing is asked for."""
    if wanted is None:
        return {}
    if not compat.supports_reasoning_effort or compat.thinking_levels == ():
        told("dropped", "thinking", "this model does not take it")
        return {}
    if (level := asked_level(wanted, told)) is None:
        return {}
    level = fitting_level(level, compat.thinking_levels, told)
    fields: dict[str, Any] = {"effort": compat.effort_names.get(level, "none" if level == "off" else level)}
    if compat.reasoning_summary is not None and level != "off":
        fields["summary"] = compat.reasoning_summary
    return fields
