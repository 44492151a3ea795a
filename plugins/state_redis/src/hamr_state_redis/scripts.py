"""What runs inside the server, each script in one step that nothing comes between, and by the server's clock.

All keys have one hash tag, so that a cluster keeps them together; each expires by itself. A window is a hash of slots,
the leases of a limit are a sorted set by the time at which they end, and who waits stands in a hash of tickets.
"""

from __future__ import annotations

import os

TAG = "{hamr}"
WINDOW, SLOTS = 60, 4
"""Seconds that a limit is for, and the parts that each of them has."""
GONE = 2.0
"""Seconds after which one who has not asked again waits no longer."""
POLL = 0.1
"""Seconds after which to ask again, where it is not known how long it will be."""
LEASE = 15.0
"""Seconds after which a lease is free that its process does not renew."""


def source(name: str) -> str:
    """The text of a script."""
    with open(os.path.join(os.path.dirname(__file__), f"{name}.lua"), encoding="utf-8") as file:
        return file.read()


def key(kind: str, name: str = "") -> str:
    """A key of ours: `window`, `leases`, `queue` or `table` and a name, or one alone."""
    return f"{TAG}:{kind}:{name}" if name else f"{TAG}:{kind}"
