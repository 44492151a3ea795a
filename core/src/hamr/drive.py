"""The two colours: runs a flow by blocking or by awaiting. Nothing else is written twice."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Generic, Self, TypeVar, cast

from hamr.effects import Close, Effect, Emit, Fetch, Flow, Lock, Now, Open, Read, Release, Sleep, Tell
from hamr.locks import FileLock, state_folder
from hamr.specs import AsyncReply, Reply, Transport
from hamr.types import Event, Head, Response, TextDelta

LOCK_POLL = 0.05

Result = TypeVar("Result")


def tell_on_stderr(text: str, url: str | None) -> None:
    """Say something to the user of a program that has not said how."""
    sys.stderr.write(f"{text} {url or ''}".rstrip() + "\n")


@dataclass(slots=True)
class _Held:
    """What a running flow holds, to be let go of however it ends."""

    replies: list[Any] = field(default_factory=list)
    locks: dict[str, FileLock] = field(default_factory=dict)

    def lock(self, name: str) -> FileLock:
        return self.locks.setdefault(name, FileLock(name, state_folder(os.environ)))

    def release(self, name: str) -> None:
        if (lock := self.locks.pop(name, None)) is not None:
            lock.release()

    def release_all(self) -> None:
        for name in list(self.locks):
            self.release(name)


class Stream(Iterator[Event]):
    """The events of one reply, read by blocking; a context manager, leaving it early closes the connection."""

    def __init__(
        self, flow: Flow[Response], transport: Transport, tell: Callable[[str, str | None], None] = tell_on_stderr
    ) -> None:
        self._driver = _Blocking(flow, transport, tell)
        self._events = self._driver.events

    def __iter__(self) -> Iterator[Event]:  # noqa: PYI034  # one call less an event than by way of self
        return self._events

    def __next__(self) -> Event:
        return next(self._events)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connection, whether the reply has ended or not."""
        self._driver.close()

    @property
    def response(self) -> Response:
        """The whole response; reads on to its end where that has not come yet."""
        return self._driver.result()

    def texts(self) -> Iterator[str]:
        """The text alone, piece by piece."""
        return (event.text for event in self._events if isinstance(event, TextDelta))


def run(flow: Flow[Result], transport: Transport, tell: Callable[[str, str | None], None] = tell_on_stderr) -> Result:
    """What a flow returns, by blocking; its events are passed over."""
    driver = _Blocking(flow, transport, tell)
    try:
        return driver.result()
    finally:
        driver.close()


class _Blocking(Generic[Result]):
    """Runs one flow by blocking."""

    def __init__(self, flow: Flow[Result], transport: Transport, tell: Callable[[str, str | None], None]) -> None:
        self._flow, self._transport, self._tell = flow, transport, tell
        self._held = _Held()
        self._returned: list[Result] = []
        self.events = self._run()

    def close(self) -> None:
        """End the flow, wherever it is."""
        self.events.close()
        self._flow.close()

    def result(self) -> Result:
        """What the flow returns; reads on to its end where that has not come yet."""
        for _ in self.events:
            pass
        return _ended(self._returned)

    def _run(self) -> Generator[Event, None, None]:
        answer: Any = None
        failure: Exception | None = None
        try:
            while True:
                effect = self._flow.throw(failure) if failure else self._flow.send(answer)
                answer = failure = None
                if type(effect) is Emit:
                    yield from effect.events
                    continue
                try:
                    answer = self._answer(effect)
                except Exception as error:  # noqa: BLE001  # handed to the flow, which is who asked
                    failure = error
        except StopIteration as stop:
            self._returned.append(stop.value)
        finally:
            for reply in self._held.replies:
                reply.close()
            self._held.release_all()

    def _answer(self, effect: Effect) -> Any:
        match effect:
            case Read(reply):
                return cast("Reply", reply).read()
            case Now():
                return time.monotonic()
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
            case Lock(name):
                lock = self._held.lock(name)
                while not lock.acquire():
                    time.sleep(LOCK_POLL)
            case Release(name):
                self._held.release(name)
            case Tell(text, url):
                self._tell(text, url)
        return None

    def _fetch(self, reply: Reply) -> Head:
        try:
            return replace(reply.head, body=b"".join(iter(reply.read, b"")))
        finally:
            reply.close()


