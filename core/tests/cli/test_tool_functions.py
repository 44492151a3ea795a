"""`--tool module:function`: what is imported, and what cannot be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hamr.cli import tool_functions
from hamr.errors import ConfigError


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of the user's own in the current folder."""
    (tmp_path / "own_tools.py").write_text(
        "class Tools:\n    @staticmethod\n    def now():\n        return 12\n\nNOW = 3\n"
    )
    (tmp_path / "own_broken.py").write_text("raise SystemExit('no')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))


def test_functions_are_found_in_the_current_folder_and_elsewhere() -> None:
    now, join = tool_functions.load(["own_tools:Tools.now", "os.path:join"])
    assert (now(), join("a", "b")) == (12, "a/b")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("own_tools", "--tool own_tools: no function is named"),
        (":now", "--tool :now: no function is named"),
        ("own_tools.py:now", "--tool own_tools.py:now: own_tools.py is a file"),
        ("no_such_module:now", "--tool no_such_module:now: ModuleNotFoundError: No module named 'no_such_module'"),
        ("own_tools:later", "--tool own_tools:later: AttributeError: module 'own_tools' has no attribute 'later'"),
        ("own_tools:NOW", "--tool own_tools:NOW: a int cannot be called"),
        ("own_broken:now", "--tool own_broken:now: SystemExit: no"),
    ],
)
def test_what_cannot_be_imported_is_named_with_the_reason(name: str, fault: str) -> None:
    with pytest.raises(ConfigError) as raised:
        tool_functions.load([name])
    assert raised.value.message == fault
    assert raised.value.hint


def test_a_file_is_told_how_to_be_named() -> None:
    with pytest.raises(ConfigError, match="Name the module: --tool own_tools:now"):
        tool_functions.load(["./own_tools.py:now"])
