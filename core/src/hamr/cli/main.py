"""The console script: runs a command, and turns whatever ends it into an exit code."""

from __future__ import annotations

import errno
import itertools
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from hamr.cli import exit_codes

if TYPE_CHECKING:
    from hamr.cli.group import Commands

COMPLETE = "_HAMR_COMPLETE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `hamr` with these arguments (default: the process's own) and return its exit code."""
    if sys.stdout is None:
        return exit_codes.UNREAD
    try:
        from hamr.cli import output

        output.prepare()
        code = _run(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except KeyboardInterrupt:
        return exit_codes.INTERRUPTED
    except BrokenPipeError:
        output.abandon(sys.stdout, sys.stderr)
        return exit_codes.UNREAD
    return code


def _run(arguments: list[str]) -> int:
    from hamr.cli.group import Commands
    from hamr.environment import load

    load(os.environ, ".")
    if instruction := os.environ.get(COMPLETE):
        from click.shell_completion import shell_complete

        return shell_complete(Commands(), {}, "hamr", COMPLETE, instruction)
    return _command(Commands(), arguments)


def _command(group: Commands, arguments: list[str]) -> int:
    import click

    from hamr.cli import failure, output
    from hamr.errors import HamrError

    as_json = "--json" in itertools.takewhile(lambda argument: argument != "--", arguments)
    context = click.Context(group, info_name="hamr", terminal_width=output.width(), **group.context_settings)
    try:
        with context:
            group.parse_args(context, arguments)
            group.invoke(context)
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.exceptions.Abort:
        return exit_codes.INTERRUPTED
    except click.ClickException as error:
        return failure.show_usage(error, as_json=as_json)
    except HamrError as error:
        return failure.show(error, as_json=as_json)
    except OSError as error:  # click writes help by itself
        if error.errno != errno.ENOSPC:
            raise
        return failure.show(output.unwritable(sys.stdout, error))
    return 0
