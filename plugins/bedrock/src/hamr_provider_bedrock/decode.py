"""Bytes of one reply to events, whatever the reply turns out to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import BrokenReply
from hamr.wirekit import MARK, read_object, shown
from hamr_provider_bedrock.failures import stream_error
from hamr_provider_bedrock.frames import FrameReader
from hamr_provider_bedrock.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.api import Event
    from hamr_provider_bedrock.compat import Compat


class ReplyDecoder:
    """Decodes an event stream, or one JSON body: the first byte tells, for a message's length begins with none."""

    def __init__(self, compat: Compat, vendor: str | None) -> None:
        from pydantic_core import from_json

        self._from_json, self._compat = from_json, compat
        self._reply = Reply(vendor)
        self._frames: FrameReader | None = None
        self._body: list[bytes] = []

    def feed(self, data: bytes) -> Sequence[Event]:
        """The events that these bytes complete."""
        if self._reply.over or not data:
            return ()
        if self._frames is None:
            if self._body or data[:1] in (b"{", b"[", b"<", MARK[:1]) or data[:1].isspace():
                self._body.append(data)
                return ()
            self._frames = FrameReader()
        out: list[Event] = []
        messages, fault = self._frames.feed(data)
        for headers, payload in messages:
            if self._read(headers, payload, out):
                return out
        if fault:
            self._reply.fail(BrokenReply(fault), out)
        return out

    def finish(self) -> Sequence[Event]:
        """The events that the end of the reply completes."""
        out: list[Event] = []
        if self._reply.over:
            return out
        if self._frames is not None:
            self._reply.end(out, torn=self._frames.torn)
        elif self._body:
            self._whole(b"".join(self._body), out)
        else:
            self._reply.fail(BrokenReply("the reply is empty"), out)
        return out

    def _read(self, headers: dict[str, Any], payload: bytes, out: list[Event]) -> bool:
        """Whether it was the last."""
        try:
            said = self._from_json(payload)
        except ValueError:
            said = None
        name = headers.get(":event-type")
        if headers.get(":message-type") in ("exception", "error"):
            self._reply.fail(stream_error(headers, said, self._compat), out)
        elif type(said) is dict and type(name) is str:
            self._reply.event(name, said, out)
        else:
            why = f"a message of the reply is no JSON: {shown(payload)}"
            self._reply.fail(BrokenReply(why, body=shown(payload)), out)
        return self._reply.over

    def _whole(self, body: bytes, out: list[Event]) -> None:
        try:
            said = read_object(body)
        except BrokenReply as error:
            self._reply.fail(error, out)
            return
        if "output" not in said and ("message" in said or "__type" in said):
            named = str(said.get("__type") or "").rpartition("#")[2]
            self._reply.fail(stream_error({":exception-type": named}, said, self._compat), out)
        else:
            self._reply.whole(said, out)
