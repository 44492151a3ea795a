"""What goes wrong on request: errors in place of a reply, and replies that come apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice, repeat

from hamr.api import (
    CallError,
    Event,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Refused,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    TooLong,
)
from hamr_sim.answer import Answer, Drop, Step, Wait
from hamr_sim.manner import Manner

REFUSALS: Mapping[str, tuple[type[CallError], int, str, str]] = {
    "401": (NotLetIn, 401, "invalid_api_key", "the key is wrong, as you wished"),
    "404": (NoSuchModel, 404, "model_not_found", "there is no such model, as you wished"),
    "429": (RateLimited, 429, "rate_limit_exceeded", "too many requests, as you wished"),
    "500": (Overloaded, 500, "server_error", "the server has failed, as you wished"),
    "quota": (QuotaSpent, 429, "insufficient_quota", "the credit is used up, as you wished"),
    "refused": (Refused, 400, "content_filter", "the filter has refused this, as you wished"),
    "context": (TooLong, 400, "context_length_exceeded", "the prompt is too long for this model, as you wished"),
}

PAGE = b"""<!doctype html>
<html><head><title>hamr-sim</title></head><body><h1>[sim] This is a page, as you wished.</h1></body></html>
"""

BEFORE_A_FAULT = 2
"""How many pieces of a stream come before it breaks: its start and its first words."""


def refusal(manner: Manner) -> CallError | None:
    """The error that is sent in place of a reply, if the fault is one."""
    if manner.fault is None or manner.fault not in REFUSALS:
        return None
    kind, status, code, why = REFUSALS[manner.fault]
    return kind(f"[sim] {why}", status=manner.status or status, code=code, retry_after=manner.retry_after)


def failure() -> CallError:
    """The error that stands inside a reply which began well."""
    return Overloaded("[sim] the server has failed within its reply, as you wished", code="server_error")


def page(manner: Manner) -> Answer:
    """A web page, as a proxy in between would send it."""
    return Answer(manner.status or 200, {"content-type": "text/html; charset=utf-8"}, PAGE)


def without_end(steps: Iterator[Sequence[Event]]) -> Iterator[Sequence[Event]]:
    """The start and the first words, and these again and again."""
    yield next(steps)
    for events in steps:
        for place, event in enumerate(events):
            if isinstance(event, TextDelta | ThinkingDelta | ToolCallDelta):
                yield events[: place + 1]
                yield from repeat([event])
        yield events


def spoiled(pieces: Iterator[bytes], manner: Manner, failed: Callable[[], bytes]) -> Iterator[Step]:
    """The pieces of a body with the fault in them; `failed` gives the piece that says that the reply has failed."""
    before = islice(pieces, BEFORE_A_FAULT if manner.after is None else manner.after)
    match manner.fault:
        case "cut":
            return before
        case "drop":
            return chain(before, [Drop()])
        case "hang":
            return chain(before, [Wait()])
        case "malformed":
            return chain(before, map(_half, islice(pieces, 1)), pieces)
        case "error":
            return chain(before, (failed() for _ in range(1)))
    return pieces


def paced(steps: Iterator[Step], pace: float) -> Iterator[Step]:
    """The steps with a wait before each piece but the first."""
    first = True
    for step in steps:
        if isinstance(step, bytes) and not first:
            yield Wait(pace)
        first = False
        yield step


def halves(body: bytes) -> Iterator[bytes]:
    """A whole reply as the two pieces between which it breaks."""
    middle = len(body) // 2
    return iter((body[:middle], body[middle:]))


def _half(piece: bytes) -> bytes:
    """The first half of a piece, closed as if it were whole."""
    return piece[: len(piece) // 2] + b"\n\n"
