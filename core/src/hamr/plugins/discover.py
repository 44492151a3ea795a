"""Which plugins are installed, what they say they are, and loading one of them."""

from __future__ import annotations

import os
import sys
from functools import cached_property

from hamr.errors import ConfigError, PluginError
from hamr.plugins.choices import Choices
from hamr.plugins.distributions import EntryPoint, entry_points

TYPE_CHECKING = False  # typing itself would cost every start 8 ms (docs/decisions/start-up.md)
if TYPE_CHECKING:
    import importlib.metadata
    from collections.abc import Callable, Mapping
    from typing import Any

    from hamr.plugins.manifest import Manifest
    from hamr.plugins.manifest_index import ManifestIndex
    from hamr.specs import Dialect
    from hamr.types import Secret

PROVIDERS = "hamr.providers"
EXTENSIONS = "hamr.extensions"
COMMANDS = "hamr.commands"
TABLES = "hamr.tables"
DIALECTS = "hamr.dialects"
STORES = "hamr.stores"
KEY_STORES = "hamr.key_stores"
SCHEMA = (
    "plugins/asking_table.py",
    "plugins/auth_table.py",
    "plugins/manifest.py",
    "schema.py",
    "base_url.py",
    "types/oauth.py",
)
"""What says how a manifest may look."""


class Plugins:
    """The installed plugins, listed once when first asked for, without importing any of them.

    `choices` are the user's: which are switched off, and which counts where two bring the same id.
    """

    def __init__(self, choices: Choices | None = None) -> None:
        self.choices = choices or Choices()

    @cached_property
    def providers(self) -> Mapping[str, tuple[EntryPoint, ...]]:
        """The entry points of each provider id; more than one is a clash."""
        return _by_name(tuple(point for point in self._first if point.group == PROVIDERS))

    @cached_property
    def table_packages(self) -> tuple[EntryPoint, ...]:
        """The packages that bring a `hamr.toml`; two of one name do not clash, for each is a layer of its own."""
        return tuple(
            point for point in self._first if point.group == TABLES and point.name not in self.choices.disabled
        )

    @cached_property
    def _first(self) -> tuple[EntryPoint, ...]:
        """What nearly every call asks for, read in one go."""
        return entry_points((PROVIDERS, TABLES))

    @cached_property
    def extensions(self) -> Mapping[str, tuple[EntryPoint, ...]]:
        """The entry points of each extension name."""
        return _by_name(entry_points(EXTENSIONS))

    @cached_property
    def dialects(self) -> Mapping[str, tuple[EntryPoint, ...]]:
        """The entry points of each wire that a plugin can serve."""
        return _by_name(entry_points(DIALECTS))

    @cached_property
    def stores(self) -> Mapping[str, tuple[EntryPoint, ...]]:
        """The entry points of each scheme of a URL at which a plugin keeps state."""
        return _by_name(entry_points(STORES))

    @cached_property
    def key_stores(self) -> Mapping[str, tuple[EntryPoint, ...]]:
        """The entry points of each store of keys, by the name that configuration has for it."""
        return _by_name(entry_points(KEY_STORES))

    @cached_property
    def _index(self) -> ManifestIndex:
        from hamr.plugins.manifest_index import ManifestIndex

        core = os.path.dirname(os.path.dirname(__file__))
        return ManifestIndex(os.environ, schema=[os.path.join(core, name) for name in SCHEMA])

    def find(self, id: str) -> EntryPoint:
        """The plugin of a provider; raises ConfigError if none is installed, PluginError if two are."""
        points = self.providers.get(id)
        if points is None:
            raise not_installed(id, list(self.providers))
        if id in self.choices.disabled:
            raise ConfigError(f"the provider {id!r} is switched off", hint=f"Switch it on: hamr plugins enable {id}")
        return self._pick(id, points)

    def tables(self, id: str) -> dict[str, Any]:
        """The provider's manifest as it stands in its file; raises as `manifest` does where it is wrong."""
        point = self.find(id)

        def check(tables: Mapping[str, Any]) -> None:
            self._checked(tables, point)

        return self._index.tables(os.path.join(folder(point), "provider.toml"), check)

    def models(self, id: str) -> dict[str, Any]:
        """The provider's list of models and prices as it stands in its file, not yet checked; empty without one."""
        from hamr.plugins.manifest_index import ManifestIndex

        path = os.path.join(folder(self.find(id)), "models.toml")
        # One file a provider, for such lists are long, and of one call only one is needed.
        return ManifestIndex(os.environ, f"models-{id}").tables(path) if os.path.exists(path) else {}

    def manifest(self, id: str) -> Manifest:
        """The provider's manifest, checked; the plugin itself is not imported."""
        return self._checked(self.tables(id), self.find(id))

    def _checked(self, tables: Mapping[str, Any], point: EntryPoint) -> Manifest:
        from hamr.plugins.manifest import check

        manifest = check(tables, f"provider.toml of {point.source}")
        if manifest.id != point.name:
            raise PluginError(
                f"{point.source} registers {point.name!r}, but its provider.toml says id = {manifest.id!r}",
                hint="Both must be the same; tell the author of the plugin.",
            )
        return manifest

    def load(self, id: str) -> object:
        """The provider's plugin, imported; raises PluginError naming dist, version and cause."""
        return _load(self.find(id))

    def load_dialect(self, name: str) -> Dialect:
        """The server half of a wire, made; raises PluginError naming dist, version and cause."""
        point = self._pick(name, self.dialects[name])
        from hamr.specs import Dialect

        made = _load(point)
        dialect: object = made() if isinstance(made, type) else made
        if not isinstance(dialect, Dialect):
            raise PluginError(f"{point.source}: {point.value} is no Dialect", hint="docs/hooks.md says what one has.")
        return dialect

    def load_store(self, scheme: str) -> tuple[Callable[[Secret], object], str]:
        """What opens a store at such a URL, and its source; raises PluginError naming dist, version and cause."""
        return _callable(self._pick(scheme, self.stores[scheme]))

    def load_key_store(self, name: str) -> tuple[Callable[[str, Mapping[str, str]], object], str]:
        """What opens the store of keys of this name, and its source; raises PluginError as `load_store` does."""
        return _callable(self._pick(name, self.key_stores[name]))

    def load_extensions(self, names: tuple[str, ...]) -> list[tuple[str, object]]:
        """The extensions that are switched on, imported, in the order given."""
        unknown = [name for name in names if name not in self.extensions]
        if unknown:
            known = ", ".join(self.extensions) or "none"
            raise ConfigError(f"no extension {unknown[0]!r} is installed", hint=f"Installed extensions: {known}.")
        picked = {name: self._pick(name, self.extensions[name]) for name in names}
        return _load_named(picked) if picked else []

    def _pick(self, name: str, points: tuple[EntryPoint, ...]) -> EntryPoint:
        if len(points) == 1:
            return points[0]
        chosen = [point for point in points if point.dist == self.choices.prefer.get(name)]
        if len(chosen) == 1:
            return chosen[0]
        sources = " and ".join(point.source for point in points)
        raise PluginError(
            f"{name!r} comes from {sources}",
            hint=f"Uninstall one of them, or choose: HAMR_PREFER={name}={points[0].dist}",
        )


