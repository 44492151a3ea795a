"""What is done with agents, written once for both colours: generators that yield what has to be waited for."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, TypeVar

from hamr_provider_acp.connection import Connection
from hamr_provider_acp.dialogue import Steps
from hamr_provider_acp.patience import Patience
from hamr_provider_acp.process import Process

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Lines:
    """The answer is the next lines of the process."""

    process: Process
    patience: Patience


@dataclass(frozen=True, slots=True)
class End:
    """End the process."""

    process: Process


Flow = Generator[Lines | End, Any, Result]


def run(flow: Flow[Result]) -> Result:
    """What a flow returns, by blocking."""
    answer: Any = None
    failure: BaseException | None = None
    try:
        while True:
            effect = flow.throw(failure) if failure else flow.send(answer)
            answer = failure = None
            try:
                match effect:
                    case Lines(process, patience):
                        answer = process.lines(patience)
                    case End(process):
                        process.end()
            except BaseException as error:  # noqa: BLE001  # the flow ends the process, and raises it again
                failure = error
    except StopIteration as stop:
        result: Result = stop.value
        return result


async def arun(flow: Flow[Result]) -> Result:
    """What a flow returns, by awaiting."""
    answer: Any = None
    failure: BaseException | None = None
    while True:
        try:
            effect = flow.throw(failure) if failure else flow.send(answer)
        except StopIteration as stop:
            result: Result = stop.value
            return result
        answer = failure = None
        try:
            match effect:
                case Lines(process, patience):
                    answer = await process.alines(patience)
                case End(process):
                    await process.aend()
        except BaseException as error:  # noqa: BLE001  # the flow ends the process, and raises it again
            failure = error


def talk(connection: Connection, steps: Steps[Result], patience: Patience) -> Flow[Result]:
    """Take the steps of a dialogue with the agent's lines."""
    rest: list[bytes] = []
    try:
        next(steps)
        while True:
            rest = yield Lines(connection.process, patience)
            while rest:
                steps.send(rest.pop(0))
    except StopIteration as stop:
        for line in rest:  # whatever it asks for has to be answered
            connection.peer.read(line)
        result: Result = stop.value
        return result
