"""A model's wire as its plugin sets it: what it writes, and what it makes of bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hamr import Hamr
from hamr.api import Call, Failed, Fold, Head, Timings, dialect
from hamr_testkit.cuts import cuts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hamr.api import CallError, Event, Request, Response
    from hamr_testkit.recordings import Recording

Told = list[tuple[str, str]]
"""What was adapted: the kind and the field of each."""


class Wired:
    """The wire of `provider/model`, in a mode of the provider's, with this environment; sends nothing, needs no key."""

    def __init__(self, selector: str, *, api_mode: str | None = None, **environ: str) -> None:
        self.pipeline = Hamr(environ=environ).pipeline(selector, mode=api_mode)

    def call(self, request: Request) -> Call:
        """What would be sent, without credentials."""
        return self.pipeline.wire.encode(request, self.pipeline.route)

    def body(self, request: Request) -> tuple[dict[str, Any], Told]:
        """The body of that, and what was adapted."""
        call = self.call(request)
        body: dict[str, Any] = json.loads(call.body)
        return body, [(each.kind, each.field) for each in call.adaptations]

    def again(self, body: dict[str, Any]) -> dict[str, Any]:
        """A recorded body, read as that of a client and written again."""
        call = Call("https://client.test", body=json.dumps(body).encode())
        return self.body(dialect(self.pipeline.route.wire).parse(call))[0]

    def read(self, reply: bytes) -> Response:
        """The response in these bytes, which must be the same however they are cut; raises the error in them."""
        (_, events), *others = [(name, self._events(pieces)) for name, pieces in cuts(reply)]
        for name, other in others:
            assert list(map(_comparable, other)) == list(map(_comparable, events)), name
        fold = Fold()
        fold.add(events)
        route = self.pipeline.route
        return fold.response(route.provider.id, route.model.id, request_id=None, adaptations=(), timings=Timings())

    def read_all(self, rows: Iterable[Recording]) -> list[tuple[Recording, Response]]:
        """Every recorded reply that is no error, with its response; there must be one at least."""
        read = [(row, self.read(row.body)) for row in rows if row.status == 200]
        assert read
        assert all(response.finish_reason for _, response in read)
        return read

    def error(self, status: int, body: Any = b"", headers: dict[str, str] | None = None) -> CallError:
        """The error that a reply of this status and body stands for; a body that is no bytes is written as JSON."""
        written = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.pipeline.wire.error(Head(status, headers or {}, written))

    def _events(self, pieces: Iterable[bytes]) -> list[Event]:
        decoder = self.pipeline.wire.decoder()
        events = [event for piece in pieces for event in decoder.feed(piece)]
        events.extend(decoder.finish())
        if isinstance(events[-1], Failed):
            raise events[-1].error
        return events


def _comparable(event: Event) -> str:
    return repr(event)


def counted(response: Response) -> int:
    """All tokens in the buckets of a response's usage."""
    assert response.usage is not None
    return response.usage.total
