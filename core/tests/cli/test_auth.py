"""`hamr auth`: keys are stored without being seen (R-2, V-27, M-24)."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hamr_testkit import keyrings

CANARY = "sk-canary-0123456789-wxyz"
ACME = """id = "acme"
name = "Acme"
base_url = "https://api.acme.example/v1"
wire = "openai-completions"
auth = { style = "bearer", env = ["ACME_KEY"], stored_as = ["acme-old"] }
key_url = "https://acme.example/keys"
"""
SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"


def check(name: str, document: Any) -> Any:
    jsonschema.validate(document, json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")))
    return document


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent" / "auth.json"


@pytest.fixture(autouse=True)
def acme(install: Any) -> None:
    install("acme", manifest=ACME)


def put(path: Path, document: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(document))
    path.chmod(0o600)


def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str) -> dict[str, tuple[list[str], bytes]]:
    """Each way to hand a key over: the arguments and standard input."""
    (tmp_path / "key.txt").write_text(f"\ufeff{key}\n", encoding="utf-8")
    monkeypatch.setenv("WORK_KEY", key)
    return {
        "stdin": (["--stdin"], f" {key}\r\n".encode()),
        "file": (["--file", str(tmp_path / "key.txt")], b""),
        "env": (["--env", "WORK_KEY"], b""),
    }


@pytest.mark.parametrize("source", ["stdin", "file", "env"])
def test_a_key_is_stored_and_no_more_than_its_tail_is_shown(
    hamr: Any, tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    arguments, stdin = sources(tmp_path, monkeypatch, CANARY)[source]
    ran = hamr("auth", "add", "acme", *arguments, stdin=stdin)
    assert (ran.code, ran.out, ran.err) == (0, f"stored a key of acme …wxyz in {path}\n", "")
    assert json.loads(path.read_text()) == {"acme": {"type": "api_key", "key": CANARY}}
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(path.parent).st_mode) == 0o700
    for ran in (hamr("auth"), hamr("auth", "list", "--json"), hamr("providers"), hamr("explain", "-m", "acme/m", "hi")):
        assert ran.code == 0
        assert "canary" not in ran.out + ran.err
        assert "acme" in ran.out


def test_a_key_is_typed_in_unseen(person: Any, path: Path) -> None:
    sitting = person("auth", "add", "acme")
    sitting.see("Keys are at https://acme.example/keys")
    sitting.see("The key of Acme (it is not shown):")
    sitting.type(f"{CANARY}\n")
    assert CANARY not in sitting.see(f"stored a key of acme …wxyz in {path}")
    assert sitting.end() == 0
    assert json.loads(path.read_text())["acme"]["key"] == CANARY


def test_further_keys_and_one_in_their_place(hamr: Any, path: Path) -> None:
    for key, change, keys in (("k-1", "added", 1), ("k-2", "added", 2), ("k-1", "unchanged", 2)):
        told = check("auth-change", hamr("auth", "add", "acme", "--stdin", "--json", stdin=key.encode()).json)
        assert (told["change"], told["keys"], told["place"]) == (change, keys, str(path))
    ran = hamr("auth", "add", "acme", "--stdin", stdin=b"k-3")
    assert "3 keys are stored; calls take them in turn" in ran.err
    told = check("auth-change", hamr("auth", "add", "acme", "--stdin", "--replace", "--json", stdin=b"k-4").json)
    assert (told["change"], told["keys"], told["tail"]) == ("replaced", 1, "…")
    assert json.loads(path.read_text())["acme"] == {"type": "api_key", "key": "k-4"}


def test_a_key_that_looks_like_a_reference_stays_what_it_is(hamr: Any, path: Path) -> None:
    hamr("auth", "add", "acme", "--stdin", stdin=b"!$HOME-0123456789abcd")
    assert json.loads(path.read_text())["acme"]["key"] == "$!$$HOME-0123456789abcd"
    (row,) = hamr("auth", "--json").json["credentials"]
    assert (row["tail"], row["variables"], row["command"]) == ("…abcd", [], False)


@pytest.mark.parametrize(
    "arguments",
    [
        ["auth", "add", "acme", CANARY],
        ["auth", "add", "acme", CANARY, "--stdin"],
        ["auth", "add", "acme", "--stdin", "--env", "X", CANARY],
        ["auth", "add", "--json", "acme", CANARY],
        ["login", "acme", CANARY],
    ],
)
def test_a_key_as_an_argument_is_refused_unseen(hamr: Any, path: Path, arguments: list[str]) -> None:
    ran = hamr(*arguments)
    assert ran.code == 2
    assert "not given as an argument" in ran.err
    assert "canary" not in ran.out + ran.err
    assert not path.exists()


@pytest.mark.parametrize("value", [f"{CANARY}\nx: y", f"{CANARY} {CANARY}", f"{CANARY}é", f"\x00{CANARY}"])
@pytest.mark.parametrize("source", ["stdin", "file"])
def test_what_cannot_be_a_key_is_refused_unseen(
    hamr: Any, tmp_path: Path, path: Path, monkeypatch: pytest.MonkeyPatch, source: str, value: str
) -> None:
    monkeypatch.setattr(os, "environ", {**os.environ})
    (tmp_path / "key.txt").write_text(value, encoding="utf-8")
    arguments = ["--stdin"] if source == "stdin" else ["--file", str(tmp_path / "key.txt")]
    for more in ([], ["--json"]):
        ran = hamr("auth", "add", "acme", *arguments, *more, stdin=value.encode())
        assert ran.code == 2
        assert "that no key has" in ran.err
        assert "canary" not in ran.out + ran.err
    assert not path.exists()


@pytest.mark.parametrize(
    ("arguments", "stdin", "why"),
    [
        (["acme"], b"", "standard input is no terminal"),
        (["acme", "--stdin"], b" \n", "no key in standard input"),
        (["acme", "--stdin"], b"\xff", "no text in UTF-8"),
        (["acme", "--env", "NO_SUCH"], b"", "no key in the environment variable NO_SUCH"),
        (["acme", "--file", "no-such-file"], b"", "no-such-file cannot be read"),
        (["acme", "--stdin", "--env", "X"], b"k", "exclude each other"),
        (["nobody", "--stdin"], b"k", "nobody"),
    ],
)
def test_what_is_wrong_is_named(hamr: Any, arguments: list[str], stdin: bytes, why: str) -> None:
    ran = hamr("auth", "add", *arguments, stdin=stdin)
    assert ran.code == 2
    assert why in ran.err


def test_a_provider_that_takes_no_key(hamr: Any, install: Any) -> None:
    install("open", manifest=ACME.replace("acme", "open").replace("bearer", "none"))
    ran = hamr("auth", "add", "open", "--stdin", stdin=b"k")
    assert (ran.code, ran.err) == (2, "Error: open takes no key\nIt needs none.\n")


def test_a_provider_of_the_users_own_file(hamr: Any, path: Path) -> None:
    path.parent.mkdir()
    own = {"baseUrl": "https://own.example/v1", "api": "openai-completions", "authStyle": "bearer"}
    (path.parent / "models.json").write_text(json.dumps({"providers": {"own": own}}))
    assert hamr("auth", "add", "own", "--stdin", stdin=CANARY.encode()).code == 0
    assert json.loads(path.read_text()) == {"own": {"type": "api_key", "key": CANARY}}


def test_a_provider_of_a_project_that_is_not_trusted(
    hamr: Any, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hamr.toml").write_text(
        '[llm.providers.strange]\nbase_url = "https://strange.example/v1"\napi = "openai"\nauth_style = "bearer"\n'
    )
    monkeypatch.chdir(tmp_path)
    ran = hamr("auth", "add", "strange", "--stdin", stdin=CANARY.encode())
    assert ran.code == 2
    assert "strange comes from a project that is not trusted" in ran.err
    assert not path.exists()


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], None]:
    """Make one of the test kit's keyrings the system's."""

    def make(kind: str) -> None:
        for name, value in keyrings.named(kind, tmp_path / "keyring.json").items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("keyring.core._keyring_backend", None)

    make("Keyring")
    return make


@pytest.mark.usefixtures("keyring")
@pytest.mark.parametrize("how", ["option", "variable", "file", "login"])
def test_a_key_goes_into_the_keyring_where_that_is_asked_for(  # fixtures, each by its name
    hamr: Any, person: Any, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how in ("variable", "login"):
        monkeypatch.setenv("HAMR_CREDENTIAL_STORE", "keyring")
    if how == "file":
        (tmp_path / "config").mkdir(exist_ok=True)
        monkeypatch.setenv("HAMR_CONFIG_DIR", str(tmp_path / "config"))
        (tmp_path / "config" / "providers.toml").write_text('[credentials]\nstore = "keyring"\n')
    if how == "login":
        sitting = person("login", "acme")
        sitting.see("it is not shown")
        sitting.type(f"{CANARY}\n")
        sitting.see("in the keyring;")
        assert sitting.end() == 0
    else:
        option = ["--keyring"] if how == "option" else []
        ran = hamr("auth", "add", "acme", "--stdin", *option, stdin=CANARY.encode())
        assert (ran.code, ran.out) == (0, f"stored a key of acme …wxyz in the keyring; {path} names it\n")
    ((name, key),) = keyrings.held().items()
    assert key == CANARY
    assert json.loads(path.read_text()) == {
        "acme": {"type": "api_key", "key": {"keyring": name.removeprefix("hamr/"), "tail": "…wxyz"}}
    }
    assert name.startswith("hamr/acme:")


@pytest.mark.usefixtures("keyring")
def test_a_keyring_is_not_asked_to_list_what_is_in_it(hamr: Any, tmp_path: Path) -> None:
    """H-65."""
    hamr("auth", "add", "acme", "--stdin", "--keyring", stdin=CANARY.encode())
    asked = tmp_path / "keyring.json.asked"
    asked.unlink()
    told = check("auth-list", hamr("auth", "--json").json)["credentials"]
    assert [(row["store"], row["tail"], row["status"]) for row in told] == [("keyring", "…wxyz", "usable")]
    assert "key …wxyz in the keyring" in hamr("auth").out
    assert "in the keyring" in hamr("providers").out
    assert check("providers", hamr("providers", "--json").json)
    assert check("config-explain", hamr("config", "explain", "providers.acme.api_key", "--json").json)
    assert "…wxyz" in hamr("config", "explain", "providers.acme.api_key").out
    assert not asked.exists()


@pytest.mark.usefixtures("keyring")
def test_a_key_moves_between_the_file_and_the_keyring(hamr: Any, path: Path) -> None:
    def add(*more: str) -> Any:
        return check("auth-change", hamr("auth", "add", "acme", "--stdin", "--json", *more, stdin=CANARY.encode()).json)

    for more, change, store in (
        ((), "added", "file"),
        (("--keyring",), "added", "keyring"),
        (("--keyring",), "unchanged", "keyring"),
        (("--no-keyring",), "added", "file"),
        (("--keyring", "--replace"), "replaced", "keyring"),
    ):
        told = add(*more)
        assert (told["change"], told["keys"], told["store"]) == (change, 1, store)
        assert (CANARY in path.read_text()) == (store == "file")
        assert list(keyrings.held().values()) == ([CANARY] if store == "keyring" else [])


@pytest.mark.parametrize("more", [["auth", "remove"], ["logout"]])
def test_what_is_removed_is_taken_out_of_the_keyring(
    hamr: Any, path: Path, keyring: Callable[[str], None], more: list[str]
) -> None:
    hamr("auth", "add", "acme", "--stdin", "--keyring", stdin=CANARY.encode())
    hamr("auth", "add", "acme", "--stdin", "--keyring", stdin=b"another-key-0123456789")
    assert len(keyrings.held()) == 2
    assert hamr(*more, "acme").code == 0
    assert (keyrings.held(), json.loads(path.read_text())) == ({}, {})
    hamr("auth", "add", "acme", "--stdin", "--keyring", stdin=CANARY.encode())
    keyring("StuckKeyring")
    ran = hamr(*more, "acme")
    assert (ran.code, json.loads(path.read_text())) == (0, {})
    assert "of 'hamr' may still be in the keyring: the keyring fails (PasswordDeleteError)" in ran.err


@pytest.mark.parametrize("kind", ["LockedKeyring", "FullKeyring", "BrokenKeyring", "No"])
def test_a_keyring_that_fails_stores_the_key_nowhere_else(
    hamr: Any, path: Path, keyring: Callable[[str], None], kind: str
) -> None:
    keyring(kind)
    ran = hamr("auth", "add", "acme", "--stdin", "--keyring", stdin=CANARY.encode())
    assert ran.code == 1
    assert "the keyring" in ran.err
    assert "--no-keyring" in ran.err
    assert "canary" not in ran.out + ran.err
    assert not path.exists()
    error = hamr("auth", "add", "acme", "--stdin", "--keyring", "--json", stdin=CANARY.encode()).error
    assert "canary" not in str(error)


@pytest.mark.usefixtures("keyring")
def test_a_file_that_cannot_be_written_leaves_nothing_in_the_keyring(hamr: Any, path: Path) -> None:
    path.parent.mkdir()
    path.write_text("{")
    assert hamr("auth", "add", "acme", "--stdin", "--keyring", stdin=CANARY.encode()).code == 2
    assert not (path.parent.parent / "keyring.json").exists()


def test_a_place_for_keys_that_there_is_not(hamr: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HAMR_CREDENTIAL_STORE", "keychain")
    ran = hamr("auth", "add", "acme", "--stdin", stdin=CANARY.encode())
    assert ran.code == 2
    assert "HAMR_CREDENTIAL_STORE: 'keychain' is no place for keys\nThere are file, keyring" in ran.err
    assert "pip install hamr-keys-keychain" in ran.err
    monkeypatch.delenv("HAMR_CREDENTIAL_STORE")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hamr.toml").write_text('[llm.credentials]\nstore = "keyring"\n')
    assert hamr("trust").code == 0
    assert "in the keyring" not in hamr("auth", "add", "acme", "--stdin", stdin=CANARY.encode()).out


def test_nothing_is_stored(hamr: Any, path: Path) -> None:
    ran = hamr("auth")
    assert (ran.code, ran.out) == (0, "")
    assert f"nothing is stored in {path}" in ran.err
    told = check("auth-list", hamr("auth", "list", "--json").json)
    assert told == {"place": str(path), "readable_by_others": False, "credentials": []}


def test_all_that_may_be_stored_is_listed(hamr: Any, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SET", "sk-canary")
    put(
        path,
        {
            "acme-old": {"type": "api_keys", "keys": [CANARY, "$SET", "$UNSET", "!echo sk-canary"]},
            "other": {"type": "oauth", "access": "canary-access-0123456789", "refresh": "canary-refresh", "expires": 1},
            "gone": {"type": "oauth", "access": "canary-access-2-0123456789", "expires": 1},
            "providers": {"listed": [CANARY]},
            "more_accounts": [{"access_token": "canary-3", "account_id": "canary-account-01234"}],
            "proxy_keys": {"canary": {}},
        },
    )
    told = check("auth-list", hamr("auth", "--json").json)
    rows = [(row["provider"], row["type"], row["place"], row["status"], row["counts"]) for row in told["credentials"]]
    assert rows == [
        ("acme", "api_key", "acme-old.keys[0]", "usable", True),
        ("acme", "api_key", "acme-old.keys[1]", "usable", True),
        ("acme", "api_key", "acme-old.keys[2]", "unusable", False),
        ("acme", "api_key", "acme-old.keys[3]", "usable", True),
        ("other", "oauth", "other", "usable", True),
        ("gone", "oauth", "gone", "ended", False),
        ("listed", "api_key", "providers.listed[0]", "usable", True),
        ("more", "oauth", "more_accounts[0]", "usable", True),
    ]
    shown = hamr("auth").out
    for text in ("key …wxyz", "from SET", "the output of a command", "login of …1234", "ended", "unusable"):
        assert text in shown
    assert "canary" not in shown + json.dumps(told)


def test_a_file_that_others_may_read_is_told(hamr: Any, path: Path) -> None:
    put(path, {"acme": {"type": "api_key", "key": CANARY}})
    path.chmod(0o644)
    assert f"others may read it: chmod 600 {path}" in hamr("auth").err
    assert hamr("auth", "--json").json["readable_by_others"]


def test_a_file_that_cannot_be_read_is_named_and_not_shown(hamr: Any, path: Path) -> None:
    path.parent.mkdir()
    path.write_text(f'{{"acme": "{CANARY}')
    for arguments in (["auth"], ["auth", "remove", "acme"], ["auth", "add", "acme", "--stdin"]):
        ran = hamr(*arguments, stdin=b"k")
        assert ran.code == 2
        assert f"{path} cannot be read" in ran.err
        assert "canary" not in ran.out + ran.err


def test_what_is_stored_is_removed(hamr: Any, path: Path) -> None:
    kept = {"other": {"type": "api_key", "key": "k"}}
    put(path, {"acme-old": {"type": "api_key", "key": CANARY}, "providers": {"acme": ["k"]}, **kept})
    assert hamr("auth", "remove", "acme").out == f"removed what was stored of acme in {path}\n"
    assert json.loads(path.read_text()) == {"providers": {}, **kept}
    told = check("auth-change", hamr("auth", "remove", "acme", "--json").json)
    assert told["change"] == "unchanged"
    assert hamr("auth", "remove", "other").code == 0, "its plugin need not be installed"


def test_there_is_no_home(hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HAMR_AGENT_DIR")
    monkeypatch.delenv("HOME")
    ran = hamr("auth")
    assert ran.code == 2
    assert "Set HAMR_AGENT_DIR" in ran.err
