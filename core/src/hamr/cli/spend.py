"""`hamr spend`: what calls have cost."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import output, request_options
from hamr.cli.json_option import JSON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.spend.report import Key, Line

EPILOG = """\b
Examples:
  hamr spend                          this month, model by model
  hamr spend --by day --by model
  hamr spend --by tag --project web --since 2026-11-01 --until 2026-11-30
  hamr spend --since all --json
  hamr spend --keep                   keep what calls cost from now on

Days are those of UTC. A call whose price is not known counts as a call, and is told apart.
"""

BY = ("day", "month", "project", "tag", "key", "provider", "model")
FILTERS = ("project", "tag", "provider", "model")
SINCE = ("today", "week", "month", "all")


def _day(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """The day that is meant; empty where it is all time."""
    today = _today()
    beginnings = {
        "today": today.isoformat(),
        "week": (today - timedelta(days=today.weekday())).isoformat(),
        "month": today.replace(day=1).isoformat(),
        "all": "",
    }
    if value in beginnings:
        return beginnings[value]
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        told = f"{value!r} is neither a day such as 2026-11-25 nor one of {', '.join(SINCE)}."
        raise click.BadParameter(told, context, parameter) from None


@click.command("spend", short_help="Tell what calls have cost.", epilog=EPILOG)
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(BY),
    metavar="WHAT",
    help=f"A line for each {', '.join(BY)}; may be repeated.",
)
@click.option(
    "--since", callback=_day, default="month", metavar="DAY", help=f"From this day on, or {', '.join(SINCE)}."
)
@click.option("--until", callback=_day, default="all", metavar="DAY", help="Up to this day, included.")
@click.option("--project", metavar="NAME", help="Of this project alone.")
@click.option("--tag", metavar="NAME", help="With this tag alone.")
@click.option(
    "-p", "--provider", metavar="PROVIDER", shell_complete=request_options.providers, help="By this provider alone."
)
@click.option("-m", "--model", metavar="PROVIDER/MODEL", help="By this model alone.")
@click.option("--keep/--no-keep", default=None, help="Keep what calls cost from now on, or keep it no longer.")
@JSON
def command(*, by: tuple[str, ...], since: str, until: str, keep: bool | None, as_json: bool, **only: Any) -> None:
    """Tell what calls have cost, as far as it was kept."""
    from hamr.spend import report
    from hamr.spend.choices import Choices
    from hamr.spend.spending import ledger
    from hamr.storage.database import patiently

    if until and until < since:
        raise click.BadParameter(f"{until} is before {since}, the first day.", param_hint="--until")
    choices = Choices.read(os.environ)
    if keep is not None:
        from dataclasses import replace

        choices = replace(choices, keep=keep)
        choices.write(os.environ)
    book, parted = ledger(os.environ), tuple(dict.fromkeys(by)) or ("model",)
    asked = report.Asked(since, until, {name: only[name] for name in FILTERS if only[name] is not None})
    found: list[Line] = []
    total, keys = _nothing(), {}
    if os.path.exists(book.database.path):
        found = patiently(book.database, lambda: report.lines(book, parted, asked))
        total = patiently(book.database, lambda: report.lines(book, (), asked))[0]
        keys = patiently(book.database, lambda: report.keys(book))
    book.database.close()
    for news in book.database.news:
        output.note(news)
    if as_json:
        lines = [_document(line, keys) for line in found]
        told = {"since": since or None, "until": until or None, "by": list(parted), "lines": lines}
        output.write_json({**told, "total": _document(total, keys), "kept": choices.keep})
    else:
        _draw(found, total, parted, keys)
        _tell(total, kept=choices.keep, said=keep is not None)


def _draw(found: Sequence[Line], total: Line, by: Sequence[str], keys: dict[str, Key]) -> None:
    from hamr.cli.table import Table, draw

    if found:
        heads = (*by, "calls", "in", "out", "cost")
        rows = [(*(_name(kind, line.by[kind], keys) for kind in by), *_sums(line)) for line in found]
        if len(found) > 1:
            rows.append(("total", *[""] * (len(by) - 1), *_sums(total)))
        draw(Table(heads, rows), ("out", "in", "calls"))


def _sums(line: Line) -> tuple[str, ...]:
    from hamr.spend.money import told

    known = line.calls - line.unpriced
    cost = told(line.usd) if known or not line.calls else "unknown"
    more = f" + {line.unpriced} unknown" if known and line.unpriced else ""
    return f"{line.calls:,}", f"{line.usage.input_total:,}", f"{line.usage.output_total:,}", cost + more


def _name(kind: str, name: str, keys: dict[str, Key]) -> str:
    if kind == "key" and (key := keys.get(name)) is not None:
        return f"{name} {key.tail}"
    return name or "-"


def _tell(total: Line, *, kept: bool, said: bool) -> None:
    if said:
        output.note("what calls cost is kept from now on" if kept else "what calls cost is kept no longer")
    elif not total.calls:
        how = "" if kept else "; it is kept with `hamr spend --keep`, HAMR_SPEND=1, a project, a tag or a budget"
        output.note(f"nothing was spent in that time{how}")
    if total.estimated:
        output.note(f"{total.estimated:,} of these were left half-way: their tokens are an estimate")


def _document(line: Line, keys: dict[str, Key]) -> dict[str, Any]:
    from hamr.cli import document

    usage = {name: count for name, count in document.usage(line.usage).items() if name not in ("estimated", "billed")}
    key = keys.get(line.by.get("key", ""))
    origin = {"key_tail": key.tail, "key_origin": key.origin} if key is not None else {}
    counts = {"calls": line.calls, "unpriced": line.unpriced, "estimated": line.estimated}
    return {**line.by, **origin, **counts, "usage": usage, "usd": float(line.usd)}


def _nothing() -> Line:
    from decimal import Decimal

    from hamr.spend.report import Line
    from hamr.types import Usage

    return Line({}, 0, 0, 0, Decimal(0), Usage())


def _today() -> date:
    return datetime.now(UTC).date()
