"""One outgoing message and the head of what comes back; no HTTP library is known here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Adaptation:
    """One way in which what was sent differs from what was asked for, and why."""

    kind: Literal["dropped", "renamed", "clamped", "injected", "emulated", "changed"]
    field: str
    why: str


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to connect, between two reads, and for the whole call with its retries; None waits for ever."""

    connect: float | None = 10.0
    read: float | None = 120.0
    total: float | None = 600.0


@dataclass(frozen=True, slots=True)
class Notice:
    """What a user is told once who has waited for so many seconds without an answer."""

    after: float
    text: str


OPEN = frozenset({"accept", "accept-encoding", "content-type", "user-agent"})
"""The headers that anybody may see: any other may hold a credential of the user's own."""


@dataclass(frozen=True, slots=True)
class Call:
    """One outgoing message.

    Names in `headers` are lower case. `secret` names the headers that let the call in: they never follow a redirect to
    another origin. `deadline` is a reading of the driver's clock.
    """

    url: str
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    secret: frozenset[str] = frozenset()
    adaptations: tuple[Adaptation, ...] = ()
    timeouts: Timeouts = field(default_factory=Timeouts)
    deadline: float | None = None

    def with_secret(self, name: str, value: str) -> Call:
        """The same call with a header that lets it in."""
        name = name.lower()
        # Written out, for `replace` takes twice as long and every call comes by here.
        return Call(
            self.url,
            self.method,
            {**self.headers, name: value},
            self.body,
            self.secret | {name},
            self.adaptations,
            self.timeouts,
            self.deadline,
        )

    def __repr__(self) -> str:
        shown = {name: value if name in OPEN else "***" for name, value in self.headers.items()}
        return f"Call({self.method} {self.url}, headers={shown}, body={len(self.body)} bytes)"


@dataclass(frozen=True, slots=True)
class Head:
    """Status and headers (names in lower case) of a reply, and its body where that was asked for.

    `adaptations` are what a transport that agrees with its peer on what can be sent had to change after the encoding.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    adaptations: tuple[Adaptation, ...] = ()
