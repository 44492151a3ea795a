"""Which projects this user trusts, and what an untrusted one may say.

A `hamr.toml` that came with a cloned repository could send a user's key anywhere or run a command (inventory C-5): so
until the user says otherwise it may add aliases, and providers of its own with credentials of their own, and no more.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

from hamr.config.foreign import PROGRAMS, SERVICES
from hamr.config.layer import ANYONE, Layer, Problem
from hamr.errors import ConfigError

FILE = "trust.json"
DEFAULTS = ("ask", "always", "never")
HINT = "To allow it: hamr trust"
FIELDS = frozenset(
    {"name", "base_url", "wire", "auth", "compat", "models", "model", "limits", "retry", "icon", "features"}
)
"""What the table of a new provider may hold."""
RULE_FIELDS = frozenset({"match", "compat", "wire", "limits", "local", "stream_timeout"})
"""What it may say of single models."""
OWN_STYLES = frozenset({"", "none", "bearer", "header"})
"""Styles of auth that take a key and nothing else; others find credentials of the user's by themselves."""
COMPAT = frozenset({"command", "args", "env", "cwd", "mcp_servers", "agents", "any_command"})
"""What starts a program."""
DIVERTING = frozenset({"default_provider", "default_model", "terminal_model", "fallback"})
"""Settings by which calls go elsewhere than where they would without them."""


class Trust:
    """The user's decisions, by folder; those for a folder hold for what is in it, unless it has its own."""

    def __init__(self, folder: str | None) -> None:
        self.path = os.path.join(folder, FILE) if folder else None

    def decided(self, folder: str) -> bool | None:
        """Whether the project in this folder is trusted; None where nobody has said. Raises ConfigError."""
        said = self._read()
        place = os.path.realpath(folder)
        while True:
            if place in said:
                return said[place]
            above = os.path.dirname(place)
            if above == place:
                return None
            place = above

    def decide(self, folder: str, *, trusted: bool | None) -> str:
        """Remember it, or with None forget it; gives the folder as it is kept. Raises ConfigError."""
        import json

        from hamr.storage.files import write_whole
        from hamr.storage.locks import writing

        if self.path is None:
            raise ConfigError("there is no place for this", hint="Set HAMR_AGENT_DIR to a folder.")
        place = os.path.realpath(folder)
        with writing(self.path):
            said = self._read()
            said.pop(place, None)
            if trusted is not None:
                said[place] = trusted
            try:
                write_whole(self.path, json.dumps(said, indent=2, ensure_ascii=False).encode() + b"\n")
            except OSError as error:
                raise ConfigError(f"{self.path} cannot be written: {error.strerror}") from error
        return place

    def _read(self) -> dict[str, bool]:
        import json

        if self.path is None or not os.path.exists(self.path):
            return {}
        hint = "Mend the file, or remove it: then no project is trusted."
        try:
            with open(self.path, encoding="utf-8") as file:
                said = json.load(file)
        except (OSError, ValueError) as error:
            raise ConfigError(f"{self.path}: {error}", hint=hint) from error
        if not isinstance(said, dict) or not all(isinstance(value, bool) for value in said.values()):
            raise ConfigError(f'{self.path}: expected {{"folder": true or false}}', hint=hint)
        return said


def tamed(layer: Layer, known: Collection[str], variables: Collection[str], aliases: Collection[str] = ()) -> Layer:
    """What of an untrusted project's layer counts; the rest is told of.

    `known` are the providers that are there without it, `variables` those that hold their keys, and `aliases` the
    user's own.
    """
    problems: list[Problem] = []
    providers = {}
    for id, tables in layer.providers.items():
        fault = next(_faults(id, tables, known, variables), None)
        if fault is None:
            # What is stored is the user's: another plugin's, which may not be installed now, or another program's.
            providers[id] = {**tables, "auth": {**tables.get("auth", {}), "use_store": False}}
        else:
            reason = f"{fault}, and the project is not trusted. {HINT}"
            problems.append(Problem(layer.place, f"llm.providers.{id}", reason))
    dropped = sorted(layer.settings)
    told = {
        "models": layer.models.keys() - layer.providers.keys(),
        "patch": ANYONE in layer.patches,
        "suppress": layer.suppressed,
    }
    dropped += [name for name, there in told.items() if there]
    problems += [Problem(layer.place, f"llm.{name}", f"the project is not trusted. {HINT}") for name in dropped]
    own = {name: alias for name, alias in layer.aliases.items() if name not in aliases}
    for name in [name for name in own if "/" in name or name in known]:
        reason = f"it would divert calls to what is named so, and the project is not trusted. {HINT}"
        problems.append(Problem(layer.place, f"llm.aliases.{name}", reason))
        del own[name]
    rows = {id: rows for id, rows in layer.models.items() if id in providers}
    return replace(
        layer,
        providers=providers,
        models=rows,
        patches={},
        suppressed=(),
        aliases=own,
        settings={},
        problems=(*layer.problems, *problems),
    )


