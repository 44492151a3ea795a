"""What the plugin makes of requests, and of replies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hamr import (
    ConfigError,
    Message,
    Request,
    Text,
)
from hamr_testkit.wired import counted

if TYPE_CHECKING:
    from hamr_testkit.fixtures import Recordings, Wire

HELLO = (Message("user", (Text("hello"),)),)


@pytest.mark.parametrize(("environ", "host"), [({}, "api.moonshot.ai"), ({"MOONSHOT_REGION": "cn"}, "api.moonshot.cn")])
def test_regions(environ: dict[str, str], host: str, wire: Wire) -> None:
    assert wire("moonshot", **environ).call(Request(HELLO)).url == f"https://{host}/v1/chat/completions"


def test_the_key_of_the_subscription_is_not_taken(wire: Wire) -> None:
    """C-16: `KIMI_API_KEY` is hamr-provider-kimi's."""
    with pytest.raises(ConfigError, match="MOONSHOT_API_KEY"):
        wire("moonshot/kimi-k3", KIMI_API_KEY="made-up-key").pipeline.route.secret()


def test_recorded_replies(recordings: Recordings, wire: Wire) -> None:
    for row, response in wire("moonshot/kimi-k2.6").read_all(recordings("moonshot.openai-chat")):
        assert response.usage is not None
        assert counted(response) == response.usage.raw["total_tokens"], row.id
