"""One candidate of a pool: a compiled route, and the keys that it may be called with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from hamr.effects import Flow, OpenReply, WallClock
from hamr.pool.headroom import rooms
from hamr.types import Route, Secret

if TYPE_CHECKING:
    from hamr.calls.pipeline import Pipeline
    from hamr.pool.state import Room
    from hamr.secrets.keys import Key
    from hamr.specs import Auth
    from hamr.types import Call

Learn = Callable[[dict[str, "Room"]], Flow[None]]


@dataclass(slots=True)
class Candidate:
    """`keys` gives those that there are now, none where the route has its own; `compile` makes a route's pipeline."""

    pipeline: Pipeline
    keys: Callable[[], list[Key]]
    compile: Callable[[Route], Pipeline]
    _made: dict[Secret, Pipeline] = field(default_factory=dict)
    _making: threading.Lock = field(default_factory=threading.Lock)

    def with_key(self, key: Key | None) -> Pipeline:
        """The pipeline that calls with this key, made once; raises ConfigError or PluginError."""
        if key is None:
            return self.pipeline
        if (ready := self._made.get(key.written)) is None:
            with self._making:
                route = replace(self.pipeline.route, secret=key.get, is_slow=key.is_slow, waits=False)
                route = route if key.tokens is None else replace(route, tokens=key.tokens)
                ready = self._made.get(key.written) or self.compile(route)
                self._made[key.written] = ready
        return ready

    @property
    def secrets(self) -> list[Secret]:
        """Its keys; as it is written, one that a command would have to be run for."""
        return [each.known for each in self.keys()]

    @property
    def pipelines(self) -> list[Pipeline]:
        """All that were made."""
        return [self.pipeline, *self._made.values()]


@dataclass(frozen=True, slots=True)
class Seat:
    """What stands behind a member."""

    candidate: Candidate
    key: Key | None

    @property
    def selector(self) -> str:
        """Its `provider/model`."""
        return self.candidate.pipeline.route.selector

    @property
    def secret(self) -> Secret | None:
        """Its key as it is written."""
        return self.key.written if self.key else None

    @property
    def tail(self) -> str | None:
        """The end of its key, or the name of its login, where there are several."""
        return self.key.tail if self.key else None

    @property
    def words(self) -> str:
        """The same for people."""
        if self.key is None:
            return self.selector
        return f"{self.selector} with the {'key' if self.key.tokens is None else 'login'} {self.tail}"


@dataclass(frozen=True, slots=True)
class Heeded:
    """An auth whose replies are looked at for what is left of the provider's limits."""

    auth: Auth
    learn: Learn

    def flow(self, call: Call) -> Flow[OpenReply]:
        """Let the call in, and keep what the head of its reply says."""
        reply = yield from self.auth.flow(call)
        if any("ratelimit" in name for name in reply.head.headers):
            found = rooms(reply.head.headers, (yield WallClock()))
            if found:
                yield from self.learn(found)
        return reply
