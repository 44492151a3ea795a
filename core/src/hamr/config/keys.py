"""The keys of configuration, as the command line names them: `providers.groq.base_url`, `aliases.fast`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from hamr.config.editing import nested
from hamr.config.editing.nested import Path
from hamr.config.entry import ProviderEntry
from hamr.config.layer import Alias
from hamr.config.providers_toml import NAMES, SETTINGS
from hamr.config.translate import snaked
from hamr.errors import ConfigError

_PART = re.compile(r"""\s*(?:"((?:\\.|[^"\\])*)"|'([^']*)'|([^."'\s][^.]*?))\s*(?:\.|$)""")
_KEYLIKE = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:sk|pk|rk|gsk|xai|gh[opsu]|github_pat|hf|r8|nvapi|pplx|csk)[-_]|AIza)"
    r"(?=[A-Za-z_-]*[0-9])[A-Za-z0-9_-]{16,}"
)
"""How the keys of many providers begin; each has digits among its characters, and few names of models do."""
FAMILIES = (
    ("wire", "api", "protocol", "compatibility"),
    ("name", "display_name"),
    ("auth_env", "api_key_env"),
    ("headers", "extra_headers", "custom_headers"),
    ("max_tokens", "max_output_tokens"),
    ("reasoning", "supports_thinking"),
)
"""Fields that say the same: the names that several programs have for one thing."""


@dataclass(frozen=True, slots=True)
class Part:
    """One name of a key. That of a `field` may be spelled in camelCase too, and has others that mean the same."""

    name: str
    field: bool = False

    def names(self, there: Any) -> list[str | int]:
        """What it may be among the names of a table, or the items of a list, the likeliest first."""
        if isinstance(there, list):
            ids = [place for place, each in enumerate(there) if isinstance(each, dict) and each.get("id") == self.name]
            return [*ids, *([int(self.name)] if self.name.isdecimal() and int(self.name) < len(there) else [])]
        if not isinstance(there, dict):
            return []
        if not self.field:
            return [self.name] if self.name in there else []
        family = next((each for each in FAMILIES if self.name in each), ())
        spelled = {name: next(iter(snaked({name: 0}))) for name in there}
        same = [name for name, snake in spelled.items() if snake == self.name]
        return [*same, *(name for each in family for name, snake in spelled.items() if snake == each != self.name)]


@dataclass(frozen=True, slots=True)
class Key:
    """A key that may be said: its parts, and what its value is: a kind of `schema.KINDS`, or `table` or `any`."""

    parts: tuple[Part, ...]
    kind: str
    rules: Mapping[str, Any]

    def __str__(self) -> str:
        return spelled(self.names)

    @property
    def names(self) -> tuple[str, ...]:
        """The names alone, fields in snake_case."""
        return tuple(part.name for part in self.parts)

    @property
    def provider(self) -> str | None:
        """The provider that it is about."""
        return self.names[1] if self.names[0] == "providers" and self.names[1:] else None

    @property
    def secret(self) -> bool:
        """Whether its value may be a secret that nobody is shown."""
        return bool(self.provider) and any(name in SECRETS for name in self.names[2:])

    def located(self, stored: Any) -> Path | None:
        """Where it stands in what a file holds."""
        return next(_places(self.parts, stored), None)

    def home(self, stored: Any, *, camel: bool = False) -> Path:
        """Where it would stand: below as much of it as is there."""
        if (there := self.located(stored)) is not None:
            return there
        path: Path = ()
        for depth in range(len(self.parts) - 1, 0, -1):
            above = next(_places(self.parts[:depth], stored), None)
            if above is not None and isinstance(nested.found(stored, above), dict | list):
                path = above
                break
        rest = self.parts[len(path) :]
        return (*path, *(_camel(part.name) if camel and part.field else part.name for part in rest))


SECRETS = ("api_key", "headers", "extra_headers", "custom_headers", "env")
"""Fields of a provider that hold secrets, or whose table does."""


