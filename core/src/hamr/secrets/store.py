"""The user's own keys and logins: `auth.json`, a file of mode 0600 in a folder of mode 0700."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, Any, TypeVar

from hamr.errors import ConfigError
from hamr.types import Secret

if TYPE_CHECKING:
    from hamr.secrets.auth_file import Document, StoredKey, StoredLogin
    from hamr.secrets.lookups import Lookups
    from hamr.secrets.token_place import TokenPlace
    from hamr.specs import KeyStore

FILE = "auth.json"
LARGEST = 64 * 1024 * 1024
"""Bytes; what is larger is no file of credentials."""
WRITABLE_BY_OTHERS = 0o022

Result = TypeVar("Result")


def agent_folder(environ: Mapping[str, str]) -> str | None:
    """Where credentials are: HAMR_AGENT_DIR, or `.hamr/agent` in the user's home; None where neither is known."""
    if given := environ.get("HAMR_AGENT_DIR"):
        return given
    home = environ.get("HOME") or (environ.get("USERPROFILE") if os.name == "nt" else None)
    return os.path.join(home, ".hamr", "agent") if home else None


class CredentialStore:
    """One `auth.json`. Safe to use from many threads and processes; it is read again when it has changed.

    `opened` gives the store of a plugin by its name and this folder, for the keys that the file only names.
    """

    def __init__(self, folder: str, opened: Callable[[str, str], KeyStore] | None = None) -> None:
        self.folder = folder
        self._opened = opened
        self.path = os.path.join(folder, FILE)
        self._read: tuple[tuple[int, int, int], Document] | None = None
        self._found_in: Document | None = None
        self._results: dict[object, Any] = {}

    @classmethod
    def of(
        cls, environ: Mapping[str, str], opened: Callable[[str, str], KeyStore] | None = None
    ) -> CredentialStore | None:
        """The user's own store; None where the environment names no home."""
        folder = agent_folder(environ)
        return None if folder is None else cls(folder, opened)

    def ids(self) -> list[str]:
        """The providers of which something is stored; raises ConfigError."""
        from hamr.secrets import auth_file

        return auth_file.ids(self._document())

    def keys(self, names: Sequence[str]) -> list[StoredKey]:
        """The keys of the provider that has these names, in the order in which they count; raises ConfigError."""
        if not self._document():
            return []
        from hamr.secrets import auth_file

        return self._found(auth_file.keys, names)

    def logins(self, names: Sequence[str]) -> list[StoredLogin]:
        """The logins of the provider that has these names, in the order in which they count; raises ConfigError."""
        if not self._document():
            return []
        from hamr.secrets import auth_file

        return self._found(auth_file.logins, names)

    def environ(self, names: Sequence[str]) -> Mapping[str, str]:
        """The variables that a provider's record sets for itself (inventory H-66); raises ConfigError."""
        if not self._document():
            return {}
        from hamr.secrets import auth_file

        return self._found(auth_file.environ, names)

    def key(self, names: Sequence[str], environ: Mapping[str, str]) -> Secret | None:
        """The first key, with what it names filled in; raises ConfigError where that cannot be had.

        A command's output is kept as long as this store is (inventory H-64); its failure is not.
        """
        found = self.keys(names)
        return self.revealed(found[0], environ) if found else None

    def is_slow(self, names: Sequence[str]) -> bool:
        """Whether the first key may take seconds, for what it names was not got at yet; raises ConfigError."""
        return bool(self._document()) and any(map(self.takes_time, self.keys(names)[:1]))

    def takes_time(self, key: StoredKey) -> bool:
        """Whether this key may take seconds."""
        return key.is_elsewhere and not self._lookups.has(key.written)

    def tokens(self, names: Sequence[str], name: str = "", mark: str | None = None) -> TokenPlace:
        """Where the tokens of the provider that has these names are kept: of its first login, or of the one meant.

        `name` is what the user calls it, `mark` that of a StoredLogin.
        """
        from hamr.secrets.token_place import TokenPlace

        return TokenPlace(self, tuple(names), name, mark)

    def change(self, edit: Callable[[Document], Result]) -> Result:
        """Edit what is stored and write it whole, while no other process does; raises ConfigError."""
        from hamr.storage.locks import writing

        with writing(self.path):
            return self.rewrite(edit)

    def rewrite(self, edit: Callable[[Document], Result]) -> Result:
        """The same for who holds the lock already."""
        import copy
        import json

        from hamr.secrets.auth_file import Misshapen
        from hamr.storage.files import write_whole

        self._read = None  # two writes within one tick of the file system's clock would look like one
        before = self._document()
        document = copy.deepcopy(before)  # another thread may be reading what was there
        try:
            result = edit(document)
        except Misshapen as error:
            raise self._misshapen(error) from error
        if document != before:
            try:
                self._sweep()
                write_whole(self.path, json.dumps(document, indent=2).encode() + b"\n")
            except OSError as error:
                raise ConfigError(f"{self.path} cannot be written: {error.strerror}") from error
        return result

    def readable_by_others(self) -> bool:
        """Whether the file's mode lets other users read it."""
        try:
            return os.name != "nt" and bool(os.stat(self.path).st_mode & 0o077)
        except (FileNotFoundError, NotADirectoryError):
            return False

    def _found(self, read: Callable[[Document, Sequence[str]], Result], names: Sequence[str]) -> Result:
        from hamr.secrets.auth_file import Misshapen

        document, wanted = self._document(), (read, tuple(names))
        if self._found_in is not document:
            self._found_in, self._results = document, {}
        results = self._results
        if wanted not in results:
            try:
                results[wanted] = read(document, names)
            except Misshapen as error:
                raise self._misshapen(error) from error
        found: Result = results[wanted]
        return found

    def _document(self) -> Document:
        """What the file holds, parsed once for as long as it stays the same."""
        try:
            stat = os.stat(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            raise self._unreadable(error.strerror or "unknown fault") from error
        if not (S_ISREG(stat.st_mode) or S_ISDIR(stat.st_mode)):  # a pipe would be waited for
            raise self._unreadable("it is no file")
        state = stat.st_mtime_ns, stat.st_size, stat.st_ino
        if self._read is None or self._read[0] != state:
            self._read = state, self._parsed()
        return self._read[1]

    def _parsed(self) -> Document:
        import json

        try:
            with open(self.path, "rb") as file:
                data = file.read(LARGEST + 1)
        except OSError as error:
            raise self._unreadable(error.strerror or "unknown fault") from error
        if len(data) > LARGEST:
            raise self._unreadable(f"it is larger than {LARGEST} bytes")
        try:
            found = json.loads(data.decode("utf-8-sig").strip() or "{}")
        except UnicodeDecodeError:
            raise self._unreadable("it is no text in UTF-8") from None  # the error holds the file's bytes
        except json.JSONDecodeError as error:  # which holds the whole text, and so the keys in it
            raise self._unreadable(f"no JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
        except (ValueError, RecursionError):  # a number of thousands of digits, or lists in lists without end
            raise self._unreadable("no JSON that makes sense") from None
        if not isinstance(found, dict):
            raise self._unreadable("it must hold a table")
        return found

    def revealed(self, key: StoredKey, environ: Mapping[str, str]) -> Secret:
        """A key with what it names filled in; raises ConfigError where that cannot be had."""
        from hamr.secrets import references

        what = f"{key.place} in {self.path}"
        if key.is_apart:
            return Secret(self._lookups.get(key.written, lambda: self.apart(key.store).read(key.value, what)), what)
        if (command := references.command(key.value)) is None:
            return Secret(references.filled(key.value, {**environ, **key.env}, what).strip(), what)
        return Secret(self._lookups.get(key.written, lambda: self._output(command, what)), what)

    def apart(self, name: str) -> KeyStore:
        """The store of this name, in which keys are that the file only names; raises ConfigError or PluginError."""
        if name == "keyring":
            from hamr.secrets import os_keyring

            return os_keyring
        if self._opened is None:
            raise ConfigError(f"there is no store of keys {name!r}", hint="docs/credentials.md tells which there are.")
        return self._opened(name, self.folder)

    @cached_property
    def _lookups(self) -> Lookups:
        from hamr.secrets.lookups import Lookups

        return Lookups()

    def _output(self, command: str, what: str) -> str:
        from hamr.secrets import shell

        self._refuse_strangers(what)
        return shell.output(command, what)

    def _refuse_strangers(self, what: str) -> None:
        """Raise ConfigError where somebody else could have written the commands in the file."""
        if os.name == "nt":
            return
        stat = os.stat(self.path)
        if stat.st_uid not in (0, os.geteuid()) or stat.st_mode & WRITABLE_BY_OTHERS:
            raise ConfigError(
                f"{what}: its command is not run, for others may write the file", hint=f"chmod 600 {self.path}"
            )

    def _sweep(self) -> None:
        """Remove what a process that was killed in mid-write has left: nobody else writes now."""
        folder, name = os.path.split(os.path.realpath(self.path))
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with os.scandir(folder) as entries:
            left = [entry.path for entry in entries if entry.name.startswith(f".{name}.")]
        for path in left:
            os.unlink(path)

    def _unreadable(self, why: str) -> ConfigError:
        return ConfigError(f"{self.path} cannot be read: {why}", hint="Mend the file, or remove it to start anew.")

    def _misshapen(self, error: ValueError) -> ConfigError:
        return ConfigError(f"{self.path}: {error}", hint="docs/credentials.md says what it may hold.")
