"""A model in memory, and whether it was loaded with what its calls ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Loaded:
    """A row of `/api/ps`; sizes are in bytes, `vram` is how much of it is in the graphics card's memory."""

    name: str
    context_length: int | None = None
    size: int | None = None
    vram: int | None = None
    expires_at: str | None = None

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Loaded:
        """The row as it came."""
        name, expires = row.get("name") or row.get("model"), row.get("expires_at")
        return cls(
            name if isinstance(name, str) else "",
            _count(row.get("context_length")),
            _count(row.get("size")),
            _count(row.get("size_vram")),
            expires if isinstance(expires, str) else None,
        )

    def drift(self, num_ctx: int, trained: int | None = None) -> str | None:
        """What to do where it was loaded with another context than calls ask for (N-154, N-155); None where not.

        The server asks no more of a model than it was `trained` for (Ollama, server/sched.go, 2026-08).
        """
        wanted = num_ctx if trained is None else min(num_ctx, trained)
        if self.context_length is None or self.context_length == wanted:
            return None
        return (
            f"{self.name} is loaded with a context of {self.context_length:,}, and {wanted:,} is asked for: "
            f"unload it with `hamr ollama stop {self.name}`, then load it again"
        )


def matching(wanted: str, names: Sequence[str]) -> str | None:
    """The name that is meant: the same, that with `:latest`, or the first that has another tag (N-157)."""
    for name in (wanted, f"{wanted}:latest"):
        if name in names:
            return name
    return next((name for name in names if name.startswith(f"{wanted}:")), None)


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
