"""`hamr plugins sync`: install again what `hamr install` once installed and is gone, as after an upgrade."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from hamr.cli import exit_codes, output
from hamr.cli.json_option import JSON
from hamr.errors import HamrError

if TYPE_CHECKING:
    from hamr.install.installation import Outcome
    from hamr.install.installed import Kept
    from hamr.install.installer import Installer
    from hamr.plugins.requirement import Requirement


@click.command(
    "sync",
    short_help="Install again what was installed and is gone.",
    epilog="\b\nExamples:\n  hamr plugins sync --dry-run\n  hamr plugins sync",
)
@click.option("--dry-run", is_flag=True, help="Print the command that would be run, and run nothing.")
@JSON
@click.pass_context
def command(context: click.Context, *, dry_run: bool, as_json: bool) -> None:
    """Install again what `hamr install` once installed and is gone, as after an upgrade of Python or of hamr."""
    from hamr.cli import install
    from hamr.install.installed import Installed
    from hamr.install.installer import Installer

    installer = context.obj or Installer()
    wanted, failed = _readable(Installed.read(os.environ).missing())
    planned = installer.installing(list(wanted.values())) if wanted else []
    if dry_run and wanted:
        install.show_command(planned, as_json=as_json)
        return
    if wanted and not as_json:
        output.note(f"installing {', '.join(each.argument for each in wanted.values())} ...")
    outcomes = _restore(wanted, failed, installer)
    if as_json:
        output.write_json({**install.documents(outcomes), "failed": failed})
    elif outcomes or failed:
        install.tell(outcomes)
    else:
        output.write("nothing is missing\n")
    if failed and not as_json:
        output.note("\n".join(f"Error: {name}: {why}" for name, why in failed.items()))
    if failed:
        context.exit(exit_codes.FAILED)


def _readable(missing: Sequence[Kept]) -> tuple[dict[str, Requirement], dict[str, str]]:
    """What is to be installed, and why some of it cannot be: its folder is gone, say."""
    from hamr.plugins import requirement

    wanted: dict[str, Requirement] = {}
    failed: dict[str, str] = {}
    for kept in missing:
        try:
            wanted[kept.distribution] = requirement.read(kept.requirement, {}, exact=True)
        except HamrError as error:
            failed[kept.distribution] = str(error)
    return wanted, failed


def _restore(wanted: dict[str, Requirement], failed: dict[str, str], installer: Installer) -> list[Outcome]:
    """Install all at once or, where that fails, each by itself; adds to `failed` those that cannot be."""
    try:
        return _install(list(wanted.values()), installer)
    except HamrError as error:
        if len(wanted) == 1:
            failed[next(iter(wanted))] = str(error)
            return []
    outcomes: list[Outcome] = []
    for name, requirement in wanted.items():
        try:
            outcomes += _install([requirement], installer)
        except HamrError as error:
            failed[name] = str(error)
    return outcomes


def _install(wanted: list[Requirement], installer: Installer) -> list[Outcome]:
    from hamr.install import installation

    if not wanted:
        return []
    return installation.install(wanted, installer, os.environ)
