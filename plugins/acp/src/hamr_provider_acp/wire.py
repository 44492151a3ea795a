"""The wire `acp`, client half: prompts, and what agents answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr_provider_acp.agent import Compat
from hamr_provider_acp.known import with_own

if TYPE_CHECKING:
    from hamr.api import Call, CallError, Decoder, Head, Request, Route


class AgentWire:
    """The wire for one route; raises ConfigError where a table of an agent's is wrong."""

    def __init__(self, route: Route) -> None:
        self.compat = with_own(Compat.read(route.compat, f"compat of {route.selector}"), route)

    def encode(self, request: Request, route: Route) -> Call:
        """The call that asks for this; raises Unsupported or ConfigError."""
        from hamr_provider_acp.encode import encode

        return encode(request, route, self.compat)

    def decoder(self) -> Decoder:
        """A new decoder for one reply."""
        from hamr_provider_acp.decode import ReplyDecoder

        return ReplyDecoder()

    def error(self, head: Head) -> CallError:
        """The error that a failing head stands for; agents have none, whoever stands between may."""
        from hamr.wirekit import head_error
        from hamr_provider_acp.failure import Rules

        return head_error(head, Rules())
