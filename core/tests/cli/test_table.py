"""Tables: plain where a program reads them."""

from __future__ import annotations

from typing import Any

from hamr.cli.table import Table, described, draw, paragraphs, plain


def test_plain_columns_are_aligned_without_trailing_space() -> None:
    assert plain(Table(("a", "b"), [("long", "x"), ("s", "")])) == "a     b\nlong  x\ns\n"


def test_a_table_without_rows_is_its_heads() -> None:
    assert plain(Table(("a", "b"), [])) == "a  b\n"


def test_a_column_can_be_left_out() -> None:
    assert Table(("a", "b", "c"), [("1", "2", "3")]).without("b") == Table(("a", "c"), [("1", "3")])


def test_a_pipe_gets_every_column_however_wide(capsys: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    draw(Table(("a", "b"), [("x" * 50, "y")]), dispensable=("b",))
    assert capsys.readouterr().out.splitlines()[1] == "x" * 50 + "  y"


def test_paragraphs_leave_empty_fields_out(capsys: Any) -> None:
    paragraphs([{"name": "a", "long name": None}, {"name": "b", "long name": "c"}])
    assert capsys.readouterr().out == "name       a\n\nname       b\nlong name  c\n"


def test_a_long_value_goes_on_under_its_beginning() -> None:
    items = {"one": "a b", "three": "some words that do not fit"}
    assert described(items, None) == "one    a b\nthree  some words that do not fit\n"
    assert described(items, 30) == "one    a b\nthree  some words that do not\n       fit\n"
    assert described(items, 20) == described(items, None)
