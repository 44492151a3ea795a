"""Damage and tampering that a RECORD shows (pain 10)."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from hamr.install.integrity import Verdict, verify
from hamr.install.metadata import Distribution

METADATA = "acme_llm-2.1.dist-info"
FILES = {
    "acme_llm/__init__.py": b"",
    "acme_llm/provider.toml": b'id = "acme"\n',
    "acme_llm/inner/more.py": b"raise RuntimeError('imported')\n",
    f"{METADATA}/METADATA": b"Name: acme-llm\n",
    f"{METADATA}/entry_points.txt": b"[hamr.providers]\nacme = acme_llm\n",
    "../bin/acme": b"#!/env/bin/python\nimport acme_llm\n",
}
BARE = [f"{METADATA}/RECORD,,", "acme_llm/__pycache__/__init__.cpython-311.pyc,,"]


def row(path: str, data: bytes, algorithm: str = "sha256") -> str:
    told = urlsafe_b64encode(hashlib.new(algorithm, data).digest()).decode().rstrip("=")
    return f'"{path}",{algorithm}={told},{len(data)}'


@dataclass(frozen=True, slots=True)
class Site:
    """A folder of installed packages, with acme-llm in it."""

    folder: Path

    def put(self, path: str, data: bytes = b"") -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def record(self, *more: str) -> None:
        rows = [row(path, data) for path, data in FILES.items()]
        self.put(f"{METADATA}/RECORD", "\n".join([*rows, *BARE, *more]).encode())

    def verdict(self, *modules: str) -> Verdict:
        dist = Distribution("acme-llm", "2.1", str(self.folder / METADATA))
        return verify(dist, modules or ("acme_llm",), self.folder.parent / "bin")

    def found(self, *modules: str) -> list[tuple[str, str]]:
        return [(finding.kind, finding.path) for finding in self.verdict(*modules).findings]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    there = Site(tmp_path / "site")
    for path, data in FILES.items():
        there.put(path, data)
    there.record()
    return there


def test_what_is_as_it_was_installed(site: Site) -> None:
    site.put("other/unrelated.py")
    site.put("acme_llm/inner/__pycache__/more.cpython-311.pyc")
    assert site.verdict() == Verdict("acme-llm", "2.1", "intact", len(FILES) + len(BARE), ())


@pytest.mark.parametrize(
    ("tamper", "found"),
    [
        (lambda site: site.put("acme_llm/provider.toml", b'id = "evil"\n'), ("altered", "acme_llm/provider.toml")),
        (lambda site: site.put("../bin/acme", b"#!/bin/sh\n"), ("altered", "../bin/acme")),
        (lambda site: site.put(f"{METADATA}/entry_points.txt"), ("altered", f"{METADATA}/entry_points.txt")),
        (lambda site: (site.folder / "acme_llm/inner/more.py").unlink(), ("missing", "acme_llm/inner/more.py")),
        (lambda site: site.put("acme_llm/inner/new.py"), ("unrecorded", "acme_llm/inner/new.py")),
        (lambda site: site.put("acme_llm/new.pyc"), ("unrecorded", "acme_llm/new.pyc")),
        (lambda site: site.put("acme_llm/__pycache__/new.pyc"), ("unrecorded", "acme_llm/__pycache__/new.pyc")),
        (lambda site: site.put(f"{METADATA}/direct_url.json", b"{}"), ("unrecorded", f"{METADATA}/direct_url.json")),
        (lambda site: (site.folder / METADATA / "RECORD").unlink(), ("no-record", "RECORD")),
        (lambda site: site.record("acme_llm/a.py,,"), ("missing", "acme_llm/a.py")),
        (lambda site: site.record("acme_llm/__pycache__/gone.pyc,,"), ("missing", "acme_llm/__pycache__/gone.pyc")),
    ],
)
def test_what_is_not(site: Site, tamper: Callable[[Site], None], found: tuple[str, str]) -> None:
    tamper(site)
    assert site.found() == [found]
    assert site.verdict().state == "altered"


@pytest.mark.parametrize("hashed", ["acme_llm/a.py,,", row("acme_llm/a.py", b"", "md5"), "acme_llm/a.py"])
def test_a_file_without_a_hash_that_is_worth_something(site: Site, hashed: str) -> None:
    site.put("acme_llm/a.py")
    site.record(hashed)
    assert site.found() == [("unhashed", "acme_llm/a.py")]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("acme_llm.pth", "pth"),
        ("zzz.pth", "pth"),
        ("requests/evil.py", "outside"),
        ("hamr/evil.py", "outside"),
        ("sitecustomize.py", "outside"),
        ("__pycache__/sitecustomize.cpython-311.pyc", "outside"),
        ("../share/man/acme.1", "outside"),
        ("../bin/inner/acme", "outside"),
        ("acme_llm/../requests/evil.py", "outside"),
    ],
)
def test_files_that_no_plugin_needs(site: Site, path: str, kind: str) -> None:
    site.put(path)
    site.record(row(path, b""))
    assert (kind, path) in site.found("acme_llm", "hamr.cli")


def test_a_file_elsewhere_is_told_of_and_not_read(site: Site) -> None:
    site.record("/dev/zero,sha256=x,1", "../../../../../../../../dev/zero,sha256=x,1")
    assert [kind for kind, _ in site.found()] == ["outside", "outside"]


def test_a_plugin_of_one_module_and_one_in_a_namespace(site: Site) -> None:
    for path in ("acme_tool.py", "shared/acme/__init__.py"):
        site.put(path)
    site.put("shared/other/__init__.py")
    site.put("shared/acme/new.py")
    site.record(
        *(row(path, b"") for path in ("acme_tool.py", "shared/acme/__init__.py")), "__pycache__/acme_tool.x.pyc,,"
    )
    assert site.found("acme_llm", "acme_tool", "shared.acme") == [("unrecorded", "shared/acme/new.py")]


def test_a_script_that_pipx_has_marked(site: Site) -> None:
    site.put("../bin/acme", FILES["../bin/acme"].replace(b"\n", b" -E\n", 1))
    assert site.found() == []
    site.put("../bin/acme", FILES["../bin/acme"].replace(b"acme_llm", b"evil -E"))
    assert site.found() == [("altered", "../bin/acme")]


def test_an_editable_one_cannot_be_verified(site: Site) -> None:
    origin = json.dumps({"url": "file:///src", "dir_info": {"editable": True}}).encode()
    site.put(f"{METADATA}/direct_url.json", origin)
    assert site.found() == [("unrecorded", f"{METADATA}/direct_url.json")]
    site.put("_acme.pth", b"/src\n")
    site.record(row(f"{METADATA}/direct_url.json", origin), row("_acme.pth", b"/src\n"))
    assert (site.verdict().state, site.found()) == ("editable", [])
    site.put("_acme.pth", b"import evil\n")
    assert site.found() == [("altered", "_acme.pth")]
    site.put("_acme.pth", b"/src\n")
    site.put(f"{METADATA}/direct_url.json", b"[]")
    assert ("pth", "_acme.pth") in site.found()
