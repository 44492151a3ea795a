"""The operating system's keyring, by the package `keyring`: imported, and asked, only for a key that is kept there.

It is never chosen for want of another place, and nothing else is chosen for want of it: what cannot be kept there, or
got from there, is an error. All functions block, and may wait for a person who unlocks it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from hamr.errors import ConfigError, HamrError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "hamr"
"""What the keys are filed under, beside the name of each."""
INSTALL = "Install it: pip install 'hamr[keyring]'"
ELSEWHERE = "To keep keys in auth.json: hamr auth add --no-keyring, or HAMR_CREDENTIAL_STORE=file."
BACKEND_VARIABLE = "PYTHON_KEYRING_BACKEND"
SAFE = 1.0
"""Backends below this priority store plain text, or nothing; `keyring` recommends those from it on."""

Result = TypeVar("Result")


def read(name: str, what: str) -> str:
    """The key of this name; raises ConfigError, which names `what` holds the reference to it."""
    try:
        key = _asked(lambda: _backend().get_password(SERVICE, name))
    except HamrError as error:
        raise ConfigError(f"{what}: {error.message}", hint=error.hint) from error
    if not key:
        raise ConfigError(
            f"{what}: the keyring holds no {name!r} of {SERVICE!r}",
            hint="It may be another user's or machine's keyring. Store the key anew: hamr auth add.",
        )
    return key


def write(name: str, key: str) -> str:
    """Keep a key under this name, and see that it is there; gives what the keyring is called. Raises HamrError."""
    backend = _safe(_asked(_backend))
    told = f"the keyring ({told_of(backend)})"
    _asked(lambda: backend.set_password(SERVICE, name, key))
    if _asked(lambda: backend.get_password(SERVICE, name)) != key:  # a null backend takes all, and keeps nothing
        raise HamrError(f"{told} did not keep the key", hint=ELSEWHERE)
    return told


def remove(name: str) -> None:
    """Take a key out, if it is there; raises HamrError."""
    backend = _first(_asked(_backend))
    if _asked(lambda: backend.get_password(SERVICE, name)) is not None:
        _asked(lambda: backend.delete_password(SERVICE, name))


def told_of(backend: KeyringBackend) -> str:
    """What people call a backend, such as `SecretService Keyring`."""
    return str(getattr(backend, "name", type(backend).__name__))


def _backend() -> KeyringBackend:
    import keyring

    return keyring.get_keyring()


def _first(backend: KeyringBackend) -> KeyringBackend:
    """Of several in a row the first one, in which a key is kept: the next may be plain text."""
    return next(iter(getattr(backend, "backends", ())), backend)


def _safe(backend: KeyringBackend) -> KeyringBackend:
    backend = _first(backend)
    priority = float(backend.priority)
    if priority <= 0:
        raise HamrError(
            "there is no keyring on this machine",
            hint=f"On a server there usually is none. {ELSEWHERE}\nOr name one in {BACKEND_VARIABLE}.",
        )
    if priority < SAFE and not os.environ.get(BACKEND_VARIABLE):
        raise HamrError(
            f"the only keyring on this machine, {told_of(backend)}, is not thought safe",
            hint=f"{ELSEWHERE}\nTo use it all the same: name it in {BACKEND_VARIABLE}.",
        )
    return backend


def _asked(ask: Callable[[], Result]) -> Result:
    """What the keyring says; raises HamrError with the remedy, and without what a backend's own error may hold."""
    try:
        return ask()
    except ImportError as error:
        if (error.name or "").partition(".")[0] == "keyring":
            raise HamrError("a keyring needs the package `keyring`, which is not installed", hint=INSTALL) from None
        raise _failed(error) from None
    except HamrError:
        raise
    except Exception as error:  # noqa: BLE001  # a backend lets through whatever its system's library raises
        raise _failed(error) from None


def _failed(error: Exception) -> HamrError:
    kind = type(error).__name__
    if kind in ("NoKeyringError", "ImportError", "ModuleNotFoundError", "AttributeError"):
        named = os.environ.get(BACKEND_VARIABLE)
        what = f"the keyring {named!r} of {BACKEND_VARIABLE} cannot be used" if named else "there is no keyring here"
        return HamrError(f"{what} ({kind})", hint=f"On a server there usually is none. {ELSEWHERE}")
    if kind in ("KeyringLocked", "LockedException", "PromptDismissedException"):
        return HamrError("the keyring is locked", hint=f"Unlock it, as by logging in to the desktop. {ELSEWHERE}")
    return HamrError(f"the keyring fails ({kind})", hint=f"Is it unlocked, and running? {ELSEWHERE}")
