"""What can be wrong with the bytes of a reply. No text here quotes one of them: a server may echo what it was sent."""

from __future__ import annotations


class NotHttp(Exception):
    """The bytes are no reply of HTTP's; the text says what they should have been."""


class HeadTooLong(NotHttp):
    """The head is longer than any that is meant well."""


class Ended(NotHttp):
    """The connection was closed too early; `answered` once a whole head has come."""

    def __init__(self, *, answered: bool) -> None:
        super().__init__("ended too early")
        self.answered = answered
