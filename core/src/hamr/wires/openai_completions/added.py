"""What a reply holds besides text, thinking and calls: sounds, images, sources, tools the provider ran."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hamr.types import Audio, Citation, HostedTool, Image
from hamr.wires.data_url import split_data_url
from hamr.wires.openai_completions.name import NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def citations(annotations: Any) -> Iterator[Citation]:
    """Sources out of `annotations`; entries of another type are passed over."""
    for entry in annotations if isinstance(annotations, list) else ():
        source = entry.get("url_citation") if isinstance(entry, dict) else None
        if isinstance(source, dict):
            yield Citation(
                url=_text(source.get("url")),
                title=_text(source.get("title")),
                quote=_text(source.get("content")),
                start=_offset(source.get("start_index")),
                end=_offset(source.get("end_index")),
            )


def searched(body: Mapping[str, Any]) -> Iterator[Citation]:
    """Sources that stand beside the answer, each as an object or as a bare URL ("Sonar API", docs.perplexity.ai)."""
    results = body.get("search_results") or body.get("citations")
    for entry in results if isinstance(results, list) else ():
        if isinstance(entry, str):
            yield Citation(url=entry)
        elif isinstance(entry, dict):
            yield Citation(_text(entry.get("url")), _text(entry.get("title")), _text(entry.get("snippet")))


def image(entry: Any) -> Image | None:
    """An image out of an `image_url` part."""
    shown = entry.get("image_url") if isinstance(entry, dict) else None
    url = shown.get("url") if isinstance(shown, dict) else shown
    if not isinstance(url, str):
        return None
    media_type, data = split_data_url(url)
    return Image(url=url) if data is None else Image(data=data, media_type=media_type)


def hosted(entry: Any) -> HostedTool | None:
    """A tool that the provider ran ("Compound", console.groq.com, 2026-11)."""
    if not isinstance(entry, dict):
        return None
    name = _text(entry.get("name")) or _text(entry.get("type")) or "tool"
    return HostedTool(name, entry, _text(entry.get("id")), {NAME: {"field": "executed_tools"}})


class Sound:
    """The answer as sound, while it comes; each piece of data is base64 of its own."""

    __slots__ = ("_data", "_extra", "_id", "_transcript", "block")

    def __init__(self, block: int) -> None:
        self.block = block
        self._id: str | None = None
        self._data: list[str] = []
        self._transcript: list[str] = []
        self._extra: dict[str, Any] = {}

    def add(self, value: Mapping[str, Any]) -> None:
        """One piece of `audio`."""
        for name, each in value.items():
            if name == "id":
                self._id = _text(each) or self._id
            elif name == "data" and isinstance(each, str):
                self._data.append(each)
            elif name == "transcript" and isinstance(each, str):
                self._transcript.append(each)
            elif each is not None:
                self._extra[name] = each

    def part(self) -> Audio:
        """The whole of it."""
        extra = {NAME: self._extra} if self._extra else None
        return Audio(self._bytes(), None, self._id, "".join(self._transcript) or None, extra)

    def _bytes(self) -> bytes | None:
        try:
            data = b"".join(map(base64.b64decode, self._data))
        except ValueError:
            data = _loosely("".join(self._data))
        return data or None


def _loosely(text: str) -> bytes:
    """Base64 that was cut without regard to its groups."""
    text = text.rstrip("=")
    return base64.b64decode(text[: len(text) - (len(text) % 4 == 1)] + "==")


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _offset(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
