"""Work beside a flow, in both colours: threads for who blocks, tasks for who awaits.

A thread cannot be ended from outside. All of them are daemons, so that one that never returns keeps no program alive.
"""

from __future__ import annotations

import asyncio
import contextvars
import queue
from collections.abc import Callable
from contextlib import suppress
from math import inf
from threading import Thread
from time import monotonic
from typing import Any

from hamr.effects import Abandon, Await, Begin, Done, Job, JobEffect, JobKey

LONGEST = 1.0
"""Seconds for which a thread is waited for at a time: an interrupt right before the wait is seen after it."""

GRACE = 0.1
"""Seconds that tasks get to end when they are cancelled."""


class ThreadJobs:
    """Jobs of one blocking flow."""

    def __init__(self) -> None:
        self._done: queue.SimpleQueue[Done] = queue.SimpleQueue()

    def answer(self, effect: JobEffect) -> Done | None:
        """Do what is asked; raises what a job raised to end the program. An abandoned thread goes on by itself."""
        match effect:
            case Begin(job):
                self._begin(job)
            case Await(seconds):
                return self._next(seconds)
        return None

    def _begin(self, job: Job) -> None:
        if job.inline and not job.is_async:
            self._done.put(_ended(job))
        else:
            _begin_thread(job.key, lambda: self._done.put(_ended(job)))

    def _next(self, seconds: float | None) -> Done | None:
        ends = inf if seconds is None else monotonic() + seconds
        while (done := self._wait(ends - monotonic())) is None:
            if monotonic() >= ends:
                return None
        if done.error is not None and not isinstance(done.error, Exception | asyncio.CancelledError):
            raise done.error
        return done

    def _wait(self, seconds: float) -> Done | None:
        try:
            return self._done.get(timeout=max(0.0, min(seconds, LONGEST)))
        except queue.Empty:
            return None


class TaskJobs:
    """Jobs of one awaiting flow."""

    def __init__(self) -> None:
        self._tasks: dict[asyncio.Task[Done], JobKey] = {}
        self._left: set[asyncio.Task[Done]] = set()

    async def answer(self, effect: JobEffect) -> Done | None:
        """Do what is asked; raises what a job raised to end the program. What blocks runs in a thread of its own."""
        match effect:
            case Begin(job):
                self._tasks[asyncio.create_task(_performed(job))] = job.key
            case Await(seconds):
                return await self._next(seconds)
            case Abandon(key):
                self._abandon(key)
        return None

    async def _next(self, seconds: float | None) -> Done | None:
        ended, _ = await asyncio.wait(self._tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        task = next((task for task in self._tasks if task in ended), None)
        if task is None:
            return None
        del self._tasks[task]
        return task.result()

    def _abandon(self, key: JobKey) -> None:
        for task in [task for task, its in self._tasks.items() if its == key]:
            del self._tasks[task]
            self._left.add(task)
            task.cancel()

    async def aclose(self) -> None:
        """Cancel all that still runs."""
        for key in list(self._tasks.values()):
            self._abandon(key)
        if running := [task for task in self._left if not task.done()]:
            await asyncio.wait(running, timeout=GRACE)


def _ended(job: Job) -> Done:
    """The job, done in this thread."""
    try:
        value = job.call()
        if hasattr(value, "__await__"):
            value = asyncio.run(_awaited(value))
        return Done(job.key, job.read(value))
    except SystemExit as error:
        return Done(job.key, error=_exited(error))
    except BaseException as error:  # noqa: BLE001  # a tool may fail in any way, and its thread must tell of it
        return Done(job.key, error=error)


async def _performed(job: Job) -> Done:
    """The job, done in this task."""
    try:
        value = job.call() if job.is_async else await _in_thread(job)
        if hasattr(value, "__await__"):
            value = job.read(await value)
        return Done(job.key, value)
    except SystemExit as error:
        exited = _exited(error)
        if exited is error:
            raise
        return Done(job.key, error=exited)
    except Exception as error:  # noqa: BLE001  # a tool may fail in any way, and the flow is told
        return Done(job.key, error=error)
    except asyncio.CancelledError as error:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise
        return Done(job.key, error=error)


def _exited(error: SystemExit) -> BaseException:
    """The failure of a job that called `sys.exit`; the very error where the handler of a signal did, as of SIGTERM."""
    import signal

    handlers = (signal.getsignal(each) for each in signal.valid_signals())
    codes = {code for each in handlers if (code := getattr(getattr(each, "func", each), "__code__", None))}
    at = error.__traceback__
    while at is not None:
        if at.tb_frame.f_code in codes:
            return error
        at = at.tb_next
    failed = RuntimeError(f"it called sys.exit({'' if error.code is None else repr(error.code)})")
    failed.__cause__ = error
    return failed


async def _in_thread(job: Job) -> Any:
    """What the job's call gives, or its outcome where that is nothing to await."""
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[Any] = loop.create_future()

    def work() -> None:
        try:
            value = job.call()
            answer: tuple[Any, BaseException | None] = (value if hasattr(value, "__await__") else job.read(value), None)
        except BaseException as error:  # noqa: BLE001  # a tool may fail in any way, and its thread must tell of it
            answer = (None, error)
        with suppress(RuntimeError):  # the loop has ended: nobody waits for it
            loop.call_soon_threadsafe(_settle, ended, *answer)

    _begin_thread(job.key, work)
    return await ended


def _settle(future: asyncio.Future[Any], value: Any, error: BaseException | None) -> None:
    if future.cancelled():
        return
    if error is None:
        future.set_result(value)
    else:
        future.set_exception(RuntimeError(repr(error)) if isinstance(error, StopIteration) else error)


def _begin_thread(key: JobKey, work: Callable[[], None]) -> None:
    context = contextvars.copy_context()
    Thread(target=context.run, args=(work,), name=f"hamr-tool-{key[0]}-{key[1]}", daemon=True).start()


async def _awaited(value: Any) -> Any:
    return await value
