"""How much the model should think, in the words that its rule in the manifest has for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import ThinkingConfig
from hamr.wirekit import LEVELS, fitting_level, level_of

if TYPE_CHECKING:
    from hamr.wirekit import Told
    from hamr_provider_bedrock.compat import Compat

_BUDGETS = {"minimal": 1024, "low": 2048, "medium": 8192, "high": 16384, "xhigh": 32768, "max": 65536}
LEAST = 1024
"""The smallest budget ("Extended thinking", docs.aws.amazon.com, 2026-11)."""


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
        return _filled(compat.thinking_on, {"{tokens}": budget}), budget
    level: str | None = wanted.level
    if level is None:
        level = level_of(wanted.tokens or 0)
        told("changed", "thinking.tokens", f"this model takes levels; sent as {level}")
    return _filled(compat.thinking_on, {"{level}": fitting_level(level, compat.thinking_levels, told)}), 0


def _budget(wanted: ThinkingConfig, told: Told) -> int:
    if wanted.tokens is None:
        budget = _BUDGETS.get(wanted.level or "", LEAST)
        told("changed", "thinking.level", f"this model takes a budget; sent as {budget} tokens")
        return budget
    if wanted.tokens < LEAST:
        told("clamped", "thinking.tokens", f"the smallest budget is {LEAST}")
    return max(wanted.tokens, LEAST)


def _filled(template: Any, values: dict[str, Any]) -> Any:
    if isinstance(template, dict):
        return {name: _filled(value, values) for name, value in template.items()}
    return values.get(template, template) if isinstance(template, str) else template


def read_thinking(fields: dict[str, Any]) -> tuple[ThinkingConfig | None, dict[str, Any]]:
    """What `additionalModelRequestFields` ask for, in whoever's words, and the fields besides."""
    for words in _WORDS:
        found: dict[str, Any] = {}
        if all(name in fields and _fits(value, fields[name], found) for name, value in words.items()):
            wanted = ThinkingConfig(found.get("{level}", None if "{tokens}" in found else "off"), found.get("{tokens}"))
            return wanted, {name: value for name, value in fields.items() if name not in words}
    return None, fields


def _fits(template: Any, value: Any, found: dict[str, Any]) -> bool:
    """Whether a value has this very form; what stands at its places is noted."""
    if isinstance(template, dict):
        same = isinstance(value, dict) and template.keys() == value.keys()
        return same and all(_fits(template[name], value[name], found) for name in template)
    levelled = template == "{level}" and value in LEVELS and value != "off"
    if levelled or (template == "{tokens}" and isinstance(value, int)):
        found[template] = value
        return True
    return bool(template == value)


_WORDS: tuple[dict[str, Any], ...] = (
    {"thinking": {"type": "adaptive", "display": "summarized"}, "output_config": {"effort": "{level}"}},
    {"thinking": {"type": "enabled", "budget_tokens": "{tokens}"}},
    {"thinking": {"type": "disabled"}},
    {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "{level}"}},
    {"reasoningConfig": {"type": "disabled"}},
    {"reasoning": {"effort": "{level}"}},
    {"reasoning": {"effort": "none"}},
    {"reasoning_effort": "{level}"},
    {"reasoning_config": "{level}"},
)
"""The words of those who make models; the manifest says which of them a model takes."""
