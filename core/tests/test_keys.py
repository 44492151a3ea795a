"""Where a key is looked for, and that it is never seen."""

from __future__ import annotations

import pickle
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from hamr.errors import ConfigError
from hamr.secrets import auth_file, keys
from hamr.secrets.redact import clean
from hamr.secrets.store import CredentialStore
from hamr.types import AuthSpec, Provider, Secret, Tokens

PROVIDER = Provider(
    "acme",
    "Acme",
    "https://acme.test",
    "w",
    auth=AuthSpec("bearer", ("ACME_KEY", "ACME_TOKEN")),
    key_url="https://acme.test/keys",
)
CANARY = "sk-canary-0123456789abcdef"


def test_the_first_variable_that_is_set_counts() -> None:
    secret = keys.find(PROVIDER, {"ACME_KEY": " ", "ACME_TOKEN": f" {CANARY}\n"}, {})
    assert secret is not None
    assert secret.reveal() == CANARY
    assert secret.origin == "the environment variable ACME_TOKEN"


def test_a_key_given_in_code_comes_first() -> None:
    secret = keys.find(PROVIDER, {"ACME_KEY": "other"}, {"acme": CANARY})
    assert secret is not None
    assert secret.reveal() == CANARY


def test_the_order_is_code_then_stored_then_environment(tmp_path: Path) -> None:
    """M-21, C-21, H-72."""
    store = CredentialStore(str(tmp_path))
    environ = {"ACME_KEY": "from the environment"}
    secret = keys.find(PROVIDER, environ, {}, store)
    assert secret is not None
    assert secret.reveal() == "from the environment"
    store.change(lambda document: auth_file.add_key(document, ("acme",), CANARY))
    secret = keys.find(PROVIDER, environ, {}, store)
    assert secret is not None
    assert (secret.reveal(), secret.origin) == (CANARY, f"acme.key in {store.path}")
    secret = keys.find(PROVIDER, environ, {"acme": "from code"}, store)
    assert secret is not None
    assert secret.reveal() == "from code"
    assert keys.is_callable(PROVIDER, {}, {}, store)


def test_all_spellings_are_read_after_the_stored_keys_and_each_counts_once(tmp_path: Path) -> None:
    """M-22, R-50."""
    store = CredentialStore(str(tmp_path))
    for key in ("stored-1", "$NAMED", "$UNSET", "!echo never-run"):
        store.change(partial(auth_file.add_key, names=("acme",), value=key))
    environ = {
        "NAMED": "named",
        "ACME_KEY": "one",
        "ACME_KEYS": "two, ,named,three",
        "ACME_KEY_2": "two",
        "ACME_KEY_3": "four",
        "ACME_KEY_5": "five",
        "ACME_TOKEN": "another variable's",
    }
    found = [key.written.reveal() for key in keys.every(PROVIDER, environ, {}, store)]
    assert found == ["stored-1", "named", "!echo never-run", "one", "two", "three", "four", "five"]
    assert [key.written.reveal() for key in keys.every(PROVIDER, environ, {"acme": CANARY}, store)] == [CANARY]
    assert keys.every(PROVIDER, {}, {}) == []


@pytest.mark.parametrize("name", ["ACME_KEYS", "ACME_KEY_2", "ACME_TOKENS"])
def test_any_spelling_alone_will_do(name: str) -> None:
    """R-50."""
    secret = keys.find(PROVIDER, {name: f"{CANARY},second"} if name.endswith("S") else {name: CANARY}, {})
    assert secret is not None
    assert (secret.reveal(), secret.origin) == (CANARY, f"the environment variable {name}")
    assert keys.is_callable(PROVIDER, {name: CANARY}, {})


