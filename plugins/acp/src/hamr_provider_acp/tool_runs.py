"""The tools that an agent runs while it answers: information for the caller, and nothing for it to run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hamr.api import HostedTool, PartAdded

OVER = ("completed", "failed")


class ToolRuns:
    """Gathers what is said of each run; a run is given out once, when it is over."""

    def __init__(self) -> None:
        self._runs: dict[str, tuple[int, dict[str, Any]]] = {}

    def knows(self, update: Mapping[str, Any]) -> bool:
        """Whether this is about a run that has begun, or is over."""
        return str(update.get("toolCallId")) in self._runs

    def begin(self, update: Mapping[str, Any], index: int) -> None:
        """A run begins, at this place of the answer."""
        self._runs[str(update.get("toolCallId"))] = index, {}

    def learn(self, update: Mapping[str, Any]) -> PartAdded | None:
        """Take in what is new; gives the run where it is over now."""
        id = str(update.get("toolCallId"))
        index, run = self._runs[id]
        over = run.get("status") in OVER
        run.update((name, value) for name, value in update.items() if name != "sessionUpdate" and value is not None)
        return None if over or run.get("status") not in OVER else _part(id, index, run)

    def rest(self) -> list[PartAdded]:
        """The runs that were not over when the answer was."""
        return [_part(id, index, run) for id, (index, run) in self._runs.items() if run.get("status") not in OVER]


def _part(id: str, index: int, run: Mapping[str, Any]) -> PartAdded:
    kind = run.get("kind")
    return PartAdded(index, HostedTool(kind if isinstance(kind, str) else "other", dict(run), id))
