"""Items of the wire's `input`, to messages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.errors import BadRequest
from hamr.types import File, HostedTool, Image, Message, Part, Text, Thinking, ToolCall, ToolResult
from hamr.wires.arguments import arguments
from hamr.wires.body_shape import array, base64_data, optional, table, text, wrong
from hamr.wires.data_url import split_data_url
from hamr.wires.openai_responses.citations import citations
from hamr.wires.openai_responses.content import MARK
from hamr.wires.openai_responses.made import is_made, unsealed
from hamr.wires.openai_responses.name import NAME
from hamr.wires.openai_responses.open_items import BREAK

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

    from hamr.types import Extra

_ROLES: dict[str, Literal["system", "user"]] = {"system": "system", "developer": "system", "user": "user"}


def messages(items: list[Any], place: str) -> tuple[Message, ...]:
    """The messages; items of the assistant one after another are one turn, as are results. Raises BadRequest."""
    turns: list[Message] = []
    for at, item in enumerate(items):
        message = _message(table(item, f"{place}[{at}]"), f"{place}[{at}]")
        if turns and message.role in ("assistant", "tool") and turns[-1].role == message.role:
            turns[-1] = replace(turns[-1], parts=(*turns[-1].parts, *message.parts))
        else:
            turns.append(message)
    return tuple(turns)


def _message(item: dict[str, Any], place: str) -> Message:
    kind = item.get("type", "message")
    if kind == "message":
        return _said(item, place)
    if kind in ("function_call_output", "custom_tool_call_output") or _is_result(item):
        return Message("tool", (_result(item, place),))
    if kind in ("function_call", "custom_tool_call"):
        return Message("assistant", (_call(item, place),))
    if kind == "reasoning":
        return Message("assistant", (Thinking(_thought(item, place), _thinking_extra(item)),))
    name = text(kind, f"{place}.type")
    id = item.get("id")
    return Message("assistant", (HostedTool(name, item, id if isinstance(id, str) else None, {NAME: {"item": item}}),))


def _is_result(item: dict[str, Any]) -> bool:
    """Whether an item is what the client says of a tool of the provider's kind that it ran itself."""
    return str(item.get("type")).endswith("_output") and isinstance(item.get("output"), str)


def _said(item: dict[str, Any], place: str) -> Message:
    role = text(item.get("role"), f"{place}.role")
    if role == "assistant":
        own = _own(item, "id", "phase")
        return Message("assistant", tuple(_texts(item.get("content"), f"{place}.content", own)))
    if role not in _ROLES:
        said = f"{place}.role must be one of system, developer, user, assistant, not {role!r}"
        raise BadRequest(said, status=400, code="invalid_value", param=f"{place}.role")
    return Message(_ROLES[role], _parts(item.get("content"), f"{place}.content"))


def _texts(value: Any, place: str, own: dict[str, Any]) -> Iterator[Text]:
    extra = {NAME: own} if own else None
    if isinstance(value, str):
        yield Text(value, extra=extra)
        return
    for at, each in enumerate(array(value, place)):
        part = table(each, f"{place}[{at}]")
        if part.get("type") == "refusal":
            yield Text(text(part.get("refusal"), f"{place}[{at}].refusal"), refusal=True, extra=extra)
            continue
        notes = part.get("annotations")
        notes = notes if isinstance(notes, list) else []
        logprobs = part.get("logprobs")
        said = {**own, "annotations": notes} if notes else dict(own)
        if isinstance(logprobs, list) and logprobs:
            said["logprobs"] = logprobs
        yield Text(
            text(part.get("text"), f"{place}[{at}].text"),
            citations=citations(notes),
            extra={NAME: said} if said else None,
        )


def _parts(value: Any, place: str) -> tuple[Part, ...]:
    if isinstance(value, str):
        return (Text(value),)
    return tuple(_part(table(each, f"{place}[{at}]"), f"{place}[{at}]") for at, each in enumerate(array(value, place)))


