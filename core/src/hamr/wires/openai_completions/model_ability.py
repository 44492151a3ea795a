"""What a model can do, as a row of a list of models says it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Beside the row itself facts stand in these tables: llama.cpp; Mistral, LM Studio; GitHub; LiteLLM; OpenRouter.
_PLACES = ("meta", "capabilities", "limits", "model_info", "top_provider")

_FEATURES = ("capabilities", "features", "modalities", "tags")
"""Lists of what a model can do. That one leaves something out says nothing: few are complete."""


class Ability(NamedTuple):
    """How an ability is said: by a flag, by a word in a list of features, by a parameter among those taken."""

    flags: tuple[str, ...]
    words: frozenset[str]
    parameters: frozenset[str] = frozenset()


SEEING = Ability(
    (
        "supports_vision",
        "supportsVision",
        "vision",
        "multimodal",
        "supports_images",
        "supportsImages",
        "supports_image_input",
    ),
    frozenset({"vision", "image", "images", "multimodal"}),
)
CALLING = Ability(
    (
        "supports_tools",
        "supports_function_calling",
        "function_calling",
        "tool_calling",
        "tool_use",
        "tools",
        "trained_for_tool_use",
    ),
    frozenset({"tools", "tool-calling", "tool_calling", "tool_use", "function-calling", "function_calling"}),
    frozenset({"tools"}),
)
THINKING = Ability(
    ("supports_thinking", "supports_reasoning", "reasoning", "thinking"),
    frozenset({"reasoning", "thinking"}),
    frozenset({"reasoning", "include_reasoning", "reasoning_effort"}),
)

_WORDS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def able(row: Mapping[str, Any], ability: Ability) -> bool | None:
    """Whether the model has the ability, where the row says so in one of its ways."""
    for place in places(row):
        for flag in ability.flags:
            if (said := truth(place.get(flag))) is not None:
                return said
    if any(ability.words.intersection(words(place.get(name))) for place in places(row) for name in _FEATURES):
        return True
    # OpenRouter lists them all, so that what is not there is not taken ("List models", openrouter.ai/docs, 2026-11).
    taken = words(row.get("supported_parameters"))
    return not ability.parameters.isdisjoint(taken) if taken and ability.parameters else None


def places(row: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The row, and the tables in it that say something of the model."""
    yield row
    yield from (row[name] for name in _PLACES if isinstance(row.get(name), dict))


def truth(value: Any) -> bool | None:
    """True or false, also as a word; None where it is neither."""
    if isinstance(value, str):
        return _WORDS.get(value.lower())
    return value if isinstance(value, bool) else None


def words(value: Any) -> list[str]:
    """The texts of a list, in lower case."""
    return [each.lower() for each in value if isinstance(each, str) and each] if isinstance(value, list) else []
