"""What every wire has to hold to, each a line in a property test: see the kit's README for a whole one."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from hamr.api import (
    BadRequest,
    CallError,
    Failed,
    Finished,
    NoSuchModel,
    NotLetIn,
    Overloaded,
    QuotaSpent,
    RateLimited,
    Refused,
    TooLong,
)
from hamr_testkit.cuts import cut
from hamr_testkit.reading import comparable, fold

if TYPE_CHECKING:
    from hamr.api import Call, Event, Request
    from hamr_testkit.spoken import Spoken

FAILURES = (BadRequest, TooLong, Refused, NotLetIn, NoSuchModel, RateLimited, QuotaSpent, Overloaded)
"""The classes of errors that every wire tells apart."""
LOSSES = ("changed", "dropped", "clamped")
Asked = TypeVar("Asked")


def request_survives(
    spoken: Spoken,
    request: Request,
    *,
    adds: dict[str, Any] | None = None,
    losses: Collection[str] = (),
    kept: Collection[str] = (),
    seen: Callable[[Request], Any] = lambda request: request,
) -> None:
    """A request, written and read again, is the same; and written once more it is the same call.

    `adds` are the options that reading adds to the name of the model; `losses` the fields, by the last word of their
    names, of which something may be lost, which is told, and then nothing more is looked at; `kept` those that are told
    as changed and come back all the same; `seen` is what of a request has to be equal.
    """
    call = spoken.call(request)
    lost = {each.field.rpartition(".")[2] for each in call.adaptations if each.kind in LOSSES} - set(kept)
    assert lost <= set(losses), call.adaptations
    again = spoken.dialect.parse(call)
    if lost:
        return
    options = {"model": spoken.route.model.id, **request.options, **(adds or {})}
    assert seen(again) == seen(replace(request, options=options))
    once_more = spoken.call(again)
    assert (once_more.url, json.loads(once_more.body)) == (call.url, json.loads(call.body))


def reply_again(spoken: Spoken, events: Sequence[Event], request: Request, places: Sequence[int] = ()) -> list[Event]:
    """The events of a reply as a client reads them that was served them, its bytes cut at these places."""
    return spoken.events(cut(spoken.served(events, request), places))


def ends_soundly(spoken: Spoken, data: bytes, places: Sequence[int] = ()) -> list[Event]:
    """Whatever comes, nothing raises, the last event says how it ended, and cuts make no difference."""
    events = spoken.events(data)
    assert isinstance(events[-1], Finished | Failed)
    assert not any(isinstance(event, Finished | Failed) for event in events[:-1])
    assert comparable(spoken.events(cut(data, places))) == comparable(events)
    if isinstance(events[-1], Finished):
        fold(events)
    return events


def understood_or_refused(parse: Callable[[Call], Asked], call: Call) -> Asked | None:
    """What a client asks for, or None: whatever its body is, reading it raises nothing but that the body is wrong."""
    try:
        return parse(call)
    except BadRequest:
        return None


def refusal_survives(spoken: Spoken, error: CallError, expected: type[CallError] | None = None) -> int:
    """An error, told to a client and read by its half, is of the same class, or of the one that is expected.

    What it says and when to come back must be there. Returns the status that it is told with.
    """
    head = spoken.dialect.refusal(error)
    again = spoken.error(head.status, head.body, dict(head.headers))
    assert type(again) is (expected or type(error))
    assert error.message in again.message
    assert again.retry_after == error.retry_after
    return head.status
