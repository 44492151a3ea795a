"""Several logins of one provider take turns like keys, each refreshed by itself (R-50, C-20)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from hamr import Hamr, NotLetIn, Settings, Timeouts
from hamr.secrets import auth_file
from hamr.secrets.store import CredentialStore
from hamr.storage.locks import FileLock
from hamr.types import Tokens
from hamr_testkit.authorization import AuthorizationServer
from hamr_testkit.colours import Colour

LogIns = Callable[..., None]


@pytest.fixture
def environ(folder: str, tmp_path: Path) -> Mapping[str, str]:
    return {"HAMR_AGENT_DIR": folder, "HAMR_STATE_DIR": str(tmp_path / "state")}


@pytest.fixture
def client(acme: None, environ: Mapping[str, str]) -> Iterator[Hamr]:
    """A client that waits for a machine under load: a call that runs out of time goes to the next login."""
    patient = Settings(timeouts=Timeouts(connect=60, read=60, total=100), retries=0)
    with Hamr(environ=environ, settings=patient) as made:
        yield made


@pytest.fixture
def log_ins(server: AuthorizationServer, folder: str) -> LogIns:
    """Store a login under each name, the empty one too; `left` has the seconds that each lasts, an hour if none."""

    def put(*names: str, left: Mapping[str, float] | None = None) -> None:
        store = CredentialStore(folder)
        for name in names:
            told = server.tokens()
            ends = time.time() + (left or {}).get(name, 3600.0)
            fresh = Tokens(told["access_token"], told["refresh_token"], round(ends), f"account-{name or 'own'}")
            store.tokens(("acme",), name).replace(None, fresh)

    return put


def called(server: AuthorizationServer) -> list[str]:
    """Whose each call was, by the account that it named."""
    return [asked.headers["x-account"] for asked in server.asked_for("/v1/chat/completions")]


def test_they_take_turns(client: Hamr, colour: Colour, server: AuthorizationServer, log_ins: LogIns) -> None:
    log_ins("", "work", "home")
    choices = [colour.call(client, "hi", "acme/m").choice for _ in range(4)]
    assert called(server) == ["account-own", "account-work", "account-home", "account-own"]
    assert [choice and choice.key for choice in choices] == ["…", "work", "home", "…"]


def test_they_stand_beside_each_other_where_other_programs_find_the_first(folder: str, log_ins: LogIns) -> None:
    log_ins("", "work")
    document = json.loads(Path(folder, "auth.json").read_text())
    assert list(document) == ["acme", "acme:work"]
    assert {record["type"] for record in document.values()} == {"oauth"}
    store = CredentialStore(folder)
    assert store.ids() == ["acme"]
    assert [(login.name, login.place) for login in store.logins(["acme"])] == [("", "acme"), ("work", "acme:work")]


def test_each_is_refreshed_where_it_stands(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_ins: LogIns, folder: str
) -> None:
    log_ins("", "work", "home", left={"work": 10})
    before = json.loads(Path(folder, "auth.json").read_text())
    for _ in range(3):
        colour.call(client, "hi", "acme/m")
    after = json.loads(Path(folder, "auth.json").read_text())
    assert [name for name in after if after[name] != before[name]] == ["acme:work"]
    (asked,) = server.asked_for("/token")
    assert asked.fields["refresh_token"] == before["acme:work"]["refresh"]


def test_one_that_has_ended_is_passed_over_and_named(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_ins: LogIns
) -> None:
    log_ins("", "work", left={"work": -10})
    server.failing = [(400, {"error": "invalid_grant"})] * 4
    answers = [colour.call(client, "hi", "acme/m") for _ in range(3)]
    assert called(server) == ["account-own"] * 3
    told = str([answer.warnings for answer in answers])
    assert "acme/m with the login work failed" in told
    assert "canary" not in told


def test_where_all_have_ended_the_error_says_how_to_log_in_again(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_ins: LogIns
) -> None:
    log_ins("work", "home", left={"work": -10, "home": -10})
    server.failing = [(400, {"error": "invalid_grant"})] * 4
    with pytest.raises(NotLetIn) as caught:
        colour.call(client, "hi", "acme/m")
    assert "hamr login acme --as home" in caught.value.hint


def test_a_refresh_of_one_holds_up_no_other(
    client: Hamr, colour: Colour, server: AuthorizationServer, log_ins: LogIns, folder: str
) -> None:
    log_ins("", "work", left={"": 200, "work": 200})  # about to end, and not over before the test is
    server.account = "account-own"  # whose login it is stays the same
    store = CredentialStore(folder)
    names = [store.tokens(("acme",)).refresh_lock, store.tokens(("acme",), "work").refresh_lock]
    assert names == ["refresh-acme", "refresh-acme-work"]
    lock = FileLock(names[1], Path(folder))
    assert lock.acquire()
    colour.call(client, "hi", "acme/m")
    assert len(server.asked_for("/token")) == 1, "the first one's turn, while another's is being refreshed"
    lock.release()
    colour.call(client, "hi", "acme/m")
    assert len(server.asked_for("/token")) == 2


def test_many_processes_refresh_each_once(
    acme: None, server: AuthorizationServer, log_ins: LogIns, environ: Mapping[str, str]
) -> None:
    """Pain 37."""
    log_ins("", "work", left={"": -5, "work": -5})
    code = "import hamr; [print(hamr.call('hi', 'acme/m').text) for _ in range(2)]"
    variables = {**os.environ, **environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    running = [
        subprocess.Popen([sys.executable, "-c", code], env=variables, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [process.communicate(timeout=60)[0] for process in running] == ["hello\nhello\n"] * 4
    offered = [asked.fields["refresh_token"] for asked in server.asked_for("/token")]
    assert len(offered) == len(set(offered)) == 2


def test_all_who_mean_one_login_mean_one_lock(folder: str) -> None:
    accounts = [{"access_token": f"a{n}", "refresh_token": f"r{n}", "account_id": f"account-{n}"} for n in range(2)]
    os.makedirs(folder)
    document = {"acme:work": {"type": "oauth", "access": "a", "refresh": "r"}, "acme_accounts": accounts}
    Path(folder, "auth.json").write_text(json.dumps(document))
    store = CredentialStore(folder)
    found = store.logins(("acme",))
    locks = [store.tokens(("acme",), login.name, login.mark).refresh_lock for login in found]
    assert len(set(locks)) == 3
    assert store.tokens(("acme",)).refresh_lock == locks[0]
    assert "account" not in str(locks), "a lock's name gives no account away"
    assert store.tokens(("acme",), mark=found[2].mark).read() == found[2].tokens
    store.change(lambda document: auth_file.remove_login(document, ("acme",), found[1]))
    assert store.tokens(("acme",), mark=found[2].mark).refresh_lock == locks[2], "it has moved up in the list"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_is_taken_away_and_the_others_stay(folder: str, log_ins: LogIns, place: int) -> None:
    log_ins("", "work")
    store = CredentialStore(folder)

    def more(document: Any) -> None:
        document["acme_accounts"] = [{"access_token": "a", "refresh_token": "r"}]

    store.change(more)
    found = store.logins(("acme",))
    assert store.change(lambda document: auth_file.remove_login(document, ("acme",), found[place]))
    assert [each.tokens for each in store.logins(("acme",))] == [
        each.tokens for index, each in enumerate(found) if index != place
    ]
    assert not store.change(lambda document: auth_file.remove_login(document, ("acme",), found[place]))


def test_what_is_no_login_is_no_named_login(folder: str) -> None:
    os.makedirs(folder)
    document = {"acme:x": {"type": "api_key", "key": "k"}, "acme:y": 3, "acme": {"type": "oauth", "access": "a"}}
    Path(folder, "auth.json").write_text(json.dumps(document))
    store = CredentialStore(folder)
    assert [login.place for login in store.logins(("acme",))] == ["acme"]
    assert store.ids() == ["acme:x", "acme"]
