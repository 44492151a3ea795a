"""Files, functions and parameter lists stay small enough to be read at one sitting."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDERS = ("core", "plugins", "tests", "bench")

FILE, FUNCTION, PARAMETERS = 400, 50, 6

# What may be larger, each with its reason.
EXCEPTIONS: dict[str, str] = {
    "core/src/hamr/client.py::__init__": "all of them by name alone",
}

# Names that say nothing of what a module holds.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "misc", "base"}


def files() -> Iterator[tuple[str, str]]:
    """Each Python file of the project, by its path and text."""
    found = (file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py")))
    for file in (ROOT / "noxfile.py", *found):
        yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Each function of the project, by `path::name`."""
    for path, text in files():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path}::{node.name}", node


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many parameters a function has, without `self` and `cls`."""
    takes = function.args
    named = [argument.arg for argument in (*takes.posonlyargs, *takes.args, *takes.kwonlyargs)]
    if named and named[0] in {"self", "cls"}:
        named = named[1:]
    return len(named) + (takes.vararg is not None) + (takes.kwarg is not None)


def lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """From `def` to the last line."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_the_measure_measures() -> None:
    def measured(self: object, one: int, *, two: int, **three: int) -> None:
        """Two lines."""

    text = "def f(self, one, *, two, **three):\n    pass\n"
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert (parameters(function), lines(function)) == (3, 2)
    assert measured.__name__ in {name.rpartition("::")[2] for name, _ in functions()}


def test_files_are_short() -> None:
    long = {path: len(text.splitlines()) for path, text in files() if len(text.splitlines()) > FILE}
    assert long.keys() - EXCEPTIONS.keys() == set(), long


def test_functions_are_short() -> None:
    long = {name: lines(function) for name, function in functions() if lines(function) > FUNCTION}
    assert long.keys() - EXCEPTIONS.keys() == set(), long


def test_functions_take_few_parameters() -> None:
    many = {name: parameters(function) for name, function in functions() if parameters(function) > PARAMETERS}
    assert many.keys() - EXCEPTIONS.keys() == set(), many


def test_modules_are_named_by_what_they_hold() -> None:
    assert [path for path, _ in files() if EMPTY_NAMES & set(Path(path).with_suffix("").parts)] == []


def test_exceptions_are_still_needed() -> None:
    too_large = {path for path, text in files() if len(text.splitlines()) > FILE}
    too_large |= {name for name, node in functions() if lines(node) > FUNCTION or parameters(node) > PARAMETERS}
    assert EXCEPTIONS.keys() - too_large == set()
