"""`hamr config set` and `hamr config unset`: one change of a file of configuration."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import output
from hamr.cli.config_get import providers, refuse_unknown, written
from hamr.cli.json_option import JSON

if TYPE_CHECKING:
    from hamr.config.change import Change, Check
    from hamr.config.config_file import ConfigFile
    from hamr.config.keys import Key
    from hamr.providers import Providers

SET_EPILOG = """\b
Examples:
  hamr config set default_provider groq
  hamr config set aliases.fast groq/llama-3.1-8b-instant
  hamr config set providers.mine.base_url http://localhost:8080/v1
  hamr config set providers.mine.api_key '$MINE_KEY'
  hamr config set providers.groq.rate_limits.tpm 6000 --project
  hamr config set GROQ_MODEL llama-3.3-70b-versatile,openai/gpt-oss-20b

It is written to the file of yours that has it, models.json or providers.toml; with --project to the hamr.toml of this
folder or above it. A variable, in capital letters, is written to the .env of your configuration; with --project to
that of this folder. Comments stay. A secret is never given here: hamr auth add PROVIDER.
"""
UNSET_EPILOG = """\b
Examples:
  hamr config unset default_provider
  hamr config unset providers.mine
"""
PROJECT = click.option("--project", is_flag=True, help="In the project's hamr.toml, not in your own files.")


@click.command(
    "set",
    epilog=SET_EPILOG,
    short_help="Set a value.",
    context_settings={"ignore_unknown_options": True},  # a value may be a number below 0
)
@click.argument("key", metavar="KEY")
@click.argument("value", metavar="VALUE")
@PROJECT
@JSON
def set_command(key: str, value: str, *, project: bool, as_json: bool) -> None:
    """Set a key of configuration in one of the files; nothing else of the file changes."""
    from hamr.cli import config_variables

    if config_variables.is_variable(key):
        config_variables.put(providers(), key, value, project=project, as_json=as_json)
        return
    from hamr.config import change, values
    from hamr.config.keys import key as known_key

    there, found = providers(), known_key(key)
    read = values.read(found, value)
    _refuse_missing(there, found, read)
    done = change.put(_file(there, found, project=project), found, read, os.environ, _check(there, found))
    _tell(there, found, done, as_json=as_json)


@click.command("unset", epilog=UNSET_EPILOG, short_help="Take a value away.")
@click.argument("key", metavar="KEY")
@PROJECT
@JSON
def unset(key: str, *, project: bool, as_json: bool) -> None:
    """Take a key of configuration out of one of the files; what others say of it counts then."""
    from hamr.cli import config_variables

    if config_variables.is_variable(key):
        config_variables.drop(key, project=project, as_json=as_json)
        return
    from hamr.config import change
    from hamr.config.keys import key as known_key

    there, found = providers(), known_key(key)
    refuse_unknown(there, found)
    file = _file(there, found, project=project)
    _tell(there, found, change.drop(file, found, os.environ, _check(there, found)), as_json=as_json)


def _file(there: Providers, key: Key, *, project: bool) -> ConfigFile:
    from hamr.config import change
    from hamr.config.config_file import ConfigFile
    from hamr.config.configuration import PROJECT as NAME

    if not project:
        return change.home(there.configuration, key)
    return ConfigFile("project", there.configuration.project_path or os.path.abspath(NAME))


def _refuse_missing(there: Providers, key: Key, value: Any) -> None:
    """Raise ConfigError where the value names a provider that there is not."""
    if key.names == ("default_provider",) or (key.names[0] == "aliases" and key.names[2:] == ("provider",)):
        from hamr.config.keys import Key, Part

        refuse_unknown(there, Key((Part("providers"), Part(value)), "table", {}))


def _check(there: Providers, key: Key) -> Check:
    """What a file would say of the provider must make one, if it does so now."""
    from hamr.errors import HamrError
    from hamr.providers import Providers

    def check(layer: Any) -> None:
        id = key.provider
        if id is not None and not layer.providers.get(id, {}).get("enabled", True):
            refuse_unknown(there, key)
            return
        after = Providers(there.plugins, os.environ)
        after.configuration = there.configuration.supposing(layer)
        if id is None or id not in after.ids:
            return
        try:
            after.manifest(id)
        except HamrError:
            if id not in there.ids and "base_url" not in layer.providers.get(id, {}):
                refuse_unknown(there, key)
            if _makes_sense(there, id):
                raise

    return check


def _makes_sense(there: Providers, id: str) -> bool:
    if id not in there.ids:
        return True
    from hamr.errors import HamrError

    try:
        there.manifest(id)
    except HamrError:  # it was broken before, and may be mended step by step
        return False
    return True


def _tell(there: Providers, key: Key, done: Change, *, as_json: bool) -> None:
    from hamr.cli.key_sources import shown, sources
    from hamr.config.editing.nested import MISSING

    there.configuration = there.configuration.anew()
    said = sources(there, key, os.environ) if key.provider is None or key.provider in there.ids else []
    winner = next((each for each in reversed(said) if each.wins), None)
    own = next((each for each in said if each.place == done.file), None)
    other = winner if done.after is not MISSING and winner and winner is not own and not (own and own.wins) else None
    before, after = (None if each is MISSING else shown(key, each) for each in (done.before, done.after))
    if as_json:
        told = {"key": str(key), "file": done.file, "line": done.line, "changed": done.changed}
        output.write_json({**told, "before": before, "after": after, "counts_instead": other.told if other else None})
        return
    place = f"{done.file}:{done.line}" if done.line else done.file
    was = f" (was {written(before)})" if done.changed and before is not None and done.after is not MISSING else ""
    what = "removed from" if done.after is MISSING else f"= {written(after)} in"
    output.write(f"{key} {what} {place}{was if done.changed else ' already'}\n")
    if own and own.why:
        output.note(f"warning: it does not count: {own.why}")
    elif other:
        output.note(f"warning: {other.told} counts instead: {written(other.value)}")
