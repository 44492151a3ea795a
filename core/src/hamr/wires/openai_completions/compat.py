"""How one provider's chat completions differ from OpenAI's, as flags in data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hamr.wires.flags import Flags
from hamr.wires.thinking_levels import LEVELS

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


@dataclass(frozen=True, slots=True)
class Compat(Flags):
    """The quirks of one provider or model; the defaults are OpenAI's own behaviour, but for the developer role.

    A provider sets them in its manifest, under `compat`; a model may set them again.
    """

    # Where calls go
    base_path: str = "/v1"
    """Appended to a base URL that has no path."""
    chat_path: str = "/chat/completions"
    """Appended to the base URL. `{model}` and the provider's parameters may stand in this path and the next."""
    embeddings_path: str = "/embeddings"
    """Appended to the base URL; empty where there are none."""
    models_path: str = "/models"
    """Appended to the base URL; empty where the models are not listed."""
    models_at_origin: bool = False
    """`models_path` stands at the origin of the base URL, in place of its path."""

    # Fields of the body
    model_parameters: tuple[str, ...] = ()
    """Parameters of the provider that may say by which name the model is sent, or pairs: `model=name,other=name`."""
    model_in_body: bool = True
    """The body names the model; else its path does."""
    supports_store: bool = True
    supports_usage_in_streaming: bool = True
    """Ask for usage with `stream_options`."""
    supports_top_k: bool = False
    supports_prompt_cache_key: bool = True
    max_tokens_field: str = field(
        default="max_completion_tokens", metadata={"one_of": ("max_completion_tokens", "max_tokens")}
    )
    cache_key_headers: tuple[str, ...] = ()
    """Headers that carry the cache key too, so that calls with the same one meet the same server."""
    logprobs_as_number: bool = False
    """`logprobs` is how many are wanted, and there is no `top_logprobs`."""
    unsupported: tuple[str, ...] = ()
    """Fields of the body that the provider refuses: left out, and told."""
    unsupported_while_thinking: tuple[str, ...] = ()
    """Fields that a model refuses unless it was asked not to think."""
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
    cache_control_format: str | None = field(default=None, metadata={"one_of": ("anthropic",)})
    """`anthropic` where `cache_control` marks on parts and tools are understood."""
    supports_long_cache_retention: bool = True
    """Else every such mark lasts as long as the provider has it."""
    requires_alternating_roles: bool = False
    """Neighbours of the same role go as one message."""
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
    supports_none_tool_choice: bool = True
    """Else the tools are left out where none may be called."""
    supports_forced_tool_choice: bool = True
    supports_allowed_tools: bool = True
    requires_tools_with_tool_history: bool = False
    """Send `tools: []` where the history has calls and the request has no tools."""
    tool_stream_field: str | None = None
    """The field of the body that asks for arguments as they grow, where a stream alone does not."""
    unsupported_schema_keywords: tuple[str, ...] = ()
    """Keywords of JSON Schema that the provider refuses, in tools and in answers."""

    # Structured answers
    supports_json_object: bool = True
    supports_json_schema: bool = True
    """Else the schema is put into the prompt."""

    # Thinking
    supports_reasoning_effort: bool = True
    thinking_format: str = field(default="openai", metadata={"one_of": THINKING_FORMATS})
    thinking_switch: str = "enable_thinking"
    """The chat template's argument that turns thinking on and off, for the formats that set one."""
    thinking_token_budget_field: str | None = None
    thinking_levels: tuple[str, ...] | None = field(default=None, metadata={"one_of": LEVELS})
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
    thinking_tags: tuple[str, ...] = field(default=(), metadata={"pattern": r".+", "lengths": (0, 2)})
    """The opening and the closing tag of thinking that stands in the content, such as `<think>` and `</think>`."""
    thinking_starts_open: bool = False
    """The prompt already holds the opening tag, so that a reply begins inside it."""

    # Replies
    notice_after: int | None = None
    """Seconds without a word after which a user is told that the model may be loading."""
    resends_text: bool = False
    """Each chunk holds the whole text so far."""
    supports_finish_reason: bool = True
    """Else the end of the stream is its only end mark."""
    reasoning_outside_output: bool = False
    """`completion_tokens` does not include the reasoning tokens (xAI, Perplexity)."""
    usage_cost_field: str | None = None
    """Where the usage says what the call cost, a dot between the names, such as `cost.total_cost`."""
    usage_cost_divisor: int = 1
    """How many of the unit of that field make a US dollar."""
    usage_upstream_cost_field: str | None = None
    """Where it says what a key of one's own (`is_byok`) paid on top."""

    # Embeddings
    max_embedding_inputs: int | None = 2048
    """The most inputs of one call; more are sent in several."""
    embedding_format: str | None = field(default=None, metadata={"one_of": ("float", "base64", "base64_int8")})
    """What is asked for, and what a vector that comes as a text is: base64 of 32-bit floats unless this says of bytes.

    Half the size as base64; None asks for nothing, which all servers understand.
    """
