"""`hamr config set GROQ_MODEL ...` and its kin: variables in the user's own `.env`, or in that of a folder (M-7)."""

from __future__ import annotations

import os
import re
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

from hamr.cli import exit_codes, output
from hamr.errors import ConfigError, HamrError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hamr.cli.key_sources import Source
    from hamr.providers import Providers

OF_ANY = ("MODEL", "EMBED_MODEL", "SUPPORTS_TOOLS", "REASONING", "SKIP_TOKENS_OVER", "MAX_OUTPUT_TOKENS")
"""Behind the name of any provider (inventory R-45 to R-49)."""
_NAME = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]*")


def is_variable(key: str) -> bool:
    """Whether a key is the name of a variable, in capital letters."""
    return bool(_NAME.fullmatch(key))


def put(there: Providers, name: str, value: str, *, project: bool, as_json: bool) -> None:
    """Set a variable in the file; raises ConfigError for one that hamr does not know, and for a secret."""
    from hamr.config.keys import like_a_key

    if not value.strip():
        raise ConfigError(f"{name}: there is no value", hint=f"To take it away: hamr config unset {name}")
    _refuse_unknown(there, name)
    if like_a_key(value):
        raise ConfigError(
            f"{name}: a secret is not given as an argument: other users of the machine see it, and the shell keeps it",
            hint="Store it: hamr auth add PROVIDER. Consider that key to be known.",
        )
    from hamr.config import env_text

    lines: list[int] = []

    def edit(text: str) -> str:
        text, line = env_text.put(text, name, value)
        lines.append(line)
        return text

    path, before = _changed(name, edit, project=project)
    _tell(name, path, before, value, lines[0], as_json=as_json)


def drop(name: str, *, project: bool, as_json: bool) -> None:
    """Take a variable out of the file; raises ConfigError where it is not there."""
    from hamr.config import env_text

    def edit(text: str) -> str:
        if (after := env_text.drop(text, name)) == text:
            raise ConfigError(f"{name} is not set in {_path(project=project)}", hint=f"hamr config explain {name}")
        return after

    path, before = _changed(name, edit, project=project)
    _tell(name, path, before, None, None, as_json=as_json)


def show(there: Providers, name: str, *, as_json: bool, places: bool) -> int:
    """Print what a variable is, or each place that says something of it; gives the exit code."""
    _refuse_unknown(there, name)
    said = _said(name)
    used = said[-1] if said else None
    value = used.value if used else None
    if as_json:
        told = {"key": name, "set": used is not None, "value": value}
        more = {"sources": [asdict(each) for each in said], "variables": [name]}
        output.write_json({**told, **(more if places else {"from": used.told if used else None})})
    elif not said:
        output.note(f"nobody says anything about {name}" if places else f"{name} is not set")
    elif places:
        for each in said:
            output.write(f"{'*' if each.wins else ' '} {each.told}: {each.value}\n")
    else:
        output.write(f"{value}\n")
    return 0 if said else exit_codes.FAILED


def _said(name: str) -> list[Source]:
    """The places that say something, the last of which counts: the environment, where no file says the same."""
    from hamr.cli.key_sources import Source
    from hamr.environment import files
    from hamr.secrets.redact import without_user

    there = [each for each in files(os.environ, ".") if name in each.values]
    said = [Source("env", each.path, without_user(each.values[name]), each.numbers[name]) for each in reversed(there)]
    value = os.environ.get(name, "")
    if value.strip() and not any(each.values[name] == value for each in there):
        said.append(Source("environment", f"the environment variable {name}", without_user(value)))
    return [replace(each, wins=at == len(said)) for at, each in enumerate(said, 1)]


def _path(*, project: bool) -> str:
    from hamr.environment import NAME, own_path

    path = os.path.abspath(NAME) if project else own_path(os.environ)
    if path is None:
        raise ConfigError("there is no place for configuration", hint="Set HAMR_CONFIG_DIR to a folder.")
    return path


