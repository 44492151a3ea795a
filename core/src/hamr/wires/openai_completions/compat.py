"""How one provider's chat completions differ from OpenAI's, as flags in data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from hamr.errors import ConfigError
from hamr.types import ThinkingLevel


@dataclass(frozen=True, slots=True)
class Compat:
    """The quirks of one provider or model; the defaults are OpenAI's own behaviour, but for the developer role.

    A provider sets them in its manifest, under `compat`; a model may set them again.
    """

    # Where calls go
    base_path: str = "/v1"
    """Appended to a base URL that has no path."""
    chat_path: str = "/chat/completions"
    """Appended to the base URL."""

    # Fields of the body
    supports_store: bool = True
    supports_usage_in_streaming: bool = True
    """Ask for usage with `stream_options`."""
    supports_top_k: bool = False
    supports_prompt_cache_key: bool = True
    max_tokens_field: str = "max_completion_tokens"
    unsupported: tuple[str, ...] = ()
    """Fields of the body that the provider refuses: left out, and told."""
    renamed: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the body that the provider knows by another name, such as `seed = "random_seed"`."""
    body: Mapping[str, Any] = field(default_factory=dict)
    """Fields that every call to this provider carries."""
    max_temperature: float | None = None

    # Messages
    supports_developer_role: bool = False
    """Send system messages under the role `developer`."""
    supports_message_name: bool = True
    text_parts: bool = True
    """Several texts in one message go as parts; else joined by a line end."""
    file_url_field: str | None = None
    """The type of the content part that takes a document by its URL; None where there is none."""
    cache_control_format: str | None = None
    """`anthropic` where `cache_control` marks on parts and tools are understood."""
    requires_tool_result_name: bool = False
    requires_assistant_after_tool_result: bool = False
    requires_non_null_assistant_content: bool = False
    tool_call_id_length: int = 40
    """The longest id of a tool call."""
    tool_call_id_exact: bool = False
    """Ids of tool calls are ASCII letters and digits, exactly `tool_call_id_length` of them."""

    # Tools
    supports_strict_mode: bool = True
    supports_required_tool_choice: bool = True
    supports_forced_tool_choice: bool = True
    supports_allowed_tools: bool = True
    requires_tools_with_tool_history: bool = False
    """Send `tools: []` where the history has calls and the request has no tools."""

    # Structured answers
    supports_json_object: bool = True
    supports_json_schema: bool = True
    """Else the schema is put into the prompt."""

    # Thinking
    supports_reasoning_effort: bool = True
    thinking_format: str = "openai"
    thinking_switch: str = "enable_thinking"
    """The chat template's argument that turns thinking on and off, for the formats that set one."""
    thinking_token_budget_field: str | None = None
    thinking_levels: tuple[str, ...] | None = None
    """The levels the model accepts; others are moved to the next one up, else down. None: all of them."""
    effort_names: Mapping[str, Any] = field(default_factory=dict)
    """Levels that the provider knows by another word; `off` is `none` unless this says otherwise."""
    requires_thinking_as_text: bool = False
    """Replay thinking as ordinary text."""
    requires_reasoning_content_on_assistant_messages: bool = False
    """Send `reasoning_placeholder` as `reasoning_content` where an assistant message has no thinking."""
    reasoning_placeholder: str = ""
    reasoning_fields: tuple[str, ...] | None = None
    """The fields that take thinking back; None: the one in which it came."""
    thinking_tags: tuple[str, ...] = ()
    """The opening and the closing tag of thinking that stands in the content, such as `<think>` and `</think>`."""
    thinking_starts_open: bool = False
    """The prompt already holds the opening tag, so that a reply begins inside it."""

    # Replies
    resends_text: bool = False
    """Each chunk holds the whole text so far."""
    supports_finish_reason: bool = True
    """Else the end of the stream is its only end mark."""
    reasoning_outside_output: bool = False
    """`completion_tokens` does not include the reasoning tokens (xAI, Perplexity)."""
    usage_cost_in_usd: bool = False
    """`usage.cost` is what the call cost, in US dollars."""
    error_codes: Mapping[str, Any] = field(default_factory=dict)
    """The provider's own error codes, each with the name of the error class it stands for."""
    overflow_without_body: bool = False
    """A 400 without a body means that the prompt is too long."""

    @classmethod
    def read(cls, mapping: Mapping[str, Any], place: str) -> Compat:
        """The flags in a mapping; `place` says where it stands. Raises ConfigError."""
        if not mapping:
            return cls()
        known = {each.name: str(each.type) for each in fields(cls)}
        read = {name: _value(name, value, known, place) for name, value in mapping.items()}
        return cls(**read)


THINKING_FORMATS = (
    "openai",
    "openrouter",
    "deepseek",
    "together",
    "zai",
    "qwen",
    "qwen-chat-template",
    "chat-template",
    "baseten",
    "string-thinking",
    "none",
)

_ALLOWED: Mapping[str, tuple[str, ...]] = {
    "thinking_format": THINKING_FORMATS,
    "max_tokens_field": ("max_completion_tokens", "max_tokens"),
    "cache_control_format": ("anthropic",),
}

LEVELS: tuple[ThinkingLevel, ...] = ("off", "minimal", "low", "medium", "high", "xhigh", "max")
"""How much a model may be asked to think, in order."""

_KINDS: Mapping[str, tuple[tuple[type, ...], str]] = {
    "bool": ((bool,), "true or false"),
    "int": ((int,), "a whole number"),
    "float": ((int, float), "a number"),
    "str": ((str,), "a text"),
    "tuple[str, ...]": ((list, tuple), "a list of texts"),
    "Mapping[str, Any]": ((Mapping,), "a table"),
}


def _value(name: str, value: Any, known: Mapping[str, str], place: str) -> Any:
    if name not in known:
        raise ConfigError(f"{place}: there is no flag {name!r}", hint=_nearest(name, known))
    kind = known[name].removesuffix(" | None")
    types, words = _KINDS[kind]
    result: Any = value
    if value is None and kind != known[name]:
        return None
    wrong_bool = isinstance(value, bool) and kind != "bool"
    if wrong_bool or not isinstance(value, types) or (kind.startswith("tuple") and not _all_texts(value)):
        raise ConfigError(f"{place}: {name} must be {words}, not {value!r}")
    _check_items(name, result, place)
    if name in _ALLOWED and value not in _ALLOWED[name]:
        raise ConfigError(f"{place}: {name} must be one of {', '.join(_ALLOWED[name])}, not {value!r}")
    return tuple(result) if kind.startswith("tuple") else result


def _check_items(name: str, value: Any, place: str) -> None:
    """What stands in a list or a table, where only some words make sense."""
    if name == "error_codes":
        from hamr.wires.openai_completions.errors import KINDS

        wrong = next((code for code, kind in value.items() if kind not in KINDS), None)
        if wrong is not None:
            raise ConfigError(f"{place}: error_codes.{wrong} must be one of {', '.join(KINDS)}, not {value[wrong]!r}")
    elif name == "thinking_levels" and value is not None and not set(value) <= set(LEVELS):
        raise ConfigError(f"{place}: thinking_levels: the levels are {', '.join(LEVELS)}, not {value!r}")
    elif name == "thinking_tags" and value and (len(value) != 2 or not all(value)):
        raise ConfigError(f"{place}: thinking_tags must be an opening and a closing tag, not {value!r}")


def _all_texts(value: Any) -> bool:
    return all(isinstance(each, str) for each in value)


def _nearest(name: str, known: Mapping[str, str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else f"Known flags: {', '.join(sorted(known))}."
