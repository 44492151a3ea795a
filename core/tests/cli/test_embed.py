"""`hamr embed`: texts in, vectors out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest


def vectors(ran: Any) -> list[list[float]]:
    return [json.loads(line) for line in ran.out.splitlines()]


def test_each_text_and_each_file_is_a_line(hamr: Any, tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_text("b")
    ran = hamr("embed", "-m", "sim/embed", "a", "c", "--file", str(tmp_path / "b.txt"))
    assert (ran.code, ran.err) == (0, "")
    a, c, b = vectors(ran)
    assert a != b != c
    assert len(a) == len(b)
    assert vectors(hamr("embed", "-m", "sim/embed", "b")) == [b]


def test_standard_input_is_one_text_or_a_text_a_line(hamr: Any) -> None:
    one, two = vectors(hamr("embed", "-m", "sim/embed", "one", "two"))
    assert vectors(hamr("embed", "-m", "sim/embed", "--lines", stdin=b"one\n\ntwo\n")) == [one, two]
    assert vectors(hamr("embed", "-m", "sim/embed", stdin=b"one\n")) == [one]


def test_json_is_one_line_with_all_that_is_known(hamr: Any) -> None:
    ran = hamr("embed", "-m", "sim/embed", "--json", "--dimensions", "3", "one", "two")
    assert len(ran.out.splitlines()) == 1
    assert (len(ran.json["vectors"]), ran.json["dimensions"], ran.json["provider"]) == (2, 3, "sim")
    assert ran.json["usage"]["input"] > 0


def test_a_terminal_gets_the_first_numbers(terminal: Any) -> None:
    shown = terminal("embed", "-m", "sim/embed", "one").out
    assert ", …] " in shown
    assert shown.endswith(" numbers\n")
    assert len(shown) < 100


def test_verbose_tells_what_was_used(hamr: Any) -> None:
    assert "usage: " in hamr("embed", "-m", "sim/embed", "-v", "one").err


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ([], "Error: the text is empty"),
        (["a", " "], "Error: text 2 of 2 is empty"),
        (["--file", "/nowhere"], "Error: /nowhere cannot be read"),
        (["--dimensions", "0", "a"], "Invalid value for '--dimensions'"),
    ],
)
def test_what_cannot_be_embedded(hamr: Any, arguments: list[str], fault: str) -> None:
    ran = hamr("embed", "-m", "sim/embed", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert fault in ran.err


def test_json_is_of_its_schema(hamr: Any) -> None:
    schema = json.loads((Path(__file__).parents[3] / "docs" / "schemas" / "embed.json").read_text(encoding="utf-8"))
    jsonschema.validate(hamr("embed", "-m", "sim/embed", "--json", "one", "two").json, schema)
