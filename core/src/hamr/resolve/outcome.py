"""What looking for a provider and a model comes to, step by step."""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Selection:
    """A provider and a model, None for the provider's default; `thinking` is the level that stood behind its name.

    `steps` say how it was found. What is not `lasting` hangs on which keys there are, and may be another next time.
    """

    provider: str
    model: str | None
    thinking: ThinkingLevel | None = None
    origin: str = ""
    model_origin: str | None = None
    steps: tuple[Step, ...] = ()
    warning: str | None = None
    lasting: bool = True

    def options(self, given: Any) -> Any:
        """The options of a call with this level of thinking, where they name none of their own."""
        return (
            given
            if self.thinking is None or given.get("thinking") is not None
            else {**given, "thinking": self.thinking}
        )
