"""The limits of one client: where they are kept, and the gate of each route."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from hamr.limits import configured
from hamr.limits.configured import Given
from hamr.limits.gate import LimitGate, Scope
from hamr.state.shared import Place, Shared
from hamr.state.sqlite import SqliteStore
from hamr.state.substitutes import Chosen
from hamr.storage.database import MEMORY
from hamr.storage.locks import state_folder
from hamr.types import Route
from hamr.types.route import UNLIMITED

if TYPE_CHECKING:
    from hamr.limits.governor import Governor

FILE = "llm-rate-limits.sqlite"
ALONE = "limits are kept for this process alone from now on"


class Limiter:
    """Limits for the routes of a client; `wait` is the longest wait in seconds where the environment says none.

    `chosen` gives the store that the user has named, if it is to count for all processes.
    """

    def __init__(
        self, environ: Mapping[str, str], given: Given, wait: float, chosen: Callable[[], Chosen | None] = lambda: None
    ) -> None:
        self._environ, self._given = environ, given
        self.patience = configured.patience(environ, wait)
        self.shared = Shared(_places(environ, chosen))

    def gate(self, route: Route) -> LimitGate | None:
        """What a call on this route has to pass; None where no limit is set."""
        wanted = [scope for scope in self.scopes(route) if scope.limits.any]
        return LimitGate(self.shared, self.patience, wanted) if wanted else None

    def governors(self, route: Route) -> list[Governor]:
        """What finds out how many calls at once this route bears; none where nobody wants that."""
        wanted = [scope for scope in self.scopes(route) if scope.limits.max_concurrency is not None]
        if not wanted:
            return []
        from hamr.limits.governor import Governor

        return [Governor(self.shared, self.patience, scope) for scope in wanted]

    def scopes(self, route: Route) -> Sequence[Scope]:
        """The limits of a route's provider and of its model, whether any are set or not."""
        id, environ = route.provider.id, self._environ
        limits = configured.of_provider(id, route.provider.limits, environ, self._given)
        own = configured.of_model(route.selector, route.model.limits, environ, self._given)
        place = route.provider.origins.get("limits", "the manifest")
        return tuple(
            Scope(name, each, configured.origins(name, environ, self._given, place) if each != UNLIMITED else {})
            for name, each in ((id, limits), (route.selector, own))
        )

    def close(self) -> None:
        """Let go of the file."""
        self.shared.close()


def _places(environ: Mapping[str, str], chosen: Callable[[], Chosen | None]) -> list[Place]:
    memory = Place(SqliteStore(MEMORY), ALONE)
    if (configured.first(environ, configured.DURABLE_VARIABLES) or "1").lower() in configured.OFF:
        return [memory]
    given = configured.first(environ, configured.PATH_VARIABLES)
    path = os.path.abspath(given) if given else str(state_folder(environ) / FILE)
    own = [Place(SqliteStore(path)), memory]
    named = chosen()
    return own if named is None else named.for_limits(own)
