"""`hamr call`: ask a model and print its answer."""

from __future__ import annotations

import sys
from typing import Any

import click

from hamr.cli import output, request_options
from hamr.cli.asking import DRY_RUN, Asking
from hamr.cli.json_option import JSON

EPILOG = """\b
Examples:
  hamr call -m sim/echo "Why is the sky blue?"
  hamr -m sim/echo -s "Answer in French." Good morning
  hamr -m sim/echo --image photo.jpg "What is this?"
  hamr -m sim/echo --json hello
  cat notes.txt | hamr -m sim/echo "Sum this up."
  hamr -m sim/echo - < prompt.txt
  hamr -m sim/echo -o seed=7 -o 'stop=["END"]' hello
  hamr -m sim/echo --dry-run hello

Text on standard input is added to the prompt after a blank line; `-` alone as the prompt stands for it.
"""


@click.command("call", cls=Asking, short_help="Ask a model (the default command).", epilog=EPILOG)
@click.argument("prompt", nargs=-1)
@request_options.MODEL
@request_options.stacked(
    *request_options.ATTACHMENTS, *request_options.SHAPE, *request_options.TOOLS, *request_options.ANSWERING
)
@click.option(
    "--stream/--no-stream",
    default=request_options.streams,
    help="Print the answer as it comes, or when it is complete (HAMR_LLM_STREAM=0).",
)
@DRY_RUN
@JSON
@click.option("-v", "--verbose", is_flag=True, help="Tell on standard error how the call goes; show thinking there.")
def command(prompt: tuple[str, ...], *, stream: bool, as_json: bool, verbose: bool, **given: Any) -> None:
    """Ask a model and print its answer."""
    from hamr.cli import question
    from hamr.client import Hamr

    with Hamr(tell=output.tell) as client:
        asked = question.read(client, prompt, given, verbose=verbose)
        if form := given["dry_run"]:
            from hamr.cli import dry_run

            form = "json" if as_json else form
            output.write(dry_run.written(asked.preview(stream=stream), form, sys.stdout.encoding or "utf-8"))
        elif as_json:
            output.write_json(asked.document(stream=stream))
        else:
            asked.show(stream=stream)
