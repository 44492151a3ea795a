"""The events of one reply, or one whole response, to hamr's events."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from hamr.errors import BrokenReply, CallError
from hamr.types import Finished, Started, UsageUpdated, Warned
from hamr.wires.failures import inner_error
from hamr.wires.made_id import made_id
from hamr.wires.openai_responses.error_codes import RESPONSE_CODES
from hamr.wires.openai_responses.finish import CUT, PENDING, finish_reason
from hamr.wires.openai_responses.name import NAME
from hamr.wires.openai_responses.open_items import CallItem, HostedItem, MessageItem, OpenItem, ReasoningItem
from hamr.wires.openai_responses.usage import read_usage
from hamr.wires.reply_state import ReplyState
from hamr.wires.stated_cost import stated_cost

if TYPE_CHECKING:
    from hamr.types import Event
    from hamr.wires.openai_responses.compat import Compat

_EARLY = "the reply broke off before its end"
# `response.done` is the Codex backend's: its response says how it ended (@earendil-works/pi-ai 1.5.2, 2026-11).
_TERMINAL = frozenset(
    {"response.completed", "response.incomplete", "response.failed", "response.cancelled", "response.done"}
)
_STARTS = frozenset({"response.created", "response.in_progress", "response.queued"})
_KEPT = (
    *("service_tier", "incomplete_details", "tool_usage", "input_transformations", "conversation"),
    *("moderation", "background", "prompt_cache_diagnostics", "content_filters"),
)
"""What a response says besides the answer and the echo of what was asked."""


class Reply(ReplyState):
    """Takes the events of a stream or one body, then the end; `over` once the last event has been given.

    `last` is the event that was read last.
    """

    __slots__ = (
        *("_begun", "_blocks", "_calls", "_done", "_heard", "_ids", "_issuer", "_open", "_refused", "_said"),
        *("compat", "last"),
    )

    def __init__(self, compat: Compat, issuer: str) -> None:
        super().__init__()
        self.last: dict[str, Any] = {}
        self.compat = compat
        self._issuer = issuer
        self._blocks = count()
        self._open: dict[int, OpenItem] = {}
        self._done: set[int] = set()
        self._ids: set[str] = set()
        self._heard = False
        self._begun = self._said = self._refused = False
        self._calls = 0

    @property
    def silent(self) -> bool:
        """Whether nothing has been said yet."""
        return not self._said

    def chunk(self, chunk: dict[str, Any], out: list[Event]) -> None:
        """One event of a stream."""
        self._said = True
        self.last = chunk
        kind = chunk.get("type")
        if type(kind) is not str:
            if chunk.get("error"):
                self.fail(self.failure(chunk, str(chunk)), out)
            return
        place = chunk.get("output_index")
        if type(place) is not int:
            if kind in _TERMINAL:
                self._response(chunk.get("response"), kind.removeprefix("response."), out)
                return
            if kind in _STARTS:
                self._start(chunk.get("response"), out)
                return
            if kind == "error":
                self.fail(self.failure(chunk, str(chunk)), out)
                return
            if kind.startswith("response.audio."):
                self._sound(out)
                return
            place = self._place(kind)
        if (item := self._open.get(place)) is not None and kind[-5:] != ".done":
            item.delta(kind[9:], chunk, out)  # what stands behind `response.`
        elif kind == "response.output_item.added":
            self._added(place, chunk.get("item"), out)
        elif kind == "response.output_item.done":
            self._ended(place, chunk.get("item"), out)

    def whole(self, body: dict[str, Any], out: list[Event]) -> None:
        """A whole response, end included: the same as its stream, with each item in one piece."""
        if not isinstance(body.get("output"), list) and body.get("status") not in ("queued", "in_progress"):
            if body.get("error") or body.get("message") or body.get("detail"):
                self.fail(self.failure(body, str(body)), out)
            else:
                self.fail(BrokenReply("the reply is JSON, but holds no output", body=str(body)[:1000]), out)
            return
        self._start(body, out)
        self._response(body, str(body.get("status") or "completed"), out)

    def end(self, out: list[Event], *, done: bool, torn: bool = False) -> None:
        """The end of the bytes: too early, since the last event of a reply has been given by then."""
        if not self.over:
            self.fail(BrokenReply(_EARLY), out)

    def failure(self, value: dict[str, Any], shown: str) -> CallError:
        """The error that an event, or a body, stands for."""
        inner = value.get("error")
        told = value if isinstance(inner, dict | str) else {"error": value}
        return inner_error(told, self.compat, shown, RESPONSE_CODES)

    def _start(self, response: Any, out: list[Event]) -> None:
        if self._begun or not isinstance(response, dict):
            return
        self._begun = True
        id, model, created = response.get("id"), response.get("model"), response.get("created_at")
        extra = {NAME: {"created_at": created}} if created else None
        out.append(Started(id if isinstance(id, str) else None, model if isinstance(model, str) else None, extra))

    def _added(self, place: int, item: Any, out: list[Event]) -> None:
        if not isinstance(item, dict) or place in self._open:
            return
        if not self._begun:
            self._begun = True
            out.append(Started())
        self._open[place] = opened = self._made(item)
        if isinstance(opened, CallItem):
            opened.begin(out)

    def _made(self, item: dict[str, Any]) -> OpenItem:
        kind, new = item.get("type"), self._blocks.__next__
        if kind == "message":
            return MessageItem(item, new, self._issuer)
        if kind == "reasoning":
            return ReasoningItem(item, new, self._issuer)
        if kind in ("function_call", "custom_tool_call"):
            self._calls += 1
            return CallItem(item, new, self._issuer, f"call_{made_id(f'{self._calls}')}")
        return HostedItem(item, new, self._issuer)

    def _ended(self, place: int, item: Any, out: list[Event], *, cut: bool = False) -> None:
        item = item if isinstance(item, dict) else {}
        self._added(place, item, out)
        if (opened := self._open.pop(place, None)) is not None:
            opened.done(item, out, cut=cut)
            self._refused = self._refused or (isinstance(opened, MessageItem) and opened.refused)
            self._done.add(place)
            if isinstance(item.get("id"), str):
                self._ids.add(item["id"])

    def _known(self, item: Any) -> bool:
        """Whether the item came by itself, at whatever place; some servers do not count from 0, or leave places out."""
        return isinstance(item, dict) and isinstance(item.get("id"), str) and item["id"] in self._ids

    def _response(self, response: Any, status: str, out: list[Event]) -> None:
        """The whole response: what has not come by itself stands in it."""
        response = response if isinstance(response, dict) else {}
        if status == "done":
            status = str(response.get("status") or "completed")
        self._start(response, out)
        if not self._begun:
            self._begun = True
            out.append(Started())
        details = response.get("incomplete_details")
        raw = details.get("reason") if isinstance(details, dict) and details.get("reason") else status
        cut = finish_reason(str(raw), calls=False, refused=False) in CUT
        output = response.get("output")
        for place, item in enumerate(output if isinstance(output, list) else ()):
            if place not in self._done and not self._known(item):
                self._ended(place, item, out, cut=cut)
        for place in sorted(self._open):
            self._ended(place, None, out, cut=cut)
        usage = response.get("usage")
        if isinstance(usage, dict) and usage:
            out.append(UsageUpdated(read_usage(usage, self.compat), stated_cost(usage, self.compat)))
        if status == "failed" or (response.get("error") and status != "completed"):
            self.fail(self.failure({"error": response.get("error") or "the response failed"}, str(response)), out)
            return
        reason = finish_reason(str(raw), calls=bool(self._calls), refused=self._refused)
        extra = {name: response[name] for name in _KEPT if response.get(name) not in (None, {}, [], False)}
        if raw in PENDING:
            out.append(Warned(f"the response is {raw}, and goes on in the background"))
            extra["status"] = raw
        self.over = True
        out.append(Finished(reason, str(raw), {NAME: extra} if extra else None))

    def _sound(self, out: list[Event]) -> None:
        """Sound has no place in the output, and none in a response; told once."""
        if not self._heard:
            self._heard = True
            out.append(Warned("the reply holds sound, which this wire does not read"))

    def _place(self, kind: str) -> int:
        """Where an event belongs that does not say so: a new item is the next one, all else is the last one's."""
        if kind == "response.output_item.added" or not self._open:
            return len(self._done) + len(self._open)
        return max(self._open)
