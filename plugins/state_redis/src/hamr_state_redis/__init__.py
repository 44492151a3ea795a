"""Limits, and what pools have learned, kept in Redis for many machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hamr.api import Secret, StateStore


def open_store(url: Secret) -> StateStore:
    """The store at a `redis://` or `rediss://` URL; it connects to nothing yet. Raises ConfigError for another."""
    from hamr_state_redis.store import RedisStore

    return RedisStore(url)
