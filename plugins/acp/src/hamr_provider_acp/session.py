"""One conversation that an agent holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Session:
    """What is known of it: the choices it offers (`options`, or the older `models`), and what it has cost so far.

    What one that was brought back has cost is not known until the agent says so.
    """

    id: str
    options: list[Mapping[str, Any]] = field(default_factory=list)
    models: Mapping[str, Any] = field(default_factory=dict)
    cost: float | None = None

    @classmethod
    def read(cls, id: str, result: Mapping[str, Any]) -> Session:
        """Out of the answer to session/new or session/load."""
        models = result.get("models")
        session = cls(id, models=models if isinstance(models, dict) else {})
        session.learn(result)
        return session

    def learn(self, result: Mapping[str, Any]) -> None:
        """Take in the whole list of choices, where there is one."""
        options = result.get("configOptions")
        if isinstance(options, list):
            self.options = [option for option in options if isinstance(option, dict)]

    def option(self, category: str) -> Mapping[str, Any] | None:
        """The choice of this category, if it is offered."""
        return next((option for option in self.options if option.get("category") == category), None)

    @property
    def model(self) -> str | None:
        """The model that answers, as far as the agent says."""
        option = self.option("model")
        current = option.get("currentValue") if option else self.models.get("currentModelId")
        return current if isinstance(current, str) else None

    @property
    def known_models(self) -> dict[str, str]:
        """The models that are offered, whichever kind of choice it is: value, name."""
        option = self.option("model")
        return choices(option) if option else self.older_models

    @property
    def older_models(self) -> dict[str, str]:
        """The models of the older kind of choice: id, name."""
        offered = self.models.get("availableModels")
        known = [each for each in offered if isinstance(each, dict)] if isinstance(offered, list) else []
        return {str(each["modelId"]): str(each.get("name", "")) for each in known if "modelId" in each}


def choices(option: Mapping[str, Any]) -> dict[str, str]:
    """The values of an option, in groups or not: value, name."""
    return {str(each["value"]): str(each.get("name", "")) for each in _flat(option.get("options"))}


def _flat(options: Any) -> Iterator[Mapping[str, Any]]:
    for each in options if isinstance(options, list) else ():
        if not isinstance(each, dict):
            continue
        if "value" in each:
            yield each
        else:
            yield from _flat(each.get("options"))


def matching(wanted: str, known: Mapping[str, str]) -> str | None:
    """The value that is meant: itself, or by its name, in whatever case."""
    if wanted in known:
        return wanted
    low = wanted.lower()
    return next((value for value, name in known.items() if low in (value.lower(), name.lower())), None)
