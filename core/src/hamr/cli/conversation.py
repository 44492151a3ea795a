"""A conversation with a model, or with several, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from hamr.calls.fold import Fold
from hamr.cli import known_models
from hamr.cli.request_options import streams
from hamr.types import Message, Response, Started, Text, Timings, ToolFinished, ToolStarted

if TYPE_CHECKING:
    from hamr.cli.answer import Answer
    from hamr.client import Hamr
    from hamr.options import Options
    from hamr.types import Event, Part, Run, RunEvent


class Stopped(Exception):
    """The user stopped an answer; `kept` says whether anything of it had come."""

    def __init__(self, *, kept: bool) -> None:
        super().__init__()
        self.kept = kept


class Conversation:
    """What was said so far, and who is asked next. A turn without an answer is forgotten.

    `streams` says whether answers are asked for as they come. `attached` goes with the next turn that is answered.
    `tools` are functions that the model may call, at most `max_rounds` times a turn.
    """

    def __init__(
        self,
        client: Hamr,
        model: str | None,
        options: Options,
        tools: Sequence[Callable[..., Any]] = (),
        max_rounds: int | None = None,
    ) -> None:
        self._client = client
        self._options = options
        self._running = {"tools": tools, "max_rounds": max_rounds}
        self.streams = streams()
        self.system = options.pop("system", None)
        self.messages: list[Message] = []
        self.attached: list[Part] = []
        self.switch(model)

    @property
    def runs_tools(self) -> bool:
        """Whether the model has functions to call."""
        return bool(self._running["tools"])

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
        said, fold = self._said(text), Fold()
        if not self.streams:
            return self._ask_whole(said, answer)
        with self._client.stream(self._prompt(said), self._selected, **self._options) as events:
            try:
                for event in events:
                    _take(event, fold, answer)
                response = events.response
            except KeyboardInterrupt:
                raise Stopped(kept=self._keep(said, _so_far(fold))) from None
        self._keep(said, response.message)
        return response

    def _ask_whole(self, said: Message, answer: Answer | None) -> Response:
        try:
            response = self._client.call(self._prompt(said), self._selected, **self._options)
        except KeyboardInterrupt:
            raise Stopped(kept=False) from None
        if answer is not None:
            answer.show_whole(response.message)
        self._keep(said, response.message)
        return response

    def run(self, text: str, answer: Answer | None) -> Run:
        """The same with tools on the way to the answer, which are told of as they run."""
        from hamr.cli import tool_run

        said, fold = self._said(text), Fold()
        prompt, options = self._prompt(said), cast("Any", {**self._options, **self._running})
        with self._client.run_stream(prompt, self._selected, **options) as events:
            try:
                for event in events:
                    fold = _followed(event, fold)
                    if answer is not None:
                        tool_run.show(event, answer)
                run = events.result
            except KeyboardInterrupt:
                raise Stopped(kept=self._keep(said, _so_far(fold))) from None
        self._keep(said, *run.messages[len(prompt) :])
        return run

    def _said(self, text: str) -> Message:
        return Message("user", (*self.attached, Text(text)))

    def _prompt(self, said: Message) -> list[Message]:
        head = [Message("system", (Text(self.system),))] if self.system else []
        return [*head, *self.messages, said]

    def _keep(self, said: Message, *answered: Message) -> bool:
        kept = bool(answered and answered[0].parts)
        if kept:
            self.messages += [said, *answered]
            self.attached.clear()
        return kept


def _take(event: Event, fold: Fold, answer: Answer | None) -> None:
    fold.add([event])
    if answer is not None:
        answer.show(event)


def _followed(event: RunEvent, fold: Fold) -> Fold:
    """The fold of the reply that is being read: each round has one of its own."""
    if isinstance(event, Started):
        fold = Fold()
    if not isinstance(event, ToolStarted | ToolFinished):
        fold.add([event])
    return fold


def _so_far(fold: Fold) -> Message:
    """The text of an answer that was stopped: half a call or half a thought is of no use to a model."""
    told = fold.response("", "", request_id=None, adaptations=(), timings=Timings())
    return Message("assistant", (Text(told.text),) if told.text else ())
