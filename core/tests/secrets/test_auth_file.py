"""Both shapes of an auth.json: records (H-71) and lists (R-8), in one file (C-20)."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from hamr.secrets import auth_file
from hamr.types import Tokens

NAMES = ("acme", "old-acme")
NOW = "2026-11-01T00:00:00.000Z"
OLD, NEW = Tokens("a1", "r1", 5.0, "u-1"), Tokens("a2", "r2", 7.5, "u-1", {"scope": "all"})


def values(document: dict[str, Any], names: tuple[str, ...] = NAMES) -> list[str]:
    return [key.value for key in auth_file.keys(document, names)]


@pytest.mark.parametrize(
    ("document", "keys"),
    [
        ({}, []),
        ({"acme": {"type": "api_key", "key": "k1"}}, ["k1"]),
        ({"acme": {"type": "api_key"}}, []),
        ({"acme": {"type": "api_keys", "keys": ["k1", "k2", "k1", " "]}}, ["k1", "k2"]),
        ({"old-acme": {"type": "api_key", "key": "k1"}}, ["k1"]),
        ({"providers": {"acme": ["k1", "k2"]}}, ["k1", "k2"]),
        ({"providers": {"acme": ["k2", "k1"]}, "acme": {"type": "api_key", "key": "k1"}}, ["k1", "k2"]),
        ({"acme": {"type": "oauth", "access": "a"}}, []),
        ({"other": {"type": "api_key", "key": "k"}, "providers": {"other": ["k"]}}, []),
    ],
)
def test_keys(document: dict[str, Any], keys: list[str]) -> None:
    assert values(document) == keys


def test_logins_of_both_shapes() -> None:
    document = {
        "acme": {"type": "oauth", "access": "a", "refresh": "r", "expires": 1500, "accountId": "u", "scope": "s"},
        "acme_accounts": [{"account_id": "u2", "access_token": "a2", "refresh_token": "r2", "last_refresh": "x"}],
    }
    assert auth_file.logins(document, NAMES) == [
        auth_file.StoredLogin(Tokens("a", "r", 1.5, "u", {"scope": "s"}), "acme"),
        auth_file.StoredLogin(Tokens("a2", "r2", None, "u2"), "acme_accounts[0]"),
    ]


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"acme": "canary"}, "acme must be a table"),
        ({"acme": {"type": "canary"}}, "acme.type must be one of"),
        ({"acme": {"type": "api_key", "key": 7}}, "acme.key must be a text"),
        ({"acme": {"type": "api_keys", "keys": "canary"}}, "acme.keys must be a list"),
        ({"acme": {"type": "api_keys", "keys": ["k", 1]}}, r"acme.keys\[1\] must be a text"),
        ({"acme": {"type": "api_key", "key": "k", "env": {"A": 1}}}, "acme.env must be a table of texts"),
        ({"providers": ["canary"]}, "providers must be a table"),
        ({"providers": {"acme": "canary"}}, "providers.acme must be a list"),
        ({"acme": {"type": "oauth"}}, "acme.access must be a text"),
        ({"acme": {"type": "oauth", "access": "a", "expires": "canary"}}, "acme.expires must be a number"),
        ({"acme": {"type": "oauth", "access": "a", "refresh": 1}}, "acme.refresh must be a text"),
        ({"acme_accounts": {"canary": 1}}, "acme_accounts must be a list of tables"),
        ({"acme_accounts": [{"access_token": 1}]}, r"acme_accounts\[0\].access_token must be a text"),
    ],
)
def test_what_is_misshapen_is_named_and_not_shown(document: dict[str, Any], place: str) -> None:
    with pytest.raises(auth_file.Misshapen, match=place) as caught:
        _ = auth_file.keys(document, NAMES), auth_file.logins(document, NAMES)
    assert "canary" not in str(caught.value)


def test_what_belongs_to_others_is_not_looked_at() -> None:
    assert values({"other": "odd", "acme": {"type": "api_key", "key": "k"}}) == ["k"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"acme": {"type": "api_key", "key": "new"}}),
        (
            {"acme": {"type": "api_key", "key": "k1", "env": {"A": "1"}}},
            {"acme": {"type": "api_keys", "keys": ["k1", "new"], "env": {"A": "1"}}},
        ),
        ({"providers": {"acme": ["k1"]}}, {"providers": {"acme": ["k1", "new"]}}),
        ({"old-acme": {"type": "api_key", "key": "k1"}}, {"acme": {"type": "api_keys", "keys": ["k1", "new"]}}),
        (
            {"proxy_keys": {"x": {}}, "b": 1},
            {"proxy_keys": {"x": {}}, "b": 1, "acme": {"type": "api_key", "key": "new"}},
        ),
    ],
)
def test_a_key_is_added_in_the_shape_that_is_there(before: dict[str, Any], after: dict[str, Any]) -> None:
    document = copy.deepcopy(before)
    assert auth_file.add_key(document, NAMES, "new")
    assert document == after
    assert not auth_file.add_key(document, NAMES, "new"), "it is there already"
    assert document == after


@pytest.mark.parametrize(
    "before", [{"acme": {"type": "api_keys", "keys": ["k1", "k2"]}}, {"providers": {"acme": ["k1", "k2"]}}]
)
def test_a_key_alone_takes_the_place_of_all(before: dict[str, Any]) -> None:
    assert auth_file.add_key(before, NAMES, "k1", alone=True)
    assert values(before) == ["k1"]
    assert not auth_file.add_key(before, NAMES, "k1", alone=True)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, None),
        (
            {"acme": {"type": "oauth", "access": "a1", "refresh": "r1", "own": 1}},
            {"type": "oauth", "access": "a2", "refresh": "r2", "accountId": "u-1", "expires": 7500, "scope": "all"},
        ),
    ],
)
def test_tokens_take_the_place_of_those_they_were_got_with(
    before: dict[str, Any], after: dict[str, Any] | None
) -> None:
    document = copy.deepcopy(before)
    assert auth_file.put_tokens(document, NAMES, OLD, NEW, NOW) is (after is not None)
    assert document == ({"acme": {**before["acme"], **after}} if after else before)


def test_tokens_of_a_list_stay_in_it() -> None:
    document = {"acme_accounts": [{"access_token": "a0", "refresh_token": "r0"}, {"access_token": "a1", "x": 1}]}
    assert auth_file.put_tokens(document, NAMES, Tokens("a1"), NEW, NOW)
    account = {"access_token": "a2", "refresh_token": "r2", "account_id": "u-1", "last_refresh": NOW, "x": 1}
    assert document["acme_accounts"] == [{"access_token": "a0", "refresh_token": "r0"}, account]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            {"acme": {"type": "oauth", "access": "a1", "expires": 1, "accountId": "u", "own": 1, "env": {"A": "1"}}},
            {"acme": {"env": {"A": "1"}, "type": "oauth", "access": "a9"}},
        ),
        (
            {"acme_accounts": [{"access_token": "a1", "account_id": "u", "x": 1}, {"access_token": "a2"}]},
            {
                "acme_accounts": [
                    {"access_token": "a9", "refresh_token": "", "last_refresh": NOW},
                    {"access_token": "a2"},
                ]
            },
        ),
    ],
)
def test_a_new_login_leaves_nothing_of_the_last_one(before: dict[str, Any], after: dict[str, Any]) -> None:
    """It may be somebody else's."""
    assert auth_file.put_tokens(before, NAMES, None, Tokens("a9"), NOW)
    assert before == after


