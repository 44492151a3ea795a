"""How much the model should think, in the words of each family of servers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import ThinkingConfig
from hamr.wires.thinking_levels import fitting_level, level_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from hamr.wires.openai_completions.compat import Compat
    from hamr.wires.told import Told


def thinking_fields(wanted: ThinkingConfig | None, compat: Compat, told: Told) -> dict[str, Any]:
    """The fields of the body that ask for this much thinking."""
    if wanted is None or (wanted.level is None and wanted.tokens is None):
        return {}
    if compat.thinking_format == "none":
        told("dropped", "thinking", "this provider has no switch for it")
        return {}
    level = fitting_level(_level(wanted, compat, told), compat.thinking_levels, told)
    fields = _FORMATS[compat.thinking_format](level, compat)
    if wanted.tokens is not None and level != "off" and compat.thinking_format in _WITH_TOKENS:
        return _WITH_TOKENS[compat.thinking_format](wanted.tokens)
    if wanted.tokens is not None and compat.thinking_token_budget_field:
        fields.pop("reasoning_effort", None)
        fields[compat.thinking_token_budget_field] = wanted.tokens
    if not fields:
        told("dropped", "thinking", "this provider has no switch for it")
    return fields


def _level(wanted: ThinkingConfig, compat: Compat, told: Told) -> str:
    if wanted.level is not None:
        if wanted.tokens is not None and not _takes_tokens(compat):
            told("dropped", "thinking.tokens", "this provider takes no budget; the level is sent")
        return wanted.level
    level = level_of(wanted.tokens or 0)
    if not _takes_tokens(compat):
        told("emulated", "thinking.tokens", f"this provider takes no budget; sent as the level {level}")
    return level


def _takes_tokens(compat: Compat) -> bool:
    return compat.thinking_format in _WITH_TOKENS or compat.thinking_token_budget_field is not None


def _effort(level: str, compat: Compat) -> dict[str, Any]:
    if not compat.supports_reasoning_effort:
        return {}
    return {"reasoning_effort": _word(level, compat)}


def _word(level: str, compat: Compat) -> str:
    return str(compat.effort_names.get(level, "none" if level == "off" else level))


def _switch(level: str, compat: Compat) -> dict[str, Any]:
    fields: dict[str, Any] = {"thinking": {"type": "disabled" if level == "off" else "enabled"}}
    return fields if level == "off" else {**fields, **_effort(level, compat)}


def _openrouter(level: str, compat: Compat) -> dict[str, Any]:
    return {"reasoning": {"enabled": False} if level == "off" else {"effort": _word(level, compat)}}


def _together(level: str, compat: Compat) -> dict[str, Any]:
    fields: dict[str, Any] = {"reasoning": {"enabled": level != "off"}}
    return fields if level == "off" else {**fields, **_effort(level, compat)}


def _qwen(level: str, compat: Compat) -> dict[str, Any]:
    return {compat.thinking_switch: level != "off"}


def _template(level: str, compat: Compat) -> dict[str, Any]:
    return {"chat_template_kwargs": {compat.thinking_switch: level != "off"}}


def _baseten(level: str, compat: Compat) -> dict[str, Any]:
    return {"chat_template_args": {compat.thinking_switch: level != "off"}}


def _string(level: str, compat: Compat) -> dict[str, Any]:
    return {"thinking": _word(level, compat)}


_FORMATS: Mapping[str, Callable[[str, Compat], dict[str, Any]]] = {
    "openai": _effort,
    "openrouter": _openrouter,
    "deepseek": _switch,
    "together": _together,
    "zai": _switch,
    "qwen": _qwen,
    "qwen-chat-template": _template,
    "chat-template": _template,
    "baseten": _baseten,
    "string-thinking": _string,
}

_WITH_TOKENS: Mapping[str, Callable[[int], dict[str, Any]]] = {
    "openrouter": lambda tokens: {"reasoning": {"max_tokens": tokens}},
}
"""The formats that take a number of tokens in place of a level."""
