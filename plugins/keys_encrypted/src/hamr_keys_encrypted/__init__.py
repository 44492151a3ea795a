"""An encrypted file for keys, beside auth.json, which names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.api import KeyStore


def open_store(folder: str, environ: Mapping[str, str]) -> KeyStore:
    """The store whose file is in this folder; nothing is read or made yet."""
    from hamr_keys_encrypted.store import EncryptedStore

    return EncryptedStore(folder, environ)
