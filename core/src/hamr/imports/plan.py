"""What an import would write, and where: nothing that is there already is replaced unasked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from hamr import base_url
from hamr.config.config_file import ConfigFile
from hamr.config.editing import nested
from hamr.config.entry import ProviderEntry
from hamr.config.translate import snaked
from hamr.errors import ConfigError
from hamr.imports.found import Found, FoundKey, FoundLogin, Left
from hamr.types import Tokens

Action = Literal["add", "same", "keep", "replace"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing for a file: a value at a path, a key or a login, and what is done with it.

    `keep` says that another is there, `same` that it is there itself.
    """

    file: str
    path: tuple[str, ...]
    action: Action
    value: Any = field(default=None, repr=False)
    key: FoundKey | FoundLogin | None = field(default=None, repr=False)

    @property
    def writes(self) -> bool:
        """Whether it changes the file."""
        return self.action in ("add", "replace")


@dataclass(frozen=True, slots=True)
class Plan:
    """All steps, and what is left where it was."""

    steps: tuple[Step, ...]
    left: tuple[Left, ...]

    def of(self, file: str) -> list[Step]:
        """The steps that change this file."""
        return [step for step in self.steps if step.file == file and step.writes]


@dataclass(frozen=True, slots=True)
class Target:
    """Where it would go: the user's files, what they hold now, and the store of keys.

    `stored` gives what is stored of a provider: its keys as they are written, and the tokens of its logins.
    """

    toml: ConfigFile
    json: ConfigFile
    auth: str
    stored: Callable[[str], tuple[set[str], set[str]]]


def plan(found: Found, target: Target, *, overwrite: bool) -> Plan:
    """The plan for what was found; raises ConfigError where a file of the user's is broken."""
    texts = {file.path: file.text() or "" for file in (target.toml, target.json)}
    held = {file.path: file.stored(texts[file.path]) for file in (target.toml, target.json)}
    steps: list[Step] = []
    left = list(found.left)
    refused: set[str] = set()
    for path, value in _values(found):
        if path[0] == "aliases" and isinstance(value, str) and value.partition("/")[0] in refused:
            left.append(Left(target.toml.path, ".".join(path), f"{value} would be nowhere"))
            continue
        file = _home(found, target, held, path)
        sense = _sense(file, path, value)
        left += [Left(file.path, ".".join(path), reason) for reason in sense.reasons]
        if sense.value is None:
            refused |= {path[1]} if path[0] == "providers" else set()
            continue
        there = nested.found(held[file.path], path)
        steps.append(Step(file.path, path, _action(there, sense.value, overwrite=overwrite), sense.value))
    steps += _credentials(found, target, overwrite=overwrite)
    return Plan(tuple(steps), tuple(left))


def _values(found: Found) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield from ((("providers", id), entry) for id, entry in found.providers.items())
    yield from ((("aliases", name), value) for name, value in found.aliases.items())
    for name, value in found.tables.items():
        if isinstance(value, Mapping):
            yield from (((name, str(inner)), each) for inner, each in value.items())
        else:
            yield (name,), value


def _home(found: Found, target: Target, held: Mapping[str, Any], path: tuple[str, ...]) -> ConfigFile:
    """The file that has it already, the later one before the other; else the one in which the source writes."""
    if path[0] != "providers":
        return target.toml
    for file in (target.json, target.toml):
        if nested.found(held[file.path], path) is not nested.MISSING:
            return file
    return target.json if path[1] in found.in_json else target.toml


def _action(there: Any, value: Any, *, overwrite: bool) -> Action:
    if there is nested.MISSING:
        return "add"
    if there == value:
        return "same"
    return "replace" if overwrite else "keep"


@dataclass(frozen=True, slots=True)
class _Sense:
    """What of a value makes sense, None for nothing, and why the rest does not."""

    value: Any
    reasons: Sequence[str] = ()


