"""`hamr ollama`: what is installed, what is in memory, and getting more."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hamr.api import Flow, Pipeline
    from hamr_provider_ollama.loaded import Loaded
    from hamr_provider_ollama.progress import Progress

EPILOG = """\b
Examples:
  hamr ollama list
  hamr ollama pull qwen3:8b
  hamr ollama show qwen3:8b --warm
  hamr ollama ps --json

OLLAMA_HOST says where the server is.
"""
Result = TypeVar("Result")

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON; an error too, on standard error.")
MODEL = click.argument("model")


def _examples(*lines: str) -> str:
    return "\n".join(["\b", "Examples:", *(f"  hamr ollama {line}" for line in lines)])


@click.group("ollama", short_help="Look after the models of an Ollama server.", epilog=EPILOG)
def command() -> None:
    """Look after the models of an Ollama server."""


@command.command("list", epilog=_examples("list", "list --json"))
@AS_JSON
def list_(*, as_json: bool) -> None:
    """List the models that are installed."""
    from hamr_provider_ollama import daemon

    rows = _run("", daemon.installed)
    if as_json:
        _write({"models": rows})
        return
    details = [row["details"] if isinstance(row.get("details"), dict) else {} for row in rows]
    cells = [
        (
            str(row.get("name", "-")),
            _size(row.get("size")),
            str(said.get("parameter_size") or "-"),
            str(said.get("quantization_level") or "-"),
            str(row.get("modified_at") or "-")[:10],
        )
        for row, said in zip(rows, details, strict=True)
    ]
    _table(
        ("model", "size", "parameters", "packed", "since"), cells, "no model is installed; `hamr ollama pull` gets one"
    )


@command.command("show", epilog=_examples("show qwen3:8b", "show qwen3:8b --warm"))
@MODEL
@click.option("--warm", is_flag=True, help="Load the model first.")
@AS_JSON
def show(model: str, *, warm: bool, as_json: bool) -> None:
    """Tell of a model: what it can, what calls load it with, and what is in memory."""
    from hamr_provider_ollama.report import report

    found = _run(model, lambda pipeline: report(pipeline, warm=warm))
    if as_json:
        _write(found)
        return
    details, expected, runner = found["details"], found["expected"], found["loaded_runner"]
    told = {
        "model": found["model"],
        "family": details.get("family"),
        "parameters": details.get("parameter_size"),
        "packed": details.get("quantization_level"),
        "can": ", ".join(found["capabilities"] or ()),
        "trained for": _tokens(found["context_length"]),
        "calls ask for": f"{_tokens(expected['num_ctx'])}, kept for {expected['keep_alive']}",
        "in memory": f"with {_tokens(runner['context_length'])}" if runner else "no",
    }
    width = max(map(len, told))
    for name, value in told.items():
        if value:
            _line(f"{name.ljust(width)}  {value}")
    _warn(found["context_drift"])


@command.command("ps", epilog=_examples("ps"))
@AS_JSON
def ps(*, as_json: bool) -> None:
    """List the models that are in memory, and whether they were loaded with what calls ask for."""
    from hamr_provider_ollama import daemon

    with _client() as client:
        running = _flow(client, client.pipeline("ollama/", mode="chat"), daemon.loaded)
        asked = [_expected(client, each) for each in running]
    drifts = [each.drift(wanted) for each, wanted in zip(running, asked, strict=True)]
    if as_json:
        rows = zip(running, asked, drifts, strict=True)
        _write({"models": [{**asdict(each), "num_ctx": n, "context_drift": drift} for each, n, drift in rows]})
        return
    cells = [
        (each.name, _size(each.size), _share(each), _tokens(each.context_length), (each.expires_at or "-")[:19])
        for each in running
    ]
    _table(("model", "size", "on the card", "context", "until"), cells, "no model is in memory")
    for drift in drifts:
        _warn(drift)


@command.command("pull", epilog=_examples("pull qwen3:8b"))
@MODEL
@AS_JSON
def pull(model: str, *, as_json: bool) -> None:
    """Install a model, telling how far it is. With --json each step is a document on a line of its own."""
    from hamr_provider_ollama import daemon

    meter = _Lines() if as_json else _Meter()
    try:
        _run(model, lambda pipeline: daemon.pull(pipeline, meter.tell))
    finally:
        meter.end()


@command.command("load", epilog=_examples("load qwen3:8b", "load qwen3:8b --keep-alive 30m"))
@MODEL
@click.option("--keep-alive", metavar="TIME", help="How long it stays: seconds, 30m, forever.")
@AS_JSON
def load(model: str, keep_alive: str | None, *, as_json: bool) -> None:
    """Load a model with what calls ask for, so that the first of them need not wait."""
    from hamr_provider_ollama import daemon
    from hamr_provider_ollama.keep_alive import keep_alive as read

    time = None if keep_alive is None else read(keep_alive, "--keep-alive")
    _done(_run(model, lambda pipeline: daemon.load(pipeline, time)), f"{model} is in memory", as_json=as_json)


@command.command("stop", epilog=_examples("stop qwen3:8b"))
@MODEL
@AS_JSON
def stop(model: str, *, as_json: bool) -> None:
    """Take a model out of memory."""
    from hamr_provider_ollama import daemon

    _done(_run(model, daemon.unload), f"{model} is no longer in memory", as_json=as_json)


@command.command("ready", epilog=_examples("ready", "ready qwen3:8b --warm"))
@click.argument("model", required=False)
@click.option("--warm", is_flag=True, help="Load the model, too.")
@AS_JSON
@click.pass_context
def ready(context: click.Context, /, *, model: str | None, warm: bool, as_json: bool) -> None:
    """Tell whether a model can be asked; without one, the default. The exit code says so too."""
    from hamr.api import ConfigError
    from hamr_provider_ollama.readiness import Readiness, readiness

    try:
        found = _run(model, lambda pipeline: readiness(pipeline, warm=warm))
    except ConfigError as error:
        if not error.message.startswith("base_url"):
            raise
        found = Readiness("invalid_url", error.message, "", model or "")
    if as_json:
        _write({"ok": found.ok, **asdict(found)})
    else:
        _line(f"{found.status}: {found.message}")
    if not found.ok:
        context.exit(1)


def _client() -> Any:
    from hamr import Hamr

    return Hamr()


def _run(model: str | None, flow: Callable[[Pipeline], Flow[Result]]) -> Result:
    """What a flow comes to for a model of the server; the empty name is none."""
    with _client() as client:
        selector = "ollama" if model is None else f"ollama/{model.removeprefix('ollama/')}"
        return _flow(client, _pipeline(client, selector), flow)


def _pipeline(client: Any, selector: str) -> Pipeline:
    pipeline: Pipeline = client.pipeline(selector, mode="chat")
    return pipeline


def _flow(client: Any, pipeline: Pipeline, flow: Callable[[Pipeline], Flow[Result]]) -> Result:
    from hamr.drive import run

    return run(flow(pipeline), pipeline.transport)


def _expected(client: Any, running: Loaded) -> int:
    from hamr_provider_ollama.daemon import wire_of

    return wire_of(_pipeline(client, f"ollama/{running.name}")).runtime.num_ctx


class _Lines:
    """Each step as a line of JSON."""

    def tell(self, step: Progress) -> None:
        from hamr.cli import output

        output.write_line({name: value for name, value in asdict(step).items() if value is not None})

    def end(self) -> None:
        """Nothing is left open."""


class _Meter:
    """On a terminal one line that changes, else a line for each new status."""

    def __init__(self) -> None:
        self._before = ""
        self._long = 0

    def tell(self, step: Progress) -> None:
        from hamr.cli import output

        if not output.terminal(sys.stderr):
            if step.status != self._before:
                output.note(step.status)
        else:
            line = step.status if step.total is None else f"{step.status} {_done_of(step)}"
            if self._long and step.status != self._before:
                output.aside("\n")
                self._long = 0
            output.aside("\r" + line.ljust(self._long))
            self._long = len(line)
        self._before = step.status

    def end(self) -> None:
        """The line that changes is left as it stands."""
        from hamr.cli import output

        if self._long:
            output.aside("\n")


def _done_of(step: Progress) -> str:
    share = 100 * (step.completed or 0) // step.total if step.total else 0
    return f"{share:3d}% of {_size(step.total)}"


def _done(said: dict[str, Any], words: str, *, as_json: bool) -> None:
    if as_json:
        _write({"done_reason": said.get("done_reason"), "load_duration": said.get("load_duration")})
    else:
        _line(words)


def _write(document: Any) -> None:
    from hamr.cli import output

    output.write_json(document)


def _line(text: str) -> None:
    from hamr.cli import output

    output.write(text + "\n")


def _warn(drift: str | None) -> None:
    from hamr.cli import output

    if drift is not None:
        output.note(f"Warning: {drift}")


def _table(heads: tuple[str, ...], cells: Sequence[tuple[str, ...]], none: str) -> None:
    from hamr.cli import output
    from hamr.cli.table import Table, draw

    if cells:
        draw(Table(heads, cells), tuple(reversed(heads[2:])))
    else:
        output.note(none)


def _tokens(count: int | None) -> str:
    return "-" if count is None else f"{count:,} tokens"


def _size(count: Any) -> str:
    if not isinstance(count, int) or isinstance(count, bool):
        return "-"
    value, unit = float(count), "B"
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if value < 1000 or unit == "TB":
            break
        value /= 1000
    return f"{value:.3g} {unit}"


def _share(running: Loaded) -> str:
    if not running.size or running.vram is None:
        return "-"
    return f"{100 * running.vram // running.size}%"
