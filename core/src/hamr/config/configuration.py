"""All layers of configuration of one user in one place, read when they are first needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

from hamr.config.layer import Layer, Problem
from hamr.config.layered import Layered
from hamr.errors import ConfigError
from hamr.secrets.store import agent_folder
from hamr.storage.config_files import config_path
from hamr.variables import TABLE, first

Reader = Callable[[str, str], Layer]
"""The text of a file, and its place, to what it says."""
Packaged = Callable[[], Collection[tuple[str, str]]]
Installed = Callable[[], tuple[Collection[str], Collection[str]]]

LARGEST = 16 * 1024 * 1024
"""Bytes of a file of configuration; a larger one is none."""
TRUST_VARIABLE = "HAMR_PROJECT_TRUST"
PROJECT = "hamr.toml"
WRITABLE_BY_OTHERS = 0o022


class Configuration(Layered):
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
    def providers_path(self) -> str | None:
        """The user's `providers.toml`."""
        if name := first(self._environ, TABLE["providers_config"].names):
            return os.path.abspath(os.path.expanduser(self._environ[name].strip()))
        return config_path(self._environ, "providers.toml")

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
        from hamr.config.trust import DEFAULTS, Trust

        decided = Trust(agent_folder(self._environ)).decided(os.path.dirname(path))
        if decided is not None:
            return decided
        said = self._environ.get(TRUST_VARIABLE, "").strip().lower()
        if said and said not in DEFAULTS:
            raise ConfigError(
                f"the environment variable {TRUST_VARIABLE} is {said!r}", hint=f"Give one of {', '.join(DEFAULTS)}."
            )
        if said != "always":
            return False
        try:
            there = os.stat(path)  # one that lies in a folder of everybody's was not cloned by this user
        except OSError:  # what cannot be read says nothing, and that is told
            return False
        return not is_a_strangers(there.st_mode, there.st_uid)


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
    return _without_commands(layer) if is_a_strangers(mode, owner) else layer


def is_a_strangers(mode: int, owner: int) -> bool:
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
