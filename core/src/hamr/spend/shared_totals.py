"""Budgets that many machines share: their totals, in a table of the store that the user has named. Flows.

The book of each machine is kept beside it, and a budget holds in both. What could not be written while the store was
lost is owed by this process, and goes along with its next transaction.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from hamr.effects import Flow, Tell, WallClock
from hamr.errors import StateLost
from hamr.key_ids import key_id
from hamr.spend.budget import PERIODS, Budget, Scope, start
from hamr.spend.ledger import Account, Full
from hamr.spend.money import whole
from hamr.state import substitutes
from hamr.state.shared import Place, Shared

if TYPE_CHECKING:
    from hamr.specs import StateStore
    from hamr.spend.reckoning import Sum
    from hamr.state.substitutes import Chosen
    from hamr.types import Secret

Result = TypeVar("Result")
Rows = dict[str, str]

TABLE = "budgets"
HELD = 900.0
"""Seconds after which what is held for a call is taken for spent: its process may have died."""
SKEW = timedelta(days=2)
"""For so long after its end a total is kept: clocks differ."""
LOST = {
    "local": "budgets are kept on this machine alone until {place} is back",
    "open": "budgets are not kept until {place} is back",
    "closed": "calls within a budget are refused until {place} is back",
}


@dataclass(frozen=True, slots=True)
class Hold:
    """What is held for one call in the totals of these scopes, from this day on; `number` is empty where nothing is.

    `lost` says that the store could not be asked.
    """

    number: str
    scopes: tuple[Scope, ...]
    day: date
    charged: int = 0
    lost: bool = False


class SharedTotals:
    """The totals in the store that a user has chosen."""

    def __init__(self, chosen: Chosen) -> None:
        self.on_failure = chosen.on_failure
        self._store, place = chosen.store, chosen.store.place
        told = LOST[chosen.on_failure].format(place=place)
        self._shared = Shared(
            [Place(chosen.store, again=substitutes.AGAIN), Place(substitutes.Without(place, admits=True), told)]
        )
        self._lock = threading.Lock()
        self._owed: list[tuple[Hold, int]] = []

    def reserve(
        self, account: Account, secret: Secret | None, most: Sum, budgets: Sequence[Budget]
    ) -> Flow[Hold | Full]:
        """Hold the most that a call may come to, or give the budget that it exceeds.

        Raises StateLost where calls are to be refused without the store.
        """
        now: float = yield WallClock()
        today = _day(now)

        def asked(store: StateStore) -> Flow[Hold | Full]:
            if store is not self._store:
                return self._without(account, today)
            scopes = yield from _scopes(store, account, secret)
            names = dict(zip(account.scopes, scopes, strict=True))
            hold = Hold(os.urandom(8).hex(), scopes, today, most.charged)

            def work(rows: Rows) -> Hold | Full:
                _sweep(rows, now)
                for budget in budgets:
                    scope = names[budget.scope]
                    spent = _number(rows.get(_total(budget.per, today, scope)))
                    if spent + most.charged > whole(budget.usd):
                        held = min(_held(rows, scope), spent)
                        return Full(budget, spent - held, held)
                _add(rows, hold, most.charged, most.charged)
                rows[f"held|{hold.number}"] = json.dumps([now + HELD, most.charged, scopes])
                return hold

            return (yield from self._changed(store, work))

        return (yield from self._shared.use(asked))

    def unheld(self, account: Account, secret: Secret | None) -> Flow[Hold]:
        """Of a call that no budget here is for: nothing is held, but what it costs counts for the budgets of others."""
        now: float = yield WallClock()

        def asked(store: StateStore) -> Flow[Hold]:
            if store is not self._store:
                return _unheld(account, _day(now))
            return Hold("", (yield from _scopes(store, account, secret)), _day(now))

        return (yield from self._shared.use(asked))

    def settle(self, hold: Hold, charged: int) -> Flow[None]:
        """Put what a call came to in place of what was held; nothing is raised."""
        if charged == hold.charged and not hold.number:
            return
        self.owe(hold, charged)

        def asked(store: StateStore) -> Flow[None]:
            if store is self._store:
                yield from self._changed(store, lambda _: None)

        try:
            yield from self._shared.use(asked)
        except StateLost as error:  # it is owed, and an answer is not lost for it
            yield Tell(f"what a call cost is not written yet: {error.message}")

    def spent(self, budgets: Sequence[Budget]) -> Flow[dict[Budget, int]]:
        """What of each is spent or held on all machines, in parts of a dollar; nothing while the store is lost.

        Those for a key are left out: each machine has its own name for it.
        """
        now: float = yield WallClock()

        def asked(store: StateStore) -> Flow[dict[Budget, int]]:
            rows: Rows = (yield from store.change(TABLE, dict)) if store is self._store else {}
            named = {each: _total(each.per, _day(now), each.scope) for each in budgets}
            return {each: _number(rows[name]) for each, name in named.items() if name in rows}

        return (yield from self._shared.use(asked))

    def owe(self, hold: Hold, charged: int) -> None:
        """The same with the next transaction of this process."""
        with self._lock:
            self._owed.append((hold, charged))

    def _without(self, account: Account, today: date) -> Hold:
        if self.on_failure == "closed":
            raise StateLost(
                f"whether a budget has room cannot be told: {self._store.place} is lost",
                hint="Calls are refused meanwhile, for HAMR_STATE_ON_FAILURE is closed; local or open lets them "
                "through.",
            )
        return _unheld(account, today)

    def _changed(self, store: StateStore, work: Callable[[Rows], Result]) -> Flow[Result]:
        """Do this with the rows, after what is owed."""
        with self._lock:
            owed, self._owed = self._owed, []

        def transact(rows: Rows) -> Result:
            for hold, charged in owed:
                rows.pop(f"held|{hold.number}", None)
                _add(rows, hold, charged - hold.charged, charged)
            return work(rows)

        try:
            return (yield from store.change(TABLE, transact))
        except BaseException:  # whoever gave it up: it may have been written, and is then counted twice, to be safe
            with self._lock:
                self._owed[:0] = owed
            raise


def _unheld(account: Account, today: date) -> Hold:
    """What a call counts for where the store cannot be asked by which id it knows the key."""
    return Hold("", tuple(each for each in account.scopes if not each.startswith("key:")), today, lost=True)


def _scopes(store: StateStore, account: Account, secret: Secret | None) -> Flow[tuple[Scope, ...]]:
    """The scopes of a call, with the id that all machines have for its key."""
    shared = f"key:{(yield from key_id(store, secret))}"
    return tuple(shared if each == f"key:{account.key}" else each for each in account.scopes)


def _total(per: str, day: date, scope: Scope) -> str:
    return f"total|{per}|{start(per, day)}|{scope}"


def _add(rows: Rows, hold: Hold, amount: int, else_: int) -> None:
    """Add so much to each total, or `else_` to one that is not there, for the server has lost what it held."""
    for scope in hold.scopes:
        for per in PERIODS:
            name = _total(per, hold.day, scope)
            if more := amount if name in rows else else_:
                rows[name] = str(max(0, _number(rows.get(name)) + more))


def _sweep(rows: Rows, now: float) -> None:
    """Take away totals of times that are over, and what is held for calls whose process has died: it stays spent."""
    before = _day(now) - SKEW
    for name in list(rows):
        kind, _, rest = name.partition("|")
        if kind == "held" and _hold(rows[name])[0] < now:
            del rows[name]
        elif kind == "total":
            per, begin = rest.split("|", 2)[:2]
            if begin and begin < start(per, before):
                del rows[name]


def _held(rows: Rows, scope: Scope) -> int:
    """What is held in a scope for calls under way."""
    found = (_hold(value) for name, value in rows.items() if name.startswith("held|"))
    return sum(charged for _, charged, scopes in found if scope in scopes)


def _hold(value: str) -> tuple[float, int, Sequence[str]]:
    try:
        until, charged, scopes = json.loads(value)
        return float(until), int(charged), list(scopes)
    except (ValueError, TypeError):  # somebody else has written there
        return 0.0, 0, ()


def _number(value: str | None) -> int:
    return int(value) if value and value.isascii() and value.isdigit() else 0


def _day(now: float) -> date:
    return datetime.fromtimestamp(now, UTC).date()
