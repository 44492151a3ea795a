"""One schema for what a provider is, checked where it enters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from hamr import base_url, schema
from hamr.errors import ConfigError, PluginError
from hamr.header_lines import variable_headers
from hamr.plugins.asking_table import CatalogTable, HealthTable, RetryTable
from hamr.plugins.auth_table import VARIABLE, AuthTable
from hamr.variables import Conflict, conflicts, first

if TYPE_CHECKING:
    from os import PathLike

    from hamr.types import AuthSpec, Mode, ModelRule, OAuthSpec, Provider, RateLimits

API = 1
"""The version of the plugin api that this core speaks."""


@dataclass(frozen=True, slots=True)
class LimitTable:
    """How much may be sent in a minute, and how many calls at once; zero is no limit."""

    rpm: int | None = None
    tpm: int | None = None
    input_tpm: int | None = None
    output_tpm: int | None = None
    concurrency: int | None = None
    max_concurrency: int | None = None
    min_concurrency: int | None = None

    def limits(self) -> RateLimits:
        """The same as a provider holds it."""
        from hamr.types import RateLimits

        return RateLimits(*(getattr(self, each.name) for each in fields(self)))


# Small letters, and one `*` at most, or one at either end.
GLOB = {"pattern": r"\*?[^*?\[\]A-Z]+\*?|[^*?\[\]A-Z]+\*[^*?\[\]A-Z]+"}


@dataclass(frozen=True, slots=True)
class ModelTable:
    """What is special about the models whose lower-cased name fits `match`.

    `stream_timeout` is the longest silence in seconds within an answer that comes in pieces.
    """

    match: str | tuple[str, ...] = field(metadata=GLOB)
    compat: Mapping[str, Any] = field(default_factory=dict)
    wire: str | None = None
    mode: str | None = None
    limits: LimitTable = field(default=LimitTable(), metadata={"table": LimitTable})
    local: bool | None = None
    header_values: Mapping[str, str] = field(default_factory=dict, repr=False)
    stream_timeout: float | None = field(default=None, metadata={"least": 0.001})

    def rule(self) -> ModelRule:
        """The same as a provider holds it."""
        from hamr.types import ModelRule

        match = (self.match,) if isinstance(self.match, str) else self.match
        return ModelRule(
            match,
            self.compat,
            self.wire,
            self.mode,
            self.limits.limits(),
            self.local,
            self.header_values,
            self.stream_timeout,
        )


@dataclass(frozen=True, slots=True)
class ModeTable:
    """Another of the provider's interfaces; its flags and rules are its own, for they are those of its wire.

    Its base URL counts where the user has set none. It is meant where the base URL ends with its `path` and nothing
    else names a mode. What its `auth` leaves out, the provider's says.
    """

    wire: str
    base_url: str | None = None
    path: str | None = None
    auth: AuthTable | None = field(default=None, metadata={"table": AuthTable})
    compat: Mapping[str, Any] = field(default_factory=dict)
    model: tuple[ModelTable, ...] = field(default=(), metadata={"tables": ModelTable})


@dataclass(frozen=True, slots=True)
class ParameterTable:
    """What a URL or a wire needs to know besides: the variables that may say it, and what is meant without.

    What is meant may hang `by` another parameter: one of the `values` by its word, or the default, in which it stands.
    """

    env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    default: str | None = None
    by: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    def meant(self, said: Mapping[str, str]) -> str | None:
        """What is meant where nothing says it."""
        if self.by is None or self.default is None:
            return self.default
        word = said.get(self.by)
        return None if word is None else self.values.get(word, self.default.replace(f"{{{self.by}}}", word))


@dataclass(frozen=True, slots=True)
class HostTable:
    """The variables that may name the server of this machine, with or without scheme and port, and its own port."""

    env: tuple[str, ...] = field(metadata=VARIABLE)
    port: int


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

    id: str = field(metadata={"pattern": r"[A-Za-z0-9][A-Za-z0-9._-]*"})
    name: str
    wire: str
    api: int = API
    base_url: str = ""
    base_url_env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    host: HostTable | None = field(default=None, metadata={"table": HostTable})
    regions: RegionTable | None = field(default=None, metadata={"table": RegionTable})
    transport: str = "http"
    auth: AuthTable = field(default=AuthTable(), metadata={"table": AuthTable})
    headers: Mapping[str, str] = field(default_factory=dict)
    headers_env: Mapping[str, str] = field(default_factory=dict, metadata=VARIABLE)
    more_headers_env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    header_values: Mapping[str, str] = field(default_factory=dict, repr=False)
    compat: Mapping[str, Any] = field(default_factory=dict)
    model: tuple[ModelTable, ...] = field(default=(), metadata={"tables": ModelTable})
    models: Mapping[str, str] = field(default_factory=dict)
    model_env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    embed_model_env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    key_url: str | None = None
    limits: LimitTable = field(default=LimitTable(), metadata={"table": LimitTable})
    local: bool = False
    retry: RetryTable = field(default=RetryTable(), metadata={"table": RetryTable})
    health: HealthTable | None = field(default=None, metadata={"table": HealthTable})
    icon: str | None = None
    features: tuple[str, ...] = ()
    parameters: Mapping[str, ParameterTable] = field(default_factory=dict, metadata={"named": ParameterTable})
    mode: str = "chat"
    mode_env: tuple[str, ...] = field(default=(), metadata=VARIABLE)
    modes: Mapping[str, ModeTable] = field(default_factory=dict, metadata={"named": ModeTable})
    catalog: CatalogTable = field(default=CatalogTable(), metadata={"table": CatalogTable})

    def provider(
        self,
        environ: Mapping[str, str],
        place: str,
        given: Mapping[str, str] | None = None,
        places: Mapping[str, str] | None = None,
    ) -> Provider:
        """The provider with the environment laid over, and over that the parameters `given` in code.

        `place` is where this manifest came from, but for the fields that `places` names. A base URL
        keeps the `{name}` of a parameter that nothing says.
        """
        from hamr.types import Provider

        origins = {each.name: place for each in fields(self)} | dict(places or {})
        parameters = self._parameters(environ, given or {}, origins)
        url = self._base_url(environ, parameters, origins)
        return Provider(
            id=self.id,
            name=self.name,
            base_url=url,
            wire=self.wire,
            transport=self.transport,
            auth=self._auth(environ, origins),
            headers={**self.headers, **variable_headers(self.headers_env, self.more_headers_env, environ)},
            header_values=self.header_values,
            compat=self.compat,
            models=self._models(environ, origins),
            rules=tuple(table.rule() for table in self.model),
            key_url=self.key_url,
            parameters=parameters,
            mode=self.mode,
            modes={
                name: self._mode(table, parameters, moved=origins["base_url"] != place)
                for name, table in self.modes.items()
            },
            limits=self.limits.limits(),
            local=self.local,
            retries=self.retry.count,
            retry_delay=None if self.retry.delay_ms is None else self.retry.delay_ms / 1000,
            origins=origins,
        )

    def conflicts(self, environ: Mapping[str, str]) -> list[Conflict]:
        """Which of its variables say different things of one setting; keys are several, not at odds."""
        groups = [self.base_url_env, self.model_env, self.embed_model_env, self.mode_env]
        groups += [self.host.env] if self.host is not None else []
        return conflicts(environ, [*groups, *(each.env for each in self.parameters.values())])

    def _models(self, environ: Mapping[str, str], origins: dict[str, str]) -> dict[str, str]:
        """The default models by role."""
        models = dict(self.models)
        if variable := first(environ, self.model_env):
            models["chat"] = environ[variable].partition(",")[0].strip()
            origins["models.chat"] = f"the environment variable {variable}"
        if variable := next((name for name in self.embed_model_env if name in environ), None):
            models["embeddings"] = environ[variable].partition(",")[0].strip()  # an empty one takes the default away
            origins["models.embeddings"] = f"the environment variable {variable}"
        return models

    def mode_of(self, environ: Mapping[str, str]) -> str | None:
        """The name of the interface that the environment asks for, where it does."""
        variable = first(environ, self.mode_env)
        return environ[variable].strip() if variable else None

    def complete(self, provider: Provider) -> None:
        """Raise ConfigError where the base URL needs a parameter that nothing says."""
        for name in base_url.names(provider.base_url):
            variables = self.parameters[name].env
            places = [f"Hamr(parameters={{{self.id!r}: {{{name!r}: ...}}}})"]
            places += [f"the environment variable {variable}" for variable in (*variables, *self.base_url_env)]
            hint = f"Set it: export {variables[0]}=..." if variables else "Give it in code."
            raise ConfigError(f"no {name} for {self.id}; looked in {', '.join(places)}", hint=hint)

    def _auth(self, environ: Mapping[str, str], origins: dict[str, str]) -> AuthSpec:
        from hamr.types import AuthSpec

        said = {each.name: getattr(self.auth, each.name) for each in fields(AuthSpec) if hasattr(self.auth, each.name)}
        return AuthSpec(**{**said, "env": self.auth.counting(environ), "oauth": self._oauth(environ, origins)})

    def _oauth(self, environ: Mapping[str, str], origins: dict[str, str]) -> OAuthSpec | None:
        spec = self.auth.oauth
        if spec is None:
            return None
        if variable := first(environ, spec.client_id_env):
            spec = replace(spec, client_id=environ[variable].strip())
        if (variable := first(environ, spec.issuer_env)) is None:
            return spec
        origins["auth.oauth.issuer"] = f"the environment variable {variable}"
        return spec.at(_issuer(environ[variable], origins["auth.oauth.issuer"]))

    def _parameters(
        self, environ: Mapping[str, str], given: Mapping[str, str], origins: dict[str, str]
    ) -> dict[str, str]:
        said = {}
        for name, table in self.parameters.items():
            variable = first(environ, table.env)
            if given.get(name):
                said[name], origins[f"parameters.{name}"] = given[name], "Hamr(parameters=...)"
            elif variable is not None:
                said[name] = environ[variable].strip()
                origins[f"parameters.{name}"] = f"the environment variable {variable}"
            elif (meant := table.meant(said)) is not None:
                said[name] = meant
        return said

    def _mode(self, table: ModeTable, parameters: Mapping[str, str], *, moved: bool) -> Mode:
        """The mode; where the user says where the provider is, it is there too."""
        from hamr.types import Mode

        url = None if table.base_url is None or moved else base_url.filled(table.base_url, parameters)
        rules = tuple(each.rule() for each in table.model)
        auth = None if table.auth is None else self._mode_auth(table.auth)
        return Mode(table.wire, url, table.compat, rules, table.path, auth)

    def _mode_auth(self, auth: AuthTable) -> AuthSpec:
        from hamr.types import AuthSpec

        return AuthSpec(
            auth.style,
            auth.env or self.auth.env,
            auth.header,
            auth.prefix,
            auth.optional if auth.env else self.auth.optional,
            auth.more_env or self.auth.more_env,
            auth.stored_as or self.auth.stored_as,
            self.auth.use_store,
        )

    def _base_url(self, environ: Mapping[str, str], parameters: Mapping[str, str], origins: dict[str, str]) -> str:
        url = self.base_url
        if variable := first(environ, self.base_url_env):
            url, origins["base_url"] = unquoted(environ[variable]), f"the environment variable {variable}"
        elif self.host is not None and (variable := first(environ, self.host.env)):
            origins["base_url"] = f"the environment variable {variable}"
            url = base_url.of_host(environ[variable], self.host.port, origins["base_url"])
        elif self.regions is not None and (region := self.regions.url(environ)):
            url, origins["base_url"] = region, f"the environment variable {self.regions.variable}"
        url = base_url.filled(url, parameters)
        if url or self.transport == "http":
            url = base_url.check(url, f"base_url from {origins['base_url']}")
        return url


def unquoted(text: str) -> str:
    """A text without the quotes around it, as Docker's --env-file leaves them (inventory N-123)."""
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def read(path: str | PathLike[str]) -> dict[str, Any]:
    """The tables of a manifest's file, not yet checked; raises ConfigError naming file and line."""
    import tomllib

    try:
        with open(path, encoding="utf-8-sig") as file:
            return tomllib.loads(file.read())
    except FileNotFoundError as error:
        raise ConfigError(f"{path} is missing", hint="A provider's package holds its provider.toml.") from error
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}", hint="The file must be TOML in UTF-8.") from error


