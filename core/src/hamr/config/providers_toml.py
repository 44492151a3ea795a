"""`providers.toml`, and the table `[llm]` of a `hamr.toml`: one schema in both (inventory N-120 to N-126)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from hamr.config.entries import Reading
from hamr.config.layer import Layer, Problem
from hamr.config.model_settings import READERS

SETTINGS = ("default_provider", "default_model", "terminal_model", "state", "state_on_failure")
OUTSIDE = frozenset({"capabilities", "models", "patch", "suppress"})
"""What a project may say outside of `[llm]` as well: that is how the pages of other programs show it."""
STORE = "store"
"""The field of the table `credentials` of the user's own file: where `hamr auth add` keeps a key."""
LATER = (
    "provider_family",
    "capabilities",
    "qc_defaults",
)
"""Tables that others read, and that are carried along."""
NAMES = (*SETTINGS, "providers", "aliases", "credentials", *sorted(OUTSIDE | READERS.keys() | {*LATER}))
"""All that may stand at the top of a file, or in the table of a project's."""


def layer(text: str, place: str, *, project: bool = False) -> Layer:
    """What the file says, under `[llm]` for a project's; what is wrong is among the problems, and the rest counts."""
    try:
        stored: Mapping[str, Any] = tomllib.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:  # a number may have more digits than Python reads
        return Layer(place, problems=(Problem(place, "", str(error) or "it is nested too deeply"),))
    return of_tables(stored, place, project=project)


def of_tables(stored: Mapping[str, Any], place: str, *, project: bool = False) -> Layer:
    """The same of what was read already."""
    reading = Reading(place)
    head = "llm." if project else ""
    tables = stored.get("llm", {}) if project else stored
    if not isinstance(tables, Mapping):
        reading.problem("llm", "it must be a table")
        return reading.layer()
    for name, value in tables.items():
        if name == "credentials" and not project:
            _credentials(reading, value)
        else:
            _field(reading, name, value, f"{head}{name}")
    for name in OUTSIDE & stored.keys() if project else ():
        _field(reading, name, stored[name], name)
    for name in ("providers", "aliases") if project else ():
        if name in stored:
            reading.problem(name, f"it is passed over: in a project's file it stands under [llm], as [llm.{name}]")
    return reading.layer()


def _field(reading: Reading, name: str, value: Any, path: str) -> None:
    if name == "providers":
        reading.providers(value, path)
    elif name == "aliases":
        reading.aliases(value, path)
    elif name == "models":
        reading.models(value, path)
    elif name in ("patch", "suppress"):
        _inner(reading, name, value, path)
    elif name in SETTINGS:
        if isinstance(value, str):
            reading.set(name, value)
        else:
            reading.problem(path, "it must be a text")
    elif name in READERS:
        READERS[name](reading, value, path)
    elif name in LATER:
        reading.set(name, value)
        if name != "capabilities":
            reading.note(path, "another program's; hamr does not go by it")
    else:
        reading.problem(path, "unknown field; it is passed over")


def _inner(reading: Reading, name: str, value: Any, path: str) -> None:
    """`[patch.models]`, or `[suppress]` with its `routes`."""
    known = {"patch": ("models", reading.patches), "suppress": ("routes", reading.suppress)}
    inner, read = known[name]
    if not isinstance(value, Mapping):
        reading.problem(path, f"it must be a table with {inner}")
        return
    for each, given in value.items():
        if each == inner:
            read(given, f"{path}.{inner}")
        else:
            reading.problem(f"{path}.{each}", f"unknown field (known: {inner}); it is passed over")


def _credentials(reading: Reading, value: Any) -> None:
    if not isinstance(value, Mapping):
        reading.problem("credentials", "it must be a table")
        return
    for name, said in value.items():
        if name != STORE:
            reading.problem(f"credentials.{name}", "unknown field; it is passed over")
        elif not (isinstance(said, str) and said):
            reading.problem(f"credentials.{name}", "it must be a text: file, keyring, or the name of a plugin's store")
        else:
            reading.set(f"credentials.{name}", said)
