"""Following redirects without carrying a credential to another origin."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from hamr.effects import Close, Effect, Flow, Open, OpenReply
from hamr.errors import BadRequest, HamrError
from hamr.types import Call
from hamr.types.call import OPEN

LIMIT = 5


def following(flow: Flow[OpenReply], opened: list[Call]) -> Flow[OpenReply]:
    """The same flow, in which every reply that points elsewhere is replaced by what stands there.

    The calls that the flow opens are put into `opened`.
    """
    try:
        effect: Effect = next(flow)
        while True:
            try:
                if isinstance(effect, Open):
                    opened.append(effect.call)
                    answer: object = yield from _opened(effect.call)
                else:
                    answer = yield effect
            except HamrError as error:
                effect = flow.throw(error)
            else:
                effect = flow.send(answer)
    except StopIteration as stop:
        reply: OpenReply = stop.value
        return reply


def _opened(call: Call) -> Flow[OpenReply]:
    for _ in range(LIMIT + 1):
        reply: OpenReply = yield Open(call)
        further = onward(call, reply)
        if further is None:
            return reply
        yield Close(reply)
        call = further
    raise BadRequest(f"redirected more than {LIMIT} times, last to {call.url}", hint="Check the base URL.")


def onward(call: Call, reply: OpenReply) -> Call | None:
    """The call that this reply sends us on to, if any.

    301, 302 and 303 would turn a POST into a GET (RFC 9110, 15.4): no provider means that, so the reply stands.
    """
    status, location = reply.head.status, reply.head.headers.get("location")
    if location is None or not (status in (307, 308) or (status in (301, 302, 303) and call.method == "GET")):
        return None
    url = urljoin(call.url, location)
    if urlsplit(url).scheme not in ("http", "https"):
        return None
    if _origin(url) == _origin(call.url):
        return replace(call, url=url)
    headers = {name: value for name, value in call.headers.items() if name in OPEN}
    return replace(call, url=url, headers=headers, secret=frozenset())


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)
