"""What bounds a run."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Self, cast

from hamr.errors import ConfigError
from hamr.options import Options


class RunOptions(Options, total=False):
    """The keyword arguments of a run: those of every call, and its bounds."""

    max_rounds: int
    tool_timeout: float | None
    tools_at_once: int


@dataclass(frozen=True, slots=True)
class Limits:
    """How many calls a run makes, for how many seconds a tool is waited for, and how many run at once.

    Without `tool_timeout` a tool is waited for for ever; one that blocks and is alone in its round then runs in the
    thread of the caller.
    """

    max_rounds: int = 10
    tool_timeout: float | None = 600.0
    tools_at_once: int = 8

    @classmethod
    def split(cls, options: RunOptions) -> tuple[Self, Options]:
        """The limits among these options, and the others; raises ConfigError for a limit that makes no sense."""
        given: dict[str, Any] = {name: value for name, value in options.items() if name in LIMITS}
        for name, value in given.items():
            wanted = (int, float, type(None)) if name == "tool_timeout" else (int,)
            if not isinstance(value, wanted) or isinstance(value, bool) or (value is not None and value <= 0):
                raise ConfigError(
                    f"{name} must be more than 0, not {value!r}", hint="docs/tools.md says what it bounds."
                )
        others = {name: value for name, value in options.items() if name not in LIMITS}
        return cls(**given), cast("Options", others)


LIMITS = tuple(each.name for each in fields(Limits))
