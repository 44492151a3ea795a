"""The figures as a table in Markdown, and what is to be said below it."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bench.contestant import Contestant
from bench.figure import Figure


def machine() -> dict[str, object]:
    """What kind of machine it was, and nothing that tells whose."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "system": platform.system(),
        "cores": os.cpu_count(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
    }


def table(figures: Sequence[Figure], peers: Sequence[Contestant]) -> Iterator[str]:
    """The lines of the table, and of the notes."""
    names = [one.name for one in peers]
    yield from _line(["CPU time", "", "hamr", "floor", "ratio", "at most", "on the machine of the bounds", *names])
    yield from _line(["---", "---", *["---:"] * (5 + len(names))])
    for figure in figures:
        yield from _line(_cells(figure, names))
    yield ""
    yield from _notes(figures, peers)


def _cells(figure: Figure, names: list[str]) -> list[str]:
    bound = figure.row.bound
    return [
        figure.row.name,
        figure.row.unit,
        number(figure.value),
        number(figure.floor),
        number(figure.ratio),
        "" if bound.ratio is None and bound.told is None else f"{number(bound.ratio or bound.told)} {_verdict(figure)}",
        f"{number(bound.told)} {figure.row.unit}" if bound.ratio is not None and bound.told is not None else "",
        *(_peer(figure, name) for name in names),
    ]


def _verdict(figure: Figure) -> str:
    return "✓" if figure.holds else "**TOO MUCH**"


def _peer(figure: Figure, name: str) -> str:
    value = figure.peers.get(name)
    if value is None or isinstance(value, str):
        return "-"
    if name in figure.behind:
        return f"{number(value)} **behind**"
    return f"{number(value)} ({number(value / figure.value)} x)" if figure.value > 0 else number(value)


def _notes(figures: Sequence[Figure], peers: Sequence[Contestant]) -> Iterator[str]:
    for one in peers:
        yield f"- {one.name}: {one.problem or one.version}"
    for figure in figures:
        if figure.note:
            yield f"- {figure.row.name}: {figure.note}"
        for name, why in figure.behind.items():
            yield f"- {figure.row.name}: behind {name}: {why or 'NOBODY KNOWS WHY'}"
        for name, value in figure.peers.items():
            if isinstance(value, str) and not value.startswith("not installed"):
                yield f"- {figure.row.name}: {name}: {value}"


def _line(cells: list[str]) -> Iterator[str]:
    yield f"| {' | '.join(cells)} |"


def number(value: float | str | None) -> str:
    """Three digits that count; a text as it is."""
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
