"""Every row that hamr promises of configuration, names, credentials, lists, limits and pools is shown by a test.

Tests cite the rows that they show by id, in the test itself or for a whole file at its head; promises.toml says what
each row promises, and which ones are not yet there, and why. `python tests/test_promises.py` writes docs/promises.md.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent
PAGE = ROOT / "docs" / "promises.md"
AREAS: dict[str, dict[str, str]] = tomllib.loads((HERE / "promises.toml").read_text(encoding="utf-8"))
NOT_YET = AREAS.pop("not_yet")
ROWS = {row: said for rows in AREAS.values() for row, said in rows.items()}

CITED = re.compile(r"\b([HVRNMC])-(\d+)([a-z]?)\b(?: to \1-(\d+))?")
FILES = ("core/tests/**/test_*.py", "plugins/*/tests/**/test_*.py", "tests/test_*.py", "plugins/testkit/src/**/*.py")
HEAD = """# What is promised, and what shows it

Hamr, Hiveloom, hermes-router and Harn each promise something of how they are configured, let calls in, find models
and share keys; hamr does all of it. A row's letter says whose it is (H, V, R, N), M is what they have in common, C
where they are at odds, and how hamr decides. Beside each row stand the tests that show it. Written by
`python tests/test_promises.py` from the tests themselves, which cite the rows.

What is not yet there says so, and why.
"""


def cited(text: str) -> Iterator[str]:
    """The rows that a text cites, each of `H-60 to H-65` too."""
    for letter, first, suffix, last in CITED.findall(text):
        for number in range(int(first), int(last or first) + 1):
            yield f"{letter}-{number}{suffix}"


def citations(source: str) -> Iterator[tuple[str, str]]:
    """The rows that a test file cites, each with the test, or with nothing where the whole file shows it."""
    module = ast.parse(source)
    yield from ((row, "") for row in cited(ast.get_docstring(module) or ""))
    lines = source.splitlines()
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            start = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            yield from ((row, node.name) for row in cited("\n".join(lines[start - 1 : node.end_lineno])))


@cache
def shown() -> dict[str, list[str]]:
    """Each row with what shows it, tests before whole files."""
    found: dict[str, set[str]] = {}
    for file in sorted({file for pattern in FILES for file in ROOT.glob(pattern)}):
        if file != Path(__file__).resolve():
            place = file.relative_to(ROOT).as_posix()
            for row, test in citations(file.read_text(encoding="utf-8")):
                found.setdefault(row, set()).add(f"{place}::{test}" if test else place)
    return {row: sorted(places, key=lambda place: ("::" not in place, place)) for row, places in found.items()}


def page() -> str:
    """The page."""
    parts = [HEAD]
    for area, rows in AREAS.items():
        lines = [f"## {area}", "", "| row | what is promised | shown by |", "| --- | --- | --- |"]
        for row, said in rows.items():
            told = f"{said}; **not yet**: {NOT_YET[row]}" if row in NOT_YET else said
            lines.append(f"| {row} | {told} | {'<br>'.join(f'`{place}`' for place in shown().get(row, ()))} |")
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_a_test_or_says_why_not(row: str) -> None:
    assert shown().get(row) or NOT_YET.get(row), f"no test cites {row}: {ROWS[row]}"


def test_what_is_not_yet_there_is_a_row() -> None:
    assert set(NOT_YET) <= set(ROWS)


def test_no_row_stands_twice() -> None:
    assert len(ROWS) == sum(map(len, AREAS.values()))


def test_the_page_is_the_one_that_the_tests_give() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python tests/test_promises.py`"


def test_citations_are_found_where_they_stand() -> None:
    source = '''"""A file (H-1 to H-3)."""
@mark(1)  # N-7
def test_one():
    """M-5, C-9b: both."""
    assert f()  # R-4
def helper():
    """V-1."""
class Tests:
    def test_two(self):
        """V-2."""
'''
    found = set(citations(source))
    assert found == {
        *(("H-1", ""), ("H-2", ""), ("H-3", "")),
        *(("N-7", "test_one"), ("M-5", "test_one"), ("C-9b", "test_one"), ("R-4", "test_one"), ("V-2", "test_two")),
    }


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
