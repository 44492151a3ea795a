"""`hamr providers`: which providers are installed, and whether they can be used."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import exit_codes, output, request_options
from hamr.cli.json_option import JSON

if TYPE_CHECKING:
    from hamr.cli.provider_health import Health
    from hamr.plugins.manifest import Manifest
    from hamr.providers import Providers
    from hamr.secrets.store import CredentialStore
    from hamr.types import Provider

EPILOG = """\b
Examples:
  hamr providers         a line for each
  hamr providers -v      all that is known of each
  hamr providers --json  the same for programs
  hamr providers --check groq  whether it answers, and takes the key

No plugin is imported but by --check, and no key is shown. --check asks each provider that has its key for what its
file names as healthcheck, or for its list of models; the exit code is 1 where one refuses or fails.
"""


@dataclass(frozen=True, slots=True)
class Key:
    """Whether a provider's key is there: `status` is set, missing, unusable, optional, ambient or none.

    `source` is what kind of place it is in or should be in: stored, keyring, environment, models_json_key or
    models_json_command (inventory H-73), or ambient for another program's credentials (H-75), of which `chain` is the
    name; `place` is the file that it is in, or what of the chain is there. With the status ambient nothing is seen.
    """

    status: str
    variable: str | None = None
    variables: tuple[str, ...] = ()
    url: str | None = None
    source: str | None = None
    place: str | None = None
    chain: str | None = None

    @property
    def told(self) -> str:
        """The status for people."""
        match self.status:
            case "set" if self.chain:
                told = f"{self.chain}: {self.place}"
            case "set" if self.source == "keyring":
                told = f"in the keyring, named in {self.place}"
            case "set" if self.place:
                told = f"{'stored' if self.source == 'stored' else 'set'} in {self.place}"
            case "set":
                told = f"{self.variable} is set"
            case "missing" if self.source == "stored":
                told = "not logged in"
            case "missing":
                told = f"missing: {self.variable}" if self.variable else "missing"
            case "unusable":
                told = f"{self.place or self.variable} holds no usable key"
            case "optional":
                told = "not set, not needed"
            case "ambient":
                told = f"{self.chain}, asked when called"
            case _:
                told = "none needed"
        return told


@dataclass(frozen=True, slots=True)
class Row:
    """One installed provider, or why it cannot be used."""

    id: str
    distribution: str | None = None
    version: str | None = None
    name: str | None = None
    key: Key | None = None
    base_url: str | None = None
    base_url_from: str | None = None
    default_model: str | None = None
    wire: str | None = None
    transport: str | None = None
    enabled: bool = True
    error: str | None = None
    icon: str | None = None
    features: tuple[str, ...] = ()
    latency_p50_ms: float | None = None
    health: Health | None = None

    @property
    def state(self) -> str:
        """Whether it can be used, for people."""
        if not self.enabled:
            return "switched off"
        return self.key.told if self.key else "-"

    @property
    def source(self) -> str:
        """The distribution and its version, for people."""
        return f"{self.distribution} {self.version}" if self.distribution else "-"


@click.command("providers", short_help="List the installed providers and their keys.", epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[PROVIDER...]", shell_complete=request_options.providers)
@JSON
@click.option("-v", "--verbose", is_flag=True, help="Tell all that is known of each.")
@click.option("--check", is_flag=True, help="Ask each whether it is there and lets you in.")
@click.pass_context
def command(context: click.Context, /, *, names: tuple[str, ...], as_json: bool, verbose: bool, check: bool) -> None:
    """List the installed providers: their keys, base URLs and default models."""
    found = _named(rows(os.environ), names)
    found = _checked(found) if check else found
    if as_json:
        output.write_json({"providers": [asdict(row) for row in found]})
    elif not found:
        output.note("no provider is installed; for instance: hamr install openai")
    elif verbose:
        from hamr.cli.table import paragraphs

        paragraphs([_fields(row) for row in found])
    else:
        _table(found, checked=check)
    if any(row.health is not None and row.health.state in ("refuses", "fails") for row in found):
        context.exit(exit_codes.FAILED)


def _named(found: list[Row], names: Sequence[str]) -> list[Row]:
    """Those of these names, or all; raises ConfigError for one that there is not."""
    from hamr.plugins.discover import not_installed

    known = [row.id for row in found]
    for name in names:
        if name not in known:
            raise not_installed(name, known)
    return [row for row in found if not names or row.id in names]


def _checked(found: list[Row]) -> list[Row]:
    """The rows, with what came of asking those that can be asked."""
    from hamr.cli import provider_health
    from hamr.client import Hamr

    ready = [row.id for row in found if row.enabled and row.key and row.key.status not in ("missing", "unusable")]
    with Hamr() as client:
        health = provider_health.check(client, ready)
    return [replace(row, health=health.get(row.id)) for row in found]


def rows(environ: Mapping[str, str]) -> list[Row]:
    """The installed providers, those that are switched off too."""
    from hamr.plugins.choices import Choices
    from hamr.plugins.discover import Plugins
    from hamr.providers import Providers

    choices = Choices.read(environ)
    there = Providers(Plugins(choices.but(disabled=())), environ, ".")
    for problem in there.configuration.problems:
        output.note(f"warning: {problem}")
    return [replace(_row(there, id, environ), enabled=id not in choices.disabled) for id in there.ids]


def _row(there: Providers, id: str, environ: Mapping[str, str]) -> Row:
    from hamr.errors import HamrError

    try:
        point = there.plugins.find(id) if id in there.plugins.providers else None
    except HamrError as error:  # two distributions bring it
        return Row(id, error=error.message)
    dist, version = (point.dist, point.version) if point else (None, None)
    try:
        provider = there.provider(id, environ)
    except HamrError as error:
        return Row(id, dist, version, error=error.message)
    return Row(
        id,
        dist,
        version,
        name=provider.name,
        key=key_of(provider, environ),
        base_url=provider.base_url or None,
        base_url_from=provider.origins["base_url"] if provider.base_url else None,
        default_model=provider.models.get("chat"),
        wire=provider.wire,
        transport=provider.transport,
        **_remarks(there.manifest(id)),
    )


def _remarks(manifest: Manifest) -> dict[str, Any]:
    """What is said of a provider for people to know."""
    latency = manifest.catalog.latency_p50_ms
    return {"icon": manifest.icon, "features": manifest.features, "latency_p50_ms": latency}


def key_of(provider: Provider, environ: Mapping[str, str]) -> Key:
    """Whether a provider's key is there, without its value; no command is run to find out (inventory H-65)."""
    from hamr.secrets import keys
    from hamr.secrets.store import CredentialStore

    if provider.auth.style == "none":
        return Key("none")
    store = CredentialStore.of(environ)
    provider = _as_called(provider, store)
    variables, url = provider.auth.env, provider.key_url
    if store is not None and (found := _stored(store, provider, environ)) is not None:
        status, source = found
        return Key(status, None, variables, url, source, store.path)
    if provider.auth.style == "oauth" and keys.token_in_variable(provider, environ) is None:
        return Key("missing", None, variables, url, "stored")
    spelled = (secret for name in variables for secret in keys.in_variables(name, environ))
    holding = next((secret.origin.rpartition(" ")[2] for secret in spelled), None)
    if provider.auth.key is not None and holding is None:
        return _in_a_file(provider.auth.key, provider, environ)
    return _in_the_environment(provider, environ, holding)


