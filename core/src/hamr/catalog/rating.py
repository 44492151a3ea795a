"""How good a model is, by its name alone: 1 is outstanding, 5 basic (inventory R-74, R-75). Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

USUAL = 3
KNOWN: Mapping[int, Sequence[str]] = {
    1: ("gpt-4o", "o1", "o3", "gpt-5-codex", "claude-opus", "gemini-2.5-pro", "deepseek-r2", "qwen3-235b"),
    2: (
        *("gemini-2.5-flash", "llama-3.3-70b", "mistral-medium", "mistral-large", "command-a", "nemotron"),
        *("deepseek-v3", "deepseek-v4", "claude-sonnet", "grok-2", "phi-4"),
    ),
    3: (
        *("gemini-2.5-flash-lite", "gpt-4o-mini", "gpt-oss-120b", "mistral-small", "glm-4.5-flash"),
        "llama-3.1-8b-instant",
    ),
    4: ("command-r7b", "mistral-7b", "qwen2.5-7b"),
}
"""Names that are known, of which the longest counts (source: hermes-router's table, 2026-11-25)."""
GENERAL: Mapping[int, Sequence[str]] = {
    1: ("opus", "ultra", "o3", "405b"),
    2: ("70b", "large", "pro", "sonnet"),
    3: ("flash", "small", "mini", "medium"),
    4: ("7b", "8b", "lite"),
    5: ("tiny", "1b"),
}
"""Words of a name; of several the one of the lesser rating counts, as in `pro-mini` (source: the same)."""
OTHER = re.compile(
    r"embed|rerank|whisper|tts|speech|transcri|voice|audio|realtime|moderation|guard|safety|dall-e|image|imagen|flux"
    r"|diffusion|video|veo|sora|lyria|music|ocr|babbage|davinci-00|bge-|clip"
)
"""Words in the names of models that are for something else than to be talked with."""


def rating(name: str) -> int:
    """The rating of a model of this name."""
    text = name.lower()
    known = [(len(each), rate) for rate, names in KNOWN.items() for each in names if _stands(each, text)]
    if known:
        return max(known)[1]
    return max((rate for rate, words in GENERAL.items() for each in words if _stands(each, text)), default=USUAL)


def answers(name: str) -> bool:
    """Whether a model of this name is one to be talked with."""
    return OTHER.search(name.lower()) is None


def _stands(word: str, text: str) -> bool:
    """Whether it stands there as it is meant: `8b` is not in `128b`, nor `mini` in `gemini`, nor `o1` in `pro1`."""
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![0-9])(?!(?<=[a-z])[a-z])", text) is not None