def _part(value: dict[str, Any], place: str) -> Text | Image | File:
    kind = text(value.get("type"), f"{place}.type")
    if kind in ("input_text", "output_text", "text"):
        found: Text | Image | File = Text(text(value.get("text"), f"{place}.text"))
        read = {"text", "annotations", "logprobs"}
    elif kind == "input_image":
        found, read = _image(value, place), {"file_id", "image_url", "detail"}
    elif kind == "input_file":
        found, read = _file(value, place), {"file_id", "file_url", "file_data", "filename"}
    else:
        said = f"{place}.type must be one of input_text, input_image, input_file, not {kind!r}"
        raise BadRequest(said, status=400, code="invalid_value", param=f"{place}.type")
    rest = {name: each for name, each in value.items() if name not in read and name != "type" and each is not None}
    if not rest:
        return found
    return replace(found, cache="5m" if rest.get(MARK) else None, extra={NAME: rest})


def _image(value: dict[str, Any], place: str) -> Image:
    detail = value.get("detail")
    detail = None if detail in (None, "auto") else text(detail, f"{place}.detail")
    if value.get("file_id") is not None:
        return Image(file_id=text(value["file_id"], f"{place}.file_id"), detail=detail)
    url = text(value.get("image_url"), f"{place}.image_url")
    media_type, data = split_data_url(url)
    return Image(url if data is None else None, data, media_type, detail=detail)


def _file(value: dict[str, Any], place: str) -> File:
    name = value.get("filename")
    name = None if name is None else text(name, f"{place}.filename")
    if value.get("file_id") is not None:
        return File(file_id=text(value["file_id"], f"{place}.file_id"), name=name)
    if value.get("file_url") is not None:
        return File(url=text(value["file_url"], f"{place}.file_url"), name=name)
    written = text(value.get("file_data"), f"{place}.file_data")
    media_type, data = split_data_url(written)
    if data is None:
        data = base64_data(written, f"{place}.file_data")
    return File(data, name=name, media_type=media_type)


def _own(item: dict[str, Any], *names: str) -> dict[str, Any]:
    """What goes back to the provider; ids that were made here are of no use to it."""
    own = {name: item[name] for name in names if item.get(name) is not None}
    if is_made(own.get("id")):
        del own["id"]
    return own


def _thinking_extra(item: dict[str, Any]) -> Extra | None:
    """The item; or what another wire gave with its thinking, which the client was sent as a ciphertext."""
    if (sealed := unsealed(item.get("encrypted_content"))) is not None:
        return sealed
    return None if is_made(item.get("id")) else {NAME: {"item": item}}


def _call(item: dict[str, Any], place: str) -> ToolCall:
    custom = item["type"] == "custom_tool_call"
    id, name = text(item.get("call_id"), f"{place}.call_id"), text(item.get("name"), f"{place}.name")
    own = _own(item, "id", "namespace", "caller", "async")
    if custom:
        written = text(item.get("input"), f"{place}.input")
        return ToolCall(id, name, {"input": written}, written, extra={NAME: {**own, "type": "custom_tool_call"}})
    written = optional(item, "arguments", text, place) or ""
    read, problem = arguments(written)
    return ToolCall(id, name, read, written, problem, {NAME: own} if own else None)


def _result(item: dict[str, Any], place: str) -> ToolResult:
    output = item.get("output")
    if not isinstance(output, str | list | tuple):
        raise wrong(f"{place}.output", "a string or a list of parts", output)
    parts = tuple(part for part in _parts(output, f"{place}.output") if isinstance(part, Text | Image | File))
    kind = item["type"]
    # The call before says what kind of result an ordinary one is; any other must be said.
    plain = kind in ("function_call_output", "custom_tool_call_output")
    own = {} if plain else {name: value for name, value in item.items() if name not in ("call_id", "output")}
    return ToolResult(text(item.get("call_id"), f"{place}.call_id"), parts, extra={NAME: own} if own else None)


def _thought(item: dict[str, Any], place: str) -> str:
    said = [
        text(table(part, place).get("text"), f"{place}.{name}")
        for name in ("summary", "content")
        for part in optional(item, name, array, place) or []
    ]
    return BREAK.join(said)
