"""A key as a person or a program hands it over: never as an argument, which everybody on the machine can read."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from hamr.cli import output
from hamr.errors import ConfigError

if TYPE_CHECKING:
    from hamr.types import Provider

HINT = "Copy it again, on one line and without quotes."
MOST = 64 * 1024
"""Characters, as of what a command may print."""
QUOTES = "\"'"


def entered(provider: Provider, *, stdin: bool, file: str | None, env: str | None) -> str:
    """The key, from the one place that is named, or typed in unseen; raises ConfigError, never showing it."""
    if sum((stdin, file is not None, env is not None)) > 1:
        raise click.UsageError("--stdin, --file and --env exclude each other")
    if stdin:
        return checked(_read_stdin(), "standard input")
    if file is not None:
        return checked(_read_file(file), file)
    if env is not None:
        return checked(os.environ.get(env, ""), f"the environment variable {env}")
    return checked(typed(provider), "what was typed")


def typed(provider: Provider) -> str:
    """The key that somebody at the terminal types in unseen; raises ConfigError where nobody sits there."""
    if not output.terminal(sys.stdin):
        raise ConfigError(
            "nobody can type the key in: standard input is no terminal",
            hint=f"Pipe it in: hamr auth add {provider.id} --stdin. There are --file and --env, too.",
        )
    if provider.key_url:
        output.note(f"Keys are at {provider.key_url}")
    from getpass import getpass

    try:  # click's own prompt is shown before the terminal's echo is off: what is pasted at once would be seen
        return getpass(f"The key of {provider.name} (it is not shown): ")
    except EOFError:
        output.note("")  # the prompt's line has not ended
        raise ConfigError("no key was typed in") from None


def checked(key: str, place: str) -> str:
    """The key without the blanks around it; raises ConfigError, naming the place, where it cannot be one."""
    key = key.strip()
    if not key:
        raise ConfigError(f"there is no key in {place}")
    if len(key) > MOST:
        raise ConfigError(f"{place} holds {len(key):,} characters, which is no key", hint=HINT)
    if key[0] == key[-1] and key[0] in QUOTES:
        raise ConfigError(f"the key in {place} stands in quotes", hint=HINT)
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise ConfigError(f"{place} holds a blank, a line break or another character that no key has", hint=HINT)
    return key


def _read_stdin() -> str:
    try:
        return sys.stdin.buffer.read().decode()
    except UnicodeDecodeError:
        raise ConfigError("standard input is no text in UTF-8") from None  # the error holds what was read


def _read_file(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ConfigError(f"{path} is no text in UTF-8") from None