def _sense(file: ConfigFile, path: tuple[str, ...], value: Any) -> _Sense:
    """The value, less the fields that a file of configuration does not have."""
    reasons: list[str] = []
    if path[0] == "providers" and isinstance(value, Mapping):
        value, reasons = known_fields(ProviderEntry, value)
        if fault := _url_fault(value):
            return _Sense(None, [*reasons, fault])
    whole = nested.put({}, path, value)
    try:
        text = file.document(whole)
        text.encode()
        if file.stored(text) != whole:
            return _Sense(None, [*reasons, "it holds a number that is none"])
    except UnicodeEncodeError:
        return _Sense(None, [*reasons, "it is no text in UTF-8"])
    except (TypeError, ValueError) as error:
        return _Sense(None, [*reasons, str(error)])
    for problem in file.layer(text).problems:
        inner = problem.path.removeprefix(".".join(path)).lstrip(".")
        reasons.append(f"{inner}: {problem.reason}" if inner else problem.reason)
        return _Sense(None, reasons)
    return _Sense(value, reasons)


def _url_fault(entry: Mapping[str, Any]) -> str | None:
    """What is wrong with the entry's base URL; one with parameters in braces is judged when they are known."""
    url = entry.get("baseUrl", entry.get("base_url"))
    if not isinstance(url, str) or "{" in url:
        return None
    try:
        base_url.check(url, "base_url")
    except ConfigError as error:
        return error.message
    return None


def known_fields(cls: Any, entry: Mapping[str, Any], above: str = "") -> tuple[dict[str, Any], list[str]]:
    """The entry with the fields that this dataclass has, and what is said of each of the others."""
    known = {each.name: each for each in fields(cls)}
    kept, reasons = {}, []
    for name, value in entry.items():
        field = known.get(next(iter(snaked({str(name): 0}))))
        if field is None:
            reasons.append(f"{above}{name}: hamr has no such field")
            continue
        kept[str(name)], more = _known_below(field.metadata, value, f"{above}{name}.")
        reasons += more
    return kept, reasons


def _known_below(rules: Mapping[str, Any], value: Any, above: str) -> tuple[Any, list[str]]:
    cls = rules.get("table") or rules.get("tables") or rules.get("named")
    if not isinstance(cls, type):
        return value, []
    if "table" in rules and isinstance(value, Mapping):
        return known_fields(cls, value, above)
    pairs: Iterable[tuple[Any, Any]] = ()
    if "tables" in rules and isinstance(value, list):
        pairs = enumerate(value)
    elif "named" in rules and isinstance(value, Mapping):
        pairs = value.items()
    else:
        return value, []
    found = {name: known_fields(cls, each, f"{above}{name}.") if isinstance(each, Mapping) else (each, [])
             for name, each in pairs}  # fmt: skip
    below = {name: each for name, (each, _) in found.items()}
    return below if "named" in rules else [*below.values()], [reason for _, more in found.values() for reason in more]


def _credentials(found: Found, target: Target, *, overwrite: bool) -> Iterator[Step]:
    """Keys stand behind those that are there; a login takes the place of another, where that is wanted."""
    stored: dict[str, tuple[set[str], set[str]]] = {}
    had: dict[str, bool] = {}
    for each in found.credentials:
        if each.provider not in stored:
            stored[each.provider] = target.stored(each.provider)
            had[each.provider] = bool(stored[each.provider][1])
        keys, logins = stored[each.provider]
        there, mark = (keys, each.written) if isinstance(each, FoundKey) else (logins, login_mark(each.tokens))
        action: Action = "add"
        if mark in there:
            action = "same"
        elif isinstance(each, FoundLogin) and had[each.provider]:
            action = "replace" if overwrite else "keep"
        there.add(mark)  # one that stands in two files is stored once
        yield Step(target.auth, (each.provider,), action, None, each)


def login_mark(tokens: Tokens) -> str:
    """What stays the same of a login while its access token is replaced."""
    return tokens.refresh or tokens.access
