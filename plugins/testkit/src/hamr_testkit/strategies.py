"""What property tests of wires are fed: words, JSON that makes sense, JSON that makes none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
"""For tests of large examples: a machine that is busy fails none of them."""


def values(words: st.SearchStrategy[str]) -> Strategy:
    """JSON, a few levels deep."""
    return st.recursive(
        st.none() | st.booleans() | st.integers(-(10**9), 10**9) | words,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
        max_leaves=5,
    )


def objects(words: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects, such as the arguments of a call."""
    return st.dictionaries(words, values(words), max_size=3)


def anything(names: Sequence[str], *more: Strategy) -> Strategy:
    """JSON that makes no sense, whose objects have a wire's own names; `more` are words that the wire knows."""
    leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), WORDS, *more)
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(names), inner, max_size=6),
        max_leaves=20,
    )


WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
PIECES = st.lists(WORDS, min_size=1, max_size=4)
VALUES = values(WORDS)
OBJECTS = objects(WORDS)
PLACES = st.lists(st.integers(0, 10**6), max_size=12)
BLOCKS = st.lists(
    st.one_of(
        st.tuples(st.just("text"), PIECES), st.tuples(st.just("thinking"), PIECES), st.tuples(st.just("call"), OBJECTS)
    ),
    max_size=6,
)
"""Blocks of a reply: the kind of each, and its pieces or arguments."""
