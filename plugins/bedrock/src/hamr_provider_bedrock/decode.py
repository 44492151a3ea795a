"""Bytes of one reply to events: an event stream, or one JSON body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import BrokenReply
from hamr.wirekit import FramedBody, shown
from hamr_provider_bedrock.failures import stream_error
from hamr_provider_bedrock.frames import FrameReader
from hamr_provider_bedrock.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.api import Event
    from hamr_provider_bedrock.compat import Compat


class ReplyDecoder(FramedBody):
    """Decodes one reply; `vendor` is who made the model that answers, where that is known."""

    _reply: Reply

    def __init__(self, compat: Compat, vendor: str | None) -> None:
        from pydantic_core import from_json

        super().__init__(Reply(compat, vendor), FrameReader)
        self._from_json, self._compat = from_json, compat

    def _read(self, events: Sequence[tuple[dict[str, Any] | None, bytes]], out: list[Event]) -> None:
        reply = self._reply
        for headers, payload in events:
            if headers is None:
                reply.end(out, done=False, torn=True)
                return
            try:
                said = self._from_json(payload)
            except ValueError:
                said = None
            name = headers.get(":event-type")
            if headers.get(":message-type") in ("exception", "error"):
                reply.fail(stream_error(headers, said, self._compat), out)
            elif type(said) is dict and type(name) is str:
                reply.event(name, said, out)
            else:
                why = f"a message of the reply is no JSON: {shown(payload)}"
                reply.fail(BrokenReply(why, body=shown(payload)), out)
            if reply.over:
                return
