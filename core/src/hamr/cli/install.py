"""`hamr install`: put plugins into the environment that hamr runs in."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from hamr.cli import output
from hamr.cli.json_option import JSON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.cli.providers import Row
    from hamr.install.installation import Outcome
    from hamr.install.installer import Installer

EPILOG = """\b
Examples:
  hamr install groq              the plugin of a provider
  hamr install -U groq           its newest version
  hamr install groq==1.2         which version
  hamr install --exact acme-llm  a distribution of just this name
  hamr install ./my-plugin       a project, or a wheel, on this machine

What is installed is kept in a list: `hamr plugins sync` installs it again.
"""


@click.command("install", short_help="Install plugins.", epilog=EPILOG)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("-U", "--upgrade", is_flag=True, help="Install the newest version, where another is there.")
@click.option("--exact", is_flag=True, help="NAME is a distribution's own name, not a provider's id.")
@click.option("--dry-run", is_flag=True, help="Print the command that would be run, and run nothing.")
@JSON
@click.pass_obj
def command(
    installer: Installer | None, names: tuple[str, ...], *, upgrade: bool, exact: bool, dry_run: bool, as_json: bool
) -> None:
    """Install plugins into the environment that hamr runs in."""
    from hamr.install import installation
    from hamr.install.installer import Installer
    from hamr.plugins.choices import Choices

    installer = installer or Installer()
    wanted = installation.wanted(names, Choices.read(os.environ), exact=exact)
    planned = installer.installing(wanted, upgrade=upgrade)
    if dry_run:
        show_command(planned, as_json=as_json)
        return
    if not as_json:
        output.note(f"installing {', '.join(each.argument for each in wanted)} ...")
    outcomes = installation.install(wanted, installer, os.environ, upgrade=upgrade)
    if as_json:
        output.write_json({**documents(outcomes), "providers": [asdict(row) for row in providers()]})
    else:
        tell(outcomes)
        tell_providers(outcomes)


def show_command(planned: Sequence[str], *, as_json: bool) -> None:
    """Print a command that is not run."""
    import shlex

    if as_json:
        output.write_json({"command": list(planned)})
    else:
        output.write(shlex.join(planned) + "\n")


def documents(outcomes: Sequence[Outcome]) -> dict[str, list[dict[str, object]]]:
    """What was installed, for programs."""
    return {"installed": [{**asdict(outcome), "brings": brings(outcome.distribution)} for outcome in outcomes]}


def tell(outcomes: Sequence[Outcome]) -> None:
    """Print a line for each distribution that is installed now."""
    for outcome in outcomes:
        brought = brings(outcome.distribution)
        told = ", ".join(f"{piece['kind']} {piece['name']}" for piece in brought) or "nothing for hamr"
        output.write(f"{_became(outcome)}; it brings {told}\n")


def brings(distribution: str) -> list[dict[str, str]]:
    """What a distribution brings, by its entry points."""
    from hamr.cli.pieces import KINDS
    from hamr.plugins.distributions import entry_points

    return [
        {"kind": kind, "name": point.name}
        for group, kind in KINDS.items()
        for point in entry_points(group)
        if point.dist == distribution
    ]


def tell_providers(outcomes: Sequence[Outcome]) -> None:
    """Print what each new provider needs, and which there are now."""
    rows = providers()
    new = {piece["name"] for each in outcomes for piece in brings(each.distribution) if piece["kind"] == "provider"}
    for row in rows:
        if row.id in new:
            output.write(f"{row.id}: {row.error or _next(row)}\n")
    output.write(f"providers now: {', '.join(row.id for row in rows) or 'none'}\n")


def providers() -> list[Row]:
    """The providers that are installed now."""
    from hamr.cli.providers import rows

    return rows(os.environ)


def _became(outcome: Outcome) -> str:
    now = f"{outcome.distribution} {outcome.version}"
    if outcome.before == outcome.version:
        return f"{now} is installed"
    return f"installed {now}" + (f" in place of {outcome.before}" if outcome.before else "")


def _next(row: Row) -> str:
    """What is left to do before it can be used, or that nothing is."""
    if not row.enabled or row.key is None or row.key.status != "missing" or not row.key.variable:
        return row.state
    where = f" (get a key at {row.key.url})" if row.key.url else ""
    return f"set {row.key.variable}{where}"