def _by_name(points: tuple[EntryPoint, ...]) -> dict[str, tuple[EntryPoint, ...]]:
    names = dict.fromkeys(point.name for point in points)
    return {name: tuple(point for point in points if point.name == name) for name in names}


def not_installed(id: str, installed: list[str]) -> ConfigError:
    """The error for a provider that no plugin brings."""
    import difflib

    from hamr.plugins.requirement import usual_dist

    near = difflib.get_close_matches(id.lower(), installed, n=1)
    guess = f"Did you mean {near[0]}? " if near else ""
    there = id.lower() in installed  # in other letters: there is nothing to install
    return ConfigError(
        f"no plugin for the provider {id!r} is installed (installed: {', '.join(installed) or 'none'})",
        hint=f"Did you mean {id.lower()}?" if there else f"{guess}To install it: pip install {usual_dist(id)}",
    )


def folder(point: EntryPoint) -> str:
    """The folder of a plugin's package, found through the import system's finders without importing a thing."""
    path, name = None, ""
    for part in point.module.split("."):
        name = f"{name}.{part}" if name else part
        specs = (finder.find_spec(name, path, None) for finder in sys.meta_path if hasattr(finder, "find_spec"))
        spec = next((spec for spec in specs if spec is not None), None)
        if spec is None or spec.submodule_search_locations is None:
            raise PluginError(
                f"{point.source} names the package {point.module!r}, which is not there",
                hint=f"Install it again: pip install --force-reinstall {point.dist}",
            )
        path = list(spec.submodule_search_locations)
    return os.fspath((path or ["."])[0])


def _callable(point: EntryPoint) -> tuple[Callable[..., object], str]:
    """What a plugin registers as a function, and its source."""
    loaded = _load(point)
    if not callable(loaded):
        raise PluginError(f"{point.source}: {point.value} cannot be called", hint="docs/hooks.md says what it is.")
    return loaded, point.source


def _load(point: EntryPoint) -> object:
    """Load one plugin through stevedore, on an entry point of our own reading.

    stevedore's own are stale for two minutes after an install, and carry no distribution (seen in 5.10.0).
    """
    import importlib.metadata
    from typing import Any

    from stevedore.driver import DriverManager

    class Fresh(DriverManager[Any]):
        def list_entry_points(self) -> list[importlib.metadata.EntryPoint]:
            return [importlib.metadata.EntryPoint(point.name, point.value, point.group)]

    try:
        manager = Fresh(point.group, point.name, on_load_failure_callback=_reraise)
    except (Exception, SystemExit) as error:  # a plugin may fail in any way; it must break nothing else
        raise _broken(point, error) from error
    plugin: object = manager.extensions[0].plugin
    return plugin


def _load_named(points: Mapping[str, EntryPoint]) -> list[tuple[str, object]]:
    """Load several plugins of one group, in this order."""
    import importlib.metadata
    from typing import Any

    from stevedore.named import NamedExtensionManager

    class Fresh(NamedExtensionManager[Any]):
        def list_entry_points(self) -> list[importlib.metadata.EntryPoint]:
            return [importlib.metadata.EntryPoint(point.name, point.value, point.group) for point in points.values()]

    def broken(manager: object, entry_point: importlib.metadata.EntryPoint, error: BaseException) -> None:
        raise _broken(points[entry_point.name], error) from error

    manager = Fresh(EXTENSIONS, list(points), name_order=True, on_load_failure_callback=broken)
    return [(extension.name, extension.plugin) for extension in manager.extensions]


def _broken(point: EntryPoint, error: BaseException) -> PluginError:
    return PluginError(
        f"{point.source} cannot be loaded: {type(error).__name__}: {error}",
        hint=f"Upgrade or uninstall it: pip install -U {point.dist}, or pip uninstall {point.dist}",
    )


def _reraise(manager: object, entry_point: object, error: BaseException) -> None:
    raise error
