"""`hamr models`: which models the providers have, asked of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from hamr.cli import exit_codes, output, request_options
from hamr.cli.json_option import JSON

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hamr.cli.price_lists import PriceLists
    from hamr.config.configuration import Configuration
    from hamr.errors import HamrError
    from hamr.types import Listing, ModelInfo

EPILOG = """\b
Examples:
  hamr models                 all that can be asked
  hamr models -p groq         those of one provider
  hamr models llama 70b       those with these words in their names
  hamr models --json whisper

What a provider does not say of a model is taken from its price list, if that
has the model. A price is in dollars for a million tokens, in and out.

A provider whose key is missing, or that does not answer, is told on standard error.
"""

FIELDS = (
    "id",
    "provider",
    "selector",
    "name",
    "context_window",
    "max_tokens",
    "input",
    "reasoning",
    "tools",
    "owned_by",
    "created",
    "shutdown_date",
    "pricing",
)


@click.command("models", epilog=EPILOG)
@click.argument("query", nargs=-1)
@click.option("-p", "--provider", metavar="PROVIDER", shell_complete=request_options.providers, help="Ask this one.")
@JSON
@click.pass_context
def command(context: click.Context, /, *, query: tuple[str, ...], provider: str | None, as_json: bool) -> None:
    """List the models of the providers whose keys are there, by asking the providers."""
    from hamr.cli.price_lists import PriceLists
    from hamr.client import Hamr

    with Hamr() as client:
        listing, lists = client.models(provider), PriceLists(client.providers, os.environ)
        keyless = [] if provider else _keyless()
        left_out = _left_out(client.providers.configuration, provider)
    if provider is not None and provider in listing.failures:
        raise listing.failures[provider]
    found = [model for model in listing.models if _fits(model, query)]
    if as_json:
        _write(found, listing.failures, lists)
    else:
        _draw(found, lists)
        _tell(query, found, listing)
        for text in lists.stale():
            output.note(text)
        for text in left_out:
            output.note(text)
        if keyless:
            output.note(f"not asked, for want of a key: {', '.join(keyless)} (see `hamr providers`)")
    if listing.failures and not listing.models:
        context.exit(exit_codes.FAILED)


def _left_out(configuration: Configuration, provider: str | None) -> list[str]:
    """What the user's files take out of the lists, and which file does."""
    said = [(layer, [each for each in layer.suppressed if provider in (None, each.provider)])
            for layer in configuration.layers]  # fmt: skip
    return [f"suppressed in {layer.place}: {', '.join(map(str, routes))}" for layer, routes in said if routes]


def _keyless() -> list[str]:
    """The providers that are switched on and lack their key."""
    from hamr.cli.providers import rows

    return [row.id for row in rows(os.environ) if row.enabled and row.key and row.key.status == "missing"]


def _fits(model: ModelInfo, query: Sequence[str]) -> bool:
    """Whether each word stands in the model's selector or name, in capitals or not."""
    text = f"{model.selector} {model.name}".lower()
    return all(word.lower() in text for word in query)


def _write(found: Sequence[ModelInfo], failures: Mapping[str, HamrError], lists: PriceLists) -> None:
    from hamr.cli import failure

    rows = [{**{name: getattr(model, name) for name in FIELDS}, "listed": lists.document(model)} for model in found]
    output.write_json({"models": rows, "failures": {id: failure.facts(error) for id, error in failures.items()}})


def _draw(found: Sequence[ModelInfo], lists: PriceLists) -> None:
    from hamr.cli.table import Table, draw

    if found:
        heads = ("model", "context", "answer", "reads", "can", "price")
        rows = [(*_cells(lists.filled(model)), lists.price(model)) for model in found]
        draw(Table(heads, rows), ("reads", "answer", "can", "price", "context"))


def _cells(model: ModelInfo) -> tuple[str, ...]:
    can = ", ".join(word for word, able in (("thinking", model.reasoning), ("tools", model.tools)) if able)
    return (
        model.selector,
        _tokens(model.context_window),
        _tokens(model.max_tokens),
        ", ".join(model.input) if model.input else "-",
        can or "-",
    )


def _tokens(count: int | None) -> str:
    return "-" if count is None else f"{count:,}"


def _tell(query: Sequence[str], found: Sequence[ModelInfo], listing: Listing) -> None:
    """What a person should know besides the table."""
    if listing.models and not found:
        output.note(f"none of {len(listing.models):,} models has {' and '.join(map(repr, query))} in its name")
        if near := _near(query, listing.models):
            output.note(f"Did you mean {' or '.join(near)}?")
    for id, error in listing.failures.items():
        output.note(f"not listed: {id}: {error.message}")
    if not listing.models and not listing.failures:
        output.note("no provider could be asked; `hamr providers` tells which are installed, and which lack a key")


def _near(query: Sequence[str], models: Sequence[ModelInfo]) -> list[str]:
    import difflib

    names = {model.id.rpartition("/")[2].lower(): model.selector for model in models}
    return [names[name] for name in difflib.get_close_matches("-".join(query).lower(), names, n=3)]
