"""What this user has chosen about plugins: which are switched off, and which counts where two clash."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from hamr.errors import ConfigError
from hamr.files import write_whole


def config_folder(environ: Mapping[str, str]) -> Path | None:
    """Where the user's configuration is: HAMR_CONFIG_DIR, or `hamr` in the user's own configuration folder.

    None where the environment names neither that nor a home: then there is no configuration.
    """
    if given := environ.get("HAMR_CONFIG_DIR"):
        return Path(given)
    if base := environ.get("XDG_CONFIG_HOME") or (environ.get("APPDATA") if os.name == "nt" else None):
        return Path(base) / "hamr"
    return Path(home) / ".config" / "hamr" if (home := environ.get("HOME")) else None


FILE = "plugins.json"


@dataclass(frozen=True, slots=True)
class Choices:
    """Choices about plugins: names of providers switched off, and the distribution that counts for a name."""

    disabled: tuple[str, ...] = ()
    prefer: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Choices:
        """The choices in `plugins.json`, with HAMR_PREFER over them; raises ConfigError naming the file."""
        folder = config_folder(environ)
        stored = _stored(folder / FILE) if folder else {}
        prefer = {**stored.get("prefer", {}), **_pairs(environ.get("HAMR_PREFER", ""))}
        return cls(tuple(stored.get("disabled", ())), prefer)

    def write(self, environ: Mapping[str, str]) -> Path:
        """Keep these choices; gives the file's path. Raises ConfigError where it cannot be written."""
        folder = config_folder(environ)
        if folder is None:
            raise ConfigError("there is no place for configuration", hint="Set HAMR_CONFIG_DIR to a folder.")
        path = folder / FILE
        import json

        try:
            write_whole(path, json.dumps(asdict(self), indent=2).encode() + b"\n")
        except OSError as error:
            raise ConfigError(f"{path} cannot be written: {error}") from error
        return path


def _stored(path: Path) -> dict[str, Any]:
    if not path.exists():
        return {}
    import json

    hint = "Mend the file, or remove it to start anew."
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: {error}", hint=hint) from error
    if not _well_formed(stored):
        raise ConfigError(f'{path}: expected {{"disabled": [names], "prefer": {{name: distribution}}}}', hint=hint)
    return dict(stored)


def _well_formed(stored: object) -> bool:
    if not isinstance(stored, dict) or stored.keys() - {"disabled", "prefer"}:
        return False
    disabled, prefer = stored.get("disabled", []), stored.get("prefer", {})
    return (
        isinstance(disabled, list)
        and isinstance(prefer, dict)
        and all(isinstance(name, str) for name in [*disabled, *prefer, *prefer.values()])
    )


def _pairs(text: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in text.split(",") if pair.strip())
    return {name.strip(): dist.strip() for name, _, dist in pairs}
