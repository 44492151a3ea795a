"""The file of encrypted keys: a table of names, each with nonce and ciphertext (AES-256-GCM) in base64."""

from __future__ import annotations

import base64
import json
import os
from typing import TYPE_CHECKING

from hamr.api import ConfigError, read_own, write_whole, writing
from hamr_keys_encrypted import master_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FILE = "keys.encrypted.json"
NONCE = 12
"""Bytes in front of the ciphertext (inventory V-28)."""
ELSEWHERE = "Store the key anew: hamr auth add."
BACKUP = f"Put back the {master_key.FILE} that the keys were encrypted with. Without it they are lost: remove"


class EncryptedStore:
    """A KeyStore: `keys.encrypted.json` in the folder of the credentials, written whole and by one process at a time.

    A key counts for its own name alone, which is authenticated with it.
    """

    def __init__(self, folder: str, environ: Mapping[str, str]) -> None:
        self.path = os.path.join(folder, FILE)
        self.master = master_key.path_in(folder, environ)

    def read(self, name: str, what: str) -> str:
        """The key of this name; raises ConfigError, which begins with `what`."""
        try:
            return self._read(name)
        except ConfigError as error:
            raise ConfigError(f"{what}: {error.message}", hint=error.hint) from error

    def write(self, name: str, key: str) -> str:
        """Keep a key under this name; gives what the store is called. Raises ConfigError, and then nothing is kept."""
        with writing(self.path):
            table = self._table()
            master = self._master(table)
            nonce = os.urandom(NONCE)
            sealed = nonce + _cipher(master).encrypt(nonce, key.encode(), name.encode())
            self._keep({**table, name: base64.b64encode(sealed).decode()})
        return f"the encrypted file {self.path}"

    def remove(self, name: str) -> None:
        """Take a key out, if it is there, for which no master key is needed; raises ConfigError."""
        with writing(self.path):
            table = self._table()
            if table.pop(name, None) is not None:
                self._keep(table)

    def _read(self, name: str) -> str:
        sealed = self._table().get(name)
        if sealed is None:
            raise ConfigError(f"{self.path} holds no {name!r}", hint=ELSEWHERE)
        return self._opened(name, sealed, self._master())

    def _master(self, table: dict[str, str] | None = None) -> bytes:
        """The master key, which is made where it is missing and nothing in this table was encrypted with another."""
        found = master_key.read(self.master)
        if found is None and table is not None and not table:
            return master_key.make(self.master)
        if found is None:
            raise ConfigError(
                f"the master key {self.master} is missing", hint=f"{BACKUP} {self.path}, and add them anew."
            )
        if table:
            self._opened(*next(iter(table.items())), found)  # a new key beside others is of the same master key
        return found

    def _opened(self, name: str, sealed: str, master: bytes) -> str:
        from cryptography.exceptions import InvalidTag

        try:
            data = base64.b64decode(sealed, validate=True)
            return _cipher(master).decrypt(data[:NONCE], data[NONCE:], name.encode()).decode()
        except (InvalidTag, ValueError):  # a short nonce, or no base64; neither is shown
            raise ConfigError(
                f"{name!r} in {self.path} cannot be decrypted: it was changed, or {self.master} is another master key",
                hint=f"{BACKUP} what cannot be decrypted with hamr auth remove, and add it anew.",
            ) from None

    def _table(self) -> dict[str, str]:
        data = read_own(self.path)
        try:
            found = json.loads(data) if data else {}
        except ValueError:
            found = None
        if not isinstance(found, dict) or not all(isinstance(each, str) for each in found.values()):
            raise ConfigError(f"{self.path} holds no table of texts", hint=f"Put it back from a backup. {ELSEWHERE}")
        return found

    def _keep(self, table: dict[str, str]) -> None:
        try:
            write_whole(self.path, json.dumps(table, indent=2).encode() + b"\n")
        except OSError as error:
            raise ConfigError(f"{self.path} cannot be written: {error.strerror or error}") from error


def _cipher(master: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(master)
