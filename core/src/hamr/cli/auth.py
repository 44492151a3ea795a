"""`hamr auth`: the keys and logins that are stored."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import output
from hamr.variables import TABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.providers import Providers
    from hamr.secrets.kept_keys import KeptKeys
    from hamr.secrets.store import CredentialStore
    from hamr.types import Provider

EPILOG = """\b
Examples:
  hamr auth                           what is stored
  hamr auth add groq                  type a key in, unseen
  hamr auth add groq --env WORK_KEY   store what a variable holds
  pass groq | hamr auth add groq --stdin
  hamr auth rotate groq               put a new key in its place
  hamr auth remove groq
  hamr auth import-codex              take over another program's login

Stored keys count before those in the environment. No more of a key is shown
than its last four characters.
"""
ADD_EPILOG = """\b
Examples:
  hamr auth add groq
  hamr auth add groq --file key.txt --replace
  hamr auth add groq --keyring   in the system's keyring, by hamr[keyring]

A key is never given as an argument, where other users of the machine see it.
"""

ROTATE_EPILOG = """\b
Examples:
  hamr auth rotate groq                      type the new key in, unseen
  hamr auth rotate groq --id 6789            the one that ends so
  hamr auth rotate groq --id 'groq.keys[1]'  the one that `hamr auth` lists there
  new-key | hamr auth rotate groq --stdin --verify

A key is never given as an argument. The old one is yours to revoke.
"""

IMPORT = "import-"
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON; an error too, on standard error.")


STORE_VARIABLE = TABLE["credential_store"].names[0]
KEYRING = click.option(
    "--keyring/--no-keyring",
    default=None,
    help="Keep the key in the system's keyring, or in auth.json.",
)


def _login_name(context: click.Context, parameter: click.Parameter, value: str | None) -> str:
    import re

    if value is not None and not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", value):
        raise click.BadParameter("a name has letters, digits, dots, dashes and underscores, 64 at most")
    return value or ""


AS = click.option(
    "--as", "name", metavar="NAME", callback=_login_name, help="A name of yours for this login, beside others."
)


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
@KEYRING
@click.option("--replace", is_flag=True, help="Put it in place of the keys that are stored.")
@JSON
def add(  # each is an option
    provider: str, *, more: tuple[str, ...], keyring: bool | None, replace: bool, as_json: bool, **places: Any
) -> None:
    """Store a key of a provider, behind those that are stored."""
    from hamr.cli.key_entry import entered

    refuse_arguments(more)
    known = known_provider(provider)
    in_keyring = to_keyring(asked=keyring)
    key = entered(known, **places)
    told = store_key(known, key, alone=replace, in_keyring=in_keyring)
    if as_json:
        output.write_json(told)
    else:
        output.write(f"{_CHANGES[told['change']]} {told['provider']} {told['tail']} in {where(told)}\n")
        if told["keys"] > 1:
            output.note(f"{told['keys']} keys are stored; calls take them in turn.")


@command.command("rotate", short_help="Replace a stored key by a new one.", epilog=ROTATE_EPILOG)
@click.argument("provider")
@click.argument("more", nargs=-1, metavar="")
@click.option("--id", metavar="END|PLACE", help="Which of several keys: how it ends, or where it stands.")
@click.option("--stdin", is_flag=True, help="Read the new key from standard input.")
@click.option("--file", metavar="FILE", help="Read the new key from a file.")
@click.option("--env", metavar="NAME", help="Take the key that a variable holds.")
@click.option("--verify", is_flag=True, help="Ask the provider for its models with the new key first.")
@KEYRING
@JSON
def rotate(provider: str, *, more: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Put a new key in the place of a stored one, which stays until the new one is kept."""
    from hamr.cli.key_entry import entered
    from hamr.cli.rotation import Rotation

    refuse_arguments(more)
    verify, in_keyring, id = options.pop("verify"), options.pop("keyring"), options.pop("id")
    rotation = Rotation.of(provider, id)
    told = rotation.run(lambda: entered(rotation.provider, **options), in_keyring=in_keyring, verify=verify)
    if as_json:
        output.write_json(told)
        return
    output.write(f"stored a key of {provider} {told['tail']} in the place of {told['old']} in {where(told)}\n")
    if rotation.provider.key_url:
        output.note(f"Revoke the old one at {rotation.provider.key_url}")


