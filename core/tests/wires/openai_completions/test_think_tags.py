from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hamr.wires.openai_completions.think_tags import ThinkTags
from hamr_testkit.cuts import cut

TAGS = ("<think>", "</think>")


def sifted(pieces: list[str], *, starts_open: bool = False) -> tuple[str, str]:
    tags = ThinkTags(TAGS, starts_open=starts_open)
    found = [each for piece in pieces for each in tags.feed(piece)] + tags.finish()
    return (
        "".join(text for kind, text in found if kind == "thinking"),
        "".join(text for kind, text in found if kind == "text"),
    )


@pytest.mark.parametrize(
    ("text", "thinking", "rest"),
    [
        ("<think>Hm</think>a", "Hm", "a"),
        ("\n<think>\nHm\n</think>\n\na ", "\nHm\n", "a "),
        ("a<think>Hm</think>", "", "a<think>Hm</think>"),
        ("<think>Hm", "Hm", ""),
        ("<think>Hm</think>", "Hm", ""),
        ("<think>a < b </thin</think>c", "a < b </thin", "c"),
        ("<thinking>", "", "<thinking>"),
        ("<thi", "", "<thi"),
        ("  a", "", "  a"),
        ("", "", ""),
    ],
)
def test_only_a_leading_block_is_thinking(text: str, thinking: str, rest: str) -> None:
    assert sifted([text]) == (thinking, rest)
    assert sifted(list(text)) == (thinking, rest)


@pytest.mark.parametrize("text", ["Hm</think>\na", "<think>Hm</think>a", "\n<think>Hm</think>a"])
def test_a_reply_may_begin_inside(text: str) -> None:
    thinking, rest = sifted(list(text), starts_open=True)
    assert (thinking.strip(), rest) == ("Hm", "a")


@settings(deadline=None)
@given(st.lists(st.sampled_from(["<think>", "</think>", "<", "think", ">", "/", " ", "a"])), st.booleans(), st.data())
def test_cuts_make_no_difference(words: list[str], starts_open: bool, data: st.DataObject) -> None:
    text = "".join(words)
    places = data.draw(st.lists(st.integers(0, len(text)), max_size=6))
    assert sifted(cut(text, places), starts_open=starts_open) == sifted([text], starts_open=starts_open)
