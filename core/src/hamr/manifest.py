"""One schema for what a provider is, checked where it enters."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from hamr import base_url
from hamr.errors import ConfigError, PluginError
from hamr.types import AuthSpec, Provider

API = 1
"""The version of the plugin api that this core speaks."""

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


class _Table(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
    )


class AuthTable(_Table):
    """How calls are let in; `optional` where the provider also works without a key."""

    style: str = "none"
    env: list[Variable] = []
    header: str | None = None
    prefix: str | None = None
    optional: bool = False


class Manifest(_Table):
    """A provider as its plugin, or a user's file, describes it."""

    api: int = API
    id: Name
    name: str
    base_url: str = ""
    base_url_env: list[Variable] = []
    wire: str
    transport: str = "http"
    auth: AuthTable = AuthTable()
    headers: dict[str, str] = {}
    compat: dict[str, Any] = {}
    models: dict[str, str] = {}
    model_env: list[Variable] = []
    key_url: str | None = None

    def provider(self, environ: Mapping[str, str], place: str) -> Provider:
        """The provider with the environment laid over; `place` is where this manifest came from."""
        origins = dict.fromkeys(self.model_fields_set, place)
        url, url_from = self.base_url, place
        if variable := _first_set(self.base_url_env, environ):
            url, url_from = environ[variable], f"the environment variable {variable}"
        if url or self.transport == "http":
            url = base_url.check(url, f"base_url from {url_from}")
        models = dict(self.models)
        if variable := _first_set(self.model_env, environ):
            models["chat"] = environ[variable].partition(",")[0].strip()
            origins["models.chat"] = f"the environment variable {variable}"
        auth = AuthSpec(self.auth.style, tuple(self.auth.env), self.auth.header, self.auth.prefix, self.auth.optional)
        return Provider(
            id=self.id,
            name=self.name,
            base_url=url,
            wire=self.wire,
            transport=self.transport,
            auth=auth,
            headers=self.headers,
            compat=self.compat,
            models=models,
            key_url=self.key_url,
            origins={**origins, "base_url": url_from},
        )


def read(path: Path) -> dict[str, Any]:
    """The tables of a manifest's file, not yet checked; raises ConfigError naming file and line."""
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
    try:
        manifest = Manifest.model_validate(tables)
    except ValidationError as error:
        told = "; ".join(_explain(problem, tables) for problem in error.errors(include_url=False))
        raise ConfigError(f"{place}: {told}", hint="docs/write-a-provider.md lists the fields of a manifest.") from None
    if manifest.transport == "http":
        base_url.check(manifest.base_url, f"{place}: base_url")
    return manifest


def _first_set(variables: list[str], environ: Mapping[str, str]) -> str | None:
    return next((name for name in variables if environ.get(name, "").strip()), None)


def _explain(problem: Any, tables: Mapping[str, Any]) -> str:
    """One line about one wrong field; the value itself is not shown, for it may be a key."""
    where = ".".join(str(part) for part in problem["loc"])
    if problem["type"] != "extra_forbidden":
        return f"{where}: {problem['msg']}"
    table = AuthTable if problem["loc"][0] == "auth" else Manifest
    near = difflib.get_close_matches(str(problem["loc"][-1]), table.model_fields, n=1)
    return f"{where}: unknown field" + (f" (did you mean {near[0]}?)" if near else "")
