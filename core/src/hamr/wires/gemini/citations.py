"""What an answer rests on, as citations, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import Citation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SOURCES = ("web", "retrievedContext", "maps", "image")


Span = tuple[int, int]
"""A place in an answer, in bytes of all its text, as this wire counts it."""


def citations(text: str, before: int, said: Mapping[str, Any]) -> tuple[Citation, ...]:
    """The citations of a text that stands behind so many bytes of its answer, their offsets in characters of it."""
    data = text.encode("utf-8", "replace")
    found = (*_grounding(said.get("groundingMetadata")), *_recited(said.get("citationMetadata")))
    return tuple(_placed(span, source, data, before) for span, source in found if _ends(span, before, len(data)))


def _ends(span: Span | None, before: int, length: int) -> bool:
    return span is None or before < span[1] <= before + length


def _placed(span: Span | None, source: Citation, data: bytes, before: int) -> Citation:
    if span is None:
        return source
    first, last = (min(max(place - before, 0), len(data)) for place in span)
    quote = data[first:last].decode("utf-8", "ignore")
    start = len(data[:first].decode("utf-8", "ignore"))
    return Citation(source.url, source.title, quote or None, start, start + len(quote))


def _grounding(told: Any) -> Iterator[tuple[Span | None, Citation]]:
    """Each support with each of its sources; sources that support no place, without one."""
    if not isinstance(told, dict):
        return
    sources = [_source(each) for each in _list(told.get("groundingChunks"))]
    placed = False
    for support in _list(told.get("groundingSupports")):
        if not isinstance(support, dict) or not isinstance(segment := support.get("segment"), dict):
            continue
        span = (_number(segment.get("startIndex")), _number(segment.get("endIndex")))
        for at in _list(support.get("groundingChunkIndices")):
            if type(at) is int and 0 <= at < len(sources) and (source := sources[at]) is not None:
                placed = True
                yield span, source
    if not placed:
        yield from ((None, source) for source in sources if source is not None)


def _source(chunk: Any) -> Citation | None:
    table = chunk if isinstance(chunk, dict) else {}
    inner = next((table[name] for name in _SOURCES if isinstance(table.get(name), dict)), None)
    if inner is None:
        return None
    url, title = inner.get("uri") or inner.get("sourceUri"), inner.get("title")
    return Citation(_text(url), _text(title)) if _text(url) or _text(title) else None


def _recited(told: Any) -> Iterator[tuple[Span | None, Citation]]:
    """What was taken word for word: `citationSources` of the Gemini API, `citations` of Vertex AI."""
    table = told if isinstance(told, dict) else {}
    for each in _list(table.get("citationSources") or table.get("citations")):
        if isinstance(each, dict) and (_text(each.get("uri")) or _text(each.get("title"))):
            span = (_number(each.get("startIndex")), _number(each.get("endIndex")))
            yield span if span[1] else None, Citation(_text(each.get("uri")), _text(each.get("title")))


def written_grounding(texts: Sequence[tuple[str, tuple[Citation, ...]]]) -> dict[str, Any] | None:
    """`groundingMetadata` for the texts of an answer; None where nothing is cited."""
    chunks: dict[tuple[str | None, str | None], int] = {}
    supports, start = [], 0
    for text, cited in texts:
        for each in cited:
            at = chunks.setdefault((each.url, each.title), len(chunks))
            if each.end is not None:
                first = start + len(text[: each.start or 0].encode("utf-8", "replace"))
                last = start + len(text[: each.end].encode("utf-8", "replace"))
                words = text[each.start or 0 : each.end]
                segment = {"startIndex": first, "endIndex": last, "text": words}
                supports.append({"segment": segment, "groundingChunkIndices": [at]})
        start += len(text.encode("utf-8", "replace"))
    if not chunks:
        return None
    web = [{"web": {name: value for name, value in (("uri", url), ("title", title)) if value}} for url, title in chunks]
    return {"groundingChunks": web, **({"groundingSupports": supports} if supports else {})}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: Any) -> int:
    return value if type(value) is int and value > 0 else 0


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
