"""Keyrings for tests, by the package `keyring`, that do as they are told; PYTHON_KEYRING_BACKEND names one.

What they hold is in the file that HAMR_TESTKIT_KEYRING names, for all processes.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringLocked, PasswordDeleteError, PasswordSetError

FILE = "HAMR_TESTKIT_KEYRING"


def held() -> dict[str, str]:
    """All keys by their names."""
    path = Path(os.environ[FILE])
    found: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    return found


class Keyring(KeyringBackend):
    """One that works."""

    priority = 1
    name = "Testkit Keyring"

    @property
    def asked(self) -> Path:
        """A file that has a letter for each key that was read."""
        return Path(f"{os.environ[FILE]}.asked")

    def get_password(self, service: str, username: str) -> str | None:
        """The key."""
        with self.asked.open("a") as file:
            file.write("r")
        return held().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep a key."""
        Path(os.environ[FILE]).write_text(json.dumps({**held(), f"{service}/{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        """Forget a key."""
        left = held()
        if left.pop(f"{service}/{username}", None) is None:
            raise PasswordDeleteError("not found")
        Path(os.environ[FILE]).write_text(json.dumps(left))


class SlowKeyring(Keyring):
    """One that is not read before a file, `gate` beside its own, is there."""

    def get_password(self, service: str, username: str) -> str | None:
        """The key, as soon as it may be read; raises KeyringLocked after ten seconds."""
        gate = Path(os.environ[FILE]).with_name("gate")
        found, ends = super().get_password(service, username), time.monotonic() + 10
        while not gate.exists():
            if time.monotonic() > ends:
                raise KeyringLocked("nobody opens the gate")
            time.sleep(0.02)
        return found


class LockedKeyring(Keyring):
    """One that nobody unlocks."""

    def get_password(self, service: str, username: str) -> str | None:
        """No key."""
        raise KeyringLocked("Failed to unlock the collection!")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep nothing, and say the key in the error, as some library might."""
        raise InitError(f"Failed to unlock for {password}")


class FullKeyring(Keyring):
    """One that keeps nothing more, and says the key in its error."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep nothing."""
        raise PasswordSetError(f"no room for {password}")


class BrokenKeyring(Keyring):
    """One whose library raises what it likes."""

    def get_password(self, service: str, username: str) -> str | None:
        """No key."""
        raise ConnectionResetError("org.freedesktop.DBus.Error.NoReply")

    set_password = FullKeyring.set_password


class StuckKeyring(Keyring):
    """One that keeps a key and never lets go of it."""

    def delete_password(self, service: str, username: str) -> None:
        """Forget nothing."""
        raise PasswordDeleteError("not now")


def named(kind: str, file: Path) -> dict[str, str]:
    """The variables that make one of these the keyring of a process, with what it holds in this file."""
    return {"PYTHON_KEYRING_BACKEND": f"{__name__}.{kind}", FILE: str(file)}
