"""The user's own auth.json: read when it changes, written whole, for nobody else to read (M-23)."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hamr.errors import ConfigError
from hamr.secrets import auth_file
from hamr.secrets.store import CredentialStore, agent_folder
from hamr.types import Tokens

CANARY = "sk-canary-0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path) -> CredentialStore:
    return CredentialStore(str(tmp_path / "agent"))


def put(store: CredentialStore, document: Any, mode: int = 0o600) -> None:
    os.makedirs(store.folder, mode=0o700, exist_ok=True)
    path = Path(store.path)
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    path.chmod(mode)


def add(store: CredentialStore, id: str, key: str) -> bool:
    return store.change(lambda document: auth_file.add_key(document, (id,), key))


def test_where_it_is() -> None:
    """H-70, C-1."""
    assert agent_folder({"HOME": "/users/u"}) == os.path.join("/users/u", ".hamr", "agent")
    assert agent_folder({"HOME": "/users/u", "HAMR_AGENT_DIR": "/elsewhere"}) == "/elsewhere"
    assert agent_folder({}) is None
    assert CredentialStore.of({}) is None


def test_there_is_nothing_before_something_is_stored(store: CredentialStore) -> None:
    assert (store.ids(), store.keys(["acme"]), store.logins(["acme"]), store.environ(["acme"])) == ([], [], [], {})
    assert store.key(["acme"], {}) is None
    assert store.tokens(["acme"]).read() is None
    assert not os.path.exists(store.folder), "reading makes nothing"


def test_modes(store: CredentialStore) -> None:
    """H-70."""
    add(store, "acme", CANARY)
    assert os.stat(store.folder).st_mode & 0o777 == 0o700
    assert os.stat(store.path).st_mode & 0o777 == 0o600
    assert not store.readable_by_others()


def test_a_file_that_others_may_read_is_told_and_mended_by_writing(store: CredentialStore) -> None:
    put(store, {}, mode=0o644)
    assert store.readable_by_others()
    add(store, "acme", CANARY)
    assert not store.readable_by_others()


def test_a_folder_that_is_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    assert not CredentialStore(str(tmp_path / "home" / "agent")).readable_by_others()


def test_it_is_read_again_when_it_has_changed(store: CredentialStore) -> None:
    other = CredentialStore(store.folder)
    add(store, "acme", "k1")
    assert [key.value for key in other.keys(["acme"])] == ["k1"]
    add(store, "acme", "k2")
    assert [key.value for key in other.keys(["acme"])] == ["k1", "k2"]


def test_a_link_is_written_through(store: CredentialStore, tmp_path: Path) -> None:
    os.makedirs(store.folder)
    elsewhere = tmp_path / "dotfiles" / "auth.json"
    elsewhere.parent.mkdir()
    os.symlink(elsewhere, store.path)
    add(store, "acme", "k1")
    assert os.path.islink(store.path)
    assert json.loads(elsewhere.read_text())["acme"]["key"] == "k1"


def test_a_byte_order_mark_and_an_empty_file_are_read(store: CredentialStore) -> None:
    put(store, "")
    assert store.ids() == []
    put(store, "\ufeff" + json.dumps({"acme": {"type": "api_key", "key": "k"}}))
    assert store.ids() == ["acme"]


@pytest.mark.parametrize(
    "text", [f'{{"acme": "{CANARY}"', f'["{CANARY}"]', f'{{"acme": "{CANARY}"}}', f'{{"acme": {{"type": "{CANARY}"}}}}']
)
def test_a_broken_file_is_named_and_its_contents_are_not(store: CredentialStore, text: str) -> None:
    put(store, text)
    with pytest.raises(ConfigError, match=r"auth\.json") as caught:
        store.keys(["acme"])
    error: BaseException | None = caught.value
    while error is not None:
        assert CANARY not in f"{error} {error!r} {vars(error)}"
        error = error.__cause__
    with pytest.raises(ConfigError):
        add(store, "acme", "k")
    assert Path(store.path).read_text() == text, "nothing is written over it"


def test_a_key_may_name_a_variable_and_its_own_come_first(store: CredentialStore) -> None:
    """H-66."""
    put(store, {"acme": {"type": "api_key", "key": "${A}-${B}", "env": {"B": "own", "ACME_REGION": "eu"}}})
    secret = store.key(["acme"], {"A": "a", "B": "b"})
    assert secret is not None
    assert secret.reveal() == "a-own"
    assert secret.origin == f"acme.key in {store.path}"
    assert store.environ(["acme"])["ACME_REGION"] == "eu"
    with pytest.raises(ConfigError, match=r"acme.key in .*auth\.json: not set: A"):
        store.key(["acme"], {})


def test_a_command_runs_once_and_only_for_the_key(store: CredentialStore, tmp_path: Path) -> None:
    """H-64, H-65."""
    put(store, {"acme": {"type": "api_key", "key": f"!echo run >> {tmp_path}/runs; echo {CANARY}"}})
    assert store.keys(["acme"])[0].is_set({})
    assert not (tmp_path / "runs").exists()
    for _ in range(2):
        secret = store.key(["acme"], {})
        assert secret is not None
        assert secret.reveal() == CANARY
    assert (tmp_path / "runs").read_text() == "run\n"


def test_a_command_that_failed_is_run_again(store: CredentialStore, tmp_path: Path) -> None:
    put(store, {"acme": {"type": "api_key", "key": f"!cat {tmp_path}/key"}})
    with pytest.raises(ConfigError, match="exit code 1"):
        store.key(["acme"], {})
    (tmp_path / "key").write_text("k1\n")
    secret = store.key(["acme"], {})
    assert secret is not None
    assert secret.reveal() == "k1"


def test_no_command_is_run_that_somebody_else_may_have_written(store: CredentialStore, tmp_path: Path) -> None:
    put(store, {"acme": {"type": "api_key", "key": f"!touch {tmp_path}/run"}}, mode=0o620)
    with pytest.raises(ConfigError, match="not run") as caught:
        store.key(["acme"], {})
    assert f"chmod 600 {store.path}" in caught.value.hint
    assert not (tmp_path / "run").exists()


def test_tokens_are_replaced_where_they_still_are(store: CredentialStore) -> None:
    place = store.tokens(["acme", "old"])
    first, second, third = (Tokens(f"a{n}", f"r{n}", float(n), "u") for n in range(3))
    assert place.replace(None, first)
    assert place.replace(first, second)
    assert place.read() == second
    assert not place.replace(first, third), "somebody else was first"
    assert place.read() == second
    store.change(lambda document: auth_file.remove(document, ["acme"]))
    assert not place.replace(second, third), "what was logged out of stays so"
    assert place.read() is None


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="file/agent cannot be written"):
        add(CredentialStore(str(tmp_path / "file" / "agent")), "acme", "k")


def test_many_processes_lose_nothing(store: CredentialStore) -> None:
    code = (
        "import sys; from hamr.secrets.store import CredentialStore; from hamr.secrets import auth_file;"
        "store = CredentialStore(sys.argv[1]);"
        "add = lambda key: store.change(lambda document: auth_file.add_key(document, ('acme',), key));"
        "[add(f'k{sys.argv[2]}-{n}') for n in range(5)]"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, store.folder, str(n)]) for n in range(6)]
    assert [process.wait(60) for process in running] == [0] * 6
    assert sorted(key.value for key in store.keys(["acme"])) == sorted(f"k{p}-{n}" for p in range(6) for n in range(5))


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_process_killed_in_mid_write_leaves_the_old_file_or_the_new_one(store: CredentialStore) -> None:
    code = (
        "import sys; from hamr.secrets.store import CredentialStore; from hamr.secrets import auth_file\n"
        "store, n = CredentialStore(sys.argv[1]), 0\n"
        "print('on', flush=True)\n"
        "while True:\n"
        "    n += 1\n"
        "    store.change(lambda document: document.update(n=n, pad='x' * 200_000, m=n))\n"
    )
    for wait in (0.0, 0.013, 0.031, 0.05, 0.077):
        with subprocess.Popen([sys.executable, "-c", code, store.folder], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"on\n"
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
        if os.path.exists(store.path):
            document = json.loads(Path(store.path).read_text())
            assert document["n"] == document["m"]
    assert add(store, "acme", "k"), "its lock is held no longer"
    assert {each.name for each in os.scandir(store.folder)} == {"auth.json", "locks"}, "what it left is swept up"


def test_another_writer_is_waited_for_and_given_up_on(store: CredentialStore, monkeypatch: pytest.MonkeyPatch) -> None:
    from hamr.storage.locks import FileLock

    lock = FileLock("auth.json", Path(store.folder))
    assert lock.acquire()
    monkeypatch.setattr("hamr.storage.locks.PATIENCE", 0.1)
    with pytest.raises(ConfigError, match="being written by another process"):
        add(store, "acme", "k")
    lock.release()
    assert add(store, "acme", "k")
