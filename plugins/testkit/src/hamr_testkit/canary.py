"""A made-up key that must be seen nowhere."""

from __future__ import annotations

import traceback

CANARY = "canary-0123456789abcdef"


def seen(error: BaseException) -> str:
    """All that a person or a log could see of an error and of what led to it."""
    told = "".join(traceback.format_exception(error))
    chain: BaseException | None = error
    while chain is not None:
        told += f"{chain} {chain!r} {chain.args} {vars(chain)}"
        chain = chain.__cause__ or chain.__context__
    return told
