"""The client behind `hamr.call` and its kin; importing this module makes it, once, whoever comes first."""

from __future__ import annotations

from hamr.client import Hamr

client: Hamr = Hamr()
