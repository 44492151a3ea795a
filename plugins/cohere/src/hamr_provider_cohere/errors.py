"""What a failing reply means. There is a text, and no code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hamr.api import Refused
from hamr.wirekit import head_error

if TYPE_CHECKING:
    from hamr.api import CallError, Head
    from hamr_provider_cohere.compat import Compat

BLOCKED = 498
"""What goes in or comes out is on a list of what is blocked ("Errors", docs.cohere.com, 2026-11)."""


def error(head: Head, compat: Compat) -> CallError:
    """The error that a reply with a failing status and its body stands for."""
    found = head_error(head, compat)
    if head.status != BLOCKED:
        return found
    return Refused(found.message, status=head.status, request_id=found.request_id, body=found.body)
