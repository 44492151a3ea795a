"""`hamr catalog`: what is fetched, compared and shown."""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from hamr.catalog.overlay import Overlay, Overlays

SCHEMAS = Path(__file__).parents[3] / "docs" / "schemas"
CANARY = "sk-canary-0123456789abcdef"
MANIFEST = """id = "shop"
name = "Shop"
base_url = "{url}/v1"
wire = "openai-completions"
auth = {{ style = "bearer", env = ["SHOP_KEY"] }}
[catalog]
models_dev = "shop-ai"
prices = {{ input = "prompt", output = "completion", cache_read = "cached" }}
per = 1
"""
SHIPPED = """source = "shipped data"
date = "2026-01-01"
[[model]]
id = "old"
context_window = 1000
input = ["text", "image"]
[[model.price]]
input = 2
output = 8
[[model]]
id = "gone"
"""
LISTED = [
    {
        "id": "old", "context_length": 2000, "input_modalities": ["image", "text"],
        "pricing": {"prompt": "0.000003", "completion": 0.000008, "cached": "0", "image": "-1"},
    },
    {"id": "new", "name": "The New One", "pricing": {"prompt": "free"}, "shutdown_date": "2027-01-02T00:00:00Z"},
]  # fmt: skip
OPEN_ROW = {"id": "old", "limit": {"output": 500}, "cost": {"input": 9}, "last_updated": "2026-05-05"}
OPEN = {"shop-ai": {"models": {"old": OPEN_ROW}}, "nobody": {"models": {}}}


@dataclass(slots=True)
class Web:
    """What stands at each path of a server, and what it was asked with."""

    url: str = ""
    pages: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def web() -> Iterator[Web]:
    told = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            status, body = told.pages.get(self.path.partition("?")[0], (404, b""))
            self.send_response(status)
            if status == 302:
                self.send_header("location", body.decode())
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        told.url = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield told
        listening.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hamr" / "catalog"


@pytest.fixture
def shop(web: Web, install: Any, monkeypatch: pytest.MonkeyPatch) -> Web:
    """A provider whose package has two models, and whose own list has another two."""
    (install("shop", manifest=MANIFEST.format(url=web.url)) / "models.toml").write_text(SHIPPED)
    web.pages["/v1/models"] = (200, json.dumps({"data": LISTED}).encode())
    web.pages["/api.json"] = (200, json.dumps(OPEN).encode())
    monkeypatch.setenv("SHOP_KEY", CANARY)
    return web


def check(name: str, document: Any) -> Any:
    jsonschema.validate(document, json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8")))
    return document


def test_what_a_provider_lists_is_compared_with_its_package(shop: Web, hamr: Any, cache: Path) -> None:
    ran = hamr("catalog", "diff", "-p", "shop")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "shop: 1 new, 1 gone, 1 changed (the list of shop, asked just now)",
        "  new      new  name The New One, shutdown 2027-01-02",
        "  gone     gone",
        "  changed  old  context_window: 1,000 -> 2,000",
        "  changed  old  price.input: 2 -> 3",
    ]
    told = check("catalog-diff", hamr("catalog", "diff", "-p", "shop", "--json").json)
    [found] = told["providers"]
    assert found["asked"] is True
    assert found["gone"] == ["gone"]
    assert found["changed"][0]["changes"][1] == {"field": "price.input", "old": 2, "new": 3.0}
    assert not cache.exists(), "nothing is kept by comparing"


def test_a_refresh_is_kept_and_counts(shop: Web, hamr: Any, cache: Path) -> None:
    ran = hamr("catalog", "refresh", "-p", "shop")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "shop: 2 models of the list of shop, 1 new, 1 gone, 1 changed\n"
    asked = len(shop.asked)
    told = check("catalog-show", hamr("catalog", "show", "shop/old", "--json").json)
    fields = {each["field"]: each for each in told["fields"]}
    assert (fields["context_window"]["value"], fields["context_window"]["kind"]) == (2000, "listed")
    assert (fields["price.input"]["value"], fields["price.input"]["source"]) == (3, "the list of shop")
    assert fields["price.output"]["place"] == str(cache / "shop.listed.json")
    assert "price.cache_read" not in fields, "nothing is never a price"
    assert check("catalog", hamr("catalog", "--json").json)["overlays"][0]["days"] == 0
    assert "1 changed (the list of shop, as fetched)" in hamr("catalog", "diff", "--offline").out
    assert len(shop.asked) == asked, "nobody is asked but for refresh and diff"
    assert CANARY not in "".join(path.read_text() for path in cache.iterdir())


def test_a_field_is_told_with_the_list_that_says_it(shop: Web, hamr: Any, tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "models.toml").write_text(
        'source = "my contract"\n[[model]]\nid = "shop/old"\nmax_tokens = 7\n[[model.price]]\ninput = 1\n'
    )
    (tmp_path / "open.json").write_text(json.dumps(OPEN))
    hamr("catalog", "refresh", "-p", "shop")
    hamr("catalog", "refresh", "--from", str(tmp_path / "open.json"), "--offline")
    told = hamr("catalog", "show", "shop/old", "--json").json["fields"]
    found = {each["field"]: (each["value"], each["kind"], each["date"]) for each in told}
    assert found["max_tokens"] == (7, "own", "")
    assert found["context_window"][:2] == (2000, "listed")
    assert found["price.input"] == (1, "own", "")
    assert found["price.output"][:2] == (8, "listed")
    lines = hamr("catalog", "show", "shop/old").out.splitlines()
    assert lines[0].split() == ["field", "value", "from", "source", "file"]
    assert any(line.startswith("price.input ") and "$1 for a million  your own list" in line for line in lines)


