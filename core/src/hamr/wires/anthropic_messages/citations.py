"""Sources of a text, as citations, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import Citation

if TYPE_CHECKING:
    from collections.abc import Sequence


def citations(written: Sequence[Any]) -> tuple[Citation, ...]:
    """The sources; what is none is passed over.

    Where a source says a place, it is one in the document, not in the text: it stays in the part's `extra`.
    """
    return tuple(_citation(each) for each in written if isinstance(each, dict))


def _citation(value: dict[str, Any]) -> Citation:
    return Citation(
        url=_text(value, "url") or _text(value, "source"),
        title=_text(value, "title") or _text(value, "document_title"),
        quote=_text(value, "cited_text"),
    )


def citation_body(cited: Citation) -> dict[str, Any]:
    """A source of another wire's, as one that was found on the web."""
    return {
        "type": "web_search_result_location",
        "url": cited.url or "",
        "title": cited.title,
        "cited_text": cited.quote or "",
        "encrypted_index": "",
    }


def _text(value: dict[str, Any], name: str) -> str | None:
    found = value.get(name)
    return found if isinstance(found, str) and found else None
