"""`sim/thinking` thinks, then echoes."""

from __future__ import annotations

from hamr.api import Request, Text, Thinking
from hamr_sim.description import prompt
from hamr_sim.turn import MARK, Turn


def speak(request: Request) -> Turn:
    """A thought about the last words of the user, unless thinking is switched off, and then those words."""
    said = prompt(request)
    answer = Text(MARK + said)
    if request.thinking is not None and request.thinking.level == "off":
        return Turn((answer,))
    return Turn((Thinking(f"{MARK}The user said {len(said.split())} words. They will hear them again."), answer))
