"""The betas that a call needs, and no others: servers that copy the wire refuse those that they do not know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hamr.wires.anthropic_messages.writing import Writing


def betas(body: dict[str, Any], given: Any, writing: Writing) -> list[str]:
    """Those of every call, those of the features in use, and those `given` by the user, each once."""
    compat = writing.compat
    if given is None and not (compat.betas or compat.feature_betas or compat.option_betas or compat.tool_betas):
        return []
    own = [given] if isinstance(given, str) else given if isinstance(given, list | tuple) else ()
    return list(dict.fromkeys([*_needed(body, writing), *(each for each in own if isinstance(each, str))]))


def _needed(body: dict[str, Any], writing: Writing) -> Iterator[str]:
    compat = writing.compat
    yield from compat.betas
    if compat.feature_betas:
        if body.get("tools") and body.get("thinking", {}).get("type") == "enabled":
            writing.features.add("interleaved_thinking")
        yield from (beta for feature, beta in compat.feature_betas.items() if feature in writing.features)
    yield from (beta for name, beta in compat.option_betas.items() if name in body)
    if compat.tool_betas:
        kinds = [str(tool["type"]) for tool in body.get("tools", ()) if isinstance(tool, dict) and "type" in tool]
        for start, beta in compat.tool_betas.items():
            if any(kind.startswith(start) for kind in kinds):
                yield beta
