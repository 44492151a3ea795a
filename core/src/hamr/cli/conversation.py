"""A conversation with a model, or with several, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.cli import known_models
from hamr.fold import Fold
from hamr.types import Message, Response, Text, Timings

if TYPE_CHECKING:
    from hamr.cli.answer import Answer
    from hamr.client import Hamr
    from hamr.options import Options
    from hamr.types import Event


class Stopped(Exception):
    """The user stopped an answer; `kept` says whether anything of it had come."""

    def __init__(self, *, kept: bool) -> None:
        super().__init__()
        self.kept = kept


class Conversation:
    """What was said so far, and who is asked next. A turn without an answer is forgotten."""

    def __init__(self, client: Hamr, model: str | None, options: Options) -> None:
        self._client = client
        self._options = options
        self.system = options.pop("system", None)
        self.messages: list[Message] = []
        self.switch(model)

    def switch(self, model: str | None) -> None:
        """Ask this model from now on; raises ConfigError where it cannot be asked, and stays with the one before."""
        route = known_models.pipeline(self._client, model, self._options.get("api_mode")).route
        route.secret()
        self._selected, self.model = model, route.selector

    def clear(self) -> None:
        """Forget what was said."""
        self.messages.clear()

    def ask(self, text: str, answer: Answer | None) -> Response:
        """Say something, and print the answer where there is an `answer` to print it; raises HamrError or Stopped."""
        said = Message("user", (Text(text),))
        fold = Fold()
        head = [Message("system", (Text(self.system),))] if self.system else []
        with self._client.stream([*head, *self.messages, said], self._selected, **self._options) as events:
            try:
                for event in events:
                    _take(event, fold, answer)
                response = events.response
            except KeyboardInterrupt:
                kept = self._keep(said, _so_far(fold))
                raise Stopped(kept=kept) from None
        self._keep(said, response.message)
        return response

    def _keep(self, said: Message, answered: Message) -> bool:
        if answered.parts:
            self.messages += [said, answered]
        return bool(answered.parts)


def _take(event: Event, fold: Fold, answer: Answer | None) -> None:
    fold.add([event])
    if answer is not None:
        answer.show(event)


def _so_far(fold: Fold) -> Message:
    """The text of an answer that was stopped: half a call or half a thought is of no use to a model."""
    told = fold.response("", "", request_id=None, adaptations=(), timings=Timings())
    return Message("assistant", (Text(told.text),) if told.text else ())
