"""`hamr budget`: how much may be spent, and how much of that is left."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import output, shared_budgets
from hamr.cli.json_option import JSON
from hamr.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.spend.report import State

EPILOG = """\b
Examples:
  hamr budget                              what of each budget is left
  hamr budget set all 20                   dollars a month, for everything
  hamr budget set project:web 2.50 --per day
  hamr budget set key:…cdef 100 --per total
  hamr budget remove project:web

\b
A budget is for all, project:NAME, tag:NAME, provider:ID or key:ID. A call that
it has no room for is refused; docs/costs.md says how that is reckoned.
"""

PERIODS = ("day", "week", "month", "total")


@click.group("budget", invoke_without_command=True, short_help="List, set and remove budgets.", epilog=EPILOG)
@JSON
@click.pass_context
def command(context: click.Context, *, as_json: bool) -> None:
    """Tell how much may be spent for what, and how much of that is left."""
    if context.invoked_subcommand is None:
        _list(as_json=as_json)


@command.command("set", epilog="\b\nExamples:\n  hamr budget set all 20\n  hamr budget set project:web 2.50 --per day")
@click.argument("scope")
@click.argument("usd", metavar="DOLLARS")
@click.option("--per", type=click.Choice(PERIODS), default="month", show_default=True, help="In what time.")
@JSON
def set_budget(scope: str, usd: str, *, per: str, as_json: bool) -> None:
    """Set a budget, in place of the one that SCOPE has in that time."""
    from hamr.spend.budget import budget
    from hamr.spend.choices import FILE, Choices
    from hamr.storage import config_files

    made = budget(_resolved(scope), {"usd": usd.removeprefix("$"), "per": per}, "hamr budget set")
    with config_files.changing(os.environ, FILE):
        Choices.read(os.environ).with_(made).write(os.environ)
    _warn_of_absent(made.scope)
    _list(as_json=as_json)


@command.command("remove", epilog="\b\nExamples:\n  hamr budget remove all\n  hamr budget remove project:web --per day")
@click.argument("scope")
@click.option("--per", type=click.Choice(PERIODS), help="That of this time alone.")
@JSON
def remove_budget(scope: str, *, per: str | None, as_json: bool) -> None:
    """Remove the budgets of SCOPE."""
    from hamr.spend.choices import FILE, Choices
    from hamr.storage import config_files

    resolved = _resolved(scope)
    with config_files.changing(os.environ, FILE):
        choices = Choices.read(os.environ)
        left = choices.without(resolved, per)
        if left == choices:
            known = ", ".join(f"{each.scope} a {each.per}" for each in choices.budgets) or "none"
            told = scope if per is None else f"{scope} {'in all' if per == 'total' else f'a {per}'}"
            raise ConfigError(f"there is no such budget: {told}", hint=f"Budgets: {known}.")
        left.write(os.environ)
    _list(as_json=as_json)


def _warn_of_absent(scope: str) -> None:
    """Say it where a budget is for a provider that is not there: it holds once there is one."""
    kind, _, name = scope.partition(":")
    if kind != "provider":
        return
    from hamr.plugins.choices import Choices
    from hamr.plugins.discover import Plugins, not_installed
    from hamr.providers import Providers

    ids = Providers(Plugins(Choices.read(os.environ)), os.environ, ".").ids
    if name not in ids:
        output.note(f"There is no provider {name!r} as yet. {not_installed(name, ids).hint}")


def _list(*, as_json: bool) -> None:
    from hamr.spend import report
    from hamr.spend.choices import Choices
    from hamr.spend.spending import ledger
    from hamr.storage.database import patiently

    book, today = ledger(os.environ), datetime.now(UTC).date()
    budgets = Choices.read(os.environ).budgets
    shared = shared_budgets.spent(budgets, os.environ)
    states = [
        patiently(book.database, partial(report.state, book, each, today, shared.get(each, 0))) for each in budgets
    ]
    book.database.close()
    for news in book.database.news:
        output.note(news)
    if as_json:
        output.write_json({"budgets": [_document(state) for state in states]})
    elif states:
        _draw(states)
    else:
        output.note("there are no budgets; to set one: hamr budget set all 20 --per month")


def _draw(states: Sequence[State]) -> None:
    from hamr.cli.table import Table, draw
    from hamr.spend.money import told

    rows = [
        (
            state.budget.scope,
            state.budget.per,
            told(state.budget.usd),
            told(state.spent),
            told(state.left),
            state.end or "-",
        )
        for state in states
    ]
    draw(Table(("budget", "per", "of", "spent", "left", "begins anew"), rows), ("begins anew", "of"))


def _document(state: State) -> dict[str, Any]:
    budget = state.budget
    money = {"usd": float(budget.usd), "spent": float(state.spent), "left": float(state.left)}
    return {"scope": budget.scope, "per": budget.per, **money, "start": state.start or None, "end": state.end}


def _resolved(scope: str) -> str:
    """The scope, with the id of a key in place of its last characters; raises ConfigError where several end so."""
    kind, _, name = scope.partition(":")
    if kind != "key" or not name:
        return scope
    from hamr.spend import report
    from hamr.spend.spending import ledger
    from hamr.storage.database import patiently

    book = ledger(os.environ)
    keys = patiently(book.database, lambda: report.keys(book))
    book.database.close()
    fitting = [id for id, key in keys.items() if name.removeprefix("…") == key.tail.removeprefix("…") or id == name]
    if len(fitting) != 1:
        raise ConfigError(
            f"{len(fitting) or 'no'} keys in the book are {name}", hint="To see them: hamr spend --by key --since all"
        )
    return f"key:{fitting[0]}"
