"""One row out of several lists: what is written counts, but for how much fits, which a provider knows best. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

from hamr.catalog.lists import CONFIGURED, OWN
from hamr.catalog.overlay import LISTED
from hamr.catalog.row import Row, Rows

Named = Sequence[tuple[Rows, Row]]
"""A model in each of the lists that have it, the first of which counts."""

LIVE = ("context_window", "max_tokens")
"""Fields in which the provider's own list counts before what is written (inventory H-120)."""


def merged(named: Named) -> Row | None:
    """What counts of a model; None where no list has it."""
    if not named:
        return None
    row = reduce(lambda row, below: row.over(below), [row for _, row in named])
    live = {name: getattr(each, name) for rows, each in named if rows.kind == LISTED for name in LIVE}
    return replace(row, **{name: value for name, value in live.items() if value is not None})


def in_order(name: str, named: Named) -> Named:
    """The lists in the order in which they count for a field."""
    if name not in LIVE:
        return named
    return sorted(named, key=lambda each: each[0].kind != LISTED)


def written(named: Named) -> Named:
    """Those that the user has written."""
    return [each for each in named if each[0].kind in (OWN, CONFIGURED)]
