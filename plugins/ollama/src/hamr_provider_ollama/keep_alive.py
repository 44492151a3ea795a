"""How long a model stays in memory behind a call."""

from __future__ import annotations

import re
from typing import Any

from hamr.api import ConfigError

DEFAULT = "30m"
FOREVER = -1

Time = str | int | float
"""A duration, or seconds."""

_WORDS: dict[str, str | int] = {"default": DEFAULT, "forever": FOREVER, "infinite": FOREVER}
# What Go's time.ParseDuration takes (its documentation, pkg.go.dev/time, 2026-11); a number alone has no unit.
_DURATION = re.compile(r"[-+]?((\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h))+")


def keep_alive(value: Any, place: str) -> str | int | float | None:
    """The value as the server takes it: a number of seconds, below zero for ever, or a duration such as `1h30m`.

    The words `forever`, `infinite` and `default` are hamr's own; an empty text says nothing, and is None. A text of
    digits becomes a number, for the server refuses it as a text. Raises ConfigError, naming `place`.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = value.strip() if isinstance(value, str) else "?"
    if not text:
        return None
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if re.fullmatch(r"[-+]?\d+", text):
        return int(text)
    if text == "0" or _DURATION.fullmatch(text):
        return text
    raise ConfigError(
        f"{place}: {value!r} is no time", hint='Write seconds, a duration such as "30m" or "1h30m", or forever.'
    )
