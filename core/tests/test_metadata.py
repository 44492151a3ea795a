"""Our reading of what is installed is the standard library's."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

from hamr.install.metadata import Distribution, distributions
from hamr.plugins.requirement import canonical


def test_the_distributions_are_those_of_the_standard_library() -> None:
    ours = {found.name: found.version for found in distributions()}
    assert set(ours) == {canonical(found.name) for found in importlib.metadata.distributions()}
    assert {name: ours[name] for name in ("hamr", "pytest")} == {
        name: importlib.metadata.version(name) for name in ("hamr", "pytest")
    }


def test_a_file_of_the_metadata_is_read(tmp_path: Path) -> None:
    dist = Distribution("acme-llm", "2.1", str(tmp_path))
    (tmp_path / "RECORD").write_text("é", encoding="utf-8")
    assert dist.read("RECORD") == "é"
    assert dist.read("direct_url.json") is None
