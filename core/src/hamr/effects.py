"""What a flow may ask of its driver.

A flow is a generator that yields effects and is sent their answers; it does no I/O and knows neither clock nor colour.

Nobody keeps an effect, so none is frozen: that would double what these classes cost each start, and treble what it
takes to make one, which a stream does for every read.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from hamr.types import Call, Head, RunEvent

if TYPE_CHECKING:
    from hamr.specs import Transport

Result = TypeVar("Result")


@dataclass(slots=True)
class Open:
    """Send this call; the answer is an open reply: `head` is there, its bytes are asked for by Read."""

    call: Call


@dataclass(slots=True)
class Read:
    """The next bytes of an open reply; the answer is empty at its end."""

    reply: OpenReply


@dataclass(slots=True)
class Close:
    """Let go of an open reply."""

    reply: OpenReply


@dataclass(slots=True)
class Fetch:
    """Send a side call (token refresh, discovery); the answer is its Head with the whole body."""

    call: Call


@dataclass(slots=True)
class Via:
    """Send what follows through this transport."""

    transport: Transport


@dataclass(slots=True)
class Sleep:
    """Wait for so many seconds."""

    seconds: float


@dataclass(slots=True)
class Now:
    """The answer is the driver's clock in seconds; only differences mean anything."""


@dataclass(slots=True)
class WallClock:
    """The answer is the time of day, in seconds since 1970: for what others check, such as a signature or an expiry."""


@dataclass(slots=True)
class ReadFile:
    """The answer is what a file of the user's own holds, None where there is none; raises ConfigError."""

    path: str


@dataclass(slots=True)
class Lock:
    """Hold `name`: one holder at a time across all processes of this user, until Release or the flow's end.

    `folder` is where the lock is, for what is kept elsewhere than in this user's own state folder. NoAnswer is raised
    where another holds it at the `deadline`, a reading of the driver's clock.
    """

    name: str
    folder: str | None = None
    deadline: float | None = None


@dataclass(slots=True)
class Release:
    """Let go of a lock."""

    name: str


@dataclass(slots=True)
class Tell:
    """Say something to the user in mid-flow, such as where to log in."""

    text: str
    url: str | None = None


@dataclass(slots=True)
class Remind:
    """Say this to the user after so many seconds, unless Calm comes before; it is said once in a flow."""

    seconds: float
    text: str


@dataclass(slots=True)
class Calm:
    """Say nothing more of what Remind asked for; the answer is whether it has been said."""


@dataclass(slots=True)
class Emit:
    """Hand these events to whoever reads the stream."""

    events: Sequence[RunEvent]


JobKey = tuple[int, int]
"""The round of a run, and the place of the call in it: no two jobs of a flow have the same."""


@dataclass(slots=True)
class Job:
    """Work that a tool does: `call` begins it and gives its value or an awaitable, `read` makes the outcome of that.

    With `inline` it may be done in the caller's own thread, by whom nothing else is awaited.
    """

    key: JobKey
    call: Callable[[], Any]
    read: Callable[[Any], Any]
    is_async: bool = False
    inline: bool = False


@dataclass(slots=True)
class Done:
    """A job has ended, with an outcome or an error."""

    key: JobKey
    outcome: Any = None
    error: BaseException | None = None


@dataclass(slots=True)
class Begin:
    """Begin a job beside the flow: a thread of its own, or a task."""

    job: Job


@dataclass(slots=True)
class Await:
    """The answer is the next job that is Done, or None after so many seconds."""

    seconds: float | None = None


@dataclass(slots=True)
class Abandon:
    """Wait no longer for the job with this key, and cancel it where that can be done."""

    key: JobKey


class OpenReply(Protocol):
    """What both colours of a reply have in common: status and headers are there, the bytes are not yet."""

    head: Head


class Closing(Protocol):
    """What a flow holds."""

    def close(self) -> None:
        """Let go, at once; where that has been done before, nothing."""


@dataclass(slots=True)
class Do:
    """Work on this machine that is over in a millisecond and waits for nobody; the answer is what it returns."""

    work: Callable[[], Any]


@dataclass(slots=True)
class Wait:
    """Work on this machine that may take seconds, such as a command of the user's; the answer is what it returns.

    `asks` says whom it asks besides, a server say: it is not done where a call is shown and not made.
    """

    work: Callable[[], Any]
    asks: str = ""


@dataclass(slots=True)
class Keep:
    """Close this when the flow ends, however it ends."""

    what: Closing


@dataclass(slots=True)
class Undo:
    """Run the flow that this gives where the present one is left before it has ended, or fails; None takes it back.

    It has to be brief. What it fails with is told to the user.
    """

    flow: Callable[[], Generator[Effect, Any, Any]] | None


Effect = (
    Open
    | Read
    | Close
    | Fetch
    | Sleep
    | Now
    | WallClock
    | ReadFile
    | Lock
    | Release
    | Tell
    | Remind
    | Calm
    | Emit
    | Do
    | Wait
    | Keep
    | Undo
    | Via
)
JobEffect = Begin | Await | Abandon

Flow = Generator[Effect, Any, Result]

RunFlow = Generator[Effect | JobEffect, Any, Result]
"""The flow of a run, which has jobs besides."""
