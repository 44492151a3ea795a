"""Values that a configuration names rather than holds: `$VAR`, `${VAR}`, `!command`.

The rules are those of Hamr (inventory H-60 to H-65): a `!` at the beginning makes the rest a shell command; otherwise
`$$` and `$!` stand for `$` and `!`, and what looks only somewhat like a name stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from hamr.errors import ConfigError

_PLACE = re.compile(r"\$(?:([$!])|\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))")


def command(text: str) -> str | None:
    """The shell command that this value is the output of, if it is one."""
    return text[1:] if text.startswith("!") else None


def variables(text: str) -> list[str]:
    """The names of the variables in a value, each once; none in a command."""
    if text.startswith("!"):
        return []
    return list(dict.fromkeys(found[2] or found[3] for found in _PLACE.finditer(text) if not found[1]))


def missing(text: str, environ: Mapping[str, str]) -> list[str]:
    """Those of its variables that are not set, or empty."""
    return [name for name in variables(text) if not environ.get(name)]


def filled(text: str, environ: Mapping[str, str], what: str) -> str:
    """The value that is no command, its variables in it; raises ConfigError naming `what` and the ones that lack."""
    if lacking := missing(text, environ):
        names = ", ".join(lacking)
        raise ConfigError(
            f"{what}: not set: {names}", hint=f"Set {'them' if lacking[1:] else 'it'}, or mend the value."
        )
    return _PLACE.sub(lambda found: found[1] or environ[found[2] or found[3]], text)


def literal(text: str) -> str:
    """The value that stands for this very text."""
    quoted = text.replace("$", "$$")
    return f"${quoted}" if quoted.startswith("!") else quoted
