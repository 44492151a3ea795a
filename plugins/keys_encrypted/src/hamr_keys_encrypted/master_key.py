"""The key that the others are encrypted with: 32 bytes in a file of their own."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping

from hamr.api import ConfigError, read_own, write_whole

FILE = "master.key"
VARIABLE = "HAMR_MASTER_KEY_FILE"
LENGTH = 32
"""Bytes, of AES-256 (inventory V-28)."""


def path_in(folder: str, environ: Mapping[str, str]) -> str:
    """Where it is: where HAMR_MASTER_KEY_FILE says, or in the folder of the credentials."""
    return environ.get(VARIABLE, "").strip() or os.path.join(folder, FILE)


def read(path: str) -> bytes | None:
    """The key, None where there is none; raises ConfigError for one of another length, or that others may read."""
    found = read_own(path)
    if found is None:
        return None
    if len(found) != LENGTH:
        raise ConfigError(
            f"{path} has {len(found)} bytes, and a master key has {LENGTH}",
            hint="Put the right file there, as from a backup: without it the keys cannot be decrypted.",
        )
    if os.name != "nt" and stat.S_IMODE(os.stat(path).st_mode) & 0o077:
        raise ConfigError(f"{path}: other users may read the master key", hint=f"chmod 600 {path}")
    return found


def make(path: str) -> bytes:
    """A new one, kept there; raises ConfigError. For who holds the lock of the file that it is for."""
    made = os.urandom(LENGTH)
    try:
        write_whole(path, made)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written: {error.strerror or error}") from error
    return made