def check(
    tables: Mapping[str, Any], place: str, hint: str = "docs/write-a-provider.md lists the fields of a manifest."
) -> Manifest:
    """The manifest in these tables; raises PluginError for another api, ConfigError naming each wrong field."""
    if tables.get("api", API) != API:
        raise PluginError(
            f"{place} speaks api {tables['api']!r}; this hamr speaks api {API}",
            hint="Bring both to the same line: pip install -U hamr, or an older version of the plugin.",
        )
    manifest = schema.read(Manifest, tables, place, hint)
    if manifest.transport == "http":
        _check_url(manifest.base_url, manifest, f"{place}: base_url")
    manifest.auth.check(place, hint)
    if manifest.health is not None and manifest.health.url is not None:
        base_url.check(manifest.health.url.partition("?")[0], f"{place}: health.url")
    if manifest.auth.oauth is not None:
        from hamr.types.oauth import PATHS

        for name in ("issuer", *PATHS):
            url = getattr(manifest.auth.oauth, name) or ""
            if name == "issuer" or "://" in url:
                _issuer(url, f"{place}: auth.oauth.{name}")
    known: list[str] = []
    for name, parameter in manifest.parameters.items():
        if parameter.by is not None and parameter.by not in known:
            hint = "Its `by` names a parameter that stands before it."
            raise ConfigError(f"{place}: parameters.{name}.by: {parameter.by!r} is none of those before", hint=hint)
        known.append(name)
    for name, mode in manifest.modes.items():
        if mode.base_url is not None:
            _check_url(mode.base_url, manifest, f"{place}: modes.{name}.base_url")
    for region, url in (manifest.regions.urls if manifest.regions else {}).items():
        base_url.check(url, f"{place}: regions.urls.{region}")
    return manifest


def _check_url(url: str, manifest: Manifest, place: str) -> None:
    base_url.check(url, place)
    for name in base_url.names(url):
        if name not in manifest.parameters:
            raise ConfigError(
                f"{place} has {{{name}}}, which is none of the parameters", hint="Add it there, or mend the URL."
            )


def _issuer(url: str, place: str) -> str:
    """The URL of an authorization server; raises ConfigError where tokens would be sent there in the open."""
    from urllib.parse import urlsplit

    url = base_url.check(url, place)
    if not url.startswith("https://") and urlsplit(url).hostname not in ("127.0.0.1", "::1", "localhost"):
        raise ConfigError(f"{place}: tokens are not sent over plain http", hint="Write it as https://host.")
    return url
