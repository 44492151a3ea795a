"""How the environment sets a pool."""

from __future__ import annotations

import pytest

from hamr.calls.breaker import ConsecutiveBreaker, WindowBreaker
from hamr.errors import ConfigError
from hamr.pool.policy import Policy


@pytest.mark.parametrize("name", ["ROTATION_MODE", "HAMR_ROTATION_MODE"])
@pytest.mark.parametrize(
    ("said", "mode"),
    [("rr", "round-robin"), ("roundrobin", "round-robin"), ("Round_Robin", "round-robin"), ("", "round-robin"),
     ("seq", "sequential"), ("drain", "sequential"), ("sequential", "sequential")],
)  # fmt: skip
def test_the_mode_has_aliases(name: str, said: str, mode: str) -> None:
    """R-38."""
    assert Policy.read({name: said}).mode == mode


def test_the_breaker_takes_its_numbers_from_the_environment() -> None:
    """R-43, C-60."""
    assert Policy.read({}).breaker == WindowBreaker(8, 4, 0.5, 60)
    said = {
        "BREAKER_WINDOW": "4",
        "HAMR_BREAKER_MIN_SAMPLES": "2",
        "BREAKER_ERROR_RATE": "0.9",
        "BREAKER_COOLDOWN": "5",
    }
    assert Policy.read(said).breaker == WindowBreaker(4, 2, 0.9, 5)
    assert Policy.read({"HAMR_BREAKER_POLICY": "consecutive"}).breaker == ConsecutiveBreaker()


@pytest.mark.parametrize("name", ["ROUTER_STATE_TTL_HOURS", "HAMR_POOL_STATE_TTL_HOURS"])
def test_what_was_learned_is_believed_for_a_day_unless_another_time_is_said(name: str) -> None:
    """R-42."""
    assert (Policy.read({}).believed, Policy.read({}).longest) == (86400, 86400)
    assert Policy.read({name: "0.5"}).longest == 1800
    assert (Policy.read({name: "0"}).believed, Policy.read({name: "0"}).longest) == (0, 86400)
    for wrong in ("-1", "soon", "inf", "nan"):
        with pytest.raises(ConfigError, match=name):
            Policy.read({name: wrong})


@pytest.mark.parametrize(
    "environ",
    [{"ROTATION_MODE": "random"}, {"BREAKER_POLICY": "x"}, {"BREAKER_WINDOW": "-1"}, {"BREAKER_COOLDOWN": "nan"}],
)
def test_what_is_none_is_told(environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=next(iter(environ))):
        Policy.read(environ)
