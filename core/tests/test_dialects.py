from __future__ import annotations

import pytest

from hamr.api import ConfigError, Dialect, dialect
from hamr.dialects import SHARED


@pytest.mark.parametrize("name", SHARED)
def test_every_wire_that_is_listed_can_be_served(name: str) -> None:
    assert isinstance(dialect(name), Dialect)


def test_a_wire_that_cannot_be_served_is_told_with_those_that_can() -> None:
    with pytest.raises(ConfigError, match="'pigeon-post'") as raised:
        dialect("pigeon-post")
    assert "openai-completions" in raised.value.hint
