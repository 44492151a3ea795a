"""Budgets: how much may be spent for what, and in what time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from hamr.errors import ConfigError

Scope = str
"""`all`, `project:web`, `tag:nightly`, `key:3f…`, `provider:groq`."""

KINDS = ("project", "tag", "key", "provider")
PERIODS = ("day", "week", "month", "total")
SCOPE = re.compile(rf"all|(?:{'|'.join(KINDS)}):\S+")
HINT = "A budget is for `all`, `project:NAME`, `tag:NAME`, `key:ID` or `provider:ID`, and so many dollars."


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `usd` dollars for all calls of a scope within a day, a week from Monday, a month, or in all (UTC)."""

    scope: Scope
    usd: Decimal
    per: str = "month"

    @property
    def words(self) -> str:
        """The budget, for people."""
        return f"${self.usd:,f} {'in all' if self.per == 'total' else f'a {self.per}'} for {self.scope}"


def start(per: str, day: date) -> str:
    """The first day of the period that a day is in, `2026-11-01`; empty for all time."""
    match per:
        case "day":
            return day.isoformat()
        case "week":
            return (day - timedelta(days=day.weekday())).isoformat()
        case "month":
            return day.replace(day=1).isoformat()
    return ""


def end(per: str, day: date) -> str | None:
    """The first day of the next period, None where there is none."""
    match per:
        case "day":
            return (day + timedelta(days=1)).isoformat()
        case "week":
            return (day + timedelta(days=7 - day.weekday())).isoformat()
        case "month":
            return (day.replace(day=1) + timedelta(days=32)).replace(day=1).isoformat()
    return None


def scopes(project: str, tags: Iterable[str], key: str, provider: str) -> tuple[Scope, ...]:
    """All that a call counts for."""
    named = [*([f"project:{project}"] if project else []), *(f"tag:{tag}" for tag in tags)]
    return ("all", *named, f"key:{key}", f"provider:{provider}")


def budget(scope: str, value: Any, place: str) -> Budget:
    """A budget from outside: dollars, or a table of `usd` and `per`; raises ConfigError naming the place."""
    table = value if isinstance(value, Mapping) else {"usd": value}
    per = table.get("per", "month")
    if not SCOPE.fullmatch(scope) or table.keys() - {"usd", "per"} or per not in PERIODS:
        told = f"{_meant(scope)}{HINT} `per` is one of {', '.join(PERIODS)}."
        raise ConfigError(f"{place}: {scope!r} is no budget", hint=told)
    return Budget(scope, usd(table.get("usd"), f"{place}: {scope!r}"), per)


def usd(value: Any, place: str, hint: str = HINT) -> Decimal:
    """So many dollars; raises ConfigError."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        found = Decimal(-1)
    if isinstance(value, bool) or not found.is_finite() or found < 0:
        raise ConfigError(f"{place}: expected an amount of dollars", hint=hint)
    return found


def _meant(scope: str) -> str:
    """The scope that may be meant by one that is none."""
    import difflib

    kind, colon, name = scope.partition(":")
    near = difflib.get_close_matches(kind.lower(), KINDS if colon else (*KINDS, "all"), n=1)
    return f"Did you mean {near[0]}{'' if near[0] == 'all' else f':{name}' if name else ':NAME'}? " if near else ""
