"""`hamr login` and `hamr logout` (H-76, H-77, M-24)."""

from __future__ import annotations

import json
import re
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hamr_testkit.authorization import AuthorizationServer, serving

KEYED = """id = "keyed"
name = "Keyed"
base_url = "https://api.keyed.example/v1"
wire = "openai-completions"
auth = { style = "bearer", env = ["KEYED_KEY"] }
"""
ACME = """id = "acme"
name = "Acme"
base_url = "{url}/v1"
wire = "openai-completions"
[auth]
style = "oauth"
[auth.oauth]
issuer = "{url}"
client_id = "hamr-test"
authorize_path = "/authorize"
device_path = "/device"
token_path = "/token"
revoke_path = "/revoke"
redirect_port = {port}
notice = "Acme may not like this."
account_claim = ["who", "id"]
"""
IMPORTING = """
from hamr.api import OAuth, Tokens, hookimpl

class Importing(OAuth):
    def imported(self):
        return Tokens("canary-of-another-program", "canary-refresh", None, "account-of-another")
        yield

@hookimpl
def hamr_auth(route):
    return Importing(route)
"""
SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"
BROWSER = """
import sys, urllib.request
urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1]).read()
"""


def check(name: str, document: Any) -> Any:
    jsonschema.validate(document, json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")))
    return document


@pytest.fixture
def server() -> Iterator[AuthorizationServer]:
    with serving() as running:
        yield running


@pytest.fixture
def acme(install: Any, server: AuthorizationServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plugin, and a browser whose user logs in at once."""
    install("acme", manifest=ACME.format(url=server.url, port=0))
    (tmp_path / "browser.py").write_text(BROWSER)
    monkeypatch.setenv("BROWSER", f"{sys.executable} {tmp_path / 'browser.py'} %s")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent" / "auth.json"


def stored(path: Path) -> Any:
    return json.loads(path.read_text())


def test_with_the_browser_of_this_machine(acme: None, process: Any, path: Path, server: AuthorizationServer) -> None:
    ran = process("login", "acme")
    assert (ran.code, ran.out) == (0, f"logged in to acme; the login is kept in {path}\n")
    assert ran.err.startswith("Acme may not like this.\nLog in with your browser:\nhttp://127.0.0.1:")
    assert stored(path)["acme"]["access"] in server.access
    assert stored(path)["acme"]["accountId"] == "account-1"
    called = process("-m", "acme/m", "--no-stream", "hi")
    assert (called.code, called.out) == (0, "hello\n")
    for each in (ran, called, process("auth"), process("auth", "--json"), process("providers")):
        assert "canary" not in each.out + each.err
    assert "login of …" in process("auth").out
    assert f"stored in {path}" in process("providers").out
    process("logout", "acme")
    assert "not logged in" in process("providers").out


def test_json(acme: None, process: Any, path: Path) -> None:
    told = check("login", process("login", "acme", "--json").json)
    assert (told["provider"], told["way"], told["place"]) == ("acme", "browser", str(path))
    told = check("login", process("login", "acme", "--device", "--json").json)
    assert told["way"] == "device"
    told = check("auth-change", process("logout", "acme", "--json").json)
    assert (told["change"], told["logins"]) == ("removed", 0)


def test_with_a_browser_elsewhere(acme: None, person: Any, server: AuthorizationServer, path: Path) -> None:
    sitting = person("login", "acme", "--no-browser")
    sitting.see("Log in with your browser:\n")
    url = sitting.see("\n")
    sitting.type("https://acme.example/?code=of-another&state=login\n")
    sitting.see("no answer to this login")
    sitting.type(server.log_in(url) + "\n")
    sitting.see(f"logged in to acme; the login is kept in {path}")
    assert sitting.end() == 0
    assert stored(path)["acme"]["refresh"] in server.refresh


def test_ctrl_c_ends_a_login(acme: None, person: Any, path: Path) -> None:
    sitting = person("login", "acme", "--no-browser")
    sitting.see("Log in with your browser:")
    sitting.type("\x03")
    assert sitting.end() == 130
    assert not path.exists()


def test_with_a_code_for_a_device(acme: None, process: Any, server: AuthorizationServer, path: Path) -> None:
    ran = process("login", "acme", "--device")
    assert ran.code == 0
    assert f"Type in the code ABCD-EFGH at\n{server.url}/activate" in ran.err
    assert stored(path)["acme"]["access"] in server.access


def test_the_port_of_the_browser_is_taken(
    install: Any, server: AuthorizationServer, hamr: Any, person: Any, path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        install("acme", manifest=ACME.format(url=server.url, port=port))
        ran = hamr("login", "acme")
        assert ran.code == 2
        assert f"the port {port}, which the browser is sent back to, is taken" in ran.err
        assert "--device" in ran.err
        sitting = person("login", "acme", "--no-browser")
        sitting.see("is taken: paste the URL that the browser ends at.")
        sitting.see("Log in with your browser:\n")
        sitting.type(server.log_in(sitting.see("\n")) + "\n")
        sitting.see("logged in to acme")


def test_a_refusal_shows_nothing_secret(acme: None, process: Any, server: AuthorizationServer, path: Path) -> None:
    server.echo = True
    server.failing = [(400, {"error": "invalid_grant", "error_description": "no"})]
    ran = process("login", "acme")
    assert ran.code == 1
    assert "the authorization server refused: no" in ran.err
    (asked,) = server.asked_for("/token")
    assert asked.fields["code_verifier"] not in ran.err
    assert not path.exists()


def test_a_login_takes_the_place_of_the_last_one(acme: None, process: Any, path: Path) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"other": {"type": "api_key", "key": "k"}}))
    process("login", "acme")
    first = stored(path)
    process("login", "acme")
    second = stored(path)
    assert first["acme"]["access"] != second["acme"]["access"]
    assert first["other"] == second["other"]


def test_logging_out_tells_the_server_and_removes_it_here(
    acme: None, process: Any, server: AuthorizationServer, path: Path
) -> None:
    process("login", "acme")
    refresh = stored(path)["acme"]["refresh"]
    ran = process("logout", "acme")
    assert (ran.code, ran.out, ran.err) == (0, f"removed what was stored of acme in {path}\n", "")
    assert refresh not in server.refresh
    assert stored(path) == {}
    ran = process("-m", "acme/m", "hi")
    assert ran.code == 2
    assert "nobody is logged in to acme" in ran.err
    assert process("logout", "acme").out == f"nothing of acme is stored in {path}\n"


def test_a_server_that_cannot_be_reached_is_no_reason_to_stay_logged_in(install: Any, hamr: Any, path: Path) -> None:
    install("acme", manifest=ACME.format(url="http://127.0.0.1:9", port=0))
    path.parent.mkdir()
    path.write_text(json.dumps({"acme": {"type": "oauth", "access": "canary-access", "refresh": "canary-refresh"}}))
    ran = hamr("logout", "acme")
    assert ran.code == 0
    assert "the login may go on at the server" in ran.err
    assert "canary" not in ran.out + ran.err
    assert stored(path) == {}


def test_for_a_provider_with_keys_one_is_typed_in(install: Any, person: Any, hamr: Any, path: Path) -> None:
    """H-5."""
    install("keyed", manifest=KEYED)
    sitting = person("login", "keyed")
    sitting.see("The key of Keyed (it is not shown):")
    sitting.type("sk-canary-0123456789-wxyz\n")
    assert "canary" not in sitting.see("stored the key of keyed …wxyz")
    assert stored(path)["keyed"]["key"] == "sk-canary-0123456789-wxyz"
    assert "hamr auth add keyed --stdin" in hamr("login", "keyed").err


def test_a_login_of_another_program_is_taken_over(
    install: Any, hamr: Any, server: AuthorizationServer, path: Path
) -> None:
    """R-7."""
    install("acme", manifest=ACME.format(url=server.url, port=0), code=IMPORTING)
    told = check("login", hamr("auth", "import-acme", "--json").json)
    assert (told["way"], told["account"]) == ("import", "…ther")
    assert stored(path)["acme"]["access"] == "canary-of-another-program"
    assert hamr("auth", "import-acme").out == f"took over the login at acme; it is kept in {path}\n"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["auth", "import-acme"], "no other program whose login could be taken over"),
        (["auth", "import-nobody"], "nobody"),
        (["auth", "nonsense"], "No such command"),
        (["login", "open"], "one does not log in to open"),
        (["login", "nobody"], "nobody"),
    ],
)
def test_what_is_wrong_is_named(install: Any, hamr: Any, server: AuthorizationServer, arguments: Any, why: str) -> None:
    install("acme", manifest=ACME.format(url=server.url, port=0))
    install("open", manifest=KEYED.replace("keyed", "open").replace("bearer", "none"))
    ran = hamr(*arguments)
    assert ran.code == 2
    assert re.search(why, ran.err)


def test_a_provider_with_keys_may_be_logged_in_to_where_that_is_asked_for(
    acme: None, install: Any, process: Any, path: Path, server: AuthorizationServer
) -> None:
    """H-79: the notice is told, the login counts before the variable, and the key that is stored stays."""
    style = 'style = "oauth"'
    own = ACME.format(url=server.url, port=0).replace(style, 'style = "header"\nheader = "x-key"\nenv = ["BOTH_KEY"]')
    install("both", manifest=own.replace('"acme"', '"both"'))
    process("auth", "add", "both", "--stdin", stdin=b"sk-canary-0123456789-wxyz")
    ran = process("login", "both", "--subscription")
    assert (ran.code, ran.out) == (0, f"logged in to both; the login is kept in {path}\n")
    assert ran.err.startswith("Acme may not like this.\nLog in with your browser:\nhttp://127.0.0.1:")
    assert list(stored(path)) == ["both", "both:login"]
    called = process("-m", "both/m", "--no-stream", "hi")
    assert (called.code, called.out) == (0, "hello\n"), called.err
    listed = process("auth")
    assert "login login of …" in listed.out
    assert "key …wxyz" in listed.out
    for each in (ran, called, listed, process("auth", "--json"), process("providers")):
        assert "canary" not in each.out + each.err
    assert process("logout", "both", "--as", "login").code == 0
    assert list(stored(path)) == ["both"]
    assert len(server.asked_for("/revoke")) == 1


def test_a_provider_that_knows_no_subscription_says_so(install: Any, hamr: Any, path: Path) -> None:
    install("keyed", manifest=KEYED)
    ran = hamr("login", "keyed", "--subscription")
    assert ran.code == 2
    assert "keyed knows no login by a subscription\nLog in: hamr login keyed" in ran.err
    assert not path.exists()


def test_logins_by_names(acme: None, process: Any, path: Path, server: AuthorizationServer) -> None:
    """R-50, H-77."""
    assert process("login", "acme").code == 0
    ran = process("login", "acme", "--as", "work")
    assert (ran.code, ran.out) == (0, f"logged in to acme as work; the login is kept in {path}\n")
    told = check("login", process("login", "acme", "--as", "home", "--device", "--json").json)
    assert (told["name"], told["way"]) == ("home", "device")
    assert list(stored(path)) == ["acme", "acme:work", "acme:home"]
    rows = check("auth-list", process("auth", "--json").json)["credentials"]
    assert [(row["name"], row["place"], row["counts"]) for row in rows] == [
        (None, "acme", True),
        ("work", "acme:work", True),
        ("home", "acme:home", True),
    ]
    assert "login work of …" in process("auth").out
    told = process("-m", "acme/m", "--json", "--no-stream", "hi").json
    assert told["choice"]["key"] in ("…", "work", "home")
    before = stored(path)
    assert process("login", "acme", "--as", "work").code == 0
    after = stored(path)
    assert [name for name in after if after[name] != before[name]] == ["acme:work"], "logging in again keeps the others"


def test_one_login_of_several_is_ended(acme: None, process: Any, path: Path, server: AuthorizationServer) -> None:
    for name in ((), ("--as", "work"), ("--as", "home")):
        assert process("login", "acme", *name).code == 0
    refresh = {name: record["refresh"] for name, record in stored(path).items()}
    ran = process("logout", "acme", "--as", "wrok")
    assert ran.code == 2
    assert "there is no login 'wrok' at acme\nLogins: acme, work, home." in ran.err
    ran = process("logout", "acme", "--as", "work")
    assert (ran.code, ran.out) == (0, f"removed the login work of acme in {path}\n")
    assert list(stored(path)) == ["acme", "acme:home"]
    told = check("auth-change", process("logout", "acme", "--as", "acme", "--json").json)
    assert (told["change"], told["logins"]) == ("removed", 1)
    assert [asked.fields["token"] for asked in server.asked_for("/revoke")] == [refresh["acme:work"], refresh["acme"]]
    assert process("logout", "acme").code == 0
    assert stored(path) == {}


@pytest.mark.parametrize("name", ["", " ", "a b", "a/b", "../x", "a:b", "-x", "x" * 65])
def test_a_name_that_is_none_is_refused(hamr: Any, acme: None, path: Path, name: str) -> None:
    ran = hamr("login", "acme", "--device", f"--as={name}")
    assert ran.code == 2
    assert "a name has letters, digits, dots, dashes and underscores" in ran.err
    assert not path.exists()


def test_keys_have_no_names(hamr: Any, install: Any, path: Path) -> None:
    install("keyed", manifest=KEYED)
    ran = hamr("login", "keyed", "--as", "work")
    assert ran.code == 2
    assert "keyed has keys, which have no names; one more: hamr auth add keyed" in ran.err


def test_a_login_anew_is_tried_at_once(
    acme: None, process: Any, path: Path, server: AuthorizationServer, tmp_path: Path
) -> None:
    for name in ((), ("--as", "work")):
        assert process("login", "acme", *name).code == 0
    server.access.clear()
    server.refresh.clear()
    assert process("-m", "acme/m", "--no-stream", "--retries", "0", "hi").code == 1, "both have ended, and rest"
    assert process("login", "acme", "--as", "work").code == 0
    assert process("-m", "acme/m", "--no-stream", "--retries", "0", "hi").out == "hello\n"
    told = process("explain", "-m", "acme/m", "--json", "hi").json["candidates"]
    assert [(each["key"], each["rests"] is None) for each in told][1] == ("work", True)
