"""The chunks of one reply, or one whole body, to events."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

from hamr.errors import BrokenReply, CallError
from hamr.types import Finished, Started, UsageUpdated, Warned
from hamr.wires.failures import inner_error
from hamr.wires.openai_completions.added import searched
from hamr.wires.openai_completions.choice import KNOWN, Choice
from hamr.wires.openai_completions.errors import is_error
from hamr.wires.openai_completions.finish import CUT, finish_reason
from hamr.wires.openai_completions.name import NAME
from hamr.wires.openai_completions.usage import read_usage
from hamr.wires.reply_state import ReplyState
from hamr.wires.stated_cost import stated_cost

if TYPE_CHECKING:
    from hamr.types import Event
    from hamr.wires.openai_completions.compat import Compat

_SAID = frozenset({"id", "object", "created", "model", "choices", "usage", "obfuscation", "p", "error"})
_EARLY = "the reply broke off before its end"


class Reply(ReplyState):
    """Takes chunks or one body, then the end; `over` once the last event has been given."""

    __slots__ = (
        "_begun",
        "_blocks",
        "_choices",
        "_extra",
        "_last",
        "_seed",
        "_shape",
        "_usage",
        "compat",
    )

    def __init__(self, compat: Compat) -> None:
        super().__init__()
        self.compat = compat
        self._begun = False
        self._blocks = count()
        self._choices: dict[int, Choice] = {}
        self._extra: dict[str, Any] = {}
        self._usage: Any = None
        self._seed = ""
        self._shape: tuple[str, ...] = ()
        self._last: dict[str, Any] = {}

    @property
    def silent(self) -> bool:
        """Whether nothing has been said yet."""
        return not self._shape

    def chunk(self, chunk: dict[str, Any], out: list[Event]) -> None:
        """One chunk of a stream."""
        shape = tuple(chunk)
        if shape != self._shape:
            self._absorb(self._last, out)
            self._shape = shape
            if is_error(chunk) or self._inner(chunk):
                self.fail(inner_error(self._inner(chunk) or chunk, self.compat, str(chunk)), out)
                return
        elif chunk.get("error"):
            self.fail(inner_error(chunk, self.compat, str(chunk)), out)
            return
        self._last = chunk
        choices = chunk.get("choices")
        if not self._begun:
            self._start(chunk, out)
        if type(choices) is list:
            for choice in choices:
                if type(choice) is dict:
                    self._choice(choice, out)
        usage = chunk.get("usage")
        if usage:
            self._use(usage, out)

    def whole(self, body: dict[str, Any], out: list[Event]) -> None:
        """A whole reply, end included."""
        if is_error(body):
            self.fail(inner_error(body, self.compat, str(body)), out)
            return
        if not isinstance(body.get("choices"), list) or not body["choices"]:
            self.fail(BrokenReply("the reply is JSON, but holds no choices", body=str(body)[:1000]), out)
            return
        self.chunk(body, out)
        self.end(out, done=True)

    def end(self, out: list[Event], *, done: bool, torn: bool = False) -> None:
        """The end of the bytes; `done` says that the provider called it the end, `torn` that an event is cut in two."""
        if self.over:
            return
        self._absorb(self._last, out)
        choices = [self._choices[number] for number in sorted(self._choices)]
        if not done and not self._may_end(choices):
            self.fail(BrokenReply(_EARLY), out)
            return
        first = choices[0] if choices else None
        if first is not None and first.raw is not None and first.raw.lower() == "error":
            self.fail(BrokenReply("the provider ended its reply with an error", code=first.raw), out)
            return
        if not self._begun:
            out.append(Started())
        if torn:
            out.append(Warned("the reply was cut off behind its end; usage may be missing"))
        self._close(choices, out)

    def failure(self, value: dict[str, Any], shown: str) -> CallError:
        """The error that an event by the name `error` stands for."""
        return inner_error(value, self.compat, shown)

    def _close(self, choices: list[Choice], out: list[Event]) -> None:
        extra = self._extra
        details = {}
        for choice in choices:
            cut = finish_reason(choice.raw, calls=False, refused=False) in CUT
            choice.close(out, searched(extra), cut=cut)
            if choice.raw is None and self.compat.supports_finish_reason:
                out.append(Warned("the provider gave no finish reason"))
        for number, choice in sorted(self._choices.items()):
            if choice.extra:
                details[str(number)] = choice.extra
        if details:
            extra = {**extra, "choices": details}
        self.over = True
        if not choices:
            out.append(Warned("the reply holds no answer"))
            out.append(Finished("unknown", None, {NAME: extra} if extra else None))
            return
        first = choices[0]
        raw = first.raw if first.raw or self.compat.supports_finish_reason else "stop"
        reason = finish_reason(raw, calls=bool(first.calls), refused=first.refused)
        out.append(Finished(reason, first.raw, {NAME: extra} if extra else None))

    def _may_end(self, choices: list[Choice]) -> bool:
        """Whether the end of the bytes can be the end of the reply: never in the midst of a call."""
        if not choices:
            return False
        if self.compat.supports_finish_reason:
            return all(choice.raw is not None for choice in choices)
        return all(choice.raw is not None or choice.calls.all_sound() for choice in choices)

    def _start(self, chunk: dict[str, Any], out: list[Event]) -> None:
        id, model = chunk.get("id"), chunk.get("model")
        if not (id or model or chunk.get("choices")):
            return
        self._begun = True
        created = chunk.get("created")
        self._seed = f"{id}/{created}"
        extra = {NAME: {"created": created}} if created else None
        out.append(Started(id if isinstance(id, str) else None, model if isinstance(model, str) else None, extra))

    def _choice(self, choice: dict[str, Any], out: list[Event]) -> None:
        number = choice.get("index")
        if type(number) is not int:
            number = 0
        state = self._choices.get(number)
        fresh = state is None
        if state is None:
            state = Choice(number, self._blocks.__next__, self._seed, self.compat)
            self._choices[number] = state
        delta = choice.get("delta")
        if type(delta) is dict and delta:
            state.delta(delta, out)
        elif fresh and type(message := choice.get("message")) is dict:
            state.delta(message, out, whole=True)
        reason = choice.get("finish_reason")
        if reason:
            state.raw = str(reason)
        if choice.get("logprobs") or not choice.keys() <= KNOWN:
            state.more(choice)
        if usage := choice.get("usage"):
            self._use(usage, out)

    def _use(self, usage: Any, out: list[Event]) -> None:
        if isinstance(usage, dict) and usage and usage != self._usage:
            self._usage = usage
            out.append(UsageUpdated(read_usage(usage, self.compat), stated_cost(usage, self.compat)))

    @staticmethod
    def _inner(chunk: dict[str, Any]) -> dict[str, Any] | None:
        """An error inside a vendor's own field ("x_groq", console.groq.com, 2026-11)."""
        for value in chunk.values():
            if type(value) is dict and value.get("error"):
                return value
        return None

    def _absorb(self, chunk: dict[str, Any], out: list[Event]) -> None:
        """Keep what a chunk says besides the answer; asked for the last chunk of each shape only."""
        for name, value in chunk.items():
            if name in _SAID or value is None:
                continue
            self._extra[name] = value
            if self._usage is None and type(value) is dict:
                self._use(value.get("usage"), out)
