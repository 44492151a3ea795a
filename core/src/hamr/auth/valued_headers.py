"""Headers whose values a user's file names rather than holds: `$VAR`, `!command`."""

from __future__ import annotations

from dataclasses import dataclass

from hamr.effects import Flow, OpenReply, Wait
from hamr.secrets import references
from hamr.specs import Auth
from hamr.types import Call, Route


@dataclass(frozen=True, slots=True)
class ValuedHeaders:
    """Puts the headers into the call before `inner` lets it in.

    They are secret, and a command is run for each call (inventory H-64): its output may be a token that expires.
    """

    inner: Auth
    route: Route

    def flow(self, call: Call) -> Flow[OpenReply]:
        """Open the call with these headers; raises ConfigError for a value that cannot be had."""
        route = self.route
        for name, text in {**route.provider.header_values, **route.model.header_values}.items():
            what = f"the header {name} of {route.provider.id}"
            if references.command(text) is None:
                value = route.value(text, what)
            else:
                value = yield Wait(lambda text=text, what=what: route.value(text, what))  # type: ignore[misc]  # bound now
            call = call.with_secret(name, value.reveal())
        return (yield from self.inner.flow(call))
