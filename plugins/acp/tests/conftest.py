"""Clients whose agents are small programs of the tests' own."""

from __future__ import annotations

import json
import os
import sys
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


@pytest.fixture
def agents(tmp_path: Path) -> Agents:
    return Agents(tmp_path)


@pytest.fixture
def client() -> Iterator[Hamr]:
    with Hamr(environ={}) as client:
        yield client


def alive(pid: int) -> bool:
    """Whether a process runs; a zombie of somebody else's counts as ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z")
