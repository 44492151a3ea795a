"""Clients whose agents are small programs of the tests' own."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr

AGENT = Path(__file__).with_name("fake_agent.py")


class Agents:
    """The fake agent in its manners, and what each was sent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def options(self, manner: str, **more: Any) -> dict[str, Any]:
        """The options of a call that go to the agent of this manner."""
        args = ["-S", str(AGENT), manner, str(self.log(manner))]
        return {"options": {"acp": {"command": sys.executable, "args": args, **more}}}

    def log(self, manner: str) -> Path:
        return self.folder / f"{manner.replace('/', '_')}.log"

    def sent(self, manner: str, method: str | None = None) -> list[dict[str, Any]]:
        """What was sent to the agents of this manner: all, or the parameters of one method."""
        log = self.log(manner)
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        messages = [json.loads(line) for line in lines]
        return messages if method is None else [each["params"] for each in messages if each.get("method") == method]

    def wait_for(self, manner: str, method: str) -> None:
        """Wait until an agent was sent this."""
        while not self.sent(manner, method):
            time.sleep(0.02)

    def pids(self, manner: str) -> list[int]:
        """The processes of the agents of this manner, and those that they started."""
        file = Path(f"{self.log(manner)}.pids")
        return [int(line) for line in file.read_text(encoding="utf-8").split()] if file.exists() else []

    def alive(self, manner: str) -> list[int]:
        """Those of them that still run; a zombie of somebody else's has ended."""
        return [pid for pid in self.pids(manner) if _runs(pid)]

    def ended(self, manner: str) -> bool:
        """Whether all of them have ended, or do so within a second: a signal takes a moment to arrive."""
        until = time.monotonic() + 1
        while self.alive(manner) and time.monotonic() < until:
            time.sleep(0.01)
        return self.alive(manner) == []


@pytest.fixture
def agents(tmp_path: Path) -> Agents:
    return Agents(tmp_path)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z")


@pytest.fixture
def client() -> Iterator[Hamr]:
    with Hamr(environ={}) as client:
        yield client
