"""Files of the user's own: written whole or not at all, and for nobody else to read."""

from __future__ import annotations

import os

TYPE_CHECKING = False  # typing itself would cost every start 8 ms (docs/decisions/start-up.md)
if TYPE_CHECKING:
    from pathlib import Path


def read_own(path: str) -> bytes | None:
    """What a file holds, None where there is none; raises ConfigError, naming it, where it cannot be read."""
    from hamr.errors import ConfigError

    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror or error}") from error


def write_whole(path: str | Path, data: bytes, *, durable: bool = True, mode: int | None = None) -> None:
    """Replace the file in one step (temporary file, fsync, rename), mode 0600 in folders of mode 0700.

    Another `mode` is for what is not the user's alone. A link is written through, so that files kept elsewhere stay
    there. What is not `durable` may be lost with the power, as a cache may. Raises OSError.
    """
    import tempfile

    real = os.path.realpath(path)
    folder, name = os.path.split(real)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    file, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
    try:
        with os.fdopen(file, "wb") as writing:
            if mode is not None and os.name != "nt":
                os.fchmod(file, mode)
            writing.write(data)
            writing.flush()
            if durable:
                os.fsync(writing.fileno())
        os.replace(temporary, real)
    except BaseException:
        os.unlink(temporary)
        raise
