"""`sim/structured` answers in JSON, in the shape that was asked for."""

from __future__ import annotations

import json

from hamr.api import Request, Text
from hamr_sim.description import prompt
from hamr_sim.instance import Maker
from hamr_sim.turn import MARK, Turn


def speak(request: Request) -> Turn:
    """A value of the schema; without a schema an object with the echo in it."""
    wanted = request.response_format
    if wanted is None or wanted.schema is None:
        return Turn((Text(json.dumps({"echo": MARK + prompt(request)}, ensure_ascii=False)),))
    return Turn((Text(json.dumps(Maker(wanted.schema).make(), ensure_ascii=False)),))