def of_package(layer: Layer, known: Collection[str], variables: Collection[str]) -> Layer:
    """What of an installed package's tables counts; the rest is told of.

    It may bring what a plugin may, but no program is started and no call diverted by what runs no code of its own.
    """
    problems: list[Problem] = []
    providers = {}
    for id, tables in layer.providers.items():
        fault = next(_dangers(id, tables, known, variables), None)
        if fault is None:
            providers[id] = tables
        else:
            problems.append(Problem(layer.place, f"llm.providers.{id}", f"{fault}, which a package may not"))
    dropped = sorted(DIVERTING & layer.settings.keys())
    problems += [Problem(layer.place, f"llm.{name}", "a package does not choose for you") for name in dropped]
    return replace(
        layer,
        providers=providers,
        patches={id: rows for id, rows in layer.patches.items() if id == ANYONE or id in providers},
        settings={name: value for name, value in layer.settings.items() if name not in dropped},
        problems=(*layer.problems, *problems),
    )


def _dangers(id: str, tables: Mapping[str, Any], known: Collection[str], variables: Collection[str]) -> Iterator[str]:
    """What the tables of a package may not say of this provider."""
    if id in known:
        yield "it would change a provider that is there already"
    if _starts_a_program(tables):
        yield "it would start a program"
    auth = tables.get("auth", {})
    values = [auth.get("key", ""), *tables.get("header_values", {}).values()]
    values += [value for rule in tables.get("model", ()) for value in rule.get("header_values", {}).values()]
    if any(value.startswith("!") for value in values):
        yield "it would run a command"
    if any("$" in value for value in values):
        yield "it would take a value from the environment by an expression"
    for name in auth.get("env", ()):
        if name in variables or name.split("_")[0] in PROGRAMS:
            yield f"its key would be taken from {name}, which is another's"


def _starts_a_program(tables: Mapping[str, Any]) -> bool:
    """Whether a provider or one of its models would, by its transport, its wire or its flags."""
    rules = tables.get("model", ())
    flags = [tables.get("compat", {}), *(rule.get("compat", {}) for rule in rules)]
    return (
        "transport" in tables
        or any(rule.get("wire") == "acp" for rule in rules)
        or any(COMPAT & set(each) for each in flags)
    )


def _faults(id: str, tables: Mapping[str, Any], known: Collection[str], variables: Collection[str]) -> Iterator[str]:
    """What an untrusted project may not say of this provider."""
    if id in known:
        yield "it would change a provider that is there already"
    if strange := sorted(tables.keys() - FIELDS - {"transport"}):
        yield f"it sets {', '.join(strange)}"
    if strange := sorted({name for rule in tables.get("model", ()) for name in rule} - RULE_FIELDS):
        yield f"it sets {', '.join(strange)} of a model"
    if _starts_a_program(tables):
        yield "it would start a program"
    if "{" in tables.get("base_url", ""):
        yield "its base URL has a parameter"
    auth = tables.get("auth", {})
    if (style := auth.get("style", "")) not in OWN_STYLES:
        yield f"its auth {style!r} finds credentials by itself"
    key = auth.get("key", "")
    if key.startswith("!"):
        yield "its key is a command"
    if "$" in key:
        yield "its key is taken from the environment by an expression"
    own = id.upper().replace("-", "_") + "_"
    for name in auth.get("env", ()):
        if name in variables or not name.startswith(own):
            yield f"its key would be taken from {name}, which is not its own (that would begin with {own})"
        if name.split("_")[0].upper() in PROGRAMS | SERVICES:
            yield f"its key would be taken from {name}, which is another service's by its name"
