"""Parts of messages, as parts of this wire."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hamr.errors import Unsupported
from hamr.types import Audio, File, Image, Text
from hamr.wires.data_url import split_data_url
from hamr.wires.gemini.media_type import audio_type, media_type_of
from hamr.wires.gemini.replay import beside
from hamr.wires.image_type import image_type

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hamr.types import Part
    from hamr.wires.gemini.compat import Compat
    from hamr.wires.gemini.replay import Replay
    from hamr.wires.told import Told


class PartWriter:
    """Writes texts, images, sounds and files; `base` is the URL that the provider's own files stand behind."""

    def __init__(self, base: str, compat: Compat, replay: Replay, told: Told) -> None:
        self._base, self._names, self._replay, self._told = base, compat.supports_file_names, replay, told

    def write(self, part: Part, where: str) -> dict[str, Any] | None:
        """One part; None for an empty text without a signature, which says nothing. Raises Unsupported."""
        if type(part) is Text and part.extra is None and part.cache is None and part.text:
            return {"text": part.text}
        own = self._replay.own(part.extra, where)
        if getattr(part, "cache", None) is not None:
            self._told("dropped", f"{where}.cache", "this wire caches by itself")
        if isinstance(part, Text):
            if not part.text and "thoughtSignature" not in own:
                return None
            return {"text": part.text, **beside(own)}
        return {**self._content(part, own, where), **beside(own)}

    def _content(self, part: Part, own: Mapping[str, Any], where: str) -> dict[str, Any]:
        if isinstance(part, Image):
            if part.detail is not None and "mediaResolution" not in own:
                self._told("dropped", f"{where}.detail", "this wire says it in extra['gemini']['mediaResolution']")
            return self._image(part, own, where)
        if isinstance(part, Audio):
            return self._audio(part, own, where)
        if isinstance(part, File):
            written = self._file(part, own, where)
            if part.name is not None:
                self._name(part.name, written, where)
            return written
        raise Unsupported(f"{where}: a {type(part).__name__} cannot stand here on this wire")

    def _image(self, image: Image, own: Mapping[str, Any], where: str) -> dict[str, Any]:
        if image.data is not None:
            return self._blob(image.data, image.media_type or image_type(image.data, where), own)
        if image.file_id is not None:
            return self._named(self._uri(image.file_id), image.media_type, own)
        if image.url is None:
            raise Unsupported(f"{where}: the image has no url, data or file_id")
        media_type, data = split_data_url(image.url)
        if data is not None:
            return self._blob(data, media_type or image_type(data, where), own)
        return self._named(image.url, image.media_type or media_type_of(image.url), own)

    def _audio(self, audio: Audio, own: Mapping[str, Any], where: str) -> dict[str, Any]:
        if audio.data is not None:
            return self._blob(audio.data, str(own.get("mimeType") or audio_type(audio.format)), own)
        if audio.file_id is not None:
            return self._named(self._uri(audio.file_id), audio.format and audio_type(audio.format), own)
        raise Unsupported(f"{where}: the sound has no data or file_id")

    def _file(self, file: File, own: Mapping[str, Any], where: str) -> dict[str, Any]:
        media_type = file.media_type or media_type_of(file.name)
        if file.data is not None:
            return self._blob(file.data, media_type or "application/pdf", own)
        if file.file_id is not None:
            return self._named(self._uri(file.file_id), media_type, own)
        if file.url is None:
            raise Unsupported(f"{where}: the file has no data, url or file_id")
        given, data = split_data_url(file.url)
        if data is not None:
            return self._blob(data, media_type or given or "application/pdf", own)
        return self._named(file.url, media_type or media_type_of(file.url), own)

    @staticmethod
    def _blob(data: bytes, media_type: str, own: Mapping[str, Any]) -> dict[str, Any]:
        blob = {"mimeType": media_type, "data": base64.b64encode(data).decode()}
        return {"inlineData": {**blob, **_display(own)}}

    @staticmethod
    def _named(uri: str, media_type: str | None, own: Mapping[str, Any]) -> dict[str, Any]:
        told = {"mimeType": media_type} if media_type else {}
        return {"fileData": {**told, "fileUri": uri, **_display(own)}}

    def _name(self, name: str, written: dict[str, Any], where: str) -> None:
        if self._names:
            next(iter(written.values()))["displayName"] = name
        else:
            self._told("dropped", f"{where}.name", "this provider knows no names of files")

    def _uri(self, id: str) -> str:
        """Files are named by their whole URL; `files/abc` is what the Files API calls one."""
        return id if "://" in id else f"{self._base}/{id}"


def _display(own: Mapping[str, Any]) -> dict[str, Any]:
    return {"displayName": own["displayName"]} if "displayName" in own else {}
