"""A process of its own that calls a pool of four keys: `python caller.py <calls> [<threads>]`.

It says `ready`, waits for a line, and then tells of each call that was sent the last letter of its key. The first key
is refused in the way that `REFUSED` says, if it says any.
"""

from __future__ import annotations

import os
import sys
import threading

import hamr.builtin
from hamr import Hamr
from hamr.errors import RateLimited
from hamr.types import Call, Settings
from hamr_testkit.scripted import Answer, ScriptedReply, ScriptedTransport

OK = Answer((b'data: {"choices":[{"delta":{"content":"Hi"},"finish_reason":"stop"}]}\n\n', b"data: [DONE]\n\n"))
NO = Answer((b'{"error": {"message": "no"}}',), int(os.environ.get("REFUSED", "0")), {"retry-after": "600"})


class Telling(ScriptedTransport):
    """Answers every call, and tells of its key."""

    def open(self, call: Call) -> ScriptedReply:
        """The answer to this key."""
        letter = call.headers["authorization"][-1]
        sys.stdout.write(f"{letter}\n")
        return ScriptedReply(NO if letter == "a" and NO.status else OK)


def calls(client: Hamr, count: int) -> None:
    """Call so often, or until a limit has no room."""
    for _ in range(count):
        try:
            assert client.call("hi", "local/m").text == "Hi"
        except RateLimited as error:
            sys.stdout.write("full\n" if error.code == "own_limit" else f"{error}\n")
            return


def main(count: int, threads: int = 1) -> None:
    """Call so often in each thread."""
    hamr.builtin.HttpTransport = Telling  # type: ignore[assignment, attr-defined]  # in this process alone, which is ended
    client = Hamr(settings=Settings(retries=0), folder=None, tell=lambda *_: None)
    client.pipeline("local/m")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    workers = [threading.Thread(target=calls, args=(client, count)) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    client.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
