"""The agents that a route knows: those of its manifest, and those of a file that ACP_AGENTS names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hamr.api import ConfigError
from hamr.wirekit import read_table
from hamr_provider_acp.agent import HINT, Agent, Compat, paired

if TYPE_CHECKING:
    from hamr.api import Route

PARAMETER = "agents"


def compat_of(route: Route) -> Compat:
    """What a route's manifest says, with the tables of the user's file laid over it; raises ConfigError."""
    return _with_own(Compat.read(route.compat, f"compat of {route.selector}"), route)


def _with_own(compat: Compat, route: Route) -> Compat:
    """An agent of the user's own replaces the one of that name as a whole."""
    path = route.provider.parameters.get(PARAMETER)
    if not path:
        return compat
    import tomllib

    try:
        with open(path, encoding="utf-8-sig") as file:
            tables = tomllib.loads(file.read())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}", hint="It holds a table for each agent, in TOML.") from error
    own = {}
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigError(f"{path}: {name} must be a table", hint=HINT)
        own[name] = read_table(Agent, paired(table), f"{path}: {name}", HINT)
    return replace(compat, agents={**compat.agents, **own})
