"""`hamr plugins verify`: whether the files of hamr and its plugins are those that were installed."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from hamr.cli import exit_codes, output
from hamr.cli.json_option import JSON

if TYPE_CHECKING:
    from hamr.install.integrity import Verdict

EPILOG = """\b
Examples:
  hamr plugins verify       hamr and each of its plugins
  hamr plugins verify groq  the plugin of one provider

Files are compared with the hashes that were recorded when they were installed.
The exit code is 1 where anything is wrong. No plugin is imported.
"""

CORE = "hamr"
MEANINGS = {
    "altered": "is not what was installed",
    "missing": "is missing",
    "unhashed": "has no hash",
    "unrecorded": "was not installed with it",
    "pth": "runs code whenever Python starts",
    "outside": "is outside its own packages",
    "no-record": "is missing: nothing says what was installed",
}
"""What each kind of finding says of its file."""


@click.command("verify", short_help="Compare the plugins' files with what was installed.", epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[NAME...]")
@JSON
@click.pass_context
def command(context: click.Context, names: tuple[str, ...], *, as_json: bool) -> None:
    """Compare every file of hamr and its plugins with what was installed."""
    verdicts = _verdicts(names)
    if as_json:
        output.write_json({"distributions": [asdict(verdict) for verdict in verdicts]})
    else:
        _draw(verdicts)
    if any(verdict.state == "altered" for verdict in verdicts):
        context.exit(exit_codes.FAILED)


def _verdicts(names: tuple[str, ...]) -> list[Verdict]:
    import sysconfig
    from pathlib import Path

    from hamr.install import integrity
    from hamr.install.installation import GROUPS
    from hamr.install.metadata import distributions
    from hamr.plugins.distributions import entry_points

    modules: dict[str, list[str]] = {CORE: []}
    for point in (point for group in GROUPS for point in entry_points(group)):
        modules.setdefault(point.dist, []).append(point.module)
    asked = _asked(names) or set(modules)
    found = sorted((dist for dist in distributions() if dist.name in asked), key=lambda dist: dist.name)
    scripts = Path(sysconfig.get_path("scripts"))
    return [integrity.verify(dist, modules.get(dist.name, []), scripts) for dist in found]


def _asked(names: tuple[str, ...]) -> set[str]:
    from hamr.install import installation
    from hamr.install.installed import Installed

    return {CORE if name == CORE else installation.named(name, Installed.read(os.environ)) for name in names}


def _draw(verdicts: list[Verdict]) -> None:
    from hamr.cli.table import Table, draw

    rows = [(verdict.distribution, verdict.version, _told(verdict)) for verdict in verdicts]
    draw(Table(("distribution", "version", "files"), rows))
    for verdict in verdicts:
        for finding in verdict.findings:
            output.write(f"{verdict.distribution}: {finding.path} {MEANINGS[finding.kind]}\n")


def _told(verdict: Verdict) -> str:
    match verdict.state:
        case "altered":
            return f"{len(verdict.findings)} wrong"
        case "editable":
            return "not verifiable: it is editable, its code is elsewhere"
        case _:
            return f"all {verdict.files} as installed"
