"""Plugins made up on the spot, laid down as pip would leave them on disk."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

MANIFEST = """api = {api}
id = "{id}"
name = "{id}"
base_url = "http://127.0.0.1:9/v1"
wire = "openai-completions"
"""

Install = Callable[..., Path]


def installer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """A function that lays a plugin down in a folder of its own on `sys.path` and gives its package's folder."""

    def lay(
        id: str,
        *,
        dist: str = "",
        code: str = "",
        manifest: str | None = None,
        api: int = 1,
        group: str = "hamr.providers",
    ) -> Path:
        dist = dist or f"hamr-provider-{id}"
        site = tmp_path / dist
        module = dist.replace("-", "_")
        package = site / module
        package.mkdir(parents=True)
        (package / "__init__.py").write_text(code)
        if group == "hamr.providers":
            (package / "provider.toml").write_text(MANIFEST.format(id=id, api=api) if manifest is None else manifest)
        metadata = site / f"{module}-1.2.3.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {dist}\nVersion: 1.2.3\n")
        value = f"{module}:open_store" if group == "hamr.stores" else module
        (metadata / "entry_points.txt").write_text(f"[{group}]\n{id} = {value}\n")
        monkeypatch.syspath_prepend(str(site))
        monkeypatch.delitem(sys.modules, module, raising=False)
        return package

    return lay
