"""Ids out of nothing but what they stand for."""

from __future__ import annotations


def made_id(seed: str, length: int = 24) -> str:
    """Lower-case letters and digits that depend on the seed alone."""
    from hashlib import blake2s

    return blake2s(seed.encode("utf-8", "surrogatepass")).hexdigest()[:length]
