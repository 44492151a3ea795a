"""What the headers of a reply say is left of a provider's limits, as a pool keeps it. Pure: the time is given."""

from __future__ import annotations

from collections.abc import Mapping

from hamr.pool.state import Room
from hamr.wires.rate_limits import limits_left


def rooms(headers: Mapping[str, str], now: float) -> dict[str, Room]:
    """The limits that the headers tell of, by kind."""
    return {kind: Room(*left) for kind, left in limits_left(headers, now).items()}
