"""`hamr config get` and `hamr config explain`: what a key is, and who says so."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import exit_codes, output
from hamr.cli.json_option import JSON

if TYPE_CHECKING:
    from hamr.cli.key_sources import Source
    from hamr.config.keys import Key
    from hamr.providers import Providers

GET_EPILOG = """\b
Examples:
  hamr config get default_provider
  hamr config get providers.groq.base_url
  hamr config get 'providers."llama.cpp".compat'

A text is printed as it is, anything else as JSON. Of a secret no more than its tail is shown, or the variable that
holds it. The exit code is 1 where it is not set.
"""
EXPLAIN_EPILOG = """\b
Examples:
  hamr config explain providers.groq.base_url
  hamr config explain default_provider

Those that say something about it are told in the order in which they count: the one marked with * is used. The exit
code is 1 where nobody says anything.
"""


@click.command("get", epilog=GET_EPILOG, short_help="Print a value.")
@click.argument("key", metavar="KEY")
@JSON
@click.pass_context
def get(context: click.Context, key: str, *, as_json: bool) -> None:
    """Print what a key of configuration is, whoever says so."""
    from hamr.cli import config_variables

    if config_variables.is_variable(key):
        context.exit(config_variables.show(providers(), key, as_json=as_json, places=False))
    from hamr.cli.key_sources import value
    from hamr.config.editing.nested import MISSING

    found, said = asked(key)
    used = value(said)
    winner = next((each for each in reversed(said) if each.wins), None)
    if as_json:
        known = {"value": None if used is MISSING else used, "set": used is not MISSING}
        output.write_json({"key": str(found), **known, "from": winner.told if winner else None})
    elif used is not MISSING:
        output.write(f"{written(used)}\n")
    else:
        all_of_it = f"; all that is known of it: hamr config show {found.provider}" if len(found.names) == 2 else ""
        output.note(f"{found} is not set{all_of_it if found.provider else ''}")
    context.exit(exit_codes.FAILED if used is MISSING else 0)


@click.command("explain", epilog=EXPLAIN_EPILOG, short_help="Tell who says what about a value.")
@click.argument("key", metavar="KEY")
@JSON
@click.pass_context
def explain(context: click.Context, key: str, *, as_json: bool) -> None:
    """Tell each place that says something about a key of configuration, and which of them counts."""
    from dataclasses import asdict

    from hamr.cli import config_variables

    if config_variables.is_variable(key):
        context.exit(config_variables.show(providers(), key, as_json=as_json, places=True))
    from hamr.cli.key_sources import value, variables
    from hamr.config.editing.nested import MISSING

    there = providers()
    found, said = asked(key, there)
    used = value(said)
    names = list(variables(there, found))
    if as_json:
        known = {"value": None if used is MISSING else used, "set": used is not MISSING}
        output.write_json({"key": str(found), **known, "sources": [asdict(each) for each in said], "variables": names})
    else:
        for each in said:
            output.write(f"{_line(each)}\n")
        if not said:
            output.note(f"nobody says anything about {found}")
        unset = [name for name in names if not os.environ.get(name, "").strip()]
        if unset:
            output.note(f"not set: {', '.join(unset)}")
    context.exit(exit_codes.FAILED if used is MISSING else 0)


def asked(text: str, there: Providers | None = None) -> tuple[Key, list[Source]]:
    """The key of this name, and who says something about it; raises ConfigError."""
    from hamr.cli.key_sources import sources
    from hamr.config.keys import key

    found = key(text)
    there = there or providers()
    refuse_unknown(there, found)
    return found, sources(there, found, os.environ)


def providers() -> Providers:
    """All that is installed and configured here."""
    from hamr.plugins.choices import Choices
    from hamr.plugins.discover import Plugins
    from hamr.providers import Providers

    return Providers(Plugins(Choices.read(os.environ)), os.environ, ".")


def refuse_unknown(there: Providers, key: Key) -> None:
    """Raise ConfigError for a provider that there is not, naming those with names like it."""
    from difflib import get_close_matches

    from hamr.config.keys import like_a_key
    from hamr.errors import ConfigError

    if key.provider is None or key.provider in there.ids:
        return
    near = get_close_matches(key.provider, there.ids, n=3, cutoff=0.5)
    shown = "of this name" if like_a_key(key.provider) else repr(key.provider)
    hint = f"Did you mean {' or '.join(near)}?" if near else "hamr providers lists those that there are."
    raise ConfigError(
        f"there is no provider {shown}",
        hint=f"{hint} For one of your own: hamr config set providers.NAME.base_url URL",
    )


def written(value: Any) -> str:
    """A value for people, and for shells."""
    import json

    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _line(said: Source) -> str:
    told = f"{said.told}: {written(said.value)}" if said.value is not None else said.told
    mark = "*" if said.wins else "-"
    return f"{mark} {told}{f'  (does not count: {said.why})' if said.why else ''}"
