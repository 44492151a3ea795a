"""Agents of the user's own, from a file that ACP_AGENTS names."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hamr.api import ConfigError
from hamr.wirekit import read_table
from hamr_provider_acp.agent import HINT, Agent, paired

if TYPE_CHECKING:
    from hamr.api import Route
    from hamr_provider_acp.agent import Compat

PARAMETER = "agents"


def with_own(compat: Compat, route: Route) -> Compat:
    """With the tables of the user's file laid over those that are known, each as a whole; raises ConfigError."""
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
