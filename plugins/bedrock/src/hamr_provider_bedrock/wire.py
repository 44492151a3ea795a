"""The client half: what a route's messages look like, and what its replies mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr_provider_bedrock.compat import Compat
from hamr_provider_bedrock.model_id import vendor

if TYPE_CHECKING:
    from hamr.api import Call, CallError, Decoder, Dialect, Head, ModelPage, Request, Route


class Converse:
    """The wire for one route; raises ConfigError where its `compat` holds a flag that does not exist."""

    def __init__(self, route: Route) -> None:
        self.compat = Compat.read(route.compat, f"compat of {route.selector}")
        self._vendor = vendor(route.model.id)

    def encode(self, request: Request, route: Route) -> Call:
        """The call that asks for this, without credentials; raises Unsupported."""
        from hamr_provider_bedrock.encode import encode

        return encode(request, route, self.compat)

    def decoder(self) -> Decoder:
        """A new decoder for one reply, streamed or whole."""
        from hamr_provider_bedrock.decode import ReplyDecoder

        return ReplyDecoder(self.compat, self._vendor)

    def error(self, head: Head) -> CallError:
        """The error that a reply with a failing status and its body stands for."""
        from hamr_provider_bedrock.failures import call_error

        return call_error(head, self.compat)

    def encode_count(self, request: Request, route: Route) -> Call:
        """The call that asks how many tokens this request has; raises Unsupported."""
        from hamr_provider_bedrock.encode import encode_count

        return encode_count(request, route, self.compat)

    def decode_count(self, head: Head, route: Route) -> int:
        """What a whole reply says: the tokens that would go in; raises CallError."""
        from hamr_provider_bedrock.encode import decode_count

        return decode_count(head)

    def encode_models(self, route: Route, page: str | None) -> Call:
        """The call that asks for the models, then for the profiles that lead to them."""
        from hamr_provider_bedrock.listing import encode_models

        return encode_models(route, page)

    def decode_models(self, head: Head, route: Route) -> ModelPage:
        """What a whole reply says; raises CallError."""
        from hamr_provider_bedrock.listing import decode_models

        return decode_models(head, route)

    def dialect(self) -> Dialect:
        """The server half of this wire."""
        from hamr_provider_bedrock.dialect import ConverseDialect

        return ConverseDialect()
