"""`hamr call`: ask a model and print its answer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import click

from hamr.cli import output
from hamr.errors import HamrError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from click.shell_completion import CompletionItem

    from hamr.cli.answer import Answer
    from hamr.client import Hamr
    from hamr.options import Options
    from hamr.types import Response

EPILOG = """\b
Examples:
  hamr call -m sim/echo "Why is the sky blue?"
  hamr -m sim/echo -s "Answer in French." Good morning
  hamr -m sim/echo --json hello
  cat notes.txt | hamr -m sim/echo "Sum this up."
  hamr -m sim/echo - < prompt.txt
  hamr -m sim/echo -o seed=7 -o 'stop=["END"]' hello

Text on standard input is added to the prompt after a blank line; `-` alone as the prompt stands for it.
"""


def _providers(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The installed providers that begin like this, for the shell's completion."""
    from click.shell_completion import CompletionItem

    from hamr.discover import Plugins

    return [CompletionItem(id) for id in Plugins().providers if id.startswith(incomplete)]


def _finite(context: click.Context, parameter: click.Parameter, value: float | None) -> float | None:
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"{value} is no finite number.", context, parameter)
    return value


def _fields(context: click.Context, parameter: click.Parameter, pairs: Sequence[str]) -> dict[str, Any] | None:
    """`key=value` pairs; a value that is no JSON is a string."""
    fields = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise click.BadParameter(f"{pair!r} is not of the form key=value.", context, parameter)
        fields[name] = _value(value)
    return fields or None


def _value(text: str) -> Any:
    import json

    try:
        return json.loads(text, parse_constant=_no_constant)
    except ValueError:
        return text


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


@click.command("call", short_help="Ask a model (the default command).", epilog=EPILOG)
@click.argument("prompt", nargs=-1)
@click.option("-m", "--model", metavar="PROVIDER/MODEL", shell_complete=_providers, help="Default: HAMR_LLM_MODEL.")
@click.option("-s", "--system", metavar="TEXT", help="What the model is told before the prompt.")
@click.option("--max-tokens", type=click.IntRange(min=1), metavar="N", help="The most tokens that the answer may have.")
@click.option("--temperature", type=float, callback=_finite, metavar="X", help="How freely it chooses its words.")
@click.option(
    "-o",
    "--option",
    "options",
    multiple=True,
    metavar="KEY=VALUE",
    callback=_fields,
    help="A field of the provider's own; the value is JSON, or else a string. May be repeated.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    callback=_finite,
    metavar="SECONDS",
    help="For the whole call, with its retries.",
)
@click.option("--retries", type=click.IntRange(min=0), metavar="N", help="How often a failed call is sent again.")
@click.option("--stream/--no-stream", default=True, help="Print the answer as it comes, or when it is complete.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; an error too, on standard error.")
@click.option("-v", "--verbose", is_flag=True, help="Tell on standard error how the call goes; show thinking there.")
def command(
    prompt: tuple[str, ...], model: str | None, *, as_json: bool, stream: bool, verbose: bool, **options: Any
) -> None:
    """Ask a model and print its answer."""
    from hamr.cli import document, report
    from hamr.cli.prompt import read
    from hamr.client import Hamr

    asked = cast("Options", {name: value for name, value in options.items() if value is not None})
    with Hamr() as client:
        route = client.pipeline(model).route  # what is wrong with it is told before standard input is waited for
        if verbose:
            report.route(route)
        question = _Question(client, read(prompt), model, asked)
        if as_json:
            response = question.ask(stream=stream)
            output.write_json(document.response(response))
        else:
            response = question.show(stream=stream, verbose=verbose)
            report.ending(response)
    if verbose:
        report.outcome(response)


@dataclass(frozen=True, slots=True)
class _Question:
    """A prompt with its options, to be asked by this client."""

    client: Hamr
    prompt: str
    model: str | None
    options: Options

    def ask(self, *, stream: bool) -> Response:
        """The whole response."""
        if not stream:
            return self.client.call(self.prompt, self.model, **self.options)
        with self.client.stream(self.prompt, self.model, **self.options) as events:
            return events.response

    def show(self, *, stream: bool, verbose: bool) -> Response:
        """The whole response, printed as it comes, or once it is complete."""
        from hamr.cli import report
        from hamr.cli.answer import Answer

        answer = Answer(verbose=verbose)
        if stream:
            response = self._stream(answer)
        else:
            response = self.ask(stream=False)
            answer.show_whole(response.message)
            if verbose:
                report.warnings(response)
        answer.end()
        return response

    def _stream(self, answer: Answer) -> Response:
        with self.client.stream(self.prompt, self.model, **self.options) as events:
            try:
                for event in events:
                    answer.show(event)
            except (HamrError, KeyboardInterrupt):
                answer.break_off()
                raise
            return events.response
