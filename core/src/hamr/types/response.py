"""A whole reply."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from hamr.types.call import Adaptation
from hamr.types.event import FinishReason
from hamr.types.message import Message
from hamr.types.part import Extra, ToolCall
from hamr.types.usage import Cost, Usage


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds from the first send to the first content and to the end, and how often it was sent."""

    first: float | None = None
    total: float | None = None
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A candidate that a pool did not use, or that failed, and why; `key` is the end of its key."""

    selector: str
    key: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Headroom:
    """What is left of a limit of the provider's, as its last answer said; whole again in `resets` seconds.

    `limit` is None where it was not said.
    """

    kind: str
    remaining: int
    limit: int | None
    resets: float


@dataclass(frozen=True, slots=True)
class Standing:
    """One that a call may go to, with the end of its key; `rests` says why it is left alone just now.

    `seconds` is for how long, None where it is not or nobody knows. `breaker` is that of its provider: half-open, one
    call alone may try it. `room` is what was learned of the provider's limits for this key.
    """

    selector: str
    key: str | None
    rests: str | None
    seconds: float | None = None
    breaker: Literal["closed", "open", "half-open"] = "closed"
    room: tuple[Headroom, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Which candidate of a pool served, the end of its key, and who was passed over before it."""

    selector: str
    key: str | None
    passed_over: tuple[PassedOver, ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """The fold of a reply's events.

    `finish_reason` is None only on a partial response, kept by an error. `model` is the one that served.
    `alternatives` holds the other choices where more than one was asked for. `parsed` is what the answer holds where
    a type was given as `response_format`: an instance of it, or None where the model calls tools instead. `choice` is
    what a pool chose, None where there was nothing to choose from. `overflowed` says that by the provider's account
    more tokens went in than the model's window has by the price list: some may not have been read.
    """

    message: Message
    finish_reason: FinishReason | None
    provider: str
    model: str
    usage: Usage | None = None
    cost: Cost = field(default_factory=Cost)
    id: str | None = None
    request_id: str | None = None
    alternatives: tuple[Message, ...] = ()
    adaptations: tuple[Adaptation, ...] = ()
    warnings: tuple[str, ...] = ()
    timings: Timings = field(default_factory=Timings)
    extra: Extra | None = None
    parsed: Any = None
    choice: Choice | None = None
    overflowed: bool = False

    @property
    def text(self) -> str:
        """The text of the message."""
        return self.message.text

    @property
    def thinking(self) -> str:
        """The visible thinking of the message."""
        return self.message.thinking

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tool calls of the message."""
        return self.message.tool_calls
