"""Small calls that find out what a model can do: each asks for one thing, and tells what it has shown.

Nothing is concluded from a failure that has other reasons, such as a limit or a server that is down; only a provider
that answers a plain question and refuses the same with something more has said that it does not take that.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from hamr.effects import Flow
from hamr.errors import BadRequest, ConfigError, HamrError, NoSuchModel, Unsupported
from hamr.types import (
    Cost,
    Image,
    Message,
    Request,
    Response,
    ResponseFormat,
    Settings,
    Text,
    ThinkingConfig,
    Tool,
    ToolChoice,
    Usage,
)

if TYPE_CHECKING:
    from hamr.calls.pipeline import Pipeline
    from hamr.capabilities.capability import Capabilities

SHAPELESS = ("none", "delimited")
"""Ways of answering in which no field shapes the answer."""
MARK = "hamr_probe_marker"
RED = b64decode(
    b"iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mP4z8BAEmIY1TCqYfhqAACQ+f8B8u7oVwAAAABJRU5ErkJggg=="
)
"""A red square of 16 pixels, as PNG."""
ECHO = Tool(
    "echo_marker",
    "Gives back the marker.",
    {"type": "object", "properties": {"marker": {"type": "string"}}, "required": ["marker"]},
)
COLOUR = {
    "type": "object",
    "properties": {"colour": {"type": "string"}},
    "required": ["colour"],
    "additionalProperties": False,
}
Said = Mapping[str, Any]
"""Fields of the matrix, and what they are."""


class Shown(NamedTuple):
    """What an answer shows of the model, nothing where it leaves that open, and why."""

    said: Said
    why: str


@dataclass(frozen=True, slots=True)
class Probe:
    """One question: the ways to ask it, the next one where one is refused, and what it says where all are.

    `field` is that of the request which must go out as it is.
    """

    name: str
    field: str
    requests: tuple[Request, ...]
    judge: Callable[[Response], Shown]
    refused: Said


class Verdict(NamedTuple):
    """What one probe has come to."""

    name: str
    said: Said
    why: str


def _asked(text: str, most: int, **more: Any) -> Request:
    return Request((Message("user", (Text(text),)),), max_tokens=most, **more)


def _tools(response: Response) -> Shown:
    calls = response.tool_calls
    if any(call.name == ECHO.name and call.arguments.get("marker") == MARK for call in calls):
        return Shown({"native_tools": True}, f"it called {ECHO.name}")
    return Shown({}, "its call was awry" if calls else "it answered without calling the tool")


def _json(response: Response) -> Shown:
    try:
        answer: Any = json.loads(response.text)
    except ValueError:
        return Shown({}, "its answer was no JSON")
    if isinstance(answer, dict) and isinstance(answer.get("colour"), str):
        return Shown({"structured_output_mode": "native_json"}, "its answer has the shape")
    return Shown({}, "its answer has another shape")


def _sight(response: Response) -> Shown:
    if "red" in response.text.lower():
        return Shown({"vision_supported": True}, "it saw that the image is red")
    return Shown({}, "it did not say what is in the image")


def _thought(response: Response) -> Shown:
    reasoned = response.usage.reasoning if response.usage is not None else 0
    if response.thinking or reasoned:
        return Shown({"thinking_modes": ("effort",)}, "it thought before it answered")
    return Shown({}, "no thinking came")


PLAIN = _asked("Say ok.", 64)
CALLING = f"Call the tool with the marker {MARK}."
PICTURE = (Text("Which colour is this image? One word."), Image(data=RED, media_type="image/png"))
PROBES: Sequence[Probe] = (
    Probe(
        "tools",
        "tool",
        (
            _asked(CALLING, 256, tools=(ECHO,), tool_choice=ToolChoice("required")),
            _asked(CALLING, 256, tools=(ECHO,)),
        ),
        _tools,
        {"native_tools": False},
    ),
    Probe(
        "json",
        "response_format",
        (_asked("Which colour is grass? Answer in JSON.", 256, response_format=ResponseFormat(COLOUR, strict=True)),),
        _json,
        {"structured_output_mode": "none"},
    ),
    Probe(
        "images", "image", (replace(PLAIN, messages=(Message("user", PICTURE),)),), _sight, {"vision_supported": False}
    ),
    Probe(
        "thinking",
        "thinking",
        (_asked("How many primes are below 12?", 2048, thinking=ThinkingConfig("low")),),
        _thought,
        {"thinking_modes": ()},
    ),
)
NAMES = tuple(probe.name for probe in PROBES)


def chosen(names: Sequence[str]) -> Sequence[Probe]:
    """The probes of these names, or all; raises ConfigError."""
    if unknown := [name for name in names if name not in NAMES]:
        raise ConfigError(f"there is no probe {unknown[0]!r}", hint=f"There are {', '.join(NAMES)}.")
    return [probe for probe in PROBES if not names or probe.name in names]


def bounds(pipeline: Pipeline, probes: Sequence[Probe], day: str) -> tuple[int, Cost]:
    """How many calls that may be, and what they cost at most on this day (`2026-11-25`)."""
    from hamr.estimate import input_tokens

    requests = [PLAIN, *(request for probe in probes for request in probe.requests)]
    incoming = sum(map(input_tokens, requests))
    usage = Usage(input=incoming, output=sum(each.max_tokens or 0 for each in requests), estimated=True)
    charge = pipeline.charge
    return len(requests), Cost() if charge is None else charge(usage, pipeline.route.model.id, None, day)


def probing(pipeline: Pipeline, probes: Sequence[Probe], settings: Settings) -> Flow[tuple[Verdict, ...]]:
    """Ask a plain question, and then each of these; raises HamrError where the plain one fails.

    What is known of the model is left aside, and so are the defaults of the user's files; no other model takes its
    place.
    """
    single = next(iter(pipeline.all[1:]), pipeline)
    bare = replace(single, known=None, defaults={}, others=None)
    yield from bare.flow(PLAIN, settings)
    verdicts = []
    for probe in probes:
        verdict = yield from _verdict(bare, probe, settings)
        verdicts.append(verdict)
    return tuple(verdicts)


def news(verdicts: Sequence[Verdict], known: Capabilities) -> tuple[Said, str]:
    """What they say that is not known already, all together, and the evidence.

    A rule may know more than was asked, such as in which of its ways a model thinks, or which shape it likes best.
    """
    told = [each for each in verdicts if any(_is_news(name, value, known) for name, value in each.said.items())]
    said = {name: value for each in told for name, value in each.said.items()}
    return said, "; ".join(f"{each.name}: {each.why}" for each in told)


def _is_news(name: str, value: Any, known: Capabilities) -> bool:
    if name == "thinking_modes":
        return known.thinking is not bool(value)
    if name == "structured_output_mode":
        return (known.structured_output_mode in SHAPELESS) is not (
            value in SHAPELESS
        ) or known.structured_output_mode is None
    return bool(getattr(known, name) != value)


def _verdict(pipeline: Pipeline, probe: Probe, settings: Settings) -> Flow[Verdict]:
    refusal = ""
    for request in probe.requests:
        try:
            response = yield from pipeline.flow(request, settings)
        except (BadRequest, NoSuchModel) as error:
            refusal = f"refused ({error.status or 'no status'}): {error.message}"
            continue
        except (Unsupported, HamrError) as error:
            return Verdict(probe.name, {}, f"not found out: {error.message}")
        if (spoilt := next(_spoilt(response, probe), None)) is not None:
            return Verdict(probe.name, {}, f"not found out: {spoilt}")
        return Verdict(probe.name, *probe.judge(response))
    return Verdict(probe.name, probe.refused, refusal)


def _spoilt(response: Response, probe: Probe) -> Iterator[str]:
    """What was left out of the question on the way."""
    for change in response.adaptations:
        if change.kind in ("dropped", "emulated") and probe.field in change.field:
            yield f"{change.field} was {change.kind}, {change.why}"
