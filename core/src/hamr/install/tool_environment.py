"""An environment that pipx or `uv tool` made for hamr: they keep a list of what is in it, so they must change it."""

from __future__ import annotations

import shlex
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hamr.errors import HamrError
from hamr.plugins.requirement import canonical

PIPX = "pipx_metadata.json"
UV = "uv-receipt.toml"


@dataclass(frozen=True, slots=True)
class ToolEnvironment:
    """Who keeps it, the name that they know it by, and what else uv put into it, as its command line says it."""

    keeper: str
    name: str
    tool: str = ""
    others: tuple[tuple[str, str], ...] = ()

    def command(self, install: list[str], uninstall: list[str]) -> str:
        """The command that a user has to run; that of uv names all that is to be there, not only what is new."""
        if self.keeper == "pipx":
            return shlex.join(["pipx", "inject" if install else "uninject", self.name, *install, *uninstall])
        kept = [told for name, told in self.others if name not in uninstall and told not in install]
        withs = [word for told in [*kept, *install] for word in ("--with", told)]
        return shlex.join(["uv", "tool", "install", self.tool, *withs])


def find(prefix: Path) -> ToolEnvironment | None:
    """The one in this folder; None where it is neither's."""
    if (prefix / PIPX).is_file():
        return ToolEnvironment("pipx", prefix.name)
    if (prefix / UV).is_file():
        return _receipt(prefix / UV)
    return None


def _receipt(path: Path) -> ToolEnvironment:
    try:
        wanted = tomllib.loads(path.read_text(encoding="utf-8"))["tool"]["requirements"]
        told = [(canonical(each["name"]), _told(each)) for each in wanted]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HamrError(f"{path} cannot be read: {error}", hint="Install hamr anew: uv tool install hamr") from error
    name, tool = told[0] if told else ("hamr", "hamr")
    return ToolEnvironment("uv tool", name, tool, tuple(told[1:]))


def _told(requirement: dict[str, Any]) -> str:
    """A requirement of uv's receipt as it stands on a command line (read from receipts of uv 0.13.8)."""
    for place in ("directory", "path", "editable"):
        if place in requirement:
            return str(requirement[place])
    extras = f"[{','.join(requirement['extras'])}]" if requirement.get("extras") else ""
    for scheme, place in (("git+", "git"), ("", "url")):
        if place in requirement:
            return f"{requirement['name']}{extras} @ {scheme}{requirement[place]}"
    return f"{requirement['name']}{extras}{requirement.get('specifier', '')}"
