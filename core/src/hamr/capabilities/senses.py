"""What of a conversation a model perceives: images, sound and documents, or a line that stands for them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hamr.types import Audio, File, Image, Message, Text, ToolResult

if TYPE_CHECKING:
    from hamr.capabilities.capability import Capabilities
    from hamr.types import Part
    from hamr.wires.told import Told

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Lack:
    """A kind of thing that a model does not take: `what` it takes none of, and what the user may do about it."""

    name: str
    what: str
    remedy: str


BLIND = Lack("an image", "no images", "Leave the image out, take another model")
BY_URL = Lack("an image", "no images by their URL", "Send the image itself, take another model")
DEAF = Lack("sound", "no sound", "Send what is said as text, take another model")
PDFS = Lack("a PDF document", "no PDF documents", "Send its text, take another model")


@dataclass(frozen=True, slots=True)
class Senses:
    """The senses of a model of which it can do this."""

    can: Capabilities

    @property
    def are_whole(self) -> bool:
        """Whether nothing is known that it does not take."""
        can = self.can
        said = can.vision_supported, can.image_url_input_supported, can.audio_supported, can.pdf_supported
        return False not in said

    def lack(self, part: Part) -> Lack | None:
        """What it lacks for this part; None where it takes it, or where that is not known."""
        can = self.can
        match part:
            case Image() if can.vision_supported is False:
                return BLIND
            case Image(url=str() as url) if can.image_url_input_supported is False and not url.startswith("data:"):
                return BY_URL
            case Audio() if can.audio_supported is False:
                return DEAF
            case File() if can.pdf_supported is False and _is_pdf(part):
                return PDFS
        return None

    def lost(self, messages: tuple[Message, ...]) -> Lack | None:
        """What it lacks for what the user has just sent: that is what is asked about, and nothing can stand for it."""
        for message in reversed(messages):
            if message.role == "assistant":
                return None
            for part in message.parts if message.role == "user" else ():
                if (lack := self.lack(part)) is not None:
                    return lack
        return None

    def misses(self, message: Message) -> bool:
        """Whether there is anything in it that it does not take; what a model gave is left to its wire."""
        if message.role == "assistant":
            return False
        for part in message.parts:
            if isinstance(part, ToolResult):
                if any(self.lack(each) is not None for each in part.parts):
                    return True
            elif type(part) is not Text and self.lack(part) is not None:
                return True
        return False

    def left(self, messages: tuple[Message, ...], told: Told, places: str) -> tuple[Message, ...]:
        """The messages with a line for each thing that it does not take; what a model gave is left to its wire."""
        return tuple(
            message if message.role == "assistant" else self._written(message, f"messages[{at}]", told, places)
            for at, message in enumerate(messages)
        )

    def _written(self, message: Message, place: str, told: Told, places: str) -> Message:
        parts = tuple(self._part(part, f"{place}.parts[{at}]", told, places) for at, part in enumerate(message.parts))
        return message if all(map(_same, parts, message.parts)) else replace(message, parts=parts)

    def _part(self, part: Part, place: str, told: Told, places: str) -> Part:
        if isinstance(part, ToolResult):
            inner = tuple(
                self._in_result(each, f"{place}.parts[{at}]", told, places) for at, each in enumerate(part.parts)
            )
            return part if all(map(_same, inner, part.parts)) else replace(part, parts=inner)
        lack = self.lack(part)
        return part if lack is None else _line(lack, part, place, told, places)

    def _in_result(self, part: Text | Image | File, place: str, told: Told, places: str) -> Text | Image | File:
        lack = self.lack(part)
        return part if lack is None else _line(lack, part, place, told, places)


def _line(lack: Lack, part: Part, place: str, told: Told, places: str) -> Text:
    told("changed", place, f"the model takes {lack.what}, says {places}; a line says that something was here")
    return Text(f"[{lack.name} that this model cannot take was here]", cache=getattr(part, "cache", None))


def _is_pdf(file: File) -> bool:
    if file.media_type is not None:
        return file.media_type.partition(";")[0].strip().lower() == PDF
    return (file.name or file.url or "").lower().endswith(".pdf")


def _same(one: object, other: object) -> bool:
    return one is other
