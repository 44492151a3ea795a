"""All layers of configuration of one user in one place, read when they are first needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from hamr.config.layer import ANYONE, Alias, Layer, Problem
from hamr.config_files import config_folder
from hamr.secrets.store import agent_folder
from hamr.variables import TABLE, first

if TYPE_CHECKING:
    from hamr.config.generation import Given, RoleTable

Reader = Callable[[str, str], Layer]
"""The text of a file, and its place, to what it says."""
Packaged = Callable[[], Collection[tuple[str, str]]]
Installed = Callable[[], tuple[Collection[str], Collection[str]]]

USUAL = "default"
"""In `[tier_defaults]`, the tier of models of which nothing else is said."""
LARGEST = 16 * 1024 * 1024
"""Bytes of a file of configuration; a larger one is none."""
TRUST_VARIABLE = "HAMR_PROJECT_TRUST"
PROJECT = "hamr.toml"
WRITABLE_BY_OTHERS = 0o022


class Configuration:
    """Tables of packages, the user's `providers.toml` and `models.json`, the project's `hamr.toml`; later ones win.

    `folder` is where a project is looked for, and above. `installed` gives the providers that are there without these
    files, and the variables that hold their keys: an untrusted project may touch neither. `packaged` gives the tables
    of installed packages: what each is called, and its path; `added` is what a program has said itself. `supposed` is
    what one of the files is taken to say, whatever it does.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        folder: str | None = None,
        installed: Installed = lambda: ((), ()),
        *,
        supposed: Layer | None = None,
        packaged: Packaged = lambda: (),
        added: Sequence[Layer] = (),
    ) -> None:
        self._environ, self._folder, self._installed = environ, folder, installed
        self._stamps: dict[str, object] = {}
        self._supposed, self._packaged, self.added = supposed, packaged, tuple(added)

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """What there is: that of installed packages, the user's, the project's, and what was added in code."""
        readers = ((self.providers_path, _providers_toml), (self.models_path, _models_json))
        found = [self._read(path, reader) for path, reader in readers if path is not None]
        own = [*self.packages, *(layer for layer in found if layer is not None)]
        project = self._project(own)
        return (*own, *([] if project is None else [project]), *self.added)

    @property
    def problems(self) -> list[Problem]:
        """What in these files does not count."""
        return [problem for layer in self.layers for problem in layer.problems]

    @property
    def ids(self) -> list[str]:
        """The providers that the files name, each once."""
        return list(dict.fromkeys(id for layer in self.layers for id in layer.providers))

    @property
    def aliases(self) -> dict[str, Alias]:
        """Other names of models."""
        return {name: alias for layer in self.layers for name, alias in layer.aliases.items()}

    def alias(self, name: str) -> tuple[Alias, str] | None:
        """What the last file that has this alias says of it, with its place."""
        layers = (layer for layer in reversed(self.layers) if name in layer.aliases)
        return next(((layer.aliases[name], f"{layer.place}: aliases.{name}") for layer in layers), None)

    @cached_property
    def names_models(self) -> bool:
        """Whether the files give names to models."""
        return any(layer.aliases for layer in self.layers)

    @cached_property
    def roles(self) -> dict[str, tuple[RoleTable, str]]:
        """Models by what they are for, with the place that says so; a later file's field counts."""
        found: dict[str, tuple[RoleTable, str]] = {}
        for roles, place in self.said("model_roles"):
            for name, role in roles.items():
                below = found.get(name)
                found[name] = (role if below is None else role.over(below[0]), place)
        return found

    @cached_property
    def fallbacks(self) -> dict[str, tuple[tuple[str, ...], str]]:
        """Who serves where a provider cannot, by the provider's id, with the place that says so."""
        said = self.said("fallback")
        return {id: (each, f"{place}: providers.{id}.fallback") for found, place in said for id, each in found.items()}

    @cached_property
    def tier_models(self) -> dict[str, tuple[str, str]]:
        """The selector that a tier stands for, with its place."""
        said = self.said("tier_defaults")
        return {name: (text, place) for tiers, place in said for name, text in tiers.items() if name != USUAL}

    def tier(self, provider: str, model: str) -> tuple[str, str] | None:
        """Of which tier a model is, and the place that says so."""
        if (own := self.row_field(provider, model, "tier")) is not None:
            return own
        names = model.lower(), f"{provider}/{model}".lower()
        for rules, _ in reversed(self.said("tier_rules")):
            if (rule := next((each for each in rules if any(map(each.fits, names))), None)) is not None:
                return rule.provider, rule.told()
        said = self.said("tier_defaults")
        usual = [(tiers[USUAL], f"{place}: tier_defaults") for tiers, place in said if USUAL in tiers]
        return usual[-1] if usual else None

    def tables(self, id: str) -> list[tuple[str, Mapping[str, Any]]]:
        """What each file says of a provider, with its place."""
        found = []
        for layer in self.layers:
            if id in layer.providers:
                found.append((layer.place, layer.providers[id]))
            found += _limited(layer, {row.get("id", ""): row for row in layer.models.get(id, ())})
        for layer in self.layers:
            if ANYONE in layer.patches:  # a patch counts before the rows of later files, too
                from hamr.config.catalog_entry import about

                found += _limited(layer, about(layer.patches[ANYONE], id))
        return found

    def rows(self, id: str) -> list[tuple[str, list[Mapping[str, Any]]]]:
        """The rows of a provider's models that each file lists, as a price list has them, the last file first."""
        from hamr.config.rows import price_rows

        found = [(layer.place, price_rows(layer, id)) for layer in reversed(self.layers)]
        return [(place, rows) for place, rows in found if rows]

    def patched(self, id: str) -> list[tuple[str, list[Mapping[str, Any]]]]:
        """What each file changes in rows of a provider's models, wherever these are, the last file first."""
        from hamr.config.rows import patch_rows

        found = [(layer.place, patch_rows(layer, id)) for layer in reversed(self.layers) if ANYONE in layer.patches]
        return [(place, rows) for place, rows in found if rows]

    def availability(self, provider: str, model: str) -> str | None:
        """What the files say last of how a model of a list can be called."""
        rows = (row for _, rows in self.patched(provider) for row in rows if row["id"] == model)
        return next((str(row["availability"]) for row in rows if "availability" in row), None)

    def suppressed(self, provider: str, model: str) -> str | None:
        """The file that takes a model out of all lists, None where none does."""
        from hamr.resolve.glob import fits

        for layer in reversed(self.layers):
            for each in layer.suppressed:
                if each.provider == provider and fits(each.model.lower(), model.lower()):
                    return layer.place
        return None

    @cached_property
    def changes_lists(self) -> bool:
        """Whether the files change or suppress models of lists at all."""
        return any(layer.suppressed or ANYONE in layer.patches for layer in self.layers)

    def said(self, name: str) -> list[tuple[Any, str]]:
        """What each file has of a setting that belongs to no provider, with its place, the last file last."""
        return [(layer.settings[name], layer.place) for layer in self.layers if name in layer.settings]

    def model_defaults(self, provider: str, model: str) -> dict[str, Given]:
        """The options of a call that the files give for a model, each with its place."""
        if not (sources := self.said("model_defaults")):
            return {}
        from hamr.config.generation import defaults

        group = self.row_field(provider, model, "logical_model")
        return defaults(sources, provider, model, group[0] if group else None)

    def row_field(self, provider: str, model: str, name: str) -> tuple[str, str] | None:
        """What rows of the files say of a model in this field, with its place; those that patch rows count first."""
        for layer in reversed(self.layers):
            for patch in (f"{provider}/{model}", model):
                if (said := layer.patches.get(ANYONE, {}).get(patch, {}).get(name)) is not None:
                    return str(said), layer.place
        rows = ((row, layer.place) for layer in reversed(self.layers) for row in layer.models.get(provider, ()))
        found = (each for each in rows if each[0].get("id") == model and each[0].get(name) is not None)
        return next(((str(row[name]), place) for row, place in found), None)

    def setting(self, name: str) -> tuple[str, str] | None:
        """A setting that belongs to no provider, with its place."""
        found = self.said(name)
        return found[-1] if found else None

    @property
    def providers_path(self) -> str | None:
        """The user's `providers.toml`."""
        if name := first(self._environ, TABLE["providers_config"].names):
            return os.path.abspath(os.path.expanduser(self._environ[name].strip()))
        folder = config_folder(self._environ)
        return None if folder is None else os.path.join(folder, "providers.toml")

    @property
    def models_path(self) -> str | None:
        """The user's `models.json`."""
        folder = agent_folder(self._environ)
        return None if folder is None else os.path.join(folder, "models.json")

    @cached_property
    def project_path(self) -> str | None:
        """The `hamr.toml` of this folder or of the nearest one above it."""
        return self._nearest()

    def _nearest(self) -> str | None:
        if self._folder is None:
            return None
        if self._supposed is not None and os.path.basename(self._supposed.place) == PROJECT:
            return self._supposed.place
        place = os.path.abspath(self._folder)
        while True:
            if os.path.lexists(path := os.path.join(place, PROJECT)):
                return path
            above = os.path.dirname(place)
            if above == place:
                return None
            place = above

    def changed(self) -> bool:
        """Whether one of the files is no longer what was read."""
        places = (self.providers_path, self.models_path, self._nearest())
        now = {path: _stamp(path) for path in places if path is not None}
        return "layers" in self.__dict__ and now != self._stamps

    def anew(self) -> Configuration:
        """The same places, not yet read."""
        return self._with(added=self.added)

    def adding(self, *layers: Layer) -> Configuration:
        """The same with these over it; without any, less all that were added before."""
        return self._with(added=(*self.added, *layers) if layers else ())

    def given(self) -> tuple[str, str] | None:
        """The default model, or else the default provider, that a program has said itself, with its place."""
        for layer in reversed(self.added):
            provider, model = (str(layer.settings.get(name, "")) for name in ("default_provider", "default_model"))
            if provider and model and not model.startswith(f"{provider}/"):
                model = f"{provider}/{model}"
            if named := model or provider:
                return named, layer.place
        return None

    def supposing(self, layer: Layer) -> Configuration:
        """The same places, as if one of the files said this."""
        return self._with(added=self.added, supposed=layer)

    def _read(self, path: str, reader: Reader) -> Layer | None:
        if self._supposed is not None and path == self._supposed.place:
            return self._supposed
        self._stamps[path] = _stamp(path)
        return read(path, reader)

    def _with(self, *, added: Sequence[Layer], supposed: Layer | None = None) -> Configuration:
        return Configuration(
            self._environ, self._folder, self._installed, supposed=supposed, packaged=self._packaged, added=added
        )

    @cached_property
    def packages(self) -> list[Layer]:
        """What the tables of installed packages say, as far as a package may."""
        found: list[Layer] = []
        for place, path in self._packaged():
            layer = read(path, lambda text, _: _hamr_toml(text, place)) if path else None  # noqa: B023  # called at once
            if layer is None:
                found.append(Layer(place, problems=(Problem(place, "", "it is not there"),)))
                continue
            from hamr.config.trust import of_package

            known, variables = self._installed()
            before = {id for each in found for id in each.providers}
            found.append(of_package(layer, {*known, *before}, variables))
        return found

    def _project(self, own: list[Layer]) -> Layer | None:
        if (path := self.project_path) is None:
            return None
        layer = self._read(path, _hamr_toml)
        if layer is None or self._trusts(path):
            return layer
        from hamr.config.trust import tamed

        known, variables = self._installed()
        known = {*known, *(id for each in own for id in each.providers)}
        return tamed(layer, known, variables, {name for each in own for name in each.aliases})

    def _trusts(self, path: str) -> bool:
        from hamr.config.trust import Trust

        decided = Trust(agent_folder(self._environ)).decided(os.path.dirname(path))
        if decided is not None:
            return decided
        if self._environ.get(TRUST_VARIABLE, "").strip().lower() != "always":
            return False
        try:
            there = os.stat(path)  # one that lies in a folder of everybody's was not cloned by this user
        except OSError:  # what cannot be read says nothing, and that is told
            return False
        return not _is_a_strangers(there.st_mode, there.st_uid)


