"""Who says something about a key of configuration: plugins, files, the environment, the store of credentials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hamr.config.editing import nested
from hamr.errors import ConfigError, HamrError

if TYPE_CHECKING:
    from hamr.config.config_file import ConfigFile
    from hamr.config.keys import Key
    from hamr.plugins.manifest import Manifest
    from hamr.providers import Providers

MANIFEST: Mapping[str, nested.Path] = {
    "api_key": ("auth", "key"),
    "auth_env": ("auth", "env"),
    "auth_header": ("auth", "header"),
    "auth_style": ("auth", "style"),
    "chat_endpoint": ("compat", "chat_path"),
    "default_model": ("models", "chat"),
    "rate_limits": ("limits",),
    "rpm": ("limits", "rpm"),
}
"""Where a plugin's manifest has what files call otherwise; the rest has the same names in both."""
LIMITS = ("rpm", "tpm", "input_tpm", "output_tpm", "concurrency")


@dataclass(frozen=True, slots=True)
class Source:
    """One that says something: of which `kind`, where, and what.

    `counts` is false, with the reason in `why`, where a file's word is not taken; `wins` is true of the one whose value
    is used, or of each whose table is part of it.
    """

    kind: str
    place: str
    value: Any
    line: int | None = None
    counts: bool = True
    wins: bool = False
    why: str | None = None

    @property
    def told(self) -> str:
        """The place, for people: `file:line`, where the line is known."""
        return f"{self.place}:{self.line}" if self.line else self.place


def sources(there: Providers, key: Key, environ: Mapping[str, str]) -> list[Source]:
    """All of them in the order in which they count, the last one most; what is secret in them is no longer."""
    from hamr.config.config_file import files

    found = [*_plugin(there, key)]
    for file in files(there.configuration):
        found += _file(there, file, key)
    found += [*_environment(there, key, environ)]
    return [replace(each, value=shown(key, each.value)) for each in _won(found)]


def value(found: Sequence[Source]) -> Any:
    """What is used: the last one's word, or all their tables laid over one another; MISSING where nobody has any."""
    used: Any = nested.MISSING
    for each in found:
        if each.wins:
            used = _over(used, each.value)
    return used


def shown(key: Key, value: Any, names: tuple[str, ...] = ()) -> Any:
    """The value without what is secret in it, of which only tails are left."""
    if isinstance(value, Mapping):
        return {name: shown(key, each, (*names, _snake(str(name)))) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [shown(key, each, names) for each in value]
    from hamr.config.keys import SECRETS, like_a_key

    if isinstance(value, str) and (key.secret or any(name in SECRETS for name in names) or like_a_key(value)):
        return hidden(value)
    if isinstance(value, str) and "://" in value and "@" in value:
        from hamr.secrets.redact import without_user

        return without_user(value)
    return value


def hidden(text: str) -> str:
    """A value that may hold a secret: variables by name, all else by its tail."""
    import re

    from hamr.config.translate import KEYLESS
    from hamr.secrets import references
    from hamr.types import Secret

    if references.command(text) is not None:
        return "the output of a command"
    if text == KEYLESS or re.fullmatch(r"\$\w+|\$\{\w+\}", text):
        return text
    return Secret(text, "").tail


def _won(found: list[Source]) -> list[Source]:
    """Who is used: the last that counts, and those before it whose tables its own is laid over."""
    used: list[int] = []
    for place in range(len(found) - 1, -1, -1):
        if not found[place].counts:
            continue
        if used and not isinstance(found[place].value, Mapping):
            break
        used.append(place)
        if not isinstance(found[place].value, Mapping):
            break
    return [replace(each, wins=place in used) for place, each in enumerate(found)]


def _over(before: Any, value: Any) -> Any:
    if not isinstance(value, Mapping) or not isinstance(before, Mapping):
        return value
    return {**before, **{name: _over(before.get(name), each) for name, each in value.items()}}


def _plugin(there: Providers, key: Key) -> Iterator[Source]:
    if key.provider is None or key.provider not in there.plugins.providers or not key.names[2:]:
        return
    name, *rest = key.names[2:]
    path = (*MANIFEST.get(name, (name,)), *rest)
    if name == "parameters" and rest:
        path = (*path, "default")
    said = nested.found(there.plugins.tables(key.provider), path)
    if said is not nested.MISSING and not (name == "models" and isinstance(said, dict)):
        yield Source("plugin", there.place(key.provider), said)


def _file(there: Providers, file: ConfigFile, key: Key) -> Iterator[Source]:
    try:
        text = file.text()
        stored = file.stored(text) if text is not None else {}
    except ConfigError as error:
        yield Source(file.kind, file.path, None, counts=False, why=error.message)
        return
    path = key.located(stored)
    if text is None or path is None:
        return
    dotted = ".".join(str(each) for each in (*file.head, *path))
    problems = [each for each in there.configuration.problems if each.file == file.path]
    why = next((each.reason for each in problems if not each.path or f"{dotted}.".startswith(f"{each.path}.")), None)
    found = nested.found(stored, path)
    yield Source(file.kind, file.path, found, file.line(text, path), counts=why is None, why=why)


def _environment(there: Providers, key: Key, environ: Mapping[str, str]) -> Iterator[Source]:
    """What variables say, those that count less before the others; the store of credentials is asked first for keys."""
    names = list(variables(there, key))
    for name in reversed(names):
        if said := environ.get(name, "").strip():
            yield Source("environment", f"the environment variable {name}", said)
    if key.provider and key.names[2:] == ("api_key",):
        from hamr.secrets.store import CredentialStore

        store = CredentialStore.of(environ)
        for stored in reversed(store.keys((key.provider,)) if store else []):
            yield Source("stored", f"{stored.place} in {store.path if store else ''}", stored.written)


def variables(there: Providers, key: Key) -> Iterator[str]:
    """The variables that may say it, the one that counts most first."""
    from hamr.limits.configured import variable
    from hamr.stores import SETTINGS
    from hamr.variables import TABLE

    if key.provider is None or not key.names[2:]:
        stores = {name: (each,) for each, name in SETTINGS.items()}
        known = {
            "default_provider": "default_provider",
            "default_model": "model",
            "credentials.store": "credential_store",
        }
        named = {**stores, **{name: TABLE[each].names for name, each in known.items()}}
        yield from named.get(str(key), ())
        return
    manifest = _manifest(there, key.provider)
    name = key.names[2:]
    if name[-1] in LIMITS and name[0] in ("rpm", "rate_limits"):
        yield variable(key.provider, name[-1])
    elif manifest is None:
        return
    elif name == ("base_url",):
        yield from (*manifest.base_url_env, *(manifest.host.env if manifest.host else ()))
    elif name == ("default_model",):
        yield from manifest.model_env
    elif name == ("api_key",):
        yield from manifest.auth.env
    elif name[0] == "parameters" and name[1:] and name[1] in manifest.parameters:
        yield from manifest.parameters[name[1]].env


def _manifest(there: Providers, id: str) -> Manifest | None:
    try:
        return there.manifest(id)
    except HamrError:  # whoever uses that provider is told
        return None


def _snake(name: str) -> str:
    from hamr.config.translate import snaked

    return next(iter(snaked({name: 0})))
