"""What each wire costs beside `openai-completions`, without transport and pipeline: none may be much dearer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cached_property

from bench import conversation
from bench.figure import Bound, Figure, Row
from bench.figures.wires import turn
from bench.lab import Lab
from bench.subjects.hamr import message
from hamr import Hamr, Request, Tool, base_url
from hamr.auth.header import HeaderAuth
from hamr.calls.pipeline import Pipeline
from hamr.dialects import dialect, dialects
from hamr.drive import run
from hamr.errors import HamrError
from hamr.messages import messages
from hamr.plugins.discover import Plugins
from hamr.types import (
    Call,
    Event,
    Finished,
    Head,
    Settings,
    Started,
    TextDelta,
    TextEnd,
    TextStart,
    Usage,
    UsageUpdated,
)

FLOOR = "openai-completions"
CHUNKS = 1000
MOST = Bound(1.5)
TASKS = (
    ("a call", "µs", "call", 1, MOST),
    ("a chunk decoded, many a read", "µs", "chunks", CHUNKS, MOST),
    ("a chunk decoded, one a read", "µs", "each_chunk", CHUNKS, MOST),
    ("a conversation encoded", "ms", "conversation", 1, Bound()),
)


def measure(lab: Lab) -> Iterator[Figure]:
    """Each wire beside that of OpenAI's chat, in turns."""
    floor = Work(FLOOR)
    for wire in dialects():
        if wire == FLOOR:
            continue
        work = Work(wire)
        for name, unit, task, per, bound in TASKS:
            row = Row(f"{wire}: {name}", unit, task, "", per, bound)
            turns = {who: turn(getattr(one, task), row, lab) for who, one in (("hamr", work), (FLOOR, floor))}
            yield lab.measure(row, turns, floor=FLOOR)


def spoken(wire: str) -> Pipeline:
    """A compiled route that speaks this wire, of the simulator where it does."""
    plugins = Plugins()
    for id in sorted(plugins.providers, key="sim".__ne__):
        manifest = plugins.manifest(id)
        modes = [None, *manifest.modes]
        needed = [name for name, table in manifest.parameters.items() if table.default is None]
        parameters = {id: dict.fromkeys(needed, "x") if base_url.names(manifest.base_url) else {}}
        for mode in modes:
            if wire != (manifest.modes[mode].wire if mode else manifest.wire):
                continue
            try:
                return Hamr(environ={}, parameters=parameters).pipeline(f"{id}/mock", mode=mode)
            except HamrError:  # it wants to be told more: the next one may not
                continue
    raise LookupError(f"no installed provider speaks {wire}")


class Canned:
    """A transport that has one reply to whatever is asked, and is that reply, too."""

    def __init__(self, content_type: str, data: bytes) -> None:
        self.head = Head(200, {"content-type": content_type})
        self._data, self._rest = data, [data]

    def open(self, call: Call) -> Canned:
        """The reply, from its beginning."""
        self._rest = [self._data]
        return self

    async def aopen(self, call: Call) -> Canned:
        """The same, awaited."""
        return self.open(call)

    def read(self) -> bytes:
        """All of it, then nothing."""
        return self._rest.pop() if self._rest else b""

    async def aread(self) -> bytes:
        """The same, awaited."""
        return self.read()

    def close(self) -> None:
        """Nothing is held."""

    async def aclose(self) -> None:
        """Nothing is held."""


class Work:
    """What is to be done on one wire."""

    def __init__(self, wire: str) -> None:
        self._wire = wire
        self._pipeline = spoken(wire)
        self._asked = Request(messages("Why is the sky blue?"))
        whole = dialect(wire).encoder(self._asked)
        canned = Canned(whole.content_type, b"".join([*(whole.encode([each]) for each in said(3)), whole.finish()]))
        self._called = replace(self._pipeline, auth=HeaderAuth(lambda: None), transport=canned)
        self._many = self._reads(CHUNKS)
        self._at_once = b"".join(self._many)

    @cached_property
    def _conversation(self) -> Request:
        tools = tuple(Tool(**tool["function"]) for tool in conversation.tools())
        return Request(tuple(message(each) for each in conversation.messages()), tools)

    def call(self) -> object:
        """A short question, and its answer in one piece: all that a call does but for its auth and the network."""
        return run(self._called.flow(self._asked, Settings()), self._called.transport).text

    def chunks(self) -> object:
        """A streamed reply that came in reads of 64 kB."""
        size = 64 * 1024
        return self._decode([self._at_once[start : start + size] for start in range(0, len(self._at_once), size)])

    def each_chunk(self) -> object:
        """The same, one event at a time."""
        return self._decode(self._many)

    def conversation(self) -> object:
        """A thousand messages and fifty tools to bytes."""
        return self._pipeline.wire.encode(self._conversation, self._pipeline.route)

    def _decode(self, reads: list[bytes]) -> list[Event]:
        decoder = self._pipeline.wire.decoder()
        feed: Callable[[bytes], object] = decoder.feed
        for data in reads:
            feed(data)
        return [*decoder.finish()]

    def _reads(self, chunks: int) -> list[bytes]:
        """A streamed reply as this wire's server half writes it, one read an event."""
        encoder = dialect(self._wire).encoder(replace(self._asked, stream=True))
        reads = [*(encoder.encode([event]) for event in said(chunks)), encoder.finish()]
        return [data for data in reads if data]


def said(chunks: int) -> list[Event]:
    """A reply of so many words."""
    events: list[Event] = [Started("r-1", "mock"), TextStart(0)]
    events += [TextDelta(0, f"word{place % 10} ") for place in range(chunks)]
    return [*events, TextEnd(0), UsageUpdated(Usage(9, output=chunks)), Finished("stop")]
