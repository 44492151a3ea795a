"""Auth by a header, or by none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hamr.auth.along import along
from hamr.effects import Flow, Open, OpenReply, Wait
from hamr.types import Call, Secret


@dataclass(frozen=True, slots=True)
class HeaderAuth:
    """Puts the key into `header`, after `prefix`; sends the call as it is where there is no key.

    A key that comes from one of the `bearer_places` goes as a bearer token, and one of `more_headers` with the headers
    that stand there: behind what such a header says already. With `waits` it may take a while to get at
    the key, for a command of the user's prints it.
    """

    secret: Callable[[], Secret | None]
    header: str = "authorization"
    prefix: str = "Bearer "
    bearer_places: tuple[str, ...] = ()
    waits: bool = False
    more_headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def flow(self, call: Call) -> Flow[OpenReply]:
        """Open the call with the key in its header."""
        secret: Secret | None = (yield Wait(self.secret)) if self.waits else self.secret()
        if secret is not None and secret.origin in self.bearer_places:
            call = call.with_secret("authorization", f"Bearer {secret.reveal()}")
        elif secret is not None:
            call = call.with_secret(self.header, self.prefix + secret.reveal())
        if secret is not None and (more := self.more_headers.get(secret.origin)):
            call = along(call, more)
        reply: OpenReply = yield Open(call)
        return reply
