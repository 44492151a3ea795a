"""What a client spends: where it is kept, for whom, and within which budgets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from hamr.spend.budget import budget
from hamr.spend.choices import Choices
from hamr.spend.gate import SpendGate, account_of
from hamr.spend.ledger import Ledger
from hamr.spend.reckoning import Reckoning
from hamr.storage.locks import state_folder

if TYPE_CHECKING:
    from hamr.gates import Charge
    from hamr.spend.shared_totals import SharedTotals
    from hamr.state.substitutes import Chosen
    from hamr.types import Route

FILE = "spend.sqlite"


class Spending:
    """Spending on the routes of a client; `budgets` in code are laid over those of the user's file.

    `chosen` gives the store that the user has named, in which many machines have their budgets in common.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        project: str,
        tags: Iterable[str],
        budgets: Mapping[str, Any],
        chosen: Callable[[], Chosen | None] = lambda: None,
    ) -> None:
        choices = Choices.read(environ)
        for scope, value in budgets.items():
            choices = choices.with_(budget(scope, value, "budgets"))
        self.keep, self._budgets = choices.keep, choices.budgets
        self._project, self._tags = project, tuple(dict.fromkeys(tags))
        self._ledger = ledger(environ)
        self._chosen = chosen

    def gate(self, route: Route, charge: Charge) -> SpendGate:
        """What a call on this route has to pass."""
        account = partial(account_of, self._project, self._tags, route)
        return SpendGate(self._ledger, account, self._budgets, Reckoning(charge), self._shared)

    @cached_property
    def _shared(self) -> SharedTotals | None:
        """What many machines have in common, where the user has named a place for it."""
        if (chosen := self._chosen()) is None:
            return None
        from hamr.spend.shared_totals import SharedTotals

        return SharedTotals(chosen)

    @property
    def wanted(self) -> bool:
        """Whether there is a budget, or what is spent is to be kept."""
        return self.keep or bool(self._budgets)

    def close(self) -> None:
        """Let go of the file; it is opened anew where it is needed."""
        self._ledger.database.close()


def ledger(environ: Mapping[str, str]) -> Ledger:
    """The user's book."""
    return Ledger(str(state_folder(environ) / FILE), time.time)
