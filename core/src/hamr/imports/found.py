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

    @property
    def literal(self) -> str | None:
        """The key itself, None where it is only named."""
        if self.env or references.command(self.written) is not None or references.variables(self.written):
            return None
        return references.filled(self.written, {}, self.place)


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
    """All that was found. `providers` are entries as `providers.toml` has them, or, those `in_json`, `models.json`.

    Of what two files say of one thing the first one's word is taken.
    """

    in_json: set[str] = field(default_factory=set)
    files: list[str] = field(default_factory=list)
    providers: dict[str, dict[str, Any]] = field(default_factory=dict)
    aliases: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, Any] = field(default_factory=dict)
    keys: list[FoundKey] = field(default_factory=list)
    logins: list[FoundLogin] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    uses: dict[str, list[str]] = field(default_factory=dict)
    """The providers that use a key, by the key's name in another of the files."""

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

    def provider(self, id: str, entry: dict[str, Any], place: str, *, in_json: bool = False) -> None:
        """A provider, unless an earlier file has it."""
        if id in self.providers:
            self.leave(place, f"providers.{id}", "another file that counts more says what it is")
            return
        self.providers[id] = entry
        if in_json:
            self.in_json.add(id)

    def default(self, name: str, value: Any) -> None:
        """A setting or a table, unless an earlier file has it; tables of tables are put together."""
        there = self.tables.get(name)
        if isinstance(there, dict) and isinstance(value, Mapping):
            self.tables[name] = {**value, **there}
        else:
            self.tables.setdefault(name, dict(value) if isinstance(value, Mapping) else value)
