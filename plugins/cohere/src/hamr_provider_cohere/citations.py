"""Sources of a text, both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import Citation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def citations(raw: Sequence[Any]) -> tuple[Citation, ...]:
    """One for each source of each citation; what is none is passed over."""
    found: list[Citation] = []
    for each in raw:
        if isinstance(each, dict):
            sources = each.get("sources")
            known = (source for source in (sources if isinstance(sources, list) else ()) if isinstance(source, dict))
            found.extend(_citation(each, source) for source in known)
    return tuple(found)


def _citation(cited: Mapping[str, Any], source: Mapping[str, Any]) -> Citation:
    """A document's fields are the user's own: those that everybody names so are read."""
    inner = source.get("document", source.get("tool_output"))
    fields: Mapping[str, Any] = inner if isinstance(inner, dict) else {}
    start, end = cited.get("start"), cited.get("end")
    return Citation(
        url=_text(fields, "url"),
        title=_text(fields, "title") or _text(source, "id"),
        quote=_text(fields, "snippet"),
        start=start if isinstance(start, int) else None,
        end=end if isinstance(end, int) else None,
    )


def written(found: Iterable[Citation], text: str, content_index: int) -> list[dict[str, Any]]:
    """Citations of another wire, as this one has them."""
    return [_written(each, text, content_index) for each in found]


def _written(cited: Citation, text: str, content_index: int) -> dict[str, Any]:
    start, end = cited.start or 0, len(text) if cited.end is None else cited.end
    fields = {"url": cited.url, "title": cited.title, "snippet": cited.quote}
    document = {name: value for name, value in fields.items() if value is not None}
    source = {"type": "document", "id": cited.title or cited.url or "source", "document": document}
    return {
        "start": start,
        "end": end,
        "text": text[start:end],
        "sources": [source],
        "type": "TEXT_CONTENT",
        "content_index": content_index,
    }


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) and value else None
