"""Headers that a user has written into one variable, each in a line."""

from __future__ import annotations

import re

from hamr.errors import ConfigError

NAME = re.compile(r"[-!#$%&'*+.^_`|~0-9a-zA-Z]+")
"""A token (RFC 9110, 5.6.2)."""


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
