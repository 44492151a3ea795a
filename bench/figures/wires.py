"""What the wire costs alone, without transport and pipeline: where to look when a call or a chunk is dear."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from time import perf_counter, process_time
from typing import Any

from bench import conversation, replies
from bench.figure import SCALE, Bound, Figure, Row
from bench.lab import Lab, Turn
from bench.subjects.hamr import message
from hamr import Hamr, Request, Tool

CHUNKS = 1000
ROWS = (
    Row("wire: a conversation encoded", "ms", "encode", "", bound=Bound.where(floor=2.13, told=3)),
    Row("wire: a conversation given as dicts, read", "ms", "read", ""),
    Row("wire: a chunk decoded, many a read", "µs", "decode", "", CHUNKS),
    Row("wire: a chunk decoded, one a read", "µs", "decode_each", "", CHUNKS),
    Row("wire: a chunk encoded, for a client", "µs", "serve", "", CHUNKS),
)


def measure(lab: Lab) -> Iterator[Figure]:
    """Each beside `json.loads` or `json.dumps` of the same."""
    work = Work(lab.url)
    for row in ROWS:
        mine, least = getattr(work, row.task), getattr(work, f"{row.task}_floor")
        yield lab.measure(row, {"hamr": turn(mine, row, lab), "json": turn(least, row, lab)}, floor="json")


def turn(work: Callable[[], object], row: Row, lab: Lab) -> Turn:
    """A turn of as many goes as fill it."""
    begun = perf_counter()
    work()
    times = max(1, round(lab.seconds / (perf_counter() - begun)))

    def take() -> float:
        before = process_time()
        for _ in range(times):
            work()
        return (process_time() - before) / times * SCALE[row.unit] / row.per

    return Turn(take)


class Work:
    """What is to be done, all of it made ready."""

    def __init__(self, url: str) -> None:
        self._pipeline = Hamr(environ={"LOCAL_LLM_BASE_URL": url}).pipeline("local/mock")
        self._plain: dict[str, Any] = {"messages": conversation.messages(), "tools": conversation.tools()}
        tools = tuple(Tool(**tool["function"]) for tool in self._plain["tools"])
        self._request = Request(tuple(message(each) for each in self._plain["messages"]), tools)
        framed = replies.events(f"words-{CHUNKS}")[:-1]
        self._events = [event.partition(b"\r\n")[2].removesuffix(b"\r\n") for event in framed]
        self._bytes = b"".join(self._events)
        self._data = [event[6:] for event in self._events if b"[DONE]" not in event]
        self._chunks = [json.loads(data) for data in self._data]
        decoder = self._pipeline.wire.decoder()
        self._decoded = [*decoder.feed(self._bytes), *decoder.finish()]

    def encode(self) -> object:
        """Messages and tools to bytes."""
        return self._pipeline.wire.encode(self._request, self._pipeline.route)

    def encode_floor(self) -> object:
        """The same from dicts."""
        return json.dumps(self._plain).encode()

    def read(self) -> object:
        """Dicts, as OpenAI's chat has them, to messages."""
        from hamr.messages import messages

        return messages(self._plain["messages"])

    read_floor = encode_floor

    def decode(self) -> object:
        """A streamed reply that came in reads of 64 kB."""
        decoder = self._pipeline.wire.decoder()
        size = 64 * 1024
        return [decoder.feed(self._bytes[start : start + size]) for start in range(0, len(self._bytes), size)]

    def decode_each(self) -> object:
        """A streamed reply that came one event at a time."""
        decoder = self._pipeline.wire.decoder()
        return [decoder.feed(event) for event in self._events]

    def decode_floor(self) -> object:
        """The same as plain JSON."""
        return [json.loads(data) for data in self._data]

    decode_each_floor = decode_floor

    def serve(self) -> object:
        """A streamed reply for a client of this wire."""
        from hamr.dialects import dialect

        encoder = dialect("openai-completions").encoder(Request((), stream=True))
        return [encoder.encode([event]) for event in self._decoded]

    def serve_floor(self) -> object:
        """The same as plain JSON."""
        return [json.dumps(chunk).encode() for chunk in self._chunks]
