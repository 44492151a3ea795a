from __future__ import annotations

from typing import get_args

import pytest

from hamr.types import FinishReason
from hamr.wires.openai_completions.finish import REASONS, finish_reason


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("stop", "stop"),
        ("end", "stop"),
        ("eos", "stop"),
        ("end_turn", "stop"),
        ("COMPLETE", "stop"),
        ("length", "length"),
        ("max_tokens", "length"),
        ("model_length", "length"),
        ("MAX_TOKENS", "length"),
        ("model_context_window_exceeded", "length"),
        ("tool_calls", "tool_calls"),
        ("function_call", "tool_calls"),
        ("content_filter", "content_filter"),
        ("sensitive", "content_filter"),
        ("SAFETY", "content_filter"),
        ("abort", "error"),
        ("network_error", "error"),
        ("insufficient_system_resource", "error"),
        ("", "unknown"),
        (None, "unknown"),
        ("vanished", "unknown"),
    ],
)
def test_every_word_has_its_reason(raw: str | None, reason: FinishReason) -> None:
    assert finish_reason(raw, calls=False, refused=False) == reason


def test_calls_count_for_more_than_a_stop() -> None:
    assert finish_reason("stop", calls=True, refused=False) == "tool_calls"
    assert finish_reason("", calls=True, refused=False) == "tool_calls"
    assert finish_reason("length", calls=True, refused=False) == "length"
    assert finish_reason("content_filter", calls=True, refused=False) == "content_filter"


def test_a_refusal_is_no_plain_stop() -> None:
    assert finish_reason("stop", calls=False, refused=True) == "refusal"


def test_only_known_reasons_stand_in_the_table() -> None:
    assert set(REASONS.values()) <= set(get_args(FinishReason))
    assert all(word == word.lower() for word in REASONS)
