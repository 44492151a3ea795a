"""The options and arguments of the commands on keys and logins."""

from __future__ import annotations

import click

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


def refuse_arguments(more: tuple[str, ...]) -> None:
    """Raise UsageError, without showing it, for what may be a key."""
    if more:
        raise click.UsageError(
            "a key is not given as an argument: other users of the machine see it, and the shell keeps it.\n"
            "Type it in when asked, or use --stdin, --file or --env. Consider that key to be known."
        )
