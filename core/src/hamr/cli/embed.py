"""`hamr embed`: texts as vectors."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import output, request_options
from hamr.cli.json_option import JSON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.types import Embeddings

EPILOG = """\b
Examples:
  hamr embed -m openai/text-embedding-3-small "Why is the sky blue?"
  hamr embed -m openai/text-embedding-3-small --file a.txt --file b.txt
  hamr embed -m openai/text-embedding-3-small --lines < sentences.txt
  hamr embed -m openai/text-embedding-3-small --json one two

Each TEXT and each file is a text of its own; without any, standard input is one. A vector is a line, a JSON array;
on a terminal only its first numbers are shown.
"""

SHOWN = 4
"""Numbers of a vector that a terminal gets."""

OPTIONS = ("dimensions", "options", "timeout", "retries", "max_cost")
"""The options here that are options of `embed` too, by the same name."""


@click.command("embed", epilog=EPILOG)
@click.argument("texts", nargs=-1, metavar="[TEXT...]")
@request_options.model("HAMR_EMBED_MODEL")
@click.option(
    "-f", "--file", "files", multiple=True, type=click.Path(), metavar="PATH", help="A text. May be repeated."
)
@click.option("--lines", is_flag=True, help="Each line of standard input is a text of its own.")
@click.option("--dimensions", type=click.IntRange(min=1), metavar="N", help="How many numbers a vector has.")
@request_options.stacked(request_options.FIELDS, *request_options.PATIENCE, request_options.MAX_COST)
@JSON
@click.option("-v", "--verbose", is_flag=True, help="Tell on standard error what was used, and how long it took.")
def command(texts: tuple[str, ...], *, model: str | None, as_json: bool, verbose: bool, **given: Any) -> None:
    """Turn texts into vectors."""
    from hamr.cli import report
    from hamr.client import Hamr

    options = {
        name: given[name]
        for name in ("dimensions", "options", "timeout", "retries", "max_cost")
        if given[name] is not None
    }
    with Hamr() as client:
        found = client.embed(_inputs(texts, given["files"], lines=given["lines"]), model, **options)
    if as_json:
        output.write_line(_document(found))
    else:
        output.write("".join(f"{_line(vector)}\n" for vector in found.vectors))
    if verbose:
        report.outcome(found)


def _inputs(texts: Sequence[str], files: Sequence[str], *, lines: bool) -> list[str]:
    from hamr.cli import attachments, prompt
    from hamr.errors import ConfigError

    given = [*(prompt.said([text]) for text in texts), *(attachments.text(file) for file in files)]
    if lines or not given:
        told = prompt.read((), needed=False)
        given += [line for line in told.splitlines() if line.strip()] if lines else [told]
    empty = [place for place, text in enumerate(given, 1) if not text.strip()]
    if empty or not given:
        which = f"text {empty[0]} of {len(given)} is" if len(given) > 1 else "the text is"
        raise ConfigError(f"{which} empty", hint='Say what to embed: hamr embed "..."; or pipe text in.')
    return given


def _line(vector: Sequence[float]) -> str:
    if output.terminal(sys.stdout) and len(vector) > SHOWN:
        return f"[{', '.join(f'{number:.4f}' for number in vector[:SHOWN])}, …] {len(vector):,} numbers"
    return f"[{', '.join(str(_short(number)) for number in vector)}]"


def _short(number: float) -> float:
    """The number in the nine digits that tell every 32-bit float from every other (IEEE 754)."""
    return float(f"{number:.9g}")


def _document(found: Embeddings) -> dict[str, Any]:
    from hamr.cli import document

    return {
        "vectors": [[_short(number) for number in vector] for vector in found.vectors],
        "dimensions": len(found.vectors[0]) if found.vectors else 0,
        "provider": found.provider,
        "model": found.model,
        "usage": document.usage(found.usage) if found.usage is not None else None,
        "cost": document.cost(found.cost),
        "request_id": found.request_id,
        "adaptations": [asdict(adaptation) for adaptation in found.adaptations],
        "warnings": list(found.warnings),
        "timings": asdict(found.timings),
    }
