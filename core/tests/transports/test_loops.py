"""What belongs to an event loop goes when the loop does."""

from __future__ import annotations

import asyncio

from hamr.transports.loops import PerLoop


async def close(thing: list[str]) -> None:
    thing.append("closed")


def test_each_loop_has_its_own() -> None:
    made: list[list[str]] = []

    def make() -> list[str]:
        made.append([])
        return made[-1]

    per_loop = PerLoop(make, close)

    async def twice() -> bool:
        return await per_loop.get() is await per_loop.get()

    assert [asyncio.run(twice()), asyncio.run(twice())] == [True, True]
    assert made == [["closed"], ["closed"]]


def test_letting_go_of_nothing() -> None:
    per_loop = PerLoop(list[str], close)
    asyncio.run(per_loop.aclose())
    assert len(per_loop) == 0


def test_a_loop_that_was_closed_without_a_word_is_forgotten() -> None:
    per_loop = PerLoop(list[str], close)
    dead = asyncio.new_event_loop()
    thing = dead.run_until_complete(per_loop.get())
    dead.close()

    async def count() -> int:
        await per_loop.get()
        return len(per_loop)

    assert asyncio.run(count()) == 1
    assert (thing, len(per_loop)) == ([], 0)
