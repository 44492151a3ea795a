"""Variables that any provider has, which begin with its name: `GROQ_SKIP_TOKENS_OVER` (inventory R-47 to R-49).

Where `provider/model` stands for the provider, they are those of the model: `GROQ_QWEN3_32B_SUPPORTS_TOOLS` (R-53).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from hamr.errors import ConfigError

YES, NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


def said(environ: Mapping[str, str], provider: str, name: str) -> tuple[str, str] | None:
    """What the variable of a provider says, and its name; that with `HAMR_` before it counts first."""
    own = f"{re.sub(r'[^A-Z0-9]+', '_', provider.upper())}_{name}"
    found = next((each for each in (f"HAMR_{own}", own) if environ.get(each, "").strip()), None)
    return None if found is None else (environ[found].strip(), found)


def truth(environ: Mapping[str, str], provider: str, name: str) -> tuple[bool, str] | None:
    """Whether it says yes or no; raises ConfigError where it says neither."""
    if (found := said(environ, provider, name)) is None:
        return None
    text, variable = found
    if text.lower() not in (*YES, *NO):
        raise ConfigError(f"{variable}={text!r} is neither yes nor no", hint="It may be 1 or 0.")
    return text.lower() in YES, variable


def number(environ: Mapping[str, str], provider: str, name: str) -> tuple[int, str] | None:
    """The whole number that it says, None for 0 too; raises ConfigError where it is none."""
    if (found := said(environ, provider, name)) is None:
        return None
    text, variable = found
    if not (text.isascii() and text.isdigit()):
        raise ConfigError(f"{variable}={text!r} is no whole number", hint="0 takes it away.")
    return (int(text), variable) if int(text) else None
