"""A window that was too small, where the provider does not say so (inventory H-167). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.errors import TooLong

if TYPE_CHECKING:
    from hamr.types import FinishReason, Usage

CODE = "silent_overflow"
FULL = 0.99
"""The part of a window from which on it counts as full: a few tokens are the provider's own."""


def no_room(reason: FinishReason | None, usage: Usage | None, window: int | None) -> TooLong | None:
    """The error for an answer that ended by its length before its first token, in a full window.

    Servers of Xiaomi's models answer so (inventory H-167, 2026-11).
    """
    if reason != "length" or usage is None or window is None or usage.estimated or usage.output_total:
        return None
    if usage.input_total < FULL * window:
        return None
    return TooLong(
        f"{usage.input_total:,} tokens fill the window of {window:,}: nothing was left for an answer", code=CODE
    )


def cut(usage: Usage, window: int | None) -> str | None:
    """For people, that more went in than the window holds; None where it fits, or nobody knows.

    Z.ai answers all the same, to what is left of the conversation (inventory H-167, 2026-11).
    """
    if window is None or usage.estimated or usage.input_total <= window:
        return None
    return (
        f"{usage.input_total:,} tokens went in, and the model's window has {window:,}, says the price list: "
        "some of the conversation may not have been read"
    )
