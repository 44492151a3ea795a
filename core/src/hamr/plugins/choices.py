"""What this user has chosen about plugins: which are switched off, and which counts where two clash."""

from __future__ import annotations

from hamr.storage import config_files

TYPE_CHECKING = False  # typing itself would cost every start 8 ms (docs/decisions/start-up.md)
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE = "plugins.json"
SHAPE = '{"disabled": [names], "prefer": {name: distribution}}'


class Choices:
    """Choices about plugins: names of providers switched off, and the distribution that counts for a name.

    No dataclass, nor is anything else that a listing of plugins needs: `dataclasses` costs each start 8 ms.
    """

    __slots__ = ("disabled", "prefer")

    def __init__(self, disabled: tuple[str, ...] = (), prefer: Mapping[str, str] | None = None) -> None:
        self.disabled = disabled
        self.prefer = {} if prefer is None else prefer

    def but(self, *, disabled: tuple[str, ...] | None = None, prefer: Mapping[str, str] | None = None) -> Choices:
        """The same choices but for what is given."""
        return Choices(self.disabled if disabled is None else disabled, self.prefer if prefer is None else prefer)

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Choices:
        """The choices in `plugins.json`, with HAMR_PREFER over them; raises ConfigError naming the file."""
        stored = config_files.read(environ, FILE, _well_formed, SHAPE) or {}
        prefer = {**stored.get("prefer", {}), **_pairs(environ.get("HAMR_PREFER", ""))}
        return cls(tuple(stored.get("disabled", ())), prefer)

    def write(self, environ: Mapping[str, str]) -> Path:
        """Keep these choices; gives the file's path. Raises ConfigError where it cannot be written."""
        return config_files.write(environ, FILE, {"disabled": self.disabled, "prefer": dict(self.prefer)})


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
    pairs = {}
    for pair in text.split(",") if text.strip() else ():
        name, _, dist = map(str.strip, pair.partition("="))
        if name and dist:
            pairs[name] = dist
        elif pair.strip():
            from hamr.errors import ConfigError

            hint = "Write it as PROVIDER=DISTRIBUTION, several with commas between them: groq=acme-groq."
            raise ConfigError(f"the environment variable HAMR_PREFER: {pair.strip()!r} chooses nothing", hint=hint)
    return pairs
