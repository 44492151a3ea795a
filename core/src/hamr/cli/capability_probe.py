"""`hamr capabilities probe`: a model is asked what it can do, and what it shows is kept."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import output, request_options
from hamr.cli.json_option import JSON
from hamr.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.calls.pipeline import Pipeline
    from hamr.capability_probe import Verdict
    from hamr.types import Cost

EPILOG = """\b
Examples:
  hamr capabilities probe -m groq/llama-3.1-8b-instant
  hamr capabilities probe -m local/qwen3 --only tools --only images --yes

Up to six small calls ask for a tool call, for JSON of a shape, for the colour of an image and for some thinking. What
they may cost is told first. What they show is kept as a rule with its day, behind those that you have written.
"""


@click.command("probe", epilog=EPILOG, short_help="Ask a model what it can do, and keep that.")
@request_options.MODEL
@click.option("--only", multiple=True, metavar="NAME", help="This probe alone: tools, json, images or thinking.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before the calls are made.")
@click.option("--dry-run", is_flag=True, help="Ask the model, but keep nothing.")
@JSON
def probe(*, model: str | None, only: tuple[str, ...], yes: bool, dry_run: bool, as_json: bool) -> None:
    """Ask a model for one thing after another, and keep what it shows: tools, JSON of a shape, images, thinking."""
    from hamr import capability_findings, capability_probe
    from hamr.capabilities.overlay import Finding
    from hamr.cli import known_models
    from hamr.cli.capability_findings import tell
    from hamr.client import Hamr
    from hamr.drive import run

    today = datetime.now(UTC).date().isoformat()
    probes = capability_probe.chosen(only)
    with Hamr() as client:
        pipeline = known_models.pipeline(client, model)
        output.note(_announced(pipeline, *capability_probe.bounds(pipeline, probes, today)))
        if not yes:
            _agree(as_json=as_json)
        flow = capability_probe.probing(pipeline, probes, client.settings)
        verdicts = run(flow, pipeline.transport, lambda text, _: output.note(text))
        known = client.capabilities.of(pipeline.route.provider.id, pipeline.route.model.id).capabilities
    said, evidence = capability_probe.news(verdicts, known)
    if not as_json:
        _show(verdicts)
    route = pipeline.route
    found = [Finding(route.provider.id, route.model.id, said, f"probe: {evidence}", today)] if said else []
    path, changed = (None, found) if dry_run else capability_findings.keep(found, os.environ)
    tell(path, changed, len(found), as_json=as_json)


def _announced(pipeline: Pipeline, calls: int, cost: Cost) -> str:
    price = "what they cost is not known" if cost.usd is None else f"at most ${cost.usd:.4f} together"
    return f"up to {calls} calls to {pipeline.route.selector}: {price}"


def _agree(*, as_json: bool) -> None:
    if as_json or not output.terminal(sys.stdin):
        raise ConfigError("nothing was asked, for nobody could agree to it", hint="With --yes it is asked at once.")
    click.confirm("Ask?", err=True, abort=True)


def _show(verdicts: Sequence[Verdict]) -> None:
    from hamr.cli.table import paragraphs

    facts: dict[str, Any] = {each.name: each.why for each in verdicts}
    paragraphs([facts])
