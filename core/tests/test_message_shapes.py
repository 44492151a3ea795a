"""HARN_DEBUG_MESSAGE_SHAPES: what form messages have is told, and nothing of what they say (N-126, N-213)."""

from __future__ import annotations

from pathlib import Path

import pytest

from hamr import Hamr
from hamr.message_shapes import shape
from hamr.types import (
    Audio,
    EmbeddingRequest,
    File,
    Image,
    Message,
    Request,
    ResponseFormat,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolResult,
)
from hamr_testkit.canned import Canned
from hamr_testkit.colours import Colour

CANARY = "canary"
SAID = (
    Message("system", (Text(f"{CANARY} one"),)),
    Message(
        "user",
        (
            Text(CANARY),
            Image(data=CANARY.encode(), media_type=CANARY),
            Image(url=f"https://{CANARY}.example"),
            Audio(data=b"x", transcript=CANARY),
            File(file_id=CANARY, name=CANARY),
        ),
    ),
    Message(
        "assistant",
        (
            Thinking(CANARY, extra={"anthropic-messages": {"signature": CANARY}}),
            ToolCall(CANARY, CANARY, {CANARY: CANARY}, problem=CANARY),
        ),
        name=CANARY,
    ),
    Message("tool", (ToolResult(CANARY, (Text(CANARY),), is_error=True),)),
    Message("assistant", ()),
)
REPLY = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}]}
CONFIG = '[providers.mine]\nbase_url = "{}/v1"\napi_key = "canary-key"\n'


def test_the_form_of_every_kind_of_part() -> None:
    asked = Request(SAID, tools=(Tool(CANARY, CANARY),), response_format=ResponseFormat({CANARY: 1}), stream=True)
    told = shape(asked)
    assert told == (
        "#0 system: text(10) | "
        "#1 user: text(6), image(6 bytes), image(a URL), audio(1 bytes), file(an id) | "
        "#2 assistant: thinking(6, with data), tool call(1 arguments, spoilt) | "
        "#3 tool: tool result(text(6), an error) | #4 assistant: nothing; 1 tools; of a given shape; streamed"
    )
    assert CANARY not in told
    assert shape(EmbeddingRequest((CANARY, (1, 2)))) == "2 inputs (6, tuple)"


@pytest.mark.parametrize("variable", ["HAMR_DEBUG_MESSAGE_SHAPES", "HARN_DEBUG_MESSAGE_SHAPES"])
@pytest.mark.parametrize(
    ("value", "told"), [("1", ["mine/m: #0 system: text(3) | #1 user: text(6); whole"]), ("0", []), ("", [])]
)
def test_each_call_tells_it_where_it_is_wanted(
    colour: Colour, provider: Canned, tmp_path: Path, variable: str, value: str, told: list[str]
) -> None:
    (tmp_path / "providers.toml").write_text(CONFIG.format(provider.url))
    provider.answer(REPLY)
    lines: list[str] = []
    environ = {"HAMR_CONFIG_DIR": str(tmp_path), variable: value}
    with Hamr(environ=environ, folder=None, tell=lambda text, _: lines.append(text)) as client:
        colour.call(client, CANARY, "mine/m", system="one")
    assert lines == told
