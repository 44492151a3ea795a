from __future__ import annotations

import math

import pytest

from hamr.api import BadRequest, EmbeddingRequest
from hamr_sim.vectors import embeddings, vector


def likeness(one: str, other: str) -> float:
    a, b = embeddings(EmbeddingRequest((one, other)), "sim-embed").vectors
    return math.fsum(x * y for x, y in zip(a, b, strict=True))


@pytest.mark.parametrize("dimensions", [1, 2, 256, 4096])
def test_they_have_length_one_and_are_always_the_same(dimensions: int) -> None:
    for words in ((), ("a",), ("a", "b"), ("\ud800",)):
        made = vector(words, dimensions)
        assert len(made) == dimensions
        assert math.isclose(math.hypot(*made), 1, rel_tol=1e-5)
        assert made == vector(words, dimensions)


def test_words_that_cancel_each_other_out_have_a_vector_too() -> None:
    made = [vector((str(a), str(b)), 1).tolist() for a in range(40) for b in range(a)]
    assert {abs(number) for each in made for number in each} == {1.0}


def test_texts_that_share_words_are_close() -> None:
    assert math.isclose(likeness("the cat", "The  CAT"), 1, rel_tol=1e-5)
    assert likeness("the cat sat on the mat", "a cat on a mat") > 0.3
    assert abs(likeness("the cat sat on the mat", "markets fell today")) < 0.2


def test_fewer_dimensions_are_the_first_of_more() -> None:
    short, long = vector(("a",), 8), vector(("a",), 16)
    assert all(math.isclose(x / short[0], y / long[0], rel_tol=1e-4) for x, y in zip(short, long, strict=False))


def test_tokens_are_words() -> None:
    found = embeddings(EmbeddingRequest(((1, 2), "a b c")), "sim-embed")
    assert found.usage is not None
    assert found.usage.input == 5


def test_too_many_dimensions_are_refused() -> None:
    with pytest.raises(BadRequest, match="1 to 4,096"):
        embeddings(EmbeddingRequest(("a",), dimensions=4097), "sim-embed")
