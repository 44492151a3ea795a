"""Arguments of a call that come in pieces, each with its place ("partialArgs", Vertex AI, 2026-11)."""

from __future__ import annotations

import re
from typing import Any

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\['((?:[^'\\]|\\.)*)'\]|\[\"((?:[^\"\\]|\\.)*)\"\]")
_VALUES = ("numberValue", "boolValue")


class PartialArgs:
    """Puts the pieces in their places; `problem` says what could not be."""

    def __init__(self) -> None:
        self.value: dict[str, Any] = {}
        self.problem: str | None = None
        self._texts: dict[str, list[str]] = {}

    def add(self, piece: Any) -> None:
        """One piece: more of a text, or a value."""
        path = piece.get("jsonPath") if isinstance(piece, dict) else None
        if not isinstance(path, str):
            self.problem = "a piece of the arguments has no place"
        elif isinstance(text := piece.get("stringValue"), str):
            if path not in self._texts:
                self._put(path, "")  # takes its place now, its text when it is all there
            self._texts.setdefault(path, []).append(text)
        elif "nullValue" in piece:
            self._put(path, None)
        else:
            value = next((piece[name] for name in _VALUES if name in piece), None)
            self._put(path, int(value) if isinstance(value, float) and value.is_integer() else value)

    def finish(self) -> dict[str, Any]:
        """All arguments."""
        for path, pieces in self._texts.items():
            self._put(path, "".join(pieces))
        self._texts.clear()
        return self.value

    def _put(self, path: str, value: Any) -> None:
        steps = _steps(path)
        if not steps or isinstance(steps[0], int):
            self.problem = f"no place for a piece of the arguments: {path[:80]}"
            return
        at: Any = self.value
        for step, following in zip(steps, [*steps[1:], None], strict=True):
            new: Any = value if following is None else [] if isinstance(following, int) else {}
            at = _entered(at, step, new, last=following is None)
            if at is _NOWHERE:
                self.problem = f"no place for a piece of the arguments: {path[:80]}"
                return


_NOWHERE = object()


def _entered(at: Any, step: str | int, new: Any, *, last: bool) -> Any:
    if isinstance(step, int):
        if not isinstance(at, list) or step > len(at):  # places of a list come one after another
            return _NOWHERE
        if step == len(at):
            at.append(new)
        elif last or at[step] is None:
            at[step] = new
        return at[step]
    if not isinstance(at, dict):
        return _NOWHERE
    if last or at.get(step) is None:
        at[step] = new
    return at[step]


def _steps(path: str) -> list[str | int]:
    """The steps of a path such as `$.operations[0].action`; none where it is no such path."""
    steps: list[str | int] = []
    place = 1 if path.startswith("$") else 0
    while place < len(path):
        found = _STEP.match(path, place)
        if found is None:
            return []
        name, number, *quoted = found.groups()
        steps.append(int(number) if number is not None else name or next((each for each in quoted if each), ""))
        place = found.end()
    return steps
