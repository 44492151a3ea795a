"""The limits of one client: where they are kept, and the gate of each route."""

from __future__ import annotations

import os
from collections.abc import Mapping

from hamr.database import MEMORY
from hamr.key_ids import KeyIds, secret_of
from hamr.limits import configured
from hamr.limits.configured import Given
from hamr.limits.gate import LimitGate, Scope
from hamr.limits.sqlite import Ledger
from hamr.locks import state_folder
from hamr.types import Route

FILE = "llm-rate-limits.sqlite"


class Limiter:
    """Limits for the routes of a client; `wait` is the longest wait in seconds where the environment says none."""

    def __init__(self, environ: Mapping[str, str], given: Given, wait: float) -> None:
        self._environ, self._given = environ, given
        self.patience = configured.patience(environ, wait)
        self._keep(_path(environ))

    @property
    def durable(self) -> bool:
        """Whether all processes of the machine are counted together."""
        return self.ledger.database.path != MEMORY

    def gate(self, route: Route) -> LimitGate | None:
        """What a call on this route has to pass; None where no limit is set."""
        id, environ = route.provider.id, self._environ
        scopes = (
            Scope(id, configured.of_provider(id, route.provider.limits, environ, self._given)),
            Scope(route.selector, configured.of_model(route.selector, route.model.limits, environ, self._given)),
        )
        wanted = [scope for scope in scopes if scope.limits.any]
        return LimitGate(self, wanted) if wanted else None

    def key_id(self, route: Route) -> str:
        """What stands for the key of this route."""
        return self._key_ids.id(secret_of(route))

    def forget_others(self) -> None:
        """Count this process alone from now on."""
        self.ledger.close()
        self._keep(MEMORY)

    def close(self) -> None:
        """Let go of the file."""
        self.ledger.close()

    def _keep(self, path: str) -> None:
        self.ledger = Ledger(path)
        self._key_ids = KeyIds(self.ledger.database)


def _path(environ: Mapping[str, str]) -> str:
    if (configured.first(environ, configured.DURABLE_VARIABLES) or "1").lower() in configured.OFF:
        return MEMORY
    given = configured.first(environ, configured.PATH_VARIABLES)
    return os.path.abspath(given) if given else str(state_folder(environ) / FILE)
