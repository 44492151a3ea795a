"""`hamr config`: the files of configuration, what they say, and what of that does not count; changes of them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from hamr import variables
from hamr.cli import exit_codes, output
from hamr.cli.json_option import JSON
from hamr.cli.later import LaterGroup

if TYPE_CHECKING:
    from hamr.config.configuration import Configuration
    from hamr.providers import Providers

EPILOG = """\b
Examples:
  hamr config            the files, what they bring, and what in them does not count
  hamr config path       where the files are
  hamr config show groq  all that is known of a provider, each field with its place
  hamr config set default_provider groq
  hamr config explain default_provider

Keys are never shown. The exit code of `hamr config` is 1 where something in a file does not count.
"""


LATER = {"explain": "config_get:explain", "get": "config_get:get"}
LATER |= {"set": "config_set:set_command", "unset": "config_set:unset"}


class _Commands(LaterGroup):
    later = LATER

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from difflib import get_close_matches

        names = self.list_commands(ctx)
        if args[0] not in names and (near := get_close_matches(args[0], names, n=2, cutoff=0.5)):
            ctx.fail(f"no such command: {args[0]!r}; did you mean {' or '.join(near)}?")
        return super().resolve_command(ctx, args)


@click.group(
    "config", cls=_Commands, epilog=EPILOG, invoke_without_command=True, short_help="Show and change configuration."
)
@JSON
@click.pass_context
def command(context: click.Context, /, *, as_json: bool) -> None:
    """Show the files of configuration, what they bring, and what in them does not count."""
    if context.invoked_subcommand is not None:
        return
    from hamr.cli.config_tables import entries, idle
    from hamr.secrets.redact import without_user

    providers = _providers()
    there = providers.configuration
    files, problems, slips = _files(there), there.problems, idle(providers)
    found = variables.are_set(os.environ)
    said = [(name, without_user(os.environ[name].strip()), counts, what) for name, counts, what in found]
    if as_json:
        aliases = {name: alias.selector for name, alias in there.aliases.items()}
        told = {"files": files, "aliases": aliases, "problems": [asdict(problem) for problem in problems]}
        names = ("name", "value", "counts", "what")
        told["idle"] = [asdict(each) for each in slips]
        told["tables"] = [each.document for each in entries(there)]
        output.write_json({**told, "variables": [dict(zip(names, each, strict=True)) for each in said]})
    else:
        _show(files, there)
        for slip in slips:
            output.note(f"note: {slip}")
        for name, value, _, what in said:
            output.write(f"variable {name} = {value} ({what})\n")
        warn_of_conflicts(variables.conflicts(os.environ))
    context.exit(exit_codes.FAILED if problems else 0)


@command.command("path", short_help="Where the files are.", epilog="\b\nExamples:\n  hamr config path")
@JSON
def path(*, as_json: bool) -> None:
    """Tell where the files of configuration are, or would be."""
    files = _files(_configuration())
    if as_json:
        output.write_json({"files": files})
        return
    for file in files:
        output.write(f"{file['path']}{'' if file['there'] else '  (not there)'}\n")


@command.command(
    "show",
    short_help="All that is known of a provider, or said of models.",
    epilog="\b\nExamples:\n  hamr config show groq\n  hamr config show       what is said of models",
)
@click.argument("provider", required=False)
@JSON
def show(provider: str | None, *, as_json: bool) -> None:
    """Show all that is known of a provider, each field with the place that it comes from.

    Without a provider, show what the files say of models and their names: aliases, roles, defaults and the rest.
    """
    from hamr.cli.config_tables import entries, lines
    from hamr.cli.table import paragraphs

    there = _providers()
    fields = {} if provider is None else _fields(there, provider)
    differing = [] if provider is None else there.manifest(provider).conflicts(os.environ)
    found = entries(there.configuration, provider)
    if as_json:
        told = {"conflicts": [each._asdict() for each in differing], "tables": [each.document for each in found]}
        output.write_json({"provider": provider, "fields": fields, **told})
        return
    warn_of_conflicts(differing)
    facts = {name: f"{field['value']}  (from {field['from']})" for name, field in fields.items()}
    paragraphs([said for said in (facts, lines(found)) if said])
    if not fields and not found:
        output.note("the files of configuration say nothing of models")


def warn_of_conflicts(found: Iterable[variables.Conflict]) -> None:
    """Tell which variables say different things of one setting."""
    for each in found:
        output.note(f"warning: {each}")


def _providers() -> Providers:
    from hamr.plugins.choices import Choices
    from hamr.plugins.discover import Plugins
    from hamr.providers import Providers

    return Providers(Plugins(Choices.read(os.environ)), os.environ, ".")


def _configuration() -> Configuration:
    return _providers().configuration


def _files(there: Configuration) -> list[dict[str, Any]]:
    from hamr.capabilities.overlay import FILE as FINDINGS
    from hamr.config.configuration import PROJECT
    from hamr.storage.config_files import config_path

    kinds = {"providers": there.providers_path, "models": there.models_path}
    project = there.project_path
    found = [(kind, path) for kind, path in kinds.items() if path is not None]
    layers = {layer.place: layer for layer in there.layers}
    files = [*found, ("project", project or os.path.abspath(PROJECT))]
    packages = [("package", place) for place in layers if place not in dict(found).values() and place != project]
    told = [
        {
            "kind": kind,
            "path": path,
            "there": path in layers,
            "providers": sorted(layers[path].providers) if path in layers else [],
        }
        for kind, path in [*packages, *files]
    ]
    findings = config_path(os.environ, FINDINGS)
    if findings is not None and os.path.exists(findings):
        told.append({"kind": "capabilities", "path": findings, "there": True, "providers": []})
    return [*told, *_env_files()]


def _env_files() -> list[dict[str, Any]]:
    """The `.env` files that are there, with what is wrong in them told."""
    from hamr.environment import files

    told = []
    for each in files(os.environ, "."):
        for problem in each.problems:
            output.note(f"warning: {problem}")
        brings = {"variables": sorted(each.values), "trusted": each.trusted}
        told.append({"kind": "env", "path": each.path, "there": True, "providers": [], **brings})
    return told


def _show(files: list[dict[str, Any]], there: Configuration) -> None:
    for file in files:
        usual = "what was found out about models" if file["kind"] == "capabilities" else "no providers"
        brings = ", ".join(file["providers"]) or usual
        if file["kind"] == "env":
            brings = ", ".join(file["variables"]) or "no variables"
            brings = brings if file["trusted"] else "it does not count until this folder is trusted (hamr trust)"
        output.write(f"{file['path']}: {brings if file['there'] else 'not there'}\n")
    for name, alias in there.aliases.items():
        output.write(f"alias {name} = {alias.selector}\n")
    from hamr.cli.config_tables import entries

    if more := [each for each in entries(there) if each.table != "alias"]:
        output.write(f"{len(more)} more of models and their names: hamr config show\n")
    for problem in there.problems:
        output.note(f"warning: {problem}")


def _fields(there: Providers, id: str) -> dict[str, dict[str, Any]]:
    """What is known, without values that may hold a key."""
    provider = there.provider(id, os.environ)
    auth = provider.auth
    values: dict[str, Any] = {
        "name": provider.name,
        "base_url": provider.base_url,
        "wire": provider.wire,
        "transport": provider.transport,
        "auth": auth.style,
        "key_variables": list(auth.env),
        "headers": sorted({*provider.headers, *provider.header_values}),
        "compat": dict(provider.compat),
        "models": dict(provider.models),
        "modes": [provider.mode, *provider.modes],
        "parameters": dict(provider.parameters),
    }
    origins = {"key_variables": "auth", "modes": "modes", "headers": "header_values"}
    place = provider.origins
    return {
        name: {"value": value, "from": place.get(origins.get(name, name), there.place(id))}
        for name, value in values.items()
        if value not in ("", [], {}, None)
    }