def test_data_that_the_user_names_is_fetched_without_a_key(shop: Web, hamr: Any, cache: Path) -> None:
    ran = hamr("catalog", "refresh", "--from", f"{shop.url}/api.json?token=secret", "--json")
    [overlay] = check("catalog-refresh", ran.json)["overlays"]
    assert (overlay["provider"], overlay["kind"], overlay["models"]) == ("shop", "given", 1)
    assert overlay["source"] == f"{shop.url}/api.json", "what may be secret in a URL is not kept"
    [(_, headers)] = shop.asked
    assert "authorization" not in headers
    [row] = json.loads((cache / "shop.given.json").read_text())["model"]
    assert (row["date"], row["max_tokens"], row["price"]) == ("2026-05-05", 500, [{"input": 9}])


def test_data_older_than_the_package_is_told(shop: Web, hamr: Any, tmp_path: Path) -> None:
    text = json.dumps(OPEN).replace("2026-05-05", "2025-05-05")
    (tmp_path / "open.json").write_text(text)
    assert (
        "older than what came with hamr: shop" in hamr("catalog", "refresh", "--from", str(tmp_path / "open.json")).err
    )


def test_other_data_than_that_of_the_digest_is_refused(shop: Web, hamr: Any, cache: Path) -> None:
    """Pain 40: a catalog that somebody has changed."""
    data, place = shop.pages["/api.json"][1], f"{shop.url}/api.json"
    digest = hashlib.sha256(data).hexdigest()
    assert hamr("catalog", "refresh", "--from", place, "--sha256", digest.upper()).code == 0
    before = (cache / "shop.given.json").read_bytes()
    shop.pages["/api.json"] = (200, data.replace(b"500", b"501"))
    ran = hamr("catalog", "refresh", "--from", place, "--sha256", digest)
    assert ran.code == 2
    assert "SHA-256" in ran.err
    assert (cache / "shop.given.json").read_bytes() == before


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((500, b"it is down"), "it is down"),
        ((200, b"<html>"), "shop"),
        ((200, b'{"data": []}'), "shop lists no model at all"),
        ((200, b'{"data": [{"id": "a", "context_length": 5}'), "shop"),
    ],
    ids=["an error", "no JSON", "nothing", "half of it"],
)
def test_a_refresh_that_fails_leaves_the_old_one_in_force(
    shop: Web, hamr: Any, cache: Path, answer: tuple[int, bytes], why: str
) -> None:
    hamr("catalog", "refresh", "-p", "shop")
    before = (cache / "shop.listed.json").read_bytes()
    shop.pages["/v1/models"] = answer
    ran = hamr("catalog", "refresh", "-p", "shop")
    assert ran.code == 1
    assert ran.err.startswith("not fetched: shop: ")
    assert why in ran.err
    assert ran.err.endswith(f"; that of {time.strftime('%Y-%m-%d', time.gmtime())} stays in force\n")
    assert (cache / "shop.listed.json").read_bytes() == before
    assert list(check("catalog-refresh", hamr("catalog", "refresh", "-p", "shop", "--json").json)["failures"]) == [
        "shop"
    ]


def test_without_an_old_one_what_came_with_hamr_counts(shop: Web, hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_KEY")
    ran = hamr("catalog", "refresh", "-p", "shop")
    assert ran.code == 1
    assert ran.err.endswith("; what came with hamr counts as before\n")
    assert CANARY not in ran.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["refresh", "--offline"], "nothing is fetched with --offline"),
        (["refresh", "--offline", "--from", "https://models.example/api.json"], "nothing is fetched with --offline"),
        (["refresh", "--from", "http://models.example/api.json"], "is not fetched over http"),
        (["refresh", "--from", "https://me:pass@models.example/api.json"], "a password in it"),
        (["refresh", "--from", "nowhere.json"], "nowhere.json cannot be read: No such file"),
        (["refresh", "--sha256", "00"], "--sha256 is for what --from reads"),
        (["refresh", "-p", "shopp"], "Did you mean shop?"),
        (["diff", "-p", "shopp"], "Did you mean shop?"),
        (["diff", "-p", "shopp", "--offline"], "Did you mean shop?"),
        (["show", "shop/odl"], "Did you mean shop/old?"),
        (["refesh"], "No such command 'refesh'"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_hint(shop: Web, hamr: Any, arguments: list[str], told: str) -> None:
    ran = hamr("catalog", *arguments)
    assert ran.code == 2
    assert told in ran.err
    assert "pass@" not in ran.err
    assert not shop.asked


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"model = 1", "is no list of models"),
        (b"[]", "is no list of models"),
        (b"<html>", "is neither JSON nor TOML"),
        (b"\x1f\x8b\x00", "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (b'{"other": {"models": {}}}', "has no provider's models"),
        (b'[[model]]\nid = "shop/a"\ncontext_window = -1\n', "must be at least 1"),
        (b'[[model]]\nid = "shop/a"\nprice = [{input = nan}]\n', "must be at least 0"),
        (b"[[model]]\nid = 3\n", "a model has no id"),
    ],
)
def test_data_that_is_none_is_refused_whole(
    shop: Web, hamr: Any, cache: Path, tmp_path: Path, data: bytes, told: str
) -> None:
    place = tmp_path / "data"
    place.write_bytes(data)
    ran = hamr("catalog", "refresh", "--from", str(place))
    assert ran.code == 2
    assert told in ran.err
    assert not cache.exists()


