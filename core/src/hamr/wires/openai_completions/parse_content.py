"""Content of a message in the shape of OpenAI's chat, to parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.errors import BadRequest
from hamr.types import Audio, File, Image, Part, Text, Thinking
from hamr.wires.body_shape import array, base64_data, table, text, wrong
from hamr.wires.cache_mark import read_mark
from hamr.wires.data_url import split_data_url
from hamr.wires.openai_completions.name import NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from hamr.types import Extra

    Reader: TypeAlias = "Callable[[dict[str, Any], str], Part]"


def content(value: Any, place: str) -> list[Part]:
    """The parts of a content; raises BadRequest."""
    if isinstance(value, str):
        return [Text(value)]
    if not isinstance(value, list | tuple):
        raise wrong(place, "a string or a list of parts", value)
    return [_part(part, f"{place}[{number}]") for number, part in enumerate(array(value, place))]


def opaque(value: Mapping[str, Any], read: set[str]) -> Extra | None:
    """The fields that were not read, kept for whoever speaks this wire."""
    rest = {name: each for name, each in value.items() if name not in read and each is not None}
    return {NAME: rest} if rest else None


def _part(value: Any, place: str) -> Part:
    if isinstance(value, str):
        return Text(value)
    value = table(value, place)
    kind = text(value.get("type"), f"{place}.type")
    read = _READERS.get(kind)
    if read is None:
        said = f"{place}.type must be one of {', '.join(_READERS)}, not {kind!r}"
        raise BadRequest(said, status=400, code="invalid_value", param=f"{place}.type")
    return read(value, place)


def _text(value: dict[str, Any], place: str) -> Text:
    said = text(value.get("text"), f"{place}.text")
    return Text(said, cache=read_mark(value), extra=_rest(value, "text"))


def _refusal(value: dict[str, Any], place: str) -> Text:
    return Text(text(value.get("refusal"), f"{place}.refusal"), refusal=True)


def _image(value: dict[str, Any], place: str) -> Image:
    shown = value.get("image_url")
    where = f"{place}.image_url"
    url = shown if isinstance(shown, str) else text(table(shown, where).get("url"), f"{where}.url")
    detail = shown.get("detail") if isinstance(shown, dict) else None
    media_type, data = split_data_url(url)
    return Image(
        url=url if data is None else None,
        data=data,
        media_type=media_type,
        detail=None if detail is None else text(detail, f"{where}.detail"),
        cache=read_mark(value),
        extra=_rest(value, "image_url"),
    )


def _sound(value: dict[str, Any], place: str) -> Audio:
    where = f"{place}.input_audio"
    sound = table(value.get("input_audio"), where)
    data = base64_data(sound.get("data"), f"{where}.data")
    return Audio(data, text(sound.get("format"), f"{where}.format"), extra=_rest(value, "input_audio"))


def _file(value: dict[str, Any], place: str) -> File:
    where = f"{place}.file"
    shown = table(value.get("file"), where)
    name = shown.get("filename")
    name = None if name is None else text(name, f"{where}.filename")
    mark, extra = read_mark(value), _rest(value, "file")
    if shown.get("file_id") is not None:
        return File(file_id=text(shown["file_id"], f"{where}.file_id"), name=name, cache=mark, extra=extra)
    written = text(shown.get("file_data"), f"{where}.file_data")
    media_type, data = split_data_url(written)
    if data is None:
        data = base64_data(written, f"{where}.file_data")
    return File(data, name=name, media_type=media_type, cache=mark, extra=extra)


def _file_url(value: dict[str, Any], place: str) -> File:
    kind = value["type"]
    shown = value.get(kind)
    url = shown.get("url") if isinstance(shown, dict) else shown
    return File(url=text(url, f"{place}.{kind}"), cache=read_mark(value), extra=_rest(value, kind))


def _thinking(value: dict[str, Any], place: str) -> Thinking:
    inner = value.get("thinking")
    pieces = [inner] if isinstance(inner, str) else array(inner, f"{place}.thinking")
    said = "".join(
        each if isinstance(each, str) else text(table(each, place).get("text", ""), f"{place}.thinking[{number}].text")
        for number, each in enumerate(pieces)
    )
    more = {name: each for name, each in value.items() if name not in ("type", "thinking") and each is not None}
    return Thinking(said, {NAME: {"field": "content", **more}})


_READERS: dict[str, Reader] = {
    "text": _text,
    "image_url": _image,
    "input_audio": _sound,
    "file": _file,
    "refusal": _refusal,
    "thinking": _thinking,
    "file_url": _file_url,
    "document_url": _file_url,
}


def _rest(value: Mapping[str, Any], read: str) -> Extra | None:
    return opaque(value, {"type", "cache_control", read})
