"""A prompt with its options, asked of a model and answered on standard output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from hamr.cli import document, known_models, prompt, report, request_options, terminal_choice
from hamr.cli.answer import Answer
from hamr.errors import BrokenReply, HamrError
from hamr.types import Text

if TYPE_CHECKING:
    from hamr.cli.tool_run import ToolRun
    from hamr.client import Hamr
    from hamr.messages import Prompt
    from hamr.options import Options
    from hamr.resolve.outcome import Selection
    from hamr.types import Call, Part, Request, Response

PLACEHOLDER = "hello"
"""What is asked where the question is how it would be sent."""


def read(client: Hamr, words: Sequence[str], given: Mapping[str, Any], *, verbose: bool) -> Question:
    """The question on the command line, and on standard input; raises ConfigError.

    What is wrong with the command line is told before standard input is waited for.
    """
    model = terminal_choice.choice(client, given["model"]).model
    route = known_models.pipeline(client, model, given["api_mode"]).route
    if verbose and not given["dry_run"]:
        report.route(route)
    parts, options = _attached(given), _options(given)
    text = prompt.read(words, needed=not parts)
    said: Prompt = [*parts, Text(text)] if parts and text else [*parts] or text
    return Question(client, said, model, options, given["max_rounds"] if given["tools"] else None, verbose)


def request(words: Sequence[str], given: Mapping[str, Any], *, stream: bool, chosen: Selection) -> Request:
    """The request that the command line makes, with something for a prompt that is not given; raises ConfigError.

    Standard input is read for `-` alone.
    """
    from hamr import options

    parts = _attached(given)
    text = prompt.read(words) if list(words) == [prompt.STDIN] else prompt.said(words) or PLACEHOLDER
    return options.request([*parts, Text(text)], chosen.options(_options(given)), stream=stream)


def _attached(given: Mapping[str, Any]) -> tuple[Part, ...]:
    if not given["images"] and not given["files"]:
        return ()
    from hamr.cli import attachments

    return attachments.read(given["images"], given["files"])


def _options(given: Mapping[str, Any]) -> Options:
    options = request_options.asked(given)
    if given["tools"]:
        from hamr.cli import tool_functions

        options = cast("Options", {**options, "tools": tool_functions.load(given["tools"])})
    return options


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of whom by this client; `max_rounds` where tools are run on the way to the answer."""

    client: Hamr
    prompt: Prompt
    model: str | None
    options: Options
    max_rounds: int | None = None
    verbose: bool = False

    def preview(self, *, stream: bool) -> Call:
        """The call that would be made; the first of them, where tools are run."""
        return self.client.preview(self.prompt, self.model, stream=stream, **self.options)

    def document(self, *, stream: bool) -> dict[str, Any]:
        """The whole answer, for programs."""
        if self.max_rounds is not None:
            told, response = self._run().document(stream=stream)
        else:
            response = self._ask(stream=stream)
            self._hold_to_shape(response)
            told = document.response(response)
        if self.verbose:
            report.outcome(response)
        return told

    def show(self, *, stream: bool) -> None:
        """Print the answer as it comes, or once it is complete."""
        if self.max_rounds is not None:
            response = self._run().show(stream=stream)
        else:
            response = self._stream() if stream else self._whole()
        report.ending(response)
        if self.verbose:
            report.outcome(response)
        self._hold_to_shape(response)

    def _hold_to_shape(self, response: Response) -> None:
        """Raise BrokenReply for an answer that is no JSON where some was asked for: a script goes by the exit code."""
        if self.options.get("response_format") is None or response.tool_calls:
            return
        import json

        try:
            json.loads(response.text)
        except ValueError as error:
            broken = BrokenReply(
                f"the answer is no JSON: {error}", hint="Ask again, or ask a model that keeps to JSON."
            )
            broken.provider, broken.model, broken.partial = response.provider, response.model, response
            raise broken from None

    def _run(self) -> ToolRun:
        from hamr.cli.tool_run import ToolRun

        return ToolRun(
            self.client, self.prompt, self.model, {**self.options, "max_rounds": self.max_rounds}, self.verbose
        )

    def _ask(self, *, stream: bool) -> Response:
        if not stream:
            return self.client.call(self.prompt, self.model, **self.options)
        with self.client.stream(self.prompt, self.model, **self.options) as events:
            return events.response

    def _whole(self) -> Response:
        answer = Answer(verbose=self.verbose)
        response = self._ask(stream=False)
        answer.show_whole(response.message)
        if self.verbose:
            report.warnings(response)
        answer.end()
        return response

    def _stream(self) -> Response:
        answer = Answer(verbose=self.verbose)
        with self.client.stream(self.prompt, self.model, **self.options) as events:
            try:
                for event in events:
                    answer.show(event)
            except (HamrError, KeyboardInterrupt):
                answer.break_off()
                raise
            answer.end()
            return events.response
