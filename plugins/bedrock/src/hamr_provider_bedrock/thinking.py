"""How much the model should think, in the words that its rule in the manifest has for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.wirekit import asked_level, fitting_level
from hamr_provider_bedrock.tables import TABLES

if TYPE_CHECKING:
    from hamr.api import ThinkingConfig
    from hamr.wirekit import Told
    from hamr_provider_bedrock.compat import Compat


def thinking_fields(wanted: ThinkingConfig | None, compat: Compat, told: Told) -> tuple[dict[str, Any], int]:
    """Fields for `additionalModelRequestFields`, and how many tokens they set aside; `{}` and 0 for nothing."""
    if wanted is None or (wanted.level is None and wanted.tokens is None):
        return {}, 0
    if wanted.level == "off" and "off" in (compat.thinking_levels or ("off",)):
        return dict(compat.thinking_off), 0
    if not compat.thinking_on:
        told("dropped", "thinking", "it is not known how this model is asked to think")
        return {}, 0
    if compat.thinking_in_tokens:
        budget = _budget(wanted, told)
        return _filled(compat.thinking_on, "{tokens}", budget), budget
    level = fitting_level(str(asked_level(wanted, told)), compat.thinking_levels, told)
    return _filled(compat.thinking_on, "{level}", level), 0


def _budget(wanted: ThinkingConfig, told: Told) -> int:
    least: int = TABLES["thinking_budgets"]["minimal"]
    if wanted.tokens is None:
        budget: int = TABLES["thinking_budgets"].get(wanted.level, least)
        told("changed", "thinking.level", f"this model takes a budget; sent as {budget} tokens")
        return budget
    if wanted.tokens < least:
        told("clamped", "thinking.tokens", f"the smallest budget is {least}")
    return max(wanted.tokens, least)


def _filled(template: Any, place: str, value: Any) -> Any:
    if isinstance(template, dict):
        return {name: _filled(inner, place, value) for name, inner in template.items()}
    return value if template == place else template
