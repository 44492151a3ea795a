"""What a file says of how models are asked where a call does not: by pattern of their names, or by a role."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple, get_args

from hamr import schema
from hamr.errors import ConfigError
from hamr.resolve.glob import fits
from hamr.types.request import ThinkingConfig, ThinkingLevel

if TYPE_CHECKING:
    from hamr.types import Request

LEVELS = get_args(ThinkingLevel)
GROUP = "logical:"
"""What stands before the name of a group of models in a pattern (N-203)."""
UNSET = "_unset"
"""The field that takes defaults of broader patterns away."""
FORMATS = {"one_of": ("native", "text", "json")}


@dataclass(frozen=True, slots=True)
class GenerationTable:
    """Options of a call that a file may give (inventory N-203); `reasoning_effort` is another name for `thinking`."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    max_tokens: int | None = field(default=None, metadata={"least": 1})
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    thinking: bool | str | None = field(default=None, metadata={"one_of": LEVELS})
    reasoning_effort: str | None = field(default=None, metadata={"one_of": ("none", *LEVELS)})
    stop: str | tuple[str, ...] = ()
    verbosity: str | None = None
    parallel_tool_calls: bool | None = None
    options: Mapping[str, Any] = field(default_factory=dict)

    def said(self) -> dict[str, Any]:
        """The options that it names, as a call gives them."""
        told = {each.name: getattr(self, each.name) for each in fields(GenerationTable)}
        effort = told.pop("reasoning_effort")
        if effort is not None and told["thinking"] is None:
            told["thinking"] = "off" if effort == "none" else effort
        return {name: value for name, value in told.items() if value not in (None, (), {})}


@dataclass(frozen=True, slots=True)
class RoleTable(GenerationTable):
    """A model by what it is for, and how it is asked; without a `provider` the `model` is a selector."""

    provider: str | None = None
    model: str | None = None
    tool_format: str | None = field(default=None, metadata=FORMATS)

    def over(self, below: RoleTable) -> RoleTable:
        """The role, with what another says of the same role where this says nothing."""
        gone = {each.name for each in fields(self) if getattr(self, each.name) in (None, (), {})}
        return replace(self, **{name: getattr(below, name) for name in gone})

    @property
    def selector(self) -> str | None:
        """What it stands for, as a user writes it."""
        if self.provider and self.model:
            return self.model if self.model.startswith(f"{self.provider}/") else f"{self.provider}/{self.model}"
        return self.provider or self.model


class Defaults(NamedTuple):
    """The options for models whose name fits a pattern, and those that broader patterns give and that do not count."""

    pattern: str
    options: Mapping[str, Any]
    unset: tuple[str, ...] = ()

    @classmethod
    def read(cls, pattern: str, table: Mapping[str, Any], path: str) -> Defaults:
        """The table of a pattern; raises ConfigError."""
        rest = {name: value for name, value in table.items() if name != UNSET}
        unset = table.get(UNSET, ())
        known = {each.name for each in fields(GenerationTable)}
        if not isinstance(unset, list | tuple) or not all(isinstance(each, str) and each in known for each in unset):
            raise ConfigError(f"{path}: {UNSET} must be a list of {', '.join(sorted(known))}")
        gone = tuple("thinking" if each == "reasoning_effort" else each for each in unset)
        return cls(pattern, schema.read(GenerationTable, rest, path).said(), gone)

    def fits(self, names: tuple[str, ...]) -> bool:
        """Whether a model of one of these names, in small letters, is meant."""
        return any(fits(self.pattern.lower(), name) for name in names)

    @property
    def breadth(self) -> tuple[bool, int]:
        """What sorts the broadest pattern first: those for many models before those for one, the shorter ones first."""
        many = "*" in self.pattern or self.pattern.startswith(GROUP)
        return not many, len(self.pattern.replace("*", ""))


class Given(NamedTuple):
    """An option, and the place that gives it."""

    value: Any
    origin: str


def defaults(
    sources: list[tuple[tuple[Defaults, ...], str]], provider: str, model: str, logical: str | None = None
) -> dict[str, Given]:
    """What counts for a model: a later source's, and in each the narrowest pattern's, field by field."""
    group = (f"{GROUP}{logical}",) if logical else ()
    names = tuple(each.lower() for each in (model, f"{provider}/{model}", *group))
    found: dict[str, Given] = {}
    for tables, place in sources:
        for each in sorted(tables, key=lambda each: each.breadth):
            if not each.fits(names):
                continue
            for name in each.unset:
                found.pop(name, None)
            where = f"{place}: model_defaults.{each.pattern}"
            found |= {name: Given(value, where) for name, value in each.options.items()}
    return found


def filled(request: Request, defaults: Mapping[str, Given]) -> Request:
    """The request, with the defaults for what it leaves open."""
    said: dict[str, Any] = {
        name: _as_asked(name, given.value)
        for name, given in defaults.items()
        if name != "options" and getattr(request, name) in (None, ())
    }
    if (options := defaults.get("options")) is not None:
        said["options"] = {**options.value, **request.options}
    return replace(request, **said) if said else request


def _as_asked(name: str, value: Any) -> Any:
    if name == "thinking":
        return ThinkingConfig({True: "medium", False: "off"}.get(value, value))
    return (value,) if name == "stop" and isinstance(value, str) else value
