"""Where capabilities are read from: what was installed at run time, the user's files, and a plugin's own table."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.capabilities.environment import environment_rule
from hamr.capabilities.matrix import Known, Matrix, Source, packaged, source
from hamr.errors import ConfigError
from hamr.providers import Providers
from hamr.storage.config_files import config_path
from hamr.variables import TABLE

if TYPE_CHECKING:
    from hamr.calls.pipeline import Pipeline
    from hamr.capabilities.capability import Rule

FILE = "capabilities.toml"
(ROUTER_FILE,) = TABLE["router_state"].names
PLACE = "what was installed at run time"


class CapabilitySources:
    """The matrix of one client, read when it is first asked; `warn` is told what in a file does not count."""

    def __init__(
        self, providers: Providers, warn: Callable[[str], None], environ: Mapping[str, str] | None = None
    ) -> None:
        self._providers, self._warn, self._environ = providers, warn, environ or {}
        self._installed: list[Source] = []
        self._shipped: dict[str, Source] = {}
        self._matrix: Matrix | None = None
        self._read_of = providers.configuration

    @property
    def matrix(self) -> Matrix:
        """All that is known."""
        if self._read_of is not self._providers.configuration:  # the files were read again, or code has said more
            self._read_of, self._matrix = self._providers.configuration, None
        if self._matrix is None:
            own = [*self._installed, *self._configured()]
            self._matrix = Matrix(own, self._of_plugin, self._said)
        return self._matrix

    def of(self, provider: str, model: str, form: str | None = None) -> Known:
        """What is known of a model; raises ConfigError or PluginError.

        `form` is how its tools are to be offered by the alias or role that it was asked by, whatever else is known.
        """
        known = self.matrix.of(provider, model)
        if form is None:
            return known
        return known.with_format(form)

    def told_to(self, pipeline: Pipeline) -> Pipeline:
        """The pipeline, which asks what is known of its model when that matters to a request."""
        route = pipeline.route
        return replace(pipeline, known=lambda: self.of(route.provider.id, route.model.id, route.model.tool_format))

    def install(self, text: str) -> None:
        """Put rules before all others, until they are cleared; raises ConfigError where one is awry, and keeps none."""
        import tomllib

        given: Any = text
        if not isinstance(given, str):
            kind = type(given).__name__
            raise ConfigError(
                f"the capabilities to install are of the type {kind}", hint="Give them as TOML, in a text."
            )
        try:
            tables = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"the capabilities to install: {error}", hint="They must be TOML.") from error
        problems: list[str] = []
        found = source(tables.get("capabilities", tables), PLACE, problems.append)
        if problems:
            raise ConfigError("; ".join(problems), hint="docs/capabilities.md lists the fields.")
        self._installed.insert(0, found)
        self._matrix = None

    def clear(self) -> None:
        """Forget what was installed at run time."""
        self._installed.clear()
        self._matrix = None

    def _configured(self) -> list[Source]:
        """What the files say, the project's before the user's."""
        found: list[Source] = []
        packages = self._providers.configuration.packages
        for layer in reversed(self._providers.configuration.layers):
            if packages and layer is packages[-1]:
                found += self._found_out()
            tables: Any = layer.settings.get("capabilities", {})
            if "provider_family" in layer.settings and isinstance(tables, dict):
                tables = {"provider_family": layer.settings["provider_family"], **tables}
            if tables:
                found.append(source(tables, f"{layer.place}: capabilities", self._warn))
        return found if packages else [*found, *self._found_out()]

    def _found_out(self) -> list[Source]:
        """What was found out about models, which counts behind what the user has written."""
        return [*self._evaluated(), *self._of_router()]

    def _of_router(self) -> list[Source]:
        """What hermes-router has found out, where a variable names its file."""
        path = self._environ.get(ROUTER_FILE, "").strip()
        if not path or not os.path.exists(path):
            return []
        import json
        import time

        from hamr.capabilities.router_state import tables
        from hamr.pool.policy import believed

        try:
            with open(path, encoding="utf-8") as file:
                found = tables(json.load(file), time.time(), believed(self._environ))
        except (OSError, ValueError, RecursionError) as error:
            self._warn(
                f"{ROUTER_FILE}: {path} counts for nothing: {getattr(error, 'strerror', None) or 'it is no JSON'}"
            )
            return []
        return [source(found, path, self._warn)] if found else []

    def _evaluated(self) -> list[Source]:
        path = config_path(self._environ, FILE)
        if path is None or not os.path.exists(path):
            return []
        from hamr.plugins.manifest import read

        try:
            return [source(read(path), path, self._warn)]
        except ConfigError as error:
            self._warn(error.message)
            return []

    def _said(self, provider: str, model: str) -> tuple[Rule, str] | None:
        return environment_rule(provider, model, self._environ)

    def _of_plugin(self, id: str) -> Source:
        if (known := self._shipped.get(id)) is None:
            known = self._shipped[id] = self._read(id)
        return known

    def _read(self, id: str) -> Source:
        plugins = self._providers.plugins
        if id not in plugins.providers:
            return Source("")
        from hamr.plugins.discover import folder
        from hamr.plugins.manifest_index import ManifestIndex

        point = plugins.find(id)
        path = os.path.join(folder(point), FILE)
        if not os.path.exists(path):
            return Source("")
        return packaged(
            id, ManifestIndex(os.environ, FILE.replace(".toml", ".json")).tables(path), f"{FILE} of {point.source}"
        )
