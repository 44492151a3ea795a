"""Connections of a process that forks: each has its own, and neither breaks off what the other reads."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from core.tests.transports.conftest import Peer, Serve

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"

FORKED = """
import os, sys
from hamr.transports.http import HttpTransport
from hamr.types import Call

transport = HttpTransport()

def call():
    reply = transport.open(Call(sys.argv[1]))
    assert reply.read() + reply.read() == b"ok"

call()
child = os.fork()
call()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_process_has_connections_of_its_own(serve: Serve) -> None:
    server = serve()
    subprocess.run([sys.executable, "-c", FORKED, server.url], check=True)
    assert (len(server.requests), len(server.peers)) == (3, 2)


FORK_IN_A_REPLY = """
import os, sys
from hamr.transports.http import HttpTransport
from hamr.types import Call

transport = HttpTransport()
idle, reply = (transport.open(Call(sys.argv[1])) for _ in range(2))
assert idle.read() + idle.read() == b"ok"
assert reply.read() == b"a"
if not (child := os.fork()):
    reply.close()
    transport.close()
    sys.exit()
assert os.waitpid(child, 0)[1] == 0
while b"b" not in reply.read():
    pass
reply.close()
assert transport.open(Call(sys.argv[1])).read() == b"ok"
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_that_ends_leaves_the_connections_of_its_parent_open(serve: Serve) -> None:
    """One of a reply that goes on, and one on which nothing goes on."""

    def script(peer: Peer) -> None:
        while peer.request():
            if peer.number == 1:
                peer.send(CHUNKED, b"1\r\na\r\n")
                peer.drip(b"1\r\nb\r\n", 0.01)
            peer.send(OK)

    server = serve(script)
    subprocess.run([sys.executable, "-c", FORK_IN_A_REPLY, server.url], check=True)
    assert (len(server.requests), len(server.peers)) == (3, 2)
