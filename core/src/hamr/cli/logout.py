"""`hamr logout`: end a login, and remove what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hamr.cli import output, own_credentials
from hamr.cli.json_option import JSON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.effects import Flow
    from hamr.secrets.auth_file import StoredLogin
    from hamr.specs import LoginAuth
    from hamr.types import Provider, Tokens

EPILOG = """\b
Examples:
  hamr logout codex            end all logins at its server, and remove them
  hamr logout codex --as work  end this one alone
  hamr logout groq             remove the stored keys

Variables of the environment are not touched.
"""


@click.command("logout", short_help="Log out of a provider.", epilog=EPILOG)
@click.argument("provider")
@click.option("--as", "name", metavar="NAME|PLACE", help="One login: its name, or where `hamr auth` lists it.")
@JSON
def command(provider: str, *, name: str | None, as_json: bool) -> None:
    """End the logins at a provider, and remove its keys and logins that are stored; or end one login."""
    known = own_credentials.known_provider(provider)
    logins = own_credentials.own_store().logins(known.stored_names)
    if name is not None:
        login = _meant(provider, name, logins)
        _end(provider, [login.tokens])
        _removed(known, login, name, as_json=as_json)
        return
    if logins:
        _end(provider, [login.tokens for login in logins])
    own_credentials.removed(provider, as_json=as_json)


def _meant(id: str, name: str, logins: Sequence[StoredLogin]) -> StoredLogin:
    """The login of this name, or at this place; raises ConfigError, naming all that there are."""
    from hamr.errors import ConfigError

    found = next((each for each in logins if name in (each.name, each.place)), None)
    if found is None:
        there = ", ".join(each.name or each.place for each in logins) or "none"
        raise ConfigError(f"there is no login {name!r} at {id}", hint=f"Logins: {there}.")
    return found


def _removed(provider: Provider, login: StoredLogin, name: str, *, as_json: bool) -> None:
    from hamr.secrets import auth_file
    from hamr.secrets.kept_keys import KeptKeys

    names = provider.stored_names
    kept = KeptKeys(own_credentials.own_store(), names)
    gone = kept.store.change(lambda document: auth_file.remove_login(document, names, login))
    told = own_credentials.told_of(kept, "removed" if gone else "unchanged", None)
    if as_json:
        output.write_json(told)
    else:
        output.write(f"removed the login {name} of {provider.id} in {kept.store.path}\n")


def _end(id: str, logins: list[Tokens]) -> None:
    """Tell the server, which may not be reached or not know the login: it is removed here all the same."""
    from hamr.client import Hamr
    from hamr.drive import run
    from hamr.errors import HamrError
    from hamr.specs import LoginAuth

    with Hamr() as client:
        try:
            pipeline = client.access(id)
            if isinstance(pipeline.auth, LoginAuth):
                for tokens in logins:
                    run(_ended(pipeline.auth, tokens), pipeline.transport, lambda text, _: output.note(text))
        except HamrError as error:
            output.note(f"the login may go on at the server: {error.message}")


def _ended(auth: LoginAuth, tokens: Tokens) -> Flow[bool]:
    yield from auth.logout(tokens)
    return True
