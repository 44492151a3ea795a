"""How one provider's Messages API differs from Anthropic's, and one model's from another's, as flags in data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hamr.wires.flags import Flags
from hamr.wires.thinking_levels import LEVELS

THINKING_TYPES = ("enabled", "adaptive", "disabled", "between_tools")
"""The words of `thinking.type`: a budget, as much as the model finds good, not at all, only between two tools."""


@dataclass(frozen=True, slots=True)
class Compat(Flags):
    """The quirks of one provider or model; the defaults suit servers that copy the wire.

    A provider sets them under `compat`; a model may set them again.
    """

    # Where calls go; `{model}` in a path stands for the model's name, `{name}` for a parameter of the provider's
    base_path: str = "/v1"
    """Stands between the base URL and each path, unless the base URL ends with it."""
    messages_path: str = "/messages"
    stream_path: str = ""
    """Where streams are asked for, if elsewhere."""
    count_path: str = "/messages/count_tokens"
    """Empty where the provider counts no tokens."""
    models_path: str = "/models"
    """Empty where the provider does not list its models."""

    # What a call says of itself
    version: str = "2023-06-01"
    version_in_body: bool = False
    """The version goes into the body's `anthropic_version` in place of the header."""
    model_in_body: bool = True
    """Off where the path says the model."""
    stream_in_body: bool = True
    """Off where the path alone says whether a stream is wanted."""
    betas: tuple[str, ...] = ()
    """Betas that every call asks for."""
    betas_in_body: bool = False
    """They go into the body's `anthropic_beta` in place of the header."""
    feature_betas: Mapping[str, str] = field(default_factory=dict)
    """Betas by what needs them: `interleaved_thinking`, `structured_output`, `files`, `deferred_tools`, `eager_tools`,
    `cache_1h`, `system_messages`."""
    option_betas: Mapping[str, str] = field(default_factory=dict)
    """Betas by the field of the body that needs them."""
    tool_betas: Mapping[str, str] = field(default_factory=dict)
    """Betas by the beginning of the type of a tool of the provider's own."""
    cache_key_headers: tuple[str, ...] = ()
    """Headers that carry the request's `cache_key`."""
    issuer: str = ""
    """Whose signatures and ids the replies hold, where several providers serve the same models; else the provider."""

    # Fields of the body
    body: Mapping[str, Any] = field(default_factory=dict)
    """Fields that every call to this provider carries."""
    unsupported: tuple[str, ...] = ()
    """Fields of the body that the provider or the model refuses: left out, and told."""
    unsupported_while_thinking: tuple[str, ...] = ()
    max_tokens: int = 0
    """The longest answer of the model; 0 where it is not known."""
    default_max_tokens: int = 16384
    """What is asked for where the request says nothing, if the model goes so far."""
    most_temperature: float = 1.0
    temperature_or_top_p: bool = False
    """The model takes one of the two."""
    service_tiers: tuple[str, ...] = ("auto", "standard_only")
    supports_system_messages: bool = False
    """Messages of the system may stand amid the others; else they go to the beginning."""
    supports_prefill: bool = True
    """The last message may be the beginning of the answer."""

    # Prompt caches
    supports_cache_control: bool = True
    supports_cache_control_on_tools: bool = True
    supports_long_cache: bool = True
    """Marks may ask for an hour."""
    max_cache_marks: int = 4

    # Tools
    supports_strict_tools: bool = False
    supports_deferred_tools: bool = False
    tool_search: str = ""
    """The type of the provider's tool that searches tools, such as `tool_search_tool_bm25_20251119`; it is added where
    some are deferred."""
    supports_forced_tools: bool = True
    supports_forced_tools_with_budget: bool = True
    """Also while it thinks with a budget."""
    supports_parallel_tools_field: bool = True
    """`tool_choice` takes `disable_parallel_tool_use`."""
    eager_tools: str | None = field(default=None, metadata={"one_of": ("field", "beta")})
    """How a stream of a tool's arguments is asked for as they come, not checked by the server."""
    unsupported_schema_keywords: tuple[str, ...] = ()
    """Keywords of JSON Schema that are refused in strict tools and in answers: they go into the description."""
    schema_formats: tuple[str, ...] | None = None
    """The values of `format` that are taken there; None: all."""
    closed_objects: bool = False
    """There, objects must say `additionalProperties: false`."""

    # Structured answers
    structured_output: str = field(default="tool", metadata={"one_of": ("format", "output_format", "tool", "prompt")})
    """How a schema is asked for: `output_config.format`, its older place, a tool that must be called, or in words."""

    # Thinking
    thinking_types: tuple[str, ...] = field(default=("enabled", "disabled"), metadata={"one_of": THINKING_TYPES})
    """What `thinking.type` may be; the first of `enabled` and `adaptive` is what is asked for."""
    thinking_levels: tuple[str, ...] = field(default=(), metadata={"one_of": LEVELS})
    """The levels that `output_config.effort` takes with adaptive thinking; none: there is no such field."""
    thinking_budgets: Mapping[str, Any] = field(default_factory=dict)
    """Tokens by level, where a budget is asked for, in place of hamr's own."""
    thinking_display: str | None = field(default=None, metadata={"one_of": ("summarized", "omitted")})
    allow_empty_signature: bool = False
    """Thinking that came without a signature goes back with an empty one; else it is left out."""
    supports_hosted_blocks: bool = True
    """Blocks of tools that the provider ran are taken back."""

    # Replies
    thinking_outside_output: bool = False
    """`output_tokens` does not include the tokens of thinking."""
