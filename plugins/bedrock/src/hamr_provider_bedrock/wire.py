"""The client half: what a route's messages look like, and what its replies mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr_provider_bedrock.address import vendor
from hamr_provider_bedrock.compat import Compat
from hamr_provider_bedrock.decode import ReplyDecoder
from hamr_provider_bedrock.encode import Encoding
from hamr_provider_bedrock.failures import call_error
from hamr_provider_bedrock.listing import Listing

if TYPE_CHECKING:
    from hamr.api import CallError, Decoder, Dialect, Head, Route


class Converse(Encoding, Listing):
    """The wire for one route; raises ConfigError where its `compat` holds a flag that does not exist."""

    def __init__(self, route: Route) -> None:
        self.compat = Compat.read(route.compat, f"compat of {route.selector}")
        self._vendor = vendor(route.model.id)

    def decoder(self) -> Decoder:
        """A new decoder for one reply, streamed or whole."""
        return ReplyDecoder(self.compat, self._vendor)

    def error(self, head: Head) -> CallError:
        """The error that a reply with a failing status and its body stands for."""
        return call_error(head, self.compat)

    def dialect(self) -> Dialect:
        """The server half of this wire."""
        from hamr_provider_bedrock.dialect import ConverseDialect

        return ConverseDialect()
