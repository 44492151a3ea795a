"""One schema for what a provider is, checked where it enters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from hamr import base_url, schema
from hamr.errors import ConfigError, PluginError
from hamr.types import AuthSpec, ModelRule, Provider

if TYPE_CHECKING:
    from pathlib import Path

API = 1
"""The version of the plugin api that this core speaks."""

VARIABLE = {"pattern": r"[A-Za-z_][A-Za-z0-9_]*"}


@dataclass(frozen=True, slots=True)
class AuthTable:
    """How calls are let in; `optional` where the provider also works without a key."""

    style: str = "none"
    env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    header: str | None = None
    prefix: str | None = None
    optional: bool = False


# Small letters, and one `*` at most, or one at either end.
GLOB = {"pattern": r"\*?[^*?\[\]A-Z]+\*?|[^*?\[\]A-Z]+\*[^*?\[\]A-Z]+"}


@dataclass(frozen=True, slots=True)
class ModelTable:
    """What is special about the models whose lower-cased name fits `match`."""

    match: str | tuple[str, ...] = field(metadata=GLOB)
    compat: Mapping[str, Any] = field(default_factory=dict)
    wire: str | None = None

    def rule(self) -> ModelRule:
        """The same as a provider holds it."""
        match = (self.match,) if isinstance(self.match, str) else self.match
        return ModelRule(match, self.compat, self.wire)


@dataclass(frozen=True, slots=True)
class RegionTable:
    """Other base URLs, by the word in an environment variable."""

    variable: str = field(metadata=VARIABLE)
    urls: Mapping[str, str]

    def url(self, environ: Mapping[str, str]) -> str | None:
        """The base URL of the region that is set, if one is; raises ConfigError for one that is not known."""
        region = environ.get(self.variable, "").strip().lower()
        if not region:
            return None
        if region not in self.urls:
            known = ", ".join(self.urls)
            raise ConfigError(f"{self.variable}: {region!r} is no region of this provider", hint=f"Known: {known}.")
        return self.urls[region]


@dataclass(frozen=True, slots=True)
class Manifest:
    """A provider as its plugin, or a user's file, describes it."""

    id: str = field(metadata={"pattern": r"[a-z0-9][a-z0-9_-]*"})
    name: str
    wire: str
    api: int = API
    base_url: str = ""
    base_url_env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    regions: RegionTable | None = field(default=None, metadata={"table": RegionTable})
    transport: str = "http"
    auth: AuthTable = field(default=AuthTable(), metadata={"table": AuthTable})
    headers: Mapping[str, str] = field(default_factory=dict)
    headers_env: Mapping[str, str] = field(default_factory=dict, metadata=VARIABLE)
    compat: Mapping[str, Any] = field(default_factory=dict)
    model: tuple[ModelTable, ...] = field(default=(), metadata={"tables": ModelTable})
    models: Mapping[str, str] = field(default_factory=dict)
    model_env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    embed_model_env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    key_url: str | None = None

    def provider(self, environ: Mapping[str, str], place: str) -> Provider:
        """The provider with the environment laid over; `place` is where this manifest came from."""
        origins = {each.name: place for each in fields(self)}
        url = self._base_url(environ, origins)
        models = dict(self.models)
        if variable := _first_set(self.model_env, environ):
            models["chat"] = environ[variable].partition(",")[0].strip()
            origins["models.chat"] = f"the environment variable {variable}"
        if variable := next((name for name in self.embed_model_env if name in environ), None):
            models["embeddings"] = environ[variable].partition(",")[0].strip()  # an empty one takes the default away
            origins["models.embeddings"] = f"the environment variable {variable}"
        said = {header: environ[name] for header, name in self.headers_env.items() if environ.get(name, "").strip()}
        return Provider(
            id=self.id,
            name=self.name,
            base_url=url,
            wire=self.wire,
            transport=self.transport,
            auth=AuthSpec(*(getattr(self.auth, each.name) for each in fields(AuthSpec))),
            headers={**self.headers, **said},
            compat=self.compat,
            models=models,
            rules=tuple(table.rule() for table in self.model),
            key_url=self.key_url,
            origins=origins,
        )

    def _base_url(self, environ: Mapping[str, str], origins: dict[str, str]) -> str:
        url = self.base_url
        if variable := _first_set(self.base_url_env, environ):
            url, origins["base_url"] = environ[variable], f"the environment variable {variable}"
        elif self.regions is not None and (region := self.regions.url(environ)):
            url, origins["base_url"] = region, f"the environment variable {self.regions.variable}"
        if url or self.transport == "http":
            url = base_url.check(url, f"base_url from {origins['base_url']}")
        return url


def read(path: Path) -> dict[str, Any]:
    """The tables of a manifest's file, not yet checked; raises ConfigError naming file and line."""
    import tomllib

    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path} is missing", hint="A provider's package holds its provider.toml.") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}", hint="The file must be TOML in UTF-8.") from error


def check(tables: Mapping[str, Any], place: str) -> Manifest:
    """The manifest in these tables; raises PluginError for another api, ConfigError naming each wrong field."""
    if tables.get("api", API) != API:
        raise PluginError(
            f"{place} speaks api {tables['api']!r}; this hamr speaks api {API}",
            hint="Bring both to the same line: pip install -U hamr, or an older version of the plugin.",
        )
    hint = "docs/write-a-provider.md lists the fields of a manifest."
    manifest = schema.read(Manifest, tables, place, hint)
    if manifest.transport == "http":
        base_url.check(manifest.base_url, f"{place}: base_url")
    for region, url in (manifest.regions.urls if manifest.regions else {}).items():
        base_url.check(url, f"{place}: regions.urls.{region}")
    return manifest


def _first_set(variables: tuple[str, ...], environ: Mapping[str, str]) -> str | None:
    return next((name for name in variables if environ.get(name, "").strip()), None)