def _changed(name: str, edit: Callable[[str], str], *, project: bool) -> tuple[str, str | None]:
    """Change the file under its lock, whole or not at all; gives its path, and what the variable was."""
    from hamr.config.env_file import read
    from hamr.environment import NAME
    from hamr.storage.files import read_own, write_whole
    from hamr.storage.locks import state_folder, writing

    path = _path(project=project)
    # A folder of the project's is kept free of the lock's file.
    with writing(state_folder(os.environ) / f"project{NAME}" if project else path):
        data = read_own(path) or b""
        before = read(path).values.get(name) if data else None
        try:
            text = data.decode("utf-8")
            write_whole(path, edit(text).encode())
        except UnicodeError as error:
            raise ConfigError(f"{path} is no text in UTF-8, or the value is none", hint="Mend it first.") from error
        except OSError as error:
            raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
    return path, before


def _tell(name: str, path: str, before: str | None, after: str | None, line: int | None, *, as_json: bool) -> None:
    from hamr.environment import files

    counts = _said(name)[-1:] if after is not None else []
    own = next((each for each in files(os.environ, ".") if each.path == path), None)
    instead = next((each.told for each in counts if each.place != path), None)
    if as_json:
        told = {"key": name, "file": path, "line": line, "changed": before != after, "before": before, "after": after}
        output.write_json({**told, "counts_instead": instead})
        return
    was = f" (was {before})" if after is not None and before not in (None, after) else ""
    what = f"= {after} in" if after is not None else "removed from"
    output.write(f"{name} {what} {path}{f':{line}' if line else ''}{was}\n")
    if own is not None and not own.trusted:
        output.note("warning: it does not count until this folder is trusted: hamr trust")
    elif instead:
        output.note(f"warning: {instead} counts instead")


def _refuse_unknown(there: Providers, name: str) -> None:
    """Raise ConfigError for a variable that hamr does not read, and for one that holds a key."""
    from difflib import get_close_matches

    from hamr.config.env_file import BEFORE_ALL
    from hamr.variables import TABLE

    plain, secret = _of_providers(there)
    bare = re.sub(r"S?(_\d+)?$", "", name)
    if {name, bare, f"{bare}S"} & secret:
        raise ConfigError(
            f"{name} holds a key", hint="Store it: hamr auth add PROVIDER. A file may name it all the same."
        )
    if BEFORE_ALL.fullmatch(name):
        raise ConfigError(f"{name} is not taken from a file", hint=f"Export it: export {name}=...")
    table = [(each, variable.beginnings) for variable in TABLE.values() for each in variable.names]
    if name in plain or any(name == each or (more and name.startswith(each)) for each, more in table):
        return
    near = get_close_matches(name, [*plain, *(each for each, _ in table)], n=3, cutoff=0.7)
    raise ConfigError(
        f"{name} is no variable that hamr reads",
        hint=f"Did you mean {' or '.join(near)}?"
        if near
        else "docs/command-line.md lists them, and each provider's README.",
    )


def _of_providers(there: Providers) -> tuple[set[str], set[str]]:
    """The variables of providers: those that say something, and those that hold a key."""
    plain: set[str] = set()
    secret: set[str] = set()
    for id in there.ids:
        start = re.sub(r"[^A-Z0-9]+", "_", id.upper())
        plain.update(f"{head}{start}_{end}" for end in OF_ANY for head in ("", "HAMR_"))
        try:
            each = there.manifest(id)
        except HamrError:  # whoever uses it is told
            continue
        secret.update(each.auth.env, each.auth.more_env)
        plain.update(each.base_url_env, each.model_env, each.embed_model_env, each.mode_env)
        plain.update(name for parameter in each.parameters.values() for name in parameter.env)
        plain.update(each.host.env if each.host else (), (each.regions.variable,) if each.regions else ())
    return plain - secret, secret
