"""The two colours: runs a flow by blocking or by awaiting. Nothing else is written twice."""

from __future__ import annotations

import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar, cast

from hamr.effects import (
    Abandon,
    Await,
    Begin,
    Calm,
    Close,
    Do,
    Effect,
    Emit,
    Fetch,
    JobEffect,
    Keep,
    Lock,
    Now,
    Open,
    Read,
    ReadFile,
    Release,
    Remind,
    RunFlow,
    Sleep,
    Tell,
    Undo,
    Via,
    Wait,
    WallClock,
)
from hamr.errors import HamrError, NoAnswer
from hamr.held import Held
from hamr.specs import AsyncReply, Reply, Transport
from hamr.types import Head, TextDelta

if TYPE_CHECKING:
    from hamr.jobs import TaskJobs, ThreadJobs

LOCK_POLL = 0.05

Item = TypeVar("Item")
Result = TypeVar("Result")


def tell_on_stderr(text: str, url: str | None) -> None:
    """Say something to the user of a program that has not said how; nothing where standard error is closed."""
    if sys.stderr is not None:
        sys.stderr.write(f"{text} {url or ''}".rstrip() + "\n")


class Driven(Iterator[Item], Generic[Item, Result]):
    """What a flow emits, read by blocking; a context manager, leaving it early lets go of all it holds."""

    def __init__(
        self, flow: RunFlow[Result], transport: Transport, tell: Callable[[str, str | None], None] = tell_on_stderr
    ) -> None:
        self._flow, self._transport, self._tell = flow, transport, tell
        self._held = Held()
        self._result: Result | None = None
        self._events = self._run()

    def __iter__(self) -> Iterator[Item]:  # noqa: PYI034  # one call less an event than by way of self
        return self._events

    def __next__(self) -> Item:
        return next(self._events)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection, whether the reply has ended or not."""
        self._events.close()
        self._flow.close()
        self._let_go()

    def texts(self) -> Iterator[str]:
        """The text alone, piece by piece."""
        return (event.text for event in self._events if isinstance(event, TextDelta))

    def end(self) -> Result:
        """What the flow returned; reads on to its end where that has not come yet."""
        while self._advance() is not None:
            pass
        return _ended(self._result)

    def _run(self) -> Generator[Item, None, None]:
        try:
            while (events := self._advance()) is not None:
                yield from events
        finally:
            self._let_go()

    def _advance(self) -> Sequence[Item] | None:
        """The next events that the flow emits; None at its end."""
        flow, answer, failure = self._flow, None, None
        try:
            while True:
                effect = flow.throw(failure) if failure else flow.send(answer)
                answer = failure = None
                kind = type(effect)
                if kind is Emit:
                    return effect.events  # type: ignore[union-attr, return-value]  # an Emit, of what this flow emits
                try:
                    answer = effect.reply.read() if kind is Read else self._answer(effect)  # type: ignore[union-attr]  # a Read
                except Exception as error:  # noqa: BLE001  # handed to the flow, which is who asked
                    failure = error
        except StopIteration as stop:
            self._result = self._result or stop.value
        except BaseException:
            self._let_go()
            raise
        self._let_go()
        return None

    def _let_go(self) -> None:
        while self._held.replies:
            self._held.replies.pop().close()
        self._held.release_all()
        if (flow := self._held.undoing()) is not None:
            try:
                run(flow, self._transport, self._tell)
            except HamrError as error:
                self._tell(_not_undone(error), None)

    def _answer(self, effect: Effect | JobEffect) -> Any:
        match effect:
            case Open(call):
                self._held.replies.append(opened := self._transport.open(call))
                return opened
            case Close(reply):
                self._held.replies.remove(reply)
                cast("Reply", reply).close()
            case Fetch(call):
                return self._fetch(self._transport.open(call))
            case Sleep(seconds):
                time.sleep(seconds)
            case Lock(name, folder, deadline):
                lock = self._held.lock(name, folder)
                while not lock.acquire():
                    _still_before(deadline, name)
                    time.sleep(LOCK_POLL)
            case Release(name):
                self._held.release(name)
            case Tell(text, url):
                self._tell(text, url)
            case Via(transport):
                self._transport = transport
            case Wait(work):
                return work()
            case Do() | Keep() | Undo() | Remind() | Calm() | Now() | WallClock() | ReadFile():
                return self._held.do(effect, self._tell, blocking=True)
            case Begin() | Await() | Abandon():
                return self._jobs().answer(effect)
        return None

    def _jobs(self) -> ThreadJobs:
        if self._held.jobs is None:
            from hamr.jobs import ThreadJobs

            self._held.jobs = ThreadJobs()
        return cast("ThreadJobs", self._held.jobs)

    def _fetch(self, reply: Reply) -> Head:
        try:
            return replace(reply.head, body=b"".join(iter(reply.read, b"")))
        finally:
            reply.close()


class AsyncDriven(AsyncIterator[Item], Generic[Item, Result]):
    """What a flow emits, read by awaiting; an async context manager, leaving it early lets go of all it holds."""

    def __init__(
        self, flow: RunFlow[Result], transport: Transport, tell: Callable[[str, str | None], None] = tell_on_stderr
    ) -> None:
        self._flow, self._transport, self._tell = flow, transport, tell
        self._held = Held()
        self._result: Result | None = None
        self._events = self._run()

    def __aiter__(self) -> AsyncIterator[Item]:  # noqa: PYI034  # one call less an event than by way of self
        return self._events

    async def __anext__(self) -> Item:
        return await anext(self._events)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Let go of the connection, whether the reply has ended or not."""
        await self._events.aclose()
        self._flow.close()
        await self._let_go()

    async def texts(self) -> AsyncIterator[str]:
        """The text alone, piece by piece."""
        async for event in self._events:
            if isinstance(event, TextDelta):
                yield event.text

    async def end(self) -> Result:
        """What the flow returned; reads on to its end where that has not come yet."""
        while await self._advance() is not None:
            pass
        return _ended(self._result)

    async def _run(self) -> AsyncGenerator[Item, None]:
        try:
            while (events := await self._advance()) is not None:
                for event in events:
                    yield event
        finally:
            await self._let_go()

    async def _advance(self) -> Sequence[Item] | None:
        """The next events that the flow emits; None at its end."""
        flow, answer, failure = self._flow, None, None
        try:
            while True:
                try:
                    effect = flow.throw(failure) if failure else flow.send(answer)
                except StopIteration as stop:
                    self._result = self._result or stop.value
                    break
                answer = failure = None
                kind = type(effect)
                if kind is Emit:
                    return effect.events  # type: ignore[union-attr, return-value]  # an Emit, of what this flow emits
                try:
                    if kind is Read:
                        answer = await effect.reply.aread()  # type: ignore[union-attr]  # a Read, as just asked
                    elif kind is Now:
                        answer = time.monotonic()
                    else:
                        answer = await self._answer(effect)
                except Exception as error:  # noqa: BLE001  # handed to the flow, which is who asked
                    failure = error
        except BaseException:
            await self._let_go()
            raise
        await self._let_go()
        return None

    async def _let_go(self) -> None:
        while self._held.replies:
            await self._held.replies.pop().aclose()
        self._held.release_all()
        if self._held.jobs is not None:
            await self._jobs().aclose()
        if (flow := self._held.undoing()) is not None:
            try:
                await arun(flow, self._transport, self._tell)
            except HamrError as error:
                self._tell(_not_undone(error), None)

    async def _answer(self, effect: Effect | JobEffect) -> Any:
        match effect:
            case Open(call):
                self._held.replies.append(opened := await self._transport.aopen(call))
                return opened
            case Close(reply):
                self._held.replies.remove(reply)
                await cast("AsyncReply", reply).aclose()
            case Fetch(call):
                return await self._fetch(await self._transport.aopen(call))
            case Sleep(seconds):
                await _sleep(seconds)
            case Lock(name, folder, deadline):
                lock = self._held.lock(name, folder)
                while not lock.acquire():
                    _still_before(deadline, name)
                    await _sleep(LOCK_POLL)
            case Release(name):
                self._held.release(name)
            case Tell(text, url):
                self._tell(text, url)
            case Via(transport):
                self._transport = transport
            case Wait(work):
                return await _in_a_thread(work)
            case Do() | Keep() | Undo() | Remind() | Calm() | Now() | WallClock() | ReadFile():
                return self._held.do(effect, self._tell, blocking=False)
            case Begin() | Await() | Abandon():
                return await self._jobs().answer(effect)
        return None

    def _jobs(self) -> TaskJobs:
        if self._held.jobs is None:
            from hamr.jobs import TaskJobs

            self._held.jobs = TaskJobs()
        return cast("TaskJobs", self._held.jobs)

    async def _fetch(self, reply: AsyncReply) -> Head:
        pieces = []
        try:
            while piece := await reply.aread():
                pieces.append(piece)
        finally:
            await reply.aclose()
        return replace(reply.head, body=b"".join(pieces))


