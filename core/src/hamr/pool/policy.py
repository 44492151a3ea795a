"""How a pool rotates, when its breaker opens and what it believes, as the environment says.

Inventory R-38, R-42, R-43, C-60.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hamr.calls.breaker import Breaker, ConsecutiveBreaker, NoBreaker, WindowBreaker
from hamr.errors import ConfigError
from hamr.pool.choosing import Mode
from hamr.variables import TABLE, first

DAY = 86400.0

MODES: Mapping[str, Mode] = {
    "round-robin": "round-robin",
    "round_robin": "round-robin",
    "roundrobin": "round-robin",
    "rr": "round-robin",
    "sequential": "sequential",
    "seq": "sequential",
    "drain": "sequential",
}
MODE_VARIABLE = "ROTATION_MODE"
POLICY_VARIABLE = "BREAKER_POLICY"
NUMBERS = {
    "BREAKER_WINDOW": ("window", int),
    "BREAKER_MIN_SAMPLES": ("samples", int),
    "BREAKER_ERROR_RATE": ("rate", float),
    "BREAKER_COOLDOWN": ("cooldown", float),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """How keys take turns, and when a provider that fails is left alone."""

    mode: Mode = "round-robin"
    breaker: Breaker = field(default_factory=WindowBreaker)
    believed: float = DAY
    """Seconds after which a key is tried again whatever it was told; 0: with the next start at the latest."""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Policy:
        """What the environment says, each name with `HAMR_` before it or without; raises ConfigError."""
        name, said = _said(environ, MODE_VARIABLE)
        mode = MODES.get(said.lower()) if said else "round-robin"
        if mode is None:
            raise ConfigError(f"{name}={said!r} is no mode of rotation", hint="It may be round-robin or sequential.")
        return cls(mode, breaker(environ, "window"), believed(environ))

    @property
    def longest(self) -> float:
        """Seconds for which a key rests at most."""
        return self.believed or DAY


def breaker(environ: Mapping[str, str], default: str) -> Breaker:
    """The breaker that the environment names; raises ConfigError."""
    name, said = _said(environ, POLICY_VARIABLE)
    match said.lower() or default:
        case "window":
            return _window(environ)
        case "consecutive":
            return ConsecutiveBreaker()
        case "off":
            return NoBreaker()
    raise ConfigError(f"{name}={said!r} is no policy of a breaker", hint="It may be window, consecutive or off.")


def believed(environ: Mapping[str, str]) -> float:
    """For how many seconds what was learned is believed, as the environment says; raises ConfigError."""
    name = first(environ, TABLE["pool_state_ttl"].names)
    if name is None:
        return DAY
    try:
        hours = float(environ[name])
    except ValueError:
        hours = -1.0
    if not 0 <= hours < float("inf"):
        raise ConfigError(f"{name}={environ[name]!r} is no number of hours", hint="docs/pools.md says what it means.")
    return hours * 3600


def _window(environ: Mapping[str, str]) -> WindowBreaker:
    given: dict[str, Any] = {}
    for variable, (part, kind) in NUMBERS.items():
        name, said = _said(environ, variable)
        if not said:
            continue
        try:
            given[part] = kind(said)
        except ValueError:
            given[part] = -1
        if not 0 < given[part] < float("inf"):
            raise ConfigError(f"{name}={said!r} is no number above 0", hint="docs/pools.md lists the numbers.")
    return WindowBreaker(**given)


def _said(environ: Mapping[str, str], name: str) -> tuple[str, str]:
    """The variable that says it, and what it says."""
    own = f"HAMR_{name}"
    return (own, environ[own].strip()) if environ.get(own, "").strip() else (name, environ.get(name, "").strip())
