"""Made-up keys that must be seen nowhere."""

from __future__ import annotations

import traceback

CANARY = "canary-0123456789abcdef"
KEYS = [f"sk-canary-{each}-0123456789-{each * 4}" for each in "abc"]
"""Several of them, which are told apart by their ends."""
TAILS = [f"…{key[-4:]}" for key in KEYS]
"""What may be seen of them."""


def seen(error: BaseException) -> str:
    """All that a person or a log could see of an error and of what led to it."""
    told = "".join(traceback.format_exception(error))
    chain: BaseException | None = error
    while chain is not None:
        told += f"{chain} {chain!r} {chain.args} {vars(chain)}"
        chain = chain.__cause__ or chain.__context__
    return told
