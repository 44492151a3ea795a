"""Files of state in which something is wrong: limits, pools, the book of what is spent. A call goes on, and is told."""

from __future__ import annotations

import errno
import os
import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr
from hamr.errors import ConfigError, HamrError
from hamr.types import Settings
from hamr_testkit.colours import Colour
from hamr_testkit.scripted import SCRIPTED, Answer, ScriptedTransport

OK = Answer((b'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n', b"data: [DONE]\n\n"))
FILES: dict[str, tuple[str, dict[str, str]]] = {
    "limits": ("llm-rate-limits.sqlite", {"HAMR_RATE_LIMIT_LOCAL": "100"}),
    "pool": ("pool.sqlite", {"LOCAL_API_KEYS": "sk-made-up-for-this-1,sk-made-up-for-this-2"}),
    "spend": ("spend.sqlite", {"HAMR_SPEND": "1"}),
    "budget": ("spend.sqlite", {}),
}
every = pytest.mark.parametrize("kind", FILES)


class Asking:
    """A client that keeps one kind of state."""

    def __init__(self, folder: Path, kind: str) -> None:
        name, environ = FILES[kind]
        self.file = folder / name
        self.told: list[str] = []
        self._strict = kind == "budget"
        self.client = Hamr(
            environ={**SCRIPTED, "HAMR_STATE_DIR": str(folder), "LOCAL_API_KEY": "sk-made-up-for-this", **environ},
            settings=Settings(retries=0),
            budgets={"all": 1_000} if kind == "budget" else None,
            folder=None,
            tell=lambda text, _: self.told.append(text),
        )

    def calls(self, colour: Colour) -> str:
        return colour.call(self.client, "hi", "local/m").text

    def does_without(self, colour: Colour, why: str) -> None:
        """Calls go on, and why nothing is kept is told; but where there is a budget nothing is spent unseen."""
        if self._strict:
            with pytest.raises(HamrError, match=why):
                self.calls(colour)
            return
        assert self.calls(colour) == "Hi"
        assert any(why in each for each in self.told), self.told


@pytest.fixture(autouse=True)
def _without_network(scripted: ScriptedTransport) -> None:
    scripted.play_always(OK)


@pytest.fixture
def asking(tmp_path: Path) -> Iterator[Callable[[str], Asking]]:
    made: list[Asking] = []

    def make(kind: str) -> Asking:
        made.append(Asking(tmp_path / "state", kind))
        made[-1].file.parent.mkdir(exist_ok=True)
        return made[-1]

    yield make
    for each in made:
        each.client.close()


def begun_anew(path: Path) -> bool:
    database = sqlite3.connect(path)
    tables = database.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()[0]
    database.close()
    return bool(tables)


@every
@pytest.mark.parametrize("data", [b"nonsense" * 1_000, b"SQLite format 3\0" + b"\xff" * 8_000], ids=["text", "header"])
def test_one_that_is_corrupt_is_set_aside_told_and_begun_anew(
    asking: Callable[[str], Asking], kind: str, data: bytes, colour: Colour
) -> None:
    one = asking(kind)
    one.file.write_bytes(data)
    assert one.calls(colour) == "Hi"
    (kept,) = one.file.parent.glob(f"{one.file.name}.corrupt-*")
    assert kept.read_bytes() == data
    assert any("corrupt" in each and str(kept) in each for each in one.told)
    assert begun_anew(one.file)
    told = len(one.told)
    one.calls(colour)
    assert len(one.told) == told, "told once"


@every
def test_an_empty_one_is_begun(asking: Callable[[str], Asking], kind: str, colour: Colour) -> None:
    one = asking(kind)
    one.file.touch()
    assert one.calls(colour) == "Hi"
    assert one.told == []
    assert begun_anew(one.file)


@every
def test_a_folder_in_its_place_is_left_alone(asking: Callable[[str], Asking], kind: str, colour: Colour) -> None:
    one = asking(kind)
    one.file.mkdir()
    one.does_without(colour, "Is a directory")
    assert one.file.is_dir()


@every
def test_one_that_may_not_be_read_is_done_without(
    asking: Callable[[str], Asking], kind: str, colour: Colour, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = asking(kind)
    opened = os.open

    def refuse(path: Any, *more: Any, **named: Any) -> int:  # who runs the tests may be one who may read everything
        if str(path) == str(one.file):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return opened(path, *more, **named)

    monkeypatch.setattr("os.open", refuse)
    one.does_without(colour, "Permission denied")


@every
def test_a_link_is_followed_and_stays_one(
    asking: Callable[[str], Asking], kind: str, colour: Colour, tmp_path: Path
) -> None:
    one, elsewhere = asking(kind), tmp_path / "elsewhere.sqlite"
    one.file.symlink_to(elsewhere)
    assert one.calls(colour) == "Hi"
    assert (one.told, one.file.is_symlink(), begun_anew(elsewhere)) == ([], True, True)
    assert elsewhere.stat().st_mode & 0o777 == 0o600


@every
def test_a_link_that_leads_to_itself_is_done_without(
    asking: Callable[[str], Asking], kind: str, colour: Colour
) -> None:
    one = asking(kind)
    one.file.symlink_to(one.file)
    one.does_without(colour, os.strerror(errno.ELOOP))


@contextmanager
def full_disk() -> Iterator[None]:
    """No file can grow: what SQLite is told then is what it is told by a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@every
def test_a_full_disk_is_told(asking: Callable[[str], Asking], kind: str, colour: Colour) -> None:
    one = asking(kind)
    with full_disk():
        one.does_without(colour, one.file.name)


@every
def test_one_of_another_version_is_left_alone(asking: Callable[[str], Asking], kind: str, colour: Colour) -> None:
    one = asking(kind)
    database = sqlite3.connect(one.file)
    database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(ConfigError, match=f"{one.file.name} was made by another version of hamr"):
        one.calls(colour)
    assert not begun_anew(one.file)
