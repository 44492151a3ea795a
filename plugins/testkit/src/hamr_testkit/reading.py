"""What a decoder makes of bytes, and what its events come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import Failed, Finished, Fold, Timings, Warned

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hamr.api import CallError, Decoder, Event, Response


def read(decoder: Decoder, data: bytes | Sequence[bytes]) -> list[Event]:
    """All events of one reply, given whole or in pieces; a decoder that has ended must have nothing more to say."""
    events = [event for piece in ([data] if isinstance(data, bytes) else data) for event in decoder.feed(piece)]
    events.extend(decoder.finish())
    assert not decoder.feed(b"data: {}\n\n")
    assert not decoder.finish()
    return events


def fold(events: Iterable[Event], provider: str = "test", model: str = "a-model") -> Response:
    """The response that the events come to; raises the error where they end in one."""
    whole = Fold()
    for event in events:
        if isinstance(event, Failed):
            raise event.error
        whole.add([event])
    return whole.response(provider, model, request_id=None, adaptations=(), timings=Timings())


def failure(events: Sequence[Event]) -> CallError:
    """The error that the events end in, which must be their only end."""
    last = events[-1]
    assert isinstance(last, Failed)
    assert not any(isinstance(event, Finished | Failed) for event in events[:-1])
    return last.error


def warnings(events: Iterable[Event]) -> list[str]:
    """The texts of all warnings."""
    return [event.text for event in events if isinstance(event, Warned)]


def comparable(events: Iterable[Event]) -> list[str]:
    """The events in a form that can be compared: an error is equal to no other, whatever it says."""
    return [repr(event) for event in events]


def said(events: Iterable[Event]) -> tuple[Any, ...]:
    """What a reply says, wherever a block of it ends: text, thinking, calls and why it ended."""
    response = fold(events)
    return response.text, response.thinking, response.tool_calls, response.finish_reason


def answer(events: Iterable[Event]) -> tuple[Any, ...]:
    """What every wire should carry of a reply: message, whose it is, why it ended, and the usage as hamr counts it."""
    response = fold(events)
    used = response.usage
    buckets = used and {name: getattr(used, name) for name in type(used).__dataclass_fields__ if name != "raw"}
    return response.message, response.id, response.model, response.finish_reason, buckets
