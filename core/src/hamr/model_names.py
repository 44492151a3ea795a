"""The names of all models that lists name, so that one can be found without the lists being read.

What plugins, the user's own list and what the user has fetched say is kept in the cache folder: reading thirty lists
with their prices takes 50 ms, this one 1 ms. It counts for as long as each of the files is the very same.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, TypedDict

from hamr.errors import HamrError
from hamr.plugins.discover import Plugins, folder
from hamr.plugins.manifest_index import cache_folder, catalog_folder, stamp
from hamr.providers import Providers
from hamr.resolve.known import Holder
from hamr.storage.config_files import config_path
from hamr.storage.files import write_whole

FILE = "model-names.json"
FORMAT = 3
LISTS = ("provider.toml", "models.toml")
DEDICATED = "dedicated"

Names = dict[str, list[Holder]]
BETWEEN, WITHIN, SET_UP_FIRST = "`", "|", "!"
"""What stands between the names of a table, and between a name and its models; a model that is dedicated begins so.

Names that hold one of these are left out. A table is one text, for to search it takes a tenth of what it takes to parse
thousands of little ones.
"""


class Stored(TypedDict):
    """What is kept: where the files were looked for, their stamps, and the models by name, in small letters."""

    format: int
    places: list[Any]
    files: dict[str, list[int] | None]
    exact: str
    shown: str


class ModelNames:
    """The models of all lists, by id and alias, and by what they are called for people."""

    def __init__(self, providers: Providers, environ: Mapping[str, str]) -> None:
        self._providers, self._environ = providers, environ

    def exact(self, name: str) -> list[Holder]:
        """The models whose id or alias is this name, in whatever letters."""
        name = name.lower()
        return self._as_said(_apart([*self._own[0].get(name, ()), *_in(self._stored["exact"], name)]))

    def like(self, text: str) -> list[Holder]:
        """The models in whose id, alias or name the text stands."""
        text = text.lower()
        found = [each for table in self._own for name in table if text in name for each in table[name]]
        for table in (self._stored["exact"], self._stored["shown"]):
            if text in table:
                found += [each for line in table.split(BETWEEN) if text in line for each in _like(line, text)]
        return self._as_said(_apart(found))

    def _as_said(self, holders: list[Holder]) -> list[Holder]:
        """The models with what the files of configuration change in lists."""
        said = self._providers.configuration
        if not said.changes_lists:
            return holders
        found = []
        for each in holders:
            how, where = said.availability(each.provider, each.id), said.suppressed(each.provider, each.id) or ""
            found.append(each._replace(dedicated=each.dedicated if how is None else how == DEDICATED, suppressed=where))
        return found

    @cached_property
    def _own(self) -> tuple[Names, Names]:
        """What the files of configuration list."""
        exact, shown = Names(), Names()
        for layer in reversed(self._providers.configuration.layers):
            for provider, rows in layer.models.items():
                for row in rows:
                    _add(exact, shown, provider, row)
        return exact, shown

    @cached_property
    def _stored(self) -> Stored:
        """What plugins and the user's own list name."""
        plugins, base = self._providers.plugins, cache_folder(os.environ)
        own = config_path(self._environ, "models.toml")
        points = [[id, *(point.value for point in points)] for id, points in plugins.providers.items()]
        fetched, choices = catalog_folder(self._environ), plugins.choices
        places = [list(sys.path), points, own, fetched, sorted(choices.disabled), dict(choices.prefer)]
        path = os.path.join(base, FILE) if base is not None else None
        if path is not None and (known := _read(path)) is not None and _holds(known, places):
            return known
        made = _made(plugins, own, fetched, places)
        if path is not None:
            _write(path, made)
        return made


def _made(plugins: Plugins, own: str | None, fetched: str | None, places: list[Any]) -> Stored:
    from hamr.catalog.overlay import Overlay, Overlays

    overlays = Overlays(fetched)
    files: dict[str, list[int] | None] = {each: stamp(each) for each in overlays.files()}
    exact, shown = Names(), Names()
    for id in plugins.providers:
        try:
            place = folder(plugins.find(id))
            files |= {each: stamp(each) for name in LISTS for each in [os.path.join(place, name)]}
            for row in _rows(plugins, id):
                _add(exact, shown, id, row)
        except HamrError:  # whoever uses that provider is told
            continue
    for overlay in overlays.all():
        if isinstance(overlay, Overlay):  # `hamr catalog` tells of one that is spoilt
            for row in overlay.rows:
                _add(exact, shown, overlay.provider, row)
    if own is not None:
        files[own] = stamp(own)
        for row in _tables(own):
            provider, _, id = str(row.get("id", "")).partition("/")
            _add(exact, shown, provider, {**row, "id": id})
    return {"format": FORMAT, "places": places, "files": files, "exact": _text(exact), "shown": _text(shown)}


