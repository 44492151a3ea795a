"""Headers that stand in variables: one in each, or several in one, each in a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from hamr.errors import ConfigError

NAME = re.compile(r"[-!#$%&'*+.^_`|~0-9a-zA-Z]+")
"""A token (RFC 9110, 5.6.2)."""


def variable_headers(single: Mapping[str, str], several: Iterable[str], environ: Mapping[str, str]) -> dict[str, str]:
    """The headers of `single`, a name to its variable, and over them those that the variables of `several` hold."""
    found = {header: environ[name] for header, name in single.items() if environ.get(name, "").strip()}
    for name in several:
        found |= header_lines(name, environ.get(name, ""))
    return found


def header_lines(variable: str, text: str) -> dict[str, str]:
    """The headers in the text of a variable; raises ConfigError without the line, for that may hold a secret."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not (colon and NAME.fullmatch(name)):
            raise ConfigError(f"{variable}: line {number} is no header", hint="Write each as Name: value, in a line.")
        found[name.lower()] = value
    return found
