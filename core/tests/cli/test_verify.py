"""`hamr plugins verify`: whose files are not as they were installed."""

from __future__ import annotations

import hashlib
import sys
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest


def record(package: Path) -> None:
    """Write the RECORD of a plugin that the testkit has laid down."""
    site = package.parent
    rows = []
    for file in sorted(path for path in site.rglob("*") if path.is_file()):
        told = urlsafe_b64encode(hashlib.sha256(file.read_bytes()).digest()).decode().rstrip("=")
        rows.append(f"{file.relative_to(site).as_posix()},sha256={told},{file.stat().st_size}")
    (metadata,) = site.glob("*.dist-info")
    (metadata / "RECORD").write_text("\n".join([*rows, f"{metadata.name}/RECORD,,"]))


@pytest.mark.parametrize("code", ["raise ImportError('gone')", "raise SystemExit(3)"])
def test_an_altered_file_is_told_and_nothing_imported(install: Any, hamr: Any, code: str) -> None:
    """Pains 4 and 10."""
    package = install("acme", code=code)
    record(package)
    ran = hamr("plugins", "verify", "acme")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines()[1].split() == ["hamr-provider-acme", "1.2.3", "all", "5", "as", "installed"]
    (package / "provider.toml").write_text('id = "evil"')
    ran = hamr("plugins", "verify")
    assert ran.code == 1
    assert "hamr-provider-acme: hamr_provider_acme/provider.toml is not what was installed\n" in ran.out
    assert "hamr_provider_acme" not in sys.modules


def test_json(install: Any, hamr: Any) -> None:
    package = install("acme")
    record(package)
    (package / "new.py").touch()
    ran = hamr("plugins", "verify", "--json", "hamr-provider-acme", "hamr")
    assert ran.code == 1
    core, acme = ran.json["distributions"]
    assert core["distribution"] == "hamr"
    assert acme == {
        "distribution": "hamr-provider-acme",
        "version": "1.2.3",
        "state": "altered",
        "files": 5,
        "findings": [{"kind": "unrecorded", "path": "hamr_provider_acme/new.py"}],
    }


def test_one_without_a_record_is_wrong(install: Any, hamr: Any) -> None:
    install("acme")
    ran = hamr("plugins", "verify", "acme")
    assert ran.code == 1
    assert "RECORD is missing" in ran.out


def test_only_what_is_installed_is_verified(hamr: Any) -> None:
    ran = hamr("plugins", "verify", "nope")
    assert ran.code == 2
    assert "no plugin 'nope' is installed" in ran.err
