"""The sliding window: how much of a limit is used, and how long until there is room. Pure: no clock, no file.

Time is cut into slots of a quarter of a second, so that a window has 240 of them whatever is sent. A slot counts
until a whole window has passed since its end: no 60 seconds ever hold more than the limit.
"""

from __future__ import annotations

from collections.abc import Iterable

from hamr.types import Claim

WINDOW = 60
SLOTS = 4
"""Slots a second."""
WIDTH = WINDOW * SLOTS + 1
"""Slots that may count at any one moment."""


def slot(now: float) -> int:
    """The slot of this moment, which is in seconds of any clock."""
    return int(now * SLOTS)


def oldest(now: float) -> int:
    """The first slot that still counts."""
    return slot(now - WINDOW)


def wait(slots: Iterable[tuple[int, int]], claim: Claim, now: float, ahead: int = 0) -> float | None:
    """Seconds until the claim fits; 0.0 where it does, None where that hangs on those who wait `ahead` of it.

    `slots` are numbers and amounts, the oldest first.
    """
    counting = [(at, amount) for at, amount in slots if at >= oldest(now)]
    free = claim.limit - claim.charged - ahead
    used = sum(amount for _, amount in counting)
    if used <= free:
        return 0.0
    for at, amount in counting:
        used -= amount
        if used <= free:
            return (at + 1) / SLOTS + WINDOW - now
    return None
