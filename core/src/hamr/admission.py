"""Which gates the calls of a route have to pass; nothing of them is imported where there are none."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hamr.errors import ConfigError
from hamr.gates import PATIENCE
from hamr.plugins.discover import Plugins
from hamr.storage.config_files import config_path
from hamr.stores import Stores
from hamr.types import RateLimits, Route
from hamr.types.route import UNLIMITED
from hamr.variables import is_on

if TYPE_CHECKING:
    from hamr.gates import Gate
    from hamr.limits.limiter import Limiter
    from hamr.prices import Prices
    from hamr.spend.spending import Spending

LIMITS = ("HAMR_RATE_LIMIT_", "HARN_RATE_LIMIT_")
SPEND_FILE = "spend.json"
ON = ("1", "true", "yes", "on")
OFF = ("", "0", "false", "no", "off")

GivenLimits = Mapping[str, RateLimits | Mapping[str, int | None]]


@dataclass(frozen=True, slots=True)
class Given:
    """What a program says of it: limits, for which project and under which tags it calls, and budgets."""

    limits: GivenLimits | None = None
    project: str | None = None
    tags: Iterable[str] | None = None
    budgets: Mapping[str, Any] | None = None


class Admission:
    """What a client's calls have to pass; raises ConfigError for limits or budgets that are none.

    `stores` say where limits are kept, those of the environment where there are none.
    """

    def __init__(self, environ: Mapping[str, str], given: Given = Given(), stores: Stores | None = None) -> None:
        self._environ = environ
        self.stores = stores or Stores(Plugins(), environ)
        self._limits: Mapping[str, RateLimits] = {}
        self._limiter: Limiter | None = None
        self._spending: Spending | None = None
        self._given = given
        if given.limits:
            from hamr.limits import configured

            self._limits = configured.given(given.limits)
        if given.budgets:
            self._spent()

    def gates(self, route: Route, prices: Prices) -> tuple[Gate, ...]:
        """The gates of a route, in the order in which they are passed."""
        gates: list[Gate] = []
        if self._may_spend() and (spending := self._spent()).wanted:
            gates.append(spending.gate(route, prices))
        if self._limits or self._has_limits() or {route.provider.limits, route.model.limits} != {UNLIMITED}:
            gate = self._limited().gate(route)
            gates += [] if gate is None else [gate]
            gates += self._limited().governors(route)
        if is_on(self._environ, "message_shapes"):
            from hamr.message_shapes import MessageShapes

            gates.append(MessageShapes())
        return tuple(gates)

    def close(self) -> None:
        """Let go of all files; they are opened anew where they are needed."""
        for each in (self._limiter, self._spending):
            if each is not None:
                each.close()

    def _has_limits(self) -> bool:
        return any(name.startswith(LIMITS) for name in self._environ)

    def _limited(self) -> Limiter:
        if self._limiter is None:
            from hamr.limits.limiter import Limiter

            self._limiter = Limiter(self._environ, self._limits, PATIENCE, lambda: self.stores.chosen)
        return self._limiter

    def _may_spend(self) -> bool:
        """Whether anything says that what is spent matters."""
        file = config_path(self._environ, SPEND_FILE)
        return bool(self._given.budgets or self._is_kept()) or (file is not None and os.path.exists(file))

    def _is_kept(self) -> bool:
        """Whether the program or the environment wants it kept."""
        if (said := self._environ.get("HAMR_SPEND")) is not None:
            if (word := said.strip().lower()) not in (*ON, *OFF):
                hint = "Give 1 to keep what calls cost, or 0 to keep nothing."
                raise ConfigError(f"the environment variable HAMR_SPEND is {said!r}", hint=hint)
            return word in ON
        return bool(self._project() or self._tags())

    def _project(self) -> str:
        return _storable(self._given.project or self._environ.get("HAMR_PROJECT", "").strip(), "project")

    def _tags(self) -> list[str]:
        said = self._given.tags
        if said is None:
            said = self._environ.get("HAMR_TAGS", "")
        named: list[Any] = said.split(",") if isinstance(said, str) else list(said)
        if odd := [tag for tag in named if not isinstance(tag, str)]:
            raise ConfigError(f"Hamr(tags=...) holds a {type(odd[0]).__name__}", hint="Give a list of texts.")
        return [_storable(tag.strip(), "tag") for tag in named if tag.strip()]

    def _spent(self) -> Spending:
        if self._spending is None:
            from hamr.spend.spending import Spending

            self._spending = Spending(
                self._environ, self._project(), self._tags(), self._given.budgets or {}, lambda: self.stores.chosen
            )
            if "HAMR_SPEND" in self._environ or self._is_kept():
                self._spending.keep = self._is_kept()
        return self._spending


def _storable(text: str, what: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ConfigError(f"the {what} {text!r} is no text in UTF-8", hint="Give it another name.") from error
    return text
