"""How a failure is told, and the exit code that it means."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from hamr.cli import exit_codes, output
from hamr.errors import CallError, ConfigError, HamrError, NoSuchModel

if TYPE_CHECKING:
    import click

FACTS = ("provider", "model", "status", "code", "request_id", "retry_after", "attempts")


def show(error: HamrError, *, as_json: bool = False) -> int:
    """Tell the error on standard error, its hint on the next line, and return the exit code."""
    _advise(error)
    if as_json:
        output.note_json({"error": facts(error)})
    else:
        output.note(f"Error: {error}")
    return exit_codes.MISUSED if isinstance(error, ConfigError) else exit_codes.FAILED


def show_usage(error: click.ClickException, *, as_json: bool = False) -> int:
    """Tell what is wrong with the arguments, and return the exit code."""
    if as_json:
        unknown: dict[str, Any] = dict.fromkeys(FACTS)
        told = {"type": type(error).__name__, "message": error.format_message(), "hint": None}
        output.note_json({"error": {**told, **unknown, "partial": None}})
    else:
        shown = io.StringIO()
        error.show(shown)  # not by click itself, which takes standard output where there is no standard error
        output.aside(shown.getvalue())
    return error.exit_code


def facts(error: HamrError) -> dict[str, Any]:
    """The error, for programs."""
    from hamr.cli import document

    _advise(error)
    partial = error.partial if isinstance(error, CallError) else None
    steps = error.steps if isinstance(error, ConfigError) else ()
    return {
        "type": type(error).__name__,
        "message": error.message,
        "hint": error.hint or None,
        **{name: getattr(error, name, None) for name in FACTS},
        "partial": document.response(partial) if partial is not None else None,
        **({"steps": [step.document for step in steps]} if steps else {}),
    }


def _advise(error: HamrError) -> None:
    """Name the known models most like one that does not exist, and the command that lists them."""
    if not isinstance(error, NoSuchModel) or not error.provider or error.hint != error.default_hint:
        return
    from hamr.cli import known_models
    from hamr.plugins.discover import Plugins

    asked = f"{error.provider}/{error.model}"
    near = [name for name in known_models.near(Plugins(), asked, [error.provider]) if name != asked]
    guess = f"Did you mean {' or '.join(near)}? " if near else ""
    error.hint = f"{guess}To list its models: hamr models -p {error.provider}"
