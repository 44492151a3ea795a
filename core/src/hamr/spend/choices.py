"""What a user has chosen about spending: whether it is kept, and which budgets there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hamr.spend.budget import Budget, budget
from hamr.storage import config_files

FILE = "spend.json"
SHAPE = '{"keep": true or false, "budgets": [{"scope": ..., "usd": ..., "per": ...}]}'


@dataclass(frozen=True, slots=True)
class Choices:
    """Whether what calls cost is kept, and the budgets, of which each scope has one a period at most."""

    keep: bool = False
    budgets: tuple[Budget, ...] = ()

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Choices:
        """The choices in `spend.json`; raises ConfigError naming the file."""
        stored = config_files.read(environ, FILE, _well_formed, SHAPE) or {}
        made = (
            budget(each["scope"], {name: each[name] for name in each if name != "scope"}, FILE)
            for each in stored.get("budgets", ())
        )
        return cls(stored.get("keep", False), tuple(made))

    def write(self, environ: Mapping[str, str]) -> Path:
        """Keep these choices; gives the file's path. Raises ConfigError where it cannot be written."""
        budgets = [{"scope": each.scope, "usd": str(each.usd), "per": each.per} for each in self.budgets]
        return config_files.write(environ, FILE, {"keep": self.keep, "budgets": budgets})

    def with_(self, new: Budget) -> Choices:
        """The same with this budget in place of that of its scope and period."""
        return replace(self, budgets=(*self.without(new.scope, new.per).budgets, new))

    def without(self, scope: str, per: str | None = None) -> Choices:
        """The same less the budgets of a scope, or the one of that period."""
        left = (each for each in self.budgets if each.scope != scope or per not in (None, each.per))
        return replace(self, budgets=tuple(left))


def _well_formed(stored: Any) -> bool:
    if not isinstance(stored, dict) or stored.keys() - {"keep", "budgets"}:
        return False
    budgets = stored.get("budgets", [])
    return (
        isinstance(stored.get("keep", False), bool)
        and isinstance(budgets, list)
        and all(isinstance(each, dict) and isinstance(each.get("scope"), str) for each in budgets)
    )