def _limited(layer: Layer, rows: Mapping[str, Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """The limits that rows of a provider's models set, as a table of the provider."""
    if not any("rate_limits" in row for row in rows.values()):
        return []
    from hamr.config.rows import limit_rules

    rules = limit_rules(rows)
    return [(layer.place, {"model": rules})] if rules else []


def _stamp(path: str) -> object:
    try:
        there = os.stat(path)
    except OSError:
        return None
    return there.st_mtime_ns, there.st_ctime_ns, there.st_size, there.st_ino


# Each is imported for a file that is there: most users have none, and reading them costs a start 25 ms.


def _providers_toml(text: str, place: str) -> Layer:
    from hamr.config import providers_toml

    return providers_toml.layer(text, place)


def _hamr_toml(text: str, place: str) -> Layer:
    from hamr.config import providers_toml

    return providers_toml.layer(text, place, project=True)


def _models_json(text: str, place: str) -> Layer:
    from hamr.config import models_json

    return models_json.layer(text, place)


def read(path: str, reader: Reader) -> Layer | None:
    """The layer of a file; None where there is none, and a layer that holds nothing but the fault where it is none."""
    try:
        if not is_file(path):  # a link may lead to a pipe or a terminal, which would be waited for
            return Layer(path, problems=(Problem(path, "", "it is no file"),))
        with open(path, "rb") as file:
            data = file.read(LARGEST + 1)
            mode, owner = os.fstat(file.fileno()).st_mode, os.fstat(file.fileno()).st_uid
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return Layer(path, problems=(Problem(path, "", f"it cannot be read: {error.strerror}"),))
    if len(data) > LARGEST:
        return Layer(path, problems=(Problem(path, "", f"it is larger than {LARGEST} bytes"),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return Layer(path, problems=(Problem(path, "", f"it is no text in UTF-8 (at byte {error.start})"),))
    layer = reader(text, path)
    return _without_commands(layer) if _is_a_strangers(mode, owner) else layer


def _is_a_strangers(mode: int, owner: int) -> bool:
    """Whether somebody else could have written a file that has this mode and this owner."""
    return os.name != "nt" and (owner not in (0, os.geteuid()) or bool(mode & WRITABLE_BY_OTHERS))


def is_file(path: str) -> bool:
    """Whether it may be opened; that a folder may not is told as the system tells it."""
    from stat import S_ISDIR, S_ISREG

    mode = os.stat(path).st_mode
    return S_ISREG(mode) or S_ISDIR(mode)


def _without_commands(layer: Layer) -> Layer:
    """The layer less the providers that would run a command: somebody else could have written it."""
    from dataclasses import replace

    running = [id for id, tables in layer.providers.items() if _runs(tables)]
    fault = "its command is not run, for others may write the file"
    problems = [Problem(layer.place, f"providers.{id}", f"{fault}: chmod 600 {layer.place}") for id in running]
    kept = {id: tables for id, tables in layer.providers.items() if id not in running}
    return replace(layer, providers=kept, problems=(*layer.problems, *problems))


def _runs(tables: Mapping[str, Any]) -> bool:
    values = [tables.get("auth", {}).get("key", ""), *tables.get("header_values", {}).values()]
    values += [value for rule in tables.get("model", ()) for value in rule.get("header_values", {}).values()]
    flags = [tables.get("compat", {}), *(rule.get("compat", {}) for rule in tables.get("model", ()))]
    return any(value.startswith("!") for value in values) or any("command" in each for each in flags)
