"""How a reply is given: its pace, and what goes wrong."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from hamr.api import BadRequest

FAULTS = (
    "401",
    "404",
    "429",
    "500",
    "context",
    "cut",
    "drop",
    "endless",
    "error",
    "hang",
    "html",
    "malformed",
    "quota",
    "refused",
)


@dataclass(frozen=True, slots=True)
class Manner:
    """How a reply is given; the fields are those of `sim` in a request's body.

    `pace` is the seconds before each chunk of `words` words. `fault` is what goes wrong: the first `times` times
    that the same request comes, or always; one of a stream does so after `after` of its pieces. `retry_after`
    (seconds) and `status` are what a reply that is an error says.
    """

    pace: float = 0.0
    words: int = 1
    fault: str | None = None
    times: int | None = None
    after: int | None = None
    retry_after: float | None = None
    status: int | None = None

    def with_wishes(self, wishes: Any) -> Manner:
        """The same with these fields changed; raises BadRequest, naming the field that is wrong."""
        if wishes is None:
            return self
        if not isinstance(wishes, Mapping):
            raise wrong("sim", "it must be an object")
        for name, value in wishes.items():
            _check(name, value)
        return replace(self, **wishes)


def wrong(field: str, why: str) -> BadRequest:
    """The error that tells a client which field of its body the simulator cannot use."""
    return BadRequest(f"[sim] {field}: {why}", status=400, code="invalid_value", param=field)


def _check(name: str, value: Any) -> None:
    known = [field.name for field in fields(Manner)]
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1)
        raise wrong(f"sim.{name}", f"unknown; did you mean {near[0]}?" if near else f"known are {', '.join(known)}")
    if name == "fault":
        if value not in FAULTS:
            raise wrong("sim.fault", f"{value!r} is unknown; known are {', '.join(FAULTS)}")
        return
    kinds = (int, float) if name in ("pace", "retry_after") else (int,)
    least = {"words": 1, "status": 200}.get(name, 0)
    most = {"status": 599}.get(name, 1_000_000)
    if isinstance(value, bool) or not isinstance(value, kinds) or not least <= value <= most:
        raise wrong(f"sim.{name}", f"it must be a{'' if len(kinds) > 1 else ' whole'} number, {least} to {most:,}")
