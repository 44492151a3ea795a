"""How one provider's Responses API differs from OpenAI's, and one model's from another's, as flags in data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hamr.wires.flags import Flags
from hamr.wires.thinking_levels import LEVELS


@dataclass(frozen=True, slots=True)
class Compat(Flags):
    """The quirks of one provider or model; the defaults suit servers that copy the wire.

    A provider sets them under the `compat` of its mode; a model may set them again.
    """

    # Where calls go
    base_path: str = "/v1"
    """Added to a base URL that has no path."""
    responses_path: str = "/responses"
    """Appended to the base URL; the provider's parameters may stand in it."""
    model_parameters: tuple[str, ...] = ()
    """Parameters of the provider that may say by which name the model is sent, or pairs: `model=name,other=name`."""
    cache_key_headers: tuple[str, ...] = ()
    """Headers that carry the request's `cache_key` besides its field."""

    # Fields of the body
    unsupported: tuple[str, ...] = ()
    """Fields of the body that the provider or the model refuses: left out, and told."""
    unsupported_while_thinking: tuple[str, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)
    """Fields that every call to this provider carries."""
    include: tuple[str, ...] = ()
    """What every call asks to be told besides, such as `reasoning.encrypted_content`."""
    always_streams: bool = False
    """The provider answers streams alone: a whole reply is asked for as one and put together here."""
    supports_background: bool = False
    """It goes on with an answer while nobody waits, makes conversations shorter, and can be asked for both later."""
    requires_instructions: bool = False
    """System messages at the beginning go into `instructions`, which is always sent."""
    default_instructions: str = ""
    """The `instructions` where there are no system messages."""
    supports_developer_role: bool = False
    supports_store: bool = True
    supports_prompt_cache_key: bool = True

    supports_cache_breakpoints: bool = False
    """Marks of the prompt cache go with the parts that bear them."""

    # Tools
    supports_strict_mode: bool = True
    supports_allowed_tools: bool = True
    supports_deferred_tools: bool = False
    tool_search: bool = False
    """The provider has a tool that searches tools; it is added where some are deferred."""
    unsupported_schema_keywords: tuple[str, ...] = ()
    """Keywords of JSON Schema that the provider refuses, in tools and in answers."""
    supports_hosted_items: bool = True
    """Items of tools that the provider ran are taken back."""

    # Structured answers
    supports_json_schema: bool = True
    """Else the schema is put into the prompt."""

    # Thinking
    supports_reasoning_effort: bool = True
    thinking_levels: tuple[str, ...] | None = field(default=None, metadata={"one_of": LEVELS})
    """The levels the model accepts; others are moved to the next one up, else down. None: all of them."""
    effort_names: Mapping[str, Any] = field(default_factory=dict)
    """Levels that the provider knows by another word; `off` is `none` unless this says otherwise."""
    reasoning_summary: str | None = field(default=None, metadata={"one_of": ("auto", "concise", "detailed")})
    """The summary of its thinking that is asked for."""

    # Replies
    reasoning_outside_output: bool = False
    """`output_tokens` does not include the reasoning tokens."""
    usage_cost_field: str | None = None
    """Field of the account of tokens that holds the cost of the call, with dots between tables."""
    usage_cost_divisor: int = 1
    """So many of its units are a dollar."""
    usage_upstream_cost_field: str | None = None
    """Field that holds what the provider behind it charged, where the key of that provider is the user's own."""
