"""`hamr chat`: a conversation with a model."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from hamr.cli import exit_codes, output, request_options

if TYPE_CHECKING:
    from hamr.cli.answer import Answer
    from hamr.cli.chat_commands import Commands
    from hamr.cli.chat_history import History
    from hamr.cli.conversation import Conversation
    from hamr.cli.turns import ReadLine
    from hamr.errors import HamrError
    from hamr.types import Response

EPILOG = """\b
Examples:
  hamr chat -m sim/echo
  hamr chat -m sim/echo -s "Answer in French."
  hamr chat -m sim/echo --image photo.jpg
  hamr chat -m sim/tools --tool mytools:weather
  printf 'hello\\nand now?\\n' | hamr chat -m sim/echo --json

In it, /help tells what else there is. In a pipe each line is a turn, and the exit code is 1 where one of them failed.
"""


@click.command("chat", epilog=EPILOG)
@request_options.MODEL
@request_options.stacked(*request_options.ATTACHMENTS, *request_options.TOOLS, *request_options.ANSWERING)
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each turn, failed ones too.")
@click.option("-v", "--verbose", is_flag=True, help="Show the model's thinking, and warnings, on standard error.")
@click.pass_context
def command(context: click.Context, /, *, model: str | None, as_json: bool, verbose: bool, **given: Any) -> None:
    """Talk with a model, and switch to another in mid-conversation."""
    import os

    from hamr.cli import attachments, terminal_choice, tool_functions, turns
    from hamr.cli.chat_commands import Commands
    from hamr.cli.chat_history import History
    from hamr.cli.conversation import Conversation
    from hamr.client import Hamr
    from hamr.storage.locks import state_folder

    with Hamr(tell=output.tell) as client:
        tools = tool_functions.load(given["tools"])
        model = terminal_choice.choice(client, model).model
        conversation = Conversation(client, model, request_options.asked(given), tools, given["max_rounds"])
        conversation.attached += attachments.read(given["images"], given["files"])
        person = output.terminal(sys.stdin)
        keep = partial(terminal_choice.keep, client) if person else None
        chat = Chat(conversation, Commands(conversation, keep), as_json=as_json, verbose=verbose)
        if not person:
            chat.hold(turns.piped)
            if chat.failed:
                context.exit(exit_codes.FAILED)
            return
        output.note(f"{conversation.model}; /help tells what you can do, Ctrl-D ends")
        chat.hold_with_a_person(turns.typed, History(state_folder(os.environ)))


class Chat:
    """One run of `hamr chat`."""

    def __init__(self, conversation: Conversation, commands: Commands, *, as_json: bool, verbose: bool) -> None:
        self._conversation, self._commands = conversation, commands
        self._as_json, self._verbose = as_json, verbose
        self._turn = 0
        self.failed = False

    def hold(self, line: ReadLine) -> None:
        """Take turns until there are no more."""
        from hamr.cli import turns
        from hamr.cli.chat_commands import Ended

        try:
            while True:
                self._take(turns.read(line))
        except (EOFError, Ended):
            return

    def hold_with_a_person(self, line: ReadLine, history: History) -> None:
        """Take turns until the person ends it; Ctrl-C ends a turn, and not the conversation."""
        from hamr.cli import turns
        from hamr.cli.chat_commands import Ended

        history.load(self._commands.words)
        while True:
            try:
                text = turns.read(line)
                history.add(text)
                self._take(text)
            except KeyboardInterrupt:
                output.note("\n(Ctrl-D or /exit ends the conversation)")
            except EOFError:
                output.note("")
                return
            except Ended:
                return

    def _take(self, text: str) -> None:
        """One turn: a command, or something to say. A failure ends the turn, and not the conversation."""
        from hamr.cli import failure
        from hamr.cli.conversation import Stopped
        from hamr.errors import HamrError

        try:
            if not text.strip() or self._commands.obey(text):
                return
        except HamrError as error:
            self.failed = True
            failure.show(error)
            return
        self._turn += 1
        try:
            self._ask(text[1:] if text.startswith("//") else text)
        except Stopped as stopped:
            self._stopped(stopped)
        except HamrError as error:
            self._failed(text, error)

    def _ask(self, text: str) -> None:
        from hamr.cli import report
        from hamr.cli.answer import Answer
        from hamr.cli.conversation import Stopped
        from hamr.errors import HamrError

        if self._as_json:
            self._line(text, self._document(text))
            return
        answer = Answer(verbose=self._verbose, calls=not self._conversation.runs_tools)
        try:
            response = self._answered(text, answer)
        except (HamrError, Stopped):
            answer.break_off()
            raise
        report.ending(response)

    def _answered(self, text: str, answer: Answer) -> Response:
        if not self._conversation.runs_tools:
            response = self._conversation.ask(text, answer)
            answer.end()
            return response
        from hamr.cli import tool_run

        run = self._conversation.run(text, answer)
        answer.end()
        tool_run.tell_what_was_left(run)
        return run.response

    def _document(self, text: str) -> dict[str, Any]:
        from hamr.cli import document

        if not self._conversation.runs_tools:
            return document.response(self._conversation.ask(text, None))
        from hamr.cli import tool_run

        run = self._conversation.run(text, None)
        return {**document.response(run.response), "run": tool_run.run_document(run)}

    def _stopped(self, stopped: Any) -> None:
        if not output.terminal(sys.stdin):
            raise KeyboardInterrupt
        kept = "what came is kept" if stopped.kept else "nothing had come, so this turn is forgotten"
        output.note(f"(stopped; {kept})")

    def _failed(self, text: str, error: HamrError) -> None:
        from hamr.cli import failure

        self.failed = True
        if self._as_json:
            self._line(text, {"error": failure.facts(error)})
            return
        failure.show(error)
        output.note("This turn is forgotten; the conversation goes on without it.")

    def _line(self, text: str, told: dict[str, Any]) -> None:
        line = {"turn": self._turn, "asked": self._conversation.model, "prompt": text, "error": None, **told}
        output.write_line(line)
