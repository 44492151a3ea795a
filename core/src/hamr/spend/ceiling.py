"""The most that one call may cost: a gate that keeps no book, and refuses a call before it is sent (N-191)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from hamr import estimate
from hamr.effects import Flow, WallClock
from hamr.errors import BudgetSpent
from hamr.gates import Asked, Came
from hamr.spend.money import dollars, told, whole
from hamr.spend.reckoning import Reckoning, safe
from hamr.types import Usage

if TYPE_CHECKING:
    from hamr.gates import Asking, Charge
    from hamr.types import Response

CODE = "max_cost"
"""The code of the error: another model may cost less."""


class Ceiling:
    """So many dollars for one call, all its attempts and all its parts together."""

    def __init__(self, most: Decimal, charge: Charge | None) -> None:
        self._most, self._reckoning = most, Reckoning(charge)
        self.spent = 0

    def enter(self, asked: Asked) -> Flow[CeilingPass]:
        """Let the call by; raises BudgetSpent where it may come to more than is left."""
        day = datetime.fromtimestamp((yield WallClock()), UTC).date().isoformat()
        usage = self._reckoning.most(asked.request)
        if self.spent + self._charged(usage, asked.request, day) > whole(self._most):
            raise self._refused(usage, asked, day)
        return CeilingPass(self, self._reckoning, asked.request, day)

    def _charged(self, usage: Usage, request: Asking, day: str) -> int:
        return self._reckoning.sum(Came(usage), request, day).charged

    def _refused(self, usage: Usage, asked: Asked, day: str) -> BudgetSpent:
        whole_cost = self._charged(usage, asked.request, day)
        before = f" after the {told(dollars(self.spent))} that it has cost" if self.spent else ""
        route = asked.route
        return BudgetSpent(
            f"this call may cost {told(dollars(whole_cost))}{before}, more than its max_cost of {told(self._most)}",
            hint=self._hint(usage, whole_cost, asked, day),
            provider=route.provider.id,
            model=route.model.id,
            code=CODE,
        )

    def _hint(self, usage: Usage, whole_cost: int, asked: Asked, day: str) -> str:
        """How long an answer there is room for."""
        input_cost = self._charged(Usage(input=usage.input, estimated=True), asked.request, day)
        left = whole(self._most) - self.spent - input_cost
        times = getattr(asked.request, "n", None) or 1
        each = (whole_cost - input_cost) // usage.output if usage.output else 0
        tokens = left // each // times if each else 0
        if tokens < 1:
            return "Allow it more, or ask for less: there is no room for an answer of any length."
        return f"Allow it more, or a shorter answer: max_tokens={tokens} or less."


def left(most: Decimal, response: Response) -> Decimal:
    """What is left of so many dollars after a response; where its price is not known, one on the safe side counts."""
    spent = response.cost.usd
    if spent is None:
        spent = safe(response.usage or Usage(output=estimate.message_tokens(response.message)))
    return max(most - spent, Decimal(0))


class CeilingPass:
    """One attempt; what it came to counts for the next one."""

    def __init__(self, ceiling: Ceiling, reckoning: Reckoning, request: Asking, day: str) -> None:
        self._ceiling, self._reckoning, self._request, self._day = ceiling, reckoning, request, day

    def leave(self, came: Came) -> Flow[None]:
        """Count what it came to."""
        final = self._reckoning.final(came, self._request, self._day)
        self._ceiling.spent += 0 if final is None else final.charged
        yield from ()

    def close(self) -> None:
        """Nothing: a call that was given up is not sent again."""
