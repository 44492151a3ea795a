"""Copilot subscriptions: a login at GitHub, whose token is exchanged for one of Copilot's (H-80, H-77, M-20, C-24)."""

from __future__ import annotations

import base64
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hamr import BrokenReply, ConfigError, Hamr, NotLetIn, Overloaded, Settings
from hamr.api import Call, Flow, LoginAuth, Tokens
from hamr.secrets.store import CredentialStore
from hamr.transports.http import HttpTransport
from hamr_provider_github_copilot import place
from hamr_provider_github_copilot.login import CopilotLogin
from hamr_testkit.authorization import ANSWER, Asked, AuthorizationServer, serving
from hamr_testkit.canary import seen
from hamr_testkit.colours import Colour

GITHUB = "gho_canary_0123456789abcdef"
EXCHANGE = "/copilot_internal/v2/token"
USUAL = "https://api.individual.githubcopilot.com"


@dataclass(slots=True)
class GitHub(AuthorizationServer):
    """GitHub as it answers: tokens without an end, 200 for who waits, and the exchange; Copilot as well."""

    exchanges: list[tuple[int, Any]] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)

    def answer(self, asked: Asked) -> tuple[int, Any] | None:
        """The answer to a POST."""
        if asked.path == "/chat/completions":
            self.asked.append(asked)
            bearer = asked.headers["authorization"].removeprefix("Bearer ")
            forms = f"{bearer} {bearer[::-1]} {base64.b64encode(bearer.encode()).decode()}"
            return (200, ANSWER) if bearer in self.made else (401, {"error": {"message": f"not let in: {forms}"}})
        told = AuthorizationServer.answer(self, asked)
        if asked.path != "/login/oauth/access_token" or told is None:
            return told
        status, body = told
        return 200, body if status != 200 else {"access_token": GITHUB, "token_type": "bearer", "scope": "read:user"}

    def answer_get(self, asked: Asked) -> tuple[int, Any] | None:
        """The exchange."""
        if asked.path != EXCHANGE:
            return None
        self.asked.append(asked)
        if self.exchanges:
            return self.exchanges.pop(0)
        if asked.headers["authorization"] != f"Bearer {GITHUB}":
            return 401, {"message": f"Bad credentials: {asked.headers['authorization']}"}
        token = f"tid=canary{len(self.made)};exp=1;proxy-ep=proxy.individual.githubcopilot.com;chat=1"
        self.made.add(token)
        return 200, {"token": token, "expires_at": round(time.time() + 1500), "refresh_in": 1200, **self.more}


@pytest.fixture
def github() -> Iterator[GitHub]:
    """GitHub's server."""
    paths = {"/login/oauth/access_token": "/token", "/login/device/code": "/device"}
    server = GitHub(paths=paths)
    with serving(server):
        yield server


@pytest.fixture
def environ(tmp_path: Path, github: GitHub) -> dict[str, str]:
    """An environment of which nothing is real."""
    own = {"HAMR_AGENT_DIR": str(tmp_path / "agent"), "HOME": str(tmp_path), "HAMR_STATE_DIR": str(tmp_path / "state")}
    servers = {"GITHUB_COPILOT_ISSUER": github.url, "GITHUB_COPILOT_BASE_URL": github.url}
    return {**own, **servers, "GITHUB_COPILOT_CLIENT_ID": "hamr-test"}


@pytest.fixture
def made(environ: dict[str, str]) -> Iterator[Callable[..., Hamr]]:
    """Make a client."""
    clients: list[Hamr] = []

    def make(**more: str) -> Hamr:
        clients.append(Hamr(environ={**environ, **more}, settings=Settings(retries=0), folder=None))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def log_in(environ: Mapping[str, str]) -> Callable[..., Tokens]:
    """Store a login whose token of Copilot's has so many seconds left, as Hamr writes it."""

    def put(left: float, github: str = GITHUB, **extra: Any) -> Tokens:
        tokens = Tokens("tid=canary-old;chat=1", github, round(time.time() + left), extra=extra)
        CredentialStore(environ["HAMR_AGENT_DIR"]).tokens(("github_copilot",)).replace(None, tokens)
        return tokens

    return put


def logging_in(auth: LoginAuth) -> Flow[Tokens]:
    tokens = yield from auth.login("device")
    yield from auth.keep(tokens)
    return tokens


