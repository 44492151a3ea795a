"""What the files of configuration say of models and their names, each with its place."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from hamr.config.layer import ANYONE

if TYPE_CHECKING:
    from hamr.config.configuration import Configuration
    from hamr.config.layer import Layer, Problem
    from hamr.model_names import ModelNames
    from hamr.providers import Providers


_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")


class Entry(NamedTuple):
    """One entry of a table, as it counts or would; `about` is the provider that it speaks of, where it is of one."""

    table: str
    name: str
    value: Any
    place: str
    about: str | None = None

    @property
    def document(self) -> dict[str, Any]:
        """The entry for programs."""
        return {"table": self.table, "name": self.name, "value": self.value, "from": self.place}

    @property
    def told(self) -> str:
        """Its value and its place, for people."""
        value = self.value if isinstance(self.value, str) else json.dumps(self.value, ensure_ascii=False, default=str)
        return f"{value}  (from {self.place})"


def entries(there: Configuration, provider: str | None = None) -> list[Entry]:
    """All entries of all files, or those that speak of a provider, file by file."""
    found = [entry for layer in there.layers for entry in _of(layer)]
    return [each for each in found if provider is None or each.about == provider]


def idle(there: Providers) -> list[Problem]:
    """What in the files fits nothing that is known here: it counts, but may be a slip."""
    from hamr.config.layer import Problem
    from hamr.model_names import ModelNames

    names = ModelNames(there, os.environ)
    found: list[Problem] = []
    for layer in there.configuration.layers:
        found += [*_bare_names(layer), *layer.notes]
        for path, provider, model in _meant(layer):
            if provider is not None and provider not in there.ids:
                found.append(Problem(layer.place, path, f"{provider!r} is no provider that is there"))
            elif model and not _has(names, provider, model):
                found.append(Problem(layer.place, path, "no list has this model"))
    return found


def _bare_names(layer: Layer) -> Iterator[Problem]:
    """Keys and headers that are the name of a variable, without the `$` that would make it one (inventory C-4)."""
    from hamr.config.layer import Problem

    for id, tables in layer.providers.items():
        headers = {f"headers.{name}": value for name, value in tables.get("header_values", {}).items()}
        for name, value in {"api_key": tables.get("auth", {}).get("key"), **headers}.items():
            if isinstance(value, str) and _VARIABLE.fullmatch(value) and value in os.environ:
                said = f"it is the text {value}; the variable of that name is written ${value}"
                yield Problem(layer.place, f"providers.{id}.{name}", said)


def _has(names: ModelNames, provider: str | None, model: str) -> bool:
    """Whether a list has the model, which may be written as `provider/model` where no provider is given."""
    first, _, rest = model.partition("/")
    if provider is None and any(each.provider == first for each in names.exact(rest)):
        return True
    return any(provider in (None, each.provider) for each in names.exact(model))


def _meant(layer: Layer) -> Iterator[tuple[str, str | None, str]]:
    """Where in the layer a provider is named, or a model of a list, which is empty where it need not be in one."""
    for name, alias in layer.aliases.items():
        if alias.provider:
            yield f"aliases.{name}", alias.provider, ""
    for at, rule in enumerate(layer.settings.get("inference_rules", ())):
        if rule.provider not in ("", "*"):
            yield f"inference_rules[{at}]", rule.provider, ""
    for name, role in layer.settings.get("model_roles", {}).items():
        if role.provider:
            yield f"model_roles.{name}", role.provider, ""
    for name in layer.patches.get(ANYONE, {}):
        yield f"patch.models.{name}", None, name
    for at, each in enumerate(layer.suppressed):
        yield f"suppress.routes[{at}]", each.provider, "" if "*" in each.model else each.model


def lines(found: Sequence[Entry]) -> dict[str, str]:
    """The entries for people, by table and name."""
    said: dict[str, str] = {}
    for each in found:
        name = f"{each.table} {each.name}".strip()
        said[name] = f"{said[name]}; {each.told}" if name in said else each.told
    return said


def _of(layer: Layer) -> Iterator[Entry]:
    place = layer.place
    for name, alias in layer.aliases.items():
        form = f", tools as {alias.tool_format}" if alias.tool_format else ""
        yield Entry("alias", name, f"{alias.selector}{form}", place, _provider(alias.selector))
    yield from _of_settings(layer.settings, place)
    for provider, rows in layer.models.items():
        for row in rows:
            if "id" in row:
                yield Entry("model", f"{provider}/{row['id']}", _less(row), place, provider)
    for provider, patches in layer.patches.items():
        for name, row in patches.items():
            full = f"{provider}/{name}" if provider else name
            yield Entry("patch", full, _less(row), place, _provider(full))
    for each in layer.suppressed:
        yield Entry("suppressed", str(each), "in no list", place, each.provider)


def _of_settings(settings: Mapping[str, Any], place: str) -> Iterator[Entry]:
    for name in ("default_provider", "default_model"):
        if name in settings:
            yield Entry(name, "", settings[name], place)
    for name, role in settings.get("model_roles", {}).items():
        form = {"tool_format": role.tool_format} if role.tool_format else {}
        yield Entry(
            "role", name, {"model": role.selector, **form, **role.said()}, place, _provider(role.selector or "")
        )
    for name, each in settings.get("fallback", {}).items():
        yield Entry("fallback of", name, ", ".join(each), place, name)
    for name, text in settings.get("tier_defaults", {}).items():
        yield Entry("tier", name, text, place, _provider(text))
    for each in settings.get("model_defaults", ()):
        unset = {"_unset": list(each.unset)} if each.unset else {}
        yield Entry("default of", each.pattern, {**each.options, **unset}, place, _provider(each.pattern))
    for name in ("inference_rules", "tier_rules"):
        for at, rule in enumerate(settings.get(name, ())):
            yield Entry(f"{name}[{at}]", "", f"{rule.told().partition(' (')[0]} is {rule.provider}", place)


def _provider(selector: str) -> str | None:
    return selector.partition("/")[0] if "/" in selector else None


def _less(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in ("id", "provider")}
