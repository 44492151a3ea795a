"""Events to the bytes of a reply, streamed or whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hamr.types import Started
from hamr.wires.gemini.citations import written_grounding
from hamr.wires.gemini.encode import FRAMING
from hamr.wires.gemini.finish import written_reason
from hamr.wires.gemini.name import NAME
from hamr.wires.gemini.outgoing import Outgoing
from hamr.wires.gemini.refusal import envelope
from hamr.wires.gemini.usage import written_usage
from hamr.wires.served_reply import ServedReply

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hamr.types import Event, Request

_OF_REPLY = frozenset({"promptFeedback", "createTime", "modelStatus"})
"""What is said of the reply; all else that a provider says besides is said of an answer."""


class _Reply(ServedReply):
    """What both encoders know of the reply."""

    def __init__(self, request: Request, *, whole: bool = False) -> None:
        super().__init__()
        self.parts = Outgoing(request, whole=whole)
        self.facts = {"modelVersion": str(request.options.get("model", "")), "responseId": "hamr"}

    def read(self, event: Event) -> None:
        """Take an event in."""
        if not self.note(event):
            self.parts.read(event)

    def started(self, event: Started) -> None:
        """Take in who answers."""
        found = {"modelVersion": event.model, "responseId": event.id}
        self.facts.update((name, value) for name, value in found.items() if value)

    def last(self, contents: dict[int, list[dict[str, Any]]]) -> dict[str, Any]:
        """The response that ends the reply, with the parts of each answer."""
        own = ((self.finished and self.finished.extra) or {}).get(NAME)
        own = own if isinstance(own, dict) else {}
        others = own.get("candidates")
        first = {name: each for name, each in own.items() if name not in (*_OF_REPLY, "candidates")}
        said = [first, *(others if isinstance(others, list) else ())]
        numbers = sorted(self.parts.choices) or ([] if "promptFeedback" in own else [0])
        body: dict[str, Any] = {}
        if numbers:
            body["candidates"] = [
                self._candidate(at, contents.get(at, []), said[at] if at < len(said) else {}) for at in numbers
            ]
        body |= {name: own[name] for name in sorted(_OF_REPLY) if name in own}
        if self.usage is not None:
            body["usageMetadata"] = written_usage(self.usage)
        return {**body, **self.facts}

    def _candidate(self, number: int, parts: list[dict[str, Any]], more: dict[str, Any]) -> dict[str, Any]:
        finished = self.finished
        reason = written_reason(finished.reason, finished.raw) if finished is not None else "OTHER"
        if self.parts.broken is not None and not number:
            reason = "MALFORMED_FUNCTION_CALL"
            more = {**more, "finishMessage": f"{self.parts.broken.name}: {self.parts.broken.problem}"}
        if not number and not more.keys() & {"groundingMetadata", "citationMetadata"}:
            grounding = written_grounding(self.parts.cited)
            more = {**more, **({"groundingMetadata": grounding} if grounding else {})}
        content = {"parts": parts, "role": "model"}
        return {"content": content, "finishReason": reason, "index": number, **more}


class StreamEncoder:
    """Server-sent events, or one list that grows where the client asks for that."""

    def __init__(self, request: Request) -> None:
        from pydantic_core import to_json

        self._json = to_json
        self._reply = _Reply(request)
        self._listed = request.options.get(FRAMING) == "json"
        self.content_type = "application/json" if self._listed else "text/event-stream"
        self._begun = self._ended = False

    def encode(self, events: Iterable[Event]) -> bytes:
        """The bytes for these events."""
        reply = self._reply
        for event in events:
            reply.read(event)
        out = [self._written(self._chunk(number, part)) for number, part in reply.parts.ready]
        reply.parts.told()
        if reply.failed is not None and not self._ended:
            self._ended = True
            out.append(self._written(envelope(reply.failed)))
        return b"".join(out)

    def finish(self) -> bytes:
        """The last chunk; nothing where the reply broke off, so that nobody takes it for whole."""
        if self._ended or self._reply.finished is None:
            return b""
        self._ended = True
        return self._written(self._reply.last({})) + (b"]" if self._listed else b"")

    def _chunk(self, number: int, part: dict[str, Any]) -> dict[str, Any]:
        content = {"parts": [part], "role": "model"}
        return {"candidates": [{"content": content, "index": number}], **self._reply.facts}

    def _written(self, chunk: dict[str, Any]) -> bytes:
        if not self._listed:
            return b"data: %b\r\n\r\n" % self._json(chunk)
        before = b",\r\n" if self._begun else b"["
        self._begun = True
        return before + self._json(chunk)


class WholeEncoder:
    """One response, given out at the end."""

    content_type = "application/json"

    def __init__(self, request: Request) -> None:
        self._reply = _Reply(request, whole=True)

    def encode(self, events: Iterable[Event]) -> bytes:
        """Nothing: a whole reply is complete only at its end."""
        for event in events:
            self._reply.read(event)
        return b""

    def finish(self) -> bytes:
        """The body: the response, or an error where the reply failed or broke off."""
        from pydantic_core import to_json

        if self._reply.finished is None:
            return to_json(envelope(self._reply.failed))
        contents: dict[int, list[dict[str, Any]]] = {}
        for number, part in self._reply.parts.ready:
            contents.setdefault(number, []).append(part)
        return to_json(self._reply.last(contents))
