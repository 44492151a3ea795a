"""What `hamr install` has installed for this user, so that it can be installed again after an upgrade."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from hamr.install.metadata import distributions
from hamr.storage import config_files

FILE = "installed.json"
FIELDS = {"distribution", "requirement", "version"}
SHAPE = '{"plugins": [objects of strings: distribution, requirement, version]}'


@dataclass(frozen=True, slots=True)
class Kept:
    """One distribution: what the installer was told, and the version that came of it."""

    distribution: str
    requirement: str
    version: str


@dataclass(frozen=True, slots=True)
class Installed:
    """The list, by name. It is the user's, whichever environment hamr runs in: an upgrade may bring another."""

    plugins: tuple[Kept, ...] = ()

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Installed:
        """The list in `installed.json`; raises ConfigError naming the file."""
        stored = config_files.read(environ, FILE, _well_formed, SHAPE)
        return cls(tuple(Kept(**fields) for fields in stored["plugins"])) if stored else cls()

    def write(self, environ: Mapping[str, str]) -> Path:
        """Keep this list; gives the file's path. Raises ConfigError where it cannot be written."""
        return config_files.write(environ, FILE, asdict(self))

    @classmethod
    def change(cls, environ: Mapping[str, str], edit: Callable[[Installed], Installed]) -> None:
        """Edit the list while no other process does; raises ConfigError where it cannot be read or written."""
        with config_files.changing(environ, FILE):
            before = cls.read(environ)
            if (after := edit(before)) != before:
                after.write(environ)

    def with_(self, new: Iterable[Kept]) -> Installed:
        """The same list with these in it, each in place of what it had of the same distribution."""
        known = {kept.distribution: kept for kept in (*self.plugins, *new)}
        return Installed(tuple(known[name] for name in sorted(known)))

    def without(self, names: Iterable[str]) -> Installed:
        """The same list less these distributions."""
        gone = set(names)
        return Installed(tuple(kept for kept in self.plugins if kept.distribution not in gone))

    def missing(self) -> tuple[Kept, ...]:
        """Those that are not in the environment that hamr runs in."""
        if not self.plugins:
            return ()
        there = {found.name for found in distributions()}
        return tuple(kept for kept in self.plugins if kept.distribution not in there)


def _well_formed(stored: Any) -> bool:
    return (
        isinstance(stored, dict)
        and stored.keys() == {"plugins"}
        and isinstance(stored["plugins"], list)
        and all(isinstance(fields, dict) and fields.keys() == FIELDS for fields in stored["plugins"])
        and all(isinstance(value, str) for fields in stored["plugins"] for value in fields.values())
    )