def _as_called(provider: Provider, store: CredentialStore | None) -> Provider:
    """By a login, where it takes keys as well and one is stored; a file that cannot be read is told of later."""
    from hamr.errors import ConfigError
    from hamr.secrets import keys

    try:
        return keys.as_called(provider, {}, store)
    except ConfigError:
        return provider


def _in_the_environment(provider: Provider, environ: Mapping[str, str], holding: str | None) -> Key:
    """The status of the key in a variable, which is `holding`; else of what another program has (inventory H-75)."""
    from hamr.errors import ConfigError
    from hamr.secrets import keys

    variables, url = provider.auth.env, provider.key_url
    try:
        secret = keys.find(provider, environ, {})
    except ConfigError:
        usual = provider.auth.usual_env
        return Key("unusable" if holding else "missing", holding or usual, variables, url, "environment")
    if secret is None and (ambient := provider.auth.ambient) is not None:
        seen = ambient.seen(environ)
        return Key("set" if seen else "ambient", None, variables, url, "ambient", seen, ambient.name)
    return Key("set" if secret else "optional", holding, variables, url, "environment")


def _in_a_file(key: str, provider: Provider, environ: Mapping[str, str]) -> Key:
    """The status of the key that a file of configuration names (inventory H-73)."""
    from hamr.secrets import references

    source = "models_json_key" if references.command(key) is None else "models_json_command"
    status = "unusable" if references.missing(key, environ) else "set"
    place = provider.origins.get("auth.key")
    return Key(status, None, provider.auth.env, provider.key_url, source, place)


def _stored(store: CredentialStore, provider: Provider, environ: Mapping[str, str]) -> tuple[str, str] | None:
    """The status of the stored key, if there is one, and its source; a file that cannot be read might hold one."""
    from hamr.errors import ConfigError

    try:
        if provider.auth.style == "oauth":
            return ("set", "stored") if store.logins(provider.stored_names) else None
        stored = store.keys(provider.stored_names)
    except ConfigError:
        return "unusable", "stored"
    if not stored:
        return None
    return ("set" if stored[0].is_set(environ) else "unusable"), "keyring" if stored[0].store == "keyring" else "stored"


def _table(rows: list[Row], *, checked: bool) -> None:
    from hamr.cli.table import Table, draw

    heads = ["provider", "name", "distribution", "key", "default model", "base URL"]
    broken = any(row.error for row in rows)
    heads += [*(["problem"] if broken else []), *(["health"] if checked else [])]
    cells = [
        (*_cells(row), *((row.error or "",) if broken else ()), *((_health(row),) if checked else ())) for row in rows
    ]
    dispensable = ("distribution", "base URL", "name", "default model")
    draw(Table(tuple(heads), cells), dispensable)


def _health(row: Row) -> str:
    return row.health.told if row.health else "not asked"


def _cells(row: Row) -> tuple[str, ...]:
    return (row.id, row.name or "-", row.source, row.state, row.default_model or "-", row.base_url or "-")


def _fields(row: Row) -> dict[str, str | None]:
    """All that is known of a provider, for people."""
    return {
        "provider": row.id,
        "name": row.name,
        "distribution": row.source,
        "problem": row.error,
        "key": row.state,
        "key variables": ", ".join(row.key.variables) if row.key else None,
        "get a key at": row.key.url if row.key else None,
        "base URL": row.base_url,
        "from": row.base_url_from,
        "default model": row.default_model,
        "wire": row.wire,
        "transport": row.transport,
        "icon": row.icon,
        "features": ", ".join(row.features) or None,
        "usual latency": None if row.latency_p50_ms is None else f"{row.latency_p50_ms:,.0f} ms",
        "asked for": row.health.asked if row.health else None,
        "health": row.health.told if row.health else None,
    }
