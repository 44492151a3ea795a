from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test finds what somebody who runs it is logged in with."""
    monkeypatch.setenv("HAMR_AGENT_DIR", str(tmp_path / "no-such-folder"))


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    """A key made on the spot."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def pem(key: rsa.RSAPrivateKey) -> str:
    """The same as a key file holds it."""
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return key.private_bytes(*form).decode()
