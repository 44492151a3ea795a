"""The parts of a message as blocks of the protocol, and of `_`-kinds for what it has no block for.

What an agent takes is known only once it has been asked: what becomes of a block then is for `fitting`.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hamr.api import Audio, File, HostedTool, Image, Part, Text, Thinking, ToolCall, ToolResult
from hamr.wirekit import split_data_url

if TYPE_CHECKING:
    from hamr_provider_acp.asked import Block

UNKNOWN = "application/octet-stream"
AUDIO = {"wav": "audio/wav", "mp3": "audio/mpeg"}


def block(part: Part) -> Block:  # noqa: PLR0911  # one for each kind of part
    """The block that a part is."""
    match part:
        case Text(text):
            return {"type": "text", "text": text}
        case Image():
            return _image(part)
        case Audio():
            return _audio(part)
        case File():
            return _file(part)
        case Thinking():
            return {"type": "_thinking"}
        case ToolCall():
            from pydantic_core import to_json

            arguments = part.text if part.text is not None else to_json(part.arguments).decode()
            return {"type": "_tool_call", "name": part.name, "arguments": arguments}
        case ToolResult():
            content = [block(each) for each in part.parts]
            return {
                "type": "_tool_result",
                "name": part.name or part.call_id,
                "failed": part.is_error,
                "content": content,
            }
        case HostedTool():
            return {"type": "_hosted_tool", "name": part.name}


def _image(part: Image) -> Block:
    said, data = (None, part.data) if part.data is not None else split_data_url(part.url or "")
    if data is None:
        return _link(part.url, "image", part.media_type, part.file_id)
    return _coded("image", data, part.media_type or said or "image/png")


def _audio(part: Audio) -> Block:
    if part.data is not None:
        return _coded("audio", part.data, AUDIO.get(part.format or "wav", f"audio/{part.format}"))
    return _link(None, "audio", None, part.file_id)


def _file(part: File) -> Block:
    name = part.name or "file"
    said, data = (None, part.data) if part.data is not None else split_data_url(part.url or "")
    media_type = part.media_type or said or UNKNOWN
    if data is None:
        return _link(part.url, name, part.media_type, part.file_id)
    # It is no file of the agent's: the address only names it.
    resource: dict[str, Any] = {"uri": f"attachment:///{quote(name)}", "mimeType": media_type}
    text = _text(data, media_type)
    resource |= {"text": text} if text is not None else {"blob": base64.b64encode(data).decode()}
    return {"type": "resource", "resource": resource}


def _coded(kind: str, data: bytes, media_type: str) -> Block:
    return {"type": kind, "data": base64.b64encode(data).decode(), "mimeType": media_type}


def _link(url: str | None, name: str, media_type: str | None, file_id: str | None) -> Block:
    if url is None:
        return {"type": "_foreign", "name": name, "id": file_id}
    last = url.rstrip("/").rpartition("/")[2] or name
    return {"type": "resource_link", "uri": url, "name": last, **({"mimeType": media_type} if media_type else {})}


def _text(data: bytes, media_type: str) -> str | None:
    if not (media_type.startswith("text/") or media_type.endswith(("json", "xml", "yaml", "toml"))):
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
