from __future__ import annotations

from typing import Any

import pytest

from hamr.types import Usage
from hamr.wires.gemini.usage import read_usage, written_usage


def details(**counts: int) -> list[dict[str, Any]]:
    return [{"modality": name.upper(), "tokenCount": count} for name, count in counts.items()]


@pytest.mark.parametrize(
    ("raw", "buckets"),
    [
        ({"promptTokenCount": 10, "candidatesTokenCount": 4}, {"input": 10, "output": 4}),
        (
            {"promptTokenCount": 10, "cachedContentTokenCount": 6, "candidatesTokenCount": 4, "thoughtsTokenCount": 9},
            {"input": 4, "cache_read": 6, "output": 4, "reasoning": 9},
        ),
        ({"promptTokenCount": 10, "toolUsePromptTokenCount": 7}, {"input": 17}),
        (
            {
                "promptTokenCount": 10,
                "promptTokensDetails": details(text=4, audio=6),
                "cachedContentTokenCount": 3,
                "cacheTokensDetails": details(audio=3),
                "candidatesTokenCount": 8,
                "candidatesTokensDetails": details(audio=8),
            },
            {"input": 4, "cache_read": 3, "input_audio": 3, "output_audio": 8},
        ),
        ({"promptTokenCount": "12", "candidatesTokenCount": True, "thoughtsTokenCount": -1}, {"input": 12}),
        ({"promptTokenCount": 2, "cachedContentTokenCount": 5}, {"cache_read": 2}),
        ({"promptTokensDetails": 5, "candidatesTokensDetails": [5]}, {}),
    ],
)
def test_the_buckets_are_disjoint(raw: dict[str, Any], buckets: dict[str, Any]) -> None:
    """Pain 39, N-86: cached tokens are part of the prompt, thoughts stand beside the answer."""
    assert read_usage(raw) == Usage(**buckets, raw=raw)


def test_what_is_written_is_read_back() -> None:
    usage = Usage(input=3, cache_read=2, input_audio=4, output=5, reasoning=6, output_audio=7)
    written = written_usage(usage)
    assert written["totalTokenCount"] == usage.total
    assert (
        Usage(
            **{
                name: getattr(read_usage(written), name)
                for name in ("input", "cache_read", "input_audio", "output", "reasoning", "output_audio")
            }
        )
        == usage
    )