def test_a_list_as_models_toml_is_read(shop: Web, hamr: Any, tmp_path: Path) -> None:
    place = tmp_path / "list.toml"
    place.write_text('[[model]]\nid = "shop/old"\nmax_tokens = 5\n[[model]]\nid = "other/x"\n')
    assert "shop: 1 models of list.toml" in hamr("catalog", "refresh", "--from", str(place)).out
    place.write_text('source = "us"\ndate = "2026-02-02"\n[[model]]\nid = "old"\nmax_tokens = 6\n')
    assert hamr("catalog", "refresh", "--from", str(place)).code == 2, "nothing says whose model it is"
    assert hamr("catalog", "refresh", "--from", str(place), "-p", "shop").code == 0
    told = hamr("catalog", "show", "shop/old", "--json").json["fields"]
    assert [each["value"] for each in told if each["field"] == "max_tokens"] == [6]
    assert {each["source"] for each in told if each["field"] == "max_tokens"} == {"us"}


def test_a_redirect_to_where_nothing_may_be_fetched_from_is_refused(shop: Web, hamr: Any) -> None:
    shop.pages["/moved.json"] = (302, b"/api.json")
    assert hamr("catalog", "refresh", "--from", f"{shop.url}/moved.json").code == 0
    shop.pages["/moved.json"] = (302, f"http://a:b@{shop.url.removeprefix('http://')}/api.json".encode())
    ran = hamr("catalog", "refresh", "--from", f"{shop.url}/moved.json")
    assert ran.code == 2
    assert hamr("catalog", "refresh", "--from", f"{shop.url}/none.json").code == 1


def test_an_old_one_is_told_of(shop: Web, hamr: Any, cache: Path) -> None:
    rows = [{"id": "old", "context_window": 2000, "source": "s", "date": "2026-01-01"}]
    Overlays(str(cache)).write(Overlay("shop", "listed", "the list of shop", int(time.time()) - 40 * 86_400, rows))
    assert "40 days old" in hamr("catalog").out
    for arguments in (["catalog", "show", "shop/old"], ["catalog", "diff", "--offline"], ["models", "-p", "shop"]):
        assert "the list of shop is 40 days old; to fetch it anew: hamr catalog refresh" in hamr(*arguments).err
    told = check("catalog", hamr("catalog", "--json").json)
    assert (told["overlays"][0]["days"], told["overlays"][0]["stale"]) == (40, True)


def test_a_spoilt_one_is_told_of_and_removed(shop: Web, hamr: Any, cache: Path) -> None:
    hamr("catalog", "refresh", "-p", "shop")
    (cache / "shop.listed.json").write_text("{")
    ran = hamr("catalog")
    assert ran.code == 1
    assert "shop.listed.json counts for nothing: it is no JSON. Fetch it anew: hamr catalog refresh" in ran.err
    assert check("catalog", hamr("catalog", "--json").json)["problems"]
    assert hamr("catalog", "show", "shop/old").code == 0
    told = check("catalog-clear", hamr("catalog", "clear", "--json").json)
    assert told["removed"] == [str(cache / "shop.listed.json")]
    assert "nothing has been fetched" in hamr("catalog", "clear").err
    assert hamr("catalog").err.startswith("nothing has been fetched: what came with hamr counts")


def test_servers_of_ones_own_are_asked_only_where_they_are_named(hamr: Any, shop: Web, install: Any) -> None:
    local = MANIFEST.format(url=shop.url).replace('"shop"', '"mine"').split("[catalog]")[0]
    install("mine", manifest=f"{local}local = true\n")
    assert "mine" not in hamr("catalog", "refresh").out
    assert hamr("catalog", "refresh", "-p", "mine").out.startswith("mine: 2 models")


def test_without_a_place_for_it_a_refresh_fails(shop: Web, hamr: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.delenv("HOME")
    ran = hamr("catalog", "refresh", "-p", "shop")
    assert ran.code == 1
    assert "there is no place for a catalog" in ran.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_the_users_is_told(shop: Web, hamr: Any, cache: Path) -> None:
    cache.mkdir(parents=True)
    cache.chmod(0o500)
    ran = hamr("catalog", "refresh", "-p", "shop")
    assert ran.code == 1
    assert "cannot be written: Permission denied" in ran.err
