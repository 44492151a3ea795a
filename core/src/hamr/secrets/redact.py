"""Taking secrets out of what people may see."""

from __future__ import annotations

import re
from urllib.parse import quote

from hamr.errors import CallError
from hamr.types import Secret

SHORTEST = 6
"""A shorter key is a placeholder such as `local`, and occurs in ordinary words."""


_USER = re.compile(r"(?<=://)\S*@")
_OPTION = re.compile(r"(?<=[?&])(username|password)=[^&\s]*")


def redacted(error: CallError, secret: Secret | None) -> None:
    """Take the key out of everything that the error would show: providers echo keys in their messages."""
    if secret is None or len(secret.reveal()) < SHORTEST:
        return
    error.message = clean(error.message, secret)
    error.hint = clean(error.hint, secret)
    error.args = (error.message,)
    if error.body is not None:
        error.body = clean(error.body, secret)
    if error.code is not None:
        error.code = clean(error.code, secret)


def clean(text: str, secret: Secret) -> str:
    """The text with the key, plain or quoted for a URL, replaced by ***."""
    value = secret.reveal()
    return text.replace(value, "***").replace(quote(value, safe=""), "***")


def without_user(url: str) -> str:
    """The URL with *** for its user and password; what stands before an `@` in a path goes with them."""
    return _OPTION.sub(r"\1=***", _USER.sub("***@", url))