def stored(environ: Mapping[str, str]) -> Any:
    return json.loads(Path(environ["HAMR_AGENT_DIR"], "auth.json").read_text())["github_copilot"]


def test_one_logs_in_with_a_code(
    made: Callable[..., Hamr], colour: Colour, github: GitHub, transport: HttpTransport, environ: Mapping[str, str]
) -> None:
    auth, told = made().access("github_copilot").auth, list[tuple[str, str | None]]()
    assert isinstance(auth, LoginAuth)
    assert auth.ways == ("device",)
    tokens = colour.result(logging_in(auth), transport, lambda *said: told.append(said))
    assert "against GitHub's terms" in told[0][0]
    assert told[1] == ("Type in the code ABCD-EFGH at", f"{github.url}/activate")
    (asked,) = github.asked_for("/login/device/code")
    assert asked.fields == {"client_id": "hamr-test", "scope": "read:user"}
    assert len(github.asked_for("/login/oauth/access_token")) == 2, "once it was told to wait, with the status 200"
    assert (tokens.refresh, stored(environ)["refresh"]) == (GITHUB, GITHUB)
    assert stored(environ)["access"] == tokens.access
    assert tokens.access in github.made
    colour.call(made(), "hi", "github_copilot")
    assert len(github.asked_for(EXCHANGE)) == 1


def test_a_login_that_is_refused_says_so(
    made: Callable[..., Hamr], colour: Colour, github: GitHub, transport: HttpTransport
) -> None:
    auth = made().access("github_copilot").auth
    assert isinstance(auth, LoginAuth)
    github.failing = [(400, {"error": "access_denied", "error_description": "they said no"})]
    with pytest.raises(NotLetIn, match="they said no"):
        colour.result(auth.login("device"), transport, lambda *_: None)


def test_without_a_client_nobody_can_log_in(
    made: Callable[..., Hamr], colour: Colour, transport: HttpTransport
) -> None:
    auth = made(GITHUB_COPILOT_CLIENT_ID="").access("github_copilot").auth
    assert isinstance(auth, LoginAuth)
    with pytest.raises(ConfigError, match="there is no client to log in as") as caught:
        colour.result(auth.login("device"), transport, lambda *_: None)
    assert "GITHUB_COPILOT_CLIENT_ID" in caught.value.hint


def test_a_token_in_a_variable_is_exchanged_once_for_a_client(
    made: Callable[..., Hamr], colour: Colour, github: GitHub, environ: Mapping[str, str]
) -> None:
    client = made(COPILOT_GITHUB_TOKEN=GITHUB, GITHUB_COPILOT_INTEGRATION_ID="mine")
    for _ in range(3):
        assert colour.call(client, "hi", "github_copilot").text == "hello"
    (exchanged,) = github.asked_for(EXCHANGE)
    for asked in (exchanged, *github.asked_for("/chat/completions")):
        assert asked.headers["editor-version"].startswith("hamr/"), "it says who it is"
        assert asked.headers["user-agent"].startswith("hamr/")
        assert asked.headers["copilot-integration-id"] == "mine"
    assert not Path(environ["HAMR_AGENT_DIR"], "auth.json").exists(), "it is the variable's"


def test_it_is_exchanged_before_its_end_and_kept(
    made: Callable[..., Hamr],
    colour: Colour,
    github: GitHub,
    log_in: Callable[..., Tokens],
    environ: Mapping[str, str],
) -> None:
    log_in(left=120)
    client = made(COPILOT_GITHUB_TOKEN="gho_another")
    for _ in range(2):
        colour.call(client, "hi", "github_copilot")
    assert len(github.asked_for(EXCHANGE)) == 1
    assert stored(environ)["access"] in github.made
    assert stored(environ)["refresh"] == GITHUB
    assert stored(environ)["expires"] > (time.time() + 1000) * 1000


def test_a_refused_one_is_exchanged_once(
    made: Callable[..., Hamr], colour: Colour, github: GitHub, log_in: Callable[..., Tokens]
) -> None:
    log_in(left=3600)
    assert colour.call(made(), "hi", "github_copilot").text == "hello"
    assert len(github.asked_for(EXCHANGE)) == 1
    assert len(github.asked_for("/chat/completions")) == 2


