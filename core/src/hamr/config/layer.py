"""One source of configuration, as it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hamr.config.catalog_entry import Suppressed

ANYONE = ""
"""In place of a provider's name: whoever has the model."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that does not count, and why; `path` is where in the file it stands."""

    file: str
    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.path}: {self.reason}" if self.path else f"{self.file}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Alias:
    """Another name for a model; without a `provider` the `id` is a selector of its own."""

    id: str
    provider: str | None = None
    tool_format: str | None = field(default=None, metadata={"one_of": ("native", "text", "json")})

    @property
    def selector(self) -> str:
        """What the alias stands for, as a user writes it."""
        return f"{self.provider}/{self.id}" if self.provider else self.id


@dataclass(frozen=True, slots=True)
class Layer:
    """What one file says. `providers` are tables in the shape of manifests, each with the fields it names and no more.

    `models` are the model rows of each provider, and `patches` what is changed in rows of others, by the model's name;
    those under no provider's name are for `provider/model`, or for a model whoever has it, and count before all rows.
    `suppressed` are models that no list shows. `notes` are fields of other programs' that count for nothing here.
    """

    place: str
    providers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    models: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    patches: Mapping[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)
    suppressed: tuple[Suppressed, ...] = ()
    aliases: Mapping[str, Alias] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()

    @property
    def brings(self) -> str:
        """For people, how much of each it brings, and how much of it does not count."""
        rows = sum(map(len, (*self.models.values(), *self.patches.values()))) + len(self.suppressed)
        counts = {"providers": len(self.providers), "aliases": len(self.aliases), "rows of models": rows}
        counts |= {"other settings": len(self.settings), "problems": len(self.problems)}
        return f"({', '.join(f'{what}: {number}' for what, number in counts.items() if number) or 'it says nothing'})"
