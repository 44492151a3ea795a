"""How one provider or model differs from another, as flags in data: what the flags of every wire begin with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from hamr import schema
from hamr.wires.failures import KINDS

_KINDS = {"one_of": tuple(KINDS)}


@dataclass(frozen=True, slots=True)
class Flags:
    """What a provider's failures mean, and how all flags are read."""

    error_codes: Mapping[str, Any] = field(default_factory=dict, metadata=_KINDS)
    """The provider's own error codes, each with the name of the error class it stands for."""
    error_words: Mapping[str, Any] = field(default_factory=dict, metadata=_KINDS)
    """Words of its messages, each with the name of an error class; they count where no code decides."""
    overflow_without_body: bool = False
    """A 400 without a body means that the prompt is too long."""

    @classmethod
    def read(cls, mapping: Mapping[str, Any], place: str) -> Self:
        """The flags in a mapping; `place` says where it stands. Raises ConfigError."""
        return schema.read(cls, mapping, place) if mapping else cls()
