"""The names that a user's files give to models: aliases, `role:NAME` and `tier:NAME`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from hamr.errors import ConfigError
from hamr.resolve.outcome import Meant, Step
from hamr.resolve.variables import said
from hamr.types.request import ThinkingLevel
from hamr.variables import TABLE

if TYPE_CHECKING:
    from hamr.config.configuration import Configuration

ROLE, TIER = "role:", "tier:"
LEVELS = get_args(ThinkingLevel)
ROLE_VARIABLES = TABLE["role_model"].names
"""Beginnings of the variables that say who serves a role: behind them stand its name and `_PROVIDER` or `_MODEL`."""


class _Next(NamedTuple):
    """What one name stands for, of which kind it is, and where that is said."""

    kind: str
    selector: str
    origin: str
    tool_format: str | None = None
    options: Mapping[str, Any] = {}


def meant(there: Configuration, text: str, environ: Mapping[str, str]) -> Meant | None:
    """What a name stands for in the end, None for what is none of these.

    Raises ConfigError for names in a circle, and for a role or a tier that nobody has described.
    """
    steps: list[Step] = []
    seen: list[str] = []
    found = Meant(text.strip())
    while (following := _next(there, found.selector, environ)) is not None:
        if found.selector in seen:
            path = " -> ".join([*seen, found.selector])
            raise ConfigError(f"aliases go round in a circle: {path}", hint="Mend one of them.")
        seen.append(found.selector)
        steps.append(Step(following.kind, following.selector, f"{found.selector!r} in {following.origin}"))
        form = found.tool_format or following.tool_format
        origin = found.tool_origin if found.tool_format else following.origin
        options = {**following.options, **found.options}
        found = Meant(following.selector, tuple(steps), options, form, origin if form else "")
    return found if seen else None


def _next(there: Configuration, text: str, environ: Mapping[str, str]) -> _Next | None:
    if (alias := there.alias(text)) is not None:
        return _Next("alias", alias[0].selector, alias[1], alias[0].tool_format)
    if text.startswith(ROLE):
        return _of_role(there, text, environ)
    return _of_tier(there, text) if text.startswith(TIER) else None


def _of_role(there: Configuration, text: str, environ: Mapping[str, str]) -> _Next | None:
    name = text.removeprefix(ROLE)
    roles = there.roles
    if name not in roles and _has_level(name):
        return None  # it is asked for again without that
    variables = [f"{start}{name.upper().replace('-', '_')}" for start in ROLE_VARIABLES]
    provider = said(environ, [f"{each}_PROVIDER" for each in variables])
    model = said(environ, [f"{each}_MODEL" for each in variables])
    role, place = roles.get(name, (None, ""))
    if (named := model or provider) is not None:
        both = f"{provider.value}/{model.value}" if provider and model else named.value
        options, form = (role.said(), role.tool_format) if role is not None else ({}, None)
        return _Next("role", both, named.origin, form, options)
    if role is None:
        raise _unknown("role", name, list(roles), "[model_roles.NAME]")
    if role.selector is None:
        raise ConfigError(f"{place}: model_roles.{name} names no model", hint="Give it a model, or a provider.")
    return _Next("role", role.selector, f"{place}: model_roles.{name}", role.tool_format, role.said())


def _of_tier(there: Configuration, text: str) -> _Next | None:
    name = text.removeprefix(TIER)
    tiers = there.tier_models
    if name in tiers:
        return _Next("tier", tiers[name][0], f"{tiers[name][1]}: tier_defaults.{name}")
    if (alias := there.alias(name)) is not None:  # as Harn has them (N-202)
        return _Next("tier", name, alias[1])
    if _has_level(name):
        return None
    raise _unknown("tier", name, list(tiers), "[tier_defaults]")


def _has_level(name: str) -> bool:
    return name.rpartition(":")[2] in LEVELS and ":" in name


def _unknown(kind: str, name: str, known: list[str], table: str) -> ConfigError:
    there = f"There are {', '.join(known)}. " if known else ""
    return ConfigError(
        f"no file describes the {kind} {name!r}",
        hint=f"{there}Describe it in {table} of providers.toml (docs/configuration.md).",
    )
