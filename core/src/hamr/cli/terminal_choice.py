"""The model that whoever sits at the terminal has chosen with `/model`: it counts on the command line alone (C-12).

It is the setting `terminal_model` of a file: below `-m` and the environment, above all defaults. A program that
imports hamr knows nothing of it.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from hamr.errors import HamrError
from hamr.resolve.variables import MODEL, PROVIDER, said

if TYPE_CHECKING:
    from hamr.client import Hamr
    from hamr.config.layer import Layer
    from hamr.resolve.outcome import Selection

SETTING = "terminal_model"


class Choice(NamedTuple):
    """A model as it is named, and the file that says so; no file where the command line itself names it."""

    model: str | None
    place: str | None = None

    def told(self, chosen: Selection) -> Selection:
        """The selection with this place as its origin."""
        if self.place is None or self.model is None:
            return chosen
        from dataclasses import replace

        from hamr.resolve.outcome import Step
        from hamr.resolve.steps import SELECTOR

        steps = (Step("terminal", self.model, self.place), *chosen.steps)
        origin, of_model = (self.place if each == SELECTOR else each for each in (chosen.origin, chosen.model_origin))
        return replace(chosen, origin=origin or "", model_origin=of_model, steps=steps)


def choice(client: Hamr, given: str | None) -> Choice:
    """What the command line asks: what was `given`, or else, where the environment says nothing, what was chosen."""
    if given is not None or said(os.environ, MODEL) is not None or said(os.environ, PROVIDER) is not None:
        return Choice(given)
    found = client.providers.setting(SETTING)
    return Choice(found[0], f"{found[1]}: {SETTING}") if found is not None and found[0].strip() else Choice(None)


def keep(client: Hamr, model: str) -> str:
    """Remember the model in the user's own file, or with an empty name forget it; tells what came of it."""
    from hamr.config import change
    from hamr.config.keys import key

    setting, there = key(SETTING), client.providers.configuration.anew()
    try:
        file = change.home(there, setting)
        if model:
            done = change.put(file, setting, model, os.environ, _anything)
            return f"it is asked from now on where no -m is given ({done.file})"
        change.drop(file, setting, os.environ, _anything)
    except HamrError as error:
        return f"it could not be kept: {error.message}" if model else "nothing was kept"
    return "forgotten; the next conversation asks the default"


def _anything(layer: Layer) -> None:
    """Any model may be chosen that has been asked."""
