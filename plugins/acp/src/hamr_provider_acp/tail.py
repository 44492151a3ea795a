"""The end of what an agent writes to its standard error, without secrets and bounded, for people to read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

KEPT = 16 * 1024
SHOWN = 4000
SHORTEST = 6
"""A shorter value is no secret, and occurs in ordinary words."""

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL|AUTH", re.IGNORECASE)
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|[\x00-\x08\x0b-\x1f\x7f]")


class Secrets:
    """The values that nobody may see: all that were given to the agent, and those of variables named as secrets are."""

    def __init__(self, given: Iterable[str], environ: Mapping[str, str]) -> None:
        named = (value for name, value in environ.items() if _SECRET_NAME.search(name))
        values = {value for value in (*given, *named) if len(value) >= SHORTEST}
        self._values = sorted(values, key=len, reverse=True)

    @property
    def longest(self) -> int:
        """Characters of the longest."""
        return len(self._values[0]) if self._values else 0

    def clean(self, text: str) -> str:
        """The text with each of them replaced by ***."""
        for value in self._values:
            text = text.replace(value, "***")
        return text


class Tail:
    """Keeps the last bytes."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._cut = False

    def add(self, data: bytes) -> None:
        """Some more."""
        self._kept += data
        if len(self._kept) > KEPT:
            del self._kept[: len(self._kept) - KEPT]
            self._cut = True

    def text(self, secrets: Secrets) -> str:
        """What can be shown of it."""
        text = self._kept.decode("utf-8", "replace")
        if self._cut:  # the first of it may be the end of a secret
            first, end, rest = text.partition("\n")
            text = rest if end else first[secrets.longest :]
        text = _ESCAPES.sub("", secrets.clean(text)).strip()
        return text if len(text) <= SHOWN else f"…{text[-SHOWN:]}"
