"""`hamr capabilities`: what models can do, as far as it is known."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import output
from hamr.cli.json_option import JSON
from hamr.cli.later import LaterGroup

if TYPE_CHECKING:
    from hamr.capabilities.capability import Capabilities, Rule
    from hamr.capabilities.matrix import Known
    from hamr.client import Hamr

EPILOG = """\b
Examples:
  hamr capabilities
  hamr capabilities -p groq
  hamr capabilities claude-opus-4-7
  hamr capabilities -p my-proxy some-model --json
  hamr capabilities promote tool_mode_parity_overlay.toml
  hamr capabilities probe -m groq/llama-3.1-8b-instant

Without a MODEL there is a line for each rule, in the order in which rules are asked. `?` is not known.
"""
LATER = {"promote": "capability_findings:promote", "probe": "capability_probe:probe"}
COLUMNS = {
    "tools": "tool_format",
    "thinking": "thinking_modes",
    "images": "vision_supported",
    "caching": "prompt_caching",
    "prefill": "supports_assistant_prefill",
    "temperature": "temperature_supported",
    "seed": "seed_supported",
    "top_k": "top_k_supported",
}
"""The columns of the table, and the fields that they show."""


class _Group(LaterGroup):
    """A group whose first word may be a model: what is no command of its own is for `show`."""

    later = LATER

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        names = [*self.commands, *LATER, *ctx.help_option_names]
        return super().parse_args(ctx, args if args and args[0] in names else ["show", *args])


@click.group("capabilities", cls=_Group, epilog=EPILOG)
def command() -> None:
    """Tell what models can do, and keep what is found out about them."""


@command.command(
    "show",
    short_help="What models can do: `hamr capabilities MODEL` is the same.",
    epilog="\b\nExamples:\n  hamr capabilities show claude-opus-4-7",
)
@click.argument("model", required=False)
@click.option("-p", "--provider", metavar="PROVIDER", help="This provider alone; MODEL is then one of its own.")
@JSON
def show(model: str | None, *, provider: str | None, as_json: bool) -> None:
    """Tell what models can do."""
    from hamr.client import Hamr

    with Hamr() as client:
        if model is not None:
            _one(client, provider, model, as_json=as_json)
        else:
            _all(client, [provider] if provider is not None else client.providers.ids, as_json=as_json)


def _one(client: Hamr, provider: str | None, model: str, *, as_json: bool) -> None:
    from hamr.cli.table import paragraphs

    form = None
    if provider is None:
        chosen = client.pipeline(model).route
        provider, model, form = chosen.provider.id, chosen.model.id, chosen.model.tool_format
    client.providers.manifest(provider)  # that there is no such provider is told first
    known = client.capabilities.of(provider, model, form)
    if as_json:
        output.write_json({"models": [_document(provider, model, known)]})
        return
    head = {"provider": provider, "model": model, "from": _from(known)}
    paragraphs([head, {name: _told(value) for name, value in known.capabilities.document().items()}])


def _all(client: Hamr, ids: list[str], *, as_json: bool) -> None:
    from hamr.cli.table import Table, draw

    rules: list[tuple[str, Rule, str]] = []
    for id in ids:
        client.providers.manifest(id)  # that there is no such provider is told first
        rules += [(id, each, place) for each, place in client.capabilities.matrix.rules(id)]
    if as_json:
        output.write_json({"rules": [_rule(id, each, place) for id, each, place in rules]})
        return
    matrix = client.capabilities.matrix
    lines = [_line(id, each.told, each.capabilities().over(matrix.defaults(id))) for id, each, _ in rules]
    draw(Table(("provider", "models", *COLUMNS), lines))


def _line(provider: str, models: str, known: Capabilities) -> tuple[str, ...]:
    return (provider, models, *(_told(getattr(known, field)) for field in COLUMNS.values()))


def _document(provider: str, model: str, known: Known) -> dict[str, Any]:
    rules = [
        {"match": rule.told, "place": place, "source": rule.source, "date": rule.date} for rule, place in known.rules
    ]
    return {"provider": provider, "model": model, "rules": rules, "capabilities": known.capabilities.document()}


def _rule(provider: str, rule: Rule, place: str) -> dict[str, Any]:
    own = ("model_match", "version_min", "extends", "source", "date")
    said = {name: value for name, value in asdict(rule).items() if value is not None and name not in own}
    about = {"match": rule.told, "place": place, "extends": rule.extends, "source": rule.source, "date": rule.date}
    return {"provider": provider, **about, "says": said}


def _from(known: Known) -> str | None:
    return "; ".join(f"{rule.told} in {place}" for rule, place in known.rules) or None


def _told(value: Any) -> str:
    if value is None:
        return "?"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return str(value)
