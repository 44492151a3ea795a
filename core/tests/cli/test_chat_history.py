"""The history of `hamr chat`: what it keeps, and for whom."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from hamr.cli import chat_history

readline = pytest.importorskip("readline")


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """The process's own history, empty before and after."""
    readline.clear_history()
    yield
    readline.clear_history()
    readline.set_auto_history(True)


def lines() -> list[str]:
    return [readline.get_history_item(place) for place in range(1, readline.get_current_history_length() + 1)]


def test_what_was_typed_is_there_the_next_time(tmp_path: Path) -> None:
    history = chat_history.History(tmp_path / "state")
    history.load(["/model"])
    for text in ("hello", "hello", "", "  secret", "Köln\nand more"):
        history.add(text)
    file = tmp_path / "state" / "chat_history.jsonl"
    assert [json.loads(line) for line in file.read_text().splitlines()] == ["hello", "Köln\nand more"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    readline.clear_history()
    chat_history.History(tmp_path / "state").load([])
    assert lines() == ["hello", "Köln\nand more"]


def test_a_line_that_was_cut_off_harms_no_other(tmp_path: Path) -> None:
    (tmp_path / "chat_history.jsonl").write_text('"one"\n"tw\n3\n"four"\n')
    chat_history.History(tmp_path).load([])
    assert lines() == ["one", "four"]


def test_it_does_not_grow_for_ever(tmp_path: Path) -> None:
    file = tmp_path / "chat_history.jsonl"
    file.write_text("".join(f'"{number}"\n' for number in range(2 * chat_history.KEPT + 1)))
    chat_history.History(tmp_path).load([])
    assert len(lines()) == len(file.read_text().splitlines()) == chat_history.KEPT
    assert lines()[-1] == str(2 * chat_history.KEPT)


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("")
    history = chat_history.History(tmp_path / "file" / "state")
    history.load([])
    history.add("hello")
    assert capsys.readouterr().err.count("note: ") == 2
    assert lines() == ["hello"]
