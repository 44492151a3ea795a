"""Events to a response."""

from __future__ import annotations

from hamr.calls.fold import Fold
from hamr.types import (
    Citation,
    Event,
    Finished,
    HostedTool,
    PartAdded,
    Response,
    Started,
    Text,
    TextDelta,
    TextEnd,
    TextStart,
    Thinking,
    ThinkingDelta,
    ThinkingEnd,
    ThinkingStart,
    Timings,
    ToolCall,
    ToolCallDelta,
    ToolCallEnd,
    ToolCallStart,
    Usage,
    UsageUpdated,
    Warned,
)


def folded(*events: Event) -> Response:
    fold = Fold()
    fold.add(events)
    return fold.response("test", "asked", request_id=None, adaptations=(), timings=Timings())


def test_blocks_become_parts_in_the_order_of_their_index() -> None:
    call = ToolCall("c1", "look", {"at": 1}, '{"at":1}')
    hosted = HostedTool("search", {"q": "x"})
    response = folded(
        Started("r1", "served", {"w": {"a": 1}}),
        ThinkingStart(0),
        TextStart(1),
        ThinkingDelta(0, "hm"),
        TextDelta(1, "Hello "),
        ToolCallStart(2, "c1", "look"),
        ToolCallDelta(2, '{"at":1}'),
        TextDelta(1, "there"),
        ThinkingEnd(0, {"w": {"signature": "s"}}),
        TextEnd(1, (Citation(url="u"),)),
        ToolCallEnd(2, call),
        PartAdded(3, hosted),
        UsageUpdated(Usage(input=1)),
        UsageUpdated(Usage(input=2)),
        Warned("careful"),
        Finished("tool_calls", extra={"w": {"b": 2}}),
    )
    assert response.message.parts == (
        Thinking("hm", {"w": {"signature": "s"}}),
        Text("Hello there", citations=(Citation(url="u"),)),
        call,
        hosted,
    )
    assert (response.id, response.model, response.finish_reason) == ("r1", "served", "tool_calls")
    assert response.usage == Usage(input=2)
    assert response.warnings == ("careful",)
    assert response.extra == {"w": {"a": 1, "b": 2}}


def test_other_choices_are_alternatives() -> None:
    """`n` above one."""
    response = folded(
        TextStart(0),
        TextStart(1, choice=1),
        TextDelta(0, "a"),
        TextDelta(1, "b"),
        TextEnd(0),
        TextEnd(1),
        Finished("stop"),
    )
    assert response.text == "a"
    assert [message.text for message in response.alternatives] == ["b"]


def test_a_tool_call_that_was_cut_off_says_so_and_has_no_arguments() -> None:
    """Pain 14: a partial tool call is never run."""
    (call,) = folded(ToolCallStart(0, "c1", "delete"), ToolCallDelta(0, '{"path": "/')).tool_calls
    assert call.arguments == {}
    assert call.text == '{"path": "/'
    assert call.problem is not None


def test_a_response_without_an_end_has_no_finish_reason_and_an_unknown_cost_is_none() -> None:
    """Pain 40."""
    response = folded(TextStart(0), TextDelta(0, "half"))
    assert response.finish_reason is None
    assert response.cost.usd is None
    assert response.cost.reason
    assert response.model == "asked"


def test_usage_adds_up() -> None:
    """Pain 39: disjoint buckets."""
    usage = Usage(1, 2, 4, 8, 16, 32, 64, 128)
    assert (usage.input_total, usage.output_total, usage.total) == (31, 224, 255)
