"""A command that asks a model, and may show what it would send in place of sending it."""

from __future__ import annotations

from collections.abc import Sequence

import click

FORMS = ("curl", "json", "python")
NAME = "--dry-run"

DRY_RUN = click.option(
    NAME,
    type=click.Choice(FORMS),
    metavar="[=curl|json|python]",
    help="Send nothing; print what would be sent. Needs no key.",
)


class Asking(click.Command):
    """A command with `DRY_RUN`; click would take the next word of the prompt for the form that is left out."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments, with the form spelled out."""
        return super().parse_args(ctx, spelled_out(args))


def spelled_out(arguments: Sequence[str]) -> list[str]:
    """The arguments with `--dry-run` alone as `--dry-run=curl`."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    meant = [f"{NAME}={FORMS[0]}" if argument == NAME else argument for argument in arguments[:end]]
    return [*meant, *arguments[end:]]
