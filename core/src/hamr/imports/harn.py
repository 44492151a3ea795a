"""Harn's files: `providers.toml` and `[llm]` of a `harn.toml`, which hamr has nearly as they are (N-120 to N-126)."""

from __future__ import annotations

import glob
import os
from collections.abc import Mapping
from typing import Any

from hamr.config.providers_toml import NAMES, OUTSIDE
from hamr.imports import names
from hamr.imports.found import Found
from hamr.imports.source import Source, above, home
from hamr.imports.source_file import table
from hamr.variables import TABLE, first


def providers(found: Found, place: str, held: Any) -> None:
    """`providers.toml`."""
    for name, value in table(held).items():
        _table(found, place, name, value)


def project(found: Found, place: str, held: Any) -> None:
    """`harn.toml`: its table `[llm]`, and what the pages show beside it; a providers.toml by another name as such."""
    said = table(held)
    if "llm" not in said and {"providers", "aliases", "default_provider"} & said.keys():
        providers(found, place, said)
        return
    providers(found, place, said.get("llm"))
    for name, value in said.items():
        if name in OUTSIDE:
            _table(found, place, name, value)
        elif name != "llm":
            found.leave(place, f"[{name}]", "it is a matter of Harn's own, and none of providers")


def _table(found: Found, place: str, name: str, value: Any) -> None:
    if name not in NAMES:
        found.leave(place, name, "hamr has no such table")
    elif name == "providers":
        for id, entry in table(value).items():
            if isinstance(entry, Mapping):
                found.provider(_known(id, entry), dict(entry), place)
            else:
                found.leave(place, f"providers.{id}", "it is no table")
    elif name == "aliases":
        for alias, meant in table(value).items():
            found.aliases.setdefault(alias, _alias(meant))
    elif name == "default_provider":
        found.default(name, names.HARN.get(value, value) if isinstance(value, str) else value)
    else:
        found.default(name, value)


def _known(id: str, entry: Mapping[str, Any]) -> str:
    """A provider that it only changes may be called otherwise here; one of its own keeps its name."""
    return id if "base_url" in entry or "command" in entry else names.HARN.get(id, id)


def _alias(meant: Any) -> Any:
    provider = table(meant).get("provider")
    known = names.HARN.get(provider) if isinstance(provider, str) else None
    return {**meant, "provider": known} if known else meant


def _places(environ: Mapping[str, str], folder: str) -> list[str]:
    base = environ.get("XDG_CONFIG_HOME") or home(environ, ".config")
    named = first(environ, TABLE["providers_config"].names[1:])
    root = [os.path.dirname(each) for each in above(folder, "harn.toml")]
    packages = sorted(glob.glob(os.path.join(glob.escape(root[0]), ".harn/packages/*/harn.toml"))) if root else []
    user = os.path.expanduser(environ[named].strip()) if named else os.path.join(base, "harn", "providers.toml")
    # Those that count most come first (inventory N-120).
    return [*above(folder, "harn.toml"), *reversed(packages), user]


SOURCE = Source("harn", "Harn", {"harn.toml": project, "providers.toml": providers}, _places)
