"""`hamr capabilities promote`: what an evaluation has found out about models counts from now on."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import output
from hamr.cli.json_option import JSON

if TYPE_CHECKING:
    from hamr.capabilities.overlay import Finding

PROMOTE_EPILOG = """\b
Examples:
  hamr capabilities promote latest/tool_mode_parity_overlay.toml
  hamr capabilities promote overlay.toml --dry-run --json

The file holds the rows of an evaluation of tools, or rules as capabilities.toml has them.
"""


@click.command("promote", epilog=PROMOTE_EPILOG, short_help="Keep what an evaluation has found out.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Write nothing; tell what would be kept.")
@JSON
def promote(file: str, *, dry_run: bool, as_json: bool) -> None:
    """Keep the verdicts of an evaluation as rules of your own, each with its evidence and its day."""
    from hamr import capability_findings

    found = capability_findings.evaluated(file)
    path, changed = (None, found) if dry_run else capability_findings.keep(found, os.environ)
    tell(path, changed, len(found), as_json=as_json)


def tell(path: str | None, changed: Sequence[Finding], of: int, *, as_json: bool) -> None:
    """Print what was kept, and where; without a path, what would be."""
    if as_json:
        output.write_json(
            {"file": path, "findings": [_document(each) for each in changed], "unchanged": of - len(changed)}
        )
        return
    for each in changed:
        said = ", ".join(f"{name} {_told(value)}" for name, value in each.said.items())
        output.write(f"{each.provider}/{each.model}: {said}  (from {each.source}, {each.date or 'no day told'})\n")
    if changed:
        output.note("nothing was written" if path is None else f"kept in {path}")
    else:
        output.note("nothing new")


def _document(each: Finding) -> dict[str, Any]:
    return {
        "provider": each.provider,
        "model": each.model,
        "says": dict(each.said),
        "source": each.source,
        "date": each.date,
    }


def _told(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) or "none" if isinstance(value, list | tuple) else str(value)
