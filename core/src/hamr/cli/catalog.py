"""`hamr catalog`: what is known of models, where from, and what has changed."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import exit_codes, output, request_options
from hamr.cli.json_option import JSON

if TYPE_CHECKING:
    from hamr.catalog.difference import Difference
    from hamr.catalog.overlay import Overlay
    from hamr.cli.catalog_sources import Compared

EPILOG = """\b
Examples:
  hamr catalog                       what has been fetched, and how old it is
  hamr catalog refresh               ask every provider whose key is there
  hamr catalog refresh -p groq
  hamr catalog refresh --from https://models.dev/api.json
  hamr catalog diff -p groq          what the provider says, against what came with hamr
  hamr catalog show groq/llama-3.1-8b-instant
  hamr catalog clear                 only what came with hamr counts again

What is fetched counts over what came with the providers' packages, and under
your own files. Nothing is ever fetched but by `refresh` and `diff`.
"""
PROVIDER = click.option(
    "-p", "--provider", metavar="PROVIDER", shell_complete=request_options.providers, help="Of this provider alone."
)
OFFLINE = click.option("--offline", is_flag=True, help="Ask nobody on the network.")
KINDS = {
    "own": "your own list",
    "configured": "your configuration",
    "listed": "the provider's list, fetched",
    "given": "data that was fetched",
    "shipped": "the provider's package",
}


@click.group(
    "catalog", invoke_without_command=True, short_help="Tell what is known of models, and fetch it anew.", epilog=EPILOG
)
@JSON
@click.pass_context
def command(context: click.Context, /, *, as_json: bool) -> None:
    """Tell what has been fetched of the models of providers, and how old that is."""
    if context.invoked_subcommand is not None:
        return
    from hamr import refresh
    from hamr.catalog.overlay import Overlay

    there = refresh.overlays(os.environ)
    found = list(there.all())
    kept = [each for each in found if isinstance(each, Overlay)]
    problems = [each for each in found if not isinstance(each, Overlay)]
    if as_json:
        told = [{"message": each.message, "hint": each.hint} for each in problems]
        output.write_json({"folder": there.folder, "overlays": list(map(_document, kept)), "problems": told})
    else:
        _draw(kept)
        for each in problems:
            output.note(f"{each.message}. {each.hint}")
        if not found:
            output.note(
                "nothing has been fetched: what came with hamr counts; to ask the providers: hamr catalog refresh"
            )
    context.exit(exit_codes.FAILED if problems else 0)


@command.command(
    "refresh",
    short_help="Fetch what providers, or data that you name, say of models.",
    epilog="\b\nExamples:\n  hamr catalog refresh -p groq\n  hamr catalog refresh --from https://models.dev/api.json",
)
@PROVIDER
@click.option("--from", "place", metavar="URL|FILE", help="Read this: models.dev's api.json, or a list as models.toml.")
@click.option("--sha256", metavar="DIGEST", help="Keep what --from has only if this is its SHA-256.")
@OFFLINE
@JSON
@click.pass_context
def refresh_catalog(
    context: click.Context,
    /,
    *,
    provider: str | None,
    place: str | None,
    sha256: str | None,
    offline: bool,
    as_json: bool,
) -> None:
    """Fetch what the providers say of their models, or what openly licensed data does, and keep it.

    What was kept of a provider before is replaced as a whole; where that fails, it stays and counts as before.
    """
    from hamr.cli import catalog_sources, failure

    if sha256 is not None and place is None:
        raise click.UsageError("--sha256 is for what --from reads.")
    done = catalog_sources.refresh(provider, place, sha256, offline=offline)
    if as_json:
        failures = {id: failure.facts(error) for id, error in done.failures.items()}
        output.write_json({"overlays": list(map(_document, done.kept)), "failures": failures})
    else:
        for overlay in done.kept:
            words = done.differences[overlay.provider].words
            output.write(f"{overlay.provider}: {len(overlay.rows):,} models of {overlay.source}, {words}\n")
        if done.older:
            output.note(
                f"older than what came with hamr: {', '.join(done.older)}; to go back: hamr catalog clear -p ..."
            )
        for id, error in done.failures.items():
            stays = done.stays.get(id)
            what = (
                "what came with hamr counts as before"
                if stays is None
                else f"that of {_told_date(stays)} stays in force"
            )
            output.note(f"not fetched: {id}: {error.message}; {what}")
        if not done.kept and not done.failures:
            output.note("no provider could be asked; `hamr providers` tells which are installed, and which lack a key")
    if done.failures and (provider is not None or not done.kept):
        context.exit(exit_codes.FAILED)


@command.command(
    "diff",
    short_help="What is said of models now, against what came with hamr.",
    epilog="\b\nExamples:\n  hamr catalog diff -p groq\n  hamr catalog diff --offline",
)
@PROVIDER
@OFFLINE
@JSON
@click.pass_context
def diff(context: click.Context, /, *, provider: str | None, offline: bool, as_json: bool) -> None:
    """Compare what a provider lists, over what has been fetched, with what came with its package.

    With --offline what has been fetched is compared alone. Nothing is kept.
    """
    from hamr.cli import catalog_sources, failure

    compared, failures = catalog_sources.compare(provider, offline=offline)
    if as_json:
        told = {id: failure.facts(error) for id, error in failures.items()}
        output.write_json({"providers": list(map(_compared, compared)), "failures": told})
    else:
        for each in compared:
            _show_difference(each)
        for id, error in failures.items():
            output.note(f"not asked: {id}: {error.message}")
        if not compared and not failures:
            output.note("there is nothing to compare; to fetch something: hamr catalog refresh")
    if failures and not compared:
        context.exit(exit_codes.FAILED)


@command.command(
    "show",
    short_help="All that is known of a model, and where from.",
    epilog="\b\nExamples:\n  hamr catalog show groq/llama-3.1-8b-instant",
)
@click.argument("model")
@JSON
def show(model: str, *, as_json: bool) -> None:
    """Show all that lists know of MODEL, each field with the list that says so."""
    from dataclasses import asdict

    from hamr.cli import catalog_sources
    from hamr.cli.table import Table, draw

    selector, facts, stale = catalog_sources.facts(model)
    if as_json:
        output.write_json({"model": selector, "fields": [asdict(fact) for fact in facts]})
        return
    rows = [
        (
            fact.field,
            _money(fact.value) if fact.field.startswith("price") else _value(fact.value),
            KINDS[fact.kind],
            " of ".join(filter(None, (fact.source, fact.date))),
            fact.place,
        )
        for fact in facts
    ]
    draw(Table(("field", "value", "from", "source", "file"), rows), ("file", "source"))
    _tell_stale(stale)


@command.command(
    "clear",
    short_help="Remove what has been fetched.",
    epilog="\b\nExamples:\n  hamr catalog clear\n  hamr catalog clear -p groq",
)
@PROVIDER
@JSON
def clear(*, provider: str | None, as_json: bool) -> None:
    """Remove what has been fetched, so that what came with hamr counts again."""
    from hamr import refresh

    gone = refresh.overlays(os.environ).clear(provider)
    if as_json:
        output.write_json({"removed": gone})
    elif gone:
        output.write("".join(f"{path}\n" for path in gone))
    else:
        output.note(f"nothing has been fetched{f' of {provider}' if provider else ''}")


def _draw(kept: list[Overlay]) -> None:
    from hamr.cli.table import Table, draw

    if kept:
        now = time.time()
        rows = [(each.provider, KINDS[each.kind], f"{len(each.rows):,}", each.age(now), each.source) for each in kept]
        draw(Table(("provider", "what", "models", "age", "source"), rows), ("source",))


def _document(overlay: Overlay) -> dict[str, Any]:
    now = time.time()
    return {
        "provider": overlay.provider,
        "kind": overlay.kind,
        "source": overlay.source,
        "fetched": datetime.fromtimestamp(overlay.fetched, UTC).isoformat().replace("+00:00", "Z"),
        "days": overlay.days(now),
        "stale": overlay.is_stale(now),
        "models": len(overlay.rows),
        "path": overlay.path,
    }


def _compared(each: Compared) -> dict[str, Any]:
    found = each.difference
    return {
        "provider": each.provider,
        "asked": each.asked,
        "sources": list(map(_document, each.overlays)),
        "new": [{"id": id, "fields": facts} for id, facts in found.new.items()],
        "gone": list(found.gone),
        "changed": [
            {"id": id, "changes": [{"field": one.field, "old": one.old, "new": one.new} for one in changes]}
            for id, changes in found.changed.items()
        ],
    }


def _show_difference(each: Compared) -> None:
    when = "asked just now" if each.asked else "as fetched"
    told = " and ".join(dict.fromkeys(overlay.source for overlay in each.overlays))
    output.write(f"{each.provider}: {each.difference.words} ({told}, {when})\n")
    for line in _lines(each.difference):
        output.write(f"  {line}\n")
    _tell_stale([overlay for overlay in each.overlays if overlay.path])


def _lines(found: Difference) -> list[str]:
    new = [f"new      {id}{_facts(facts)}" for id, facts in found.new.items()]
    gone = [f"gone     {id}" for id in found.gone]
    changed = [
        f"changed  {id}  {one.field}: {_value(one.old)} -> {_value(one.new)}"
        for id, changes in found.changed.items()
        for one in changes
    ]
    return [*new, *gone, *changed]


def _facts(facts: dict[str, Any]) -> str:
    said = ", ".join(f"{name} {_value(value)}" for name, value in facts.items())
    return f"  {said}" if said else ""


def _value(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return "+".join(value)
    if isinstance(value, float):
        return f"{value:,.12f}".rstrip("0").rstrip(".")
    return f"{value:,}" if isinstance(value, int) else str(value)


def _money(rate: Any) -> str:
    return f"${_value(rate)} for a million"


def _tell_stale(overlays: list[Overlay]) -> None:
    now = time.time()
    for each in overlays:
        if each.is_stale(now):
            output.note(
                f"what was fetched from {each.source} is {each.age(now)}; to fetch it anew: hamr catalog refresh"
            )


def _told_date(overlay: Overlay) -> str:
    return datetime.fromtimestamp(overlay.fetched, UTC).date().isoformat()
