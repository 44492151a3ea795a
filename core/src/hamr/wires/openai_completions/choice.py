"""One of the answers in a reply, while it comes."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Literal

from hamr.types import (
    Citation,
    PartAdded,
    TextDelta,
    TextEnd,
    TextStart,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    Warned,
)
from hamr.wires.openai_completions.added import Sound, citations, hosted, image
from hamr.wires.openai_completions.name import NAME
from hamr.wires.openai_completions.reasoning_details import merged, shown
from hamr.wires.openai_completions.think_tags import ThinkTags
from hamr.wires.openai_completions.tool_calls import ToolCalls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hamr.types import Event
    from hamr.wires.openai_completions.compat import Compat

THINKING_FIELDS = ("reasoning_content", "reasoning", "reasoning_text")
"""Where servers put thinking; some send two copies, of which the first counts."""

_READ = frozenset(
    (
        *THINKING_FIELDS,
        "annotations",
        "audio",
        "content",
        "executed_tools",
        "function_call",
        "images",
        "reasoning_details",
        "refusal",
        "role",
        "tool_calls",
    )
)
KNOWN = frozenset({"index", "delta", "message", "finish_reason", "logprobs", "usage"})


class Choice:
    """Blocks of one answer: at most one of text or thinking is open at a time, besides any number of calls."""

    __slots__ = (
        "_as_is",
        "_block",
        "_citations",
        "_compat",
        "_details",
        "_kind",
        "_next_block",
        "_number",
        "_plain",
        "_sent",
        "_sound",
        "_tags",
        "_thought",
        "calls",
        "extra",
        "raw",
        "refused",
    )

    def __init__(self, number: int, next_block: Callable[[], int], seed: str, compat: Compat) -> None:
        self.raw: str | None = None
        self.refused = False
        self.extra: dict[str, Any] = {}
        self.calls = ToolCalls(number, next_block, seed)
        self._number = number
        self._next_block = next_block
        self._compat = compat
        self._kind: Literal["text", "refusal", "thinking"] | None = None
        self._block = -1
        self._citations: list[Citation] = []
        self._details: list[Any] = []
        self._thought: dict[str, Any] = {}
        self._plain = False
        self._sound: Sound | None = None
        self._sent: dict[str, str] = {}
        tags = compat.thinking_tags
        self._as_is = not (tags or compat.resends_text)
        self._tags = ThinkTags(tags, starts_open=compat.thinking_starts_open) if tags else None

    def delta(self, delta: dict[str, Any], out: list[Event], *, whole: bool = False) -> None:
        """One delta, or a whole message: thinking first, then content, then calls."""
        content = delta.get("content")
        few = len(delta) == 1 or (len(delta) == 2 and "role" in delta)
        if few and content and self._as_is and type(content) is str:  # as nearly every chunk is
            if self._kind != "text":
                self._open("text", out)
            out.append(TextDelta(self._block, content))
            return
        if few and "tool_calls" in delta and not whole:
            if calls := delta["tool_calls"]:
                self._call(calls, out, whole=False)
            return
        if len(delta) > 1 or not content:
            self._think(delta, out)
        if content:
            if type(content) is str:
                self._content(content, out)
            elif isinstance(content, list):
                self._chunks(content, out)
        if len(delta) > 1 or not content:
            self._rest(delta, out, whole=whole)

    def more(self, choice: dict[str, Any]) -> None:
        """What a choice says besides its delta: log probabilities grow, all else is kept as it was said last."""
        logprobs = choice.get("logprobs")
        if isinstance(logprobs, dict):
            known = self.extra.setdefault("logprobs", {})
            for name, value in logprobs.items():
                if isinstance(value, list):
                    known.setdefault(name, []).extend(value)
        details = choice.get("finish_details")
        if self.raw is None and isinstance(details, dict) and isinstance(details.get("type"), str):
            self.raw = details["type"]  # OpenAI's vision preview of 2023 said it here
        for name, value in choice.items():
            if name not in KNOWN and value is not None:
                self.extra[name] = value

    def close(self, out: list[Event], sources: Iterable[Citation], *, cut: bool) -> None:
        """End everything that is open; `sources` stand in for citations where the answer named none."""
        for kind, text in self._tags.finish() if self._tags else ():
            self._say(kind, text, out)
        if self._kind == "text" and not self._citations:
            self._citations.extend(sources)
        self._end(out)
        if self._details:
            self._open("thinking", out)
            self._end(out)
        if self._citations:
            self.extra["citations"] = [asdict(each) for each in self._citations]
        self.calls.end(out, cut=cut)
        if self._sound:
            out.append(PartAdded(self._sound.block, self._sound.part(), self._number))

    def _think(self, delta: dict[str, Any], out: list[Event]) -> None:
        details = delta.get("reasoning_details")
        for name in THINKING_FIELDS:
            value = delta.get(name)
            if value and isinstance(value, str):
                self._plain = True
                self._thinking(self._new(name, value), out, name)
                break
        else:
            text = shown(details) if isinstance(details, list) and not self._plain else ""
            if text:
                self._thinking(text, out, "reasoning_details")
        if isinstance(details, list):
            self._details.extend(details)

    def _thinking(self, text: str, out: list[Event], field: str) -> None:
        if self._kind == "thinking" and self._thought.get("field", field) != field:
            self._end(out)
        self._thought["field"] = field
        self._say("thinking", text, out)

    def _content(self, text: str, out: list[Event]) -> None:
        if self._compat.resends_text:
            text = self._new("content", text)
        if self._tags is None:
            self._say("text", text, out)
            return
        for kind, piece in self._tags.feed(text):
            if kind == "thinking":
                self._thought.update(field="content", tags=list(self._compat.thinking_tags))
            self._say(kind, piece, out)

    def _chunks(self, chunks: list[Any], out: list[Event]) -> None:
        """Content as typed parts ("Reasoning", docs.mistral.ai, 2026-11)."""
        for chunk in chunks:
            kind = chunk.get("type") if isinstance(chunk, dict) else None
            if kind == "text":
                self._content(str(chunk.get("text") or ""), out)
            elif kind == "thinking":
                self._thinking_chunk(chunk, out)
            elif kind == "refusal":
                self._say("refusal", str(chunk.get("refusal") or ""), out)
            elif (picture := image(chunk)) is not None:
                out.append(PartAdded(self._next_block(), picture, self._number))
            else:
                out.append(Warned(f"the answer holds content of a kind that is not known: {kind}"))
                self.extra.setdefault("content", []).append(chunk)

    def _thinking_chunk(self, chunk: dict[str, Any], out: list[Event]) -> None:
        inner = chunk.get("thinking")
        texts = inner if isinstance(inner, list) else [{"text": inner}]
        text = "".join(str(each.get("text") or "") for each in texts if isinstance(each, dict))
        more = {name: value for name, value in chunk.items() if name not in ("type", "thinking") and value is not None}
        if text or more:
            self._thinking(text, out, "content")
            self._thought.update(more)

    def _say(self, kind: Literal["text", "refusal", "thinking"], text: str, out: list[Event]) -> None:
        if kind != self._kind:
            self._open(kind, out)
        if text:
            out.append(ThinkingDelta(self._block, text) if kind == "thinking" else TextDelta(self._block, text))

    def _open(self, kind: Literal["text", "refusal", "thinking"], out: list[Event]) -> None:
        self._end(out)
        self._kind, self._block = kind, self._next_block()
        if kind == "thinking":
            out.append(ThinkingStart(self._block, self._number))
        else:
            self.refused = self.refused or kind == "refusal"
            out.append(TextStart(self._block, kind == "refusal", self._number))

    def _end(self, out: list[Event]) -> None:
        if self._kind == "thinking":
            out.append(ThinkingEnd(self._block, self._opaque()))
        elif self._kind is not None:
            out.append(TextEnd(self._block, tuple(self._citations)))
            self._citations = []
        self._kind = None

    def _opaque(self) -> dict[str, Any] | None:
        """What must go back with this thinking: the field it came in, and its signatures."""
        own, self._thought = self._thought, {}
        if self._details:
            own["reasoning_details"] = merged(self._details)
            self._details = []
        return {NAME: own} if own else None

    def _rest(self, delta: dict[str, Any], out: list[Event], *, whole: bool) -> None:
        get = delta.get
        if refusal := get("refusal"):
            self._say("refusal", str(refusal), out)
        if annotations := get("annotations"):
            self._citations.extend(citations(annotations))
        if calls := get("tool_calls"):
            self._call(calls, out, whole=whole)
        if isinstance(legacy := get("function_call"), dict) and any(legacy.values()):
            self._call([{"function": legacy}], out, whole=whole)
        if isinstance(audio := get("audio"), dict) and any(audio.values()):
            self._sound = self._sound or Sound(self._next_block())
            self._sound.add(audio)
        self._add(delta, out)
        if not delta.keys() <= _READ:
            self.extra.update((name, value) for name, value in delta.items() if name not in _READ and value)

    def _call(self, calls: Any, out: list[Event], *, whole: bool) -> None:
        if self._kind is not None:
            self._end(out)
        add = self.calls.whole if whole else self.calls.fragment
        for call in calls if isinstance(calls, list) else ():
            if isinstance(call, dict):
                add(call, out)

    def _add(self, delta: dict[str, Any], out: list[Event]) -> None:
        for name, read in (("images", image), ("executed_tools", hosted)):
            entries = delta.get(name)
            for entry in entries if isinstance(entries, list) else ():
                part = read(entry)
                if part is not None:
                    self._end(out)
                    out.append(PartAdded(self._next_block(), part, self._number))

    def _new(self, field: str, text: str) -> str:
        """What this piece adds, where the server sends the whole text so far each time."""
        if not self._compat.resends_text:
            return text
        sent = self._sent.get(field, "")
        self._sent[field] = text
        return text.removeprefix(sent)
