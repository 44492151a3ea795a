"""The system's keyring, by real backends of the package `keyring`: what works, and what does not is an error (M-26)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from hamr.errors import ConfigError, HamrError
from hamr.secrets import os_keyring
from hamr_testkit import keyrings

CANARY = "sk-canary-0123456789-wxyz"
Use = Callable[[str], None]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Use:
    """Make one of the test kit's keyrings that of this process, or another by its whole name."""

    def make(kind: str) -> None:
        for name, value in keyrings.named(kind, tmp_path / "keyring.json").items():
            monkeypatch.setenv(name, value)
        if "." in kind:
            monkeypatch.setenv("PYTHON_KEYRING_BACKEND", kind)
        monkeypatch.setattr("keyring.core._keyring_backend", None)

    return make


def test_a_key_is_kept_read_and_removed(use: Use) -> None:
    use("Keyring")
    assert os_keyring.write("acme:1", CANARY) == "the keyring (Testkit Keyring)"
    assert keyrings.held() == {"hamr/acme:1": CANARY}
    assert os_keyring.read("acme:1", "acme.key") == CANARY
    os_keyring.remove("acme:1")
    os_keyring.remove("acme:1")
    assert keyrings.held() == {}


@pytest.mark.parametrize(
    ("kind", "told", "remedy"),
    [
        ("LockedKeyring", "the keyring fails (InitError)", "Is it unlocked, and running?"),
        ("FullKeyring", "the keyring fails (PasswordSetError)", "hamr auth add --no-keyring"),
        ("BrokenKeyring", "the keyring fails (PasswordSetError)", "HAMR_CREDENTIAL_STORE=file"),
        ("keyring.backends.null.Keyring", "there is no keyring on this machine", "PYTHON_KEYRING_BACKEND"),
        ("keyring.backends.fail.Keyring", "there is no keyring on this machine", "On a server there usually is none"),
        ("keyring.backends.chainer.ChainerBackend", "there is no keyring on this machine", "--no-keyring"),
        ("no.such.Backend", "the keyring 'no.such.Backend' of PYTHON_KEYRING_BACKEND cannot be used", "--no-keyring"),
        ("keyring.backends.null.NoSuch", "cannot be used (AttributeError)", "--no-keyring"),
    ],
)
def test_a_key_that_cannot_be_kept_is_an_error_that_does_not_show_it(
    use: Use, monkeypatch: pytest.MonkeyPatch, kind: str, told: str, remedy: str
) -> None:
    monkeypatch.setattr("keyring.backend.KeyringBackend._classes", set())  # a chainer finds no other one
    use(kind)
    with pytest.raises(HamrError) as caught:
        os_keyring.write("acme:1", CANARY)
    assert told in caught.value.message
    assert remedy in caught.value.hint
    assert not isinstance(caught.value, ConfigError)
    assert caught.value.__cause__ is None
    assert CANARY not in f"{caught.value} {caught.value!r} {vars(caught.value)}"


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("Keyring", "acme.key: the keyring holds no 'acme:1' of 'hamr'"),
        ("LockedKeyring", "acme.key: the keyring is locked"),
        ("BrokenKeyring", "acme.key: the keyring fails (ConnectionResetError)"),
        ("keyring.backends.fail.Keyring", "acme.key: the keyring 'keyring.backends.fail.Keyring' of"),
    ],
)
def test_a_key_that_cannot_be_read_names_its_place(use: Use, kind: str, told: str) -> None:
    use(kind)
    with pytest.raises(ConfigError) as caught:
        os_keyring.read("acme:1", "acme.key")
    assert caught.value.message.startswith(told)
    assert caught.value.hint


def test_without_the_package_the_remedy_is_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(HamrError, match="needs the package `keyring`") as caught:
        os_keyring.write("acme:1", CANARY)
    assert caught.value.hint == "Install it: pip install 'hamr[keyring]'"


class Plain(keyrings.Keyring):
    """One that keeps plain text, as `keyrings.alt` has it."""

    priority = 0.5  # type: ignore[assignment]  # as that package has it
    name = "Plain Keyring"


def test_plain_text_is_not_chosen_for_want_of_better(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    use("Keyring")
    monkeypatch.delenv("PYTHON_KEYRING_BACKEND")
    monkeypatch.setattr("keyring.core._keyring_backend", Plain())
    with pytest.raises(HamrError, match="Plain Keyring, is not thought safe"):
        os_keyring.write("acme:1", CANARY)
    assert keyrings.held() == {}
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "named.by.the.user")
    os_keyring.write("acme:1", CANARY)
    assert keyrings.held() == {"hamr/acme:1": CANARY}


def test_of_several_in_a_row_the_first_takes_it_and_no_other(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    use("Keyring")

    class Row(keyrings.Keyring):
        """A chainer whose first keyring is locked."""

        backends = (keyrings.LockedKeyring(), Plain())

        def set_password(self, service: str, username: str, password: str) -> None:
            """The one of a chainer would go on to the next."""
            self.backends[1].set_password(service, username, password)

    monkeypatch.setattr("keyring.core._keyring_backend", Row())
    with pytest.raises(HamrError, match="the keyring fails"):
        os_keyring.write("acme:1", CANARY)
    assert keyrings.held() == {}
