"""Taking secrets out of what people may see."""

from __future__ import annotations

import base64
import re
from urllib.parse import quote

from hamr.errors import CallError
from hamr.types import Secret

SHORTEST = 6
"""A shorter key is a placeholder such as `local`, and occurs in ordinary words."""
BEGINNING = 12
"""So much of a key is taken out where its end is missing; less is the same for many keys: `sk-proj-`."""

_REST = r"[A-Za-z0-9._~+/=-]*"
"""All that may follow: what begins alike may be another key of the same kind, whose end would be left."""
_URL_SAFE = str.maketrans("+/", "-_")
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
    """The text with the key, plain, cut short, quoted for a URL, in base64, in hex or reversed, replaced by ***."""
    value = secret.reveal()
    text = text.replace(value, "***").replace(quote(value, safe=""), "***")
    for form in _encoded(value):
        text = text.replace(form, "***")
    begun = value[:BEGINNING]
    return re.sub(re.escape(begun) + _REST, "***", text) if len(value) > BEGINNING and begun in text else text


def _encoded(value: str) -> set[str]:
    """How a server may write a key that it was sent: base64 has three forms amid other text, in two alphabets."""
    data = value.encode()
    forms = {value[::-1], data.hex(), data.hex().upper()}
    for before in range(3):
        # What shares its character with a neighbour is another one beside another neighbour, and is left.
        begin, end = -(-before * 8 // 6), (before + len(data)) * 8 // 6
        form = base64.b64encode(bytes(before) + data).decode()[begin:end]
        forms |= {form, form.translate(_URL_SAFE)}
    return {form for form in forms if len(form) >= SHORTEST}


def without_user(url: str) -> str:
    """The URL with *** for its user and password; what stands before an `@` in a path goes with them."""
    return _OPTION.sub(r"\1=***", _USER.sub("***@", url))
