"""Bytes of one reply to events, whatever the reply turns out to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.api import BrokenReply, Warned
from hamr.wirekit import MARK, LineDecoder, LineTooLong, mended, read_object, shown
from hamr_provider_ollama.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hamr.api import Event
    from hamr_provider_ollama.compat import Compat


class ReplyDecoder:
    """Decodes one reply: a JSON document a line, one document alone, or a web page that should not be there."""

    __slots__ = ("_body", "_from_json", "_lines", "_reply")

    def __init__(self, compat: Compat) -> None:
        from pydantic_core import from_json

        self._from_json = from_json
        self._reply = Reply(compat)
        self._lines = LineDecoder()
        self._body: list[bytes] | None = None

    def feed(self, data: bytes) -> Sequence[Event]:
        """The events that these bytes complete."""
        out: list[Event] = []
        if self._reply.over:
            return out
        try:
            lines = self._lines.feed(data)
        except LineTooLong as error:
            self._read(error.lines, out)
            if not self._reply.over:
                self._reply.fail(BrokenReply(str(error)), out)
            return out
        self._read(lines, out)
        return out

    def finish(self) -> Sequence[Event]:
        """The events that the end of the reply completes."""
        out: list[Event] = []
        if self._reply.over:
            return out
        for line in self._lines.finish():
            self._line(line, out, last=True)
        if self._body is not None:
            self._whole(b"\n".join(self._body), out)
        if not self._reply.over:
            self._reply.end(out)
        return out

    def _read(self, lines: Sequence[bytes], out: list[Event]) -> None:
        reply, from_json = self._reply, self._from_json
        for line in lines:
            if self._body is None:
                try:
                    value = from_json(line)
                except ValueError:
                    self._line(line, out)
                else:
                    if type(value) is dict:
                        reply.chunk(value, out)
                    else:
                        self._other(value, out)
            else:
                self._body.append(line)
            if reply.over:
                return

    def _line(self, line: bytes, out: list[Event], *, last: bool = False) -> None:
        """A line that is no JSON as it stands, or the last one, which no line end completes."""
        if self._body is not None:
            self._body.append(line)
            return
        for text in (line.removeprefix(MARK), mended(line.removeprefix(MARK))):
            try:
                value = self._from_json(text)
            except ValueError:
                continue
            if isinstance(value, dict):
                self._reply.chunk(value, out)
            else:
                self._other(value, out)
            return
        if self._reply.silent:  # one document over several lines, or a page
            self._body = [line]
        elif last:
            self._reply.end(out)
        else:
            said = f"a line of the reply is no JSON: {shown(line)}"
            self._reply.fail(BrokenReply(said, body=shown(line)), out)

    def _other(self, value: Any, out: list[Event]) -> None:
        out.append(Warned(f"a line of the reply is no object: {str(value)[:200]}"))

    def _whole(self, body: bytes, out: list[Event]) -> None:
        try:
            self._reply.chunk(read_object(body), out)
        except BrokenReply as error:
            self._reply.fail(error, out)
