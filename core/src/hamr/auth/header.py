"""Auth by a header, or by none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hamr.effects import Flow, Open, OpenReply, Wait
from hamr.types import Call, Secret


@dataclass(frozen=True, slots=True)
class HeaderAuth:
    """Puts the key into `header`, after `prefix`; sends the call as it is where there is no key.

    A key that comes from one of the `bearer_places` goes as a bearer token. With `waits` it may take a while to get at
    the key, for a command of the user's prints it.
    """

    secret: Callable[[], Secret | None]
    header: str = "authorization"
    prefix: str = "Bearer "
    bearer_places: tuple[str, ...] = ()
    waits: bool = False

    def flow(self, call: Call) -> Flow[OpenReply]:
        """Open the call with the key in its header."""
        secret: Secret | None = (yield Wait(self.secret)) if self.waits else self.secret()
        if secret is not None and secret.origin in self.bearer_places:
            call = call.with_secret("authorization", f"Bearer {secret.reveal()}")
        elif secret is not None:
            call = call.with_secret(self.header, self.prefix + secret.reveal())
        reply: OpenReply = yield Open(call)
        return reply
