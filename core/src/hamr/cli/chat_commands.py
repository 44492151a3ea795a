"""What can be said in a conversation to hamr itself: lines such as `/model groq`."""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hamr.cli import output
from hamr.cli.table import described
from hamr.errors import ConfigError
from hamr.types import Text, Thinking, ToolCall, ToolResult

if TYPE_CHECKING:
    from hamr.cli.conversation import Conversation
    from hamr.types import Message, Part

COMMAND = re.compile(r"/([A-Za-z]+)(?:\s+(.*))?", re.DOTALL)
HELP = {
    "/model PROVIDER/MODEL": "ask another model, the next time too; `-` forgets that; alone: tell which one is asked",
    "/system TEXT": "what the model is told before all else; `-` for nothing; alone: tell it",
    "/image FILE|URL": "show it an image with the next turn",
    "/file FILE|URL": "give it a document, a sound or a text with the next turn",
    "/clear": "forget what was said",
    "/save FILE": "write the conversation down: JSON where the name ends so, else Markdown",
    "/help": "this",
    "/exit": "end, as Ctrl-D does",
    "//": "begins a text with a slash",
    '"""': "begins and ends a text of many lines",
    "... \\": "a line that ends with this goes on with the next",
    "Ctrl-C": "stop an answer, and keep what came of it",
}


class Ended(Exception):
    """The user has ended the conversation."""


class Commands:
    """The commands of one conversation; `keep` remembers the model that a person chooses, and tells what came of it."""

    def __init__(self, conversation: Conversation, keep: Callable[[str], str] | None = None) -> None:
        self._conversation, self._keep = conversation, keep
        self._saved: set[Path] = set()
        self._run: dict[str, Callable[[str], None]] = {
            "model": self._model,
            "system": self._system,
            "image": self._image,
            "file": self._file,
            "clear": self._clear,
            "save": self._save,
            "help": self._help,
            "exit": self._exit,
            "quit": self._exit,
        }

    @property
    def words(self) -> list[str]:
        """The commands, as they are typed."""
        return [f"/{name}" for name in self._run]

    def obey(self, text: str) -> bool:
        """Do what the text says where it is a command; False where it is something to say to the model.

        Raises ConfigError for a command that does not exist or cannot be done, and Ended.
        """
        found = COMMAND.fullmatch(text.strip())
        if found is None:
            return False
        name, argument = found[1].lower(), (found[2] or "").strip()
        if name not in self._run:
            near = difflib.get_close_matches(name, self._run, n=1)
            guess = f"Did you mean /{near[0]}? " if near else "/help tells which there are. "
            raise ConfigError(f"no such command: /{name}", hint=f"{guess}To say it to the model, begin with //.")
        self._run[name](argument)
        return True

    def _model(self, selector: str) -> None:
        if selector and selector != "-":
            self._conversation.switch(selector)
        output.note(f"model: {self._conversation.model}")
        if selector and self._keep is not None:
            output.note(self._keep("" if selector == "-" else selector))

    def _system(self, text: str) -> None:
        if text:
            self._conversation.system = None if text == "-" else text
        output.note(f"system: {self._conversation.system or 'nothing'}")

    def _image(self, place: str) -> None:
        self._attach("image", [place], [])

    def _file(self, place: str) -> None:
        self._attach("file", [], [place])

    def _attach(self, word: str, images: list[str], files: list[str]) -> None:
        if not any(images + files):
            raise ConfigError(f"/{word} needs a file", hint=f"For instance: /{word} photo.jpg")
        from hamr.cli import attachments

        places = [os.path.expanduser(place) for place in images], [os.path.expanduser(place) for place in files]
        self._conversation.attached += attachments.read(*places)
        number = len(self._conversation.attached)
        output.note(f"the next turn has {number} attachment{'' if number == 1 else 's'}")

    def _clear(self, argument: str) -> None:
        turns = sum(message.role == "user" for message in self._conversation.messages)
        self._conversation.attached.clear()
        self._conversation.clear()
        output.note(f"forgotten: {turns} turn{'' if turns == 1 else 's'}")

    def _save(self, name: str) -> None:
        if not name:
            raise ConfigError("/save needs a file", hint="For instance: /save talk.md")
        path = Path(os.path.expanduser(name)).absolute()
        text = _json(self._conversation) if path.suffix == ".json" else _markdown(self._conversation)
        try:
            with path.open("w" if path in self._saved else "x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            raise ConfigError(f"{path} is there already", hint="Name another file.") from None
        except OSError as error:
            raise ConfigError(f"{path} cannot be written: {error.strerror}", hint="Name another file.") from error
        self._saved.add(path)
        output.note(f"saved: {path}")

    def _help(self, argument: str) -> None:
        columns = output.width() if output.terminal(sys.stderr) else None
        output.aside(described(HELP, columns))

    def _exit(self, argument: str) -> None:
        raise Ended


def _json(conversation: Conversation) -> str:
    """In the shape that `hamr.call` takes as a prompt."""
    from hamr.wires.openai_completions.compat import Compat
    from hamr.wires.openai_completions.messages import Writer
    from hamr.wires.told import Told

    head = [{"role": "system", "content": conversation.system}] if conversation.system else []
    said = Writer(Compat(), Told("openai-completions")).write(conversation.messages)
    return json.dumps({"model": conversation.model, "messages": head + said}, ensure_ascii=False, indent=2) + "\n"


def _markdown(conversation: Conversation) -> str:
    head = [f"# {conversation.model}"]
    head += [f"## system\n\n{conversation.system}"] if conversation.system else []
    said = [f"## {message.role}\n\n{_spoken(message)}" for message in conversation.messages]
    return "\n\n".join(head + said) + "\n"


def _spoken(message: Message) -> str:
    """The text, and what stands beside it by name."""
    return "\n\n".join(filter(None, map(_part, message.parts)))


def _part(part: Part) -> str:
    match part:
        case Text(text=text):
            return text
        case ToolCall():
            return f"`{part.name}({part.text})`"
        case ToolResult():
            return "\n\n".join(filter(None, map(_part, part.parts)))
        case Thinking():
            return ""
        case _:
            return f"[{type(part).__name__.lower()}]"
