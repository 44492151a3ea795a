"""What a call may come to before it is sent, and what it came to. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from hamr import estimate
from hamr.gates import Came
from hamr.spend.money import PARTS, whole
from hamr.types import Cost, Usage

if TYPE_CHECKING:
    from hamr.gates import Asking, Charge

PESSIMISTIC = Decimal(1), Decimal(5)
"""Dollars for a million tokens in and out where no price is known, for budgets to err on the safe side (V-43)."""
LONGEST = 16_384
"""Tokens of an answer to which neither the request nor the list of models sets a bound (H-46)."""
MILLION = 1_000_000
DEAREST = MILLION * PARTS
"""More than a million dollars for one call is a slip in a price list, and a sum of such does not fit into the book."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What a call comes to: `usd` and `charged` in parts of a dollar, the first None where it is not known.

    What is `charged` counts for budgets: where the price is not known, it is one on the safe side.
    """

    usage: Usage
    usd: int | None
    charged: int
    reason: str


class Reckoning:
    """What calls on one route come to; without a `charge` no price is known."""

    def __init__(self, charge: Charge | None) -> None:
        self._charge = charge

    def most(self, request: Asking) -> Usage:
        """The most that it may use: its input by an estimate, and an answer as long as one may be."""
        longest = (self._charge.longest() if self._charge is not None else None) or LONGEST
        incoming, outgoing = estimate.input_tokens(request), estimate.output_tokens(request, longest)
        return Usage(input=incoming, output=outgoing, estimated=True)

    def sum(self, came: Came, request: Asking, day: str) -> Sum:
        """What a usage comes to."""
        usage, cost = came.usage or Usage(), came.cost or Cost()
        if cost.usd is None and self._charge is not None:
            cost = self._charge(usage, came.served, came.tier or getattr(request, "service_tier", None), day)
        known = None if cost.usd is None else min(whole(cost.usd), DEAREST)
        return Sum(usage, known, min(whole(safe(usage)), DEAREST) if known is None else known, cost.reason)

    def final(self, came: Came, request: Asking, day: str, *, whole: bool = True) -> Sum | None:
        """What a call came to, by an estimate where its provider has not said; None where nothing came at all.

        `whole` is False for one that has been given up.
        """
        if came.usage is None and not came.has_content:
            return None
        characters = came.characters() if came.characters else 0
        usage = estimate.used(request, came.usage, characters, whole=whole and came.error is None)
        return self.sum(came if usage is came.usage else replace(came, usage=usage, cost=None), request, day)


def safe(usage: Usage) -> Decimal:
    """Dollars on the safe side, where no price is known."""
    incoming, outgoing = PESSIMISTIC
    return (usage.input_total * incoming + usage.output_total * outgoing) / MILLION
