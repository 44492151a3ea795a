"""`hamr logout`: end a login, and remove what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hamr.cli import auth, output

if TYPE_CHECKING:
    from hamr.effects import Flow
    from hamr.specs import LoginAuth
    from hamr.types import Tokens

EPILOG = """\b
Examples:
  hamr logout codex  end the login at its server, and remove it here
  hamr logout groq   remove the stored keys

Variables of the environment are not touched.
"""


@click.command("logout", short_help="Log out of a provider.", epilog=EPILOG)
@click.argument("provider")
@auth.JSON
def command(provider: str, *, as_json: bool) -> None:
    """End the login at a provider, and remove its keys and logins that are stored."""
    known = auth.known_provider(provider)
    logins = auth.own_store().logins(known.stored_names)
    if logins:
        _end(provider, [login.tokens for login in logins])
    auth.removed(provider, as_json=as_json)


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
