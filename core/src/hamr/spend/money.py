"""Dollars as whole numbers, so that a database adds them up exactly."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

PARTS = 10**12
"""Of a dollar: a token may cost a hundred-millionth of one, and nine million dollars still fit into 64 bits."""


def whole(usd: Decimal) -> int:
    """Dollars as a number of parts."""
    return int((usd * PARTS).to_integral_value(ROUND_HALF_EVEN))


def dollars(parts: int) -> Decimal:
    """Parts as dollars."""
    return Decimal(parts) / PARTS


def told(usd: Decimal) -> str:
    """Dollars for people: to the cent, and small sums to their second digit."""
    if not usd or abs(usd) >= 1:
        return f"${usd:,.2f}"
    return f"${usd:,.{max(2, 1 - usd.adjusted())}f}"
