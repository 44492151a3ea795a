"""The output of a command of the user's own, such as that of a password manager."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress

from hamr.errors import ConfigError

PATIENCE = 10.0
"""Seconds (inventory H-60)."""


def output(command: str, what: str, patience: float = PATIENCE) -> str:
    """What the shell command prints, without the blanks around it; nothing is read from the terminal.

    Raises ConfigError, naming `what` and not the command, where it fails, takes too long or prints nothing.
    """
    # Output that is not read might hold the secret, so standard error is thrown away.
    with subprocess.Popen(  # noqa: S602  # running the user's own command is what is asked for
        command,
        shell=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            told, _ = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            _end(process)
            raise _failed(what, f"took longer than {patience:g} s") from None
    if process.returncode:
        raise _failed(what, f"ended with exit code {process.returncode}")
    try:
        text = told.decode().strip()
    except UnicodeDecodeError:
        raise _failed(what, "printed no text in UTF-8") from None
    if not text:
        raise _failed(what, "printed nothing")
    return text


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it with all that it has started."""
    with suppress(ProcessLookupError):
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _failed(what: str, how: str) -> ConfigError:
    return ConfigError(f"{what}: its command {how}", hint="Run the command in a shell to see why.")
