"""One row of a list of models, in whatever words a provider has for it.

Seen in: OpenAI, Groq, Mistral, OpenRouter, Together, Fireworks, SambaNova, GitHub's catalogue, Hugging Face's router,
vLLM, llama.cpp, LM Studio and LiteLLM (their API references and recorded replies, 2026-11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import ModelInfo
from hamr.wires.model_name import readable
from hamr.wires.openai_completions.model_ability import CALLING, SEEING, THINKING, able, places, truth, words
from hamr.wires.openai_completions.name import NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

_IDS = ("id", "key", "model", "name")
_NAMES = ("display_name", "name")
_OWNERS = ("owned_by", "publisher", "organization")
_ENDS = ("shutdown_date", "expiration_date", "deprecation")

# What is loaded counts before what the model could do; the largest prompt stands for the window where nothing else
# does, as with GitHub and LiteLLM.
_WINDOWS = (
    "loaded_context_length",
    "max_context_length",
    "max_model_len",
    "context_length",
    "context_window",
    "max_total_tokens",
    "total_tokens_capacity",
    "n_ctx",
    "max_position_embeddings",
    "model_max_length",
    "max_seq_len",
    "max_sequence_length",
    "max_input_tokens",
)
_LONGEST = ("max_output_tokens", "max_completion_tokens")

_MODALITIES = ("input_modalities", "supported_input_modalities", "modalities")
_SENSES = {"vision": ("image",), "images": ("image",), "multimodal": ("text", "image")}
"""Words for what is read that are no kind of content."""

_DIGITS = 15
"""A number with more is no count of anything."""


def model_id(row: Any) -> str | None:
    """What the model is called on the wire; a row may be the name alone."""
    return row if isinstance(row, str) and row else _text(row, _IDS) if isinstance(row, dict) else None


def model_info(id: str, row: Mapping[str, Any], provider: str) -> ModelInfo:
    """What the row says of the model."""
    name, pricing = _text(row, _NAMES), row.get("pricing")
    return ModelInfo(
        id=id,
        provider=provider,
        name=name if name and name != id else readable(id),
        context_window=_first_count(row, _WINDOWS) or _least_window(row),
        max_tokens=_first_count(row, _LONGEST),
        input=_input(row),
        reasoning=_levels(row) if (thinks := able(row, THINKING)) is None else thinks,
        tools=_partners_tools(row) if (calls := able(row, CALLING)) is None else calls,
        owned_by=_text(row, _OWNERS),
        created=_count(row.get("created")),
        shutdown_date=_text(row, _ENDS),
        pricing=pricing if isinstance(pricing, dict) and pricing else None,
        extra={NAME: row},
    )


def _first_count(row: Mapping[str, Any], names: tuple[str, ...]) -> int | None:
    return next((count for place in places(row) for name in names if (count := _count(place.get(name)))), None)


def _input(row: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What the model reads.

    Where a row says nothing of images, neither is said here: to take them for granted, as some programs do, would
    send images to models that refuse them.
    """
    architecture = row.get("architecture")
    tables = [*places(row), *([architecture] if isinstance(architecture, dict) else [])]
    for table in tables:
        for name in _MODALITIES:
            if senses := words(table.get(name)):
                return tuple(dict.fromkeys(each for sense in senses for each in _SENSES.get(sense, (sense,))))
    sees = able(row, SEEING)
    if sees is None:
        return None
    return ("text", "image") if sees else ("text",)


def _levels(row: Mapping[str, Any]) -> bool | None:
    """Levels of thinking: more than `off` says that the model thinks."""
    levels = next((told for place in places(row) if (told := words(place.get("thinking_levels")))), [])
    return any(level != "off" for level in levels) if levels else None


def _partners(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Who serves the model, at Hugging Face's router."""
    partners = row.get("providers")
    found = [each for each in partners if isinstance(each, dict)] if isinstance(partners, list) else []
    return [each for each in found if each.get("status") in (None, "live")]


def _least_window(row: Mapping[str, Any]) -> int | None:
    """Any of the partners may be given the call, so that the smallest window holds."""
    return min((count for each in _partners(row) if (count := _count(each.get("context_length")))), default=None)


def _partners_tools(row: Mapping[str, Any]) -> bool | None:
    """Known where all partners agree."""
    said = {truth(each.get("supports_tools")) for each in _partners(row)}
    return said.pop() if len(said) == 1 else None


def _text(row: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    return next((row[name] for name in names if isinstance(row.get(name), str) and row[name]), None)


def _count(value: Any) -> int | None:
    """A whole number above zero, also where it is written as a text; zero stands for not known (Cerebras, Together)."""
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) <= _DIGITS:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 10**_DIGITS:
        return None
    return int(value)
