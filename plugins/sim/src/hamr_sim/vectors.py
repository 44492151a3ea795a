"""Vectors for texts: always the same for the same text, and close to each other where texts share words."""

from __future__ import annotations

import hashlib
import math
from array import array
from collections import Counter

from hamr.api import EmbeddingRequest, Embeddings, Usage
from hamr_sim.manner import wrong

DIMENSIONS = 256
MOST_DIMENSIONS = 4096
MOST_INPUTS = 2048
"""As with OpenAI (its OpenAPI document, `CreateEmbeddingRequest`, 2026-11)."""

Words = tuple[str, ...]


def embeddings(request: EmbeddingRequest, model: str) -> Embeddings:
    """A vector of length 1 for each input; raises BadRequest."""
    dimensions = DIMENSIONS if request.dimensions is None else request.dimensions
    if not 1 <= dimensions <= MOST_DIMENSIONS:
        raise wrong("dimensions", f"they must be 1 to {MOST_DIMENSIONS:,}")
    if len(request.inputs) > MOST_INPUTS:
        raise wrong("input", f"it has more than {MOST_INPUTS:,} entries")
    texts = [_words(each) for each in request.inputs]
    used = sum(map(len, texts))
    return Embeddings(tuple(vector(words, dimensions) for words in texts), "sim", model, Usage(input=used))


def vector(words: Words, dimensions: int) -> array[float]:
    """The directions of all words added up; each word's first numbers do not depend on how many are wanted."""
    total = [0.0] * dimensions
    for word, times in Counter(words or ("",)).items():
        places = hashlib.shake_128(word.encode("utf-8", "replace")).digest(dimensions)
        total = [number + times * (place - 127.5) for number, place in zip(total, places, strict=True)]
    length = math.hypot(*total)
    if not length:  # the words cancel each other out, which is likely in one dimension alone
        total[0] = length = 1.0
    return array("f", [number / length for number in total])


def _words(given: str | tuple[int, ...]) -> Words:
    """A word counts as a token; tokens of a model's own are words of their own."""
    return tuple(given.lower().split()) if isinstance(given, str) else tuple(f"<{token}>" for token in given)
