"""A request as the model takes it: less what it does not know, and not at all where too little would be left of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hamr.capabilities.senses import Senses
from hamr.errors import Unsupported
from hamr.types import Message, Request, Text, Thinking
from hamr.wires.answer_instruction import answer_instruction
from hamr.wires.told import Told

if TYPE_CHECKING:
    from hamr.capabilities.capability import Capabilities
    from hamr.capabilities.matrix import Known
    from hamr.types import Adaptation

FIELDS = {
    "temperature": "temperature_supported",
    "top_p": "top_p_supported",
    "top_k": "top_k_supported",
    "seed": "seed_supported",
    "frequency_penalty": "frequency_penalty_supported",
    "presence_penalty": "presence_penalty_supported",
    "thinking": "thinking",
}
"""A field of a request, and what must not be "no" for it to be sent."""
SHAPELESS = ("none", "delimited")
"""Ways of `structured_output_mode` in which no field shapes the answer."""
AS_TEXT = ("text", "json")
"""Formats of tools that are told in the prompt."""
OVERRULE = "or say otherwise in a rule of your own (docs/capabilities.md)."


def fitted(request: Request, known: Known, selector: str, wire: str) -> tuple[Request, tuple[Adaptation, ...]]:
    """The request as the model called `selector` takes it, and what was changed; unknown is not no (M-32).

    Raises Unsupported where the rest would be another question: without the tools that the model was to use, or
    without the image that it was asked about.
    """
    fitting = _Fitting(request, known, selector, wire)
    fitting.leave_out_fields()
    fitting.fit_length()
    fitting.fit_tools()
    fitting.fit_messages()  # before anything is put among them, so that their places are told as the user counts them
    fitting.fit_thinking()
    fitting.fit_answer()
    return fitting.request, fitting.told.all


class _Fitting:
    """One request on its way into what the model takes."""

    def __init__(self, request: Request, known: Known, selector: str, wire: str) -> None:
        self.request, self.told = request, Told(wire)
        self._can: Capabilities = known.capabilities
        self._selector, self._asked_format = selector, known.asked_format
        self._known = known

    @property
    def _lacks_tools(self) -> bool:
        """Whether no tools can be offered by its provider's API, the only way there is as yet."""
        if self._can.native_tools is None:
            return self._can.tool_mode_parity in ("text_only", "unsupported")
        return not self._can.native_tools

    @property
    def _places(self) -> str:
        return self._known.places

    def leave_out_fields(self) -> None:
        """Send no field of which the matrix says no."""
        request = self.request
        refused = [
            name
            for name, capability in FIELDS.items()
            if getattr(request, name) is not None and getattr(self._can, capability) is False
        ]
        if request.thinking is not None and request.thinking.level == "off" and "thinking" in refused:
            refused.remove("thinking")  # what cannot think is off already, and the wire says nothing for it
        for name in refused:
            self.told("dropped", name, f"the model does not take it, says {self._places}")
        if refused:
            without: dict[str, Any] = dict.fromkeys(refused)
            self.request = replace(request, **without)

    def fit_length(self) -> None:
        """Ask for no longer an answer than the model gives."""
        wanted, most = self.request.max_tokens, self._can.max_output_tokens
        if wanted is not None and most is not None and wanted > most:
            self.told("clamped", "max_tokens", f"the model gives at most {most:,}, says {self._places}")
            self.request = replace(self.request, max_tokens=most)

    def fit_thinking(self) -> None:
        """Where it is not to think: by the words it knows for that, or as little as it can."""
        thinking = self.request.thinking
        if thinking is None or thinking.level != "off" or self._can.thinking is False:
            return
        if (words := self._can.thinking_disable_directive) is not None and not _says(self.request, words):
            self.told("injected", "messages", f"{words} keeps the model from thinking, says {self._places}")
            messages = (Message("system", (Text(words),)), *self.request.messages)
            self.request = replace(self.request, messages=messages)
        if self._can.reasoning_none_supported is False:
            self.told("clamped", "thinking.level", f"the model always thinks, says {self._places}; sent as minimal")
            self.request = replace(self.request, thinking=replace(thinking, level="minimal"))

    def fit_tools(self) -> None:
        """Offer tools only where the model can call so many of them; raises Unsupported."""
        request = self.request
        if not request.tools:
            return
        if self._lacks_tools:
            if request.tool_choice is None or request.tool_choice.mode != "none":
                raise self._unsupported(
                    "calls no tools by its provider's API", "Leave the tools out, take another model"
                )
            self.told("dropped", "tools", f"none is to be called, and the model knows none, says {self._places}")
            self.request = replace(request, tools=(), tool_choice=None, parallel_tool_calls=None)
            return
        most = self._can.max_tools
        if most is not None and len(request.tools) > most:
            raise self._unsupported(
                f"takes at most {most:,} tools, and these are {len(request.tools):,}",
                "Offer fewer tools, take another model",
            )
        if self._can.defer_loading is False and any(tool.deferred for tool in request.tools):
            self.told("changed", "tools", f"the model is shown deferred tools at once, says {self._places}")
            self.request = replace(request, tools=tuple(replace(tool, deferred=False) for tool in request.tools))
        if (form := self._can.preferred_tool_format) in AS_TEXT:
            who = "the name asks for them" if self._asked_format else f"the model takes them best, says {self._places},"
            self.told("changed", "tools", f"{who} as {form}; they go by the provider's API all the same")

    def fit_answer(self) -> None:
        """Ask in words for the shape of the answer where no field does."""
        wanted, messages = self.request.response_format, self.request.messages
        if wanted is None or self._can.structured_output_mode not in SHAPELESS:
            return
        self.told("emulated", "response_format", f"the model takes no shape, says {self._places}; it is in the prompt")
        head = next((at for at, each in enumerate(messages) if each.role != "system"), len(messages))
        asked = Message("system", (Text(answer_instruction(wanted)),))
        messages = (*messages[:head], asked, *messages[head:])
        self.request = replace(self.request, messages=messages, response_format=None)

    def fit_messages(self) -> None:
        """Send nothing that the model cannot perceive, and no answer begun that it does not go on with.

        Raises Unsupported for what the user has just sent; what came earlier, or from a tool, is left out and told.
        """
        messages, senses = self.request.messages, Senses(self._can)
        if self._can.supports_assistant_prefill is False and messages and _begins_an_answer(messages[-1]):
            raise self._unsupported("does not go on with an answer that is begun", "Let the last message be the user's")
        if senses.are_whole:
            return
        if (lack := senses.lost(messages)) is not None:
            raise self._unsupported(f"takes {lack.what}", lack.remedy)
        if any(map(senses.misses, messages)):
            self.request = replace(self.request, messages=senses.left(messages, self.told, self._places))

    def _unsupported(self, lacks: str, remedy: str) -> Unsupported:
        return Unsupported(f"{self._selector} {lacks}, says {self._places}", hint=f"{remedy}, {OVERRULE}")


def _says(request: Request, words: str) -> bool:
    return any(words in message.text for message in request.messages if message.role in ("system", "user"))


def _begins_an_answer(message: Message) -> bool:
    """Whether it is words of the model; a turn that broke off in the midst of tools goes on by itself."""
    return message.role == "assistant" and all(isinstance(part, Text | Thinking) for part in message.parts)
