"""What a message is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Extra = Mapping[str, Any]
"""Opaque data by wire name: sent back unread to that wire, dropped (and told) on another."""

CacheMark = Literal["5m", "1h"]
"""Ask the provider to cache the prompt up to and including this part, for this long."""


@dataclass(frozen=True, slots=True)
class Citation:
    """A source that a text refers to; `start` and `end` are character offsets in that text."""

    url: str | None = None
    title: str | None = None
    quote: str | None = None
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Text as written; `refusal` marks the model's own words for declining."""

    text: str
    refusal: bool = False
    citations: tuple[Citation, ...] = ()
    cache: CacheMark | None = None
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """An image by `url`, by `data` (with `media_type`) or by the provider's `file_id`."""

    url: str | None = None
    data: bytes | None = field(default=None, repr=False)
    media_type: str | None = None
    file_id: str | None = None
    detail: str | None = None
    cache: CacheMark | None = None
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class Audio:
    """Sound by `data`, or by the provider's `file_id`; `format` is a short name such as wav or mp3."""

    data: bytes | None = field(default=None, repr=False)
    format: str | None = None
    file_id: str | None = None
    transcript: str | None = None
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A document by `data` (with `media_type`), by `url` or by the provider's `file_id`."""

    data: bytes | None = field(default=None, repr=False)
    url: str | None = None
    file_id: str | None = None
    name: str | None = None
    media_type: str | None = None
    cache: CacheMark | None = None
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class Thinking:
    """What the model thought before it answered; signatures and ciphers stand in `extra`."""

    text: str = ""
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The model asks for a tool.

    `text` is the arguments as the model wrote them, kept so that they go back unchanged. Where they are no
    JSON object, `arguments` is empty and `problem` says why.
    """

    id: str
    name: str
    arguments: Mapping[str, Any]
    text: str | None = None
    problem: str | None = None
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class ToolResult:
    """The answer to the tool call with `call_id`."""

    call_id: str
    parts: tuple[Text | Image | File, ...]
    name: str | None = None
    is_error: bool = False
    cache: CacheMark | None = None
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class HostedTool:
    """A tool that the provider ran itself: its call, its result, or both, as the provider gave them."""

    name: str
    data: Mapping[str, Any]
    id: str | None = None
    extra: Extra | None = None


Part = Text | Image | Audio | File | Thinking | ToolCall | ToolResult | HostedTool
