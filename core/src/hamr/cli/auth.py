"""`hamr auth`: the keys and logins that are stored."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import output

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.providers import Providers
    from hamr.secrets.store import CredentialStore
    from hamr.types import Provider

EPILOG = """\b
Examples:
  hamr auth                           what is stored
  hamr auth add groq                  type a key in, unseen
  hamr auth add groq --env WORK_KEY   store what a variable holds
  pass groq | hamr auth add groq --stdin
  hamr auth remove groq
  hamr auth import-codex              take over another program's login

Stored keys count before those in the environment. No more of a key is shown
than its last four characters.
"""
ADD_EPILOG = """\b
Examples:
  hamr auth add groq
  hamr auth add groq --file key.txt --replace

A key is never given as an argument, where other users of the machine see it.
"""

IMPORT = "import-"
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON; an error too, on standard error.")


class _Commands(click.Group):
    """The group, with a command `import-<provider>` for each provider."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if not cmd_name.startswith(IMPORT):
            return super().get_command(ctx, cmd_name)
        from hamr.cli.login import import_command

        return import_command(cmd_name.removeprefix(IMPORT))


@click.group(
    "auth",
    cls=_Commands,
    invoke_without_command=True,
    short_help="Store keys, and tell what is stored.",
    epilog=EPILOG,
)
@JSON
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> None:
    """Tell which keys and logins are stored, and store others."""
    if context.invoked_subcommand is None:
        show(as_json=as_json)


@command.command("list", short_help="Tell what is stored.")
@JSON
def list_command(*, as_json: bool) -> None:
    """Tell which keys and logins are stored, without showing them."""
    show(as_json=as_json)


@command.command("add", short_help="Store a key.", epilog=ADD_EPILOG)
@click.argument("provider")
@click.argument("more", nargs=-1, metavar="")
@click.option("--stdin", is_flag=True, help="Read the key from standard input.")
@click.option("--file", metavar="FILE", help="Read the key from a file.")
@click.option("--env", metavar="NAME", help="Take the key that a variable holds.")
@click.option("--replace", is_flag=True, help="Put it in place of the keys that are stored.")
@JSON
def add(provider: str, *, more: tuple[str, ...], replace: bool, as_json: bool, **places: Any) -> None:
    """Store a key of a provider, behind those that are stored."""
    from hamr.cli.key_entry import entered

    refuse_arguments(more)
    known = known_provider(provider)
    key = entered(known, **places)
    told = store_key(known, key, alone=replace)
    if as_json:
        output.write_json(told)
    else:
        output.write(f"{_CHANGES[told['change']]} {told['provider']} {told['tail']} in {told['place']}\n")
        if told["keys"] > 1:
            output.note(f"{told['keys']} keys are stored; calls are made with the first.")


@command.command("remove", short_help="Remove what is stored of a provider.")
@click.argument("provider")
@JSON
def remove(provider: str, *, as_json: bool) -> None:
    """Remove all keys and logins of a provider that are stored; `hamr logout` tells its server, too."""
    removed(provider, as_json=as_json)


_CHANGES = {"added": "stored a key of", "replaced": "stored the one key of", "unchanged": "there is already the key of"}


def show(*, as_json: bool) -> None:
    """Tell what is stored."""
    import time

    from hamr.cli.credentials import credentials

    store = own_store()
    found = credentials(store, names_of_all(), time.time())
    if as_json:
        shown = [{**asdict(each), "variables": list(each.variables)} for each in found]
        output.write_json({"place": store.path, "readable_by_others": store.readable_by_others(), "credentials": shown})
        return
    if found:
        from hamr.cli.table import Table, draw

        rows = [(each.provider, each.told, each.place, each.state) for each in found]
        draw(Table(("provider", "stored", "at", "state"), rows))
    else:
        output.note(f"nothing is stored in {store.path}; for instance: hamr auth add groq")
    if store.readable_by_others():
        output.note(f"others may read it: chmod 600 {store.path}")


def store_key(provider: Provider, key: str, *, alone: bool) -> dict[str, Any]:
    """Store a key, and tell what has changed; raises ConfigError."""
    from hamr.errors import ConfigError
    from hamr.secrets import auth_file, references
    from hamr.types import Secret

    if provider.auth.style in ("none", "oauth"):
        how = f"Log in: hamr login {provider.id}" if provider.auth.style == "oauth" else "It needs none."
        raise ConfigError(f"{provider.id} takes no key", hint=how)
    if not provider.stored_names:
        raise ConfigError(
            f"{provider.id} comes from a project that is not trusted", hint="Look at its hamr.toml, then: hamr trust"
        )
    store, names = own_store(), provider.stored_names
    written = references.literal(key)
    changed = store.change(lambda document: auth_file.add_key(document, names, written, alone=alone))
    return {
        "provider": provider.id,
        "change": ("replaced" if alone else "added") if changed else "unchanged",
        "keys": len(store.keys(names)),
        "logins": len(store.logins(names)),
        "tail": Secret(key, "").tail,
        "place": store.path,
    }


def removed(id: str, *, as_json: bool) -> None:
    """Remove all that is stored of a provider, installed or not, and tell so; raises ConfigError."""
    from hamr.secrets import auth_file

    store = own_store()
    names = names_of_all().get(id, (id,))
    count = store.change(lambda document: auth_file.remove(document, names))
    told = {"provider": id, "change": "removed" if count else "unchanged", "keys": 0, "logins": 0, "tail": None}
    if as_json:
        output.write_json({**told, "place": store.path})
    elif count:
        output.write(f"removed what was stored of {id} in {store.path}\n")
    else:
        output.write(f"nothing of {id} is stored in {store.path}\n")


def own_store() -> CredentialStore:
    """The user's own store; raises ConfigError where there is no place for one."""
    from hamr.errors import ConfigError
    from hamr.secrets.store import CredentialStore

    store = CredentialStore.of(os.environ)
    if store is None:
        raise ConfigError("there is no place for credentials", hint="Set HAMR_AGENT_DIR to a folder of your own.")
    return store


def known_provider(id: str) -> Provider:
    """The provider of this id, installed or configured; raises ConfigError where there is none."""
    return _providers().provider(id, os.environ)


def names_of_all() -> Mapping[str, tuple[str, ...]]:
    """The names under which each provider's credentials may be stored; one that is broken has its own."""
    there = _providers()
    return {id: _names(there, id) for id in there.ids}


def _providers() -> Providers:
    from hamr.choices import Choices
    from hamr.discover import Plugins
    from hamr.providers import Providers

    return Providers(Plugins(Choices.read(os.environ)), os.environ, ".")


def _names(there: Providers, id: str) -> tuple[str, ...]:
    from hamr.errors import HamrError

    try:
        return (id, *there.manifest(id).auth.stored_as)
    except HamrError:  # `hamr providers` tells what is wrong with it
        return (id,)


def refuse_arguments(more: tuple[str, ...]) -> None:
    """Raise UsageError, without showing it, for what may be a key."""
    if more:
        raise click.UsageError(
            "a key is not given as an argument: other users of the machine see it, and the shell keeps it.\n"
            "Type it in when asked, or use --stdin, --file or --env. Consider that key to be known."
        )
