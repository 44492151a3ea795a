"""`hamr uninstall`: take plugins out of the environment that hamr runs in."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from hamr.cli import output
from hamr.cli.json_option import JSON

if TYPE_CHECKING:
    from hamr.install.installer import Installer

EPILOG = """\b
Examples:
  hamr uninstall groq      the plugin that brings this provider
  hamr uninstall acme-llm  a plugin by its distribution's name

Only what brings something for hamr, or came by `hamr install`, is uninstalled.
"""


@click.command("uninstall", short_help="Uninstall plugins.", epilog=EPILOG)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--dry-run", is_flag=True, help="Print the command that would be run, and run nothing.")
@JSON
@click.pass_obj
def command(installer: Installer | None, names: tuple[str, ...], *, dry_run: bool, as_json: bool) -> None:
    """Uninstall plugins, and keep them in the list of what `hamr install` has installed no longer."""
    from hamr.install import installation
    from hamr.install.installed import Installed
    from hamr.install.installer import Installer

    installer = installer or Installer()
    listed = Installed.read(os.environ)
    dists = list(dict.fromkeys(installation.named(name, listed) for name in names))
    if dry_run:
        from hamr.cli.install import show_command

        show_command(installer.uninstalling(dists), as_json=as_json)
        return
    outcomes = installation.uninstall(dists, installer, os.environ)
    if as_json:
        output.write_json({"uninstalled": [asdict(outcome) for outcome in outcomes]})
        return
    for outcome in outcomes:
        was = f"uninstalled {outcome.distribution} {outcome.before}" if outcome.before else None
        output.write(f"{was or f'{outcome.distribution} was not there; it is in the list no longer'}\n")
