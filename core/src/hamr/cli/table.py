"""Rows on standard output: a table that fits the terminal, or plain columns where a program may read them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hamr.cli import output

GAP = "  "
NARROW = 20
"""Columns that a value needs beside its name to be worth breaking."""

BORDERS = 3
"""What rich puts around each column: a space on either side, and the border."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under `heads`."""

    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]

    @property
    def widths(self) -> list[int]:
        """The widest cell of each column."""
        return [max(map(len, column)) for column in zip(self.heads, *self.rows, strict=True)]

    def without(self, head: str) -> Table:
        """The same table less one column."""
        place = self.heads.index(head)
        heads, *rows = (row[:place] + row[place + 1 :] for row in (self.heads, *self.rows))
        return Table(heads, rows)


def draw(table: Table, dispensable: Sequence[str] = ()) -> None:
    """Print the table.

    A narrow terminal does without the `dispensable` columns, first to go first; a last line names them.
    """
    if not output.terminal(sys.stdout):
        output.write(plain(table))
        return
    left_out = []
    for head in dispensable:
        if sum(table.widths) + BORDERS * len(table.heads) + 1 <= output.width():
            break
        table = table.without(head)
        left_out.append(head)
    if not (output.coloured(sys.stdout) and _rich(table)):
        output.write(plain(table))
    if left_out:
        output.note(f"no room for: {', '.join(left_out)} (--json shows all)")


def plain(table: Table) -> str:
    """The table as aligned columns."""
    widths = table.widths
    lines = (
        GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (table.heads, *table.rows)
    )
    return "\n".join(lines) + "\n"


def paragraphs(items: Sequence[Mapping[str, str | None]]) -> None:
    """Print each item as a paragraph, one field a line, without the empty ones."""
    longest = max((len(name) for item in items for name in item), default=0)
    columns = output.width() if output.terminal(sys.stdout) else None
    told = [
        "".join(_field(name.ljust(longest), value, columns) for name, value in item.items() if value) for item in items
    ]
    output.write("\n".join(told))


def described(items: Mapping[str, str], columns: int | None) -> str:
    """Words and what they mean, one a line; within so many columns, if that is given."""
    longest = max(map(len, items))
    return "".join(_field(name.ljust(longest), value, columns) for name, value in items.items())


def _field(name: str, value: str, columns: int | None) -> str:
    """A line, or several where that is broader than `columns`: the value goes on under its beginning."""
    if columns is None or len(name) + len(GAP) + len(value) <= columns or columns < len(name) + NARROW:
        return f"{name}{GAP}{value}\n"
    import textwrap

    # A URL stays whole, to be copied.
    words = textwrap.wrap(value, columns - len(name + GAP), break_long_words=False, break_on_hyphens=False)
    under = "\n" + " " * len(name + GAP)
    return f"{name}{GAP}{under.join(words)}\n"


def _rich(table: Table) -> bool:
    """Draw with rich; False where it is not installed."""
    try:
        from rich.console import Console
        from rich.table import Table as Drawn
        from rich.text import Text
    except ImportError:  # an optional extra: hamr[rich]
        return False
    drawn = Drawn(*table.heads, header_style="bold")
    for row in table.rows:
        drawn.add_row(*(Text(cell.translate(output.SHOWN), overflow="fold") for cell in row))
    Console(file=sys.stdout, width=output.width()).print(drawn)
    return True
