"""What a call has to pass before it is sent: a limit, a budget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from hamr.effects import Flow
    from hamr.errors import HamrError
    from hamr.types import Cost, EmbeddingRequest, Request, Route, Usage

    Asking = Request | EmbeddingRequest


PATIENCE = 30.0
"""The longest wait for a limit, in seconds, where nothing says otherwise."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is about to be sent; `deadline` is a reading of the driver's clock.

    `came` says at any time what has come of it so far. `patience` is the longest wait in seconds, where it is shorter
    than that of the gate.
    """

    route: Route
    request: Asking
    deadline: float | None = None
    came: Callable[[], Came] | None = None
    patience: float | None = None


@dataclass(frozen=True, slots=True)
class Came:
    """What has come of it: the provider's account, if it gave one, and the failure, if it failed.

    `has_content` says whether there was anything of an answer, `served` which model gave it, and `tier` in which tier
    of service, where the provider says so; `characters` counts those that came.
    """

    usage: Usage | None = None
    cost: Cost | None = None
    error: HamrError | None = None
    has_content: bool = False
    served: str = ""
    characters: Callable[[], int] | None = None
    tier: str | None = None


class Charge(Protocol):
    """What calls of a route cost."""

    def __call__(self, usage: Usage, served: str, tier: str | None, day: str) -> Cost:
        """What a usage costs where this model served it, in this tier of service, on this day (`2026-11-25`)."""

    def longest(self) -> int | None:
        """How many tokens an answer may have, where that is known; raises ConfigError."""

    def window(self, served: str = "") -> int | None:
        """How many tokens fit into the model that served, or was asked; None where it is not known."""

    def end(self, day: str) -> str | None:
        """For people, that the model has ended by this day or will end; None where nothing says so."""


class Pass(Protocol):
    """What one call was let through with."""

    def leave(self, came: Came) -> Flow[None]:
        """The call has ended: put what it used in place of what was thought."""

    def close(self) -> None:
        """The call was given up half-way: nobody will say what it used. Nothing, where it has ended."""


class Gate(Protocol):
    """What each attempt of a call has to pass."""

    def enter(self, asked: Asked) -> Flow[Pass]:
        """Wait until the call may be sent; raises HamrError where it may not, or not in time."""
