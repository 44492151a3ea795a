"""What was found in another program's files, in hamr's terms, and what of it cannot be said in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hamr.secrets import references
from hamr.types import Tokens


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key of a provider as `auth.json` has it, with the variables that are set for it; `place` is where it was."""

    provider: str
    written: str = field(repr=False)
    place: str
    env: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class FoundLogin:
    """The tokens of a login."""

    provider: str
    tokens: Tokens = field(repr=False)
    place: str


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is not carried, and why; it shows no value that may be a secret."""

    place: str
    what: str
    why: str


@dataclass(slots=True)
class Found:
    """All that was found. `providers` are entries as `providers.toml` or, `in_json`, as `models.json` has them."""

    in_json: bool = False
    files: list[str] = field(default_factory=list)
    providers: dict[str, dict[str, Any]] = field(default_factory=dict)
    aliases: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, Any] = field(default_factory=dict)
    keys: list[FoundKey] = field(default_factory=list)
    logins: list[FoundLogin] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def credentials(self) -> list[FoundKey | FoundLogin]:
        """The keys, and then the logins."""
        return [*self.keys, *self.logins]

    def leave(self, place: str, what: str, why: str) -> None:
        """Tell of something that is not carried."""
        self.left.append(Left(place, what, why))

    def key(self, provider: str, text: str, place: str) -> None:
        """A key as such."""
        if text.strip():
            self.keys.append(FoundKey(provider, references.literal(text.strip()), place))

    def default(self, name: str, value: Any) -> None:
        """A setting or a table, unless an earlier file has it: theirs is the later word."""
        self.tables.setdefault(name, value)
