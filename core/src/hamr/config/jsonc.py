"""JSON with comments, as people write it by hand."""

from __future__ import annotations

import json
import re
from typing import Any

_TEXT = r'"(?:\\.|[^"\\])*"'
_COMMENT = re.compile(rf"({_TEXT})|//[^\n]*|/\*.*?\*/", re.DOTALL)
_COMMA = re.compile(rf"({_TEXT})|,(?=\s*[}}\]])", re.DOTALL)


def loads(text: str) -> Any:
    """The value of JSON that may have `//` and `/* */` comments, and commas before what closes.

    Raises ValueError naming line and column, and none of the text: there may be a key in it.
    """
    blanked = _COMMENT.sub(_blank, text.removeprefix("\ufeff"))
    try:
        return json.loads(_COMMA.sub(_blank, blanked))
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _blank(found: re.Match[str]) -> str:
    """Texts stay, and of all else the line ends, so that an error's place is that of the file."""
    return found[1] if found[1] is not None else re.sub(r"[^\n]", " ", found[0])