class AsyncStream(AsyncIterator[Event]):
    """The events of one reply, read by awaiting; an async context manager, leaving it early closes the connection."""

    def __init__(
        self, flow: Flow[Response], transport: Transport, tell: Callable[[str, str | None], None] = tell_on_stderr
    ) -> None:
        self._driver = _Awaiting(flow, transport, tell)
        self._events = self._driver.events

    def __aiter__(self) -> AsyncIterator[Event]:  # noqa: PYI034  # one call less an event than by way of self
        return self._events

    async def __anext__(self) -> Event:
        return await anext(self._events)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Let go of the connection, whether the reply has ended or not."""
        await self._driver.close()

    async def response(self) -> Response:
        """The whole response; reads on to its end where that has not come yet."""
        return await self._driver.result()

    async def texts(self) -> AsyncIterator[str]:
        """The text alone, piece by piece."""
        async for event in self._events:
            if isinstance(event, TextDelta):
                yield event.text


async def arun(
    flow: Flow[Result], transport: Transport, tell: Callable[[str, str | None], None] = tell_on_stderr
) -> Result:
    """What a flow returns, by awaiting; its events are passed over."""
    driver = _Awaiting(flow, transport, tell)
    try:
        return await driver.result()
    finally:
        await driver.close()


class _Awaiting(Generic[Result]):
    """Runs one flow by awaiting."""

    def __init__(self, flow: Flow[Result], transport: Transport, tell: Callable[[str, str | None], None]) -> None:
        self._flow, self._transport, self._tell = flow, transport, tell
        self._held = _Held()
        self._returned: list[Result] = []
        self.events = self._run()

    async def close(self) -> None:
        """End the flow, wherever it is."""
        await self.events.aclose()
        self._flow.close()

    async def result(self) -> Result:
        """What the flow returns; reads on to its end where that has not come yet."""
        async for _ in self.events:
            pass
        return _ended(self._returned)

    async def _run(self) -> AsyncGenerator[Event, None]:
        answer: Any = None
        failure: Exception | None = None
        try:
            while True:
                try:
                    effect = self._flow.throw(failure) if failure else self._flow.send(answer)
                except StopIteration as stop:
                    self._returned.append(stop.value)
                    return
                answer = failure = None
                if type(effect) is Emit:
                    for event in effect.events:
                        yield event
                    continue
                try:
                    answer = await self._answer(effect)
                except Exception as error:  # noqa: BLE001  # handed to the flow, which is who asked
                    failure = error
        finally:
            for reply in self._held.replies:
                await reply.aclose()
            self._held.release_all()

    async def _answer(self, effect: Effect) -> Any:
        match effect:
            case Read(reply):
                return await cast("AsyncReply", reply).aread()
            case Now():
                return time.monotonic()
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
            case Lock(name):
                lock = self._held.lock(name)
                while not lock.acquire():
                    await _sleep(LOCK_POLL)
            case Release(name):
                self._held.release(name)
            case Tell(text, url):
                self._tell(text, url)
        return None

    async def _fetch(self, reply: AsyncReply) -> Head:
        pieces = []
        try:
            while piece := await reply.aread():
                pieces.append(piece)
        finally:
            await reply.aclose()
        return replace(reply.head, body=b"".join(pieces))


async def _sleep(seconds: float) -> None:
    import asyncio

    await asyncio.sleep(seconds)


def _ended(returned: list[Result]) -> Result:
    if not returned:
        raise RuntimeError("the stream was closed, or has failed, before its end")
    return returned[0]
