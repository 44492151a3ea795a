"""One subject in a process of its own: `python -m bench.worker SUBJECT URL` takes its turns from standard input.

An order is a line of JSON, `{"task": ..., "model": ..., "times": ...}`; its answer is one too, with the CPU time, user
and system, in seconds. Every answer of the provider is checked, so that nobody is quick by doing less.
"""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from time import process_time
from typing import TYPE_CHECKING, Any

from bench.replies import expected

if TYPE_CHECKING:
    from bench.subjects import Subject

TOGETHER = 64


class Worker:
    """Runs the tasks of one subject, the awaiting ones in one event loop that is kept."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        self._tasks: dict[str, Callable[[str, int], float]] = {
            **{name: self._blocking(name) for name in ("call", "converse", "arguments")},
            **{name: self._awaiting(name) for name in ("acall", "aconverse", "aarguments")},
            "stream": self._stream,
            "astream": lambda model, times: self._loop.run_until_complete(self._astream(model, times)),
            "first": self._first,
            "afirst": lambda model, times: self._loop.run_until_complete(self._afirst(model, times)),
            "together": lambda model, times: self._loop.run_until_complete(self._together(model, times)),
            "memory": self._memory,
        }

    def run(self, task: str, model: str, times: int) -> float:
        """Seconds of CPU that the task takes, done so many times."""
        return self._tasks[task](model, times)

    def _blocking(self, name: str) -> Callable[[str, int], float]:
        method: Callable[[str], Any] = getattr(self._subject, name)

        def run(model: str, times: int) -> float:
            begun = process_time()
            for _ in range(times):
                check(method(model), model)
            return process_time() - begun

        return run

    def _awaiting(self, name: str) -> Callable[[str, int], float]:
        method: Callable[[str], Any] = getattr(self._subject, name)

        async def run(model: str, times: int) -> float:
            begun = process_time()
            for _ in range(times):
                check(await method(model), model)
            return process_time() - begun

        return lambda model, times: self._loop.run_until_complete(run(model, times))

    async def _together(self, model: str, times: int) -> float:
        async def one_after_another() -> None:
            for _ in range(times):
                check(await self._subject.acall(model), model)

        begun = process_time()
        await asyncio.gather(*(one_after_another() for _ in range(TOGETHER)))
        return process_time() - begun

    def _stream(self, model: str, times: int) -> float:
        begun = process_time()
        for _ in range(times):
            size = 0
            for piece in self._subject.stream(model):
                size += len(piece)
            check_size(size, model)
        return process_time() - begun

    async def _astream(self, model: str, times: int) -> float:
        begun = process_time()
        for _ in range(times):
            size = 0
            async for piece in self._subject.astream(model):
                size += len(piece)
            check_size(size, model)
        return process_time() - begun

    def _first(self, model: str, times: int) -> float:
        taken = 0.0
        for _ in range(times):
            begun = process_time()
            pieces = self._subject.stream(model)
            size = len(next(pieces))
            taken += process_time() - begun
            check_size(size + sum(map(len, pieces)), model)
        return taken

    async def _afirst(self, model: str, times: int) -> float:
        taken = 0.0
        for _ in range(times):
            begun = process_time()
            pieces = self._subject.astream(model)
            size = len(await anext(pieces))
            taken += process_time() - begun
            check_size(size + sum([len(piece) async for piece in pieces]), model)
        return taken

    def _memory(self, model: str, times: int) -> float:
        """Megabytes by which the process grew over so many calls, and a tenth of it in streams that are given up."""
        self._use(max(1, times // 20))
        before = resident()
        self._use(times)
        return (resident() - before) / 1e6

    def _use(self, times: int) -> None:
        self._blocking("call")("hosted", times // 2)
        self._loop.run_until_complete(self._together("hosted", max(1, times // 2 // TOGETHER)))
        for _ in range(max(1, times // 20)):
            pieces: Any = self._subject.stream("paced-1000")
            next(pieces)
            pieces.close()
        self._loop.run_until_complete(self._give_up(max(1, times // 20)))

    async def _give_up(self, times: int) -> None:
        for _ in range(times):
            pieces: Any = self._subject.astream("paced-1000")
            await anext(pieces)
            await pieces.aclose()


def check(answer: str | dict[str, Any], model: str) -> None:
    """Raise ValueError where an answer is not what the provider said."""
    check_size(len(answer["text"] if isinstance(answer, dict) else answer), model)


def check_size(size: int, model: str) -> None:
    """Raise ValueError where so many characters are not what the provider said."""
    if size != expected(model):
        raise ValueError(f"{size} characters instead of {expected(model)}")


def resident() -> int:
    """Bytes of memory that this process holds."""
    gc.collect()
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def orders() -> Iterator[dict[str, Any]]:
    """What is asked, until nobody asks any more."""
    yield from map(json.loads, sys.stdin)


def main() -> None:
    """Take turns. What the subject prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    name, url = sys.argv[1:]
    worker = Worker(importlib.import_module(f"bench.subjects.{name}").Subject(url))
    for order in orders():
        try:
            answer: dict[str, Any] = {"value": worker.run(**order)}
        except Exception as error:  # noqa: BLE001  # a subject may fail in any way; its row says how
            answer = {"error": f"{type(error).__name__}: {error}"[:200]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