def test_many_processes_exchange_once(
    github: GitHub, log_in: Callable[..., Tokens], environ: Mapping[str, str]
) -> None:
    """Pain 37."""
    log_in(left=-5)
    code = "import hamr; print(hamr.call('hi', 'github_copilot').text)"
    variables = {**os.environ, **environ}
    running = [
        subprocess.Popen([sys.executable, "-c", code], env=variables, stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    assert [process.communicate(timeout=60)[0] for process in running] == ["hello\n"] * 3
    assert len(github.asked_for(EXCHANGE)) == 1


FAILURES = [
    ((401, {"message": f"Bad credentials: {GITHUB}"}), NotLetIn),
    ((403, {"message": "no subscription"}), NotLetIn),
    ((503, {"message": "busy"}), Overloaded),
    ((200, {"token": "tid=canary"}), BrokenReply),
    ((200, {"expires_at": 9e9}), BrokenReply),
    ((200, {"token": 3, "expires_at": 9e9}), BrokenReply),
    ((200, {"token": "tid=canary", "expires_at": "soon"}), BrokenReply),
    ((200, ["canary"]), BrokenReply),
]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("variables", [{}, {"COPILOT_GITHUB_TOKEN": GITHUB}])
def test_an_exchange_that_fails_is_told_without_a_token(
    made: Callable[..., Hamr],
    colour: Colour,
    github: GitHub,
    log_in: Callable[..., Tokens],
    failure: tuple[tuple[int, Any], type[Exception]],
    variables: dict[str, str],
) -> None:
    if not variables:
        log_in(left=-5)
    github.exchanges = [failure[0]]
    with pytest.raises(failure[1]) as caught:
        colour.call(made(**variables), "hi", "github_copilot")
    assert "canary" not in seen(caught.value)


def test_a_refusal_that_echoes_the_token_in_other_forms_shows_none(
    made: Callable[..., Hamr], colour: Colour, github: GitHub, caplog: pytest.LogCaptureFixture
) -> None:
    """M-23."""
    caplog.set_level(logging.DEBUG)
    token = "tid=canary-0123456789;chat=1"
    github.exchanges = [(200, {"token": token, "expires_at": time.time() + 1500})] * 2
    with pytest.raises(NotLetIn, match="not let in") as caught:
        colour.call(made(COPILOT_GITHUB_TOKEN=GITHUB), "hi", "github_copilot")
    shown = seen(caught.value) + caplog.text
    assert "canary" not in shown
    assert "yranac" not in shown
    assert base64.b64encode(token.encode()).decode()[:12] not in shown


def test_nobody_is_logged_in(made: Callable[..., Hamr], colour: Colour) -> None:
    with pytest.raises(ConfigError, match="nobody is logged in to github_copilot") as caught:
        colour.call(made(), "hi", "github_copilot")
    assert "hamr login github_copilot" in caught.value.hint


@pytest.mark.parametrize(
    ("token", "told", "expected"),
    [
        ("tid=a;proxy-ep=proxy.business.githubcopilot.com;st=b", None, "https://api.business.githubcopilot.com"),
        ("tid=a; proxy-ep=proxy.acme.test:8443", None, "https://api.acme.test:8443"),
        ("tid=a;proxy-ep=https://proxy.acme.test", None, "https://api.acme.test"),
        ("tid=a;proxy-ep=proxy.a.test", "https://api.acme.test/", "https://api.acme.test"),
        ("tid=a;proxy-ep=proxy.a.test", "http://api.acme.test", "https://api.a.test"),
        ("tid=a;proxy-ep=proxy.a.test", 3, "https://api.a.test"),
        ("tid=a", "https://user:word@api.acme.test", None),
        ("tid=a", "https://api.acme.test?x=1", None),
        ("tid=a;proxy-ep=javascript:alert(1)", None, None),
        ("tid=a;proxy-ep=proxy.a.test/../b", None, None),
        ("tid=a;proxy-ep=", None, None),
        ("tid=a", "http://127.0.0.1:80", "http://127.0.0.1:80"),
        ("tid=a", "https://[bad", None),
        ("tid=a", None, None),
    ],
)
def test_calls_go_where_the_token_says(token: str, told: object, expected: str | None) -> None:
    assert place.api(token, told) == expected


@pytest.mark.parametrize(
    ("issuer", "enterprise", "url"),
    [
        ("https://github.com", None, f"https://api.github.com{EXCHANGE}"),
        ("https://acme.ghe.com", None, f"https://api.acme.ghe.com{EXCHANGE}"),
        ("https://github.com", "acme.ghe.com", f"https://api.acme.ghe.com{EXCHANGE}"),
        ("https://github.com", "evil.test/x?", f"https://api.github.com{EXCHANGE}"),
        ("http://127.0.0.1:80", None, f"http://127.0.0.1:80{EXCHANGE}"),
    ],
)
def test_where_tokens_are_exchanged(issuer: str, enterprise: str | None, url: str) -> None:
    assert place.exchange_url(issuer, enterprise) == url


@pytest.mark.parametrize(
    ("issuer", "host"),
    [("https://github.com", None), ("https://acme.ghe.com/", "acme.ghe.com"), ("http://127.0.0.1:1", None)],
)
def test_the_host_of_an_enterprise_is_kept(issuer: str, host: str | None) -> None:
    assert place.enterprise_host(issuer) == host


def test_only_a_call_to_the_usual_address_is_moved(environ: dict[str, str]) -> None:
    tokens = Tokens("tid=a;proxy-ep=proxy.business.githubcopilot.com", GITHUB)
    usual = {name: value for name, value in environ.items() if name != "GITHUB_COPILOT_BASE_URL"}
    for variables, expected in (
        (usual, "https://api.business.githubcopilot.com/chat/completions"),
        ({**usual, "GITHUB_COPILOT_BASE_URL": "https://mine.test"}, "https://mine.test/chat/completions"),
    ):
        with Hamr(environ=variables, folder=None) as client:
            pipeline = client.pipeline("github_copilot/m")
            assert isinstance(pipeline.auth, CopilotLogin)
            base = pipeline.route.provider.base_url
            call = pipeline.auth.let_in(Call(f"{base}/chat/completions"), tokens)
            assert (call.url, call.headers["authorization"]) == (expected, f"Bearer {tokens.access}")
            assert call.secret == {"authorization"}


def test_a_call_goes_where_the_exchange_tells(
    made: Callable[..., Hamr], colour: Colour, github: GitHub, environ: dict[str, str]
) -> None:
    github.more = {"endpoints": {"api": github.url, "telemetry": "https://t.test"}}
    environ.pop("GITHUB_COPILOT_BASE_URL")
    client = made(COPILOT_GITHUB_TOKEN=GITHUB)
    assert client.pipeline("github_copilot/m").route.provider.base_url == USUAL
    assert colour.call(client, "hi", "github_copilot").text == "hello"
    assert len(github.asked_for("/chat/completions")) == 1


def test_hamrs_login_is_found_by_its_own_name(
    made: Callable[..., Hamr], colour: Colour, github: GitHub, environ: Mapping[str, str]
) -> None:
    """H-71."""
    folder = Path(environ["HAMR_AGENT_DIR"])
    folder.mkdir()
    record = {"type": "oauth", "access": "tid=canary", "refresh": GITHUB, "expires": 1, "models": ["gpt-5.4"]}
    (folder / "auth.json").write_text(json.dumps({"github-copilot": record}))
    assert colour.call(made(), "hi", "github_copilot").text == "hello"
    kept = json.loads((folder / "auth.json").read_text())["github-copilot"]
    assert kept["access"] in github.made
    assert kept["models"] == ["gpt-5.4"]


def test_the_commands_show_no_token(github: GitHub, environ: Mapping[str, str]) -> None:
    def hamr(*words: str) -> tuple[int, str]:
        ran = subprocess.run(
            [sys.executable, "-m", "hamr", *words],
            env={**os.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
        )
        return ran.returncode, ran.stdout + ran.stderr

    code, told = hamr("login", "github_copilot")
    assert code == 0, told
    for words in (("auth", "list"), ("auth", "list", "--json"), ("providers",), ("explain", "github_copilot")):
        code, more = hamr(*words)
        assert code == 0, more
        told += more
    assert "login" in told
    assert hamr("logout", "github_copilot")[0] == 0
    assert "canary" not in told
    assert "github_copilot" not in json.loads(Path(environ["HAMR_AGENT_DIR"], "auth.json").read_text())
