"""`hamr trust` and `hamr untrust`: whether the `hamr.toml` of a project counts in all it says."""

from __future__ import annotations

import os

import click

from hamr.cli import output, request_options
from hamr.cli.json_option import JSON

EPILOG = """\b
Examples:
  hamr trust            this folder, and what is in it
  hamr trust ~/work     all projects there
  hamr untrust          never this folder
  hamr untrust --forget ask again

A project that is not trusted may add aliases, and providers of its own with keys of their own; it changes no provider
that you have a key for, and runs no command. HAMR_PROJECT_TRUST=always trusts all that nothing was said of.
"""
FOLDER = click.argument("folder", required=False, default=".", shell_complete=request_options.paths)


@click.command("trust", epilog=EPILOG, short_help="Let a project's hamr.toml count in all it says.")
@FOLDER
@JSON
def command(folder: str, *, as_json: bool) -> None:
    """Let the hamr.toml of a project, or of all in a folder, count in all it says."""
    _decide(folder, trusted=True, as_json=as_json)


@click.command("untrust", epilog=EPILOG, short_help="Take a project's trust back.")
@FOLDER
@click.option("--forget", is_flag=True, help="As if nothing had been said of it.")
@JSON
def untrust(folder: str, *, forget: bool, as_json: bool) -> None:
    """Let the hamr.toml of a project, or of all in a folder, count for no more than is harmless."""
    _decide(folder, trusted=None if forget else False, as_json=as_json)


def _decide(folder: str, *, trusted: bool | None, as_json: bool) -> None:
    from hamr.config.trust import Trust
    from hamr.errors import ConfigError
    from hamr.secrets.store import agent_folder

    trust = Trust(agent_folder(os.environ))
    if not os.path.isdir(folder) and (trusted or trust.decided(folder) is None):  # one that is gone may come back
        raise ConfigError(f"{folder} is no folder", hint="Name the folder of the project.")
    place = trust.decide(folder, trusted=trusted)
    if as_json:
        output.write_json({"folder": place, "trusted": trusted, "file": trust.path})
        return
    said = {True: "trusted", False: "not trusted", None: "nothing is said any more of"}[trusted]
    output.write(f"{said}: {place}\n" if trusted is not None else f"{said} {place}\n")
