"""Headers that go along with a key or a token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hamr.types import Call


def along(call: Call, more: Mapping[str, str]) -> Call:
    """The call with these headers, each behind what the call says there itself (RFC 9110, 5.3)."""
    headers = dict(call.headers)
    for name, value in more.items():
        there = headers.get(name.lower(), "")
        listed = [each.strip() for each in there.split(",") if each.strip()]
        headers[name.lower()] = ",".join(listed if value in listed else [*listed, value])
    return replace(call, headers=headers)