def key(text: str) -> Key:
    """The key of this name; raises ConfigError naming the nearest where nothing has this name."""
    names = _split(text)
    if names[0] == "llm" and names[1:]:  # as it stands in a hamr.toml
        names = names[1:]
    parts, shape = [Part(names[0], field=True)], _root(names[0])
    for name in names[1:]:
        try:
            part, shape = _below(shape, name, spelled([each.name for each in parts]))
        except ConfigError as error:
            quotes = " A name with a dot in it stands in quotes." if names[2:] and not set("'\"") & set(text) else ""
            raise ConfigError(error.message, hint=error.hint + quotes) from None
        parts.append(part)
    return Key(tuple(parts), *_kind(shape))


def spelled(names: Sequence[str]) -> str:
    """Names as a key: those with dots in them stand in quotes."""
    return ".".join(_quoted(name) for name in names)


def like_a_key(text: str) -> bool:
    """Whether it looks like a provider's key."""
    return bool(_KEYLIKE.search(text))


def _split(text: str) -> list[str]:
    names: list[str] = []
    at = 0
    while at < len(text) or not names:
        found = _PART.match(text, at)
        if not found or (found.end() == len(text) and text.endswith(".") and not text.endswith(('"', "'"))):
            shown = "this" if like_a_key(text) else repr(text)
            raise ConfigError(
                f"{shown} is no key of configuration", hint="For instance: providers.groq.base_url, aliases.fast."
            )
        quoted = json.loads(f'"{found[1]}"', strict=False) if found[1] is not None else found[2]
        names.append(quoted if quoted is not None else found[3])
        at = found.end()
    return names


def _quoted(name: str) -> str:
    return name if re.fullmatch(r"[^.\"'\s]+", name) else json.dumps(name, ensure_ascii=False)


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


def _places(parts: Sequence[Part], stored: Any, path: Path = ()) -> Iterator[Path]:
    if not parts:
        yield path
        return
    for name in parts[0].names(stored):
        inner = nested.found(stored, (name,))
        yield from _places(parts[1:], inner, (*path, name))


# A shape is what may stand at a key: a dataclass whose fields there are, a field of one, or one of these words.
_PROVIDERS, _ALIASES, _ALIAS, _TEXT, _ANY = "providers", "aliases", "alias", "text", "any"
_INNER = {_PROVIDERS: ProviderEntry, _ALIASES: _ALIAS, _ANY: _ANY}


def _root(name: str) -> Any:
    known = {"providers": _PROVIDERS, "aliases": _ALIASES, **dict.fromkeys(SETTINGS, _TEXT)}
    known |= {each: _ANY for each in NAMES if each not in known}
    if name not in known:
        raise _unknown(name, known, "a key of configuration")
    return known[name]


def _below(shape: Any, name: str, above: str) -> tuple[Part, Any]:
    """What is below, by its name; raises ConfigError."""
    if isinstance(shape, str) and shape in _INNER:
        return Part(name), _INNER[shape]
    if isinstance(cls := Alias if shape == _ALIAS else shape, type):
        known = {field.name: field for field in fields(cls)}
        snake = next(iter(snaked({name: 0})))
        if snake not in known:
            raise _unknown(name, known, f"a field of {above}")
        return Part(snake, field=True), known[snake]
    rules = {} if shape == _TEXT else shape.metadata
    if inner := rules.get("table"):
        return _below(_class(inner), name, above)
    if inner := rules.get("tables") or rules.get("named"):
        return Part(name), _class(inner)
    if shape != _TEXT and "Mapping" in str(shape.type):
        return Part(name), _TEXT if "str, str" in str(shape.type) else _ANY
    raise ConfigError(f"{above} is no table: there is nothing below it", hint=f"hamr config explain {above}")


def _class(inner: Any) -> Any:
    if isinstance(inner, type):
        return inner
    module, _, name = str(inner).partition(":")
    return getattr(import_module(module), name)


def _kind(shape: Any) -> tuple[str, Mapping[str, Any]]:
    if shape in (_PROVIDERS, _ALIASES) or isinstance(shape, type):
        return "table", {}
    if shape in (_TEXT, _ALIAS):
        return "str", {}
    if shape == _ANY:
        return "any", {}
    is_table = "table" in shape.metadata or "named" in shape.metadata
    return "table" if is_table else str(shape.type).removesuffix(" | None"), shape.metadata


def _unknown(name: str, known: Mapping[str, Any], what: str) -> ConfigError:
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    shown = "this" if like_a_key(name) else repr(name)
    hint = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(known)}."
    return ConfigError(f"{shown} is not {what}", hint=hint)
