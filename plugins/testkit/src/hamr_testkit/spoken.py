"""A wire on a route, both halves of it: what it writes and what it makes of bytes; sends nothing, needs no key."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hamr.api import Call, Head, dialect
from hamr_testkit.cuts import cuts
from hamr_testkit.reading import comparable, fold, read

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hamr.api import CallError, Dialect, Event, Request, Response, Route, ToolWire
    from hamr_testkit.recordings import Recording

Told = list[tuple[str, str]]
"""What was adapted: the kind and the field of each."""


class Spoken:
    """A wire as it is spoken on one route."""

    def __init__(self, wire: ToolWire, route: Route) -> None:
        self.wire = wire
        self.route = route

    @cached_property
    def dialect(self) -> Dialect:
        """The server half."""
        return dialect(self.route.wire)

    def call(self, request: Request) -> Call:
        """What would be sent, without credentials."""
        return self.wire.encode(request, self.route)

    def body(self, request: Request) -> tuple[dict[str, Any], Told]:
        """The body of that, and what was adapted."""
        call = self.call(request)
        body: dict[str, Any] = json.loads(call.body)
        return body, [(each.kind, each.field) for each in call.adaptations]

    def parse(self, body: dict[str, Any], path: str = "") -> Request:
        """What a client asks for with this body."""
        return self.dialect.parse(Call(f"https://client.test{path}", body=json.dumps(body).encode()))

    def again(self, body: dict[str, Any]) -> dict[str, Any]:
        """A recorded body, read as that of a client and written again."""
        return self.body(self.parse(body))[0]

    def events(self, data: bytes | Sequence[bytes]) -> list[Event]:
        """All events of one reply, given whole or in pieces."""
        return read(self.wire.decoder(), data)

    def events_in_any_cut(self, reply: bytes, seed: int | str = 0) -> list[Event]:
        """All events of one reply, which must be the same however it is cut."""
        events = self.events(reply)
        for name, pieces in cuts(reply, seed):
            assert comparable(self.events(pieces)) == comparable(events), name
        return events

    def read(self, reply: bytes) -> Response:
        """The response in these bytes, which must be the same however they are cut; raises the error in them."""
        return fold(self.events_in_any_cut(reply), self.route.provider.id, self.route.model.id)

    def read_all(self, rows: Iterable[Recording]) -> list[tuple[Recording, Response]]:
        """Every recorded reply that is no error, with its response; there must be one at least."""
        found = [(row, self.read(row.body)) for row in rows if row.status == 200]
        assert found
        assert all(response.finish_reason for _, response in found)
        return found

    def error(self, status: int, body: Any = b"", headers: dict[str, str] | None = None) -> CallError:
        """The error that a reply of this status and body stands for; a body that is no bytes is written as JSON."""
        written = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.wire.error(Head(status, headers or {}, written))

    def served(self, events: Sequence[Event], request: Request) -> bytes:
        """What a client is sent that asked for this."""
        encoder = self.dialect.encoder(request)
        return encoder.encode(events) + encoder.finish()
