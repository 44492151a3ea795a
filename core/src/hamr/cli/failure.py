"""How a failure is told, and the exit code that it means."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from hamr.cli import exit_codes, output
from hamr.errors import CallError, ConfigError, HamrError

if TYPE_CHECKING:
    import click

FACTS = ("provider", "model", "status", "code", "request_id", "retry_after", "attempts")


def show(error: HamrError, *, as_json: bool = False) -> int:
    """Tell the error on standard error, its hint on the next line, and return the exit code."""
    if as_json:
        output.note_json({"error": _document(error)})
    else:
        output.note(f"Error: {error}")
    return exit_codes.MISUSED if isinstance(error, ConfigError) else exit_codes.FAILED


def show_usage(error: click.ClickException, *, as_json: bool = False) -> int:
    """Tell what is wrong with the arguments, and return the exit code."""
    if as_json:
        facts: dict[str, Any] = dict.fromkeys(FACTS)
        told = {"type": type(error).__name__, "message": error.format_message(), "hint": None}
        output.note_json({"error": {**told, **facts, "partial": None}})
    else:
        shown = io.StringIO()
        error.show(shown)  # not by click itself, which takes standard output where there is no standard error
        output.aside(shown.getvalue())
    return error.exit_code


def _document(error: HamrError) -> dict[str, Any]:
    from hamr.cli import document

    partial = error.partial if isinstance(error, CallError) else None
    return {
        "type": type(error).__name__,
        "message": error.message,
        "hint": error.hint or None,
        **{name: getattr(error, name, None) for name in FACTS},
        "partial": document.response(partial) if partial is not None else None,
    }
