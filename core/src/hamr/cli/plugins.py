"""`hamr plugins`: which distributions bring what, and whether it works."""

from __future__ import annotations

import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from hamr.cli import exit_codes, output
from hamr.cli.json_option import JSON
from hamr.cli.later import LaterGroup

if TYPE_CHECKING:
    from collections.abc import Callable

    from hamr.cli.pieces import Piece, Plugin
    from hamr.plugins.choices import Choices
    from hamr.plugins.distributions import EntryPoint

EPILOG = """\b
Examples:
  hamr plugins          what each distribution brings
  hamr plugins --check  whether each of them works
  hamr plugins --time   what importing each costs
  hamr plugins disable groq
  hamr plugins prefer groq acme-groq
  hamr plugins sync     install again what is missing
  hamr plugins verify   whether their files are as installed

The exit code is 1 where --check or --time finds something that does not work.
"""


LATER = {"sync": "sync:command", "verify": "verify:command"}


class _Commands(LaterGroup):
    later = LATER


@click.group(
    "plugins",
    cls=_Commands,
    invoke_without_command=True,
    short_help="List the installed plugins and what they bring.",
    epilog=EPILOG,
)
@JSON
@click.option("--check", is_flag=True, help="Import each and tell the hooks that it answers, or why it fails.")
@click.option("--time", is_flag=True, help="Import each in a process of its own and tell what that costs.")
@click.pass_context
def command(context: click.Context, *, as_json: bool, check: bool, time: bool) -> None:
    """List the installed plugins: what each brings, and what two of them bring."""
    if context.invoked_subcommand is None:
        _list(context, as_json=as_json, check=check, time=time)


def _list(context: click.Context, *, as_json: bool, check: bool, time: bool) -> None:
    from hamr.cli.pieces import installed
    from hamr.client import Hamr
    from hamr.install.installed import Installed

    missing = Installed.read(os.environ).missing()
    with Hamr(extensions=()) as client:
        plugins = installed(client, check=check, time=time)
    if as_json:
        output.write_json(
            {"plugins": [asdict(plugin) for plugin in plugins], "missing": [asdict(kept) for kept in missing]}
        )
    elif check or time:
        _draw_pieces(plugins, check=check, time=time)
    else:
        _draw(plugins)
    if missing and not as_json:
        told = ", ".join(f"{kept.distribution} {kept.version}" for kept in missing)
        output.note(f"missing: {told}\nTo install again what is missing: hamr plugins sync")
    if any(piece.works is False for plugin in plugins for piece in plugin.brings):
        context.exit(exit_codes.FAILED)


def _draw(plugins: list[Plugin]) -> None:
    from hamr.cli.table import Table, draw

    clash = any(plugin.conflicts for plugin in plugins)
    heads = ("distribution", "version", "brings", *(("conflicts",) if clash else ()))
    rows = [
        (plugin.distribution, plugin.version, plugin.told, *((plugin.conflicts,) if clash else ()))
        for plugin in plugins
    ]
    draw(Table(heads, rows))


def _draw_pieces(plugins: list[Plugin], *, check: bool, time: bool) -> None:
    from hamr.cli.table import Table, draw

    heads = ("distribution", "version", "brings", *(("CPU ms",) if time else ()), *(("check",) if check else ()))
    rows = [
        (
            plugin.distribution,
            plugin.version,
            f"{piece.kind} {piece.name}",
            *((_cost(piece),) if time else ()),
            *((piece.told,) if check else ()),
        )
        for plugin in plugins
        for piece in plugin.brings
    ]
    draw(Table(heads, rows))


def _cost(piece: Piece) -> str:
    return f"{piece.cpu_ms:.1f}" if piece.cpu_ms is not None else f"fails: {piece.error}"


@command.command("enable", short_help="Switch providers on.", epilog="\b\nExamples:\n  hamr plugins enable groq")
@click.argument("ids", nargs=-1, required=True, metavar="PROVIDER...")
@JSON
def enable(ids: tuple[str, ...], *, as_json: bool) -> None:
    """Switch providers on that were switched off."""
    from hamr.plugins.choices import Choices
    from hamr.plugins.discover import Plugins

    known = {*Choices.read(os.environ).disabled, *(point.name for point in Plugins().table_packages)}
    for id in ids:
        if id not in known:
            _must_be_installed(id)
    _keep(lambda chosen: chosen.but(disabled=tuple(id for id in chosen.disabled if id not in ids)), as_json=as_json)


@command.command("disable", short_help="Switch providers off.", epilog="\b\nExamples:\n  hamr plugins disable groq")
@click.argument("ids", nargs=-1, required=True, metavar="PROVIDER...")
@JSON
def disable(ids: tuple[str, ...], *, as_json: bool) -> None:
    """Switch providers, or tables of a package, off: they stay installed and listed, but are not used or imported."""
    from hamr.plugins.discover import Plugins

    packages = {point.name for point in Plugins().table_packages}
    for id in ids:
        if id not in packages:
            _must_be_installed(id)
    _keep(lambda chosen: chosen.but(disabled=tuple(dict.fromkeys([*chosen.disabled, *ids]))), as_json=as_json)


@command.command(
    "prefer",
    short_help="Choose where two distributions bring the same provider.",
    epilog="\b\nExamples:\n  hamr plugins prefer groq acme-groq",
)
@click.argument("id", metavar="PROVIDER")
@click.argument("distribution")
@JSON
def prefer(id: str, distribution: str, *, as_json: bool) -> None:
    """Say which distribution counts where two bring the same provider; HAMR_PREFER says it for one run."""
    from hamr.errors import ConfigError

    dists = [point.dist for point in _must_be_installed(id)]
    if distribution not in dists:
        raise ConfigError(f"{distribution} does not bring {id!r}", hint=f"It comes from {' and '.join(dists)}.")
    _keep(lambda chosen: chosen.but(prefer={**chosen.prefer, id: distribution}), as_json=as_json)


def _keep(edit: Callable[[Choices], Choices], *, as_json: bool) -> None:
    """Change what the user chose before, without what the environment says for this run."""
    from hamr.plugins.choices import FILE, Choices
    from hamr.storage import config_files

    environ = {name: value for name, value in os.environ.items() if name != "HAMR_PREFER"}
    with config_files.changing(environ, FILE):
        chosen = edit(Choices.read(environ))
        path = chosen.write(environ)
    if as_json:
        output.write_json({"file": str(path), "disabled": list(chosen.disabled), "prefer": dict(chosen.prefer)})
    else:
        output.note(f"kept in {path}")


def _must_be_installed(id: str) -> tuple[EntryPoint, ...]:
    from hamr.plugins.discover import Plugins

    plugins = Plugins()
    if id not in plugins.providers:
        plugins.find(id)
    return plugins.providers[id]
