"""Spending as a gate: a budget is asked before a call is sent, and the book is written when it has ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from hamr.effects import Flow, Now, Sleep, Tell, WallClock
from hamr.errors import BudgetSpent, HamrError
from hamr.gates import Asked, Came
from hamr.key_ids import secret_of
from hamr.spend.budget import Budget, end, scopes
from hamr.spend.ledger import Account, Full, Ledger
from hamr.spend.money import dollars, told, whole
from hamr.spend.reckoning import Reckoning, Sum
from hamr.storage.database import Unwritable, written
from hamr.types import Route

if TYPE_CHECKING:
    from collections.abc import Callable

    from hamr.spend.shared_totals import Hold, SharedTotals

POLL = 0.25
PATIENCE = 30.0
"""Seconds to wait for calls under way whose reservations leave no room."""


class SpendGate:
    """What is spent on one route, and the budgets in whose scope it is."""

    def __init__(
        self,
        ledger: Ledger,
        account: Callable[[str], Account],
        budgets: Sequence[Budget],
        reckoning: Reckoning,
        shared: SharedTotals | None = None,
    ) -> None:
        self.ledger, self.budgets, self.reckoning, self.shared = ledger, budgets, reckoning, shared
        self._account = account

    def enter(self, asked: Asked) -> Flow[SpendPass]:
        """Hold the most that the call may cost; raises BudgetSpent where a budget has no room for that."""
        begun: float = yield Now()
        until = begun + PATIENCE if asked.deadline is None else min(begun + PATIENCE, asked.deadline)
        try:
            account = yield from written(self.ledger.database, partial(self._who, asked.route))
            budgets = [each for each in self.budgets if each.scope in account.scopes]
            if not budgets:
                unheld = None if self.shared is None else self.shared.unheld(account, secret_of(asked.route))
                return SpendPass(self, asked, account, None, None if unheld is None else (yield from unheld))
            usage = self.reckoning.most(asked.request)
            most = self.reckoning.sum(Came(usage), asked.request, (yield from _today()))
            while True:
                answer = yield from self._reserved(asked.route, account, most, budgets)
                if not isinstance(answer, Full):
                    return SpendPass(self, asked, account, *answer)
                now = yield Now()
                if answer.spent + most.charged > whole(answer.budget.usd) or now + POLL > until:
                    raise _spent(answer, most, asked.route, (yield from _today()))
                yield Sleep(POLL)
        except Unwritable as error:
            if self.budgets:
                raise HamrError(
                    f"whether a budget has room cannot be told: {error}",
                    hint="Is the disk full, or the folder somebody else's? Without budgets the call would be made.",
                ) from error
            yield Tell(f"what calls cost is not kept: {error}")
            return SpendPass(self, asked, None, None)

    def _reserved(
        self, route: Route, account: Account, most: Sum, budgets: Sequence[Budget]
    ) -> Flow[tuple[int, Hold | None] | Full]:
        """Hold it in the book of this machine, and in what machines share; or the budget that it exceeds in either."""
        hold: Hold | None = None
        if self.shared is not None:
            found = yield from self.shared.reserve(account, secret_of(route), most, budgets)
            if isinstance(found, Full):
                return found
            hold = found
            budgets = () if hold.lost and self.shared.on_failure == "open" else budgets
        try:
            number = yield from written(self.ledger.database, partial(self.ledger.reserve, account, most, budgets))
        except BaseException:
            self._give_back(hold)
            raise
        if not isinstance(number, Full):
            return number, hold
        if self.shared is not None and hold is not None:
            yield from self.shared.settle(hold, 0)
        return number

    def _give_back(self, hold: Hold | None) -> None:
        """What is held for a call that is given up; with the next transaction, for nobody waits here."""
        if self.shared is not None and hold is not None:
            self.shared.owe(hold, 0)

    def _who(self, route: Route) -> Account:
        return self._account(self.ledger.key_id(secret_of(route)))


class SpendPass:
    """One attempt that is, or will be, in the book."""

    def __init__(
        self, gate: SpendGate, asked: Asked, account: Account | None, number: int | None, hold: Hold | None = None
    ) -> None:
        self._gate, self._asked = gate, asked
        self._account, self._number, self._hold = account, number, hold
        self._open = account is not None

    def leave(self, came: Came) -> Flow[None]:
        """Write what the call came to; one that came to nothing is taken out of the book."""
        account, ledger = self._account, self._gate.ledger
        if account is None:
            return
        self._open = False
        final = self._gate.reckoning.final(came, self._asked.request, (yield from _today()))
        if self._number is None and final is None:
            return
        try:
            yield from written(ledger.database, partial(ledger.settle, self._number, account, final))
        except HamrError as error:  # an answer is not lost for it, and what was held stays held
            yield Tell(f"what a call cost was not written: {error.message}")
        except Unwritable as error:
            yield Tell(f"what a call cost was not written: {error}")
        if self._gate.shared is not None and self._hold is not None:
            yield from self._gate.shared.settle(self._hold, final.charged if final is not None else 0)

    def close(self) -> None:
        """Write what the call has come to, as far as can be told."""
        if not self._open or self._account is None:
            return
        self._open = False
        ledger, came = self._gate.ledger, self._asked.came() if self._asked.came else Came()
        day = datetime.fromtimestamp(ledger.clock(), UTC).date().isoformat()
        # It was sent: the provider charges at least for what went in.
        final = self._gate.reckoning.final(replace(came, has_content=True), self._asked.request, day, whole=False)
        if self._gate.shared is not None and self._hold is not None:
            self._gate.shared.owe(self._hold, final.charged if final is not None else 0)
        try:
            ledger.settle_later(self._number, self._account, final)
        except (HamrError, Unwritable):  # what was held stays held; the next call will say why
            return


def _today() -> Flow[str]:
    now: float = yield WallClock()
    return datetime.fromtimestamp(now, UTC).date().isoformat()


def _spent(full: Full, most: Sum, route: Route, today: str) -> BudgetSpent:
    budget, day = full.budget, datetime.fromisoformat(today).date()
    held = f", {told(dollars(full.held))} is held for calls under way" if full.held else ""
    again = f", or wait until {end(budget.per, day)}" if end(budget.per, day) else ""
    return BudgetSpent(
        f"the budget of {budget.words} has no room: {told(dollars(full.spent))} is spent{held}, "
        f"and this call may cost {told(dollars(most.charged))}",
        hint=f"Ask for a shorter answer (max_tokens), raise the budget (hamr budget set {budget.scope} ...){again}.",
        provider=route.provider.id,
        model=route.model.id,
        code="budget",
    )


def account_of(project: str, tags: tuple[str, ...], route: Route, key: str) -> Account:
    """Who calls of a route with this key are charged to."""
    provider = route.provider.id
    return Account(project, tags, key, provider, route.model.id, scopes(project, tags, key, provider))
