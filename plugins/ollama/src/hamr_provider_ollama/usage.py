"""The server's account of tokens and of time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

ACCOUNT = (
    "total_duration",
    "load_duration",
    "prompt_eval_count",
    "prompt_eval_duration",
    "eval_count",
    "eval_duration",
)
"""Counts of tokens, and durations in nanoseconds."""


def read_usage(value: Mapping[str, Any]) -> Usage | None:
    """Tokens in and out, with the durations in `raw`; None where nothing is counted.

    Thinking is counted as output. Old servers leave `prompt_eval_count` out where the whole prompt was cached: what
    went in is not known then, and the usage is marked as estimated.
    """
    raw = {name: each for name in ACCOUNT if (each := value.get(name)) is not None}
    incoming, outgoing = _count(raw, "prompt_eval_count"), _count(raw, "eval_count")
    if incoming is None and outgoing is None:
        return None
    return Usage(input=incoming or 0, output=outgoing or 0, estimated=incoming is None, raw=raw)


def _count(raw: Mapping[str, Any], name: str) -> int | None:
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        return None
    return int(value)
