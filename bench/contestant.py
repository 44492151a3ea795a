"""A subject as the bench sees it: a process to order about, or the reason why there is none."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE = 300.0
"""Seconds after which a subject is given up."""


class NoResult(Exception):
    """A subject cannot do what was asked; the message says why."""


def environment(url: str) -> dict[str, str]:
    """Where subjects run: bytecode is cached, as for a user, and no proxy stands between them and the provider."""
    left_out = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "VIRTUAL_ENV"}
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in left_out and not name.lower().endswith("_proxy") and not name.startswith("HAMR_")
    }
    # LiteLLM fetches its list of prices from the network as it is imported, unless it is told not to.
    return {**kept, "LOCAL_LLM_BASE_URL": url, "LITELLM_LOCAL_MODEL_COST_MAP": "True"}


@dataclass(slots=True)
class Contestant:
    """One subject; `python` is the interpreter that has it, `problem` why there is none."""

    name: str
    subject: str
    python: Path
    url: str
    version: str = ""
    problem: str = ""
    _process: subprocess.Popen[str] | None = field(default=None, repr=False)
    _answers: queue.Queue[str] = field(default_factory=queue.Queue, repr=False)

    def run(self, task: str, model: str, times: int) -> float:
        """What the task gives, done so many times; raises NoResult."""
        if self.problem:
            raise NoResult(self.problem)
        process = self._process or self._start()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps({"task": task, "model": model, "times": times}) + "\n")
            process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._answers.get(timeout=PATIENCE) or '{"error": "it died"}')
        except (queue.Empty, BrokenPipeError) as error:
            self.stop()
            raise NoResult(f"no answer in {PATIENCE:.0f} s" if isinstance(error, queue.Empty) else "it died") from None
        if "error" in answer:
            raise NoResult(answer["error"])
        return float(answer["value"])

    def stop(self) -> None:
        """End its process; the next order starts another."""
        if self._process is not None:
            assert self._process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
            self._process.kill()
            self._process.wait()
            self._process = None

    def _start(self) -> subprocess.Popen[str]:
        self._answers = queue.Queue()
        self._process = subprocess.Popen(
            [self.python, "-m", "bench.worker", self.subject, self.url],
            cwd=ROOT,
            env=environment(self.url),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        threading.Thread(target=_pass_on, args=(self._process, self._answers), daemon=True).start()
        return self._process


def _pass_on(process: subprocess.Popen[str], answers: queue.Queue[str]) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            answers.put(line)
    answers.put("")
