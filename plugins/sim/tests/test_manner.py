from __future__ import annotations

from typing import Any

import pytest

from hamr.api import BadRequest
from hamr_sim.manner import Manner


def test_wishes_are_laid_over_what_the_model_does() -> None:
    manner = Manner(pace=0.5).with_wishes({"fault": "cut", "after": 3}).with_wishes({"after": 4, "pace": 0})
    assert manner == Manner(pace=0, fault="cut", after=4)


def test_no_wishes_change_nothing() -> None:
    assert Manner(pace=1).with_wishes(None) == Manner(pace=1)


WRONG: list[tuple[Any, str]] = [
    ([], "sim: it must be an object"),
    ({"pase": 1}, "did you mean pace"),
    ({"zzz": 1}, "known are pace, words"),
    ({"fault": "tired"}, "sim.fault: 'tired' is unknown; known are 401"),
    ({"pace": "1"}, "sim.pace: it must be a number, 0 to"),
    ({"pace": -1}, "sim.pace"),
    ({"pace": True}, "sim.pace"),
    ({"times": 1.5}, "sim.times: it must be a whole number"),
    ({"words": 0}, "sim.words"),
    ({"status": 700}, "sim.status"),
]


@pytest.mark.parametrize(("wishes", "why"), WRONG, ids=str)
def test_a_wrong_wish_is_named(wishes: Any, why: str) -> None:
    with pytest.raises(BadRequest, match=why) as raised:
        Manner().with_wishes(wishes)
    assert raised.value.status == 400
