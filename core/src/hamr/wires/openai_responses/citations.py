"""Annotations of a text, as citations."""

from __future__ import annotations

from typing import Any

from hamr.types import Citation


def citations(annotations: list[Any]) -> tuple[Citation, ...]:
    """The sources that the annotations name; what is no annotation is passed over."""
    found = (_citation(each) for each in annotations if isinstance(each, dict))
    return tuple(each for each in found if each is not None)


def _citation(value: dict[str, Any]) -> Citation | None:
    start, end = value.get("start_index"), value.get("end_index")
    url, title = value.get("url"), value.get("title") or value.get("filename")
    if not isinstance(url, str) and not isinstance(title, str):
        return None
    return Citation(
        url=url if isinstance(url, str) else None,
        title=title if isinstance(title, str) else None,
        start=start if isinstance(start, int) else None,
        end=end if isinstance(end, int) else None,
    )
