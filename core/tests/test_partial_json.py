"""JSON as it grows."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hamr import BrokenReply, ConfigError, PartialJSON
from hamr.partial_json import DEEPEST, SMALL

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def is_prefix(part: Any, whole: Any) -> bool:
    """Whether a value may be what was known of the whole at some time."""
    if part is None or part == whole or (part in ([], {}) and type(part) is type(whole)):
        return True
    if isinstance(part, str) and isinstance(whole, str):
        return whole.startswith(part)
    if isinstance(part, list) and isinstance(whole, list):
        done = part[:-1]
        return len(part) <= len(whole) and done == whole[: len(done)] and is_prefix(part[-1], whole[len(done)])
    if isinstance(part, dict) and isinstance(whole, dict):
        names = list(part)
        done = names[:-1]
        return (
            names == list(whole)[: len(names)]
            and all(part[name] == whole[name] for name in done)
            and is_prefix(part[names[-1]], whole[names[-1]])
        )
    return False


@settings(deadline=None)
@given(VALUES, st.booleans(), st.sampled_from([None, 2]), st.integers(1, 7))
@example({"a": "\U0001f600é\n\\"}, True, None, 1)
def test_every_prefix_gives_a_prefix_of_the_value(value: Any, ascii: bool, indent: int | None, size: int) -> None:
    """Pain 12."""
    text = json.dumps(value, ensure_ascii=ascii, indent=indent)
    parser = PartialJSON()
    for place in range(0, len(text), size):
        assert is_prefix(parser.feed(text[place : place + size]), value)
    assert parser.finish() == value
    assert parser.complete


@settings(deadline=None)
@given(VALUES)
def test_what_is_known_is_never_taken_back(value: Any) -> None:
    text, parser = json.dumps(value), PartialJSON()
    before: Any = None
    for letter in text:
        now = json.loads(json.dumps(parser.feed(letter)))
        assert is_prefix(before, now)
        before = now


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("", None),
        ("  {", {}),
        ('{"ci', {}),
        ('{"city"', {}),
        ('{"city":', {}),
        ('{"city": "Par', {"city": "Par"}),
        ('{"city": "Paris\\', {"city": "Paris"}),
        ('{"city": "\\u00', {"city": ""}),
        ('{"city": "\\ud83d', {"city": ""}),
        ('{"city": "\\ud83d\\ude0', {"city": ""}),
        ('{"city": "\\ud83d\\ude00', {"city": "\U0001f600"}),
        ('{"n": 12', {}),
        ('{"n": 12,', {"n": 12}),
        ("[1.5e3, tru", [1500.0]),
        ("[null, true]", [None, True]),
        ("[[1], [", [[1], []]),
        ('"a', "a"),
        ("7", None),
    ],
)
def test_what_is_known(text: str, known: Any) -> None:
    assert PartialJSON().feed(text) == known


@pytest.mark.parametrize(
    "text", ["7", "-0.5", " true ", '"\\ud83d"', '"\\ude00\\ud83d\\ud83d\\ude00"', '{"a":1,"a":2}']
)
def test_the_end_is_what_the_standard_library_reads(text: str) -> None:
    parser = PartialJSON()
    for letter in text:
        parser.feed(letter)
    assert parser.finish() == json.loads(text)


@pytest.mark.parametrize(
    "text",
    [
        "nope ", "[1,]", "[,", '{"a" 1', "{1", '{"a":1,}', "[1 2", "]", "01 ", "1. ", "- ", "[1e]", "[truex", '"\\x',
        '"\\uzzzz', '"a\nb', "{} {", "'a'", "[" * (DEEPEST + 1), "1" * (SMALL + 1) + " ", "NaN",
    ],
)  # fmt: skip
def test_nonsense_is_told_with_its_place(text: str) -> None:
    whole, by_letter = PartialJSON(), PartialJSON()
    with pytest.raises(BrokenReply, match=r"this is no JSON: .* at character") as caught:
        whole.feed(text)
    with pytest.raises(BrokenReply) as again:
        [by_letter.feed(letter) for letter in text]
    assert caught.value.message == again.value.message


@pytest.mark.parametrize("text", ["", " ", "{", '{"a": 1', "[1", '"a', "tru", "-"])
def test_a_document_that_is_not_complete_has_no_end(text: str) -> None:
    parser = PartialJSON()
    parser.feed(text)
    assert not parser.complete
    with pytest.raises(BrokenReply):
        parser.finish()


def work(document: str, size: int = 16) -> tuple[int, int]:
    """How many functions are called while it is read, and how many characters of text in progress are copied."""
    parser, calls, copied, shown = PartialJSON(), 0, 0, ""

    def count(frame: object, event: str, told: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    for place in range(0, len(document), size):
        sys.setprofile(count)
        value = parser.feed(document[place : place + size])
        sys.setprofile(None)
        text = value["text"] if isinstance(value, dict) and isinstance(value.get("text"), str) else ""
        if text is not shown:
            copied, shown = copied + len(text), text
    assert parser.finish() == json.loads(document)
    return calls, copied


@pytest.mark.parametrize(
    "made",
    [
        lambda n: {"text": "a line of words\n" * (n // 17)},
        lambda n: {"items": [{"a": i, "b": "c"} for i in range(n // 22)]},
    ],
)
def test_the_work_grows_as_the_document_does(made: Any) -> None:
    """A megabyte in 62,500 pieces: four times the length is four times the work."""
    small, large = work(json.dumps(made(256_000))), work(json.dumps(made(1_024_000)))
    assert large[0] <= 4.5 * small[0]
    assert large[1] <= 4.5 * small[1] + 10 * SMALL
    assert large[1] <= 20 * 1_024_000 + 1_024_000 // 16 * SMALL


@pytest.mark.parametrize("piece", [None, 5, b"{}", ["{}"]])
def test_a_piece_that_is_no_text_is_told(piece: Any) -> None:
    with pytest.raises(ConfigError, match="a piece of JSON is of the type "):
        PartialJSON().feed(piece)
