"""What a person, or a pipe, says in a conversation: one turn after the other."""

from __future__ import annotations

import sys
from collections.abc import Callable

from hamr.cli import output, prompt

PROMPT = "> "
MORE = ". "
QUOTES = '"""'

ReadLine = Callable[[str], str]
"""Shows a prompt and gives the next line without its end; raises EOFError at the end."""


def read(line: ReadLine) -> str:
    r"""The next turn: a line; several where each but the last ends with `\`; or all between two `\"\"\"`.

    Raises EOFError at the end. What stands before it is a turn, though it may lack its end.
    """
    first = line(PROMPT)
    if first.lstrip().startswith(QUOTES):
        return _quoted(first.lstrip().removeprefix(QUOTES), line)
    lines = [first]
    while _goes_on(lines[-1]):
        lines[-1] = lines[-1][:-1]
        try:
            lines.append(line(MORE))
        except EOFError:
            break
    return "\n".join(lines)


def _goes_on(line: str) -> bool:
    return line.endswith("\\") and not line.endswith("\\\\")


def _quoted(first: str, line: ReadLine) -> str:
    lines = [first] if first else []
    while not (lines and lines[-1].rstrip().endswith(QUOTES)):
        try:
            lines.append(line(MORE))
        except EOFError:
            return "\n".join(lines)
    lines[-1] = lines[-1].rstrip().removesuffix(QUOTES)
    return "\n".join(lines if lines[-1] else lines[:-1])


def piped(shown: str) -> str:
    """The next line of standard input; nothing is shown. Raises ConfigError where it is not text."""
    data = sys.stdin.buffer.readline() if sys.stdin is not None else b""
    if not data:
        raise EOFError
    return prompt.text_of(data).rstrip("\r\n")


def typed(shown: str) -> str:
    """The next line that a person types, edited with readline where Python has it."""
    if output.terminal(sys.stdout):
        return input(shown)
    output.aside(shown)  # `input` would put the prompt among the answers
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")
