"""Who is measured: hamr, the floor, and the peers, each doing the same work through its public interface."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any, Protocol

KEY = "no-key-is-needed"


class Subject(Protocol):
    """A client of the mock provider, made once with its base URL and kept. `model` says what to answer."""

    def __init__(self, url: str) -> None: ...

    def call(self, model: str) -> str:
        """The text of a whole reply."""

    async def acall(self, model: str) -> str:
        """The same, awaited."""

    def stream(self, model: str) -> Iterator[str]:
        """The text of a streamed reply, piece by piece."""

    def astream(self, model: str) -> AsyncIterator[str]:
        """The same, awaited."""

    def arguments(self, model: str) -> dict[str, Any]:
        """The arguments of the one tool call of a streamed reply."""

    async def aarguments(self, model: str) -> dict[str, Any]:
        """The same, awaited."""

    def converse(self, model: str) -> str:
        """The text of a whole reply to the long conversation, which is made ready beforehand."""

    async def aconverse(self, model: str) -> str:
        """The same, awaited."""