def test_an_empty_store_is_among_the_places_that_were_looked_in(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        keys.find(PROVIDER, {}, {}, CredentialStore(str(tmp_path)))
    assert str(tmp_path / "auth.json") in caught.value.message
    assert "hamr auth add acme" in caught.value.hint
    assert not keys.is_callable(PROVIDER, {}, {}, CredentialStore(str(tmp_path)))


def test_a_login_is_the_same_one_after_its_token_was_refreshed(tmp_path: Path) -> None:
    """What is limited or budgeted for it goes on."""
    store, provider = CredentialStore(str(tmp_path)), replace(PROVIDER, auth=AuthSpec("oauth"))
    with pytest.raises(ConfigError, match="nobody is logged in to acme"):
        keys.find(provider, {}, {}, store)
    found = []
    for token, account in (("a-1", "u-1"), ("a-2", "u-1"), ("a-3", "u-2"), ("a-4", None)):
        store.tokens(("acme",)).replace(None, Tokens(token, account=account))
        secret = keys.find(provider, {}, {}, store)
        assert secret is not None
        assert secret.reveal() == token
        found.append(secret.identity)
    assert found == ["acme u-1", "acme u-1", "acme u-2", "acme acme"]


def test_no_key_names_every_place_that_was_looked_in() -> None:
    """V-30, N-136."""
    with pytest.raises(ConfigError) as caught:
        keys.find(PROVIDER, {}, {})
    told = str(caught.value)
    assert all(place in told for place in ("ACME_KEY", "ACME_TOKEN", "Hamr(keys=", "https://acme.test/keys"))


def test_an_optional_key_may_be_missing() -> None:
    local = Provider("local", "Local", "http://x", "w", auth=AuthSpec("bearer", ("LOCAL_KEY",), optional=True))
    assert keys.find(local, {}, {}) is None


def test_a_provider_without_auth_is_asked_for_no_key() -> None:
    open_to_all = Provider("sim", "Sim", "http://x", "w", auth=AuthSpec("none", ("SIM_KEY",)))
    assert keys.find(open_to_all, {"SIM_KEY": CANARY}, {}) is None


@pytest.mark.parametrize("value", [f"{CANARY}\r\nx-evil: 1", f"{CANARY}\x00", f"{CANARY}é"])
def test_a_key_that_no_header_can_hold_is_refused_unseen(value: str) -> None:
    with pytest.raises(ConfigError, match="the environment variable ACME_KEY") as caught:
        keys.find(PROVIDER, {"ACME_KEY": value}, {})
    assert "canary" not in str(caught.value)


def test_only_variables_that_the_manifest_names_are_given_out() -> None:
    parted = Provider("aws", "AWS", "https://x", "w", auth=AuthSpec("own", ("A_TOKEN",), more_env=("A_ID", "A_SECRET")))
    environ = {"A_ID": f" {CANARY} ", "A_TOKEN": "token", "OTHER_KEY": "never"}
    found = keys.variable(parted, environ, "A_ID")
    assert found is not None
    assert (found.reveal(), found.origin) == (CANARY, "the environment variable A_ID")
    assert keys.variable(parted, environ, "A_TOKEN") is not None
    assert keys.variable(parted, environ, "A_SECRET") is None
    with pytest.raises(ConfigError, match="does not say that its auth reads OTHER_KEY"):
        keys.variable(parted, environ, "OTHER_KEY")
    with pytest.raises(ConfigError, match="A_SECRET holds a line break"):
        keys.variable(parted, {"A_SECRET": "a\nb"}, "A_SECRET")
    with pytest.raises(ConfigError, match="A_SECRET stands in quotes") as told:
        keys.variable(parted, {"A_SECRET": f'"{CANARY}"'}, "A_SECRET")
    assert CANARY not in str(told.value)


def test_a_secret_is_not_seen() -> None:
    """Pain 36."""
    secret = Secret(CANARY, "the test")
    assert CANARY not in f"{secret} {secret!r} {[secret]} {secret.tail}"
    assert secret.tail == "…cdef"
    assert Secret("short", "x").tail == "…"
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)


def test_a_key_is_taken_out_of_text_plain_and_quoted() -> None:
    secret = Secret("a key/with+signs", "the test")
    assert clean("at a key/with+signs and a%20key%2Fwith%2Bsigns", secret) == "at *** and ***"


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("bad key sk-canary-0123456...", "bad key ***"),
        ("sk-canary-01 and sk-canary-0123", "*** and ***"),
        ("keys begin with sk-canary-", "keys begin with sk-canary-"),
        ("sk-canary-012345-other, the rest", "***, the rest"),
        ("sk-canary-0123456789 sk-canary-0123456789", "*** ***"),
    ],
)
def test_a_key_that_is_cut_short_is_taken_out_of_text(text: str, cleaned: str) -> None:
    assert clean(text, Secret("sk-canary-0123456789", "the test")) == cleaned


@pytest.mark.parametrize(
    ("auth", "environ", "given", "may"),
    [
        (AuthSpec(), {}, {}, True),
        (AuthSpec("bearer", ("ACME_KEY",)), {}, {}, False),
        (AuthSpec("bearer", ("ACME_KEY",)), {"ACME_KEY": " "}, {}, False),
        (AuthSpec("bearer", ("ACME_KEY",)), {"ACME_KEY": "made-up"}, {}, True),
        (AuthSpec("bearer", ("ACME_KEY",)), {}, {"acme": "made-up"}, True),
        (AuthSpec("bearer", ("ACME_KEY",), optional=True), {}, {}, True),
        (AuthSpec("handshake"), {}, {}, True),
    ],
)
def test_whether_a_call_may_get_in(auth: AuthSpec, environ: dict[str, str], given: dict[str, str], may: bool) -> None:
    provider = Provider("acme", "Acme", "https://acme.test", "w", auth=auth)
    assert keys.is_callable(provider, environ, given) is may
