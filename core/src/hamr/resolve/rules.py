"""Rules that tell by a model's name whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hamr.resolve.glob import fits

HINT = "docs/models.md says what a rule may hold."


@dataclass(frozen=True, slots=True)
class Rule:
    """The names that fit are models of `provider`; all that the rule says must hold.

    `*` for a provider is what stands before the first slash of the name; an empty one says that nobody is meant.
    """

    provider: str
    pattern: str | tuple[str, ...] = ()
    contains: str = ""
    exact: str = ""
    slashes: int | None = field(default=None, metadata={"least": 0})
    origin: str = "hamr's rules"

    @property
    def is_of_names(self) -> bool:
        """Whether it knows names, and not only how names of a kind look."""
        return bool(self.pattern or self.exact)

    def fits(self, name: str) -> bool:
        """Whether a model of this name, in small letters, is meant."""
        if self.slashes is not None and name.count("/") != self.slashes:
            return False
        if self.contains.lower() not in name or (self.exact and self.exact.lower() != name):
            return False
        patterns = (self.pattern,) if isinstance(self.pattern, str) else self.pattern
        return not patterns or any(fits(pattern.lower(), name) for pattern in patterns)

    def told(self) -> str:
        """The rule as it is spoken of."""
        patterns = (self.pattern,) if isinstance(self.pattern, str) else self.pattern
        parts = [" or ".join(patterns), f"with {self.contains!r} in it" if self.contains else "", self.exact]
        parts.append("" if self.slashes is None else f"{self.slashes or 'no'} slash")
        return f"{', '.join(part for part in parts if part)} ({self.origin})"

    def named(self, name: str) -> str:
        """The provider that is meant for a model of this name."""
        return name.partition("/")[0] if self.provider == "*" else self.provider


def shipped(tables: Iterable[Mapping[str, Any]]) -> list[Rule]:
    """The rules of the core's own table, which its tests check."""
    found = []
    for each in tables:
        pattern = each.get("pattern", ())
        pattern = tuple(pattern) if isinstance(pattern, list) else pattern
        found.append(Rule(each["provider"], pattern, each.get("contains", ""), slashes=each.get("slashes")))
    return found


def read(table: Mapping[str, Any], place: str, origin: str) -> Rule:
    """The rule of a file, told as one of `origin`; raises ConfigError, naming the place, for what is none."""
    from dataclasses import replace

    from hamr import schema
    from hamr.errors import ConfigError

    rule = schema.read(Rule, table, place, HINT)
    if not (rule.pattern or rule.contains or rule.exact or rule.slashes is not None):
        raise ConfigError(f"{place}: it says of no name that it fits", hint=HINT)
    return replace(rule, origin=origin)
