"""The chunks of one reply, or one whole response, to hamr's events."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from hamr.errors import BrokenReply, CallError
from hamr.types import Finished, Started, UsageUpdated, Warned
from hamr.wires.failures import inner_error
from hamr.wires.gemini.candidate import Candidate
from hamr.wires.gemini.finish import finish_reason, raw_reason
from hamr.wires.gemini.name import NAME
from hamr.wires.gemini.usage import read_usage
from hamr.wires.reply_state import ReplyState

if TYPE_CHECKING:
    from hamr.types import Event
    from hamr.wires.gemini.compat import Compat

_EARLY = "the reply broke off before its end"
_SAID = frozenset({"candidates", "usageMetadata", "modelVersion", "responseId"})
_USUAL = frozenset({"content", "index"})


class Reply(ReplyState):
    """Takes the chunks of a stream or one body, then the end; `over` once the last event has been given."""

    __slots__ = ("_begun", "_blocks", "_candidates", "_extra", "_issuer", "_said", "_seed", "_usage", "compat")

    def __init__(self, compat: Compat, issuer: str) -> None:
        super().__init__()
        self.compat = compat
        self._issuer = issuer
        self._blocks = count()
        self._candidates: dict[int, Candidate] = {}
        self._extra: dict[str, Any] = {}
        self._usage: dict[str, Any] | None = None
        self._begun = self._said = False
        self._seed = ""

    @property
    def silent(self) -> bool:
        """Whether nothing has been said yet."""
        return not self._said

    def chunk(self, chunk: dict[str, Any], out: list[Event]) -> None:
        """One chunk: a whole response in shape, with what is new in it."""
        self._said = True
        if chunk.get("error"):
            self.fail(self.failure(chunk, str(chunk)), out)
            return
        if not self._begun:
            self._start(chunk, out)
        candidates = chunk.get("candidates")
        if type(candidates) is list:
            for candidate in candidates:
                if type(candidate) is dict:
                    self._candidate(candidate, out)
        usage = chunk.get("usageMetadata")
        if type(usage) is dict:
            self._usage = usage
        if not chunk.keys() <= _SAID:
            self._extra.update((name, value) for name, value in chunk.items() if name not in _SAID and value)

    def whole(self, body: dict[str, Any], out: list[Event]) -> None:
        """A whole response, end included."""
        self.chunk(body, out)
        if self.over:
            return
        if not self._candidates and not self._blocked() and not isinstance(body.get("usageMetadata"), dict):
            self.fail(BrokenReply("the reply is JSON, but holds no candidates", body=str(body)[:1000]), out)
            return
        self.end(out, done=True)

    def end(self, out: list[Event], *, done: bool, torn: bool = False) -> None:
        """The end of the bytes; `done` says that the provider called it the end, `torn` that an event is cut in two."""
        if self.over:
            return
        candidates = [self._candidates[number] for number in sorted(self._candidates)]
        told = all(candidate.raw is not None for candidate in candidates) and bool(candidates or self._blocked())
        if not done and not told:
            self._use(out)
            self.fail(BrokenReply(_EARLY), out)
            return
        if torn:
            out.append(Warned("the reply was cut off behind its end; usage may be missing"))
        for candidate in candidates:
            candidate.close(out)
        self._use(out)
        self._finish(candidates, out)

    def failure(self, value: dict[str, Any], shown: str) -> CallError:
        """The error that a chunk stands for."""
        return inner_error(value, self.compat, shown)

    def _start(self, chunk: dict[str, Any], out: list[Event]) -> None:
        id, model, created = chunk.get("responseId"), chunk.get("modelVersion"), chunk.get("createTime")
        self._begun = True
        self._seed = f"{id}/{created}"
        out.append(Started(id if isinstance(id, str) else None, model if isinstance(model, str) else None))

    def _candidate(self, said: dict[str, Any], out: list[Event]) -> None:
        number = said.get("index")
        if type(number) is not int:
            number = 0
        candidate = self._candidates.get(number)
        if candidate is None:
            candidate = Candidate(number, self._blocks.__next__, self._seed, self._issuer)
            self._candidates[number] = candidate
        if not said.keys() <= _USUAL:
            candidate.raw = raw_reason(said.get("finishReason")) or candidate.raw
            candidate.more(said)
        content = said.get("content")
        if type(content) is dict and type(parts := content.get("parts")) is list:
            candidate.parts(parts, out)

    def _use(self, out: list[Event]) -> None:
        """Every chunk counts all so far, so that the last one's account is enough."""
        if self._usage:
            out.append(UsageUpdated(read_usage(self._usage)))

    def _blocked(self) -> str | None:
        """Why the prompt was refused, where it was."""
        feedback = self._extra.get("promptFeedback")
        reason = feedback.get("blockReason") if isinstance(feedback, dict) else None
        return str(reason) if reason else None

    def _finish(self, candidates: list[Candidate], out: list[Event]) -> None:
        extra = dict(self._extra)
        for candidate in reversed(candidates):  # the first one's account stands where the reply's own does
            if candidate is candidates[0]:
                extra |= candidate.extra
            elif candidate.extra:
                extra.setdefault("candidates", []).insert(0, candidate.extra)
        self.over = True
        told = {NAME: extra} if extra else None
        if not candidates:
            blocked = self._blocked()
            out.append(Finished("content_filter" if blocked else "unknown", blocked, told))
            return
        first = candidates[0]
        reason = finish_reason(first.raw, calls=first.calls)
        if reason in ("error", "unknown"):
            why = first.extra.get("finishMessage") or "the provider gave no more reason"
            out.append(Warned(f"the answer ended with {first.raw}: {why}"))
        out.append(Finished(reason, first.raw, told))
