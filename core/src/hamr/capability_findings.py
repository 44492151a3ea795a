"""What was found out about models, kept for this user: read, changed and written whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from hamr.capabilities import overlay
from hamr.capabilities.overlay import FILE, Finding
from hamr.errors import ConfigError
from hamr.storage import config_files


def keep(findings: Iterable[Finding], environ: Mapping[str, str]) -> tuple[str, list[Finding]]:
    """Keep the findings; gives the file and those that were not in it. Raises ConfigError, and writes nothing then."""
    from hamr.storage.files import write_whole

    with config_files.changing(environ, FILE):
        path = config_files.config_path(environ, FILE) or ""
        tables = overlay.read(_read(path), path) if os.path.exists(path) else {}
        changed = overlay.kept(tables, findings)
        if changed:
            try:
                write_whole(path, overlay.text(tables).encode())
            except OSError as error:
                raise ConfigError(f"{path} cannot be written: {error.strerror}") from error
    return path, changed


def evaluated(path: str) -> list[Finding]:
    """The findings in the file of an evaluation; raises ConfigError."""
    return overlay.evaluated(_read(path), path)


def _read(path: str) -> Mapping[str, Any]:
    from hamr.plugins.manifest import read

    return read(path)
