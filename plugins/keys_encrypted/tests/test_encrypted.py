"""Keys in an encrypted file (M-26, V-28)."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hamr import ConfigError, Hamr
from hamr.api import KeyStore
from hamr.secrets.kept_keys import KeptKeys
from hamr_keys_encrypted import open_store
from hamr_testkit.colours import Colour

CANARY = "sk-canary-0123456789-wxyz"
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes: a user's profile is the user's own")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where credentials are."""
    made = tmp_path / "agent"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def store(folder: Path) -> KeyStore:
    """The store in it."""
    return open_store(str(folder), {})


def sealed(folder: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((folder / "keys.encrypted.json").read_text())
    return found


def test_it_is_a_key_store(store: KeyStore) -> None:
    assert isinstance(store, KeyStore)


def test_a_key_is_kept_read_and_removed(store: KeyStore, folder: Path) -> None:
    assert store.write("acme:1", CANARY) == f"the encrypted file {folder / 'keys.encrypted.json'}"
    store.write("acme:2", "ключ")
    assert open_store(str(folder), {}).read("acme:1", "acme.key") == CANARY
    assert store.read("acme:2", "acme.key") == "ключ"
    store.remove("acme:1")
    store.remove("acme:1")
    assert list(sealed(folder)) == ["acme:2"]


def test_it_is_aes_256_gcm_with_the_nonce_in_front(store: KeyStore, folder: Path) -> None:
    """V-28."""
    store.write("acme:1", CANARY)
    store.write("acme:2", CANARY)
    master = (folder / "master.key").read_bytes()
    assert len(master) == 32
    data = [base64.b64decode(each) for each in sealed(folder).values()]
    assert data[0][:12] != data[1][:12]
    assert {len(each) for each in data} == {12 + len(CANARY) + 16}
    assert AESGCM(master).decrypt(data[0][:12], data[0][12:], b"acme:1") == CANARY.encode()


@posix
def test_files_are_for_nobody_else(store: KeyStore, folder: Path) -> None:
    store.write("acme:1", CANARY)
    for name in ("master.key", "keys.encrypted.json"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600


def test_nothing_in_the_folder_shows_a_key(store: KeyStore, folder: Path) -> None:
    store.write("acme:1", CANARY)
    written = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    for form in (CANARY, CANARY[::-1], base64.b64encode(CANARY.encode()).decode()):
        assert form.encode() not in written


def test_nothing_is_made_before_a_key_is_kept(store: KeyStore, folder: Path) -> None:
    with pytest.raises(ConfigError, match=r"^acme\.key in auth\.json: .* holds no 'acme:1'"):
        store.read("acme:1", "acme.key in auth.json")
    store.remove("acme:1")
    assert [each.name for each in folder.iterdir()] == ["locks"]


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_master_key_of_another_length_is_an_error(store: KeyStore, folder: Path, length: int) -> None:
    """V-28."""
    store.write("acme:1", CANARY)
    before = sealed(folder)
    (folder / "master.key").write_bytes(b"k" * length)
    for use in (lambda: store.read("acme:1", "here"), lambda: store.write("acme:2", CANARY)):
        with pytest.raises(ConfigError, match=f"has {length} bytes, and a master key has 32") as caught:
            use()
        assert "backup" in caught.value.hint
        assert "canary" not in f"{caught.value!r} {caught.value.hint}"
    assert sealed(folder) == before


def test_a_master_key_of_another_length_is_not_replaced_where_nothing_is_encrypted(
    store: KeyStore, folder: Path
) -> None:
    (folder / "master.key").write_bytes(b"k" * 24)
    with pytest.raises(ConfigError, match="has 24 bytes"):
        store.write("acme:1", CANARY)
    assert (folder / "master.key").read_bytes() == b"k" * 24


@pytest.mark.parametrize("is_there", [True, False])
def test_a_master_key_that_is_another_or_missing_is_not_made_anew(
    store: KeyStore, folder: Path, is_there: bool
) -> None:
    store.write("acme:1", CANARY)
    before = sealed(folder)
    (folder / "master.key").unlink()
    if is_there:
        (folder / "master.key").touch(mode=0o600)
        (folder / "master.key").write_bytes(b"k" * 32)
    for use in (lambda: store.read("acme:1", "here"), lambda: store.write("acme:2", CANARY)):
        with pytest.raises(ConfigError, match="another master key" if is_there else "is missing") as caught:
            use()
        assert "Put back the master.key" in caught.value.hint
    assert sealed(folder) == before
    store.remove("acme:1")
    assert sealed(folder) == {}, "to remove a key needs no master key"


@posix
def test_a_master_key_that_others_may_read_is_an_error(store: KeyStore, folder: Path) -> None:
    store.write("acme:1", CANARY)
    (folder / "master.key").chmod(0o640)
    with pytest.raises(ConfigError, match="other users may read") as caught:
        store.read("acme:1", "here")
    assert caught.value.hint == f"chmod 600 {folder / 'master.key'}"


def changed(data: bytes, at: int) -> str:
    return base64.b64encode(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]).decode()


@pytest.mark.parametrize("how", ["nonce", "text", "tag", "short", "no base64", "another's"])
def test_what_was_changed_is_not_read(store: KeyStore, folder: Path, how: str) -> None:
    store.write("acme:1", CANARY)
    store.write("acme:2", "another-0123456789")
    table = sealed(folder)
    data = base64.b64decode(table["acme:1"])
    places = {"nonce": 3, "text": 14, "tag": -2 % len(data)}
    others = {"short": "QUJD", "no base64": "!!", "another's": table["acme:2"]}
    table["acme:1"] = changed(data, places[how]) if how in places else others[how]
    (folder / "keys.encrypted.json").write_text(json.dumps(table))
    with pytest.raises(ConfigError, match="cannot be decrypted: it was changed") as caught:
        store.read("acme:1", "here")
    assert "canary" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert store.read("acme:2", "here") == "another-0123456789"


@pytest.mark.parametrize("text", ["{", "[]", '{"acme:1": 3}'])
def test_a_file_that_is_no_table(store: KeyStore, folder: Path, text: str) -> None:
    (folder / "keys.encrypted.json").write_text(text)
    with pytest.raises(ConfigError, match="holds no table of texts"):
        store.write("acme:1", CANARY)
    assert (folder / "keys.encrypted.json").read_text() == text


def test_the_master_key_may_be_elsewhere(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "stick" / "master"
    store = open_store(str(folder), {"HAMR_MASTER_KEY_FILE": str(place)})
    store.write("acme:1", CANARY)
    assert len(place.read_bytes()) == 32
    assert not (folder / "master.key").exists()
    assert store.read("acme:1", "here") == CANARY


def test_many_processes_write_at_once(folder: Path) -> None:
    code = (
        "import sys; from hamr_keys_encrypted import open_store; s = open_store(sys.argv[1], {});"
        "[s.write(f'acme:{sys.argv[2]}-{n}', f'key-{sys.argv[2]}-{n}') for n in range(5)]"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(folder), str(number)]) for number in range(4)]
    assert [process.wait(60) for process in running] == [0] * 4
    store = open_store(str(folder), {})
    assert len(sealed(folder)) == 20
    assert all(store.read(name, "") == name.replace("acme:", "key-") for name in sealed(folder))