def _rows(plugins: Plugins, id: str) -> Iterator[Mapping[str, Any]]:
    """The rows of a provider's list, and the models that its manifest names."""
    models = plugins.models(id).get("model", [])
    yield from (each for each in models if isinstance(each, Mapping)) if isinstance(models, list) else ()
    named = plugins.tables(id).get("models", {})
    yield from ({"id": each} for each in named.values()) if isinstance(named, Mapping) else ()


def _tables(path: str) -> list[Mapping[str, Any]]:
    from hamr.plugins.manifest import read

    if not os.path.exists(path):
        return []
    try:
        models = read(path).get("model", [])
    except HamrError:  # a call's price tells of it
        return []
    return [each for each in models if isinstance(each, Mapping)] if isinstance(models, list) else []


def _add(exact: Names, shown: Names, provider: str, row: Mapping[str, Any]) -> None:
    id, name, aliases = row.get("id"), row.get("name"), row.get("aliases", ())
    if not isinstance(id, str) or not id or WITHIN in id:
        return
    holder = Holder(provider, id, row.get("availability") == DEDICATED)
    exact.setdefault(id.lower(), []).append(holder)
    for alias in aliases if isinstance(aliases, list | tuple) else ():
        if isinstance(alias, str) and WITHIN not in alias:
            exact.setdefault(alias.lower(), []).append(holder._replace(id=alias))
    if isinstance(name, str) and WITHIN not in name:
        shown.setdefault(name.lower(), []).append(holder)


def _text(names: Names) -> str:
    """A table as it is kept."""
    lines = (WITHIN.join([name, *map(_line, holders)]) for name, holders in names.items())
    return BETWEEN + BETWEEN.join(line for line in lines if BETWEEN not in line) + BETWEEN


def _line(holder: Holder) -> str:
    return f"{SET_UP_FIRST}{holder.selector}" if holder.dedicated else holder.selector


def _in(table: str, name: str) -> list[Holder]:
    """The models that stand behind this name."""
    if BETWEEN in name or WITHIN in name or (at := table.find(f"{BETWEEN}{name}{WITHIN}")) < 0:
        return []
    return _holders(table[at + 1 : table.index(BETWEEN, at + 1)])


def _like(line: str, text: str) -> list[Holder]:
    return _holders(line) if text in line.partition(WITHIN)[0] else []


def _holders(line: str) -> list[Holder]:
    found = []
    for each in line.split(WITHIN)[1:]:
        provider, _, id = each.removeprefix(SET_UP_FIRST).partition("/")
        found.append(Holder(provider, id, each.startswith(SET_UP_FIRST)))
    return found


def _apart(holders: Iterable[Holder]) -> list[Holder]:
    """Each model once; what is said of it first counts."""
    found: dict[str, Holder] = {}
    for each in holders:
        found.setdefault(each.selector, each)
    return list(found.values())


def _read(path: str) -> Stored | None:
    import json

    try:
        with open(path, encoding="utf-8") as file:
            stored: Any = json.load(file)
    except (OSError, ValueError):  # absent, or spoilt: it is written anew
        return None
    if not isinstance(stored, dict) or stored.get("format") != FORMAT or stored.keys() != Stored.__annotations__.keys():
        return None
    known: Stored = stored  # type: ignore[assignment]  # its keys have just been compared
    return known


def _holds(stored: Stored, places: list[Any]) -> bool:
    return stored["places"] == places and all(stamp(path) == was for path, was in stored["files"].items())


def _write(path: str, made: Stored) -> None:
    import json
    from pathlib import Path

    try:
        write_whole(Path(path), json.dumps(made, separators=(",", ":")).encode(), durable=False)
    except OSError:
        return  # no room or no right to write: it is made again next time
