"""`hamr auth rotate` and one key of several: the old key stays until the new one is kept, and no key is seen."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hamr.drive import run
from hamr.key_ids import key_id
from hamr.pool.pool import Pools
from hamr.pool.state import Member, Rest, State
from hamr.pool.store import change
from hamr.transports.http import HttpTransport
from hamr.types import Secret
from hamr_testkit import keyrings
from hamr_testkit.canned import Canned

OLD, NEW, OTHER = ("sk-canary-old-0123456789-olda", "sk-canary-new-0123456789-newb", "sk-canary-third-0123456789-third")
ACME = """id = "acme"
name = "Acme"
base_url = "{url}/v1"
wire = "openai-completions"
auth = {{ style = "bearer", env = ["ACME_KEY"] }}
key_url = "https://acme.example/keys"
"""
SCHEMA = Path(__file__).parents[3] / "docs" / "schemas" / "auth-rotate.json"


@pytest.fixture
def path(install: Any, provider: Canned, tmp_path: Path) -> Path:
    """The file, in which there is the old key."""
    install("acme", manifest=ACME.format(url=provider.url))
    path = tmp_path / "agent" / "auth.json"
    path.parent.mkdir(mode=0o700)
    put(path, {"type": "api_key", "key": OLD, "env": {"A": "b"}})
    return path


def put(path: Path, record: Any) -> None:
    path.write_text(json.dumps({"acme": record}))
    path.chmod(0o600)


def stored(path: Path) -> Any:
    return json.loads(path.read_text())["acme"]


def rotate(hamr: Any, *more: str, key: str = NEW) -> Any:
    ran = hamr("auth", "rotate", "acme", "--stdin", *more, stdin=key.encode())
    assert "canary" not in ran.out + ran.err
    return ran


def test_the_new_key_stands_where_the_old_one_was(hamr: Any, path: Path) -> None:
    ran = rotate(hamr)
    assert (ran.code, ran.out) == (0, f"stored a key of acme …newb in the place of …olda in {path}\n")
    assert ran.err == "Revoke the old one at https://acme.example/keys\n"
    assert stored(path) == {"type": "api_key", "key": NEW, "env": {"A": "b"}}


def test_it_is_typed_in_unseen(person: Any, path: Path) -> None:
    sitting = person("auth", "rotate", "acme")
    sitting.see("The key of Acme (it is not shown):")
    sitting.type(f"{NEW}\n")
    assert "canary" not in sitting.see("in the place of …olda")
    assert sitting.end() == 0
    assert stored(path)["key"] == NEW


def test_json(hamr: Any, path: Path) -> None:
    told = rotate(hamr, "--json").json
    jsonschema.validate(told, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert (told["change"], told["old"], told["tail"], told["keys"], told["verified"]) == (
        "rotated",
        "…olda",
        "…newb",
        1,
        False,
    )


@pytest.mark.parametrize("id", ["olda", "…olda", "acme.keys[1]"])
def test_of_several_one_is_named_by_its_end_or_its_place(hamr: Any, path: Path, id: str) -> None:
    put(path, {"type": "api_keys", "keys": [OTHER, OLD, "$ELSEWHERE"]})
    ran = rotate(hamr)
    assert ran.code == 2
    assert "3 keys of acme are stored" in ran.err
    assert "--id: acme.keys[0] (…hird), acme.keys[1] (…olda), acme.keys[2] (from ELSEWHERE)" in ran.err
    assert rotate(hamr, "--id", id).code == 0
    assert stored(path)["keys"] == [OTHER, NEW, "$ELSEWHERE"]


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["acme", "--id", "nope"], 2, "no stored key is 'nope'"),
        (["acme", "--id", ""], 2, "no stored key is ''"),
        (["acmee"], 2, "acme"),
        (["acme", NEW], 2, "not given as an argument"),
        (["acme", "--env", "X"], 2, "exclude each other"),
    ],
)
def test_what_is_wrong_is_named_and_changes_nothing(
    hamr: Any, path: Path, arguments: list[str], code: int, why: str
) -> None:
    ran = hamr("auth", "rotate", *arguments, "--stdin", stdin=NEW.encode())
    assert ran.code == code
    assert why in ran.err
    assert "canary" not in ran.err
    assert stored(path)["key"] == OLD


@pytest.mark.parametrize(
    ("key", "why"), [("", "no key in standard input"), ("a\nb", "that no key has"), (OLD, "that key is stored already")]
)
def test_a_new_key_that_is_none_changes_nothing(hamr: Any, path: Path, key: str, why: str) -> None:
    ran = rotate(hamr, key=key)
    assert ran.code == 2
    assert why in ran.err
    assert stored(path)["key"] == OLD


def test_where_nothing_is_stored_there_is_nothing_to_replace(hamr: Any, path: Path) -> None:
    path.write_text("{}")
    ran = rotate(hamr)
    assert ran.code == 2
    assert f"no key of acme is stored in {path}\nAdd one: hamr auth add acme" in ran.err


def test_a_key_that_the_provider_lets_in_is_verified(hamr: Any, path: Path, provider: Canned) -> None:
    provider.answer({"object": "list", "data": [{"id": "m"}]})
    assert rotate(hamr, "--verify", "--json").json["verified"] is True
    assert provider.asked[0].headers["authorization"] == f"Bearer {NEW}"
    assert stored(path)["key"] == NEW


@pytest.mark.parametrize(
    ("status", "why"), [(401, "acme does not let the new key in; the old key stays"), (404, "cannot be told")]
)
def test_a_key_that_is_not_let_in_leaves_the_old_one(
    hamr: Any, path: Path, provider: Canned, status: int, why: str
) -> None:
    provider.answer({"error": {"message": f"no: {NEW}"}}, status=status)
    ran = rotate(hamr, "--verify")
    assert ran.code == 1
    assert why in ran.err
    assert stored(path)["key"] == OLD


def test_the_pool_forgets_the_old_key_and_no_other(
    hamr: Any, path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HAMR_STATE_DIR", str(tmp_path / "state"))
    put(path, {"type": "api_keys", "keys": [OLD, OTHER]})
    pools, transport = Pools(os.environ), HttpTransport()

    def rests() -> int:
        return len(run(change(pools.shared.store, lambda state: dict(state.rests)), transport))

    def rest(key: str) -> None:
        id = run(key_id(pools.shared.store, Secret(key, "")), transport)

        def work(state: State) -> bool:
            state.rests[Member("acme", "m", id).scopes[0]] = Rest(time.time() + 60, "x")
            return True

        run(change(pools.shared.store, work), transport)

    rest(OLD)
    rest(OTHER)
    assert rests() == 2
    assert rotate(hamr, "--id", "olda").code == 0
    assert rests() == 1
    pools.close()


def test_a_key_in_the_keyring_is_replaced_there(
    hamr: Any, path: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in keyrings.named("Keyring", tmp_path / "keyring.json").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    assert rotate(hamr, "--keyring").out.endswith(f"in the place of …olda in the keyring; {path} names it\n")
    assert list(keyrings.held().values()) == [NEW]
    assert OLD not in path.read_text()
    assert rotate(hamr, key=OTHER).code == 0
    assert list(keyrings.held().values()) == [OTHER]
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "hamr_testkit.keyrings.FullKeyring")
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    assert rotate(hamr, key=OLD).code == 1
    assert list(keyrings.held().values()) == [OTHER], "the old one stays where the new one could not be kept"
    assert stored(path)["key"]["tail"] == "…hird"
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "hamr_testkit.keyrings.Keyring")
    monkeypatch.setattr("keyring.core._keyring_backend", None)
    assert rotate(hamr, "--no-keyring", key=OLD).code == 0
    assert (stored(path)["key"], keyrings.held()) == (OLD, {})


def test_one_key_of_several_is_removed(hamr: Any, path: Path) -> None:
    put(path, {"type": "api_keys", "keys": [OTHER, OLD]})
    assert hamr("auth", "remove", "acme", "--id", "nope").code == 2
    assert hamr("auth", "remove", "acme", "--id", "olda").out == f"removed the key olda of acme in {path}\n"
    assert stored(path)["keys"] == [OTHER]
    assert hamr("auth", "remove", "acme", "--id", "acme.keys[0]").code == 0
    assert json.loads(path.read_text()) == {}


def test_a_mistyped_provider_is_no_provider_without_keys(hamr: Any, path: Path) -> None:
    ran = hamr("auth", "remove", "acmee")
    assert ran.code == 2
    assert "acme" in ran.err
