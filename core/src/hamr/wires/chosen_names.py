"""The names in a choice of tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.errors import Unsupported

if TYPE_CHECKING:
    from collections.abc import Collection

    from hamr.types import ToolChoice


def chosen_names(choice: ToolChoice, known: Collection[str]) -> tuple[str, ...]:
    """They, each among the tools on offer; raises Unsupported."""
    if unknown := [name for name in choice.names if name not in known]:
        raise Unsupported(f"the tool choice names {unknown[0]!r}, which is not among the tools")
    return choice.names
