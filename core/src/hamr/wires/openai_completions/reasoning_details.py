"""Entries of `reasoning_details`: thinking with its signatures and ciphers.

Seen at OpenRouter ("Reasoning Tokens", openrouter.ai/docs, 2026-11).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_GROWING = ("text", "summary")


def merged(entries: Iterable[Any]) -> list[dict[str, Any]]:
    """The entries with the pieces of each put together.

    Texts and summaries of the same kind and index grow; all else of them is set by the piece that brings it.
    Ciphers stay whole and apart.
    """
    whole: dict[tuple[Any, Any], dict[str, Any]] = {}
    grown: dict[tuple[Any, Any], dict[str, list[str]]] = {}
    for number, entry in enumerate(entries):
        if not isinstance(entry, dict):
            continue
        kind, index = entry.get("type"), entry.get("index")
        together = isinstance(kind, str) and isinstance(index, int) and "data" not in entry
        key = (kind, index) if together else ("apart", number)
        known = whole.setdefault(key, {})
        pieces = grown.setdefault(key, {})
        for name, value in entry.items():
            if name in _GROWING and isinstance(value, str):
                pieces.setdefault(name, []).append(value)
                known.setdefault(name, "")
            elif value or name not in known:
                known[name] = value
    for key, texts in grown.items():
        whole[key].update((name, "".join(pieces)) for name, pieces in texts.items())
    return list(whole.values())


def shown(entries: Iterable[Any]) -> str:
    """The text of the entries that may be read."""
    texts = (entry.get("text") or entry.get("summary") for entry in entries if isinstance(entry, dict))
    return "".join(text for text in texts if isinstance(text, str))