@command.command("remove", short_help="Remove what is stored of a provider.")
@click.argument("provider")
@click.option("--id", metavar="END|PLACE", help="One of several keys: how it ends, or where it stands.")
@JSON
def remove(provider: str, *, id: str | None, as_json: bool) -> None:
    """Remove all keys and logins of a provider that are stored, or one key; `hamr logout` tells its server, too."""
    removed(provider, as_json=as_json, key_id=id)


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


def store_key(provider: Provider, key: str, *, alone: bool, in_keyring: bool) -> dict[str, Any]:
    """Store a key, and tell what has changed; raises HamrError."""
    kept = kept_keys(provider)
    changed = kept.add(key, in_keyring=in_keyring, alone=alone)
    return told_of(kept, ("replaced" if alone else "added") if changed else "unchanged", key, in_keyring=in_keyring)


def kept_keys(provider: Provider) -> KeptKeys:
    """The stored keys of a provider, to change them; raises ConfigError where it can have none."""
    from hamr.errors import ConfigError
    from hamr.secrets.kept_keys import KeptKeys

    if provider.auth.style in ("none", "oauth"):
        how = f"Log in: hamr login {provider.id}" if provider.auth.style == "oauth" else "It needs none."
        raise ConfigError(f"{provider.id} takes no key", hint=how)
    if not provider.stored_names:
        raise ConfigError(
            f"{provider.id} comes from a project that is not trusted", hint="Look at its hamr.toml, then: hamr trust"
        )
    return KeptKeys(own_store(), provider.stored_names)


def told_of(kept: KeptKeys, change: str, key: str | None, *, in_keyring: bool = False) -> dict[str, Any]:
    """What has changed, for programs; what could not be taken out of the keyring is told."""
    from hamr.types import Secret

    for line in kept.left:
        output.note(line)
    return {
        "provider": kept.names[0],
        "change": change,
        "keys": len(kept.store.keys(kept.names)),
        "logins": len(kept.store.logins(kept.names)),
        "tail": Secret(key, "").tail if key is not None else None,
        "place": kept.store.path,
        "store": "keyring" if in_keyring else "file",
    }


def where(told: dict[str, Any]) -> str:
    """Where a key is kept, for people."""
    return f"the keyring; {told['place']} names it" if told["store"] == "keyring" else str(told["place"])


def to_keyring(*, asked: bool | None = None) -> bool:
    """Whether a key goes into the keyring: as asked, as HAMR_CREDENTIAL_STORE says, or `credentials.store`.

    Raises ConfigError.
    """
    from hamr.errors import ConfigError
    from hamr.secrets.kept_keys import STORES

    if asked is not None:
        return asked
    found = providers().configuration.setting("credentials.store")
    said = os.environ.get(STORE_VARIABLE, "").strip().lower() or (found[0] if found else STORES[0])
    if said not in STORES:
        raise ConfigError(f"{STORE_VARIABLE}: {said!r} is no place for keys", hint=f"There are {', '.join(STORES)}.")
    return said == "keyring"


def removed(id: str, *, as_json: bool, key_id: str | None = None) -> None:
    """Remove what is stored of a provider, installed or not, or one key of it, and tell so; raises ConfigError."""
    from hamr.secrets.kept_keys import KeptKeys

    store = own_store()
    names = names_of_all()
    kept = KeptKeys(store, names.get(id, (id,)))
    count = kept.remove(None if key_id is None else kept.named(key_id))
    if not count and id not in names:
        known_provider(id)  # which says what may be meant
    told = told_of(kept, "removed" if count else "unchanged", None)
    if as_json:
        output.write_json(told)
    elif count:
        what = "what was stored" if key_id is None else f"the key {key_id}"
        output.write(f"removed {what} of {id} in {store.path}\n")
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
    return providers().provider(id, os.environ)


def names_of_all() -> Mapping[str, tuple[str, ...]]:
    """The names under which each provider's credentials may be stored; one that is broken has its own."""
    there = providers()
    return {id: _names(there, id) for id in there.ids}


def providers() -> Providers:
    """All that is installed and configured here."""
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
