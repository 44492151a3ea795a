"""The output of a command of the user's own (H-60)."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from hamr.errors import ConfigError
from hamr.secrets import shell

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the commands are those of a POSIX shell")


def test_what_it_prints_without_the_blanks_around_it() -> None:
    assert shell.output("echo ' a key '; echo no >&2", "it") == "a key"


def test_it_reads_nothing() -> None:
    assert shell.output("cat; echo done", "it") == "done"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("echo canary-secret; exit 3", "ended with exit code 3"),
        ("true", "printed nothing"),
        (r"printf '\377'", "printed no text"),
        ("no-such-command-canary-secret", "exit code 127"),
    ],
)
def test_a_failure_names_the_place_and_neither_command_nor_output(command: str, why: str) -> None:
    with pytest.raises(ConfigError, match=f"acme.key: its command .*{why}") as caught:
        shell.output(command, "acme.key")
    assert "canary" not in str(caught.value)


def test_one_that_takes_too_long_is_ended_with_all_it_started(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(ConfigError, match=r"longer than 1 s"):
        shell.output(f"exec 3>{pipe}; (echo on >&3; sleep 60) & sleep 60", "it", patience=1.0)
    os.set_blocking(reading, True)
    with open(reading, "rb") as left:
        assert left.read() == b"on\n", "the pipe has an end as soon as nobody is left who holds it"


@pytest.mark.parametrize(("count", "fits"), [(64 * 1024, True), (64 * 1024 + 1, False), (1024 * 1024, False)])
def test_what_prints_too_much_prints_no_key(count: int, *, fits: bool) -> None:
    command = f"{sys.executable} -c \"print('k' * {count}, end='')\""
    if fits:
        assert shell.output(command, "acme.key") == "k" * count
        return
    with pytest.raises(ConfigError, match=r"acme\.key: its command printed more than 65536 bytes"):
        shell.output(command, "acme.key")


def test_what_prints_for_ever_is_ended_at_once(tmp_path: Path) -> None:
    began = time.monotonic()
    with pytest.raises(ConfigError, match="printed more than"):
        shell.output(f"echo $$ > {tmp_path}/pid; exec yes", "acme.key")
    assert time.monotonic() - began < 5
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_what_closes_its_output_and_stays_is_ended() -> None:
    with pytest.raises(ConfigError, match=r"took longer than 0\.3 s"):
        shell.output("exec >&-; sleep 20", "acme.key", 0.3)