def test_a_first_login_makes_a_record() -> None:
    document: dict[str, Any] = {}
    assert auth_file.put_tokens(document, NAMES, None, NEW, NOW)
    assert auth_file.logins(document, NAMES)[0].tokens == NEW
    assert auth_file.ids(document) == ["acme"]


def test_all_of_a_provider_is_removed_and_nothing_else() -> None:
    other: dict[str, Any] = {
        "other": {"type": "api_key", "key": "k"},
        "providers": {"other": ["k"]},
        "proxy_keys": {"p": {}},
    }
    document = copy.deepcopy(other)
    document["acme"] = {"type": "api_key", "key": "k1"}
    document["providers"]["acme"] = ["k2"]
    document["acme_accounts"] = [{"access_token": "a"}]
    assert auth_file.ids(document) == ["other", "acme"]
    assert auth_file.remove(document, NAMES) == 3
    assert document == other


def keyed(document: auth_file.Document) -> list[str]:
    return [key.written for key in auth_file.keys(document, ("acme", "old"))]


ENTRY = auth_file.ApartEntry("keyring", "acme:1", "…wxyz")
IN_KEYRING = "keyring acme:1 …wxyz"


@pytest.mark.parametrize("new", ["k-new", ENTRY])
@pytest.mark.parametrize(
    "document",
    [
        {"acme": {"type": "api_key", "key": "k-old", "env": {"A": "b"}}},
        {"acme": {"type": "api_keys", "keys": ["k-1", "k-old", "k-2"]}},
        {"old": {"type": "api_key", "key": " k-old\n"}},
        {"providers": {"acme": ["k-1", "k-old"], "other": ["k-old"]}},
        {"acme": {"type": "api_key", "key": "k-old"}, "providers": {"acme": ["k-1", "k-old"]}},
    ],
)
def test_a_key_is_replaced_wherever_it_stands(document: Any, new: auth_file.NewKey) -> None:
    document = copy.deepcopy(document)
    before = keyed(document)
    (old,) = [key for key in auth_file.keys(document, ("acme", "old")) if key.value == "k-old"]
    assert auth_file.replace_key(document, ("acme", "old"), old, new)
    after = keyed(document)
    assert sorted(after) == sorted(
        [*(each for each in before if each != "k-old"), new if new == "k-new" else IN_KEYRING]
    )
    lists = document.get("providers", {})
    assert lists.get("other", ["k-old"]) == ["k-old"], "another provider's stays"
    assert all(isinstance(each, str) for each in lists.get("acme", [])), "other programs know texts alone there"
    assert auth_file.environ(document, ("acme",)) in ({"A": "b"}, {})
    assert not auth_file.replace_key(document, ("acme", "old"), old, "k-newer")
    assert keyed(document) == after


def test_a_key_that_is_there_twice_is_there_once_when_it_is_replaced() -> None:
    document = {"acme": {"type": "api_keys", "keys": ["k-old", "k-1", "k-old"]}}
    old = auth_file.keys(document, ("acme",))[0]
    assert auth_file.replace_key(document, ("acme",), old, "k-1")
    assert document["acme"]["keys"] == ["k-1"]


def test_the_last_key_goes_with_its_record() -> None:
    document: Any = {"acme": {"type": "api_keys", "keys": ["k-1", "k-2"]}, "note": 1}
    for value in ("k-1", "k-2"):
        (key,) = [each for each in auth_file.keys(document, ("acme",)) if each.value == value]
        assert auth_file.remove_key(document, ("acme",), key)
        assert not auth_file.remove_key(document, ("acme",), key)
    assert document == {"note": 1}
