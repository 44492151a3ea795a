"""Several models for one call, as they are named."""

from __future__ import annotations

from typing import Any

import pytest

from hamr.errors import ConfigError
from hamr.resolve.candidates import candidates


@pytest.mark.parametrize(
    ("model", "named"),
    [
        ("a/b", []),
        ("a/b, c/d ,", ["a/b", "c/d"]),
        (",", [""]),
        (["a/b", "c/d,e"], ["a/b", "c/d", "e"]),
        ([], [""]),
        (iter(["a/b"]), ["a/b"]),
    ],
)
def test_the_ways_to_name_several(model: Any, named: list[str]) -> None:
    assert list(candidates(model, {})) == named


@pytest.mark.parametrize(
    ("model", "told"), [(5, "int"), (["a/b", 5], "int"), ([None], "NoneType"), ([b"a/b"], "bytes")]
)
def test_what_is_no_name_is_refused(model: Any, told: str) -> None:
    with pytest.raises(ConfigError, match=f"a model is no text, but {told}"):
        candidates(model, {})
