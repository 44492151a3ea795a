"""A process of its own that calls as fast as it may: `python -m hamr_testkit.hammer <folder> <what> <limit>`.

Where the environment names a store of state it is this one that is hammered.
"""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from hamr.admission import Admission, Given
from hamr.api import Flow, Message, Model, Provider, RateLimited, Request, Route, Text, Usage
from hamr.drive import run
from hamr.gates import Asked, Came, Pass

NOWHERE: Any = None
"""A gate opens nothing."""


def tell(*what: object) -> None:
    """A line to whoever started this process."""
    sys.stdout.write(" ".join(map(str, what)) + "\n")
    sys.stdout.flush()


def left(let: Pass, came: Came) -> Flow[bool]:
    """The call has ended."""
    yield from let.leave(came)
    return True


def entering(folder: str, limits: dict[str, int], wait: str) -> Any:
    """What lets a call in, or raises RateLimited."""
    named = {name: value for name, value in os.environ.items() if name.startswith("HAMR_STATE_")}
    environ = {**named, "HAMR_STATE_DIR": folder, "HAMR_LLM_RATE_LIMIT_MAX_WAIT_MS": wait}
    route = Route(Provider("acme", "Acme", "http://127.0.0.1:9", "w"), Model("m"), lambda: None)
    (gate,) = Admission(environ, Given({"acme": limits})).gates(route, NOWHERE)
    asked = Asked(route, Request((Message("user", (Text("hi"),)),), max_tokens=9))
    return lambda: run(gate.enter(asked), NOWHERE)


def admitted(folder: str, limit: int) -> None:
    """Call until there is no room; print how often there was."""
    enter, count = entering(folder, {"rpm": limit}, "1"), 0
    tell("ready")
    sys.stdin.readline()
    while True:
        try:
            enter()
        except RateLimited:
            break
        count += 1
    tell(count)


def at_once(folder: str, limit: int) -> None:
    """Hold a place for a moment, over and over; print when each was held."""
    enter = entering(folder, {"concurrency": limit}, "0")
    for _ in range(15):
        let: Pass = enter()
        begun = time.monotonic()
        time.sleep(0.005)
        ended = time.monotonic()
        run(left(let, Came()), NOWHERE)
        tell(begun, ended)


def settling(folder: str, limit: int) -> None:
    """Reserve and settle without end; print each settled call once it is."""
    enter, count = entering(folder, {"tpm": limit, "concurrency": 1_000}, "0"), 0
    while True:
        let: Pass = enter()
        run(left(let, Came(Usage(input=3))), NOWHERE)
        count += 1
        tell(count)


if __name__ == "__main__":
    {"admitted": admitted, "at_once": at_once, "settling": settling}[sys.argv[2]](sys.argv[1], int(sys.argv[3]))
