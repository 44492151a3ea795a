"""Turns of a conversation, out of lines."""

from __future__ import annotations

import pytest

from hamr.cli import turns


def said(*lines: str) -> list[str]:
    """All turns in these lines."""
    rest = iter(lines)

    def line(prompt: str) -> str:
        try:
            return next(rest)
        except StopIteration:
            raise EOFError from None

    found = []
    while True:
        try:
            found.append(turns.read(line))
        except EOFError:
            return found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["hello", "", "and now?"], ["hello", "", "and now?"]),
        (["one\\", "two\\", "three", "four"], ["one\ntwo\nthree", "four"]),
        (["a path C:\\\\", "next"], ["a path C:\\\\", "next"]),
        (["cut off\\"], ["cut off\n".rstrip()]),
        (['"""', "one", "", "two\\", '"""', "next"], ["one\n\ntwo\\", "next"]),
        (['"""one', 'two"""', "next"], ["one\ntwo", "next"]),
        (['"""one"""', "next"], ["one", "next"]),
        (['""" one', "cut off"], [" one\ncut off"]),
        (['say """ please', "next"], ['say """ please', "next"]),
        (['""""""', "next"], ["", "next"]),
    ],
)
def test_lines_become_turns(lines: list[str], found: list[str]) -> None:
    assert said(*lines) == found


def test_what_is_shown_before_a_line() -> None:
    shown = []

    def line(prompt: str) -> str:
        shown.append(prompt)
        return ["a\\", "b"][len(shown) - 1]

    assert turns.read(line) == "a\nb"
    assert shown == ["> ", ". "]
