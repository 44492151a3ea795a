"""`--dry-run`: the call that would be made, as a command of curl's, as JSON, or as a program in Python.

What is printed sends the very same bytes. A key stands in it as `$VARIABLE`, the way `Hamr.preview` writes it.
"""

from __future__ import annotations

import base64
import json
import re
import shlex
from typing import Any

from hamr.cli import output
from hamr.types import Call

VARIABLE = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
SPECIAL = re.compile(r'([\\"`]|\$(?![A-Za-z_]))')
"""What means something to a shell within double quotes, but for variables."""

LONGEST = 100_000
"""Bytes of a body that stand on curl's command line; Linux takes no argument from 128 KiB on (execve(2))."""


def written(call: Call, form: str, encoding: str = "utf-8") -> str:
    """The call as `curl`, `json` or `python`, in characters that `encoding` has."""
    text = _FORMS[form](call, encoding)
    return text if form != "json" or _shown(text, encoding) else _json(call, "ascii")


def _curl(call: Call, encoding: str) -> str:
    streamed = "event-stream" in call.headers.get("accept", "")
    lines = [f"curl{' -N' if streamed else ''} -X {shlex.quote(call.method)} {_url(call.url)}"]
    lines += [f"-H {_header(name, value, secret=name in call.secret)}" for name, value in call.headers.items()]
    # What curl would add of its own accord.
    added = ("accept", "user-agent", *(("content-type",) if call.body else ()))
    lines += [f"-H '{name}:'" for name in added if name not in call.headers]
    before, data = _data(call.body, encoding)
    return before + " \\\n  ".join(lines + data) + "\n"


def _url(url: str) -> str:
    quoted = shlex.quote(url)
    return f"--globoff {quoted}" if re.search(r"[][{}]", url) else quoted


def _header(name: str, value: str, *, secret: bool) -> str:
    if not value:
        return shlex.quote(f"{name};")  # curl's way to send an empty one
    if secret and VARIABLE.search(value):
        return '"' + SPECIAL.sub(r"\\\1", f"{name}: {value}") + '"'
    return shlex.quote(f"{name}: {value}")


def _data(body: bytes, encoding: str) -> tuple[str, list[str]]:
    """What stands before curl, and its options for the body."""
    if not body:
        return "", []
    text = _text(body, encoding)
    if text is not None and len(body) <= LONGEST and not text.startswith("@"):
        return "", [f"--data-binary {_quoted(text)}"]
    piped = ["-H 'expect:'", "--data-binary @-"]
    if text is not None:
        return f"printf '%s' {_quoted(text)} |\n", piped
    return f"printf '%s' '{base64.b64encode(body).decode()}' | base64 -d |\n", piped


def _quoted(text: str) -> str:
    """For a shell, in single quotes."""
    return "'" + text.replace("'", "'\\''") + "'"


def _text(body: bytes, encoding: str) -> str | None:
    """The body as text that a terminal shows as it is and a shell takes as it is; None where it is none."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    return text if "\r" not in text and _shown(text, encoding) else None


def _shown(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return not any(ord(letter) in output.SHOWN for letter in text)


def _json(call: Call, encoding: str) -> str:
    text = _text(call.body, "utf-8")
    document: dict[str, Any] = {
        "method": call.method,
        "url": call.url,
        "headers": dict(call.headers),
        "body": text,
        "body_base64": base64.b64encode(call.body).decode() if text is None else None,
        "adaptations": [
            {"kind": adaptation.kind, "field": adaptation.field, "why": adaptation.why}
            for adaptation in call.adaptations
        ],
    }
    return json.dumps(document, ensure_ascii=encoding == "ascii", indent=2) + "\n"


def _python(call: Call, encoding: str) -> str:
    headers = "".join(
        f"        {name!r}: {_expression(value) if name in call.secret else ascii(value)},\n"
        for name, value in call.headers.items()
    )
    variables = any(VARIABLE.search(call.headers[name]) for name in call.secret)
    imports = "import os\nimport urllib.request" if variables else "import urllib.request"
    return f"""{imports}

request = urllib.request.Request(
    {call.url!a},
    method={call.method!r},
    headers={{
{headers}    }},
    data={_literal(call.body, encoding)},
)
with urllib.request.urlopen(request) as reply:
    for line in reply:
        print(line.decode(), end="", flush=True)
"""


def _expression(value: str) -> str:
    """A text in Python, with `$VARIABLE` read from the environment."""
    pieces = VARIABLE.split(value)  # text, variable, text, ...
    told = [f'os.environ["{piece}"]' if place % 2 else ascii(piece) for place, piece in enumerate(pieces) if piece]
    return " + ".join(told) or "''"


def _literal(body: bytes, encoding: str) -> str:
    if not body:
        return "None"
    text = _text(body, encoding)
    return repr(body) if text is None or text.isascii() else f"{text!r}.encode()"


_FORMS = {"curl": _curl, "json": _json, "python": _python}
