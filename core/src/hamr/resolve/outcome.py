"""What looking for a provider and a model comes to, step by step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from hamr.types import ThinkingLevel


class Refusal(NamedTuple):
    """A provider, or `provider/model`, that could have been meant, and why it is not."""

    candidate: str
    why: str


class Found(NamedTuple):
    """What a step found: `origin` says what named the provider, `model_origin` what named the model.

    Without a `model` the provider's default is meant. What is not `sure` was found for want of a key.
    """

    provider: str
    model: str | None
    why: str
    origin: str
    model_origin: str | None = None
    refused: tuple[Refusal, ...] = ()
    warning: str | None = None
    sure: bool = True


class Passed(NamedTuple):
    """Why a step found nothing."""

    why: str
    refused: tuple[Refusal, ...] = ()


class Step(NamedTuple):
    """One step as it was taken: `found` is `provider/model`, None where it was passed."""

    name: str
    found: str | None
    why: str
    refused: tuple[Refusal, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """The step for programs."""
        refused = [each._asdict() for each in self.refused]
        return {"step": self.name, "found": self.found, "why": self.why, "refused": refused}


class Meant(NamedTuple):
    """What a name of a user's files stands for, and the names on the way to that.

    `options` are those of a call that the name brings, where the call does not say; `tool_format` is how tools are to
    be offered, and `tool_origin` who says so.
    """

    selector: str
    steps: tuple[Step, ...] = ()
    options: Mapping[str, Any] = {}
    tool_format: str | None = None
    tool_origin: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """A provider and a model, None for the provider's default; `thinking` is the level that stood behind its name.

    `asked` is what an alias or a role stood for, where one was asked, and `fallbacks` serve where the
    provider cannot. `steps` say how it was found. What is not
    `lasting` hangs on which keys there are, and may be another next time.
    """

    provider: str
    model: str | None
    thinking: ThinkingLevel | None = None
    origin: str = ""
    model_origin: str | None = None
    steps: tuple[Step, ...] = ()
    warning: str | None = None
    lasting: bool = True
    asked: Meant | None = None
    fallbacks: tuple[str, ...] = ()

    @property
    def selector(self) -> str:
        """`provider/model`, as a user writes it."""
        return f"{self.provider}/{self.model}" if self.model else self.provider

    @property
    def tool_format(self) -> str | None:
        """How tools are to be offered, where an alias or a role says it."""
        return None if self.asked is None else self.asked.tool_format

    @property
    def defaults(self) -> Mapping[str, Any]:
        """The options that the name brings with it."""
        said = {} if self.asked is None else self.asked.options
        return said if self.thinking is None else {**said, "thinking": self.thinking}

    def options(self, given: Any) -> Any:
        """The options of a call with those that the name brings, where the call itself says nothing."""
        if not (defaults := self.defaults):
            return given
        missing = {name: value for name, value in defaults.items() if given.get(name) is None}
        if "options" in defaults and "options" not in missing:
            missing["options"] = {**defaults["options"], **given["options"]}
        return {**given, **missing} if missing else given
