"""Where a URL leads."""

from __future__ import annotations

import pytest

from hamr.errors import ConfigError
from hamr.transports.place import place


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://a.test", "/"),
        ("https://a.test/v1/chat?x=1&y=2", "/v1/chat?x=1&y=2"),
        ("https://a.test/model/a.b-v1%3A0/converse?next=a%2Fb%3D", "/model/a.b-v1%3A0/converse?next=a%2Fb%3D"),
        ("https://a.test/arn%3Aaws%2fx", "/arn%3Aaws%2fx"),
        ("https://a.test/a b/é", "/a%20b/%C3%A9"),
    ],
)
def test_a_path_goes_out_as_it_was_written(url: str, target: str) -> None:
    """What is escaped stays so, for a signature is over it; what HTTP cannot hold is escaped."""
    assert place(url).target.decode() == target


@pytest.mark.parametrize(
    "url", ["ftp://a.test/", "a.test/v1", "https://", "https://a.test:99999/", "https://a.test/50%"]
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="the URL of the call"):
        place(url)
