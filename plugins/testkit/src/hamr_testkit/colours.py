"""Sync and async behind one face, so that one test shows both."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hamr import Hamr
    from hamr.api import Call, Embeddings, Event, Flow, Head, Listing, Response, Transport

    Models = str | Sequence[str]

Result = TypeVar("Result")


class Colour:
    """One of the two colours: every method does the same in both."""

    def __init__(self, name: Literal["sync", "async"]) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name

    def call(self, client: Hamr, prompt: Any, model: Models | None = None, **options: Any) -> Response:
        """`client.call` or `client.acall`."""
        if self.name == "sync":
            return client.call(prompt, model, **options)
        return asyncio.run(client.acall(prompt, model, **options))

    def events(self, client: Hamr, prompt: Any, model: Models | None = None, **options: Any) -> list[Event]:
        """All events of `client.stream` or `client.astream`."""
        if self.name == "sync":
            with client.stream(prompt, model, **options) as stream:
                return list(stream)

        async def collect() -> list[Event]:
            async with client.astream(prompt, model, **options) as stream:
                return [event async for event in stream]

        return asyncio.run(collect())

    def count_tokens(self, client: Hamr, prompt: Any, model: Models | None = None, **options: Any) -> int:
        """`client.count_tokens` or `client.acount_tokens`."""
        if self.name == "sync":
            return client.count_tokens(prompt, model, **options)
        return asyncio.run(client.acount_tokens(prompt, model, **options))

    def embed(self, client: Hamr, inputs: Any, model: Models | None = None, **options: Any) -> Embeddings:
        """`client.embed` or `client.aembed`."""
        if self.name == "sync":
            return client.embed(inputs, model, **options)
        return asyncio.run(client.aembed(inputs, model, **options))

    def models(self, client: Hamr, provider: str | None = None, **options: Any) -> Listing:
        """`client.models` or `client.amodels`."""
        if self.name == "sync":
            return client.models(provider, **options)
        return asyncio.run(client.amodels(provider, **options))

    def result(
        self,
        flow: Flow[Result],
        transport: Transport,
        tell: Callable[[str, str | None], None] = lambda *_: None,
    ) -> Result:
        """What a flow returns; `tell` is called with what it has to say."""
        from hamr.drive import arun, run

        return run(flow, transport, tell) if self.name == "sync" else asyncio.run(arun(flow, transport, tell))

    def run(self, flow: Flow[Response], transport: Transport) -> tuple[list[Event], Response]:
        """The events of a flow and the response it returns."""
        from hamr.streams import AsyncStream, Stream

        if self.name == "sync":
            with Stream(flow, transport) as stream:
                return list(stream), stream.response

        async def collect() -> tuple[list[Event], Response]:
            async with AsyncStream(flow, transport) as stream:
                return [event async for event in stream], await stream.response()

        return asyncio.run(collect())

    def fetch(self, transport: Transport, call: Call) -> tuple[Head, Sequence[bytes]]:
        """The head of the reply and every piece of its body."""
        if self.name == "sync":
            reply = transport.open(call)
            try:
                return reply.head, list(iter(reply.read, b""))
            finally:
                reply.close()

        async def collect() -> tuple[Head, Sequence[bytes]]:
            reply = await transport.aopen(call)
            pieces = []
            try:
                while piece := await reply.aread():
                    pieces.append(piece)
            finally:
                await reply.aclose()
            return reply.head, pieces

        return asyncio.run(collect())
