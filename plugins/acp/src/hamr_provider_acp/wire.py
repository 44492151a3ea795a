"""The wire `acp`, client half: prompts, and what agents answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr_provider_acp.known import compat_of

if TYPE_CHECKING:
    from hamr.api import Call, CallError, Decoder, Head, ModelPage, Request, Route


class AgentWire:
    """The wire for one route; raises ConfigError where a table of an agent's is wrong."""

    def __init__(self, route: Route) -> None:
        self.compat = compat_of(route)

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

    def encode_models(self, route: Route, page: str | None) -> Call:
        """The call that asks for the agents that are installed, or for the models of the one agent."""
        from hamr_provider_acp.listed import encode_models

        return encode_models(route, self.compat)

    def decode_models(self, head: Head, route: Route) -> ModelPage:
        """What the reply says."""
        from hamr_provider_acp.listed import decode_models

        return decode_models(head, route)