def _still_before(deadline: float | None, name: str) -> None:
    if deadline is not None and time.monotonic() >= deadline:
        raise NoAnswer(f"another process holds the lock {name!r} for too long")


async def _in_a_thread(work: Callable[[], Any]) -> Any:
    import asyncio

    return await asyncio.to_thread(work)


async def _sleep(seconds: float) -> None:
    import asyncio

    await asyncio.sleep(seconds)


def _not_undone(error: HamrError) -> str:
    return f"what had been begun could not be called off: {error}"


def _ended(result: Result | None) -> Result:
    if result is None:
        raise RuntimeError("the stream was closed, or has failed, before its end")
    return result


def run(
    flow: RunFlow[Result], transport: Transport, tell: Callable[[str, str | None], None] = tell_on_stderr
) -> Result:
    """What a flow returns, by blocking; its events are passed over."""
    driven: Driven[Any, Result] = Driven(flow, transport, tell)
    with driven:
        return driven.end()


async def arun(
    flow: RunFlow[Result], transport: Transport, tell: Callable[[str, str | None], None] = tell_on_stderr
) -> Result:
    """What a flow returns, by awaiting; its events are passed over."""
    driven: AsyncDriven[Any, Result] = AsyncDriven(flow, transport, tell)
    async with driven:
        return await driven.end()
