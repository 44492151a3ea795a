"""`hamr auth`: the keys and logins that are stored."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from hamr.cli import output, own_credentials
from hamr.cli.credential_options import KEYRING, refuse_arguments
from hamr.cli.json_option import JSON

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

REMOVE_EPILOG = """\b
Examples:
  hamr auth remove groq            all that is stored of it
  hamr auth remove groq --id 6789  the key that ends so
"""
ROTATE_EPILOG = """\b
Examples:
  hamr auth rotate groq                      type the new key in, unseen
  hamr auth rotate groq --id 6789            the one that ends so
  hamr auth rotate groq --id 'groq.keys[1]'  the one that is listed there
  new-key | hamr auth rotate groq --stdin --verify

A key is never given as an argument. The old one is yours to revoke.
"""

IMPORT = "import-"


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


@command.command(
    "list", short_help="Tell what is stored.", epilog="\b\nExamples:\n  hamr auth list\n  hamr auth list --json"
)
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
    known = own_credentials.known_provider(provider)
    place = own_credentials.place_for_keys(in_keyring=keyring)
    key = entered(known, **places)
    told = own_credentials.store_key(known, key, alone=replace, place=place)
    if as_json:
        output.write_json(told)
    else:
        output.write(f"{_CHANGES[told['change']]} {told['provider']} {told['tail']} in {own_credentials.where(told)}\n")
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
    output.write(
        f"stored a key of {provider} {told['tail']} in the place of {told['old']} in {own_credentials.where(told)}\n"
    )
    if rotation.provider.key_url:
        output.note(f"Revoke the old one at {rotation.provider.key_url}")


@command.command(
    "remove",
    short_help="Remove what is stored of a provider.",
    epilog=REMOVE_EPILOG,
)
@click.argument("provider")
@click.option("--id", metavar="END|PLACE", help="One of several keys: how it ends, or where it stands.")
@JSON
def remove(provider: str, *, id: str | None, as_json: bool) -> None:
    """Remove all keys and logins of a provider that are stored, or one key; `hamr logout` tells its server, too."""
    own_credentials.removed(provider, as_json=as_json, key_id=id)


_CHANGES = {"added": "stored a key of", "replaced": "stored the one key of", "unchanged": "there is already the key of"}


def show(*, as_json: bool) -> None:
    """Tell what is stored."""
    import time

    from hamr.cli.credentials import credentials

    store = own_credentials.own_store()
    names = own_credentials.names_of_all()
    found = credentials(store, names, time.time())
    for fault in own_credentials.faults(store, names):
        output.note(f"warning: {fault}")
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
