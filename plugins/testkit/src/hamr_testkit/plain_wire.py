"""A wire that is no provider's: each piece of a reply is a piece of its text, and what it took is always the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.api import Call, Finished, Overloaded, Started, TextDelta, TextEnd, TextStart, Usage, UsageUpdated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.api import CallError, Decoder, Event, Head, Request, Route


class PlainDecoder:
    """A text, 3 tokens in and 2 out, and an end that is one; made for replies of one piece."""

    def feed(self, data: bytes) -> Sequence[Event]:
        """The piece."""
        return [Started(), TextStart(0), TextDelta(0, data.decode())]

    def finish(self) -> Sequence[Event]:
        """The end."""
        return [TextEnd(0), UsageUpdated(Usage(input=3, output=2)), Finished("stop")]


class PlainWire:
    """Asks for nothing in particular; a failure is an Overloaded with its status."""

    def __init__(self, decoder: type[Decoder] = PlainDecoder) -> None:
        self.decoder = decoder

    def encode(self, request: Request, route: Route) -> Call:
        """The same call for every request."""
        return Call("http://test/ask")

    def error(self, head: Head) -> CallError:
        """The error."""
        return Overloaded("busy", status=head.status)
