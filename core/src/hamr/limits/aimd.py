"""How many calls at once a provider bears, found by trying (inventory N-169). Pure: time and chance are given.

Additive increase, multiplicative decrease, as TCP does (RFC 5681): up to the first refusal every answer adds one, then
a whole round of answers does; a refusal halves. After it nobody calls for as long as the provider asks, or for a part,
left to chance, of a span that doubles each time ("full jitter").
"""

from __future__ import annotations

import json
from dataclasses import dataclass

FIRST, LONGEST = 1.0, 60.0
"""Seconds of the span after the first refusal, and of the longest one."""
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Level:
    """How many at once, until when nobody calls, how many refusals came in a row, and when the last one did.

    Times are in seconds since 1970; `cut` is 0 before the first refusal.
    """

    level: float
    until: float = 0.0
    refusals: int = 0
    cut: float = 0.0

    def within(self, least: int, most: int) -> Level:
        """The same between these bounds."""
        return Level(min(max(self.level, least), most), self.until, self.refusals, self.cut)

    @property
    def calls(self) -> int:
        """So many at once."""
        return int(self.level)

    def rest(self, now: float) -> float:
        """Seconds for which nobody calls."""
        return max(0.0, self.until - now)

    def answered(self) -> Level:
        """After a call that went well."""
        step = 1 / self.level if self.cut else 1.0
        return Level(self.level + step, self.until, 0, self.cut)

    def refused(self, begun: float, now: float, asked: float | None, chance: float) -> Level:
        """After a call that was refused; `asked` are the seconds that the provider asks for, `chance` is in 0 to 1.

        One that had begun before the last refusal says nothing new of the level.
        """
        span = min(LONGEST, FIRST * 2.0 ** min(self.refusals, 16))
        until = max(self.until, now + (span * chance if asked is None else asked))
        if begun < self.cut:
            return Level(self.level, until, self.refusals, self.cut)
        return Level(self.level * HALF, until, self.refusals + 1, now)


def read(text: str | None, least: int, most: int) -> Level:
    """The level that a row holds; the least where it holds none."""
    try:
        values = json.loads(text or "null")
    except ValueError:
        values = None
    if not (isinstance(values, list) and len(values) == 4 and all(isinstance(each, int | float) for each in values)):
        return Level(float(least))
    return Level(*values).within(least, most)


def written(level: Level) -> str:
    """The row of a level."""
    return json.dumps([level.level, level.until, level.refusals, level.cut])
