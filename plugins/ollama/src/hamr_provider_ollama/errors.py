"""What a failing reply means. There is a text, and no code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.api import NoSuchModel
from hamr.wirekit import head_error

if TYPE_CHECKING:
    from hamr.api import CallError, Head
    from hamr_provider_ollama.compat import Compat


def error(head: Head, compat: Compat) -> CallError:
    """The error that a reply with a failing status and its body stands for."""
    found = head_error(head, compat)
    if isinstance(found, NoSuchModel):
        found.hint = "`hamr ollama list` tells which models are installed; `hamr ollama pull <model>` installs one."
    return found
