"""The providers there are: what plugins bring, with what the user's and the project's files say laid over it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from hamr.base_url import is_own
from hamr.config.configuration import Configuration
from hamr.errors import ConfigError, HamrError, PluginError
from hamr.plugins.discover import Plugins, folder
from hamr.variables import is_on

if TYPE_CHECKING:
    from hamr.config.layer import Layer, Problem
    from hamr.plugins.distributions import EntryPoint
    from hamr.plugins.manifest import Manifest
    from hamr.resolve.outcome import Meant
    from hamr.types import Provider

TABLES_FILE = "hamr.toml"
HINT = "docs/configuration.md lists the fields."


class Providers:
    """The providers of one user in one place."""

    def __init__(self, plugins: Plugins, environ: Mapping[str, str], place: str | None = None) -> None:
        self.plugins, self._environ = plugins, environ
        self.configuration = Configuration(environ, place, self._installed, packaged=self._packaged)
        self._told: set[Problem] = set()
        self._files_told = False
        self._manifests: dict[str, tuple[Manifest, Mapping[str, str]]] = {}

    @property
    def ids(self) -> list[str]:
        """All of them, the installed ones first."""
        return list(dict.fromkeys([*self.plugins.providers, *self.configuration.ids]))

    def alias(self, text: str) -> str | None:
        """The selector that a name of the files stands for, None for what is none; raises as `meant` does."""
        return None if (found := self.meant(text)) is None else found.selector

    def meant(self, text: str) -> Meant | None:
        """What an alias, `role:NAME` or `tier:NAME` stands for, None for what is none of these.

        Raises ConfigError for names in a circle, and for a role or a tier that no file describes.
        """
        if not self.configuration.names_models and ":" not in text:
            return None
        from hamr.config.names import meant

        return meant(self.configuration, text, self._environ)

    def manifest(self, id: str) -> Manifest:
        """What is said of a provider, in all layers; raises ConfigError or PluginError."""
        return self._read(id)[0]

    def provider(self, id: str, environ: Mapping[str, str], given: Mapping[str, str] | None = None) -> Provider:
        """The same with the environment and the parameters `given` in code laid over it."""
        manifest, places = self._read(id)
        return manifest.provider(environ, self.place(id), given, places)

    def place(self, id: str) -> str:
        """Where a provider comes from first of all: its plugin's manifest, or a file."""
        if id in self.plugins.providers:
            return f"provider.toml of {self.plugins.find(id).source}"
        return self.configuration.tables(id)[0][0]

    def source(self, id: str) -> str:
        """The plugin that serves a provider, with its version; the file where no plugin does."""
        plugin = self.plugin(id)
        return self.plugins.find(plugin).source if plugin else self.place(id)

    def plugin(self, id: str) -> str | None:
        """The installed provider whose plugin serves this one: its own, or one that speaks its wire.

        None where the core alone does.
        """
        if id in self.plugins.providers:
            return id
        from hamr.builtin import WIRES

        wire = self.manifest(id).wire
        if wire in WIRES:
            return None
        return next((other for other in self.plugins.providers if self._speaks(other, wire)), None)

    def loaded(self, id: str) -> tuple[str, object] | None:
        """The plugin that serves a provider, imported, by its source; None where the core alone does. Raises HamrError.

        What is wrong with its manifest comes before what is wrong with its code.
        """
        self.manifest(id)
        plugin = self.plugin(id)
        return (self.plugins.find(plugin).source, self.plugins.load(plugin)) if plugin else None

    def setting(self, name: str) -> tuple[str, str] | None:
        """What the files say that belongs to no provider, and where."""
        return self.configuration.setting(name)

    def warn(self, tell: Callable[[str, str | None], None]) -> None:
        """Say once what in the files of configuration does not count; and which they are, where that is wanted."""
        if not self._files_told and is_on(self._environ, "verbose_config"):
            for layer in self.configuration.layers:
                tell(f"configuration: {layer.place} {layer.brings}", None)
        self._files_told = True
        for problem in self.configuration.problems:
            if problem not in self._told:
                self._told.add(problem)
                tell(f"warning: {problem}", None)

    def again(self) -> bool:
        """Read the files anew, where one has changed; whether one has."""
        changed = self.configuration.changed()
        if changed:
            self._files_told = False
            self.configuration = self.configuration.anew()
            self._manifests.clear()
        return changed

    def add(self, layer: Layer) -> None:
        """Lay this over all files and the environment from now on; raises HamrError where that cannot be."""
        before = self.configuration
        self._use(before.adding(layer))
        try:
            for id in layer.providers:
                if layer.providers[id].get("enabled", True):
                    self.manifest(id)
        except HamrError:
            self._use(before)
            raise

    def forget_added(self) -> None:
        """Take away all that was laid over."""
        self._use(self.configuration.adding())

    def _use(self, configuration: Configuration) -> None:
        self.configuration = configuration
        self._manifests.clear()

    def _read(self, id: str) -> tuple[Manifest, Mapping[str, str]]:
        if (known := self._manifests.get(id)) is None:
            known = self._manifests[id] = self._merged(id)
        return known

    def _merged(self, id: str) -> tuple[Manifest, Mapping[str, str]]:
        said = self.configuration.tables(id)
        if not said:
            return self.plugins.manifest(id), {}
        if any(not tables.get("enabled", True) for _, tables in said[-1:]):
            raise ConfigError(f"the provider {id!r} is switched off in {said[-1][0]}", hint="Set enabled = true there.")
        from hamr.config.merge import merged, over_environment
        from hamr.plugins.manifest import check

        first: list[tuple[str, Mapping[str, Any]]] = []
        if id in self.plugins.providers:
            self.plugins.manifest(id)  # a fault of the plugin's own is told as such
            first = [(self.place(id), self.plugins.tables(id))]
        tables, places = merged(id, [*first, *said])
        if self.configuration.added:
            over_environment(tables, [own for layer in self.configuration.added if (own := layer.providers.get(id))])
        tables.pop("enabled", None)
        if not first:
            tables.setdefault("local", is_own(tables.get("base_url", "")))
        manifest = check(tables, " and ".join(place for place, _ in said), HINT)
        return manifest, {name: place for name, place in places.items() if first == [] or place != first[0][0]}

    def _speaks(self, id: str, wire: str) -> bool:
        try:
            manifest = self.plugins.manifest(id)
        except HamrError:  # whoever uses that provider is told
            return False
        return wire in (manifest.wire, *(mode.wire for mode in manifest.modes.values()))

    def place_of_tables(self, point: EntryPoint) -> str:
        """What the tables of a package are called where they are told of."""
        return f"{TABLES_FILE} of {point.source}"

    def _packaged(self) -> list[tuple[str, str]]:
        """The tables of installed packages: what each is called, and its path, which is empty where it is not there."""
        found = []
        for point in self.plugins.table_packages:
            try:
                path = os.path.join(folder(point), TABLES_FILE)
            except PluginError:
                path = ""
            found.append((self.place_of_tables(point), path))
        return found

    def _installed(self) -> tuple[set[str], set[str]]:
        """The installed providers, and the variables that hold their keys."""
        variables: set[str] = set()
        for id in self.plugins.providers:
            try:
                auth = self.plugins.manifest(id).auth
            except HamrError:  # whoever uses that provider is told
                continue
            variables.update(auth.env, auth.more_env, (each.env for each in auth.lent))
        return set(self.plugins.providers), variables
