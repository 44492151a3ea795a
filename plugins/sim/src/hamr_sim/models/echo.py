"""`sim/echo` says what the user said last."""

from __future__ import annotations

from hamr.api import Request
from hamr_sim.description import prompt
from hamr_sim.turn import Turn, saying


def speak(request: Request) -> Turn:
    """The last words of the user."""
    return saying(prompt(request))
