"""The output of a command of the user's own, such as that of a password manager."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from typing import IO

from hamr.errors import ConfigError

PATIENCE = 10.0
"""Seconds (inventory H-60)."""


LARGEST = 64 * 1024
"""Bytes; what prints more prints no key."""


def output(command: str, what: str, patience: float = PATIENCE) -> str:
    """What the shell command prints, without the blanks around it; nothing is read from the terminal.

    Raises ConfigError, naming `what` and not the command, where it fails, takes too long, prints nothing or too much.
    """
    # Output that is not read might hold the secret, so standard error is thrown away.
    with subprocess.Popen(  # noqa: S602  # running the user's own command is what is asked for
        command,
        shell=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        bufsize=0,
    ) as process:
        try:
            told = _read(process, time.monotonic() + patience)
        except subprocess.TimeoutExpired:
            _end(process)
            raise _failed(what, f"took longer than {patience:g} s") from None
        except BaseException:
            _end(process)
            raise
        if len(told) > LARGEST:
            _end(process)
            raise _failed(what, f"printed more than {LARGEST} bytes")
    if process.returncode:
        raise _failed(what, f"ended with exit code {process.returncode}")
    try:
        text = told.decode().strip()
    except UnicodeDecodeError:
        raise _failed(what, "printed no text in UTF-8") from None
    if not text:
        raise _failed(what, "printed nothing")
    return text


def _read(process: subprocess.Popen[bytes], deadline: float) -> bytes:
    """What it prints up to its end, or up to a byte too many; raises TimeoutExpired.

    A thread reads, for there is no other way on every system to stop waiting for a pipe.
    """
    told = bytearray()
    reader = threading.Thread(target=_fill, args=(process.stdout, told), daemon=True)
    reader.start()
    reader.join(max(0.0, deadline - time.monotonic()))
    if reader.is_alive():
        raise subprocess.TimeoutExpired(process.args, 0.0)
    if len(told) <= LARGEST:
        process.wait(max(0.0, deadline - time.monotonic()))
    return bytes(told)


def _fill(pipe: IO[bytes], told: bytearray) -> None:
    with suppress(OSError, ValueError):  # it is closed under who has waited for too long
        while len(told) <= LARGEST and (piece := pipe.read(LARGEST)):
            told += piece


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it with all that it has started."""
    with suppress(ProcessLookupError):
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _failed(what: str, how: str) -> ConfigError:
    return ConfigError(f"{what}: its command {how}", hint="Run the command in a shell to see why.")
