"""What the user wants, in words that belong to no provider."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from hamr.types.message import Message
from hamr.types.part import CacheMark, Extra

ThinkingLevel = Literal["off", "minimal", "low", "medium", "high", "xhigh", "max"]


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the model may ask for; `parameters` is a JSON Schema of an object.

    A `deferred` one is not shown to the model until a tool of the provider's own that searches tools has found it.
    `extra` holds what one wire says of a tool besides, such as examples.
    """

    name: str
    description: str = ""
    parameters: Mapping[str, Any] = field(default_factory=lambda: {"type": "object", "properties": {}})
    strict: bool | None = None
    cache: CacheMark | None = None
    deferred: bool = False
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """Whether the model may, must or must not call a tool; `names` narrows which ones."""

    mode: Literal["auto", "none", "required"]
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResponseFormat:
    """The answer is JSON; with `schema` (JSON Schema) it has that shape."""

    schema: Mapping[str, Any] | None = None
    name: str = "response"
    description: str | None = None
    strict: bool | None = None


@dataclass(frozen=True, slots=True)
class ThinkingConfig:
    """How much the model should think: a level, or a budget in tokens."""

    level: ThinkingLevel | None = None
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A conversation and how it is to be answered.

    `options` are fields of the wire's own body, sent as they are; `headers` are added to the call.
    """

    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    thinking: ThinkingConfig | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    logit_bias: Mapping[str, float] | None = None
    logprobs: int | None = None
    n: int | None = None
    verbosity: str | None = None
    service_tier: str | None = None
    store: bool | None = None
    user: str | None = None
    metadata: Mapping[str, str] | None = None
    cache_key: str | None = None
    stream: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
