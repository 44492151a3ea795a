"""An auth.json that is wrong in any way: its place is named, its contents are not, and nothing is written over it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hamr import ConfigError, Hamr
from hamr.secrets import auth_file
from hamr.secrets.store import LARGEST, CredentialStore
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour
from hamr_testkit.installing import Install

CANARY = "sk-canary-0123456789"
REPLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
GOOD = json.dumps({"acme": {"type": "api_key", "key": CANARY}})
MANIFEST = """id = "acme"
name = "Acme"
base_url = "{url}/v1"
wire = "openai-completions"
auth = {{ style = "bearer", env = ["ACME_KEY"] }}
"""


@pytest.fixture
def store(tmp_path: Path) -> CredentialStore:
    (tmp_path / "agent").mkdir(mode=0o700)
    return CredentialStore(str(tmp_path / "agent"))


def put(store: CredentialStore, data: bytes) -> None:
    Path(store.path).write_bytes(data)
    Path(store.path).chmod(0o600)


def fault(store: CredentialStore) -> str:
    """What is said of the file, by reading and by writing; its path is taken off."""
    errors = []
    for ask in (
        lambda: store.keys(["acme"]),
        lambda: store.change(lambda document: auth_file.add_key(document, ("acme",), "k")),
    ):
        with pytest.raises(ConfigError) as caught:
            ask()
        error: BaseException | None = caught.value
        while error is not None:
            assert "canary" not in f"{error} {error!r} {vars(error)}"
            error = error.__cause__
        errors.append(caught.value)
    assert errors[0].hint
    assert errors[0].message == errors[1].message
    assert errors[0].message.startswith(store.path)
    return errors[0].message.removeprefix(store.path)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (GOOD.encode()[:-9], " cannot be read: no JSON: Unterminated string"),
        (b'{"acme": {"type": "api_key",', " cannot be read: no JSON: "),
        (b"{'acme': 3}", "line 1, column 2"),
        (b'{\r\n"a": 1,\r\n"b" canary}', "line 3, column 5"),
        (b"[]", "it must hold a table"),
        (b"3", "it must hold a table"),
        (b"null", "it must hold a table"),
        (b'"sk-canary"', "it must hold a table"),
        (b"[" * 200_000, "no JSON that makes sense"),
        (b'{"a": ' + b"9" * 5000 + b"}", "no JSON that makes sense"),
        (GOOD.encode("utf-16"), "it is no text in UTF-8"),
        (b'{"acme": "\xff"}', "it is no text in UTF-8"),
        (b"\x00" * 64, "no JSON: Expecting value"),
        (b'{"acme": "sk-canary"}', ": acme must be a table"),
        (b'{"acme": {}}', ": acme.type must be one of api_key, api_keys, oauth"),
        (b'{"acme": {"type": "sk-canary"}}', ": acme.type must be one of"),
        (b'{"acme": {"type": ["sk-canary"]}}', ": acme.type must be one of"),
        (b'{"acme": {"type": "api_key", "key": 3}}', ": acme.key must be a text"),
        (b'{"acme": {"type": "api_key", "key": ["sk-canary"]}}', ": acme.key must be a text"),
        (b'{"acme": {"type": "api_key", "key": {"keyring": 3}}}', ": acme.key.keyring must be a text"),
        (b'{"acme": {"type": "api_key", "key": {"keyring": "x", "tail": 3}}}', ": acme.key.keyring must be a text"),
        (b'{"acme": {"type": "api_key", "key": {"sk-canary": "x"}}}', ": acme.key.keyring must be a text"),
        (b'{"acme": {"type": "api_keys", "keys": "sk-canary"}}', ": acme.keys must be a list of texts"),
        (b'{"acme": {"type": "api_keys", "keys": ["k", 3]}}', ": acme.keys[1] must be a text"),
        (b'{"acme": {"type": "api_key", "key": "k", "env": ["sk-canary"]}}', ": acme.env must be a table of texts"),
        (b'{"acme": {"type": "api_key", "key": "k", "env": {"A": 3}}}', ": acme.env must be a table of texts"),
        (b'{"providers": ["sk-canary"]}', ": providers must be a table"),
        (b'{"providers": {"acme": "sk-canary"}}', ": providers.acme must be a list of texts"),
    ],
)
def test_what_makes_no_sense_is_named_and_left_as_it_is(store: CredentialStore, data: bytes, told: str) -> None:
    put(store, data)
    assert told in fault(store)
    assert Path(store.path).read_bytes() == data


@pytest.mark.parametrize(
    "record",
    [
        {"type": "oauth"},
        {"type": "oauth", "access": 3},
        {"type": "oauth", "access": ""},
        {"type": "oauth", "access": "sk-canary", "refresh": 3},
        {"type": "oauth", "access": "sk-canary", "expires": "sk-canary"},
        {"type": "oauth", "access": "sk-canary", "expires": True},
        {"type": "oauth", "access": "sk-canary", "accountId": []},
    ],
)
@pytest.mark.parametrize("place", ["acme", "acme:work"])
def test_a_login_that_makes_no_sense_is_named(store: CredentialStore, place: str, record: Any) -> None:
    put(store, json.dumps({place: record}).encode())
    with pytest.raises(ConfigError, match=rf"auth\.json: {place}\.\w+ must be a (text|number)") as caught:
        store.logins(["acme"])
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace(" ", "\r\n").encode(),
        b"\r\n\r\n" + GOOD.encode() + b"\r\n",
        GOOD.encode().replace(b'"acme"', b'"other": null, "note": "text", "acme"'),
        GOOD.replace(CANARY, f" {CANARY}\\n").encode(),
    ],
)
def test_what_makes_sense_all_the_same_is_read(store: CredentialStore, data: bytes) -> None:
    put(store, data)
    secret = store.key(["acme"], {})
    assert secret is not None
    assert secret.reveal() == CANARY


@pytest.mark.parametrize("data", [b"", b"  \r\n", b"\xef\xbb\xbf", b"{}"])
def test_what_holds_nothing_is_no_fault(store: CredentialStore, data: bytes) -> None:
    put(store, data)
    assert (store.ids(), store.keys(["acme"]), store.logins(["acme"])) == ([], [], [])


def _folder(path: Path) -> None:
    path.mkdir()


def _link_to_itself(path: Path) -> None:
    path.symlink_to(path)


def _pipe(path: Path) -> None:
    os.mkfifo(path)


def _zeros(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _too_large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_folder, "Is a directory"),
        (_link_to_itself, "symbolic links"),
        (_pipe, "it is no file"),
        (_zeros, "it is no file"),
        (_too_large, f"it is larger than {LARGEST} bytes"),
    ],
)
def test_what_is_no_such_file_is_named_at_once(store: CredentialStore, make: Callable[[Path], None], told: str) -> None:
    make(Path(store.path))
    began = time.monotonic()
    assert told in fault(store)
    assert time.monotonic() - began < 30


def test_a_file_that_may_not_be_read_is_named(store: CredentialStore) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read every file")
    put(store, GOOD.encode())
    Path(store.path).chmod(0)
    assert "Permission denied" in fault(store)


def test_a_link_to_nowhere_is_no_file_yet_and_is_written_through(store: CredentialStore, tmp_path: Path) -> None:
    Path(store.path).symlink_to(tmp_path / "elsewhere" / "auth.json")
    assert store.ids() == []
    assert store.change(lambda document: auth_file.add_key(document, ("acme",), CANARY))
    assert json.loads((tmp_path / "elsewhere" / "auth.json").read_text())["acme"]["key"] == CANARY
    assert (tmp_path / "elsewhere" / "auth.json").stat().st_mode & 0o777 == 0o600


def test_a_million_keys_are_read_once(store: CredentialStore) -> None:
    keys = [f"sk-canary-{number:012}" for number in range(1_000_000)]
    put(store, json.dumps({"acme": {"type": "api_keys", "keys": keys}}).encode())
    began = time.process_time()
    secret = store.key(["acme"], {})
    first = time.process_time() - began
    assert secret is not None
    assert secret.reveal() == keys[0]
    began = time.process_time()
    for _ in range(100):
        store.key(["acme"], {})
    assert time.process_time() - began < 10 * first, "a call does not read all of them anew"


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("$EMPTY", "not set: EMPTY"),
        ("${EMPTY}-$NOT_SET", "not set: EMPTY, NOT_SET"),
        ("!exit 3", "ended with exit code 3"),
        ("!true", "printed nothing"),
        ("!echo; echo ' '", "printed nothing"),
        ("!head -c 1000000 /dev/zero", "printed more than"),
        ("!printf 'sk-canary\\nsk-canary'", "holds a line break"),
        ("!no-such-command-canary", "ended with exit code 127"),
        ("sk-canary\u00e9", "another character that no key has"),
    ],
)
def test_a_key_that_cannot_be_had_is_told_in_both_colours(
    colour: Colour, install: Install, provider: Canned, store: CredentialStore, key: str, told: str
) -> None:
    """H-60, H-63."""
    install("acme", manifest=MANIFEST.format(url=provider.url))
    put(store, json.dumps({"acme": {"type": "api_key", "key": key}}).encode())
    environ = {"HAMR_AGENT_DIR": store.folder, "EMPTY": "", "PATH": os.environ["PATH"]}
    with Hamr(environ=environ, folder=None) as client, pytest.raises(ConfigError) as caught:
        colour.call(client, "hi", "acme/m")
    assert told in caught.value.message
    assert f"acme.key in {store.path}" in caught.value.message
    assert "canary" not in f"{caught.value} {vars(caught.value)}"
    assert provider.asked == []


def test_a_file_that_is_awry_stops_the_call_and_no_other_key_is_taken(
    colour: Colour, install: Install, provider: Canned, store: CredentialStore
) -> None:
    install("acme", manifest=MANIFEST.format(url=provider.url))
    put(store, GOOD.encode()[:-5])
    environ = {"HAMR_AGENT_DIR": store.folder, "ACME_KEY": "another"}
    with Hamr(environ=environ, folder=None) as client, pytest.raises(ConfigError, match="cannot be read: no JSON"):
        colour.call(client, "hi", "acme/m")
    assert provider.asked == []


def test_a_file_that_is_awry_and_then_mended_is_read_by_the_same_client(
    colour: Colour, install: Install, provider: Canned, store: CredentialStore
) -> None:
    install("acme", manifest=MANIFEST.format(url=provider.url))
    put(store, b"{")
    with Hamr(environ={"HAMR_AGENT_DIR": store.folder}, folder=None) as client:
        with pytest.raises(ConfigError):
            colour.call(client, "hi", "acme/m")
        put(store, GOOD.encode())
        provider.answer(REPLY)
        assert colour.call(client, "hi", "acme/m").text == "hi"