@pytest.fixture
def environ(folder: Path, tmp_path: Path) -> Mapping[str, str]:
    """An environment of which nothing is real."""
    return {"HAMR_AGENT_DIR": str(folder), "HAMR_STATE_DIR": str(tmp_path / "state"), "HOME": str(tmp_path)}


def test_a_call_is_made_with_it(
    environ: Mapping[str, str], colour: Colour, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hamr_sim.lease import Lease

    lease = Lease()
    with Hamr(environ={**environ, "GROQ_BASE_URL": f"{lease.origin()}/v1"}, folder=None) as client:
        assert client.credentials is not None
        assert KeptKeys(client.credentials, ("groq",)).add(CANARY, store="encrypted")
        assert CANARY not in (folder / "auth.json").read_text()
        assert colour.call(client, "hi", "groq/echo").text
        assert client.pipeline("groq/echo").secrets()[0].tail == "…wxyz"
    lease.release()


def test_a_call_without_its_master_key_says_what_to_do(
    environ: Mapping[str, str], colour: Colour, folder: Path
) -> None:
    with Hamr(environ={**environ, "GROQ_BASE_URL": "http://127.0.0.1:9/v1"}, folder=None) as client:
        assert client.credentials is not None
        KeptKeys(client.credentials, ("groq",)).add(CANARY, store="encrypted")
        (folder / "master.key").unlink()
        with pytest.raises(ConfigError, match=r"groq\.key in .*auth\.json: the master key .* is missing"):
            colour.call(client, "hi", "groq/echo")


class TestCommands:
    """What `hamr auth` does with it."""

    @pytest.fixture
    def hamr(self, environ: Mapping[str, str]) -> Callable[..., Any]:
        def run(*words: str, stdin: str = "", **more: str) -> Any:
            variables = {**os.environ, **environ, "HAMR_CREDENTIAL_STORE": "encrypted", **more}
            return subprocess.run(
                [sys.executable, "-m", "hamr", *words],
                input=stdin,
                capture_output=True,
                text=True,
                env=variables,
                check=False,
            )

        return run

    def test_a_key_is_added_listed_rotated_and_removed(self, hamr: Callable[..., Any], folder: Path) -> None:
        ran = hamr("auth", "add", "groq", "--stdin", stdin=CANARY)
        assert ran.stdout == f"stored a key of groq …wxyz in the store encrypted; {folder / 'auth.json'} names it\n"
        record = json.loads((folder / "auth.json").read_text())["groq"]["key"]
        assert (list(record), record["tail"]) == (["encrypted", "tail"], "…wxyz")
        shown = hamr("auth", "list").stdout + hamr("auth", "list", "--json").stdout + hamr("providers").stdout
        assert "key …wxyz in the store encrypted" in shown
        assert '"store": "encrypted"' in shown
        ran = hamr("auth", "rotate", "groq", "--stdin", stdin="sk-canary-another-0123-abcd")
        assert ran.returncode == 0, ran.stderr
        assert open_store(str(folder), {}).read(next(iter(sealed(folder))), "") == "sk-canary-another-0123-abcd"
        assert hamr("logout", "groq").returncode == 0
        assert sealed(folder) == {}
        assert "canary" not in shown + ran.stdout + ran.stderr

    def test_a_key_moves_to_the_file_where_that_is_asked(self, hamr: Callable[..., Any], folder: Path) -> None:
        hamr("auth", "add", "groq", "--stdin", stdin=CANARY)
        hamr("auth", "add", "groq", "--stdin", "--no-keyring", stdin=CANARY)
        assert json.loads((folder / "auth.json").read_text())["groq"]["key"] == CANARY
        assert sealed(folder) == {}

    def test_a_store_that_fails_keeps_the_key_nowhere(self, hamr: Callable[..., Any], folder: Path) -> None:
        (folder / "master.key").write_bytes(b"short")
        ran = hamr("auth", "add", "groq", "--stdin", stdin=CANARY)
        assert ran.returncode == 2
        assert "has 5 bytes, and a master key has 32" in ran.stderr
        assert "canary" not in ran.stdout + ran.stderr
        assert not (folder / "auth.json").exists()

    def test_a_store_that_is_not_installed_is_named_with_its_distribution(self, hamr: Callable[..., Any]) -> None:
        ran = hamr("auth", "add", "groq", "--stdin", stdin=CANARY, HAMR_CREDENTIAL_STORE="other_vault")
        assert ran.returncode == 2
        assert "HAMR_CREDENTIAL_STORE: 'other_vault' is no place for keys" in ran.stderr
        assert "There are file, keyring, encrypted. One of a plugin: pip install hamr-keys-other-vault" in ran.stderr
